"""Sign-up: a new person, what he is known by, and what he answered to each question."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import cards, consent, emails, identity, names, phones, visits
from customers.facts import CustomerSignedUp
from customers.models import ConsentWording, Customer, Identifier
from omnistore import typed
from omnistore.errors import Invalid
from omnistore.outbox import events
from stores.models import Clerk, Store, Tablet

Kind = Identifier.Kind
LONGEST_NAME = 60
LONGEST_CITY = 80
# SQLite cannot even look for more.
LARGEST_KEY = 2**63


class NameMissing(Invalid):
    code = "name_missing"
    words = _("Give a first or a last name.")


class NothingToKnowBy(Invalid):
    code = "nothing_to_know_by"
    words = _("Give a phone, an e-mail address or a card, so that we know the customer again.")


class UnknownWording(Invalid):
    code = "unknown_wording"
    words = _("A consent was answered that nobody asks for. Load the page again.")


class Door(NamedTuple):
    """Where, by whom and when the customer signed up."""

    store: Store | None
    tablet: Tablet | None
    clerk: Clerk | None
    source: str
    at: datetime


def sign_up(
    *,
    first_name: str,
    last_name: str,
    phone: str = "",
    email: str = "",
    card: str = "",
    city: str = "",
    country: str,
    consents: Mapping[int, bool],
    store: Store | None,
    tablet: Tablet | None,
    clerk: Clerk | None,
    language: str,
    source: str,
    at: datetime,
    share_phone: bool = False,
) -> Customer:
    """
    Return the new customer; on a tablet the sign-up is a visit too.

    `country` reads the phone; `consents` maps the ids of the wordings asked to yes or no. With
    `share_phone` a phone that others have becomes the household's.

    Raises:
        identity.Taken: phone_taken, email_taken or card_taken; `extra` names the holder.
        Invalid: what was given is missing, cannot be read, or identifies nobody.
    """
    values = _values(phone=phone, email=email, card=card, country=country)
    answers = _answers(consents)
    customer = _person(first_name, last_name, city)
    customer.language = language if language in dict(settings.LANGUAGES) else "fr"
    if Kind.CARD in values:
        customer.level = Customer.Level.MEMBER
    customer.country = phones.region(country) or ""
    customer.home_store, customer.created_at = store, at
    door = Door(store, tablet, clerk, source, at)
    return _keep(customer, values, answers, door, share_phone=share_phone)


@transaction.atomic
def _keep(
    customer: Customer,
    values: dict[str, str],
    answers: dict[ConsentWording, bool],
    door: Door,
    *,
    share_phone: bool,
) -> Customer:
    customer.save(force_insert=True)
    names.index(customer)
    for kind, value in identity.in_order(values.items()):
        identity.hold(
            customer=customer,
            kind=kind,
            value=value,
            source=door.source,
            at=door.at,
            is_shared=share_phone and kind == Kind.PHONE,
        )
    events.record(_fact(customer, values, door), at=door.at)
    for wording, is_given in answers.items():
        consent.record(
            customer=customer, wording=wording, is_given=is_given, proof="", **door._asdict()
        )
    if door.store and door.tablet:
        visits.signed_up(
            store=door.store, tablet=door.tablet, clerk=door.clerk, customer=customer, at=door.at
        )
    return customer


def _person(first_name: str, last_name: str, city: str) -> Customer:
    customer = Customer(
        first_name=typed.line(first_name, most=LONGEST_NAME),
        last_name=typed.line(last_name, most=LONGEST_NAME),
        city=typed.line(city, most=LONGEST_CITY),
    )
    if not names.words(customer.full_name):
        raise NameMissing()
    return customer


def _values(*, phone: str, email: str, card: str, country: str) -> dict[str, str]:
    """Return the normalised value of each kind that was given."""
    values: dict[str, str] = {}
    if phone.strip():
        values[Kind.PHONE] = _or(phones.normalise(phone, country), phones.why_not(phone, country))
    if email.strip():
        values[Kind.EMAIL] = _or(emails.normalise(email), emails.NotAnEmail())
    if card.strip():
        values[Kind.CARD] = _or(cards.normalise(card), cards.why_not(card))
    if not values:
        raise NothingToKnowBy()
    return values


def _or(value: str | None, refusal: Invalid) -> str:
    if value is None:
        raise refusal
    return value


def _answers(consents: Mapping[int, bool]) -> dict[ConsentWording, bool]:
    wordings = ConsentWording.objects.in_bulk([key for key in consents if 0 < key < LARGEST_KEY])
    if len(wordings) != len(consents):
        raise UnknownWording()
    return {wordings[key]: is_given for key, is_given in consents.items()}


def _fact(customer: Customer, values: dict[str, str], door: Door) -> CustomerSignedUp:
    return CustomerSignedUp(
        customer_id=customer.pk,
        store_code=door.store.code if door.store else "",
        kinds=sorted(values),
        source=door.source,
        language=customer.language,
    )
