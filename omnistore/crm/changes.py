"""
Changes back: what other systems tell us of our customers, once it is certain that they are them.

Consents withdrawn there are withdrawn here, never given; people made one there are proposed as a
merge here, never merged. What says nothing new is our own echo, and ends here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from customers import consent
from customers.models import ConsentWording, Customer
from omnistore.crm import links
from omnistore.crm.models import Link, MergeProposal
from omnistore.outbox.models import Connection

Channel = ConsentWording.Channel


class Forged(Exception):
    """What came was not signed by the other system, or long ago: nobody is told which."""


@dataclass(frozen=True)
class Incoming:
    """A request of another system as it came: header names in small letters, the raw body."""

    method: str
    # As the other system called it, with scheme and host.
    uri: str
    headers: Mapping[str, str]
    body: bytes


def withdraw(
    *,
    connection: Connection,
    customer_id: UUID,
    purpose: str,
    channel: str,
    proof: str = "",
    at: datetime,
) -> bool:
    """
    Withdraw the consent here that was withdrawn there; False when it was not given: an echo.

    `proof` is the other system's number of the change, nothing personal. Safe to call twice.
    """
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        last = next(
            (
                entry
                for entry in consent.current(customer)
                if (entry.wording.purpose, entry.wording.channel) == (purpose, channel)
            ),
            None,
        )
        if last is None or not last.is_given:
            return False
        consent.record(
            customer=customer,
            wording=last.wording,
            is_given=False,
            source=f"CRM:{connection.kind}",
            store=None,
            tablet=None,
            clerk=None,
            proof=f"{connection.name}: {proof}"[:120],
            at=at,
        )
    return True


def propose_merge(
    *, connection: Connection, kept: str, merged: Iterable[str], at: datetime
) -> list[MergeProposal]:
    """
    Propose to make one of our customers whom the other system made one; return new proposals.

    `kept` and `merged` are ids there. Records that stand for none of ours say nothing. The links of
    those merged lead to the record that was kept from now on: the old ids answer no more.
    """
    merged = list(merged)
    ours = links.local_of(connection, Link.Kind.CUSTOMER, [kept, *merged])
    proposals = []
    for remote_id in merged:
        if remote_id not in ours:
            continue
        if kept not in ours:
            links.keep(connection, Link.Kind.CUSTOMER, {ours[remote_id]: kept}, at=at)
            ours[kept] = ours[remote_id]
        elif ours[kept] != ours[remote_id]:
            proposal, is_new = MergeProposal.objects.get_or_create(
                connection=connection,
                kept_id=ours[kept],
                merged_id=ours[remote_id],
                defaults={"proposed_at": at},
            )
            proposals += [proposal] if is_new else []
    return proposals


def gone(*, connection: Connection, kind: str, remote_ids: Iterable[str]) -> None:
    """Forget the records that were deleted there; a later message makes new ones by our id."""
    Link.objects.filter(connection=connection, kind=kind, remote_id__in=list(remote_ids)).delete()
