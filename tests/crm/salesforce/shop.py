"""A connection to the fake Salesforce, and people whom it hears of."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from customers import consent
from customers.facts import CustomerSignedUp
from customers.models import Customer
from omnistore.outbox import connections, events
from omnistore.outbox.facts import Fact
from omnistore.outbox.models import Connection, Delivery
from orders.facts import OrderRecorded
from orders.models import Order
from tests.crm.fakes.salesforce import AUDIENCE, CONSUMER_KEY, USERNAME, Salesforce, private_key
from tests.factories import NOON, WEBHOOK_SECRET, make_customer, make_order, make_product
from tests.outbox.conftest import Post

Purpose, Channel = consent.Purpose, consent.Channel


def connect(there: Salesforce, purpose: str = Connection.Purpose.MARKETING) -> Post:
    """Return the way to the fake."""
    made = connections.ensure(
        name="Salesforce", url=there.url, secret=WEBHOOK_SECRET, kind="salesforce", at=NOON
    )
    made.purpose = purpose
    made.options = {"consumer_key": CONSUMER_KEY, "username": USERNAME, "audience": AUDIENCE}
    made.credentials = {"private_key": private_key()}
    made.save()
    return Post(made)


def camille(**fields: Any) -> Customer:
    """Return Camille Moreau of Lyon, reachable and of unknown mind about offers."""
    known = {"phone": "+33612345678", "email": "camille@example.org", "city": "Lyon"}
    return make_customer(**known | fields)


def answer(customer: Customer, channel: str, is_given: bool, **when: Any) -> None:
    """Have the customer say yes or no to offers on the channel; empty: to personal advice."""
    purpose = Purpose.MARKETING if channel else Purpose.PROFILING
    wordings = consent.default_wordings(at=NOON)
    wording = next(one for one in wordings if (one.purpose, one.channel) == (purpose, channel))
    consent.record(
        customer=customer,
        wording=wording,
        is_given=is_given,
        source="TEST",
        store=None,
        tablet=None,
        clerk=None,
        **{"at": NOON} | when,
    )


def happen(fact: Fact) -> None:
    """Record the fact in a transaction of its own."""
    with transaction.atomic():
        events.record(fact, at=NOON)


def sign_up(customer: Customer) -> None:
    happen(
        CustomerSignedUp(
            customer_id=customer.pk,
            store_code="lyo",
            kinds=["EMAIL"],
            source="COUNTER",
            language="fr",
        )
    )


def order_recorded(order: Order) -> OrderRecorded:
    return OrderRecorded(
        customer_id=order.customer_id,
        store_code="lyo",
        order_id=order.pk,
        number=order.number,
        channel=order.channel,
        units=1,
        total=order.total,
        currency=order.currency,
    )


def again(post: Post) -> None:
    """Send everything once more, as after a crash between the call and the mark."""
    Delivery.objects.update(state=Delivery.State.WAITING, delivered_at=None, due_at=post.clock())
    post.connection.lanes.update(due_at=post.clock(), lease=None)
    post.send()


def states(post: Post) -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def words(post: Post) -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("last_words", flat=True))


def emptied(record: dict[str, Any], names: Iterable[str]) -> bool:
    return all(not record[name] for name in names)


def bought(customer: Customer) -> Any:
    """Return the fact that the customer bought two bags for 39.80 €."""
    return order_recorded(make_order(customer, [(make_product(f"SKU{customer.pk}"), 2, 1990)]))
