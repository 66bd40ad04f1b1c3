"""
Rows into tables without the ORM: COPY on PostgreSQL, executemany on SQLite.

Values are given as both databases read them: UUIDs in hex, times as UTC text, decimals as text.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, models

Row = tuple[Any, ...]
# Ids that follow from what a thing is called, so that they are the same on every try.
NAMESPACE = UUID("6f1d4f0c-6c0b-4b0e-9d51-5a1a55c1a0de")
# 64 MB of cache, a checkpoint every 64 MB.
ROOM = {"cache_size": -64_000, "wal_autocheckpoint": 16_000}


def key(*names: object) -> str:
    """Return the UUID, in hex, of the thing with these names."""
    return uuid5(NAMESPACE, "\n".join(map(str, names))).hex


def hex_of(key: UUID | str) -> str:
    """Return a UUID as a raw query gave it, in hex."""
    return key if isinstance(key, str) else key.hex


def insert(model: type[models.Model], columns: str, rows: Sequence[Row]) -> None:
    """Write rows whose values stand in the order of `columns`; other columns get their default."""
    if not rows:
        return
    table, quote = model._meta.db_table, connection.ops.quote_name
    usual = _defaults(model, set(columns.split()))
    names = [quote(name) for name in [*columns.split(), *usual]]
    rest = tuple(usual.values())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row + rest)
        else:
            marks = ", ".join(["%s"] * len(names))
            statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
            cursor.executemany(statement, [row + rest for row in rows])


def _defaults(model: type[models.Model], given: set[str]) -> dict[str, Any]:
    """Return what the columns that are not given hold in a new row; the database gives the key."""
    return {
        str(field.column): field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields
        if field.column not in given and not field.primary_key
    }


def reserve(model: type[models.Model], count: int) -> list[int]:
    """
    Return as many ids that no other row will get.

    SQLite's hold until the end of the (IMMEDIATE) transaction, in which they must be used.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
    return list(range(last + 1, last + count + 1))


@contextmanager
def roomy() -> Iterator[None]:
    """
    Let SQLite keep more pages in memory and move them to the file less often, for a while.

    Every commit is still on the disk; half a million rows touch the same index pages again and
    again.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        before = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ROOM]
        for name, value in ROOM.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        try:
            yield
        finally:
            for name, value in zip(ROOM, before, strict=True):
                cursor.execute(f"PRAGMA {name} = {value}")


def one_import_at_a_time() -> None:
    """Hold back other imports until the commit; SQLite's IMMEDIATE transaction does already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NAMESPACE.int & (2**62 - 1)])
