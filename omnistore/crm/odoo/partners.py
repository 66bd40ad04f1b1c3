"""
Contacts: each of our customers is one of Odoo's, made, found, or followed through a merge.

A link says which. Who has none is looked for by our reference, by e-mail and by phone before a
contact is made for him; a contact that stands for another customer of ours is never taken.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from omnistore.crm import changes, links
from omnistore.crm.models import Link
from omnistore.crm.odoo import blacklist, mapping
from omnistore.crm.odoo.loading import load
from omnistore.crm.odoo.rpc import Odoo, Refused
from omnistore.crm.people import Person
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer
from omnistore.outbox.models import Connection

MODEL = "res.partner"
Record = Mapping[str, Any]


@dataclass
class Told:
    """Each customer's contact there, or why there is none; whom Odoo has made one with another."""

    ids: dict[UUID, int] = field(default_factory=dict)
    refused: dict[UUID, str] = field(default_factory=dict)
    merged: set[UUID] = field(default_factory=set)


class Partners:
    """The contacts of one call."""

    def __init__(self, odoo: Odoo, connection: Connection, at: datetime) -> None:
        self.odoo = odoo
        self.connection = connection
        self.at = at
        self.told = Told()
        self.links: dict[UUID, Link] = {}
        # Whose a contact is: of two customers who were made one there, the first linked.
        self.owners: dict[int, UUID] = {}

    def tell(self, people: Collection[Person]) -> Told:
        """Bring the contacts of these people up to date, with a few calls for all of them."""
        if not people:
            return self.told
        self.links = links.of(self.connection, Link.Kind.CUSTOMER, [one.id for one in people])
        there = self._look_for(people)
        self._read_owners(there)
        found = {one.id: self._contact_of(one, there) for one in people}
        found |= self._follow([one for one in people if one.id in self.links and not found[one.id]])
        known = [one for one in people if (contact := found[one.id]) and self._is_his(one, contact)]
        self._update(known)
        self._make([one for one in people if one.id not in self.told.ids])
        return self.told

    def _look_for(self, people: Collection[Person]) -> dict[int, Record]:
        """Return the linked contacts that are still there, and those who could be theirs."""
        fields = self._finders()
        wanted = {
            "id": [int(link.remote_id) for link in self.links.values()],
            "ref": [mapping.reference(one.id) for one in people],
            "email_normalized": [one.email for one in people if one.email],
            "phone_sanitized": [one.phone for one in people if one.phone],
        }
        terms = [
            [name, "in", values] for name, values in wanted.items() if values and name in fields
        ]
        domain = ["|"] * (len(terms) - 1) + terms
        return {record["id"]: record for record in self.odoo.search(MODEL, domain, fields)}

    def _finders(self) -> list[str]:
        """Return by which fields contacts are found; the last two come with Odoo's own modules."""
        names = ["id", "active", "ref", "email_normalized", "phone_sanitized"]
        return self.odoo.existing_fields(MODEL, names)

    def _read_owners(self, there: Collection[int]) -> None:
        held = Link.objects.filter(
            connection=self.connection,
            kind=Link.Kind.CUSTOMER,
            remote_id__in=[str(remote_id) for remote_id in there],
        )
        for link in held.order_by("linked_at", "pk"):
            self.owners.setdefault(int(link.remote_id), link.local_id)

    def _contact_of(self, person: Person, there: Mapping[int, Record]) -> int | None:
        """Return his contact, linked now where it was not; None: there is none yet."""
        link = self.links.get(person.id)
        if link is not None and int(link.remote_id) in there:
            return int(link.remote_id)
        found = [record for record in there.values() if is_same(person, record)]
        same = [one["id"] for one in sorted(found, key=lambda one: not one["active"])]
        free = [one for one in same if self.owners.get(one, person.id) == person.id]
        if free:
            self._link(person.id, free[0])
            return int(free[0])
        if link is not None and same:
            # His own is gone, and another customer's has his address: Odoo made them one.
            self._propose(person.id, link.remote_id, same[0])
            return int(same[0])
        return None

    def _follow(self, lost: Sequence[Person]) -> dict[UUID, int | None]:
        """
        Return the contacts into which those that are gone were merged: our external id went along.

        An empty row changes no record, and makes none: Odoo refuses a contact without a name.
        """
        loaded = load(
            self.odoo, MODEL, [{"id": mapping.external_id("customer", one.id)} for one in lost]
        )
        self._read_owners(loaded.ids.values())
        for place, remote_id in loaded.ids.items():
            person = lost[place]
            if self.owners.get(remote_id, person.id) == person.id:
                self._link(person.id, remote_id)
            else:
                self._propose(person.id, self.links[person.id].remote_id, remote_id)
        return {lost[place].id: remote_id for place, remote_id in loaded.ids.items()}

    def _is_his(self, person: Person, remote_id: int) -> bool:
        """Note the contact; False when another customer of ours has it: he alone is written."""
        self.told.ids[person.id] = remote_id
        if self.owners.get(remote_id, person.id) != person.id:
            self.told.merged.add(person.id)
        return person.id not in self.told.merged

    def _update(self, people: Sequence[Person]) -> None:
        rows = [
            mapping.changed_contact(one, self.told.ids[one.id], self._told_before(one.id))
            for one in people
        ]
        loaded = load(self.odoo, MODEL, rows)
        for place, (person, row) in enumerate(zip(people, rows, strict=True)):
            if place in loaded.refused:
                self.told.refused[person.id] = loaded.refused[place]
            else:
                links.note_told(self.links[person.id], fields=mapping.told_fields(row))

    def _told_before(self, customer_id: UUID) -> list[str]:
        return list(self.links[customer_id].told.get("fields", ()))

    def _make(self, people: Sequence[Person]) -> None:
        rows = [mapping.new_contact(person) for person in people]
        loaded = load(self.odoo, MODEL, rows)
        self.told.refused |= {people[place].id: words for place, words in loaded.refused.items()}
        self._read_owners(loaded.ids.values())
        for place, remote_id in loaded.ids.items():
            person = people[place]
            self._link(person.id, remote_id)
            if self._is_his(person, remote_id):
                links.note_told(self.links[person.id], fields=mapping.told_fields(rows[place]))

    def _link(self, customer_id: UUID, remote_id: int) -> None:
        links.keep(self.connection, Link.Kind.CUSTOMER, {customer_id: str(remote_id)}, at=self.at)
        self.owners.setdefault(remote_id, customer_id)
        self.links |= links.of(self.connection, Link.Kind.CUSTOMER, [customer_id])

    def _propose(self, customer_id: UUID, gone_id: str, kept_id: int) -> None:
        """Have head office decide; his orders go to the contact that was kept."""
        changes.propose_merge(
            connection=self.connection, kept=str(kept_id), merged=[gone_id], at=self.at
        )
        self._link(customer_id, kept_id)

    def forget(self, customer_id: UUID) -> Answer:
        """Make his contact nobody's: orders point to it, so it is not deleted."""
        link = links.of(self.connection, Link.Kind.CUSTOMER, [customer_id]).get(customer_id)
        terms: list[Any] = [["ref", "=", mapping.reference(customer_id)]]
        if link is not None:
            terms = ["|", ["id", "=", int(link.remote_id)], *terms]
        found = self.odoo.search(MODEL, terms, self._finders())
        ids = [record["id"] for record in found]
        if self._are_others(ids, customer_id):
            return answers.dead(_("Odoo made him one with another customer: forget him by hand."))
        if ids:
            try:
                self._forget_addresses(found)
                self._blank(ids)
            except Refused as refusal:
                return answers.dead(refusal.words, refusal.status)
        links.forget(self.connection, Link.Kind.CUSTOMER, [customer_id])
        return answers.done("" if ids else "omnistore: not known there")

    def _are_others(self, ids: Collection[int], customer_id: UUID) -> bool:
        remote_ids = [str(remote_id) for remote_id in ids]
        held = Link.objects.filter(
            connection=self.connection, kind=Link.Kind.CUSTOMER, remote_id__in=remote_ids
        )
        return held.exclude(local_id=customer_id).exists()

    def _forget_addresses(self, found: Collection[Record]) -> None:
        if blacklist.is_wanted(self.connection):
            emails = [record.get("email_normalized") for record in found]
            blacklist.forget(self.odoo, [email for email in emails if email])

    def _blank(self, ids: Sequence[int]) -> None:
        existing = self.odoo.existing_fields(MODEL, mapping.PERSONAL)
        self.odoo.call(MODEL, "write", ids=ids, vals=mapping.blanks(existing))


def is_same(person: Person, record: Record) -> bool:
    """Whether the contact is his by our reference, or could be by his e-mail or phone."""
    reference = record.get("ref") or ""
    if reference.startswith(f"{mapping.MODULE}-"):
        return bool(reference == mapping.reference(person.id))
    by_email = person.email and person.email == record.get("email_normalized")
    return bool(by_email or (person.phone and person.phone == record.get("phone_sanitized")))
