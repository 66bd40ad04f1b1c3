"""
Points of orders: what a purchase earns, what paid it, and what a return undoes (rules.md 2.9).

* Who is in the programme earns by the rule in force when he bought, on what was paid by anything
  but points. Gift cards and store credit earn: buying or receiving them did not.
* Earned points are spread over the lines by what was paid for them, and taken back by
  floor(points × units back ÷ quantity) for each line, less what was taken before: any steps, in
  any order, give the same sums. It happens when the return is taken.
* Points that paid are given back when their refund is paid, by what of the payment went back.
* What is handed over in exchange carries the points of what came back for it, as far as it is worth
  as much, and what is paid on top earns as any purchase.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum

from customers import loyalty
from customers.loyalty import MOST_POINTS, Event
from customers.models import LoyaltyEntry, LoyaltyRule
from omnistore.money import prorate, share
from orders import spending
from orders.models import (
    CustomerReturn,
    Exchange,
    Order,
    OrderLine,
    Payment,
    Refund,
    ReturnLine,
    Tender,
)
from orders.units import with_returned

Kind = LoyaltyEntry.Kind


@dataclass(frozen=True)
class Earned:
    """The points an order earned, and those taken back since."""

    points: int = 0
    taken: int = 0


def sold(order: Order, payments: Iterable[Payment]) -> None:
    """Write down the points that paid for a new order, then those it earns."""
    rule = loyalty.rule_at(order.placed_at, currency=order.currency)
    by_points = [payment for payment in payments if payment.tender == Tender.POINTS]
    for payment in by_points:
        spending.paid(order, payment, rule)
    paid = order.total - sum(payment.amount for payment in by_points)
    _earn(order, _earned_on(order, paid, rule))


def returned(
    taken: CustomerReturn,
    *,
    exchange: Exchange | None,
    orders: Mapping[UUID, Order] | None = None,
    at: datetime,
) -> None:
    """
    Take back what the returned units had earned, once their replacements keep what is theirs.

    It follows from how many units of each line are back by now: called again it changes nothing,
    called after the return was cancelled it lets the customer keep his points. `exchange` is the
    return's, `orders` are those it takes from, where the caller has read them.
    """
    orders = _orders_of(taken) if orders is None else orders
    earned = _earned(orders)
    touched = [orders[order_id] for order_id in sorted(earned)]
    # Both may be at the same order: who comes second sees what the first has taken.
    for customer_id in sorted({order.customer_id for order in touched if order.customer_id}):
        loyalty.hold(customer_id)
    earned = _earned(earned)
    backs = {order.pk: _Back.of(order, earned[order.pk]) for order in touched}
    _carry_over(taken, exchange, backs)
    for order in touched:
        _settle(order, backs[order.pk], taken, at)


def _orders_of(taken: CustomerReturn) -> dict[UUID, Order]:
    found = Order.objects.filter(lines__return_lines__customer_return=taken)
    return {order.pk: order for order in found.distinct()}


def give_back(refund: Refund, at: datetime) -> str:
    """Give back the points that this refund of a points tender stands for, once; see `ledgers`."""
    payment = refund.payment
    spent = spending.of(payment) if payment else None
    taken = refund.plan.customer_return
    if payment is None or payment.points is None or spent is None:
        return ""
    loyalty.hold(spent.customer_id)
    others = payment.refunds.filter(state=Refund.State.PAID, tender=Tender.POINTS)
    others = others.exclude(pk=refund.pk)
    back = (others.aggregate(sum=Sum("amount"))["sum"] or 0) + refund.amount
    subject = f"payment:{payment.pk}"
    given = LoyaltyEntry.objects.filter(subject=subject, kind=Kind.REFUNDED)
    before = given.aggregate(sum=Sum("points"))["sum"] or 0
    loyalty.give_back(
        customer_id=spent.customer_id,
        points=payment.points * back // payment.amount - before,
        event=Event(f"refund:{refund.pk}", at, subject, taken.number or ""),
    )
    return spent.reference


@dataclass(frozen=True)
class _Back:
    """How many points each line of an order earned, and how many units of it are back."""

    lines: dict[int, OrderLine]
    points: dict[int, int]
    taken: int

    @classmethod
    def of(cls, order: Order, earned: Earned) -> "_Back":
        lines = list(with_returned(order.lines.order_by("position")))
        by_points = order.payments.filter(tender=Tender.POINTS).aggregate(sum=Sum("amount"))["sum"]
        totals = [line.total for line in lines]
        off = prorate(min(by_points or 0, sum(totals)), totals)
        weights = [total - part for total, part in zip(totals, off, strict=True)]
        parts = prorate(earned.points, weights if any(weights) else totals)
        return cls(
            lines={line.pk: line for line in lines},
            points={line.pk: part for line, part in zip(lines, parts, strict=True)},
            taken=earned.taken,
        )

    @property
    def due(self) -> int:
        """What is still to be taken back; negative when too much was."""
        back = (
            self.points[pk] * min(line.returned_units, line.quantity) // line.quantity
            for pk, line in self.lines.items()
        )
        return sum(back) - self.taken

    def of_last(self, line_id: int, units: int) -> int:
        """What the last `units` that came back of a line had earned."""
        line = self.lines[line_id]
        before = max(min(line.returned_units, line.quantity) - units, 0)
        units = min(units, line.quantity - before)
        return share(self.points[line_id], quantity=line.quantity, before=before, units=units)


def _settle(order: Order, back: _Back, taken: CustomerReturn, at: datetime) -> None:
    if order.customer_id is None or not back.due:
        return
    happened = "cancelled" if taken.state in taken.NOT_COUNTED else "returned"
    code = taken.store.code if taken.store else ""
    key = f"{happened}:{taken.pk}:{order.pk}"
    event = Event(key, at, _subject(order.pk), taken.number or "", code)
    act = loyalty.take_back if back.due > 0 else loyalty.leave
    act(customer_id=order.customer_id, points=abs(back.due), event=event)


def _carry_over(taken: CustomerReturn, exchange: Exchange | None, backs: dict[UUID, _Back]) -> None:
    if exchange is None or exchange.order is None or taken.state in taken.NOT_COUNTED:
        return
    pairs = list(
        taken.lines.filter(resolution=ReturnLine.Resolution.EXCHANGE).annotate(
            of=F("order_line__order")
        )
    )
    carried = sum(
        backs[line.of].of_last(line.order_line_id or 0, line.units)
        for line in pairs
        if line.of in backs
    )
    credit = sum(line.amount for line in pairs)
    kept = min(credit, exchange.charges)
    carried = carried * kept // credit if credit else 0
    order = exchange.order
    rule = loyalty.rule_at(order.placed_at, currency=order.currency)
    _earn(order, carried + _earned_on(order, exchange.charges - kept, rule))


def _earned_on(order: Order, paid: int, rule: LoyaltyRule | None) -> int:
    is_member = order.customer is not None and order.customer.level
    return rule.points_for(max(paid, 0)) if rule and is_member else 0


def _earn(order: Order, points: int) -> None:
    if order.customer_id is None or points < 1:
        return
    code = order.store.code if order.store else ""
    key, subject = f"earned:{order.pk}", _subject(order.pk)
    event = Event(key, order.placed_at, subject, order.number, code)
    loyalty.earn(customer_id=order.customer_id, points=min(points, MOST_POINTS), event=event)


def _earned(order_ids: Iterable[UUID]) -> dict[UUID, Earned]:
    """Return what these orders earned and gave back; not those that earned nothing."""
    subjects = {_subject(order_id): order_id for order_id in order_ids}
    kinds = [Kind.EARNED, Kind.REVERSED, Kind.DEBT]
    rows = LoyaltyEntry.objects.filter(subject__in=subjects, kind__in=kinds).order_by()
    sums: dict[UUID, list[int]] = {}
    for subject, kind, points, debt in rows.values_list("subject", "kind", "points", "debt"):
        both = sums.setdefault(subjects[subject], [0, 0])
        if kind == Kind.EARNED:
            both[0] += points
        else:
            both[1] += debt - points
    return {order_id: Earned(*both) for order_id, both in sums.items() if both[0]}


def _subject(order_id: UUID) -> str:
    return f"order:{order_id}"
