"""
Numbers and codes of store credit and gift cards.

The number identifies; spending also needs the code that is printed beside it. That code is kept
hashed: it can be made anew, never read.
"""

import logging
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, NotFound, Refused
from orders.models import CreditAccount, CreditEntry
from stores.models import Clerk, User

logger = logging.getLogger(__name__)

TRIES = 5
BLOCKED = timedelta(minutes=15)
# So long whoever issued it may have a lost or unprinted code made anew, while nothing is spent.
RECENT = timedelta(hours=24)


class UnknownCredit(NotFound):
    code = "unknown_credit"
    words = _("There is no store credit or gift card with this number.")


class NotSpendable(Refused):
    """Whatever is wrong with number or code: the outside is not told which (rules.md 5.2)."""

    code = "credit_not_spendable"
    words = _("This number and code do not go together. Check both.")


class CodeGivenOut(Conflict):
    code = "credit_code_given_out"
    words = _("This code was given out a while ago, or used. Head office makes a new one.")


def find(number: str) -> CreditAccount:
    """Return the account of that number, however it is typed; raises `UnknownCredit`."""
    account = CreditAccount.objects.filter(number=_digits(number)).first()
    if account is None:
        raise UnknownCredit()
    return account


def make(
    *,
    account: CreditAccount,
    at: datetime,
    clerk: Clerk | None = None,
    user: User | None = None,
) -> str:
    """
    Return a new code of six digits to print beside the number; any earlier one is void.

    A clerk may have it made for a while after the account was issued, head office always.

    Raises:
        CodeGivenOut: something is spent, or it is too late for a clerk.
    """
    with transaction.atomic():
        locked = CreditAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        if user is None and (locked.used or at > locked.created_at + RECENT):
            raise CodeGivenOut()
        code = f"{secrets.randbelow(1_000_000):06d}"
        locked.pin_hash, locked.pin_tries, locked.pin_blocked_until = make_password(code), 0, None
        locked.save(update_fields=["pin_hash", "pin_tries", "pin_blocked_until"])
        CreditEntry.objects.create(
            account=locked,
            kind=CreditEntry.Kind.CODE_MADE,
            amount=0,
            event_key=f"code:{secrets.token_hex(12)}",
            clerk=clerk,
            user=user,
            at=at,
        )
    return code


def opened(*, number: str, code: str, at: datetime) -> CreditAccount:
    """
    Return the account that number and code open; the try is counted before it is looked at.

    Not to be called inside a transaction, which would forget the tries with a refusal.

    Raises:
        NotSpendable: no such number, a wrong code, or too many of them.
    """
    with transaction.atomic():
        account = (
            CreditAccount.objects.select_for_update(no_key=True)
            .filter(number=_digits(number))
            .first()
        )
        if account is not None:
            _count_try(account, at)
    if account is None or _is_blocked(account, at):
        logger.warning("credit: unknown or blocked account=%s", account and account.pk)
        raise NotSpendable()
    if not account.pin_hash or not check_password(code, account.pin_hash):
        logger.warning("credit: wrong code account=%s tries=%s", account.pk, account.pin_tries)
        raise NotSpendable()
    CreditAccount.objects.filter(pk=account.pk).update(pin_tries=0, pin_blocked_until=None)
    return account


def _is_blocked(account: CreditAccount, at: datetime) -> bool:
    return account.pin_blocked_until is not None and at < account.pin_blocked_until


def _count_try(account: CreditAccount, at: datetime) -> None:
    if _is_blocked(account, at):
        return
    if account.pin_blocked_until:
        account.pin_tries, account.pin_blocked_until = 0, None
    account.pin_tries += 1
    CreditAccount.objects.filter(pk=account.pk).update(
        pin_tries=account.pin_tries,
        # The fifth wrong one is the last: whoever comes after it waits.
        pin_blocked_until=at + BLOCKED if account.pin_tries >= TRIES else None,
    )


def new_number() -> str:
    """Return a number nobody has: a 9, fourteen random digits, and Luhn's check digit."""
    while True:
        digits = f"9{secrets.randbelow(10**14):014d}"
        number = digits + _check_digit(digits)
        if not CreditAccount.objects.filter(number=number).exists():
            return number


def _digits(typed: str) -> str:
    return "".join(sign for sign in typed[:64] if sign in "0123456789")


def _check_digit(digits: str) -> str:
    doubled = (
        int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(digits[::-1])
    )
    return str(-sum(n // 10 + n % 10 for n in doubled) % 10)
