"""
Telling Salesforce who somebody is: one contact per customer, by our id.

A contact we know is updated by its id there, so that one which was deleted or merged is noticed:
merged, we follow to the one that was kept; deleted, we make a new one. Everything is tried anew
once in a call and never more.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import salted_hmac

from omnistore.crm import links
from omnistore.crm.models import Link
from omnistore.crm.people import Person
from omnistore.crm.salesforce import mapping, merges
from omnistore.crm.salesforce.api import ALLOW_SAVE, DUPLICATES, KEY, Api, Result
from omnistore.crm.salesforce.mapping import CONTACT, PERSONAL, Record
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Verdict

# What may make two people look like one to a duplicate rule.
REACHES = ("Email", "MobilePhone")


@dataclass(frozen=True)
class Place:
    """What became of a contact, and how the records of its customer point to it."""

    answer: Answer
    who: Record = field(default_factory=dict)

    @property
    def is_there(self) -> bool:
        return self.answer.verdict is Verdict.DONE


def tell(
    api: Api, people: Mapping[UUID, Person], *, profiles: Collection[UUID], at: datetime
) -> dict[UUID, Place]:
    """
    Bring the contacts up to date and return what became of each.

    Those whose profile nobody spoke of are written only where something is new: what people there
    have corrected meanwhile is not fought over with every purchase.
    """
    return _Telling(api, people, at).run(set(profiles))


def doubt(api: Api, customer_ids: Iterable[UUID]) -> None:
    """Have the contacts written again with the next message: they are not there any more."""
    known = links.of(api.connection, Link.Kind.CUSTOMER, customer_ids)
    # Of a contact that was kept in a merge and is gone: a new one of his own takes its place.
    lost = [one for one, link in known.items() if link.told.get("merged_into")]
    links.forget(api.connection, Link.Kind.CUSTOMER, lost)
    for customer_id in known.keys() - set(lost):
        links.note_told(known[customer_id], said="")


class _Telling:
    """The contacts of one call."""

    def __init__(self, api: Api, people: Mapping[UUID, Person], at: datetime) -> None:
        self.api = api
        self.people = people
        self.at = at
        self.account_id = api.connection.options.get("account_id", "")
        self.links = links.of(api.connection, Link.Kind.CUSTOMER, people)
        self.places: dict[UUID, Place] = {}

    def run(self, profiles: set[UUID]) -> dict[UUID, Place]:
        self._leave_merged()
        self._leave_unchanged(profiles)
        gone = self._update(self._open(self.links))
        self._update(self._follow(gone))
        self._upsert(self._open(set(self.people) - set(self.links)))
        for customer_id in self._open(self.people):
            self.places[customer_id] = Place(Answer(Verdict.LATER, 200, "omnistore: merging there"))
        return self.places

    def _open(self, customer_ids: Iterable[UUID]) -> list[UUID]:
        return sorted(one for one in customer_ids if one not in self.places)

    def _leave_merged(self) -> None:
        """Write nothing into another's contact; what they buy is shown with it."""
        kept = merges.kept_instead(self.api.connection, self.links)
        for customer_id, remote_id in kept.items():
            if remote_id:
                who = {"Customer_Id__c": str(customer_id), "Contact__c": remote_id}
                self.places[customer_id] = Place(answers.done("merged there: see proposals"), who)
            else:
                # Dismissed here: they are two people, and this one needs a contact of its own.
                del self.links[customer_id]

    def _leave_unchanged(self, profiles: set[UUID]) -> None:
        for customer_id in self._open(set(self.links) - profiles):
            said = _digest(self._record(customer_id))
            if self.links[customer_id].told.get("said") == said:
                self.places[customer_id] = Place(answers.done("unchanged"), _who(customer_id))

    def _record(self, customer_id: UUID) -> Record:
        """Return what the contact is told, knowing what it was told before."""
        is_new = customer_id not in self.links
        sent = self._sent_before(customer_id)
        return mapping.contact(self.people[customer_id], sent=sent, is_new=is_new)

    def _update(self, customer_ids: list[UUID]) -> list[UUID]:
        """Update the contacts we know; return those that are no longer there."""
        records = {one: self._record(one) for one in customer_ids}
        results = self._send_known(records)
        doubles = [one for one in records if results[one].code == DUPLICATES]
        without = {one: _out_of_reach(records[one]) for one in doubles}
        results |= self._send_known(without, **ALLOW_SAVE)
        records |= without
        self._drop([one for one in results if results[one].has_our_id])
        there = [one for one in records if one in self.links and not results[one].is_gone]
        self._note({one: (records[one], results[one]) for one in there})
        return [one for one in customer_ids if results[one].is_gone]

    def _send_known(self, records: Mapping[UUID, Record], **headers: str) -> dict[UUID, Result]:
        ids = list(records)
        known = [{"id": self.links[one].remote_id, **records[one]} for one in ids]
        return dict(zip(ids, self.api.update(CONTACT, known, **headers), strict=True))

    def _drop(self, customer_ids: list[UUID]) -> None:
        """Forget the link of those whom another contact there stands for: it is found by our id."""
        links.forget(self.api.connection, Link.Kind.CUSTOMER, customer_ids)
        for customer_id in customer_ids:
            del self.links[customer_id]

    def _follow(self, gone: list[UUID]) -> list[UUID]:
        """Follow those merged there; return those whose contact is another one from now on."""
        if not gone:
            return []
        merges.notice(self.api, [self.links[one].remote_id for one in gone], at=self.at)
        before = {one: self.links.pop(one).remote_id for one in gone}
        self.links |= links.of(self.api.connection, Link.Kind.CUSTOMER, gone)
        self._leave_merged()
        moved = [one for one in self._open(gone) if one in self.links]
        return [one for one in moved if self.links[one].remote_id != before[one]]

    def _upsert(self, customer_ids: list[UUID]) -> None:
        """Write those of whom we know no contact, by our id."""
        records = {one: self._new_record(one) for one in customer_ids}
        results = self.api.upsert(CONTACT, list(records.values()))
        said = dict(zip(records, results, strict=True))
        found = [one for one, result in said.items() if result.is_taken and not result.is_new]
        doubles = {one: result for one, result in said.items() if result.code == DUPLICATES}
        self._note({one: (records[one], said[one]) for one in said.keys() - doubles.keys()})
        self._clear(found)
        self._adopt(doubles)

    def _new_record(self, customer_id: UUID) -> Record:
        account = {"AccountId": self.account_id} if self.account_id else {}
        return account | mapping.contact(self.people[customer_id], is_new=True)

    def _clear(self, customer_ids: list[UUID]) -> None:
        """
        Write once more those we took for new and that were there: we told them something, some day.

        Nobody knows any more what it was, so everything that may not be known is cleared.
        """
        for customer_id in customer_ids:
            self.links[customer_id].told.pop("sent", None)
            del self.places[customer_id]
        self._update(customer_ids)

    def _adopt(self, doubles: Mapping[UUID, Result]) -> None:
        """Take over a contact that their duplicate rule finds, where it is nobody else's yet."""
        candidates = {one: self._candidates(one, doubles[one]) for one in doubles}
        wanted = {remote_id for found in candidates.values() for remote_id in found or ()}
        owners = self._owners(wanted)
        for customer_id, found in candidates.items():
            if found is None:
                continue
            free = [one for one in found if owners.get(one, "?") in ("", str(customer_id))]
            if free:
                owners[free[0]] = str(customer_id)
                self._take_over(customer_id, free[0])
            else:
                self._go_without(customer_id)

    def _candidates(self, customer_id: UUID, result: Result) -> list[str] | None:
        """Return the ids there of whom it looks like; None when that is settled already."""
        if result.duplicates:
            return list(result.duplicates)
        if not self._has_time(customer_id):
            return None
        # A collection says only that there are some; asked alone, it names them.
        record = self._new_record(customer_id)
        alone = self.api.upsert_one(CONTACT, str(customer_id), record)
        if alone.code == DUPLICATES:
            return list(alone.duplicates)
        self._note({customer_id: (record, alone)})
        return None

    def _owners(self, remote_ids: Collection[str]) -> dict[str, str]:
        """Return our id on each of these contacts, empty on one that is nobody's."""
        soql = f"SELECT Id, {KEY} FROM {CONTACT} WHERE Id IN ({{}})"
        found = self.api.query(soql, list(remote_ids))
        return {record["Id"]: record.get(KEY) or "" for record in found}

    def _take_over(self, customer_id: UUID, remote_id: str) -> None:
        if self._has_time(customer_id):
            record = mapping.contact(self.people[customer_id])
            known = [{"id": remote_id, **record}]
            (result,) = self.api.update(CONTACT, known, **ALLOW_SAVE)
            self._note({customer_id: (record, result)})

    def _go_without(self, customer_id: UUID) -> None:
        """Make a contact without what makes it look like another of our customers."""
        if self._has_time(customer_id):
            record = _out_of_reach(self._new_record(customer_id))
            (result,) = self.api.upsert(CONTACT, [record], **ALLOW_SAVE)
            self._note({customer_id: (record, result)})

    def _has_time(self, customer_id: UUID) -> bool:
        """Whether there is time for one more request; those left go out with the next call."""
        if not self.api.has_time:
            self.places[customer_id] = Place(answers.unsent(timedelta(0)))
        return self.api.has_time

    def _note(self, said: Mapping[UUID, tuple[Record, Result]]) -> None:
        """Keep what became of the contacts, and what those were told that took it."""
        for customer_id, (_, result) in said.items():
            self.places[customer_id] = Place(result.answer, _who(customer_id))
        taken = {
            one: record
            for one, (record, result) in said.items()
            if result.is_taken and (result.id or one in self.links)
        }
        before = {one: self._sent_before(one) for one in taken}
        self._link({one: said[one][1].id for one in taken})
        for customer_id, record in taken.items():
            # What this record did not speak of stands there still.
            sent = {name for name in before[customer_id] if name not in record}
            told = self.links[customer_id].told
            told["sent"] = sorted(sent | set(mapping.sent_of(record)))
            # As it will be asked again: what is cleared now is not mentioned then.
            told["said"] = _digest(self._record(customer_id))
        Link.objects.bulk_update([self.links[one] for one in taken], ["told"])

    def _sent_before(self, customer_id: UUID) -> Collection[str]:
        """Return the names of what we wrote there; all of them where nobody remembers."""
        link = self.links.get(customer_id)
        return link.told.get("sent", PERSONAL) if link else ()

    def _link(self, remote_ids: Mapping[UUID, str]) -> None:
        """Keep which contact stands for whom, where that is news."""
        known = {one: link.remote_id for one, link in self.links.items()}
        news = {one: new for one, new in remote_ids.items() if new and new != known.get(one)}
        if news:
            links.keep(self.api.connection, Link.Kind.CUSTOMER, news, at=self.at)
            self.links |= links.of(self.api.connection, Link.Kind.CUSTOMER, news)


def _who(customer_id: UUID) -> Record:
    return {"Customer_Id__c": str(customer_id), "Contact__r": {KEY: str(customer_id)}}


def _out_of_reach(record: Mapping[str, object]) -> Record:
    """Return the record without what makes it look like another; what it clears is cleared."""
    return {name: value for name, value in record.items() if not (name in REACHES and value)}


def _digest(record: Record) -> str:
    """Return what tells two records apart and gives nothing of them away."""
    text = json.dumps(record, sort_keys=True)
    return salted_hmac("omnistore.crm.salesforce", text, algorithm="sha256").hexdigest()
