"""
Joining: a customer signs himself up on his own phone, at a register.

Nobody has seen that the phone number or address is his. So what another customer has is left with
him, in silence: the newcomer gets a card number all the same, hears the same words after the same
work, and the clerk is told to ask. A phone never learns whom we know (rules.md 3.5).
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import cards, emails, handsets, identity, phones, signup, throttles
from customers.models import CheckIn, Identifier, PhoneSession
from omnistore.errors import Invalid, Refused
from stores import networks
from stores.models import Register

logger = logging.getLogger(__name__)

Kind = Identifier.Kind
How = CheckIn.How
SOURCE = "PHONE"
# GS1's numbers for what stays in one company.
OWN_RANGE = "29"
# A shop's network is everybody's in it, and no till serves more than one a minute.
LIMITS = (("network", 60, timedelta(hours=1)), ("register", 60, timedelta(hours=1)))


class NoContact(Invalid):
    code = "phone_or_email_missing"
    words = _("Give a phone or an e-mail: one of them is enough.")


class TooManyNewcomers(Refused):
    status = 429
    code = "too_many_newcomers"
    words = _("Many people have joined here just now. Wait a little, or ask at the counter.")


@dataclass(frozen=True)
class Newcomer:
    """What somebody says of himself; `consents` maps the ids of the wordings asked to yes or no."""

    first_name: str
    last_name: str
    phone: str
    email: str
    consents: Mapping[int, bool]
    language: str


def join(*, session: PhoneSession, newcomer: Newcomer, network: str, at: datetime) -> CheckIn:
    """
    Return the check-in of the new customer; a second tap finds the first one's.

    Raises:
        Invalid: what was given is missing, cannot be read, or identifies nobody.
        TooManyNewcomers: from this network, or at this register.
    """
    if not (newcomer.phone.strip() or newcomer.email.strip()):
        raise NoContact()
    try:
        return _join(session, newcomer, network, at)
    except identity.Taken:
        # Somebody claimed it in this very moment; from now on it is seen to be another's.
        return _join(session, newcomer, network, at)


@transaction.atomic
def _join(session: PhoneSession, newcomer: Newcomer, network: str, at: datetime) -> CheckIn:
    locked = PhoneSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if locked.customer:
        return handsets.show(session=locked, customer=locked.customer, how=How.JOINED, at=at)
    _count(locked.register, network, at)
    store = locked.register.store
    taken = _taken(newcomer, store.country)
    customer = signup.sign_up(
        first_name=newcomer.first_name,
        last_name=newcomer.last_name,
        phone="" if Kind.PHONE in taken else newcomer.phone,
        email="" if Kind.EMAIL in taken else newcomer.email,
        card=_new_card(),
        country=store.country,
        consents=newcomer.consents,
        store=store,
        tablet=None,
        clerk=None,
        language=newcomer.language,
        source=SOURCE,
        at=at,
    )
    for kind, value in identity.in_order(taken.items()):
        identity.note_said(customer=customer, kind=kind, value=value, source=SOURCE, at=at)
    return handsets.show(
        session=locked, customer=customer, how=How.JOINED, is_unsure=bool(taken), at=at
    )


def _count(register: Register, network: str, at: datetime) -> None:
    counted = {"network": networks.of(network), "register": str(register.pk)}
    if limit := throttles.reached(LIMITS, counted, of="joined", at=at):
        logger.warning("Too many people joined by phone limit=%s", limit)
        raise TooManyNewcomers()


def _taken(newcomer: Newcomer, country: str) -> dict[str, str]:
    """Return what was given and another customer holds: its normal form by its kind."""
    values = {
        Kind.PHONE: phones.normalise(newcomer.phone, country),
        Kind.EMAIL: emails.normalise(newcomer.email),
    }
    readings = [(str(kind), value) for kind, value in values.items() if value]
    held = [holder.identifier for holder in identity.holders_of(readings)]
    return {identifier.kind: identifier.value for identifier in held}


def _new_card() -> str:
    first_twelve = f"{OWN_RANGE}{secrets.randbelow(10**10):010}"
    return first_twelve + cards.check_digit(first_twelve)
