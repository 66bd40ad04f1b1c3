"""
Joining: a customer signs himself up on his own phone, at a register.

Nobody has seen that the phone number or address is his. So what another customer has is left with
him, in silence: the newcomer gets a card number all the same, hears the same words, and the clerk
is told to ask. A phone never learns whom we know (rules.md 3.5).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from customers import cards, emails, handsets, identity, phones, signup
from customers.models import CheckIn, Identifier, PhoneSession

Kind = Identifier.Kind
How = CheckIn.How
SOURCE = "PHONE"
# GS1's numbers for what stays in one company.
OWN_RANGE = "29"


@dataclass(frozen=True)
class Newcomer:
    """What somebody says of himself; `consents` maps the ids of the wordings asked to yes or no."""

    first_name: str
    last_name: str
    phone: str
    email: str
    consents: Mapping[int, bool]
    language: str


def join(*, session: PhoneSession, newcomer: Newcomer, at: datetime) -> CheckIn:
    """
    Return the check-in of the new customer; a second tap finds the first one's.

    Raises:
        Invalid: what was given is missing, cannot be read, or identifies nobody.
    """
    if not (newcomer.phone.strip() or newcomer.email.strip()):
        raise signup.NothingToKnowBy()
    try:
        return _join(session, newcomer, at)
    except identity.Taken:
        # Somebody claimed it in this very moment; from now on it is seen to be another's.
        return _join(session, newcomer, at)


@transaction.atomic
def _join(session: PhoneSession, newcomer: Newcomer, at: datetime) -> CheckIn:
    locked = PhoneSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if locked.customer:
        return handsets.show(session=locked, customer=locked.customer, how=How.JOINED, at=at)
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
    return handsets.show(
        session=locked, customer=customer, how=How.JOINED, is_unsure=bool(taken), at=at
    )


def _taken(newcomer: Newcomer, country: str) -> set[str]:
    """Return the kinds of which another customer holds what was given."""
    values = {
        Kind.PHONE: phones.normalise(newcomer.phone, country),
        Kind.EMAIL: emails.normalise(newcomer.email),
    }
    readings = [(str(kind), value) for kind, value in values.items() if value]
    return {holder.identifier.kind for holder in identity.holders_of(readings)}


def _new_card() -> str:
    first_twelve = f"{OWN_RANGE}{secrets.randbelow(10**10):010}"
    return first_twelve + cards.check_digit(first_twelve)
