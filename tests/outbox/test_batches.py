"""Connectors with a batch API: full calls, each customer in order, bad records split out."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest

from omnistore import outgoing
from omnistore.crm import webhook
from omnistore.outbox import answers, connections, deliveries
from omnistore.outbox.answers import Answer
from omnistore.outbox.messages import Message, Need
from omnistore.outbox.models import Connection, Delivery
from tests.factories import NOON, WEBHOOK_SECRET
from tests.outbox.conftest import ALICE, BOB, Post, happen
from tests.receiver import Receiver

State = Delivery.State


class RecordByRecord:
    """Sends batches of four to a receiver that answers for each record."""

    size: ClassVar = 4
    concurrency: ClassVar = 1
    keeps_order: ClassVar = False
    longest: ClassVar = timedelta(seconds=10)
    url: ClassVar = ""
    needs: ClassVar[Sequence[Need]] = ()

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def send(self, messages: Sequence[Message], at: datetime) -> Sequence[Answer] | Answer:
        reply = self._post(messages, at)
        if reply.status != 207:
            return answers.heard(reply.status, reply.words)
        return [answers.heard(status) for status in reply.json()]

    def test(self, at: datetime) -> Answer:
        return answers.done()

    def _post(self, messages: Sequence[Message], at: datetime) -> outgoing.Reply:
        records = [[str(message.customer_id), message.sequence] for message in messages]
        body = json.dumps({"records": records})
        headers = webhook.signature(self.connection, messages[0].key, body, at)
        return outgoing.post(self.connection.url, body=body.encode(), headers=headers)


class AllOrNone(RecordByRecord):
    """Sends batches of four that are taken in order, all or none."""

    keeps_order: ClassVar = True


@pytest.fixture
def kinds(settings: Any) -> None:
    settings.OMNISTORE_CONNECTORS = {
        "records": f"{__name__}.RecordByRecord",
        "batches": f"{__name__}.AllOrNone",
    }


@pytest.fixture
def batches(kinds: None, db: None, crm: Receiver) -> Post:
    return Post(make_connection(crm, "batches"))


@pytest.fixture
def records(kinds: None, db: None, crm: Receiver) -> Post:
    return Post(make_connection(crm, "records"))


def make_connection(crm: Receiver, kind: str) -> Connection:
    return connections.ensure(name="CRM", url=crm.url, kind=kind, secret=WEBHOOK_SECRET, at=NOON)


def heard(crm: Receiver) -> list[list[Any]]:
    """Return the records of each call."""
    return [json.loads(message.body)["records"] for message in crm.messages]


def test_fills_its_calls(batches: Post, crm: Receiver) -> None:
    for number in range(6):
        happen(UUID(int=number))

    assert batches.send() == 6

    assert [len(call) for call in heard(crm)] == [4, 2]


def test_a_call_that_is_taken_in_order_carries_several_of_one_customer(
    batches: Post, crm: Receiver
) -> None:
    for _ in range(3):
        happen(ALICE)

    batches.send()

    assert heard(crm) == [[[str(ALICE), 1], [str(ALICE), 2], [str(ALICE), 3]]]


def test_a_call_whose_records_fail_one_by_one_carries_one_of_each_customer(
    records: Post, crm: Receiver
) -> None:
    crm.answers = [(207, {}, b"[500, 200]"), (207, {}, b"[200]")]
    for _ in range(2):
        happen(ALICE)
        happen(BOB)

    records.send()

    # Alice's second waits for her first; Bob's goes on.
    assert heard(crm) == [[[str(ALICE), 1], [str(BOB), 1]], [[str(BOB), 2]]]
    assert Delivery.objects.filter(state=State.DELIVERED).count() == 2


@pytest.mark.parametrize("kind", ["records", "batches"])
def test_splits_a_bad_record_out_of_a_batch(
    kinds: None, db: None, crm: Receiver, kind: str
) -> None:
    post = Post(make_connection(crm, kind))
    for number in range(4):
        happen(UUID(int=number))
    # All four, the first two, the first, the second alone, the last two.
    crm.answers = [400, 400, 200, (400, {}, b"no such field"), 200]

    post.send()

    dead = Delivery.objects.get(state=State.DEAD)
    assert dead.event.customer_id == UUID(int=1)
    assert dead.last_words == "no such field"
    assert Delivery.objects.filter(state=State.DELIVERED).count() == 3


def test_what_stands_behind_a_bad_record_of_its_customer_is_not_sent(
    batches: Post, crm: Receiver
) -> None:
    for _ in range(4):
        happen(ALICE)
    # Four, two, the first, the second: the other two are Alice's as well.
    crm.answers = [400, 400, 200, 400]

    batches.send()

    states = list(Delivery.objects.order_by("sequence").values_list("state", flat=True))
    assert states == [State.DELIVERED, State.DEAD, State.WAITING, State.WAITING]
    assert all(row.attempts == 0 for row in Delivery.objects.filter(state=State.WAITING))
    deliveries.skip(
        delivery=Delivery.objects.get(state=State.DEAD), because="sold out", at=batches.clock()
    )
    batches.send()
    assert heard(crm)[-1] == [[str(ALICE), 3], [str(ALICE), 4]]


def test_one_answer_to_a_whole_call_is_one_failure(batches: Post, crm: Receiver) -> None:
    crm.answers = [503]
    for number in range(4):
        happen(UUID(int=number))

    batches.send()

    connection = Connection.objects.get()
    assert (connection.failures, connection.is_running) == (1, True)


def test_a_connector_that_forgets_an_answer_loses_nothing(records: Post, crm: Receiver) -> None:
    crm.answers = [(207, {}, b"[200]"), (207, {}, b"[200, 200]")]
    happen(ALICE)
    happen(BOB)

    records.send()
    assert set(Delivery.objects.values_list("state", "last_status")) == {(State.WAITING, 0)}

    records.clock.move(seconds=5)
    records.send()
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DELIVERED}
