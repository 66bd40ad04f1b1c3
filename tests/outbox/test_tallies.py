"""Figures of minutes and hours, read from tallies alone."""

from datetime import UTC, datetime, timedelta

import pytest

from omnistore.outbox import connections, figures, tallies
from omnistore.outbox.models import Connection, Tally
from tests.factories import NOON, WEBHOOK_SECRET

HALF_PAST = NOON + timedelta(minutes=30, seconds=12)


@pytest.fixture
def crm(db: None) -> Connection:
    return connections.ensure(name="CRM", url="https://c.example/", secret=WEBHOOK_SECRET, at=NOON)


def tally(crm: Connection, at: datetime, bucket: int, count: int) -> None:
    minute = at.replace(second=0, microsecond=0)
    Tally.objects.create(connection=crm, minute=minute, bucket=bucket, count=count)


def test_sums_the_hours_of_a_day(crm: Connection) -> None:
    tally(crm, HALF_PAST, 0, 3)
    tally(crm, HALF_PAST - timedelta(minutes=10), 0, 4)
    tally(crm, HALF_PAST - timedelta(minutes=10), tallies.FAILED, 1)
    tally(crm, HALF_PAST - timedelta(hours=2), 4, 5)
    tally(crm, HALF_PAST - timedelta(hours=24), 0, 100)

    hours = tallies.by_hour(crm.pk, hours=24, at=HALF_PAST)

    assert len(hours) == 24
    assert hours[-1].at == NOON.astimezone(UTC)
    assert (hours[-1].pulse.delivered, hours[-1].pulse.failed) == (7, 1)
    assert hours[-3].pulse.delivered == 5
    assert tallies.together(hours, minutes=24 * 60).delivered == 12


def test_gives_the_pace_of_the_last_minutes_and_of_this_one(crm: Connection) -> None:
    for ago in range(7):
        tally(crm, HALF_PAST - timedelta(minutes=ago), 0, 10)

    one = figures.of(crm.pk, at=HALF_PAST)

    # 60 of five full minutes and twelve seconds.
    assert one.per_minute == pytest.approx(60 / 5.2)
    assert one.hour.delivered == 70
    assert len(one.minutes) == 60


def test_draws_whole_units_inside_its_box(crm: Connection) -> None:
    for ago, count in ((0, 1), (3, 2_000), (4, 500)):
        tally(crm, HALF_PAST - timedelta(minutes=ago), 30, count)
    tally(crm, HALF_PAST - timedelta(minutes=3), tallies.GIVEN_UP, 200)

    chart = figures.of(crm.pk, at=HALF_PAST).chart

    for bar in (*chart.delivered, *chart.failed):
        x, y, width, height = (int(value) for value in bar)
        assert x >= 0 and x + width <= 600
        assert y >= 0 and y + height <= 100
        assert height >= 2
    # Neighbours are one line, who stands alone is a dot.
    assert chart.delays.count("M") == 2
    assert chart.delays.count("L") == 1
