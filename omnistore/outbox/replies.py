"""What receivers say beside the status."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def retry_after(header: str, at: datetime) -> timedelta | None:
    """Return how long the receiver wants to be left alone, given in seconds or as a date."""
    if header.isascii() and header.isdigit() and len(header) < 10:
        return timedelta(seconds=int(header))
    try:
        return parsedate_to_datetime(header).astimezone(UTC) - at
    except (ValueError, TypeError, OverflowError):
        return None
