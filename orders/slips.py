"""
Slips: papers whose code leads back to a sale or a return.

A code has 128 bits that nobody can guess. It is derived from the slip's random id under a key of
the settings, so a reprint shows the same code, while the database keeps its hash only. It holds no
name, price or number, leads nowhere but through a clerk who is signed in, and for one purpose only:
that of a gift receipt never leads to a price (rules.md 1.8, 5.1).
"""

import base64
import hashlib
import hmac
import logging
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import count

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, NotFound
from omnistore.tokens import fingerprint
from orders.models import CustomerReturn, Exchange, Order, Slip

logger = logging.getLogger(__name__)

Kind = Slip.Kind
# As long as a right to bring something back can last: two years, and six months after a repair
# (rules.md 1.6).
LIFE = timedelta(days=365 * 5 // 2)
BITS = 128
# Base32 of 128 bits: 26 letters, the last of which has three spare bits.
FORM = re.compile(r"[A-Z2-7]{25}[AEIMQUY4]")
# Where a phone opens a slip. What stands behind the # never leaves the phone: it
# is in no log and no Referer.
ON_PHONE = "/receipt/#"
# What a hand writes for what base32 has: it has no 0, 1 and 8.
MISREAD = str.maketrans("018", "OIB", " -\N{NO-BREAK SPACE}")


class UnknownCode(NotFound):
    """Forged, expired, taken back or of another purpose: which of these is not said."""

    code = "unknown_code"
    words = _("This code leads nowhere. Look the purchase up by its number or by the customer.")


class NoSlipYet(Conflict):
    code = "no_slip_yet"
    words = _("There is a slip once the return is taken.")


class NothingToGive(Conflict):
    code = "nothing_to_give"
    words = _("There is no article on this receipt that could be a gift.")


class KeyGone(Conflict):
    code = "key_gone"
    words = _("This slip cannot be printed again: the key that its code was made with is gone.")


def for_return(*, taken: CustomerReturn, at: datetime) -> Slip:
    """
    Return the return's slip, the same one each time.

    Raises:
        NoSlipYet: it is still a draft.
    """
    if taken.is_draft:
        raise NoSlipYet()
    return _slip(Kind.RETURN, customer_return=taken, at=at)


def for_exchange(*, exchange: Exchange, at: datetime) -> Slip:
    """Return the exchange's slip, the same one each time."""
    return _slip(Kind.EXCHANGE, customer_return=exchange.customer_return, at=at)


def receipt_of(*, order: Order, at: datetime) -> Slip:
    """Return the slip whose code leads to the purchase, the same one each time."""
    return _slip(Kind.RECEIPT, order=order, at=at)


def gift_of(*, order: Order, at: datetime) -> Slip:
    """
    Return the order's gift receipt, the same one each time: no price, nobody's name.

    Raises:
        NothingToGive: it has no goods.
    """
    if not order.lines.filter(product__kind="GOODS").exists():
        raise NothingToGive()
    return _slip(Kind.GIFT, order=order, at=at)


def read(*, code: str, at: datetime, kinds: Collection[str] = frozenset(Kind.values)) -> Slip:
    """
    Return the slip with that code, with its order or return.

    Raises:
        UnknownCode: there is none for this purpose. The log says so, without the code.
    """
    given = form_of(code)
    found = Slip.objects.select_related(
        "order__customer", "order__store", "customer_return__customer", "customer_return__store"
    ).filter(code_hash=fingerprint(given), kind__in=kinds, expires_at__gt=at)
    slip = found.first() if given else None
    if slip is None:
        logger.warning("The code of a slip led nowhere")
        raise UnknownCode()
    return slip


def form_of(text: str) -> str:
    """
    Return the code as it was made when the text looks like one, else an empty text.

    The address of the phone's page leads to the code behind it, whatever the host.
    """
    code = text.rpartition(ON_PHONE)[2].strip().upper().translate(MISREAD)
    # A name has no digits: every code of ours has one.
    is_ours = FORM.fullmatch(code) and any(letter.isdigit() for letter in code)
    return code if is_ours else ""


def code_of(slip: Slip) -> str:
    """
    Return the slip's code, as it was first printed.

    Raises:
        KeyGone: none of `settings.ENCRYPTION_KEYS` made it.
    """
    return that_made(_words_of(slip), slip.code_hash)


def _slip(
    kind: str,
    *,
    at: datetime,
    order: Order | None = None,
    customer_return: CustomerReturn | None = None,
) -> Slip:
    fresh = Slip(kind=kind)
    slip, _created = Slip.objects.get_or_create(
        kind=kind,
        order=order,
        customer_return=customer_return,
        defaults={
            "id": fresh.id,
            "code_hash": fingerprint(derived(settings.ENCRYPTION_KEYS[0], _words_of(fresh))),
            "made_at": at,
            "expires_at": at + LIFE,
        },
    )
    return slip


def _words_of(slip: Slip) -> str:
    return f"{slip.kind}:{slip.id}"


def derived(key: str, words: str) -> str:
    """Return the code that these words have under that key of the settings, always the same."""
    secret = hashlib.sha256(b"omnistore slip:" + key.encode()).digest()
    codes = (_code(secret, f"{words}:{turn}") for turn in count())
    return next(code for code in codes if form_of(code) == code)


def that_made(words: str, code_hash: str) -> str:
    """
    Return the code of these words that has this hash.

    Raises:
        KeyGone: none of `settings.ENCRYPTION_KEYS` made it.
    """
    for key in settings.ENCRYPTION_KEYS:
        code = derived(key, words)
        if hmac.compare_digest(fingerprint(code), code_hash):
            return code
    raise KeyGone()


def _code(key: bytes, words: str) -> str:
    drawn = hmac.digest(key, words.encode(), "sha256")[: BITS // 8]
    return base64.b32encode(drawn).decode().rstrip("=")
