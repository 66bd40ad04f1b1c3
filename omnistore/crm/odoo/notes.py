"""
Notes of returns in the history of the order, or of the contact: one each, rewritten as it goes on.

A message posted twice would stand there twice: the note is loaded by an external id instead.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from omnistore.crm import links
from omnistore.crm.models import Link
from omnistore.crm.odoo import mapping
from omnistore.crm.odoo.loading import load
from omnistore.crm.odoo.rpc import Odoo
from omnistore.outbox.models import Connection
from orders.models import CustomerReturn

MODEL = "mail.message"


class Place(NamedTuple):
    """The record in whose history a note stands."""

    model: str
    remote_id: int


@dataclass
class Told:
    """The numbers of the notes there, or why there is none."""

    ids: dict[UUID, int] = field(default_factory=dict)
    refused: dict[UUID, str] = field(default_factory=dict)


def tell(
    odoo: Odoo,
    connection: Connection,
    returns: Collection[CustomerReturn],
    places: Mapping[UUID, Place],
    *,
    at: datetime,
) -> Told:
    """Write each return's note as it stands now; `places` by return id."""
    told = Told()
    taken = [one for one in returns if one.pk in places]
    if not taken:
        return told
    there = _still_there(odoo, connection, taken)
    rows = [
        {".id": str(there[one.pk]), "body": mapping.note(one)}
        if one.pk in there
        else mapping.note_row(one, *places[one.pk])
        for one in taken
    ]
    loaded = load(odoo, MODEL, rows)
    told.ids = {taken[place].pk: remote_id for place, remote_id in loaded.ids.items()}
    told.refused = {taken[place].pk: words for place, words in loaded.refused.items()}
    new = {pk: str(remote_id) for pk, remote_id in told.ids.items() if pk not in there}
    links.keep(connection, Link.Kind.RETURN, new, at=at)
    return told


def _still_there(
    odoo: Odoo, connection: Connection, taken: Collection[CustomerReturn]
) -> dict[UUID, int]:
    """Return the notes that are linked and not deleted meanwhile."""
    linked = links.of(connection, Link.Kind.RETURN, [one.pk for one in taken])
    if not linked:
        return {}
    remote_ids = [int(link.remote_id) for link in linked.values()]
    found = {record["id"] for record in odoo.search(MODEL, [["id", "in", remote_ids]], ["id"])}
    numbers = {local_id: int(link.remote_id) for local_id, link in linked.items()}
    return {local_id: number for local_id, number in numbers.items() if number in found}
