"""
Is every entry as it was written, and is none missing: read once from first to last, in flat memory.

The first thing wrong in a store is named and the rest of that store left: what follows a broken
link proves nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hmac import compare_digest
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.journal import chain, reading, writing
from orders.journal.totals import Totals
from orders.models import JournalClosing, JournalEntry, JournalHead
from stores.models import Store

# Places in a row of `reading.COLUMNS`.
STORE, NUMBER, KIND, GROSS, TAX, TAXES, TENDERS, CURRENCY, DAY = 1, 2, 3, 6, 7, 8, 9, 10, 12
BEFORE, HASH, SEAL = 14, 15, 16

WRONG: Mapping[str, Promise] = {
    "missing": _("it is not there"),
    "changed": _("it is not as it was written: its hash does not match its content"),
    "unlinked": _("it does not continue the entry before it"),
    "unsealed": _("none of our keys sealed it"),
    "cut": _("the chain ends before it, the store's last number says more"),
    "added": _("it lies behind the end of the chain"),
    "head": _("the end of the chain was not sealed by us, or says another hash"),
    "anchor": _("an anchor kept elsewhere says another hash"),
    "unclosed": _("it lies in a day that is closed, and in no closing"),
    "closing_missing": _("a closing before this entry is not there"),
    "closing_changed": _("the closing that ends here is not as it was written"),
    "closing_range": _("the closing that ends here has other entries"),
    "closing_totals": _("the closing that ends here has other totals"),
}


@dataclass(frozen=True)
class Broken:
    """The first entry that is wrong, and why: a key of `WRONG`."""

    number: int
    why: str

    @property
    def sentence(self) -> str:
        return str(WRONG[self.why])


@dataclass
class Verdict:
    """What was found in one store."""

    store: Store
    entries: int = 0
    closings: int = 0
    last_number: int = 0
    last_hash: str = ""
    broken: Broken | None = None


@dataclass
class _Walk:
    """Where the reading of a store's chain is."""

    number: int = 0
    hash: str = ""
    # ISO 8601, as it is read.
    closed_day: str = ""
    closings: int = 0
    closing_hash: str = ""
    first: int = 0
    totals: Totals = field(default_factory=Totals)
    grand: Totals = field(default_factory=Totals)


def verify(
    *,
    stores: "list[Store] | None" = None,
    since: date | None = None,
    anchors: Mapping[tuple[str, int], str] | None = None,
) -> Iterator[Verdict]:
    """
    Yield what is found in each store that has a journal, or in those given.

    With `since` it begins behind the last closing before that day and trusts its sums. `anchors`
    are hashes kept elsewhere, by the store's code and the entry's number.
    """
    known = JournalHead.objects.values_list("store_id", flat=True)
    written = JournalEntry.objects.order_by().values_list("store_id", flat=True).distinct()
    found = Store.objects.filter(pk__in={*known, *written}).order_by("code")
    for store in found if stores is None else stores:
        yield _verify(store, since, anchors or {})


def _verify(store: Store, since: date | None, anchors: Mapping[tuple[str, int], str]) -> Verdict:
    verdict = Verdict(store)
    with reading.streaming():
        head = JournalHead.objects.filter(store=store).first() or JournalHead(store=store)
        walk, verdict.broken = _beginning(store, since)
        own = {number: hash_ for (code, number), hash_ in anchors.items() if code == store.code}
        if verdict.broken is None:
            verdict.broken = _follow(verdict, walk, head, own)
    verdict.last_number, verdict.last_hash = walk.number, walk.hash
    return verdict


def _beginning(store: Store, since: date | None) -> tuple[_Walk, Broken | None]:
    if since is None:
        return _Walk(), None
    closings = JournalClosing.objects.filter(store=store, day__lt=since)
    last = closings.order_by("-number").first()
    if last is None:
        return _Walk(), None
    walk = _Walk(
        number=last.last_number,
        hash=last.last_hash,
        closed_day=last.day.isoformat(),
        closings=last.number,
        closing_hash=last.hash,
        grand=Totals.read(last.grand),
    )
    return walk, None if _is_ours(last) else Broken(last.last_number, "closing_changed")


def _follow(
    verdict: Verdict, walk: _Walk, head: JournalHead, anchors: Mapping[int, str]
) -> Broken | None:
    closings = JournalClosing.objects.filter(store=verdict.store, number__gt=walk.closings)
    ends = closings.order_by("number").iterator(chunk_size=200)
    closing = next(ends, None)
    for row in reading.entries(verdict.store.pk, walk.number):
        if why := _wrong(row, walk):
            return Broken(walk.number + 1 if why == "missing" else row[NUMBER], why)
        if anchors and anchors.get(row[NUMBER], row[HASH]) != row[HASH]:
            return Broken(row[NUMBER], "anchor")
        _step(row, walk)
        verdict.entries += 1
        while closing is not None and closing.last_number == walk.number:
            if why := _wrong_closing(closing, walk):
                return Broken(walk.number, why)
            _close(closing, walk)
            verdict.closings += 1
            closing = next(ends, None)
    return _wrong_end(walk, head, closing, anchors)


def _wrong(row: tuple[Any, ...], walk: _Walk) -> str:
    """Return what is wrong with the entry behind the walk, empty when nothing is."""
    if row[NUMBER] != walk.number + 1:
        return "missing"
    try:
        if chain.text_hash(row) != row[HASH]:
            return "changed"
        if row[BEFORE] != walk.hash:
            return "unlinked"
        if not chain.is_sealed(row[HASH], row[SEAL]):
            return "unsealed"
    except TypeError:
        # Bytes where we wrote text: SQLite keeps what it is given.
        return "changed"
    return "unclosed" if row[DAY] <= walk.closed_day else ""


def _step(row: tuple[Any, ...], walk: _Walk) -> None:
    walk.number, walk.hash = row[NUMBER], row[HASH]
    walk.first = walk.first or row[NUMBER]
    walk.totals.add(
        currency=row[CURRENCY],
        kind=row[KIND],
        gross=row[GROSS],
        tax=row[TAX],
        taxes=row[TAXES],
        tenders=row[TENDERS],
    )


def _wrong_closing(closing: JournalClosing, walk: _Walk) -> str:
    if closing.number != walk.closings + 1 or closing.previous_hash != walk.closing_hash:
        return "closing_missing"
    if not _is_ours(closing):
        return "closing_changed"
    if closing.first_number != walk.first or closing.last_hash != walk.hash:
        return "closing_range"
    walk.grand.merge(walk.totals)
    if (closing.totals, closing.grand) != (walk.totals.text(), walk.grand.text()):
        return "closing_totals"
    return ""


def _close(closing: JournalClosing, walk: _Walk) -> None:
    walk.closings, walk.closing_hash = closing.number, closing.hash
    walk.closed_day = closing.day.isoformat()
    walk.first, walk.totals = 0, Totals()


def _wrong_end(
    walk: _Walk, head: JournalHead, closing: JournalClosing | None, anchors: Mapping[int, str]
) -> Broken | None:
    """Compare the end of the chain with what the head, the closings and the anchors know of it."""
    known = max(head.last_number, closing.last_number if closing else 0, *anchors, 0)
    if known > walk.number:
        return Broken(walk.number + 1, "cut")
    if closing is not None:
        return Broken(closing.last_number, "closing_range")
    # Others write on while we read: what is behind the end we saw may be before a newer one.
    if (end := _last_number(head.store)) < walk.number:
        return Broken(end + 1, "added")
    if walk.number and not _is_end(head, walk):
        return Broken(walk.number, "head")
    return Broken(walk.number, "closing_missing") if walk.closings < head.closings else None


def _last_number(store: Store) -> int:
    head = JournalHead.objects.filter(store=store).first()
    return head.last_number if head else 0


def _is_end(head: JournalHead, walk: _Walk) -> bool:
    """Whether the head is as we sealed it, and where the walk came by it says the same hash."""
    is_here = head.last_hash == walk.hash or head.last_number < walk.number
    return is_here and chain.is_sealed(writing.head_hash(head), head.seal)


def _is_ours(closing: JournalClosing) -> bool:
    content = (getattr(closing, name) for name in chain.CLOSING)
    is_as_written = compare_digest(chain.row_hash("closing", content), closing.hash)
    return is_as_written and chain.is_sealed(closing.hash, closing.seal)
