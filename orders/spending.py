"""
Points as a means of payment: spent at a till before the sale is told, or with it.

The till asks for the points first, by a reference of its own, and then tells the sale with that
reference on its tender of points. Without one, the points follow from the amount and the rule of
the day: the till has taken them already, so what is not there is owed.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers import loyalty
from customers.loyalty import MOST_POINTS, Event, Standing
from customers.models import Customer, LoyaltyEntry, LoyaltyRule
from omnistore.errors import Conflict, Invalid, NotFound
from orders.models import Order, Payment, Tender
from stores.models import Store

Kind = LoyaltyEntry.Kind


class NoLoyaltyRule(Invalid):
    code = "no_loyalty_rule"
    words = _("Points are worth nothing in this currency today.")


class SpentOtherwise(Conflict):
    code = "spent_otherwise"
    words = _("This reference was used for other points already.")


class UnknownSpending(NotFound):
    code = "unknown_spending"
    words = _("No points were spent by this reference.")


class PaidASale(Conflict):
    code = "points_paid_a_sale"
    words = _("These points have paid a sale. They come back with a return.")


@dataclass(frozen=True)
class Spending:
    """Points that a till may take as `amount`, in minor units; and what is left on the card."""

    reference: str
    points: int
    amount: int
    currency: str
    left: Standing


@transaction.atomic
def spend(
    *, customer: Customer, points: int, reference: str, store: Store, at: datetime
) -> tuple[Spending, bool]:
    """
    Return what the points pay, and whether they were spent by this call: once per reference.

    Raises:
        TooFewPoints, NotANumberOfPoints: see `loyalty.spend`.
        NoLoyaltyRule: nobody said what points are worth in the store's currency.
        SpentOtherwise: the reference stands for another customer's, or for other points.
    """
    rule = loyalty.rule_at(at, currency=store.currency)
    if rule is None or not rule.amount_paid_by(points):
        raise NoLoyaltyRule()
    key = _key(store.code, reference)
    loyalty.hold(customer.pk)
    earlier = LoyaltyEntry.objects.filter(event_key=key).first()
    if earlier and (earlier.customer_id, -earlier.points) != (customer.pk, points):
        raise SpentOtherwise()
    if earlier and _is_undone(key):
        raise SpentOtherwise()
    event = Event(key, at, reference=reference, store_code=store.code)
    left = loyalty.spend(customer_id=customer.pk, points=points, event=event)
    amount = rule.amount_paid_by(points)
    return Spending(reference, points, amount, store.currency, left), earlier is None


@transaction.atomic
def undo(*, reference: str, store: Store, at: datetime) -> Standing:
    """
    Give back points whose sale did not happen, and return what is on the card. Safe to call twice.

    Raises:
        UnknownSpending: this store spent none by the reference.
        PaidASale: a sale was paid with them.
    """
    key = _key(store.code, reference)
    spent = LoyaltyEntry.objects.filter(event_key=key).first()
    if spent is None:
        raise UnknownSpending()
    loyalty.hold(spent.customer_id)
    if _payments_by(store.code, reference).exists():
        raise PaidASale()
    event = Event(f"{key}:undone", at, reference=reference, store_code=store.code)
    return loyalty.give_back(customer_id=spent.customer_id, points=-spent.points, event=event)


def paid(order: Order, payment: Payment, rule: LoyaltyRule | None) -> None:
    """Link the payment to the points spent for it, or write down that they were spent."""
    code = order.store.code if order.store else ""
    if payment.reference and (spent := _waiting(code, payment)):
        payment.points = -spent.points
        payment.save(update_fields=["points"])
        return
    if rule is None or not payment.amount:
        return
    payment.points = min(rule.points_paying(payment.amount), MOST_POINTS)
    payment.save(update_fields=["points"])
    if order.customer_id is not None:
        event = Event(f"spent:{payment.pk}", order.placed_at, "", order.number, code)
        loyalty.was_spent(customer_id=order.customer_id, points=payment.points, event=event)


def of(payment: Payment) -> LoyaltyEntry | None:
    """Return the entry by which the payment's points were spent, whoever's they were."""
    store = payment.order.store
    keys = [f"spent:{payment.pk}"]
    if payment.reference:
        keys.append(_key(store.code if store else "", payment.reference))
    found = LoyaltyEntry.objects.filter(event_key__in=keys, kind=Kind.SPENT)
    return max(found, key=lambda entry: entry.event_key == keys[0], default=None)


def _waiting(code: str, payment: Payment) -> LoyaltyEntry | None:
    """Return the points spent by the payment's reference that paid nothing else yet."""
    key = _key(code, payment.reference)
    spent = LoyaltyEntry.objects.filter(event_key=key).first()
    if spent is None:
        return None
    loyalty.hold(spent.customer_id)
    is_taken = _payments_by(code, payment.reference).exclude(pk=payment.pk).exists()
    return None if is_taken or _is_undone(key) else spent


def _payments_by(code: str, reference: str) -> QuerySet[Payment]:
    sold_in = {"order__store__code": code} if code else {"order__store": None}
    return Payment.objects.filter(tender=Tender.POINTS, reference=reference, **sold_in)


def _is_undone(key: str) -> bool:
    return LoyaltyEntry.objects.filter(event_key=f"{key}:undone").exists()


def _key(store_code: str, reference: str) -> str:
    return f"spending:{store_code}:{reference}"
