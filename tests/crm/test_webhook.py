"""What leaves, in which form, and how far we trust who answers."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook

from omnistore.crm import webhook
from omnistore.outbox import messages
from omnistore.outbox.answers import Answer, Verdict
from omnistore.outbox.messages import Message
from omnistore.outbox.models import Connection
from omnistore.outbox.replies import retry_after
from tests.factories import NOON, WEBHOOK_SECRET
from tests.outbox.conftest import ALICE
from tests.receiver import listening

EVENT_ID = UUID("0b5c0000-0000-4000-8000-000000000003")


def make_message(**fields: Any) -> Message:
    """Return a message that is in no database."""
    return Message(
        **{
            "delivery_id": 1,
            "event_id": EVENT_ID,
            "stream_id": 1,
            "key": messages.key(EVENT_ID, 4),
            "sequence": 7,
            "kind": "LEDGER",
            "topic": "",
            "name": "orders.refund.paid",
            "customer_id": ALICE,
            "payload": {"amount": 3980},
            "happened_at": NOON,
            "recorded_at": NOON,
        }
        | fields
    )


def post(url: str, at: datetime) -> Answer:
    """Send the message to that address."""
    connection = Connection(pk=4, url=url, secret=WEBHOOK_SECRET)
    (answer,) = webhook.Connector(connection).send([make_message()], at)
    return answer


def test_sends_a_cloud_event_signed_for_the_public_library() -> None:
    with listening() as crm:
        answer = post(crm.url, datetime.now(UTC))

    message = crm.messages[0]
    assert answer.verdict is Verdict.DONE
    assert message.headers["content-type"] == "application/cloudevents+json"
    assert Webhook(WEBHOOK_SECRET).verify(message.body, message.headers) == {
        "specversion": "1.0",
        "id": str(EVENT_ID),
        "source": "http://localhost:8000",
        "type": "omnistore.orders.refund.paid",
        "subject": str(ALICE),
        "time": "2026-11-21T12:00:00Z",
        "sequence": "000000000007",
        "datacontenttype": "application/json",
        "data": {"amount": 3980},
    }


def test_a_message_keeps_its_id_when_it_is_sent_again() -> None:
    with listening() as crm:
        post(crm.url, NOON)
        post(crm.url, NOON + timedelta(hours=1))

    first, second = crm.messages
    assert first.id == second.id
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


def test_names_no_subject_when_nobody_was_identified() -> None:
    assert "subject" not in webhook.envelope(make_message(customer_id=None))


def test_never_follows_a_redirect() -> None:
    with listening() as elsewhere, listening() as crm:
        crm.answers = [(307, {"Location": elsewhere.url}, b"")]

        answer = post(crm.url, NOON)

    assert (answer.verdict, answer.status) == (Verdict.LATER, 307)
    assert not elsewhere.messages


def test_reads_only_the_beginning_of_the_answer() -> None:
    with listening() as crm:
        crm.answers = [(500, {}, b"no\0thing \n" * 100_000)]

        answer = post(crm.url, NOON)

    assert answer.words.startswith("nothing nothing")
    assert len(answer.words) <= 4096


def test_a_receiver_that_is_not_there_is_tried_later() -> None:
    with listening() as crm:
        url = crm.url

    answer = post(url, NOON)

    assert (answer.verdict, answer.status) == (Verdict.LATER, None)
    assert answer.is_away


def test_the_whole_call_has_an_end_however_slowly_bytes_drip_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("omnistore.outgoing.WHOLE_CALL", 0.5)
    with listening() as crm:
        # Read to its end, some ten seconds later, this answer would be a 200.
        crm.drips = 0.1

        answer = post(crm.url, NOON)

    assert answer.verdict is Verdict.LATER


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0), ("120", 120), ("Sat, 21 Nov 2026 12:00:30 GMT", 30), ("", None), ("-5", None)],
)
def test_reads_retry_after(header: str, seconds: int | None) -> None:
    asked = retry_after(header, NOON)

    assert asked == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "header",
    ["Fri, 31 Dec 9999 23:59:59 -2359", "²", "9" * 400, "Sat, 99 Nov 2026 12:00:30 GMT", "\x00"],
)
def test_a_retry_after_that_is_none_is_ignored(header: str) -> None:
    assert retry_after(header, NOON) is None
