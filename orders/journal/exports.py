"""
The journal of a store and period for an auditor: rows with their hashes, and what verifying says.

Streamed as CSV or as JSON lines, whatever its length. The last line is the note: how many, from
which hash to which, and whether the store's whole chain is as it was written.
"""

import csv
import json
from collections.abc import Iterator
from datetime import date
from itertools import chain as joined
from typing import Any

from django.db.models import QuerySet

from orders.journal import chain, proof
from orders.models import JournalClosing, JournalEntry
from stores.models import Store

FORMATS = ("csv", "jsonl")
ENTRY = (*chain.ENTRY, "hash", "seal")
CLOSING = (*chain.CLOSING, "hash", "seal")
# Rows fetched at once.
AT_ONCE = 2000


class _Line:
    """What csv writes to, one line at a time."""

    def write(self, line: str) -> str:
        return line


def lines(*, store: Store, start: date, end: date, form: str) -> Iterator[str]:
    """Yield the export's lines: `start` and `end` are days, the end exclusive."""
    period = {"store": store, "day__gte": start, "day__lt": end}
    entries = JournalEntry.objects.filter(**period).order_by("number")
    closings = JournalClosing.objects.filter(**period).order_by("number")
    told = joined(_rows("entry", entries, ENTRY), _rows("closing", closings, CLOSING))
    if form == "jsonl":
        return _json_lines(store, start, end, told)
    return _csv_lines(store, start, end, told)


def _rows(
    word: str, rows: QuerySet[Any], names: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in rows.values_list(*names).iterator(chunk_size=AT_ONCE):
        yield word, dict(zip(names, map(chain.plain, row), strict=True))


def _json_lines(
    store: Store, start: date, end: date, told: Iterator[tuple[str, dict[str, Any]]]
) -> Iterator[str]:
    count = 0
    for word, row in told:
        count += word == "entry"
        yield json.dumps({"row": word} | row, ensure_ascii=False) + "\n"
    yield json.dumps({"row": "note"} | _note(store, start, end, count)) + "\n"


def _csv_lines(
    store: Store, start: date, end: date, told: Iterator[tuple[str, dict[str, Any]]]
) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield writer.writerow(["row", *ENTRY, *(name for name in CLOSING if name not in ENTRY)])
    names = [*ENTRY, *(name for name in CLOSING if name not in ENTRY)]
    count = 0
    for word, row in told:
        count += word == "entry"
        yield writer.writerow([word, *(row.get(name, "") for name in names)])
    yield writer.writerow(["note", json.dumps(_note(store, start, end, count))])


def _note(store: Store, start: date, end: date, count: int) -> dict[str, Any]:
    (verdict,) = proof.verify(stores=[store])
    return {
        "store": store.code,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "entries": count,
        "verified_entries": verdict.entries,
        "verified_closings": verdict.closings,
        "last_number": verdict.last_number,
        "last_hash": verdict.last_hash,
        "is_as_written": verdict.broken is None,
        "broken_at": verdict.broken.number if verdict.broken else None,
        "broken_why": verdict.broken.why if verdict.broken else None,
    }
