"""Who brought a cart or an order: the customer, and the identifier that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from customers import cards, emails, identity, phones
from customers.models import Customer, Identifier
from omnistore.errors import Invalid

Kind = Identifier.Kind


class NoSuchIdentifier(Invalid):
    """`kind` is the kind of the value that cannot be one."""

    code = "no_such_identifier"
    words = _("This cannot be an identifier of the kind %(kind)s.")


@dataclass(frozen=True)
class Bringer:
    """Both are None when nobody is known; `via` alone when it is not known whose it is."""

    customer: Customer | None = None
    via: Identifier | None = None


def find(
    *,
    customer: Customer | None,
    identifiers: Sequence[tuple[str, str]],
    country: str,
    at: datetime,
) -> Bringer:
    """
    Return the customer that the first telling identifier points to, and that identifier.

    An identifier that nobody has yet is remembered; a shared or blocked one names nobody.
    A given `customer` wins. `identifiers` are (kind, value), `country` reads national phones.

    Raises:
        NoSuchIdentifier: a value cannot be one of its kind.
    """
    readings = [(kind, _normalised(kind, value, country)) for kind, value in identifiers]
    if not readings:
        return Bringer(customer)
    holder = _holder(readings)
    if holder and customer in (None, holder.customer):
        return Bringer(holder.customer, holder.identifier)
    kind, value = readings[0]
    via, _is_new = Identifier.objects.get_or_create(
        kind=kind, value=value, defaults={"first_seen_at": at}
    )
    return Bringer(customer, via)


def _holder(readings: list[tuple[str, str]]) -> identity.Holder | None:
    """Return who holds the first of the readings that one person alone holds."""
    holders = [
        holder
        for holder in identity.holders_of(readings)
        if not (holder.identifier.is_shared or holder.identifier.is_blocked)
    ]
    order = {reading: rank for rank, reading in enumerate(readings)}
    ranked = sorted(
        holders, key=lambda holder: order[holder.identifier.kind, holder.identifier.value]
    )
    return ranked[0] if ranked else None


def _normalised(kind: str, value: str, country: str) -> str:
    if kind == Kind.PHONE:
        normal = phones.normalise(value, country)
    elif kind == Kind.EMAIL:
        normal = emails.normalise(value)
    elif kind == Kind.CARD:
        normal = cards.normalise(value)
    else:
        normal = value.strip()[:254]
    if not normal:
        raise NoSuchIdentifier(kind=kind)
    return normal
