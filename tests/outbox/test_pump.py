"""The pump: each connection by itself, a broken one too."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils.timezone import now

from omnistore.outbox import connections, deliveries, pump, replays
from omnistore.outbox.models import Connection, Delivery, Lane, Replay
from tests.factories import WEBHOOK_SECRET
from tests.outbox.conftest import ALICE, happen
from tests.receiver import Receiver, listening

pytestmark = pytest.mark.django_db(transaction=True)

TURN = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def short_turns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pump, "TURN", TURN)
    yield
    pump.close()


def connect(crm: Receiver, name: str = "CRM") -> Connection:
    return connections.ensure(name=name, url=crm.url, secret=WEBHOOK_SECRET, at=now())


def test_a_connection_of_an_unknown_kind_is_left_alone_for_a_while(
    crm: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    connect(crm)
    gone = connect(crm, "Gone")
    Connection.objects.filter(pk=gone.pk).update(kind="gone")
    happen()

    # As two bells shortly after one another do.
    pump.work()
    pump.work()

    assert len(crm.messages) == 1
    assert 1 <= len(caplog.records) <= pump.EACH
    assert Delivery.objects.get(connection=gone).state == Delivery.State.WAITING


def test_a_secret_that_no_key_opens_stops_nobody_else(crm: Receiver, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = ["lost"]
    connect(crm, "Sealed")
    settings.ENCRYPTION_KEYS = ["kept"]
    connect(crm)
    event = happen(ALICE)

    pump.work()

    assert len(crm.messages) == 1
    assert deliveries.state_of_event(event.pk).waiting == 1


def test_a_slow_connection_ends_its_turn_with_the_others(crm: Receiver) -> None:
    crm.seconds = 0.5
    connect(crm)
    for number in range(100):
        happen(UUID(int=number))

    began = time.monotonic()
    pump.work()

    pump.close()

    # A turn, and the calls under way; another turn does the rest.
    assert time.monotonic() - began < 4
    assert 1 <= len(crm.messages) < 100
    assert not Lane.objects.exclude(lease=None).exists()


def test_a_replay_gets_on_while_something_happens_all_the_time(crm: Receiver) -> None:
    connection = connect(crm)
    happen()
    pump.work()
    replays.begin(connection=connection, customer_id=ALICE, asked_by_id=None, at=now())
    turn = pump.Pump(pump._pool(), now() + TURN)

    happen()
    turn._look()

    assert Replay.objects.get().done_at


def test_a_connection_that_hangs_keeps_no_worker_from_the_others(crm: Receiver) -> None:
    with listening() as slow:
        slow.stops_after = 1
        hanging = connect(slow, "Slow")
        happen(ALICE)
        pump.work()
        assert len(slow.messages) == 1
        connect(crm)

        happen(ALICE)
        pump.work()

        assert len(crm.messages) == 1
        assert Delivery.objects.filter(connection=hanging, state="WAITING").count() == 2
        slow.gate.set()
        pump.close()
