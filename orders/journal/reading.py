"""
A store's entries as the text that is hashed, straight from the driver, one after the other.

A million of them are verified in one go: the ORM would make an id, a day and a time of each, only
for them to become text again.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import connection, transaction

from orders.journal.chain import ENTRY
from orders.models import JournalEntry

AT_ONCE = 5000
COLUMNS = (*ENTRY, "hash", "seal")
_ID, _DAY, _AT = (COLUMNS.index(name) for name in ("id", "day", "at"))
# How PostgreSQL says what `chain` hashes; SQLite keeps it as text of its own, put right below. An
# expression has no declared type: the driver then makes no object of it.
_TEXTS = {
    "postgresql": {
        "id": '"id"::text',
        "day": """to_char("day", 'YYYY-MM-DD')""",
        "at": """to_char("at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')""",
    },
    "sqlite": {"day": """"day" || ''""", "at": """"at" || ''"""},
}


def streaming() -> AbstractContextManager[Any]:
    """Return what rows are read within, so that they are read as they come."""
    # In a transaction PostgreSQL streams; outside it would copy a million rows first. SQLite
    # streams anyway, and a transaction of ours would keep writers out.
    return transaction.atomic() if connection.vendor == "postgresql" else nullcontext()


def entries(store_id: int, after: int) -> Iterator[tuple[Any, ...]]:
    """Yield the store's entries behind that number: `COLUMNS`, id, day and time as text."""
    texts = _TEXTS[connection.vendor]
    columns = ", ".join(texts.get(name, f'"{name}"') for name in COLUMNS)
    query = (
        f"SELECT {columns} FROM {JournalEntry._meta.db_table}"
        " WHERE store_id = %s AND number > %s ORDER BY number"
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, [store_id, after])
        while rows := cursor.fetchmany(AT_ONCE):
            yield from map(_told, rows) if connection.vendor == "sqlite" else rows


def _told(row: tuple[Any, ...]) -> tuple[Any, ...]:
    # What is not as Django writes it stays as it is, and its hash will not match.
    id_, at = row[_ID], row[_AT].replace(" ", "T")
    dashed = f"{id_[:8]}-{id_[8:12]}-{id_[12:16]}-{id_[16:20]}-{id_[20:]}"
    moment = f"{at}+00:00" if len(at) == 26 else f"{at}.000000+00:00"
    return (dashed, *row[1:_AT], moment, *row[_AT + 1 :])
