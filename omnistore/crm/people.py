"""
What a receiver may know of a person now: read at delivery, after asking the consent ledger.

| field | SERVICE | MARKETING |
| --- | --- | --- |
| id, language, country, what was said to each consent | always | always |
| first name, last name, city | always | with consent to offers on any channel |
| e-mail | unless it was given for the receipt only | with consent to offers by e-mail |
| phone | always | with consent to offers by SMS or phone |
| level, points, VIP | never | with consent to personal advice |

A phone or e-mail that is shared or blocked is nobody's own and is never sent.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from customers import loyalty
from customers.models import Consent, ConsentWording, Customer, Evidence, Identifier
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer
from omnistore.outbox.messages import Message
from omnistore.outbox.models import Connection

Purpose = ConsentWording.Purpose
Channel = ConsentWording.Channel
# What names an article that somebody brought back.
ADVERTISING = ("customers.advertising.stopped", "customers.advertising.resumed")


@dataclass(frozen=True)
class Said:
    """The last answer to one purpose on one channel."""

    purpose: str
    channel: str
    is_given: bool
    # CONSENT or SIMILAR.
    basis: str
    wording: str
    at: datetime


@dataclass(frozen=True)
class Person:
    """A customer as one receiver may know him; empty is what he may not know, or nobody does."""

    id: UUID
    language: str
    country: str
    created_at: datetime
    is_erased: bool = False
    first_name: str = ""
    last_name: str = ""
    city: str = ""
    email: str = ""
    # E.164.
    phone: str = ""
    level: str = ""
    # None: not to be known.
    points: int | None = None
    is_vip: bool | None = None
    said: Sequence[Said] = field(default_factory=tuple)

    def allows(self, purpose: str, channel: str = "") -> bool:
        """Whether his last answer to that purpose and channel was yes."""
        return any(
            said.is_given
            for said in self.said
            if (said.purpose, said.channel) == (purpose, channel)
        )


def read(customer_ids: Iterable[UUID | None], *, connection: Connection) -> dict[UUID, Person]:
    """Return who they are, as far as the connection's purpose allows, in four queries."""
    ids = {customer_id for customer_id in customer_ids if customer_id}
    if not ids:
        return {}
    said, own = _said(ids), _own_values(ids)
    advised = {
        customer_id
        for customer_id, answers in said.items()
        if any(one.is_given and one.purpose == Purpose.PROFILING for one in answers)
    }
    points = loyalty.balances(advised)
    return {
        customer.pk: _person(
            customer,
            said.get(customer.pk, ()),
            own[customer.pk] | {"points": points.get(customer.pk)},
            connection.purpose,
        )
        for customer in Customer.objects.filter(pk__in=ids)
    }


def may_follow(person: Person | None, purpose: str) -> bool:
    """Whether what he bought and brought back may be told beside who he is, article by article."""
    if person is None or purpose == Connection.Purpose.SERVICE:
        return True
    return any(
        said.is_given and said.purpose in (Purpose.MARKETING, Purpose.PROFILING)
        for said in person.said
    )


def untold(
    messages: Iterable[Message], known: Mapping[UUID, Person], purpose: str
) -> dict[int, Answer]:
    """
    Return the answers to what is not told, because it would say what he bought.

    Whoever may not advertise to him needs no word about which article not to advertise.
    """
    return {
        message.delivery_id: answers.done("no consent: no article is named")
        for message in messages
        if message.name in ADVERTISING
        and message.customer_id is not None
        and not may_follow(known.get(message.customer_id), purpose)
    }


def _person(
    customer: Customer, said: Sequence[Said], own: Mapping[str, Any], purpose: str
) -> Person:
    known = Person(
        id=customer.pk,
        language=customer.language,
        country=customer.country,
        created_at=customer.created_at,
        is_erased=customer.erased_at is not None,
        said=said,
    )
    if known.is_erased:
        return known
    may = _may_know(known, purpose)
    return replace(
        known,
        **{name: own[name] if name in OWN else getattr(customer, name) for name in may},
    )


# What is not kept on the customer's own row.
OWN = {"email", "phone", "points"}


def _may_know(person: Person, purpose: str) -> set[str]:
    """Return the names of the fields beyond those that everybody may know."""
    by_email = person.allows(Purpose.MARKETING, Channel.EMAIL)
    by_phone = any(
        person.allows(Purpose.MARKETING, channel) for channel in (Channel.SMS, Channel.PHONE)
    )
    by_post = person.allows(Purpose.MARKETING, Channel.POST)
    if purpose == Connection.Purpose.SERVICE:
        for_receipt_only = person.allows(Purpose.RECEIPT, Channel.EMAIL) and not by_email
        always = {"first_name", "last_name", "city", "phone"}
        return always if for_receipt_only else always | {"email"}
    may: set[str] = set()
    if by_email or by_phone or by_post:
        may |= {"first_name", "last_name", "city"}
    if by_email:
        may.add("email")
    if by_phone:
        may.add("phone")
    if person.allows(Purpose.PROFILING):
        may |= {"level", "points", "is_vip"}
    return may


def _said(ids: set[UUID]) -> dict[UUID, list[Said]]:
    """Return each person's last answers, in the order in which he gave them."""
    entries = Consent.objects.filter(customer__in=ids).order_by("at", "pk")
    last: dict[UUID, dict[tuple[str, str], Said]] = defaultdict(dict)
    for customer_id, *answer in entries.values_list(
        *("customer_id", "wording__purpose", "wording__channel", "is_given", "basis"),
        *("wording__text", "at"),
    ):
        said = Said(*answer)
        last[customer_id][said.purpose, said.channel] = said
    return {customer_id: list(answers.values()) for customer_id, answers in last.items()}


def _own_values(ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return each person's latest own e-mail and phone, by kind."""
    held = Evidence.objects.filter(
        customer__in=ids,
        ended_at=None,
        is_shared=False,
        identifier__is_shared=False,
        identifier__is_blocked=False,
        identifier__kind__in=[Identifier.Kind.EMAIL, Identifier.Kind.PHONE],
    )
    own: dict[UUID, dict[str, Any]] = defaultdict(lambda: {"email": "", "phone": ""})
    rows = held.order_by("started_at", "pk").values_list(
        "customer_id", "identifier__kind", "identifier__value"
    )
    for customer_id, kind, value in rows:
        own[customer_id][kind.lower()] = value
    return own
