"""A HubSpot account, a connection to it, and people it hears of."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from customers import consent
from customers.facts import CustomerSignedUp
from customers.models import ConsentWording, Customer
from omnistore.outbox import connections, events
from omnistore.outbox.models import Connection, Delivery
from tests.crm.fakes.hubspot import TOKEN, HubSpot, account
from tests.factories import NOON, WEBHOOK_SECRET, make_customer
from tests.outbox.conftest import Post

MARKETING, PROFILING, RECEIPT = "MARKETING", "PROFILING", "RECEIPT"
SECRET = "client-secret"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def hubspot() -> Iterator[HubSpot]:
    with account() as running:
        yield running


@pytest.fixture
def connection(db: None, hubspot: HubSpot) -> Connection:
    made = connections.ensure(
        name="HubSpot", url=hubspot.url, secret=WEBHOOK_SECRET, kind="hubspot", at=NOON
    )
    made.credentials = {"token": TOKEN, "client_secret": SECRET}
    made.options = {"subscription_id": "77", "app_id": "4711"}
    made.save()
    return made


@pytest.fixture
def service(connection: Connection) -> Connection:
    """The same connection for orders and after-sales: it may know more."""
    connection.purpose = Connection.Purpose.SERVICE
    connection.save()
    return connection


@pytest.fixture
def post(connection: Connection) -> Post:
    return Post(connection)


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer(
        phone="+33612345678", email="camille@example.fr", city="Lyon", country="FR", level="GOLD"
    )


def say(
    customer: Customer,
    purpose: str = MARKETING,
    channel: str = "EMAIL",
    *,
    is_given: bool,
    at: datetime = NOON,
) -> None:
    """The customer answers one question at the counter."""
    consent.default_wordings(at=NOON)
    wording = ConsentWording.objects.filter(purpose=purpose, channel=channel, language="fr").latest(
        "version"
    )
    consent.record(
        customer=customer,
        wording=wording,
        is_given=is_given,
        source="COUNTER",
        store=None,
        tablet=None,
        clerk=None,
        at=at,
    )


def sign_up(customer: Customer, *, at: datetime = NOON) -> None:
    """Record that the customer joined."""
    with transaction.atomic():
        events.record(
            CustomerSignedUp(
                customer_id=customer.pk,
                store_code="lyo",
                kinds=["EMAIL"],
                source="COUNTER",
                language="fr",
            ),
            at=at,
        )


def states() -> list[tuple[str, str]]:
    """Return the deliveries' states and the receiver's words, the oldest first."""
    rows = Delivery.objects.order_by("pk").values_list("state", "last_words")
    return [(state, words) for state, words in rows]


def all_delivered() -> bool:
    return {state for state, _ in states()} == {"DELIVERED"}


def again(post: Post) -> None:
    """Send everything once more, as after a crash between the call and its mark."""
    Delivery.objects.update(state="WAITING", delivered_at=None, due_at=post.clock())
    for lane in post.connection.lanes.all():
        lane.due_at = post.clock()
        lane.save()
    post.send()


def contact_of(hubspot: HubSpot, customer: Customer) -> dict[str, Any]:
    """Return the properties of the only contact with our id."""
    (found,) = [
        values
        for values in hubspot.account.contacts.values()
        if values.get("omnistore_id") == str(customer.pk)
    ]
    return found
