"""Finding: which contacts stand for our customers already, so that nobody is made twice."""

from collections.abc import Sequence

import phonenumbers

from customers import phones
from omnistore.crm import links
from omnistore.crm.hubspot.api import SEARCHED, Api, Record, value
from omnistore.crm.hubspot.contact import CONTACTS, Contact
from omnistore.crm.hubspot.schema import CONTACT_ID
from omnistore.crm.links import Kind
from omnistore.crm.people import Person
from omnistore.outbox.models import Connection

PHONES = ("phone", "mobilephone")
# Also written with the number of the area only, as HubSpot makes it for its own search.
PLAIN_PHONE = "hs_searchable_calculated_phone_number"
READ = (CONTACT_ID, "email", *PHONES, "hs_merged_object_ids")


class Finding:
    """The search for all customers of one call."""

    def __init__(self, api: Api, connection: Connection, contacts: Sequence[Contact]) -> None:
        self.api = api
        self.connection = connection
        self.all = contacts

    def run(self) -> None:
        """Look by link, by our id, by e-mail and by phone, each for those not found before."""
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
        if one.record_id == str(record["id"]):
            return
        if one.record is None and not value(record, CONTACT_ID) and self._is_free(record):
            one.adopt(record)
        elif value(record, CONTACT_ID) != one.our_id:
            one.give_up_email()

    def _is_free(self, record: Record) -> bool:
        return all(one.record_id != str(record["id"]) for one in self.all)

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

    def settle(self, one: Contact, existing_id: str) -> None:
        """Take the record that has his e-mail for his when it is nobody's; else go without."""
        found = self.api.read(CONTACTS, [existing_id], READ)
        if found:
            self._meet(one, found[0])
        if one.record_id != existing_id:
            one.give_up_email()


def _numbers(wanted: Sequence[Contact]) -> dict[str, list[str]]:
    """Return what to search for: the numbers whole, and without their country's code."""
    whole = [one.person.phone for one in wanted]
    return {
        **dict.fromkeys(PHONES, whole),
        PLAIN_PHONE: [str(phonenumbers.parse(number).national_number) for number in whole],
    }


def _has_phone(record: Record, person: Person) -> bool:
    # Written without its country's code, it is read as one of the same country.
    country = phonenumbers.region_code_for_number(phonenumbers.parse(person.phone)) or ""
    return any(person.phone in phones.readings(value(record, name), country)[:1] for name in PHONES)
