"""
What Segment is told, as its specs have it: pure functions, no database, no network.

Identify: https://segment.com/docs/connections/spec/identify/ (reserved traits); track: the
e-commerce spec v2, whose example payloads the tests hold these against. Amounts leave in major
units, as that spec has them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from customers.models import ConsentWording
from omnistore.crm import people
from omnistore.crm.people import Person
from omnistore.money import to_decimal
from omnistore.outbox.messages import Message
from omnistore.outbox.models import Connection
from orders.models import Cart, CartLine, CustomerReturn, Order, OrderLine, ReturnLine

Purpose = ConsentWording.Purpose
Event = dict[str, Any]
# Bytes. Segment counts 32 kB an event and 500 kB a request, in thousands to be on the safe side.
LARGEST_EVENT = 32_000
LARGEST_BATCH = 500_000
# For the brackets, `sentAt`, and what a compatible receiver may add.
ENVELOPE = 1_000
NOTHING = "omnistore: nothing to tell"
# Whether an article is advertised to a person, by what its event is called there.
ADVERTISING = {
    "customers.advertising.stopped": "Advertising Stopped",
    "customers.advertising.resumed": "Advertising Resumed",
}
CREDIT = {
    "orders.credit.issued": "Store Credit Issued",
    "orders.credit.used": "Store Credit Used",
    "orders.credit.restored": "Store Credit Restored",
}


@dataclass(frozen=True)
class Known:
    """What the events of one call are made of, read at that moment."""

    purpose: str = Connection.Purpose.MARKETING
    people: Mapping[UUID, Person] = field(default_factory=dict)
    orders: Mapping[UUID, Order] = field(default_factory=dict)
    returns: Mapping[UUID, CustomerReturn] = field(default_factory=dict)
    carts: Mapping[UUID, Cart] = field(default_factory=dict)

    def person(self, message: Message) -> Person | None:
        return self.people.get(message.customer_id) if message.customer_id else None

    def may_follow(self, person: Person | None) -> bool:
        """Whether what was bought may be told beside who bought it."""
        return people.may_follow(person, self.purpose)


def events_of(message: Message, known: Known) -> list[Event]:
    """Return what is sent for this message, in order; nothing when it is not for Segment."""
    person = known.person(message)
    if message.is_erasure:
        return erasure(message)
    if person is not None and person.is_erased:
        return []
    if message.name in ADVERTISING:
        return _advertising(message, person, known)
    if message.name.startswith("customers.") and person is not None:
        return [identify(message, person)]
    told = _track(message, known)
    return [_event(message, person, known, *told)] if told else []


def _advertising(message: Message, person: Person | None, known: Known) -> list[Event]:
    """Return the event; none where nothing of what he bought may be told: nor may it be shown."""
    if person is None or not known.may_follow(person):
        return []
    payload = message.payload
    properties = {"product_id": payload["sku"], "sku": payload["sku"], "model": payload["model"]}
    if payload.get("reason"):
        properties["reason"] = payload["reason"]
    return [_event(message, person, known, ADVERTISING[message.name], properties)]


def identify(message: Message, person: Person) -> Event:
    """Return who he is; what is not known or not allowed is null, which clears it."""
    return _envelope(message, person) | {"type": "identify", "traits": traits(person)}


def traits(person: Person) -> dict[str, Any]:
    """Return the person in Segment's reserved traits, and the card's in words of ours."""
    return {
        "email": person.email or None,
        "phone": person.phone or None,
        "firstName": person.first_name or None,
        "lastName": person.last_name or None,
        "address": {"city": person.city or None, "country": person.country or None},
        "createdAt": zulu(person.created_at),
        "language": person.language or None,
        "level": person.level or None,
        "points": person.points,
        "isVip": person.is_vip,
    }


def erasure(message: Message) -> list[Event]:
    """Return an identify that blanks every trait, and the event that says why."""
    user = {"userId": str(message.customer_id), "timestamp": zulu(message.happened_at)}
    nobody = Person(id=UUID(int=0), language="", country="", created_at=message.happened_at)
    blank = traits(nobody) | {"createdAt": None}
    return [
        user | {"type": "identify", "messageId": message.key, "traits": blank},
        user
        | {
            "type": "track",
            "messageId": f"{message.key}_erased",
            "event": "User Erased",
            "properties": {},
        },
    ]


def preferences(person: Person) -> dict[str, bool]:
    """Return his consents as Segment's consent categories: `marketing_email`, `profiling` …"""
    return {
        "_".join(filter(None, (said.purpose, said.channel))).lower(): said.is_given
        for said in person.said
    }


def _envelope(message: Message, person: Person | None) -> Event:
    who = {"userId": str(message.customer_id)} if message.customer_id else {}
    context: dict[str, Any] = {"library": {"name": "omnistore", "version": "1"}}
    if person is not None:
        context["consent"] = {"categoryPreferences": preferences(person)}
    return {
        **(who or {"anonymousId": str(message.event_id)}),
        "messageId": message.key,
        "timestamp": zulu(message.happened_at),
        "context": context,
    }


def _event(
    message: Message, person: Person | None, known: Known, name: str, properties: dict[str, Any]
) -> Event:
    event = _envelope(message, person) | {"type": "track", "event": name}
    if known.may_follow(person):
        if person is not None:
            event["context"]["traits"] = _contact(person)
        return event | {"properties": properties}
    kept = {key: value for key, value in properties.items() if key != "products"}
    return event | {"properties": kept}


def _contact(person: Person) -> dict[str, str]:
    """Return by what destinations find him, as far as it may be known."""
    return {
        name: value for name, value in (("email", person.email), ("phone", person.phone)) if value
    }


def _track(message: Message, known: Known) -> tuple[str, dict[str, Any]] | None:
    """Return the event's name and properties, of the rows as they stand now."""
    payload = message.payload
    order = known.orders.get(_id(payload, "order_id"))
    taken = known.returns.get(_id(payload, "return_id"))
    cart = known.carts.get(_id(payload, "cart_id"))
    match message.name:
        case "orders.order.recorded" if order is not None:
            return "Order Completed", completed(order)
        case "orders.return.accepted" if taken is not None:
            return "Return Accepted", returned(taken)
        case "orders.return.settled" if taken is not None:
            return "Order Refunded", refunded(taken)
        case "orders.exchange.made" if order is not None and taken is not None:
            return "Order Updated", exchanged(taken, order)
        case "orders.cart.changed" if cart is not None and cart.state == Cart.State.OPEN:
            return "Cart Viewed", cart_viewed(cart)
    return _afterwards(message)


def _afterwards(message: Message) -> tuple[str, dict[str, Any]] | None:
    """Return what a sale or return leaves behind, as the fact itself says it."""
    payload = message.payload
    match message.name:
        case "orders.return.cancelled":
            return "Return Cancelled", {"return_id": payload["number"]}
        case "orders.withdrawal.declared":
            return "Withdrawal Declared", {"order_id": payload["number"]}
        case "orders.satisfaction.asked":
            return "Satisfaction Asked", _about(payload)
        case "orders.satisfaction.answered":
            said = {name: payload[name] for name in ("scale", "score", "highest")}
            return "Satisfaction Answered", _about(payload) | said
        case name if name in CREDIT and message.customer_id:
            return CREDIT[name], credit(payload)
    return None


def _about(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return which sale or return somebody is asked about."""
    return {"order_id" if payload.get("order_id") else "return_id": payload["number"]}


def credit(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was written on store credit or a gift card, and what is left on it."""
    currency = payload["currency"]
    return {
        "kind": payload["kind"],
        "value": major(payload["amount"], currency),
        "left": major(payload["left"], currency),
        "currency": currency,
    }


def completed(order: Order) -> dict[str, Any]:
    lines = list(order.lines.all())
    currency = order.currency
    off = sum(line.line_discount + line.order_discount for line in lines)
    return {
        "order_id": order.number,
        "affiliation": order.store.name if order.store else order.source,
        "total": major(order.total, currency),
        # Without tax; the spec wants it without shipping too, which is a line like others here.
        "revenue": major(order.total - order.tax, currency),
        "tax": major(order.tax, currency),
        "discount": major(off, currency),
        "currency": currency,
        "products": [sold(line, currency) for line in lines],
    }


def exchanged(taken: CustomerReturn, order: Order) -> dict[str, Any]:
    """Return the first order as changed by what was handed over in exchange."""
    first = taken.order.number if taken.order else order.number
    return completed(order) | {"order_id": first, "exchange_id": order.number}


def returned(taken: CustomerReturn) -> dict[str, Any]:
    lines = list(taken.lines.all())
    return _brought(taken, lines, total=sum(line.amount for line in lines))


def refunded(taken: CustomerReturn) -> dict[str, Any]:
    """Return what was paid back, all tenders together, and for which goods."""
    paid = sum(refund.amount for refund in taken.refund_plan.refunds.all() if refund.is_paid)
    back = ReturnLine.Resolution.REFUND
    lines = [line for line in taken.lines.all() if line.resolution == back]
    return _brought(taken, lines, total=paid)


def _brought(taken: CustomerReturn, lines: Iterable[ReturnLine], *, total: int) -> dict[str, Any]:
    order_id = {"order_id": taken.order.number} if taken.order else {}
    return {
        **order_id,
        "return_id": taken.number or str(taken.pk),
        "total": major(total, taken.currency),
        "currency": taken.currency,
        "products": [brought(line, taken.currency) for line in lines],
    }


def cart_viewed(cart: Cart) -> dict[str, Any]:
    lines = list(cart.lines.all())
    return {
        "cart_id": str(cart.pk),
        "total": major(sum(line.total for line in lines), cart.currency),
        "currency": cart.currency,
        "products": [sold(line, cart.currency) for line in lines],
    }


def sold(line: OrderLine | CartLine, currency: str) -> dict[str, Any]:
    return _product(line) | {
        "price": major(line.unit_price, currency),
        "quantity": line.quantity,
    }


def brought(line: ReturnLine, currency: str) -> dict[str, Any]:
    order = {"order_id": line.order_line.order.number} if line.order_line else {}
    return _product(line) | {
        "price": major(line.amount // line.units, currency),
        "quantity": line.units,
        **order,
        "reason": line.reason,
        "condition": line.condition,
    }


def _product(line: OrderLine | CartLine | ReturnLine) -> dict[str, Any]:
    product = line.product
    variant = {"variant": product.variant} if product.variant else {}
    return {
        "product_id": product.sku,
        "sku": product.sku,
        "name": product.name,
        **variant,
        "position": line.position,
    }


def fitted(event: Event) -> str | None:
    """
    Return the event as it is sent, within Segment's size, without its products if need be.

    None: it is too large all the same.
    """
    text = written(event)
    if len(text) <= LARGEST_EVENT:
        return text
    properties = dict(event.get("properties", {}))
    omitted = properties.pop("products", [])
    smaller = event | {"properties": properties | {"products_omitted": len(omitted)}}
    text = written(smaller)
    return text if len(text) <= LARGEST_EVENT else None


def batches(events: Iterable[str]) -> list[list[str]]:
    """Return the events in their order, cut so that no request is larger than Segment takes."""
    cut: list[list[str]] = []
    room = 0
    for event in events:
        # With the comma between.
        needs = len(event) + 1
        if needs > room or not cut:
            cut.append([])
            room = LARGEST_BATCH - ENVELOPE
        cut[-1].append(event)
        room -= needs
    return cut


def body(events: Iterable[str], at: datetime) -> bytes:
    """Return one request; each event is written once, when it is measured."""
    return f'{{"batch":[{",".join(events)}],"sentAt":"{zulu(at)}"}}'.encode()


def written(event: Event) -> str:
    """Return the event in JSON, in which each character is a byte."""
    return json.dumps(event, separators=(",", ":"))


def major(minor: int, currency: str) -> float:
    """Return the amount as the JSON number that the spec has: written with the exact decimals."""
    return float(to_decimal(minor, currency))


def zulu(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _id(payload: Mapping[str, Any], name: str) -> UUID:
    given = payload.get(name)
    return UUID(given) if given else UUID(int=0)
