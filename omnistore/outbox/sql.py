"""How values are written where a statement is our own: each database has its form for them."""

from collections.abc import Sequence
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


def marks(values: Sequence[Any]) -> str:
    """Return a place for each of the values: `%s, %s`."""
    return ", ".join(["%s"] * len(values))
