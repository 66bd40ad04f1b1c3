"""
Contacts that were made one there, or deleted.

Two of our customers stay two here until a person decides: the link of the one that lost keeps its
own old id and says whose contact was kept (`told["merged_into"]`, our id).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from omnistore.crm import changes, links
from omnistore.crm.models import Link, MergeProposal
from omnistore.crm.salesforce.api import Api
from omnistore.crm.salesforce.mapping import CONTACT
from omnistore.outbox.models import Connection

CUSTOMER = Link.Kind.CUSTOMER
# One merged into one merged into another: followed so far.
MOST_STEPS = 5


def merged(connection: Connection, *, kept: str, gone: Sequence[str], at: datetime) -> None:
    """Take in that the contacts `gone` were made one with `kept`. Safe to call twice."""
    changes.propose_merge(connection=connection, kept=kept, merged=gone, at=at)
    owner = links.local_of(connection, CUSTOMER, [kept]).get(kept)
    lost = set(links.local_of(connection, CUSTOMER, gone).values()) - {owner}
    for link in links.of(connection, CUSTOMER, lost).values():
        links.note_told(link, merged_into=str(owner))
    for link in links.of(connection, CUSTOMER, [owner] if owner else []).values():
        # Its fields may be those of another now, our id among them.
        links.note_told(link, said="")


def notice(api: Api, remote_ids: Sequence[str], *, at: datetime) -> None:
    """Ask what became of contacts that are no longer there: merged, or deleted."""
    soql = f"SELECT Id, MasterRecordId FROM {CONTACT} WHERE Id IN ({{}})"
    found = {one["Id"]: one for one in api.query(soql, remote_ids, with_deleted=True)}
    for remote_id in remote_ids:
        kept = found.get(remote_id, {}).get("MasterRecordId")
        if kept:
            merged(api.connection, kept=kept, gone=[remote_id], at=at)
        else:
            changes.gone(connection=api.connection, kind=CUSTOMER, remote_ids=[remote_id])


def kept_instead(connection: Connection, known: Mapping[UUID, Link]) -> dict[UUID, str]:
    """
    Return of those who lost a merge there the id of the contact that was kept.

    It is empty where a person decided here that they are two, or where that contact is gone too:
    then their link is dropped.
    """
    lost = [one for one, link in known.items() if link.told.get("merged_into")]
    if not lost:
        return {}
    two_people = _dismissed(connection, lost)
    kept = {one: "" if one in two_people else _owner(connection, known[one]) for one in lost}
    links.forget(connection, CUSTOMER, [one for one in lost if not kept[one]])
    return kept


def lost_to(connection: Connection, kept: Iterable[UUID]) -> list[UUID]:
    """Return those who were merged into the kept ones there, while nobody has decided here."""
    found = MergeProposal.objects.filter(
        connection=connection, kept__in=list(kept), state=MergeProposal.State.OPEN
    )
    return list(found.values_list("merged_id", flat=True))


def _dismissed(connection: Connection, customer_ids: Iterable[UUID]) -> set[UUID]:
    found = MergeProposal.objects.filter(
        connection=connection,
        merged__in=list(customer_ids),
        state=MergeProposal.State.DISMISSED,
    )
    return set(found.values_list("merged_id", flat=True))


def _owner(connection: Connection, lost: Link) -> str:
    link: Link | None = lost
    for _ in range(MOST_STEPS):
        into = link.told.get("merged_into") if link else None
        if not link or not into:
            break
        link = links.of(connection, CUSTOMER, [UUID(into)]).get(UUID(into))
    return link.remote_id if link and link is not lost and not link.told.get("merged_into") else ""
