"""Head office looks into what is on its way."""

from collections.abc import Iterator

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import translation

from omnistore.outbox import connections, relay
from omnistore.outbox.models import Connection, Delivery
from tests.factories import NOON, WEBHOOK_SECRET
from tests.outbox.conftest import ALICE, BOB, happen

DELIVERIES = "admin:outbox_delivery_changelist"


@pytest.fixture(autouse=True)
def in_english(office: Client) -> Iterator[None]:
    office.cookies["omnistore_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def crm(db: None) -> Connection:
    return connections.ensure(
        name="CRM", url="https://crm.example/", secret=WEBHOOK_SECRET, at=NOON
    )


def act(office: Client, name: str, page: str, *rows: int) -> str:
    data = {"action": name, "_selected_action": rows}
    return office.post(reverse(page), data, follow=True).content.decode()


def test_tries_a_dead_letter_again_now(office: Client, crm: Connection) -> None:
    happen()
    relay.relay(at=NOON)
    Delivery.objects.update(state=Delivery.State.DEAD, attempts=16)

    page = act(office, "try_again", DELIVERIES, Delivery.objects.get().pk)

    assert "1 message is sent now." in page
    delivery = Delivery.objects.get()
    assert delivery.state == Delivery.State.WAITING
    noted = LogEntry.objects.get(object_id=str(crm.pk))
    assert noted.change_message == f"Message {delivery.pk} tried again."


def test_says_that_a_message_has_arrived_already(office: Client, crm: Connection) -> None:
    happen()
    relay.relay(at=NOON)
    Delivery.objects.update(state=Delivery.State.DELIVERED, delivered_at=NOON)

    page = act(office, "try_again", DELIVERIES, Delivery.objects.get().pk)

    assert "The receiver has this message already." in page


def test_finds_deliveries_by_customer(office: Client, crm: Connection) -> None:
    happen(ALICE)
    happen(BOB)
    relay.relay(at=NOON)

    found = office.get(reverse(DELIVERIES), {"q": str(BOB)}).context["cl"].queryset

    assert [delivery.event.customer_id for delivery in found] == [BOB]
