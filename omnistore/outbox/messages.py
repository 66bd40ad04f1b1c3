"""What a connector is given to send, and what it has to be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple, Protocol
from uuid import UUID

from django.utils.functional import Promise

from omnistore.outbox.answers import Answer, Verdict
from omnistore.outbox.models import Connection, Kind


@dataclass(frozen=True, slots=True)
class Message:
    """An event on its way to one connection: ids, amounts and codes, nothing personal."""

    delivery_id: int
    event_id: UUID
    stream_id: int
    # Towards the receiver: the same on every attempt and replay.
    key: str
    sequence: int
    kind: str
    topic: str
    name: str
    customer_id: UUID | None
    payload: dict[str, Any]
    happened_at: datetime
    recorded_at: datetime
    attempts: int = 0
    fresh_at: datetime | None = None
    paused_before: float = 0

    @property
    def is_ledger(self) -> bool:
        return self.kind == Kind.LEDGER

    @property
    def is_erasure(self) -> bool:
        return self.kind == Kind.ERASURE


@dataclass(frozen=True)
class Outcome:
    """What the receiver said to one message, and which older states it stands for."""

    lane_id: int
    message: Message
    answer: Answer
    replaces: Sequence[int] = field(default_factory=tuple)

    @property
    def is_done(self) -> bool:
        return self.answer.verdict is Verdict.DONE


def key(event_id: UUID, connection_id: int) -> str:
    """Return a message's id towards the receiver."""
    return f"msg_{event_id.hex}_{connection_id}"


class Need(NamedTuple):
    """Something a connector has to know of its connection: a field in head office's form."""

    name: str
    label: str | Promise
    # Sealed at rest, never shown again, rotated with the old one valid beside it.
    is_secret: bool = False
    is_required: bool = True
    help: str | Promise = ""
    default: str = ""
    # Several lines: a private key.
    is_long: bool = False
    choices: Sequence[tuple[str, str | Promise]] = ()


class Connector(Protocol):
    """
    How one kind of system is told; made anew for each drain of a connection.

    For head office it may have a `label`, what people call such a system, and `about`, a sentence.

    `send` runs outside any transaction and may be called twice with the same message. With a
    `concurrency` above 1 it runs in several threads at once and must not touch the database.
    """

    # How many messages one call takes.
    size: ClassVar[int]
    # How many calls may be under way at once from one worker.
    concurrency: ClassVar[int]
    # Whether one call may carry several ledger messages of one customer: they are taken in order,
    # all or none. Where each record fails by itself, a call carries one of each customer.
    keeps_order: ClassVar[bool]
    # What one call may take, all of its requests together; shorter than a lease.
    longest: ClassVar[timedelta]
    # The default of the address, and what else it has to know.
    url: ClassVar[str]
    needs: ClassVar[Sequence[Need]]

    def __init__(self, connection: Connection) -> None: ...

    def send(self, messages: Sequence[Message], at: datetime) -> Sequence[Answer] | Answer:
        """
        Send the messages in one call and return one answer each, in their order.

        A single `Answer` speaks of the whole call; where it is a no to all of it (`DEAD`), the
        sender halves the batch until the bad record is found.

        Raises:
            answers.Stopped: with such an answer.
        """
        ...

    def test(self, at: datetime) -> Answer:
        """Send a test event, or ask what shows that we are let in; its words are shown."""
        ...
