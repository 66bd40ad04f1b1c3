"""What was on its way before lanes there were goes on where it was, and back again."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.factories import NOON

BEFORE = [("outbox", "0002_order_and_holding")]
LANES = [("outbox", "0005_deliveries_age_from_when_they_were_fresh")]


def migrate(target: list[tuple[str, str]]) -> Apps:
    executor = MigrationExecutor(connection)
    executor.migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps


@pytest.fixture
def before(transactional_db: None) -> Iterator[Apps]:
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    yield migrate(BEFORE)
    migrate(latest)


def deliver(apps: Apps, number: int, name: str, **fields: Any) -> None:
    stream, _ = apps.get_model("outbox", "Stream").objects.get_or_create(key="customer:alice")
    crm, _ = apps.get_model("outbox", "Connection").objects.get_or_create(
        name="CRM", defaults={"url": "https://crm.example/", "secret": "whsec_b2s="}
    )
    event = apps.get_model("outbox", "Event").objects.create(
        id=uuid.uuid4(),
        stream=stream,
        sequence=number,
        name=name,
        payload={},
        happened_at=NOON,
        recorded_at=NOON,
        relayed_at=NOON,
    )
    apps.get_model("outbox", "Delivery").objects.create(
        event=event,
        connection=crm,
        stream=stream,
        sequence=number,
        due_at=NOON + timedelta(minutes=number),
        created_at=NOON,
        expires_at=NOON + timedelta(hours=72),
        **fields,
    )


def test_what_waits_is_in_a_lane_that_is_due(before: Apps) -> None:
    deliver(before, 1, "orders.refund.paid", state="DELIVERED", delivered_at=NOON)
    deliver(before, 2, "orders.refund.paid")
    deliver(before, 3, "customers.consent.given")

    after = migrate(LANES)

    lane = after.get_model("outbox", "Lane").objects.get()
    assert (lane.told_at, lane.due_at) == (NOON, NOON + timedelta(minutes=2))
    deliveries = after.get_model("outbox", "Delivery").objects.order_by("sequence")
    assert [one.is_ledger for one in deliveries] == [True, True, False]
    assert {one.fresh_at for one in deliveries} == {NOON}


def test_a_dead_letter_of_before_holds_nobody_what_came_after_it_has_gone(before: Apps) -> None:
    deliver(before, 1, "orders.refund.paid", state="DEAD")
    deliver(before, 2, "orders.refund.paid")

    after = migrate(LANES)

    assert not after.get_model("outbox", "Lane").objects.get().is_held


def test_goes_back_to_what_it_was(before: Apps) -> None:
    deliver(before, 1, "orders.refund.paid")
    migrate(LANES)

    again = migrate(BEFORE)

    delivery = again.get_model("outbox", "Delivery").objects.get()
    assert delivery.expires_at == NOON + timedelta(hours=72)
