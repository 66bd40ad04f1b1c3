"""
One-time codes: somebody proves that an e-mail address or a phone number is his own.

The page that asks never learns whether we know him: nobody is looked for here. A code is asked for
and sent in the same words and by the same work whatever was typed, and only who has read it is
told, by `identity.holders_of`, who he is to us.

    asked = onetime.ask(
        text=form["contact"],           # an e-mail address or a phone number, as it was typed
        country=store.country,          # reads a phone number without +
        purpose=OneTimeCode.Purpose.CHECK_IN,
        register=register,              # None on pages that belong to no register
        network=address(request),       # stores.http.address
        language="fr",                  # of the page
        at=now(),
    )
    request.session["ticket"] = asked.ticket    # in a cookie or a session, never in an address

    proven = onetime.redeem(            # by POST only
        ticket=request.session["ticket"],
        code=form["code"],
        purpose=OneTimeCode.Purpose.CHECK_IN,
        at=now(),
    )
    holders = identity.holders_of([(proven.kind, proven.value)])    # none: he may join

Neither may be called inside a transaction: counting a try must outlive the refusal. The code stays
out of what a page shows; it goes out by a message, which is written together with it.

A code is bound to the ticket of the browser that asked: who guesses has five tries of a million,
and an address ten codes a day. What is kept of both is a keyed hash over the two.
"""

import logging
import secrets
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers import emails, identity, mailing, messages, phones, sms, throttles
from customers.models import CodesAsked, OneTimeCode
from omnistore.errors import Invalid, Refused
from omnistore.tokens import fingerprint, new_secret
from stores import networks
from stores.models import Register

logger = logging.getLogger(__name__)

Kind = OneTimeCode.Kind
Purpose = OneTimeCode.Purpose
CHANNELS: dict[str, str] = {Kind.EMAIL: messages.Channel.EMAIL, Kind.PHONE: messages.Channel.SMS}
DIGITS = 6
TRIES = 5
LIFE = timedelta(minutes=10)
# What is counted, how many codes at most, within how long. A shop's network is everybody's in it.
LIMITS = (
    ("contact", 5, timedelta(hours=1)),
    ("contact today", 10, timedelta(days=1)),
    ("network", 60, timedelta(hours=1)),
    ("register", 120, timedelta(hours=1)),
)
# Rows are kept so long for those who look into a complaint.
KEPT = timedelta(days=30)


class WrongCode(Refused):
    """Wrong, expired, used, guessed too often or of another purpose: it never says which."""

    code = "wrong_code"
    words = _("This code is not right, or no longer good. Check it, or ask for a new one.")


class TooManyCodes(Refused):
    status = 429
    code = "too_many_codes"
    words = _("Too many codes were asked for. Wait a little, or ask at the counter.")


class NoWay(Invalid):
    code = "no_way"
    sentences: ClassVar[dict[str, Promise]] = {
        OneTimeCode.Kind.EMAIL: _("No e-mails are sent from here. Give a phone number."),
        OneTimeCode.Kind.PHONE: _("No text messages are sent from here. Give an e-mail address."),
    }


class Asked(NamedTuple):
    """
    A code on its way.

    `ticket` is the browser's, to be kept in a cookie or session; `kind` (EMAIL or PHONE) and
    `value` (normalised) are where it goes. `code` is for the message alone.
    """

    ticket: str
    kind: str
    value: str
    code: str
    expires_at: datetime


class Proven(NamedTuple):
    """An address or number (`kind` EMAIL or PHONE, `value` normalised) shown to be one's own."""

    kind: str
    value: str
    register_id: int | None


def ask(
    *,
    text: str,
    country: str,
    purpose: str,
    register: Register | None,
    network: str,
    language: str,
    at: datetime,
) -> Asked:
    """
    Return the ticket for a code that is sent to the address or number, whoever's it is.

    `country` reads the phone, `language` is the one the code is sent in. Asked again there is
    another code with a ticket of its own; the first stays good for its ten minutes.

    Raises:
        Invalid: not_an_email, not_a_phone, blocked_value (what stands for none), or no_way: the
            shop sends nothing there.
        TooManyCodes: for this address or number, from this network, or at this register.
    """
    kind, value = _contact(text, country)
    ticket, code = new_secret(128), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    with transaction.atomic(durable=True):
        _count(_counted(kind, value, network, register), at)
        asked = OneTimeCode.objects.create(
            register=register,
            purpose=purpose,
            kind=kind,
            value=value,
            ticket_hash=fingerprint(ticket),
            code_hash=_code_hash(ticket, code),
            asked_at=at,
            expires_at=at + LIFE,
        )
        messages.write(
            purpose=messages.Purpose.ONE_TIME_CODE,
            channel=CHANNELS[kind],
            template="one_time_code",
            variables={"code": code},
            address=value,
            language=language,
            good_for=LIFE,
            at=at,
        )
    return Asked(ticket, kind, value, code, asked.expires_at)


def redeem(*, ticket: str, code: str, purpose: str, at: datetime) -> Proven:
    """
    Return what the code proves, once; it is counted before it is looked at.

    Raises:
        WrongCode: nothing is proven, for a reason that nobody is told.
    """
    ticket = ticket if ticket.isascii() else ""
    with transaction.atomic(durable=True):
        asked = _open(ticket, purpose, at)
        given = _code_hash(ticket, _digits(code))
        is_right = constant_time_compare(given, asked.code_hash if asked else "")
        proven = _settle(asked, at, is_right=is_right) if asked else None
    if proven is None:
        logger.warning("A one-time code proved nothing code=%s", asked.pk if asked else None)
        raise WrongCode()
    return proven


def tidy(*, at: datetime) -> None:
    """Empty what expired codes were sent to, and delete what is older than `KEPT`."""
    OneTimeCode.objects.filter(expires_at__lte=at).exclude(value="").update(value="")
    OneTimeCode.objects.filter(asked_at__lte=at - KEPT).delete()
    CodesAsked.objects.filter(started_at__lte=at - max(span for *_, span in LIMITS)).delete()


def _contact(text: str, country: str) -> tuple[str, str]:
    if "@" in text:
        kind, value = Kind.EMAIL, emails.normalise(text)
    else:
        kind, value = Kind.PHONE, phones.normalise(text, country)
    if value is None:
        raise emails.NotAnEmail() if kind == Kind.EMAIL else phones.why_not(text, country)
    if identity.stands_for_none(kind, value):
        raise identity.Blocked()
    if not (mailing.is_on() if kind == Kind.EMAIL else sms.is_on()):
        raise NoWay(NoWay.sentences[kind])
    return kind, value


def _counted(kind: str, value: str, network: str, register: Register | None) -> dict[str, str]:
    """Return what is counted, by the name it has in `LIMITS`."""
    contact = f"{kind} {value}"
    counted = {"contact": contact, "contact today": contact, "network": networks.of(network)}
    return counted | ({"register": str(register.pk)} if register else {})


def _count(counted: dict[str, str], at: datetime) -> None:
    if limit := throttles.reached(LIMITS, counted, of="asked", at=at):
        logger.warning("Too many one-time codes were asked for limit=%s", limit)
        raise TooManyCodes()


def _open(ticket: str, purpose: str, at: datetime) -> OneTimeCode | None:
    """Return the code that the ticket waits for, locked; one that may still be tried."""
    rows = OneTimeCode.objects.select_for_update(of=("self",)).filter(
        ticket_hash=fingerprint(ticket), purpose=purpose, used_at=None
    )
    return rows.filter(expires_at__gt=at, tries__lt=TRIES).first()


def _settle(asked: OneTimeCode, at: datetime, *, is_right: bool) -> Proven | None:
    proven = Proven(asked.kind, asked.value, asked.register_id) if is_right else None
    asked.tries += 1
    if is_right:
        asked.used_at, asked.value = at, ""
    asked.save(update_fields=["tries", "used_at", "value"])
    return proven


def _digits(code: str) -> str:
    return "".join(mark for mark in code[:40] if mark.isascii() and mark.isdigit())


def _code_hash(ticket: str, code: str) -> str:
    return _keyed("code", f"{ticket} {code}")


def _keyed(what: str, text: str) -> str:
    return salted_hmac(f"omnistore one-time {what}", text, algorithm="sha256").hexdigest()
