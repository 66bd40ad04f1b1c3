"""What a card processor answers, in the four kinds that matter to a refund."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Protocol


class Verdict(Enum):
    """How it stands after one call."""

    DONE = "done"
    # Taken on: it will say later how it went.
    PENDING = "pending"
    # A definite no: nothing moved, and nothing will.
    NO = "no"
    # Nobody knows; asked again by the same key.
    LATER = "later"
    # It will not work with us as we are: a person has to look.
    UNUSABLE = "unusable"


@dataclass(frozen=True)
class Answer:
    """The verdict, the processor's id of the refund where it gave one, and its code."""

    verdict: Verdict
    reference: str = ""
    code: str = ""
    retry_after: timedelta | None = None


class Forged(Exception):
    """What came was not signed with the secret we share."""


@dataclass(frozen=True)
class Told:
    """Which refund a processor says something about: its id of it, and ours where it knows it."""

    reference: str
    refund_id: str = ""


@dataclass(frozen=True)
class Asked:
    """What is asked for: ids, an amount in minor units, and the key that makes it one refund."""

    refund_id: str
    return_number: str
    payment_reference: str
    amount: int
    currency: str
    key: str


class Adapter(Protocol):
    """One kind of processor; made anew for each call, outside any transaction."""

    def __init__(self, *, secret_key: str, base_address: str) -> None: ...

    def ask(self, asked: Asked) -> Answer:
        """Ask for the refund by its key."""

    def read(self, asked: Asked, reference: str) -> Answer:
        """Return how the refund that has this reference stands."""

    @staticmethod
    def heard(*, body: bytes, signature: str, secret: str) -> Told | None:
        """Return which refund it is about, None for other news; raises `Forged`."""

    def find(self, asked: Asked) -> Answer | None:
        """Return how the refund stands if the processor has one that bears our id."""
