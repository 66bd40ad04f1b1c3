"""What returns, exchanges and credits have to write when they are settled."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from orders.journal.writing import write
from orders.models import (
    CreditEntry,
    CustomerReturn,
    Exchange,
    JournalEntry,
    Refund,
)

Kind = JournalEntry.Kind
# Among means of payment: what was settled by other goods, and what other goods were settled by.
BY_GOODS = "EXCHANGE"
RETURNED = "RETURN"
# Among means of payment: what a bank sent back and was not paid again.
OWED = "OWED"
# Among tax rates: fees and promotions, which are no article's.
ADJUSTED = "ADJUSTED"
MOVED: dict[str, str] = {
    CreditEntry.Kind.ISSUED: Kind.CREDIT_ISSUED,
    CreditEntry.Kind.USED: Kind.CREDIT_USED,
    CreditEntry.Kind.RESTORED: Kind.CREDIT_RESTORED,
    CreditEntry.Kind.WITHDRAWN: Kind.CREDIT_WITHDRAWN,
}


def return_settled(taken: CustomerReturn, *, at: datetime) -> None:
    """
    Write that all of a return is paid: its value, and by what it was given back.

    Settled again after a bank had sent a refund back, its first entry stays and is corrected.
    """
    if taken.store is None:
        return
    if _is_written(taken):
        return_corrected(taken, at=at)
        return
    rate = Coalesce("order_line__tax_rate", "product__tax_rate")
    taxes = _by_rate(taken.lines.annotate(rate=rate), "amount")
    kept = taken.adjustments.aggregate(amount=Sum("amount"), tax=Sum("tax"))
    if kept["amount"] is not None:
        taxes[ADJUSTED] = (kept["amount"], kept["tax"])
    tenders = _paid(taken)
    gross = sum(amount for amount, _ in taxes.values())
    if by_goods := gross - sum(tenders.values()):
        tenders[BY_GOODS] = by_goods
    write(
        store=taken.store,
        kind=Kind.RETURN_SETTLED,
        subject=_subject(taken),
        document=taken.number or "",
        gross=gross,
        tax=max(sum(tax for _, tax in taxes.values()), 0),
        taxes=taxes,
        tenders=tenders,
        currency=taken.currency,
        clerk_id=taken.clerk_id,
        at=at,
    )


def return_corrected(taken: CustomerReturn, *, at: datetime) -> None:
    """
    Write by which other means than the journal says the money of a settled return is given back.

    What is owed again stands under `OWED`. Nothing is written when the journal is right.
    """
    if taken.store is None or not _is_written(taken):
        return
    known = _known(taken)
    real = Counter(_paid(taken))
    real[BY_GOODS] = known[BY_GOODS]
    real[OWED] = sum(known.values()) - sum(real.values())
    moved = {name: real[name] - known[name] for name in {*known, *real}}
    moved = {name: amount for name, amount in moved.items() if amount}
    if not moved:
        return
    write(
        store=taken.store,
        kind=Kind.RETURN_CORRECTED,
        subject=f"{_subject(taken)}:{_corrections(taken).count() + 1}",
        document=taken.number or "",
        gross=0,
        tenders=moved,
        currency=taken.currency,
        clerk_id=taken.clerk_id,
        at=at,
    )


def _subject(taken: CustomerReturn) -> str:
    return f"return:{taken.pk}"


def _is_written(taken: CustomerReturn) -> bool:
    return _settled(taken).exists()


def _settled(taken: CustomerReturn) -> QuerySet[JournalEntry]:
    return JournalEntry.objects.filter(kind=Kind.RETURN_SETTLED, subject=_subject(taken))


def _corrections(taken: CustomerReturn) -> QuerySet[JournalEntry]:
    return JournalEntry.objects.filter(
        kind=Kind.RETURN_CORRECTED, subject__startswith=f"{_subject(taken)}:"
    )


def _paid(taken: CustomerReturn) -> dict[str, int]:
    paid = Refund.objects.filter(plan__customer_return=taken, state=Refund.State.PAID)
    return dict(paid.order_by().values_list("tender").annotate(Sum("amount")))


def _known(taken: CustomerReturn) -> Counter[str]:
    """Return by which means the journal says the return was given back, so far."""
    known: Counter[str] = Counter()
    for entry in (*_settled(taken), *_corrections(taken)):
        tenders: Mapping[str, int] = json.loads(entry.tenders)
        known.update(tenders)
    return known


def exchange_made(exchange: Exchange, *, at: datetime) -> None:
    """Write what was handed over in exchange, and how much of it the returned goods paid."""
    order = exchange.order
    if order is None or order.store is None:
        return
    by_returned = max(exchange.charges - exchange.to_pay, 0)
    tenders = dict(order.payments.order_by().values_list("tender").annotate(Sum("amount")))
    taxes = _by_rate(order.lines.annotate(rate=F("tax_rate")), "total")
    write(
        store=order.store,
        kind=Kind.EXCHANGE_MADE,
        subject=f"exchange:{exchange.pk}",
        document=order.number,
        gross=exchange.charges,
        tax=sum(tax for _, tax in taxes.values()),
        taxes=taxes,
        tenders=tenders | ({RETURNED: by_returned} if by_returned else {}),
        currency=exchange.currency,
        clerk_id=order.clerk_id,
        at=at,
    )


def credit_moved(entry: CreditEntry, *, at: datetime) -> None:
    """Write what was issued on a store credit or gift card, spent from it or given back to it."""
    account = entry.account
    store = entry.store or account.store
    if store is None or entry.kind not in MOVED:
        return
    write(
        store=store,
        kind=MOVED[entry.kind],
        subject=f"credit-entry:{entry.pk}",
        document=account.masked,
        gross=entry.amount,
        tenders={account.kind: entry.amount},
        currency=account.currency,
        clerk_id=entry.clerk_id,
        at=at,
    )


def _by_rate(lines: QuerySet[Any], worth: str) -> dict[str, tuple[int, int]]:
    """Return what lines that know their `rate` are worth at each, and the tax within."""
    rows = lines.order_by().values_list("rate").annotate(Sum(worth), Sum("tax"))
    return {f"{rate:.4f}": (int(amount), int(tax)) for rate, amount, tax in rows}
