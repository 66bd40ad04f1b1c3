"""One customer on his way into HubSpot."""

import json
from dataclasses import dataclass, field
from typing import Any

from omnistore.crm import links
from omnistore.crm.hubspot import mapping
from omnistore.crm.hubspot.api import Record, value
from omnistore.crm.models import Link
from omnistore.crm.people import Person
from omnistore.outbox.answers import Answer, Verdict
from omnistore.tokens import fingerprint
from orders.models import Cart

CONTACTS = "contacts"


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
    is_written: bool = False
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
    def record_id(self) -> str:
        return str(self.record["id"]) if self.record else ""

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
        self.remote_id, self.is_written = remote_id, True
        self.told["fields"] = mapping.fields_told(self.told.get("fields", ()), sent)
        self.told["sent"] = _digest(self.properties())
        self.told["email"] = fingerprint(sent["email"]) if sent.get("email") else ""


def _digest(values: mapping.Values) -> str:
    return fingerprint(json.dumps(values, sort_keys=True))
