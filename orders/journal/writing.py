"""One more entry, numbered under the lock of the chain's end."""

from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from django.db import connection
from django.utils.timezone import localdate

from omnistore.outbox import events
from omnistore.outbox.events import OutsideTransaction
from orders.journal import chain
from orders.models import JournalEntry, JournalHead
from stores.models import Store

HEADS = ["last_number", "last_hash", "open_day", "closings", "last_closing_hash", "seal"]


def write(
    *,
    store: Store,
    kind: str,
    subject: str,
    document: str,
    gross: int,
    currency: str,
    at: datetime,
    tax: int = 0,
    taxes: Mapping[str, tuple[int, int]] | None = None,
    tenders: Mapping[str, int] | None = None,
    clerk_id: int | None = None,
) -> JournalEntry:
    """
    Return the store's next entry, written in the caller's transaction, last of all if it can.

    Amounts are in minor units: `taxes` is rate → (amount, tax within), `tenders` means of payment →
    amount, negative in a correction only. The same kind and subject again gives the same entry.

    Raises:
        OutsideTransaction: it could outlive what it says, or be lost with it.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(kind)
    head = locked(store)
    entry_id = uuid5(NAMESPACE_OID, f"omnistore journal {kind} {subject}")
    if earlier := JournalEntry.objects.filter(pk=entry_id).first():
        return earlier
    entry = JournalEntry(
        id=entry_id,
        store_id=store.pk,
        number=head.last_number + 1,
        kind=str(kind),
        subject=subject,
        document=document,
        gross=gross,
        tax=tax,
        taxes=chain.canonical(taxes or {}),
        tenders=chain.canonical(tenders or {}),
        currency=currency,
        clerk_id=clerk_id,
        # Who waited for the lock across midnight writes into the day that is open.
        day=max(localdate(at), head.open_day or localdate(at)),
        at=at,
        previous_hash=head.last_hash,
    )
    entry.hash = chain.entry_hash([getattr(entry, name) for name in chain.ENTRY])
    entry.seal = chain.seal(entry.hash)
    entry.save(force_insert=True)
    head.last_number, head.last_hash, head.open_day = entry.number, entry.hash, entry.day
    keep(head)
    return entry


def locked(store: Store) -> JournalHead:
    """Return the end of the store's chain, locked until the commit."""
    # Streams come before heads, everywhere: two who settle never wait for each other.
    events.hold(f"store:{store.code}")
    heads = JournalHead.objects.select_for_update(no_key=True, of=("self",))
    if head := heads.filter(store=store).first():
        return head
    JournalHead.objects.bulk_create([JournalHead(store=store)], ignore_conflicts=True)
    return heads.get(store=store)


def keep(head: JournalHead) -> None:
    """Seal the end of the chain as it is now, and write it."""
    head.seal = chain.seal(head_hash(head))
    head.save(update_fields=HEADS)


def head_hash(head: JournalHead) -> str:
    """Return what the head's seal is of."""
    return chain.row_hash("head", (getattr(head, name) for name in chain.HEAD))
