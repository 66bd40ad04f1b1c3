"""
Store credit and gift cards: issue, use, restore, each once per event and under the account's lock.

The sums on the account are those of its entries, and the database holds used ≤ issued (rules.md
2.8).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from omnistore.errors import Conflict, Invalid
from omnistore.outbox import events
from orders import credit_codes, journal
from orders.facts import CreditIssued, CreditRestored, CreditUsed
from orders.models import CreditAccount, CreditEntry
from stores.models import ApiKey, Clerk, Store, User

Kind = CreditEntry.Kind


class CreditTooSmall(Conflict):
    code = "credit_too_small"
    words = _("Less than that is left on it.")


class CreditCurrency(Invalid):
    code = "credit_currency"
    words = _("It is in another currency.")


class CreditExpired(Conflict):
    code = "credit_expired"
    words = _("It was good until a day that has passed.")


class EventDiffers(Conflict):
    code = "credit_event_differs"
    words = _("This was written before, with other content.")


class NotAnAmount(Invalid):
    code = "not_an_amount"
    words = _("An amount is a whole number of cents, one or more.")


class NoReason(Invalid):
    code = "credit_without_reason"
    words = _("Say why: nothing is written by hand without a reason.")


class UnknownUse(Invalid):
    code = "unknown_credit_use"
    words = _("No such sum was spent of store credit or a gift card, or it paid for a sale before.")


class UseSold(Conflict):
    code = "credit_use_sold"
    words = _("A sale was paid with it: take a return instead.")


def issue(
    *,
    customer: Customer | None,
    kind: str,
    amount: int,
    currency: str,
    reason: str,
    event_key: str,
    at: datetime,
    store: Store | None = None,
    clerk: Clerk | None = None,
    user: User | None = None,
    is_manual: bool = False,
) -> CreditAccount:
    """
    Return a new account with `amount` minor units on it; the same event again gives the same.

    Without a `customer` it is the bearer's. `credit_codes.make` makes the code, when it is
    handed out.

    Raises:
        NotAnAmount, NoReason: as they say.
        EventDiffers: the event wrote something else before.
    """
    with transaction.atomic():
        if earlier := _earlier(event_key, kind=Kind.ISSUED, amount=amount):
            return earlier.account
        account = CreditAccount.objects.create(
            number=credit_codes.new_number(),
            kind=kind,
            customer=customer,
            store=store,
            currency=currency,
            created_at=at,
        )
        made_by = {"store": store, "clerk": clerk, "user": user, "is_manual": is_manual}
        entry = _write(account, Kind.ISSUED, amount, event_key, reason=reason, at=at, **made_by)
        events.record(_told(CreditIssued, account, amount, store), at=at)
        journal.credit_moved(entry, at=at)
    return account


def correct(
    *, account: CreditAccount, amount: int, reason: str, event_key: str, user: User, at: datetime
) -> CreditEntry:
    """
    Write by hand: a positive `amount` is issued, a negative one taken off what is left.

    Raises:
        NoReason, NotAnAmount, EventDiffers: as they say.
        CreditTooSmall: less is left than is taken off.
    """
    kind = Kind.ISSUED if amount > 0 else Kind.WITHDRAWN
    with transaction.atomic():
        locked = _locked(account)
        if earlier := _earlier(event_key, kind=kind, amount=abs(amount)):
            return earlier
        if -amount > locked.balance:
            raise CreditTooSmall()
        entry = _write(
            locked, kind, abs(amount), event_key, reason=reason, at=at, user=user, is_manual=True
        )
        if amount > 0:
            events.record(_told(CreditIssued, locked, amount, locked.store), at=at)
        journal.credit_moved(entry, at=at)
    return entry


def use(
    *,
    number: str,
    code: str,
    amount: int,
    currency: str,
    event_key: str,
    at: datetime,
    store: Store | None = None,
    api_key: ApiKey | None = None,
) -> CreditEntry:
    """
    Spend from an account at a register; the same event again is the same entry.

    Raises:
        NotSpendable: no such number, a wrong code, or too many of them.
        CreditTooSmall, CreditCurrency, CreditExpired, NotAnAmount, EventDiffers: as they say.
    """
    account = credit_codes.opened(number=number, code=code, at=at)
    with transaction.atomic():
        locked = _locked(account)
        if earlier := _earlier(event_key, kind=Kind.USED, amount=amount):
            return _same(earlier, account)
        if locked.currency != currency:
            raise CreditCurrency()
        if locked.expires_on and localdate(at) > locked.expires_on:
            raise CreditExpired()
        if amount > locked.balance:
            raise CreditTooSmall()
        entry = _write(locked, Kind.USED, amount, event_key, at=at, store=store, api_key=api_key)
        events.record(_told(CreditUsed, locked, amount, store), at=at)
        journal.credit_moved(entry, at=at)
    return entry


def restore(
    *,
    account: CreditAccount,
    amount: int,
    reason: str,
    event_key: str,
    at: datetime,
    store: Store | None = None,
    clerk: Clerk | None = None,
    api_key: ApiKey | None = None,
) -> CreditEntry:
    """
    Give back to an account what was spent from it; the same event again is the same entry.

    Raises:
        NotAnAmount, EventDiffers: as they say.
        CreditTooSmall: less was spent from it than would come back.
    """
    with transaction.atomic():
        locked = _locked(account)
        if earlier := _earlier(event_key, kind=Kind.RESTORED, amount=amount):
            return _same(earlier, account)
        if amount > locked.used:
            raise CreditTooSmall()
        made_by = {"store": store, "clerk": clerk, "api_key": api_key}
        entry = _write(locked, Kind.RESTORED, amount, event_key, reason=reason, at=at, **made_by)
        events.record(_told(CreditRestored, locked, amount, store), at=at)
        journal.credit_moved(entry, at=at)
    return entry


def claim(*, use_id: UUID, kind: str, amount: int, currency: str) -> CreditEntry:
    """
    Return the use that paid a tender of a sale, its account locked; the caller writes the payment.

    Raises:
        UnknownUse: it is another amount, kind or currency, was given back, or paid before.
    """
    used = CreditEntry.objects.filter(
        pk=use_id,
        kind=Kind.USED,
        amount=amount,
        account__kind=kind,
        account__currency=currency,
        payment=None,
    )
    if (found := used.select_related("account").first()) is None:
        raise UnknownUse()
    _locked(found.account)
    if not used.exists() or CreditEntry.objects.filter(event_key=_cancelling(found)).exists():
        raise UnknownUse()
    return found


def _cancelling(used: CreditEntry) -> str:
    return f"cancel:{used.pk}"


def cancel_use(*, used: CreditEntry, at: datetime, api_key: ApiKey | None = None) -> CreditEntry:
    """
    Give a use back whole, when its sale came to nothing; said twice it is done once.

    Raises:
        UseSold: an order was paid with it.
    """
    with transaction.atomic():
        _locked(used.account)
        if hasattr(CreditEntry.objects.select_related("payment").get(pk=used.pk), "payment"):
            raise UseSold()
        return restore(
            account=used.account,
            amount=used.amount,
            reason="",
            event_key=_cancelling(used),
            at=at,
            store=used.store,
            api_key=api_key,
        )


def _locked(account: CreditAccount) -> CreditAccount:
    # Streams come before accounts, as in a return that gives credit back.
    if account.customer_id is not None:
        events.hold(f"customer:{account.customer_id}")
    return CreditAccount.objects.select_for_update(no_key=True).get(pk=account.pk)


def _earlier(event_key: str, **content: Any) -> CreditEntry | None:
    entry = CreditEntry.objects.select_related("account").filter(event_key=event_key).first()
    if entry and any(getattr(entry, name) != value for name, value in content.items()):
        raise EventDiffers()
    return entry


def _same(entry: CreditEntry, account: CreditAccount) -> CreditEntry:
    if entry.account_id != account.pk:
        raise EventDiffers()
    return entry


def _write(
    account: CreditAccount, kind: CreditEntry.Kind, amount: int, event_key: str, **more: Any
) -> CreditEntry:
    """Write the entry and its effect on the locked account's sums."""
    if amount < 1:
        raise NotAnAmount()
    if more.get("is_manual") and not str(more.get("reason", "")).strip():
        raise NoReason()
    on_issued, on_used = CreditEntry.EFFECTS[kind]
    account.issued += on_issued * amount
    account.used += on_used * amount
    account.save(update_fields=["issued", "used"])
    return CreditEntry.objects.create(
        account=account,
        kind=kind,
        amount=amount,
        event_key=event_key,
        **more,
    )


def _told(
    fact: Callable[..., CreditIssued | CreditUsed | CreditRestored],
    account: CreditAccount,
    amount: int,
    store: Store | None,
) -> CreditIssued | CreditUsed | CreditRestored:
    return fact(
        customer_id=account.customer_id,
        store_code=store.code if store else "",
        credit_id=account.pk,
        kind=account.kind,
        amount=amount,
        left=account.balance,
        currency=account.currency,
    )
