"""
How long a claim takes over a small and a large backlog, in a process of its own.

    python -m tests.bench.claims SMALL LARGE

prints both medians in milliseconds. Every claim takes the same: 20 lanes of ten messages.
"""

import statistics
import sys
import time

import django

django.setup()

from django.db import connection as database  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from omnistore.outbox import claims, connections  # noqa: E402
from omnistore.outbox.models import Connection, Lane  # noqa: E402
from tests.factories import WEBHOOK_SECRET  # noqa: E402

LANES = 20
EACH = 10
ROUNDS = 220
WARM = 20

CLEAR = """TRUNCATE outbox_delivery, outbox_lane, outbox_event, outbox_stream, outbox_tally,
    outbox_connection CASCADE"""
FILL = (
    "INSERT INTO outbox_stream (key, last_sequence) "
    "SELECT 'customer:' || number, %(each)s FROM generate_series(1, %(lanes)s) AS number",
    "INSERT INTO outbox_event (id, stream_id, sequence, name, payload, happened_at, recorded_at, "
    "relayed_at) SELECT gen_random_uuid(), stream.id, number, 'orders.refund.paid', '{}', now(), "
    "now(), now() FROM outbox_stream AS stream, generate_series(1, %(each)s) AS number",
    "INSERT INTO outbox_delivery (event_id, stream_id, sequence, connection_id, state, attempts, "
    "last_words, skipped_because, due_at, created_at, fresh_at, paused_before) "
    "SELECT id, stream_id, sequence, %(connection)s, 'WAITING', 0, '', '', now(), now(), now(), 0 "
    "FROM outbox_event",
    "INSERT INTO outbox_lane (connection_id, stream_id, due_at, is_held) "
    "SELECT %(connection)s, id, now(), FALSE FROM outbox_stream",
)


def main(small: int, large: int) -> None:
    print(*(1000 * _claim(_fill(backlog)) for backlog in (small, large)))


def _fill(backlog: int) -> Connection:
    with database.cursor() as cursor:
        cursor.execute(CLEAR)
        connection = connections.ensure(
            name="CRM", url="http://127.0.0.1:9/", secret=WEBHOOK_SECRET, at=now()
        )
        values = {"lanes": backlog // EACH, "each": EACH, "connection": connection.pk}
        for statement in FILL:
            cursor.execute(statement, values)
        # As the server would have done by itself by then, and would otherwise do meanwhile.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    return connection


def _claim(connection: Connection) -> float:
    """Return the median of a claim, in seconds."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        claim = claims.take(connection=connection, at=now(), limit=LANES)
        took.append(time.perf_counter() - began)
        if sum(len(run.messages) for run in claim.runs) != LANES * EACH:
            raise RuntimeError("A claim took less than it should.")
        Lane.objects.filter(lease=claim.lease).update(lease=None, due_at=now())
    return statistics.median(took[WARM:])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
