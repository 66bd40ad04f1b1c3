"""
What is hashed and sealed, byte for byte.

A row becomes a JSON array of the word for its kind ("entry", "closing"), the format's number 1 and
the row's columns in the order of `ENTRY` or `CLOSING`; UTF-8, no spaces, nothing escaped that need
not be. Ids are lower-case text, days ISO 8601, times UTC with six decimals, what is empty null.
Its SHA-256 in hex is the row's hash: anybody can compute it. Its seal is HMAC-SHA-256 of that hash
under the first of `settings.JOURNAL_KEYS`: nobody computes it who has the database only.
"""

import hmac
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings

ENTRY = (
    *("id", "store_id", "number", "kind", "subject", "document", "gross", "tax", "taxes"),
    *("tenders", "currency", "clerk_id", "day", "at", "previous_hash"),
)
CLOSING = (
    *("id", "store_id", "number", "day", "first_number", "last_number", "last_hash", "totals"),
    *("grand", "closed_at", "previous_hash"),
)
HEAD = (*("store_id", "last_number", "last_hash", "open_day", "closings", "last_closing_hash"),)
FORMAT = 1
_quoted = json.encoder.encode_basestring
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def canonical(value: Any) -> str:
    """Return JSON that is the same for the same content: keys in order, no spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def entry_hash(row: Sequence[Any]) -> str:
    """Return the hash of an entry, given its columns in the order of `ENTRY`."""
    return text_hash([plain(value) for value in row])


def text_hash(row: Sequence[Any]) -> str:
    """Return the hash of an entry whose id, day and time are text already."""
    # As `row_hash` would, three times as fast: a million rows are waiting.
    clerk = row[11]
    text = (
        f'["entry",{FORMAT},"{row[0]}",{row[1]},{row[2]},{_quoted(row[3])},{_quoted(row[4])},'
        f"{_quoted(row[5])},{row[6]},{row[7]},{_quoted(row[8])},{_quoted(row[9])},"
        f'{_quoted(row[10])},{"null" if clerk is None else clerk},"{row[12]}","{row[13]}",'
        f"{_quoted(row[14])}]"
    )
    return sha256(text.encode()).hexdigest()


def row_hash(word: str, row: Iterable[Any]) -> str:
    """Return the hash of any row of that kind."""
    text = _encoded([word, FORMAT, *map(plain, row)])
    return sha256(text.encode()).hexdigest()


def seal(text: str) -> str:
    """Return the seal of a hash under today's key."""
    return _sealed(text, settings.JOURNAL_KEYS[0])


def is_sealed(text: str, found: str) -> bool:
    """Whether one of our keys sealed it."""
    return any(hmac.compare_digest(_sealed(text, key), found) for key in settings.JOURNAL_KEYS)


def _sealed(text: str, key: str) -> str:
    return hmac.digest(key.encode(), text.encode(), "sha256").hex()


def _utc(moment: datetime) -> str:
    moment = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")


def plain(value: Any) -> Any:
    """Return a column's value as it is hashed and exported."""
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
