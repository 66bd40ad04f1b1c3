"""How values are written where a statement is our own: each database has its form for them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection as database


def moment(at: datetime) -> Any:
    """Return the time as the database keeps it."""
    return database.ops.adapt_datetimefield_value(at)


def uid(value: UUID) -> Any:
    """Return the UUID as the database keeps it."""
    return value if database.features.has_native_uuid_field else value.hex


def one_of(values: Iterable[Any]) -> tuple[str, list[Any]]:
    """
    Return the right side of "is one of these", and what goes into its places.

    An array where there are arrays: a thousand places take longer to read than the rows.
    """
    kept = list(values)
    if database.vendor == "postgresql":
        return "= ANY(%s)", [kept]
    return f"IN ({', '.join(['%s'] * len(kept))})", kept
