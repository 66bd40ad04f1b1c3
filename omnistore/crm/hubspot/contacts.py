"""Contacts: each customer is found before he is made, and told what he allows to be known."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import phonenumbers

from customers import phones
from omnistore.crm import links
from omnistore.crm.hubspot import mapping
from omnistore.crm.hubspot.api import (
    SEARCHED,
    Api,
    Batch,
    Problem,
    Record,
    Refused,
    existing_id,
    trace_of,
    value,
)
from omnistore.crm.hubspot.schema import CONTACT_ID
from omnistore.crm.links import Kind
from omnistore.crm.models import Link
from omnistore.crm.people import Person
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Verdict
from omnistore.outbox.models import Connection
from omnistore.tokens import fingerprint
from orders.models import Cart

CONTACTS = "contacts"
# Also written with the number of the area only, as HubSpot makes it for its own search.
PHONES = ("phone", "mobilephone")
PLAIN_PHONE = "hs_searchable_calculated_phone_number"
READ = (CONTACT_ID, "email", *PHONES, "hs_merged_object_ids")


@dataclass
class Contact:
    """A customer on his way: who he is, which record stands for him there, what it was told."""

    person: Person
    cart: Cart | None = None
    link: Link | None = None
    record: Record | None = None
    # The record is nobody's yet, or was another's: it gets our id.
    is_adopted: bool = False
    # HubSpot has made him one with another of our customers, whose record it is.
    is_shared: bool = False
    told: dict[str, Any] = field(default_factory=dict)
    remote_id: str = ""
    trouble: Answer | None = None

    @property
    def may_be_written(self) -> bool:
        """Whether the record is his alone, and nothing has to be done about it first."""
        has_to_wait = self.trouble is not None and self.trouble.verdict is Verdict.UNSENT
        return not self.is_shared and not has_to_wait

    @property
    def is_told(self) -> bool:
        """Whether the record is there and holds what it would be told again."""
        return self.has_record and self.told.get("sent") == _digest(self.properties())

    @property
    def our_id(self) -> str:
        return str(self.person.id)

    @property
    def has_email(self) -> bool:
        """Whether he has an e-mail that no other contact has there."""
        address = self.person.email
        return bool(address) and self.told.get("email_taken") != fingerprint(address)

    @property
    def is_email_new(self) -> bool:
        return self.has_email and self.told.get("email") != fingerprint(self.person.email)

    @property
    def email_there(self) -> str:
        return value(self.record, "email") if self.record else ""

    def properties(self) -> mapping.Values:
        # Before the link there was no one to write down what was told: it may be anything.
        told = self.told.get("fields", mapping.CLEARABLE if self.has_record else ())
        return mapping.contact(self.person, told=told, cart=self.cart, has_email=self.has_email)

    @property
    def has_record(self) -> bool:
        return self.record is not None and not self.is_adopted

    def give_up_email(self) -> None:
        self.told["email_taken"] = fingerprint(self.person.email)

    def adopt(self, record: Record) -> None:
        self.record, self.is_adopted = record, True

    def note_told(self, **told: Any) -> None:
        """Keep what he was told, at once where it can be: the call may end before its time."""
        self.told |= told
        if self.link:
            links.note_told(self.link, **told)

    def note_sent(self, sent: mapping.Values, remote_id: str) -> None:
        self.remote_id = remote_id
        self.told["fields"] = mapping.fields_told(self.told.get("fields", ()), sent)
        self.told["sent"] = _digest(self.properties())
        self.told["email"] = fingerprint(sent["email"]) if sent.get("email") else ""


class Contacts:
    """The customers of one call."""

    def __init__(
        self,
        api: Api,
        connection: Connection,
        people: Iterable[Person],
        carts: Mapping[UUID, Cart],
        *,
        at: datetime,
    ) -> None:
        self.api = api
        self.connection = connection
        self.at = at
        people = list(people)
        known = links.of(connection, Kind.CUSTOMER, (person.id for person in people))
        self.all = [
            Contact(
                person,
                cart=carts.get(person.id),
                link=known.get(person.id),
                told=dict(known[person.id].told) if person.id in known else {},
            )
            for person in people
        ]

    def find(self) -> None:
        """Find the records that stand for them already, ours or not."""
        self._find_linked()
        self._find_by_our_id([one for one in self.all if one.record is None])
        self._find_by_email([one for one in self.all if one.is_email_new and not one.is_shared])
        self._find_by_phone([one for one in self.all if one.record is None and one.person.phone])

    def _find_linked(self) -> None:
        linked = {one.link.remote_id: one for one in self.all if one.link}
        if not linked:
            return
        found: dict[str, Record] = {}
        for record in self.api.read(CONTACTS, linked, READ):
            merged = value(record, "hs_merged_object_ids").split(";")
            found |= dict.fromkeys([*filter(None, merged), str(record["id"])], record)
        for one in self.all:
            if one.link:
                self._recognise(one, found.get(one.link.remote_id))

    def _recognise(self, one: Contact, record: Record | None) -> None:
        """Take the linked record as it is now: his, made one with another's, or gone."""
        if record is None:
            links.forget(self.connection, Kind.CUSTOMER, [one.person.id])
            one.link, one.told = None, {}
            return
        one.record, one.remote_id = record, str(record["id"])
        owner = value(record, CONTACT_ID)
        one.is_adopted = not owner
        one.is_shared = bool(owner) and owner != one.our_id

    def _find_by_our_id(self, wanted: Sequence[Contact]) -> None:
        if not wanted:
            return
        found = self.api.read(CONTACTS, (one.our_id for one in wanted), READ, by=CONTACT_ID)
        by_id = {value(record, CONTACT_ID): record for record in found}
        for one in wanted:
            one.record = by_id.get(one.our_id)

    def _find_by_email(self, wanted: Sequence[Contact]) -> None:
        if not wanted:
            return
        addresses = (one.person.email for one in wanted)
        found = self.api.read(CONTACTS, addresses, READ, by="email")
        by_email = {value(record, "email").lower(): record for record in found}
        for one in wanted:
            if record := by_email.get(one.person.email):
                self._meet(one, record)

    def _meet(self, one: Contact, record: Record) -> None:
        """Settle whose the record with his e-mail is: his, nobody's, or another customer's."""
        if one.record is not None and str(one.record["id"]) == str(record["id"]):
            return
        if one.record is None and not value(record, CONTACT_ID) and self._is_free(record):
            one.adopt(record)
        elif value(record, CONTACT_ID) != one.our_id:
            one.give_up_email()

    def _is_free(self, record: Record) -> bool:
        return all(
            one.record is None or str(one.record["id"]) != str(record["id"]) for one in self.all
        )

    def _find_by_phone(self, wanted: Sequence[Contact]) -> None:
        for start in range(0, len(wanted), SEARCHED):
            part = wanted[start : start + SEARCHED]
            found, is_all = self.api.search(CONTACTS, _numbers(part), READ)
            for one in part if is_all else ():
                hits = [record for record in found if _has_phone(record, one.person)]
                if len(hits) == 1 and self._is_his(one, hits[0]):
                    one.adopt(hits[0])

    def _is_his(self, one: Contact, record: Record) -> bool:
        """Whether nothing speaks against the only record with his phone being his."""
        if value(record, CONTACT_ID) or not self._is_free(record):
            return False
        theirs = value(record, "email").lower()
        return not theirs or not one.person.email or theirs == one.person.email

    def write(self) -> None:
        """Write them all, then once more those whose e-mail turned out to be another's."""
        again = self._write([one for one in self.all if one.may_be_written and not one.is_told])
        refused = self._write(again)
        for one in refused:
            one.trouble = one.trouble or answers.dead("CONFLICT: the contact exists already", 409)
        self._keep()

    def _write(self, wanted: Sequence[Contact]) -> list[Contact]:
        """Write these and return those in conflict, changed so that they may be tried again."""
        sent = {one.our_id: one.properties() for one in wanted}
        made = [one for one in wanted if not one.is_adopted]
        adopted = [one for one in wanted if one.is_adopted]
        done = Batch()
        try:
            for part in (self._upsert(made, sent), self._adopt(adopted, sent)):
                done.results += part.results
                done.problems += part.problems
        except Refused as refusal:
            done.problems.append(_whole(refusal, wanted))
        self._note(wanted, sent, done)
        return [one for one in wanted if self._is_in_conflict(one, done.problems)]

    def _upsert(self, made: Sequence[Contact], sent: Mapping[str, mapping.Values]) -> Batch:
        return self.api.upsert(CONTACTS, CONTACT_ID, {one.our_id: sent[one.our_id] for one in made})

    def _adopt(self, adopted: Sequence[Contact], sent: Mapping[str, mapping.Values]) -> Batch:
        inputs = [
            {
                "id": str(one.record["id"]),
                "objectWriteTraceId": one.our_id,
                "properties": {CONTACT_ID: one.our_id, **sent[one.our_id]},
            }
            for one in adopted
            if one.record
        ]
        return self.api.update(CONTACTS, inputs)

    def _note(
        self, wanted: Sequence[Contact], sent: Mapping[str, mapping.Values], done: Batch
    ) -> None:
        by_id = {one.our_id: one for one in wanted}
        by_record = {str(one.record["id"]): one for one in wanted if one.record}
        for record in done.results:
            remote_id = str(record["id"])
            one = by_id.get(trace_of(record, CONTACT_ID)) or by_record.get(remote_id)
            if one:
                one.note_sent(sent[one.our_id], remote_id)

    def _is_in_conflict(self, one: Contact, problems: Iterable[Problem]) -> bool:
        """Whether one was refused because a record has his e-mail; what else was said is kept."""
        names = {one.our_id, *([str(one.record["id"])] if one.record else [])}
        for problem in problems:
            if names & problem.about:
                if problem.existing_id and one.has_email:
                    self._settle(one, problem.existing_id)
                    return True
                one.trouble = answers.dead(problem.words, 400)
        if not one.remote_id and one.trouble is None:
            one.trouble = answers.dead("omnistore: HubSpot did not say what became of it", 400)
        return False

    def _settle(self, one: Contact, existing: str) -> None:
        """Take the record that has the e-mail for his when it is nobody's; else go without."""
        found = self.api.read(CONTACTS, [existing], READ)
        is_taken = one.record is not None or not found or bool(value(found[0], CONTACT_ID))
        if is_taken or not self._is_free(found[0]):
            one.give_up_email()
        else:
            one.adopt(found[0])

    def _keep(self) -> None:
        """Write down which records stand for them."""
        moved = {
            one.person.id: one.remote_id
            for one in self.all
            if one.remote_id and (one.link is None or one.link.remote_id != one.remote_id)
        }
        links.keep(self.connection, Kind.CUSTOMER, moved, at=self.at)
        kept = links.of(self.connection, Kind.CUSTOMER, (one.person.id for one in self.all))
        for one in self.all:
            one.link = kept.get(one.person.id)
        self.note_told()

    def note_told(self) -> None:
        """Write down what they were told."""
        for one in self.all:
            if one.link and one.trouble is None:
                links.note_told(one.link, **one.told)


def _whole(refusal: Refused, wanted: Sequence[Contact]) -> Problem:
    """Read a no to all of it as one to the only record in it; else the batch has to be halved."""
    if len(wanted) != 1 or not existing_id(refusal.answer.words):
        raise refusal
    return Problem("CONFLICT", refusal.answer.words, frozenset({wanted[0].our_id}))


def _digest(values: mapping.Values) -> str:
    return fingerprint(json.dumps(values, sort_keys=True))


def _numbers(wanted: Sequence[Contact]) -> dict[str, list[str]]:
    """Return what to search for: the numbers whole, and without their country's code."""
    whole = [one.person.phone for one in wanted]
    return {
        **dict.fromkeys(PHONES, whole),
        PLAIN_PHONE: [str(phonenumbers.parse(number).national_number) for number in whole],
    }


def _has_phone(record: Record, person: Person) -> bool:
    country = person.country or "FR"
    return any(
        person.phone in phones.readings(value(record, name), country)[:1]
        for name in PHONES
        if value(record, name)
    )
