"""
Loyalty: the ledger of a customer's points.

Nothing in it is changed: what a return undoes is taken or given back by new lines, once per event.
Whoever counts holds the customer's stream of facts, so that of two who spend the last points at
once exactly one has them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from customers.facts import LoyaltyChanged
from customers.models import Customer, LoyaltyEntry, LoyaltyRule
from omnistore.errors import Conflict, Invalid
from omnistore.outbox import events

Kind = LoyaltyEntry.Kind
# The latest movements a clerk reads out.
LATEST = 50
# What a ledger line can hold.
MOST_POINTS = 1_000_000_000


class TooFewPoints(Conflict):
    code = "too_few_points"
    words = _("Only %(points)s points are on this card.")


class NotANumberOfPoints(Invalid):
    code = "not_a_number_of_points"
    words = _("A number of points is a whole number, one or more.")


@dataclass(frozen=True)
class Standing:
    """What is on a card: points to spend, and points owed that later ones settle first."""

    points: int
    debt: int


@dataclass(frozen=True)
class Event:
    """
    What moves points, once: `key` names it, `subject` is what sums are made by.

    `reference` is the document's number, for people.
    """

    key: str
    at: datetime
    subject: str = ""
    reference: str = ""
    store_code: str = ""


def rule_at(moment: datetime, *, currency: str) -> LoyaltyRule | None:
    """Return the rule in force at that moment, None when points are not earned or spent yet."""
    rules = LoyaltyRule.objects.filter(currency=currency, start_at__lte=moment)
    return rules.order_by("-start_at").first()


def balance(customer: Customer) -> int | None:
    """
    Return the customer's points, None when his card has no entry yet.

    Unit:     points.
    Formula:  the sum of all entries, those taken back being negative.
    Source:   `customers_loyaltyentry`, all of the customer's.
    """
    entries = LoyaltyEntry.objects.filter(customer=customer)
    points: int | None = entries.aggregate(points=Sum("points"))["points"]
    return points


def balances(customer_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the `balance` of each that has one, in one query, in none for nobody."""
    entries = LoyaltyEntry.objects.filter(customer__in=customer_ids).order_by()
    return dict(entries.values_list("customer").annotate(points=Sum("points")))


def with_points(customers: QuerySet[Customer]) -> QuerySet[Any]:
    """Return the customers, each with his `balance` as `points` and his debt, in the same query."""
    entries = LoyaltyEntry.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
    owed = entries.filter(~Q(debt=0))
    return customers.annotate(
        points=Subquery(entries.values(points=Sum("points")).values("points")),
        debt=Subquery(owed.values(debt=Sum("debt")).values("debt")),
    )


def standing(customer_id: UUID) -> Standing:
    """Return the customer's points and debt; none of either when his card has no entry yet."""
    entries = LoyaltyEntry.objects.filter(customer=customer_id)
    sums = entries.aggregate(points=Sum("points"), debt=Sum("debt"))
    return Standing(points=sums["points"] or 0, debt=sums["debt"] or 0)


def latest(customer: Customer, limit: int = LATEST) -> Sequence[LoyaltyEntry]:
    """Return the last movements, newest first."""
    return list(LoyaltyEntry.objects.filter(customer=customer).order_by("-at", "-pk")[:limit])


def hold(customer_id: UUID) -> None:
    """Let nobody else count this customer's points until the commit; see `events.hold`."""
    events.hold(f"customer:{customer_id}")


def is_counted(event: Event) -> bool:
    """Whether the event has its line already."""
    return LoyaltyEntry.objects.filter(event_key=event.key).exists()


@transaction.atomic(savepoint=False)
def earn(*, customer_id: UUID, points: int, event: Event) -> Standing:
    """Add the points; what is owed is settled first. The same event again changes nothing."""
    return _add(Kind.EARNED, customer_id, points, event)


@transaction.atomic(savepoint=False)
def give_back(*, customer_id: UUID, points: int, event: Event) -> Standing:
    """Give spent points back; what is owed is settled first. Safe to call twice."""
    return _add(Kind.REFUNDED, customer_id, points, event)


@transaction.atomic(savepoint=False)
def spend(*, customer_id: UUID, points: int, event: Event) -> Standing:
    """
    Pay with points. The same event again changes nothing.

    Raises:
        TooFewPoints: fewer are on the card.
        NotANumberOfPoints: less than one, or more than any card holds.
    """
    if not 1 <= points <= MOST_POINTS:
        raise NotANumberOfPoints()
    hold(customer_id)
    before = standing(customer_id)
    if is_counted(event):
        return before
    if points > before.points:
        raise TooFewPoints(points=before.points)
    return _post(customer_id, before, event, [(Kind.SPENT, -points, 0)])


@transaction.atomic(savepoint=False)
def was_spent(*, customer_id: UUID, points: int, event: Event) -> Standing:
    """Write down what a till took as paid with points already: what was not there is owed."""
    return _take(Kind.SPENT, customer_id, points, event)


@transaction.atomic(savepoint=False)
def take_back(*, customer_id: UUID, points: int, event: Event) -> Standing:
    """
    Take earned points back; too few left is a debt, never a refusal (rules.md 2.9).

    The same event again changes nothing.
    """
    return _take(Kind.REVERSED, customer_id, points, event)


@transaction.atomic(savepoint=False)
def leave(*, customer_id: UUID, points: int, event: Event) -> Standing:
    """Undo a taking back: the return it was for did not happen. Safe to call twice."""
    return _add(Kind.REVERSED, customer_id, points, event)


def _add(kind: str, customer_id: UUID, points: int, event: Event) -> Standing:
    hold(customer_id)
    before = standing(customer_id)
    if points < 1 or is_counted(event):
        return before
    settled = min(before.debt, points)
    lines = [(kind, points, 0)]
    if settled:
        lines.append((Kind.SETTLED, -settled, -settled))
    return _post(customer_id, before, event, lines)


def _take(kind: str, customer_id: UUID, points: int, event: Event) -> Standing:
    hold(customer_id)
    before = standing(customer_id)
    if points < 1 or is_counted(event):
        return before
    there = max(min(before.points, points), 0)
    lines = [(kind, -there, 0)]
    if there < points:
        lines.append((Kind.DEBT, 0, points - there))
    return _post(customer_id, before, event, lines)


def _post(
    customer_id: UUID, before: Standing, event: Event, lines: Sequence[tuple[str, int, int]]
) -> Standing:
    # The first line bears the event's key, even when it moves nothing: all was owed.
    LoyaltyEntry.objects.bulk_create(
        LoyaltyEntry(
            customer_id=customer_id,
            kind=kind,
            points=points,
            debt=debt,
            reference=event.reference[:80],
            subject=event.subject if kind != Kind.SETTLED else "",
            event_key="" if position else event.key,
            at=event.at,
        )
        for position, (kind, points, debt) in enumerate(lines)
    )
    after = Standing(
        points=before.points + sum(points for _, points, _ in lines),
        debt=before.debt + sum(debt for _, _, debt in lines),
    )
    fact = LoyaltyChanged(
        customer_id=customer_id,
        store_code=event.store_code,
        points=after.points,
        debt=after.debt,
    )
    events.record(fact, at=event.at)
    return after
