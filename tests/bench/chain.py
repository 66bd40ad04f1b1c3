"""
A long journal of one store, and how long it takes to read it.

    python -m tests.bench.chain fill ENTRIES   written and sealed as the shop does, in batches
    python -m tests.bench.chain raw            fetch every column of every row and hash as much
    python -m tests.bench.chain verify         `manage.py verify_journal`, in this process

The last two print the seconds they took and the megabytes of memory at their peak.
"""

import hashlib
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import django

django.setup()

from django.db import connection  # noqa: E402

from orders.journal import chain, closings, proof, reading, writing  # noqa: E402
from orders.models import JournalEntry, JournalHead  # noqa: E402
from stores.models import Store  # noqa: E402

BEGUN = datetime(2024, 1, 1, 9, 0, tzinfo=UTC)
A_DAY = 2_000
BATCH = 5_000
COLUMNS = ", ".join(f'"{name}"' for name in reading.COLUMNS)
ROWS = f"SELECT {COLUMNS} FROM orders_journalentry WHERE store_id = %s ORDER BY number"


def fill(count: int) -> None:
    store = Store.objects.create(code="lyo", name="Lyon")
    previous = ""
    for start in range(1, count + 1, BATCH):
        entries = []
        for number in range(start, min(start + BATCH, count + 1)):
            entries.append(_entry(store, number, previous))
            previous = entries[-1].hash
        JournalEntry.objects.bulk_create(entries)
    head = JournalHead(store=store, last_number=count, last_hash=previous)
    head.open_day = entries[-1].day
    head.seal = chain.seal(writing.head_hash(head))
    head.save()
    closings.close(store=store, at=entries[-1].at + timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _entry(store: Store, number: int, previous: str) -> JournalEntry:
    at = BEGUN + timedelta(days=number // A_DAY, seconds=number % A_DAY)
    gross = 500 + number % 9_000
    tax = gross // 6
    entry = JournalEntry(
        id=UUID(int=number),
        store_id=store.pk,
        number=number,
        kind="RETURN_SETTLED",
        subject=f"return:{UUID(int=number)}",
        document=f"LYO-R{number:06d}",
        gross=gross,
        tax=tax,
        taxes=chain.canonical({"0.2000": [gross, tax]}),
        tenders=chain.canonical({"CARD": gross - 100, "CASH": 100}),
        currency="EUR",
        day=at.date(),
        at=at,
        previous_hash=previous,
    )
    entry.hash = chain.entry_hash([getattr(entry, name) for name in chain.ENTRY])
    entry.seal = chain.seal(entry.hash)
    return entry


def raw() -> int:
    """Fetch the same rows in the same order by the driver, and hash each of their columns."""
    (store,) = Store.objects.all()
    count = 0
    with reading.streaming(), connection.chunked_cursor() as cursor:
        cursor.execute(ROWS, [store.pk])
        while rows := cursor.fetchmany(reading.AT_ONCE):
            for row in rows:
                hashlib.sha256("|".join(map(str, row[:-2])).encode()).hexdigest()
            count += len(rows)
    return count


def verify() -> int:
    (verdict,) = proof.verify()
    if verdict.broken:
        sys.exit(f"broken: {verdict.broken}")
    return verdict.entries


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        begun = time.perf_counter()
        count = {"raw": raw, "verify": verify}[sys.argv[1]]()
        seconds = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(count, seconds, peak)
