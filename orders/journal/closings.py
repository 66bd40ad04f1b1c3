"""
The day's end: its entries from first to last, what they sum to, and what all of them ever did.

A day without entries has no closing. Once a store was closed up to yesterday, nothing is written
into a day before today.
"""

import logging
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from uuid import NAMESPACE_OID, uuid5

from django.db import transaction
from django.utils.timezone import localdate

from orders.journal import chain, writing
from orders.journal.totals import Totals
from orders.models import JournalClosing, JournalEntry, JournalHead
from stores.models import Store

logger = logging.getLogger(__name__)
SUMMED = ("currency", "kind", "gross", "tax", "taxes", "tenders")


def close_all(*, at: datetime) -> list[JournalClosing]:
    """Close every store's days before today, those missed as well. Safe to call twice, or late."""
    stores = Store.objects.filter(pk__in=JournalHead.objects.values("store")).order_by("pk")
    return [closing for store in stores for closing in close(store=store, at=at)]


def close(*, store: Store, at: datetime) -> list[JournalClosing]:
    """Return the closings this call made of the store's days before today, oldest first."""
    today = localdate(at)
    with transaction.atomic():
        head = writing.locked(store)
        if head.open_day is None:
            return []
        days = groupby(_entries(head, today), key=lambda entry: entry.day)
        made = [_closed(head, day, rows, at) for day, rows in days]
        if made or head.open_day < today:
            head.open_day = max(head.open_day, today)
            writing.keep(head)
    for closing in made:
        # Logs go where the database's administrator does not: an anchor beside the exported ones.
        logger.info(
            "journal closed: store=%s day=%s last=%s hash=%s",
            *(store.code, closing.day, closing.last_number, closing.hash),
        )
    return made


def _last(store_id: int) -> JournalClosing | None:
    return JournalClosing.objects.filter(store=store_id).order_by("-number").first()


def _entries(head: JournalHead, today: date) -> Iterator[JournalEntry]:
    last = _last(head.store_id)
    entries = JournalEntry.objects.filter(
        store=head.store_id, number__gt=last.last_number if last else 0, day__lt=today
    )
    return entries.order_by("number").iterator(chunk_size=2000)


def _closed(
    head: JournalHead, day: date, entries: Iterator[JournalEntry], at: datetime
) -> JournalClosing:
    totals, first, last = Totals(), None, None
    for entry in entries:
        first, last = first or entry, entry
        totals.add(**{name: getattr(entry, name) for name in SUMMED})
    if first is None or last is None:
        raise ValueError("a day without entries")
    before = _last(head.store_id)
    grand = Totals.read(before.grand) if before else Totals()
    grand.merge(totals)
    closing = JournalClosing(
        id=uuid5(NAMESPACE_OID, f"omnistore journal closing {head.store_id} {day}"),
        store_id=head.store_id,
        number=head.closings + 1,
        day=day,
        first_number=first.number,
        last_number=last.number,
        last_hash=last.hash,
        totals=totals.text(),
        grand=grand.text(),
        closed_at=at,
        previous_hash=head.last_closing_hash,
    )
    closing.hash = chain.row_hash("closing", (getattr(closing, n) for n in chain.CLOSING))
    closing.seal = chain.seal(closing.hash)
    closing.save(force_insert=True)
    head.closings, head.last_closing_hash = closing.number, closing.hash
    return closing
