"""The demo's CRM: what it believes, keeps once, and how it can be made to fail."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now
from pytest_django.live_server_helper import LiveServer
from standardwebhooks.webhooks import Webhook

from omnistore.demo import inbox
from omnistore.demo.models import Inbox, Message
from omnistore.outbox import events, relay, sending
from omnistore.outbox.answers import Verdict
from omnistore.outbox.models import Connection, Delivery
from tests.outbox.conftest import ALICE, CardShown

EVENT = {
    "specversion": "1.0",
    "id": "1",
    "source": "http://localhost:8000",
    "type": "omnistore.tests.card.shown",
    "subject": str(ALICE),
    "time": "2026-11-21T12:00:00Z",
    "sequence": "000000000001",
    "data": {"times": 1},
}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def send(
    client: Client,
    event: Any = EVENT,
    *,
    message_id: str = "msg_1",
    at: datetime | None = None,
    secret: str = "",
) -> int:
    body = event if isinstance(event, str) else json.dumps(event)
    at = at or now()
    signature = Webhook(secret or inbox.the_inbox().secret).sign(message_id, at, body)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    path = reverse("demo:inbox")
    response = client.post(path, body, content_type="application/cloudevents+json", headers=headers)
    return response.status_code


def test_keeps_what_is_signed(client: Client, db: None) -> None:
    assert send(client) == 200

    message = Message.objects.get()
    assert (message.name, message.subject) == ("omnistore.tests.card.shown", str(ALICE))
    assert message.content == {"times": 1}
    assert message.happened_at == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_keeps_a_message_once_however_often_it_comes(client: Client, db: None) -> None:
    send(client)
    send(client)
    send(client, message_id="msg_2")

    assert list(Message.objects.order_by("pk").values_list("repeats", flat=True)) == [1, 0]


def test_refuses_what_another_signed(client: Client, db: None) -> None:
    assert send(client, secret="whsec_c29tZWJvZHkgZWxzZQ==") == 401
    assert not Message.objects.exists()


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_refuses_what_was_signed_long_ago_or_in_the_future(
    client: Client, db: None, age: timedelta
) -> None:
    assert send(client, at=now() - age) == 401


@pytest.mark.parametrize("signature", ["", "v1", "v1,%%%", "v1,", "v2,abc", "v1,a,b", "é"])
def test_refuses_signatures_that_are_none(client: Client, db: None, signature: str) -> None:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now().timestamp())),
        "webhook-signature": signature,
    }

    response = client.post(
        reverse("demo:inbox"), b"\xff\x00", content_type="text/plain", headers=headers
    )

    assert response.status_code == 401


@pytest.mark.parametrize(
    "event",
    [
        "[]",
        "not json",
        "{}",
        json.dumps(EVENT | {"time": "yesterday"}),
        json.dumps(EVENT | {"time": 3}),
        json.dumps(EVENT | {"time": "2026-11-21T12:00:00"}),
        json.dumps(EVENT | {"data": "\0"}),
    ],
)
def test_refuses_what_is_signed_but_no_event(client: Client, db: None, event: str) -> None:
    assert send(client, event) == 422
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("mood", "status", "kept"),
    [("DOWN", 503, 0), ("BUSY", 429, 0), ("STRICT", 403, 0), ("FORGETFUL", 500, 1)],
)
def test_fails_as_it_is_told(client: Client, db: None, mood: str, status: int, kept: int) -> None:
    client.post(reverse("demo:mood"), {"mood": mood})

    assert send(client) == status
    assert Message.objects.count() == kept


def test_shows_what_arrived_and_how_long_it_took(client: Client, db: None) -> None:
    happened_at = now() - timedelta(minutes=2)
    send(client, EVENT | {"time": happened_at.isoformat()})
    Message.objects.update(received_at=happened_at + timedelta(seconds=120))

    page = client.get(reverse("demo:crm")).content.decode()

    assert "omnistore.tests.card.shown" in page
    assert "120 s" in page


def test_answers_htmx_with_the_fragment(client: Client, db: None) -> None:
    response = client.get(reverse("demo:crm"), headers={"HX-Request": "true"})

    assert response.content.decode().lstrip().startswith('<section id="messages"')


def test_an_unknown_mood_changes_nothing(client: Client, db: None) -> None:
    client.post(reverse("demo:mood"), {"mood": "\0"})

    assert inbox.the_inbox().mood == Inbox.Mood.WELL


@pytest.mark.django_db(transaction=True)
def test_hears_of_what_happens_in_the_shop(live_server: LiveServer) -> None:
    url = live_server.url + reverse("demo:inbox")
    connection = inbox.connect(url=url, at=now())
    assert inbox.connect(url=url, at=now()) == connection == Connection.objects.get()
    inbox.change_mood(mood="FORGETFUL")
    with transaction.atomic():
        events.record(CardShown(customer_id=ALICE, store_code="lyo"), at=now())

    relay.relay(at=now())
    sending.send_due(connection=connection, clock=now, chance=lambda: 0.0)
    inbox.change_mood(mood="WELL")
    sending.send_due(connection=connection, clock=now, chance=lambda: 0.0)

    assert Message.objects.get().repeats == 1
    assert Delivery.objects.get().state == Delivery.State.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_takes_the_test_event_that_head_office_sends(live_server: LiveServer) -> None:
    connection = inbox.connect(url=live_server.url + reverse("demo:inbox"), at=now())

    answer = sending.connector_of(connection).test(now())

    assert answer.verdict is Verdict.DONE
    assert Message.objects.get().name == "omnistore.test"
