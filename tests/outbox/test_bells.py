"""After a commit the bell rings: once, without waiting, whatever becomes of the broker."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from omnistore.outbox import bells, events
from omnistore.outbox.models import Event
from tests.factories import NOON
from tests.outbox.conftest import ALICE, CardShown, happen

rung: list[str] = []


def ring() -> None:
    rung.append("ding")


def ring_badly() -> None:
    raise ConnectionError("no broker")


@pytest.fixture(autouse=True)
def quiet() -> None:
    rung.clear()


def test_rings_once_for_all_facts_of_a_transaction(
    db: None, settings: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.OMNISTORE_BELL = "tests.outbox.test_bells.ring"

    with django_capture_on_commit_callbacks(execute=True):
        happen()
        happen()

    assert rung == ["ding"]


def test_rings_for_what_is_left_when_a_savepoint_is_rolled_back(
    db: None, settings: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.OMNISTORE_BELL = "tests.outbox.test_bells.ring"

    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            happen()
            1 / 0  # noqa: B018
        happen()

    assert rung == ["ding"]


def test_a_bell_that_breaks_breaks_nothing_else(transactional_db: None, settings: Any) -> None:
    settings.OMNISTORE_BELL = "tests.outbox.test_bells.ring_badly"

    with transaction.atomic():
        events.record(CardShown(customer_id=ALICE, store_code="lyo"), at=NOON)

    assert Event.objects.count() == 1


def test_nobody_waits_for_a_broker_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    published, back_again = [], threading.Event()

    def hang(**_: Any) -> None:
        published.append(True)
        back_again.wait(30)

    monkeypatch.setattr(bells.tasks.relay, "apply_async", hang)
    bell = bells.Bell()
    bell.ring()
    wait_until(lambda: len(published) == 1)

    for _ in range(1000):
        bell.ring()

    # All have returned while the first still hangs, and one more publication is enough for them.
    assert len(published) == 1
    back_again.set()
    wait_until(lambda: len(published) == 2)


def test_rings_again_after_the_broker_came_back(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[str] = []

    def fail_once(**_: Any) -> None:
        published.append("ding")
        if len(published) == 1:
            raise ConnectionError("no broker")

    monkeypatch.setattr(bells, "SILENCE", 0.01)
    monkeypatch.setattr(bells.tasks.relay, "apply_async", fail_once)
    bell = bells.Bell()

    bell.ring()
    wait_until(lambda: len(published) == 1)
    bell.ring()

    wait_until(lambda: len(published) == 2)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)
