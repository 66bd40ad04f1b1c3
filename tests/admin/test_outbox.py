"""Head office looks after the systems we tell."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from omnistore.outbox import connections, relay
from omnistore.outbox.models import Connection, Delivery
from tests.factories import NOON, WEBHOOK_SECRET
from tests.outbox.conftest import ALICE, BOB, happen

CONNECTIONS = "admin:outbox_connection_changelist"
DELIVERIES = "admin:outbox_delivery_changelist"
FORM = {"name": "CRM", "kind": "webhook", "url": "https://crm.example/in", "wants": '["orders.*"]'}


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


def test_shows_a_new_connections_secret_once(office: Client) -> None:
    answer = office.post(reverse("admin:outbox_connection_add"), FORM)

    connection = Connection.objects.get()
    assert connection.secret.startswith("whsec_")
    assert connection.secret in answer.content.decode()
    page = office.get(reverse("admin:outbox_connection_change", args=[connection.pk]))
    assert connection.secret not in page.content.decode()


def test_keeps_the_secret_when_the_address_changes(office: Client, crm: Connection) -> None:
    address = reverse("admin:outbox_connection_change", args=[crm.pk])

    office.post(address, FORM | {"url": "https://elsewhere.example/"})

    crm.refresh_from_db()
    assert (crm.url, crm.secret) == ("https://elsewhere.example/", WEBHOOK_SECRET)


@pytest.mark.parametrize("wants", ['"orders"', "[1]", "{}x"])
def test_refuses_wishes_that_are_no_list(office: Client, db: None, wants: str) -> None:
    answer = office.post(reverse("admin:outbox_connection_add"), FORM | {"wants": wants})

    assert answer.status_code == 200
    assert not Connection.objects.exists()


def test_pauses_and_resumes(office: Client, crm: Connection) -> None:
    act(office, "pause", CONNECTIONS, crm.pk)
    crm.refresh_from_db()
    assert (crm.state, crm.state_reason) == (Connection.State.PAUSED, "by anne")

    act(office, "resume", CONNECTIONS, crm.pk)
    crm.refresh_from_db()
    assert crm.is_running


def test_makes_a_new_secret(office: Client, crm: Connection) -> None:
    page = act(office, "renew_secret", CONNECTIONS, crm.pk)

    crm.refresh_from_db()
    assert crm.secret != WEBHOOK_SECRET
    assert crm.secret in page


def test_shows_what_waits_and_what_was_given_up(office: Client, crm: Connection) -> None:
    happen(ALICE)
    happen(BOB)
    relay.relay(at=NOON)
    Delivery.objects.filter(event__customer_id=BOB).update(state=Delivery.State.DEAD)

    row = office.get(reverse(CONNECTIONS)).context["cl"].queryset.get()

    assert (row.waiting, row.oldest_at, row.dead) == (1, NOON, 1)


def test_tries_a_dead_letter_again_now(office: Client, crm: Connection) -> None:
    happen()
    relay.relay(at=NOON)
    Delivery.objects.update(state=Delivery.State.DEAD, attempts=16)

    page = act(office, "try_again", DELIVERIES, Delivery.objects.get().pk)

    assert "1 message is sent now." in page
    assert Delivery.objects.get().state == Delivery.State.WAITING


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
