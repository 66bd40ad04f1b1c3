"""How our rows read in HubSpot, where every property's value is a text. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from customers.models import ConsentWording
from omnistore import words
from omnistore.crm.hubspot.schema import CONSENTS, NO, YES
from omnistore.crm.people import Person
from omnistore.money import to_decimal
from omnistore.outbox.messages import Message
from orders.models import Cart, CustomerReturn, Order, Refund, ReturnLine, Tender

Purpose = ConsentWording.Purpose
Values = dict[str, str]

# What is taken out again when it may no longer be known.
PERSONAL = {
    "firstname": "first_name",
    "lastname": "last_name",
    "city": "city",
    "email": "email",
    "phone": "phone",
    "omnistore_level": "level",
}
CART = (
    "omnistore_cart_state",
    "omnistore_cart_total",
    "omnistore_cart_currency",
    "omnistore_cart_units",
    "omnistore_cart_changed_at",
)
CLEARABLE = frozenset((*PERSONAL, *CART, "omnistore_points", "omnistore_vip"))


def contact(
    person: Person, *, told: Iterable[str] = (), cart: Cart | None = None, has_email: bool = True
) -> Values:
    """
    Return a contact's properties.

    `told` are the names that were told before: of these, what may no longer be known is cleared;
    what was never told is left out. `has_email` is no when another contact has the address.
    """
    values = _known(person)
    if not has_email:
        values["email"] = ""
    if may_know_cart(person):
        values |= cart_values(cart) if cart else {}
    else:
        values |= dict.fromkeys(CART, "")
    told = set(told)
    return {name: value for name, value in values.items() if value or name in told}


def _known(person: Person) -> Values:
    return {
        "hs_language": person.language,
        "country": person.country,
        **{name: getattr(person, ours) for name, ours in PERSONAL.items()},
        "omnistore_points": "" if person.points is None else str(person.points),
        "omnistore_vip": "" if person.is_vip is None else _yes(person.is_vip),
        **_consents(person),
    }


def _consents(person: Person) -> Values:
    said = {(one.purpose, one.channel): one.is_given for one in person.said}
    return {name: _yes(said[about]) for name, about in CONSENTS.items() if about in said}


def may_know_cart(person: Person) -> bool:
    """Whether he agreed to advice or to offers, on any channel: then his cart may be known."""
    return any(
        one.is_given and one.purpose in (Purpose.PROFILING, Purpose.MARKETING)
        for one in person.said
    )


def cart_values(cart: Cart) -> Values:
    """Return a web cart as properties of its contact."""
    lines = list(cart.lines.all())
    return {
        "omnistore_cart_state": cart.state,
        "omnistore_cart_total": money(sum(line.total for line in lines), cart.currency),
        "omnistore_cart_currency": cart.currency,
        "omnistore_cart_units": str(sum(line.quantity for line in lines)),
        "omnistore_cart_changed_at": time(cart.changed_at),
    }


def order(row: Order) -> Values:
    """Return an order's properties; `row` as `sales.orders` reads it."""
    return {
        "hs_order_name": row.number,
        "hs_external_order_id": row.number,
        "hs_external_order_status": "DELIVERED" if row.delivered_at else "PAID",
        "hs_external_created_date": time(row.placed_at),
        "hs_currency_code": row.currency,
        "hs_total_price": money(row.total, row.currency),
        "hs_tax": money(row.tax, row.currency),
        "hs_source_store": row.store.name if row.store else row.source,
        "omnistore_channel": row.channel,
        "omnistore_kind": row.kind,
        "omnistore_units": str(sum(line.quantity for line in row.lines.all())),
    }


def customer_return(row: CustomerReturn) -> Values:
    """Return a return's properties, money that comes and goes included."""
    lines = list(row.lines.all())
    exchange = getattr(row, "exchange", None)
    values = {
        "number": row.number or str(row.pk),
        "state": row.state,
        "store": row.store.name if row.store else "",
        "currency": row.currency,
        "amount": money(sum(line.amount for line in lines), row.currency),
        "units": str(sum(line.units for line in lines)),
        "reasons": ", ".join(sorted({line.reason for line in lines if line.reason})),
        "refunds_paid": money(_refunded(row, Refund.State.PAID), row.currency),
        "refunds_failed": money(_refunded(row, Refund.State.FAILED), row.currency),
        "exchanged_for": money(exchange.charges, exchange.currency) if exchange else "",
        "submitted_at": time(row.submitted_at) if row.submitted_at else "",
        "settled_at": time(row.settled_at) if row.settled_at else "",
    }
    return {name: value for name, value in values.items() if value}


def _refunded(row: CustomerReturn, state: str) -> int:
    plan = getattr(row, "refund_plan", None)
    refunds = plan.refunds.all() if plan else ()
    return sum(refund.amount for refund in refunds if refund.state == state)


def note(message: Message) -> Values:
    """Return the note that tells a colleague what happened; none for what needs no note."""
    with translation.override(settings.LANGUAGE_CODE):
        said = _said(message.name, message.payload)
    return {"hs_note_body": said, "hs_timestamp": time(message.happened_at)} if said else {}


def _said(name: str, payload: Mapping[str, Any]) -> str:
    """Return the fact in words: numbers, amounts and codes, nothing personal."""
    told = dict(payload)
    for amount in ("amount", "credit", "charges", "left"):
        if amount in told:
            told[amount] = words.money(told[amount], told["currency"])
    if told.get("tender") in Tender.values:
        told["tender"] = Tender(told["tender"]).label
    if told.get("reason") in ReturnLine.Reason.values:
        told["reason"] = ReturnLine.Reason(told["reason"]).label
    sentences = {
        "orders.return.accepted": _("Return %(number)s accepted, worth %(amount)s."),
        "orders.exchange.made": _(
            "Exchange %(number)s: %(credit)s came back, %(charges)s was handed over."
        ),
        "orders.refund.paid": _("Refund of %(amount)s paid (%(tender)s)."),
        "orders.refund.failed": _("Refund of %(amount)s failed (%(tender)s)."),
        "orders.refund.rerouted": _("Refund of %(amount)s goes another way (%(tender)s)."),
        "orders.return.cancelled": _("Return %(number)s does not take place."),
        "orders.withdrawal.declared": _("The customer withdrew from purchase %(number)s."),
        "orders.credit.issued": _("Credit of %(amount)s issued."),
        "orders.credit.used": _("Credit of %(amount)s spent, %(left)s is left."),
        "orders.credit.restored": _("Credit of %(amount)s came back, %(left)s is left."),
        "orders.satisfaction.asked": _("The customer is asked how it was (%(number)s).")
        if told.get("channel")
        else _("Ask the customer how it was (%(number)s)."),
        "orders.satisfaction.answered": _(
            "The customer said how it was (%(number)s): %(score)s out of %(highest)s."
        ),
        "customers.advertising.stopped": _(
            "Do not advertise article %(sku)s to this customer: it came back (%(reason)s)."
        ),
        "customers.advertising.resumed": _("Article %(sku)s may be advertised again."),
    }
    return sentences[name] % told if name in sentences else ""


def fields_told(before: Sequence[str], sent: Values) -> list[str]:
    """Return the names of what a contact now holds of us, for `contact` to clear one day."""
    held = {name for name in before if sent.get(name, "kept")}
    return sorted(held | {name for name, value in sent.items() if value and name in CLEARABLE})


def money(minor: int, currency: str) -> str:
    """Return the amount in major units, as 39.80."""
    return str(to_decimal(minor, currency))


def time(at: datetime) -> str:
    """Return the time in the one form that all of HubSpot reads."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _yes(is_given: bool) -> str:
    return YES if is_given else NO
