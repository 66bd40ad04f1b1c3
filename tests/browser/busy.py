"""
Fill the demo's database with systems under load, for pictures of head office.

    OMNISTORE_ENV=demo OMNISTORE_VAR=… python -m tests.browser.busy

Nothing of it is sent: what waits is due to nobody.
"""

import math
import os
import uuid
from datetime import datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
django.setup()

from django.db import transaction  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from omnistore.outbox.models import Connection, Delivery, Event, Lane, Stream, Tally  # noqa: E402
from omnistore.outbox.tallies import FAILED, GIVEN_UP, step  # noqa: E402

# Name, kind, deliveries a minute, seconds of most, what else is true of it.
SYSTEMS: list[tuple[str, int, float, dict[str, Any]]] = [
    ("Service desk", 34, 0.18, {"purpose": "SERVICE", "wants": ["orders.*"]}),
    ("Loyalty CRM", 88, 0.42, {}),
    ("Newsletter", 21, 2.4, {"state": "HELD", "state_reason": "omnistore: ConnectTimeout"}),
    ("Warehouse", 12, 0.9, {"state": "PAUSED", "state_reason": "siege: they move on Sunday"}),
    ("Marketplace", 9, 1.1, {"state": "REFUSED", "state_reason": "401 API key was revoked"}),
]
QUIET_SINCE = {"HELD": 6, "PAUSED": 22, "REFUSED": 35}
NAMES = ("orders.order.recorded", "orders.return.accepted", "orders.refund.paid")
WAITING = {"HELD": 132, "PAUSED": 264, "REFUSED": 315}


def main() -> None:
    at = now()
    with transaction.atomic():
        for name, pace, seconds, more in SYSTEMS:
            _fill(name, pace, seconds, more, at)


def _fill(name: str, pace: int, seconds: float, more: dict[str, Any], at: datetime) -> None:
    quiet = QUIET_SINCE.get(more.get("state", ""), 0)
    troubles = {"last_error": more.get("state_reason", "503 try later"), "last_failure_at": at}
    row = Connection.objects.create(
        name=name,
        url="https://receiver.example/omnistore",
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        state_at=at - timedelta(minutes=quiet),
        probe_at=at + timedelta(minutes=4) if quiet == QUIET_SINCE["HELD"] else None,
        last_success_at=at - timedelta(minutes=quiet),
        **(troubles | more if quiet or pace > 80 else more),
    )
    Tally.objects.bulk_create(_tallies(row, pace, seconds, quiet, at))
    for number in range(WAITING.get(row.state, pace // 30)):
        _deliver(row, number, at - timedelta(seconds=7 * number), state="WAITING")
    if name == "Loyalty CRM":
        for number in range(3):
            said = {"last_status": 422, "last_words": f"unknown SKU 8509{number}B"}
            _deliver(row, 900 + number, at - timedelta(minutes=9), state="DEAD", attempts=1, **said)


def _tallies(row: Connection, pace: int, seconds: float, quiet: int, at: datetime) -> list[Tally]:
    """Return a day's figures: busier at noon, slower when busy, a bad quarter of an hour."""
    last = at.replace(second=0, microsecond=0)
    tallies = []
    for ago in range(quiet if quiet else 1, 24 * 60):
        minute = last - timedelta(minutes=ago)
        wave = 1 + 0.5 * math.sin(ago / 230) + 0.25 * math.sin(ago / 3.1) + 0.15 * math.sin(ago)
        number = max(int(pace * wave), 1)
        is_bad = 18 <= ago < 26 and pace > 80
        slow = step(seconds * (6 if is_bad else 2.2) * wave)
        counts = {step(seconds): number - number // 9, slow: number // 9}
        if is_bad or (quiet and ago < quiet + 4):
            counts[FAILED] = number // 4
        if is_bad and ago == 20:
            counts[GIVEN_UP] = 3
        tallies += [
            Tally(connection=row, minute=minute, bucket=bucket, count=count)
            for bucket, count in counts.items()
            if count
        ]
    return tallies


def _deliver(row: Connection, number: int, at: datetime, *, state: str, **more: Any) -> None:
    customer_id = uuid.uuid5(row_space(row), str(number))
    stream = Stream.objects.create(key=f"customer:{customer_id}", last_sequence=1)
    event = Event.objects.create(
        stream=stream,
        sequence=1,
        name=NAMES[number % len(NAMES)],
        customer_id=customer_id,
        payload={},
        happened_at=at,
        recorded_at=at,
        relayed_at=at,
    )
    Delivery.objects.create(
        event=event,
        connection=row,
        stream=stream,
        sequence=1,
        state=state,
        due_at=at,
        created_at=at,
        fresh_at=at,
        **more,
    )
    Lane.objects.create(connection=row, stream=stream, is_held=state == "DEAD")


def row_space(row: Connection) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, row.name)


if __name__ == "__main__":
    main()
