"""The movements of a customer's points, each in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers import loyalty
from customers.loyalty import Standing
from customers.models import Customer, LoyaltyEntry

Kind = LoyaltyEntry.Kind
WORDS: dict[str, Promise] = {
    Kind.IMPORTED: _("Taken over from before"),
    Kind.EARNED: _("Earned by a purchase"),
    Kind.SPENT: _("Paid with points"),
    Kind.REVERSED: _("Taken back with a return"),
    Kind.REFUNDED: _("Given back"),
    Kind.DEBT: _("Owed: too few were left"),
    Kind.SETTLED: _("Kept for what was owed"),
    Kind.ADJUSTED: _("Put right by hand"),
}
LEFT = _("Left to the customer: the return was cancelled")


@dataclass(frozen=True)
class Movement:
    """One line of the ledger: what happened, by which document, and how many points it moved."""

    words: str
    reference: str
    points: int
    owed: int
    at: datetime

    @property
    def is_plus(self) -> bool:
        return self.points > 0


@dataclass(frozen=True)
class Points:
    """A customer's points, what he owes of them, and how it came to that, newest first."""

    customer: Customer
    standing: Standing
    movements: Sequence[Movement]


def read(customer_id: UUID) -> Points:
    """
    Return the page of the customer's points, in three queries.

    Raises:
        Http404: there is no such customer.
    """
    customer = get_object_or_404(Customer, pk=customer_id)
    entries = [entry for entry in loyalty.latest(customer) if entry.points or entry.debt]
    return Points(customer, loyalty.standing(customer.pk), [_movement(entry) for entry in entries])


def _movement(entry: LoyaltyEntry) -> Movement:
    is_left = entry.kind == Kind.REVERSED and entry.points > 0
    return Movement(
        words=str(LEFT if is_left else WORDS[entry.kind]),
        reference=entry.reference,
        points=entry.points,
        owed=max(entry.debt, 0),
        at=entry.at,
    )
