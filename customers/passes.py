"""
Passes: a code on the customer's phone that is another one every 30 seconds.

    P9 NNNNNNNN MMMMMMMMMMMMMMMM        26 letters and digits, a QR code of 25 dots a side
    │  │        └ 80 bits of HMAC-SHA-256 over the pass's id and the step of 30 seconds
    │  └ the pass's number: 40 bits of chance, the same in all its codes
    └ says that it is a pass; a slip's code (`orders.slips`) never has a 9

It names nobody and holds no price, point or level (rules.md 5.1). A phone gets the codes of an hour
at a time and never the secret, so it goes on without a network, and what is stolen from it ends
with that hour.

A code is good from one step before the server's own to one after it, once: whoever photographs it
comes too late, because the step that identified and all before it are used up under the lock of the
pass's row. Forged, expired, used, revoked: the outside is told one thing (rules.md 5.2).
"""

import base64
import hmac
import logging
import re
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import handsets
from customers.models import Customer, Pass
from omnistore.errors import Conflict, Refused
from omnistore.tokens import new_secret, seal, unseal

logger = logging.getLogger(__name__)

STEP = timedelta(seconds=30)
HOUR = timedelta(hours=1)
# A phone may be so many steps ahead or behind, and a scan as late.
SKEW = 1
NUMBER_BITS, MAC_BITS = 40, 80
FORM = re.compile(r"P9[A-Z2-7]{8}[A-Z2-7]{16}")
PREFIX, NUMBER_END = 2, 10


class WrongPass(Refused):
    """Forged, expired, used, revoked, nobody's: which of these it was is not said."""

    code = "pass_not_recognised"
    words = _(
        "This code of a pass is not good, or no longer. It changes every 30 seconds: scan the one "
        "that the phone shows now, or the bars of the card below it."
    )


class Forgotten(Conflict):
    code = "customer_erased"
    words = _("This customer was erased: there is nobody whom a pass could name.")


class Hour(NamedTuple):
    """The codes of an hour, each good for one step; the first began at `begins_at`."""

    begins_at: datetime
    codes: list[str]


def issue(*, customer: Customer, at: datetime) -> Pass:
    """
    Return the customer's pass in force, a new one when he has none. Safe to call twice.

    Raises:
        Forgotten: the customer was erased.
    """
    with transaction.atomic():
        _hold(customer)
        return of(customer) or Pass.objects.create(
            customer=customer, number=_new_number(), secret=new_secret(), issued_at=at
        )


def renew(*, customer: Customer, at: datetime) -> Pass:
    """
    Return a new pass; every code of the old one is void at once: a phone was lost.

    Raises:
        Forgotten: the customer was erased.
    """
    with transaction.atomic():
        _hold(customer)
        revoke(customer=customer, at=at)
        return issue(customer=customer, at=at)


def revoke(*, customer: Customer, at: datetime) -> bool:
    """
    Void the customer's pass with every code of it; whether he had one. Safe to call twice.

    The phones that carried it are known no more: one of them is lost, and would be given another.
    """
    with transaction.atomic():
        # Whoever identifies by it meanwhile holds its row, and goes first or finds none.
        in_force = Pass.objects.filter(customer=customer, revoked_at=None)
        had_one = bool(in_force.update(revoked_at=at, secret=""))
        handsets.forget_all_of(customer, at=at)
    return had_one


def of(customer: Customer) -> Pass | None:
    """Return the customer's pass in force."""
    return Pass.objects.filter(customer=customer, revoked_at=None).first()


def hour(shown: Pass, *, at: datetime) -> Hour:
    """Return the codes of the hour that begins with the step of `at`."""
    first = _step(at)
    begins_at = datetime.fromtimestamp(first * STEP.total_seconds(), UTC)
    return Hour(begins_at, [_code(shown, first + ahead) for ahead in range(HOUR // STEP)])


def form_of(text: str) -> str:
    """Return the code as it was made when the text looks like one, else an empty text."""
    code = text.strip().upper()
    return code if FORM.fullmatch(code) else ""


def identify(*, code: str, at: datetime) -> Customer:
    """
    Return whose pass shows the code, and use the code up.

    Not to be called inside a transaction, which could forget that it was used.

    Raises:
        WrongPass: it identifies nobody, or no longer. The log says so, without the code.
    """
    given = form_of(code)
    with transaction.atomic(durable=True):
        shown = _locked(given[PREFIX:NUMBER_END])
        # For a pass that is none the same is reckoned: the time taken says nothing.
        step = _step_shown(given, shown or _decoy(), at)
        if shown and step > shown.last_step:
            shown.last_step, shown.used_at = step, at
            shown.save(update_fields=["last_step", "used_at"])
            return shown.customer
    logger.warning("The code of a pass identified nobody pass=%s", shown.pk if shown else None)
    raise WrongPass()


def _locked(number: str) -> Pass | None:
    rows = Pass.objects.select_for_update(of=("self",)).select_related("customer")
    return rows.filter(number=number, revoked_at=None).first()


def _hold(customer: Customer) -> None:
    """Let nobody else give this customer a pass, or erase him, until the commit."""
    held = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer.pk)
    if held.erased_at is not None:
        raise Forgotten()


def _step_shown(given: str, shown: Pass, at: datetime) -> int:
    """Return the step whose code was given, 0 when it is none that is good at that moment."""
    found, current = 0, _step(at)
    for step in range(current - SKEW, current + SKEW + 1):
        # All are compared, whichever it is.
        if hmac.compare_digest(_code(shown, step)[NUMBER_END:], given[NUMBER_END:]):
            found = step
    return found


def _step(moment: datetime) -> int:
    return int(moment.timestamp()) // int(STEP.total_seconds())


def _code(shown: Pass, step: int) -> str:
    words = f"omnistore pass:{shown.pk}:{step}".encode()
    drawn = hmac.digest(shown.secret.encode(), words, "sha256")[: MAC_BITS // 8]
    return f"P9{shown.number}{base64.b32encode(drawn).decode()}"


def _new_number() -> str:
    while True:
        number = base64.b32encode(secrets.token_bytes(NUMBER_BITS // 8)).decode()
        if not Pass.objects.filter(number=number).exists():
            return number


def _decoy() -> Pass:
    """Return a pass that nobody has, opened as one from the database is."""
    return Pass(number="A" * 8, secret=unseal(_sealed_decoy(tuple(settings.ENCRYPTION_KEYS))))


@cache
def _sealed_decoy(keys: tuple[str, ...]) -> str:
    """Return a secret of nobody's, sealed by the first of these keys."""
    return seal(new_secret())
