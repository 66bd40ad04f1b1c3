"""Contacts: each customer is found before he is made, and told what he allows to be known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from omnistore.crm import links
from omnistore.crm.hubspot import mapping
from omnistore.crm.hubspot.api import (
    UNSAID,
    Api,
    Batch,
    Problem,
    Refused,
    existing_id,
    later,
    trace_of,
)
from omnistore.crm.hubspot.contact import CONTACTS, Contact
from omnistore.crm.hubspot.finding import Finding
from omnistore.crm.hubspot.schema import CONTACT_ID
from omnistore.crm.links import Kind
from omnistore.crm.people import Person
from omnistore.outbox import answers
from omnistore.outbox.answers import Stopped
from omnistore.outbox.models import Connection
from orders.models import Cart


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
        self.finding = Finding(api, connection, self.all)

    def find(self) -> None:
        """Find the records that stand for them already, ours or not."""
        self.finding.run()

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
                "id": one.record_id,
                "objectWriteTraceId": one.our_id,
                "properties": {CONTACT_ID: one.our_id, **sent[one.our_id]},
            }
            for one in adopted
        ]
        return self.api.update(CONTACTS, inputs)

    def _note(
        self, wanted: Sequence[Contact], sent: Mapping[str, mapping.Values], done: Batch
    ) -> None:
        by_id = {one.our_id: one for one in wanted}
        by_record = {one.record_id: one for one in wanted if one.record_id}
        for record in done.results:
            remote_id = str(record["id"])
            one = by_id.get(trace_of(record, CONTACT_ID)) or by_record.get(remote_id)
            if one:
                one.note_sent(sent[one.our_id], remote_id)

    def _is_in_conflict(self, one: Contact, problems: Iterable[Problem]) -> bool:
        """Whether one was refused because a record has his e-mail; what else was said is kept."""
        names = {one.our_id, one.record_id}
        for problem in problems:
            if names & problem.about:
                if problem.existing_id and one.has_email:
                    self.finding.settle(one, problem.existing_id)
                    return True
                one.trouble = problem.answer
        if not one.is_written and one.trouble is None:
            one.trouble = answers.dead(UNSAID, 400)
        return False

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
    if refusal.is_gone:
        raise Stopped(later(refusal.answer.words)) from refusal
    if len(wanted) != 1 or not existing_id(refusal.answer.words):
        raise refusal
    return Problem("CONFLICT", refusal.answer.words, frozenset({wanted[0].our_id}))
