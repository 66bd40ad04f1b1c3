"""
Identity: who holds which phone, e-mail or card, and how a value becomes somebody's.

Two who claim a new value at the same moment meet at the value's own row: it is inserted ON CONFLICT
DO NOTHING, then locked, so that the second sees what the first did. The database's constraints
(one row per value, one holder unless shared) stand behind it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import FilteredRelation, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers import cards, emails, phones
from customers.facts import IdentifierClaimed
from customers.models import Customer, Evidence, Identifier
from omnistore.errors import Conflict, Invalid
from omnistore.outbox import events

Kind = Identifier.Kind

# A household shares these; a card is always one person's.
MAY_BE_SHARED = (Kind.PHONE, Kind.EMAIL)
# What is typed when there is none: identifies nobody, whoever has it written down.
NO_ADDRESS = ("client@", "noemail@", "no-email@", "nomail@", "sansmail@", "pasdemail@", "aucun@")


class Taken(Conflict):
    """Another customer has the value; `extra` names him, so that he can be offered."""

    sentences: ClassVar[dict[str, Promise]] = {
        Kind.PHONE: _("Another customer has this phone number."),
        Kind.EMAIL: _("Another customer has this e-mail address."),
        Kind.CARD: _("Another customer has this card."),
    }
    code = "taken"
    words = _("Another customer has this.")


class Blocked(Invalid):
    code = "blocked_value"
    words = _("This is nobody’s own: it is the shop’s, a test, or stands for “none”.")


@dataclass(frozen=True)
class Holder:
    """A customer and the identifier that leads to him."""

    customer: Customer
    identifier: Identifier


@dataclass(frozen=True)
class Sighting:
    """Who holds the values that were seen, and which of these identify nobody."""

    holders: list[Holder]
    blocked: list[Identifier]


def holders_of(readings: Sequence[tuple[str, str]]) -> list[Holder]:
    """
    Return who holds any of the (kind, normalised value) pairs, in the order of the pairs.

    One query. Blocked values lead to nobody; a shared one leads to its whole household.
    """
    return seen(readings).holders


def seen(readings: Sequence[tuple[str, str]]) -> Sighting:
    """Return the holders as `holders_of` does, and which of the values are blocked."""
    if not readings:
        return Sighting([], [])
    kinds, values = {kind for kind, _ in readings}, {value for _, value in readings}
    held = FilteredRelation("evidence", condition=Q(evidence__ended_at=None))
    found: QuerySet[Any] = Identifier.objects.filter(kind__in=kinds, value__in=values)
    found = found.annotate(held=held).select_related("held__customer")
    rank = {pair: place for place, pair in enumerate(readings)}
    rows = sorted(
        (row for row in found if (row.kind, row.value) in rank),
        key=lambda row: rank[row.kind, row.value],
    )
    blocked = [row for row in rows if row.is_blocked]
    # A value that nobody holds now has no such attribute.
    held_by = [(row, getattr(row, "held", None)) for row in rows if not row.is_blocked]
    holders = [Holder(evidence.customer, row) for row, evidence in held_by if evidence]
    return Sighting(holders, list({row.pk: row for row in blocked}.values()))


def of(customer: Customer) -> list[Identifier]:
    """Return what the customer is known by now: phones, e-mails, cards, numbers elsewhere."""
    held = Identifier.objects.filter(evidence__customer=customer, evidence__ended_at=None)
    return list(held.order_by("kind", "evidence__started_at", "pk"))


@transaction.atomic
def claim(
    *,
    customer: Customer,
    kind: str,
    value: str,
    source: str,
    at: datetime,
    is_shared: bool = False,
) -> Evidence:
    """
    Return the evidence that the value is the customer's; claiming again changes nothing.

    `value` is normalised; phones are E.164. `is_shared` says that he shares it with whom has it
    already: from then on it identifies none of them alone.

    Raises:
        Taken: another customer has it and it is not to be shared.
        Blocked: the value identifies nobody.
        Invalid: the value is no phone, e-mail or card.
    """
    evidence, is_new = hold(
        customer=customer, kind=kind, value=value, source=source, at=at, is_shared=is_shared
    )
    if is_new:
        fact = IdentifierClaimed(
            customer_id=customer.pk,
            store_code="",
            identifier_id=evidence.identifier_id,
            kind=kind,
            is_shared=evidence.is_shared,
            source=source,
        )
        events.record(fact, at=at)
    return evidence


@transaction.atomic
def hold(
    *,
    customer: Customer,
    kind: str,
    value: str,
    source: str,
    at: datetime,
    is_shared: bool = False,
) -> tuple[Evidence, bool]:
    """Do what `claim` does without its fact; return the evidence and whether it is new."""
    identifier = _locked(kind, _normal(kind, value), at)
    held = list(Evidence.objects.filter(identifier=identifier, ended_at=None).order_by("pk"))
    mine = [evidence for evidence in held if evidence.customer_id == customer.pk]
    if mine:
        return mine[0], False
    if held:
        if not (is_shared and kind in MAY_BE_SHARED):
            raise _taken(identifier, held)
        _share(identifier)
    evidence = Evidence.objects.create(
        identifier=identifier,
        customer=customer,
        is_shared=identifier.is_shared,
        source=source,
        started_at=at,
    )
    return evidence, True


@transaction.atomic
def note_said(*, customer: Customer, kind: str, value: str, source: str, at: datetime) -> Evidence:
    """
    Note what a customer said of himself while another holds it: evidence that ends as it begins.

    It identifies nobody. It takes the same work as `hold`, so that no clock tells them apart.
    """
    identifier = _locked(kind, _normal(kind, value), at)
    list(Evidence.objects.filter(identifier=identifier, ended_at=None).order_by("pk"))
    return Evidence.objects.create(
        identifier=identifier,
        customer=customer,
        is_shared=identifier.is_shared,
        source=source,
        confidence=0,
        started_at=at,
        ended_at=at,
    )


def block(*, kind: str, value: str, at: datetime) -> Identifier:
    """Make a value identify nobody: the shop's own phone, a test card. Safe to call twice."""
    identifier, _ = Identifier.objects.update_or_create(
        kind=kind,
        value=_normal(kind, value),
        defaults={"is_blocked": True},
        create_defaults={"is_blocked": True, "first_seen_at": at},
    )
    return identifier


def stands_for_none(kind: str, value: str) -> bool:
    """Whether a value is what people type who have none to give: zeros, client@…"""
    if kind == Kind.EMAIL:
        return value.startswith(NO_ADDRESS)
    return kind in (Kind.PHONE, Kind.CARD) and value.endswith("00000000")


def in_order(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs as they must be claimed, so that two transactions never wait in a ring."""
    return sorted(pairs)


def _locked(kind: str, value: str, at: datetime) -> Identifier:
    if stands_for_none(kind, value):
        raise Blocked()
    fresh = Identifier(kind=kind, value=value, first_seen_at=at)
    Identifier.objects.bulk_create([fresh], ignore_conflicts=True)
    identifier = Identifier.objects.select_for_update(no_key=True).get(kind=kind, value=value)
    if identifier.is_blocked:
        raise Blocked()
    return identifier


def _share(identifier: Identifier) -> None:
    Evidence.objects.filter(identifier=identifier, ended_at=None).update(is_shared=True)
    identifier.is_shared = True
    identifier.save(update_fields=["is_shared"])


def _taken(identifier: Identifier, held: Sequence[Evidence]) -> Taken:
    return Taken(
        Taken.sentences.get(identifier.kind, ""),
        code=f"{identifier.kind.lower()}_taken",
        customer_id=held[0].customer_id,
        customer_ids=[evidence.customer_id for evidence in held],
        may_be_shared=identifier.kind in MAY_BE_SHARED,
    )


def _normal(kind: str, value: str) -> str:
    normalise = _NORMALISE.get(kind)
    if normalise is None:
        return value
    normal = normalise(value)
    if normal is None:
        raise _REFUSALS[kind]()
    return normal


_NORMALISE: dict[str, Callable[[str], str | None]] = {
    Kind.PHONE: lambda value: phones.normalise(value, ""),
    Kind.EMAIL: emails.normalise,
    Kind.CARD: cards.normalise,
}
_REFUSALS: dict[str, type[Invalid]] = {
    Kind.PHONE: phones.NotAPhone,
    Kind.EMAIL: emails.NotAnEmail,
    Kind.CARD: cards.NotACard,
}
