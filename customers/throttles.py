"""Throttles: how often something may be done, for each number, network and register that asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.crypto import salted_hmac

from customers.models import CodesAsked

# What is counted, how often at most, within how long.
Limit = tuple[str, int, timedelta]


def reached(
    limits: Sequence[Limit], counted: Mapping[str, str], *, of: str, at: datetime
) -> str | None:
    """
    Count once more; return the name of the first limit that is reached, None while all is well.

    `counted` maps names of `limits` to whom they count; `of` is what is done. Only keyed hashes
    are kept. What was counted before a limit is undone with the caller's transaction.
    """
    # Rows are taken in the order of the limits by everybody, so that nobody waits in a ring.
    for name, most, span in limits:
        if name not in counted:
            continue
        key = _keyed(of, f"{name} {counted[name]}")
        CodesAsked.objects.get_or_create(key=key, defaults={"started_at": at})
        row = CodesAsked.objects.filter(key=key)
        row.filter(started_at__lte=at - span).update(count=0, started_at=at)
        if not row.filter(count__lt=most).update(count=F("count") + 1):
            return name
    return None


def _keyed(what: str, text: str) -> str:
    return salted_hmac(f"omnistore one-time {what}", text, algorithm="sha256").hexdigest()
