"""Who locks several rows of the outbox locks them in one order: nobody waits in a circle."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from omnistore.outbox import breaker, connections, deliveries, relay, replays
from omnistore.outbox.answers import done
from omnistore.outbox.models import Connection, Delivery, Lane
from tests.factories import NOON, WEBHOOK_SECRET
from tests.outbox.conftest import ALICE, happen
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


class Meeting:
    """Has two wait for each other at their places, unless one of them waits for a lock."""

    def __init__(self) -> None:
        self.both = threading.Barrier(2, timeout=1)

    def before(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def meet(*args: Any, **kwargs: Any) -> Any:
            self._meet()
            return act(*args, **kwargs)

        return meet

    def after(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def meet(*args: Any, **kwargs: Any) -> Any:
            done = act(*args, **kwargs)
            self._meet()
            return done

        return meet

    def _meet(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self.both.wait()


@pytest.fixture
def dead(db: None) -> Delivery:
    """A message that was given up, of a system that is held."""
    connections.ensure(name="CRM", url="https://crm.example", secret=WEBHOOK_SECRET, at=NOON)
    happen(ALICE)
    relay.relay(at=NOON)
    Delivery.objects.update(state=Delivery.State.DEAD)
    Lane.objects.update(is_held=True)
    Connection.objects.update(state=Connection.State.HELD, state_at=NOON, probe_at=NOON)
    return Delivery.objects.select_related("connection").get()


def test_a_person_tries_again_while_the_receiver_comes_back(
    dead: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    Lane.objects.update(due_at=NOON + timedelta(hours=1))
    meeting = Meeting()
    for name in ("_hurry", "probe"):
        monkeypatch.setattr(connections, name, meeting.before(getattr(connections, name)))

    def act(number: int) -> object:
        if number:
            return deliveries.try_again(delivery=dead, at=NOON)
        return breaker.heard(connection=dead.connection, said=[done()], is_probe=True, at=NOON)

    assert not [one for one in at_once(2, act) if isinstance(one, Exception)]
    assert Connection.objects.get().is_running


def test_a_person_purges_while_a_replay_goes_on(
    dead: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    replays.begin(connection=dead.connection, customer_id=ALICE, asked_by_id=None, at=now())
    meeting = Meeting()
    monkeypatch.setattr(deliveries, "_hold_lanes", meeting.after(deliveries._hold_lanes))
    monkeypatch.setattr(replays, "_let_go", meeting.before(replays._let_go))

    def act(number: int) -> object:
        if number:
            return deliveries.purge(connection=dead.connection, because="new CRM", at=NOON)
        return replays.go_on(at=NOON)

    assert not [one for one in at_once(2, act) if isinstance(one, Exception)]
