"""
Shares: how much goes back to which payment, and by which means.

Original tenders first, in proportion to what each paid and up to what is left on it; the order of
execution is cash last (rules.md 2.4, 2.6).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict
from omnistore.money import prorate
from orders.models import Payment, Refund, Tender


class MoreThanPaid(Conflict):
    code = "more_than_paid"
    words = _("More would go back than is left on what was paid.")


@dataclass(frozen=True)
class Share:
    """
    What goes back, in minor units: on account of which payment, by which means.

    Without `tender` it goes back as it was paid. Without a payment, as in a return without
    receipt, `tender` says the means the rules leave. Credit `to_bearer` is nobody's by name.
    """

    # Spent here, they come back here: no credit or gift card turns into cash.
    STAYING: ClassVar = (Tender.STORE_CREDIT, Tender.GIFT_CARD, Tender.POINTS)

    payment: Payment | None
    amount: int
    tender: str = ""
    to_bearer: bool = False
    # The customer asked for this means: his agreement is written down.
    is_by_agreement: bool = False

    @property
    def goes_by(self) -> str:
        """The means (`Tender`) by which the customer gets it."""
        return self.tender or (self.payment.tender if self.payment else Tender.STORE_CREDIT)

    @property
    def goes_by_words(self) -> str:
        return str(Tender(self.goes_by).label)

    @property
    def is_original(self) -> bool:
        """Whether it goes back as it was paid."""
        return self.payment is not None and not self.tender

    def is_paid_by(self, orders: Collection[UUID]) -> bool:
        """Whether one of these orders' payments is what it goes back on account of."""
        return self.payment is not None and self.payment.order_id in orders

    @property
    def may_move(self) -> bool:
        """Whether the customer may have it by another means."""
        return self.is_original and self.goes_by not in self.STAYING


def plan(due: Mapping[UUID, int], *, is_locked: bool = False) -> list[Share]:
    """
    Return the shares by which `due` (order id → amount) goes back, cash last.

    What failed on a tender is free again, but taken last: it may be tried again there.

    Raises:
        MoreThanPaid: less is left on an order's payments than is due.
    """
    payments = Payment.objects.filter(order_id__in=due).order_by("pk")
    if is_locked:
        payments = payments.select_for_update(no_key=True)
    rows = list(payments)
    gone, failed = _held_and_failed(rows)
    shares: list[Share] = []
    for order_id, amount in sorted(due.items()):
        own = [payment for payment in rows if payment.order_id == order_id]
        left = [payment.amount - gone.get(payment.pk, 0) for payment in own]
        awaited = [failed.get(payment.pk, 0) for payment in own]
        amounts = _spread(amount, [payment.amount for payment in own], left, awaited)
        shares += [Share(p, part) for p, part in zip(own, amounts, strict=True) if part]
    return cash_last(shares)


def preferred(shares: Iterable[Share], tender: str) -> list[Share]:
    """Return the shares as they go when the customer prefers `tender`; empty: as he paid."""
    if not tender:
        return cash_last(shares)
    return cash_last(
        replace(share, tender=tender, is_by_agreement=True) if share.may_move else share
        for share in shares
    )


def as_gift(shares: Iterable[Share], *, is_named: bool) -> list[Share]:
    """Return the shares as store credit: nothing goes back to who gave it (rules.md 1.8)."""
    return [replace(share, tender=Tender.STORE_CREDIT, to_bearer=not is_named) for share in shares]


def cash_last(shares: Iterable[Share]) -> list[Share]:
    """Return the shares in the order in which they are paid."""
    return sorted(shares, key=lambda share: share.goes_by == Tender.CASH)


def check_room(payment: Payment, amount: int) -> None:
    """Raise `MoreThanPaid` when so much is not left on the payment, whose row is locked."""
    held, _failed = _held_and_failed([payment])
    if held.get(payment.pk, 0) + amount > payment.amount:
        raise MoreThanPaid()


def _held_and_failed(payments: Sequence[Payment]) -> tuple[dict[int, int], dict[int, int]]:
    """Return what the payments' refunds hold of them, and what of them has failed."""
    found = Refund.objects.filter(payment__in=payments).order_by()
    held: dict[int, int] = {}
    failed: dict[int, int] = {}
    for payment_id, state, amount in found.values_list("payment", "state").annotate(Sum("amount")):
        sums = held if state in Refund.HOLDING else failed
        if sums is held or state == Refund.State.FAILED:
            sums[payment_id] = sums.get(payment_id, 0) + amount
    return held, failed


def _spread(
    amount: int, captured: Sequence[int], left: Sequence[int], awaited: Sequence[int]
) -> list[int]:
    if amount > sum(left):
        raise MoreThanPaid()
    at_once = [max(rest - held, 0) for rest, held in zip(left, awaited, strict=True)]
    parts = _fill(min(amount, sum(at_once)), captured, at_once)
    still = [rest - part for rest, part in zip(left, parts, strict=True)]
    more = _fill(amount - sum(parts), captured, still)
    return [part + extra for part, extra in zip(parts, more, strict=True)]


def _fill(amount: int, captured: Sequence[int], left: Sequence[int]) -> list[int]:
    parts = [0] * len(left)
    # Tenders that are full drop out, and what they could not take is shared again.
    while amount > sum(parts):
        room = [rest - part for rest, part in zip(left, parts, strict=True)]
        weights = [paid if free else 0 for paid, free in zip(captured, room, strict=True)]
        more = prorate(amount - sum(parts), weights)
        parts = [part + min(m, free) for part, m, free in zip(parts, more, room, strict=True)]
    return parts
