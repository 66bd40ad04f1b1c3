"""The connector: one call of many customers' messages, the test button, what comes back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore.crm import links, people, sales
from omnistore.crm.changes import Incoming
from omnistore.crm.client import Client
from omnistore.crm.hubspot import schema
from omnistore.crm.hubspot.api import Api, Refused, later
from omnistore.crm.hubspot.contact import CONTACTS
from omnistore.crm.hubspot.contacts import Contacts
from omnistore.crm.hubspot.hearing import Hearing, events_of
from omnistore.crm.hubspot.records import Records
from omnistore.crm.hubspot.subscriptions import Subscriptions
from omnistore.crm.links import Kind
from omnistore.crm.people import Person
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Stopped
from omnistore.outbox.messages import Message, Need
from omnistore.outbox.models import Connection
from omnistore.outbox.pace import Pace
from orders.models import Cart

# Calls within ten seconds: what HubSpot lets a private app of its larger editions do.
CALLS = 190


class Connector:
    """Tells HubSpot of customers, orders and returns in batches of a hundred."""

    size: ClassVar = 100
    concurrency: ClassVar = 1
    keeps_order: ClassVar = False
    longest: ClassVar = timedelta(seconds=25)
    url: ClassVar = "https://api.hubapi.com"
    needs: ClassVar[Sequence[Need]] = (
        Need("token", gettext_lazy("access token of the private app"), is_secret=True),
        Need(
            "client_secret",
            gettext_lazy("client secret of the private app"),
            is_secret=True,
            is_required=False,
            help=gettext_lazy("Without it nothing is heard of what changes in HubSpot."),
        ),
        Need(
            "app_id",
            gettext_lazy("number of the private app"),
            is_required=False,
            help=gettext_lazy("With it what we changed ourselves is not heard again."),
        ),
        Need(
            "subscription_id",
            gettext_lazy("number of the subscription type of your offers by e-mail"),
            is_required=False,
            help=gettext_lazy("Empty: consents are properties of the contact only."),
        ),
        Need(
            "returns",
            gettext_lazy("returns as records of their own"),
            is_required=False,
            help=gettext_lazy("Needs an edition with custom objects; notes are written anyway."),
            default="yes",
            choices=(("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))),
        ),
        Need(
            "calls",
            gettext_lazy("calls within ten seconds"),
            is_required=False,
            help=gettext_lazy("At most; 100 for the smaller editions."),
            default=str(CALLS),
        ),
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.client = Client(
            connection, sign_in=sign_in, rate=pace_of(connection), longest=self.longest
        )
        self.api = Api(self.client)
        self.is_prepared = False
        # How much of that was missing.
        self.made = 0
        self.return_type = ""

    @property
    def with_returns(self) -> bool:
        return str(self.connection.options.get("returns") or "yes") != "no"

    def send(self, messages: Sequence[Message], at: datetime) -> Sequence[Answer] | Answer:
        self.client.begin()
        try:
            return self._send(messages, at)
        except Refused as refusal:
            if self.is_prepared or not refusal.lacks_property:
                return self._said(refusal)
        # First use, or somebody took one of our properties away: once, never in a loop.
        try:
            self.prepare(at)
            return self._send(messages, at)
        except Refused as refusal:
            return self._said(refusal)

    def prepare(self, at: datetime) -> int:
        """Make the properties and the kind of record that are missing; return how many."""
        self.is_prepared = True
        self.made = schema.prepare(self.api, with_returns=self.with_returns)
        return self.made

    def _said(self, refusal: Refused) -> Answer:
        """Return what follows; what was made just now may not be known everywhere in HubSpot."""
        if self.made and refusal.lacks_property:
            return later(refusal.answer.words)
        return refusal.answer

    def test(self, at: datetime) -> Answer:
        """Show that we are let in and that what we need is there, made where it was missing."""
        self.client.begin()
        try:
            made = self.prepare(at)
            is_known = self._knows_subscription()
        except Refused as refusal:
            return refusal.answer
        except Stopped as stopped:
            return stopped.answer
        if not is_known:
            return answers.dead(_("HubSpot has no subscription type with this number."))
        return answers.done(_("HubSpot lets us in; made there: %(number)s.") % {"number": made})

    def hear(self, incoming: Incoming, at: datetime) -> None:
        """Take in what changed in HubSpot; raises `Forged`."""
        events = events_of(incoming, self.connection, at)
        Hearing(self.connection, at).take(events)

    def _send(self, messages: Sequence[Message], at: datetime) -> list[Answer]:
        known = people.read((one.customer_id for one in messages), connection=self.connection)
        silent = self._forget(messages, known, at)
        silent |= people.untold(messages, known, self.connection.purpose)
        told = [one for one in messages if one.delivery_id not in silent]
        contacts = self._tell_people(told, known, at)
        ids = {one.person.id: one.remote_id for one in contacts.all if one.remote_id}
        records = Records(self.api, self.connection, ids, at=at)
        records.write(told, return_type=self._return_type(told, at))
        if self.with_returns and not self.return_type:
            records.hold_returns(told)
        trouble = {one.person.id: one.trouble for one in contacts.all if one.trouble}
        return [
            silent.get(one.delivery_id)
            or (trouble.get(one.customer_id) if one.customer_id else None)
            or records.answer_to(one)
            or answers.done()
            for one in messages
        ]

    def _tell_people(
        self, messages: Sequence[Message], known: Mapping[UUID, Person], at: datetime
    ) -> Contacts:
        named = {one.customer_id for one in messages if one.customer_id}
        whom = [person for person in known.values() if person.id in named]
        contacts = Contacts(self.api, self.connection, whom, newest_carts(messages), at=at)
        emails = Subscriptions(self.api, str(self.connection.options.get("subscription_id") or ""))
        contacts.find()
        emails.leave(contacts.all)
        contacts.write()
        emails.join(contacts.all)
        contacts.note_told()
        return contacts

    def _return_type(self, messages: Sequence[Message], at: datetime) -> str:
        """Return HubSpot's number of our kind of record, asked once, made where it is missing."""
        if not self.with_returns or not sales.return_ids(messages):
            return ""
        if not self.return_type:
            self.return_type = schema.return_type(self.api)
        if not self.return_type and not self.is_prepared:
            self.prepare(at)
            self.return_type = schema.return_type(self.api)
        return self.return_type

    def _forget(
        self, messages: Sequence[Message], known: Mapping[UUID, Person], at: datetime
    ) -> dict[int, Answer]:
        """Delete whom to forget; return the answers to all messages about the forgotten."""
        erased = {one.customer_id for one in messages if one.is_erasure and one.customer_id}
        self._delete(erased)
        about = {pk for pk, person in known.items() if person.is_erased}
        nothing = answers.done("erased: nothing is sent")
        return {
            one.delivery_id: answers.done() if one.is_erasure else nothing
            for one in messages
            if one.is_erasure or one.customer_id in about
        }

    def _delete(self, erased: set[UUID]) -> None:
        if not erased:
            return
        linked = [
            one.remote_id for one in links.of(self.connection, Kind.CUSTOMER, erased).values()
        ]
        ours = (str(one) for one in sorted(erased))
        asked = [schema.CONTACT_ID]
        # What was merged there answers by another id than the link's.
        found = self.api.read(CONTACTS, linked, asked) if linked else []
        found += self.api.read(CONTACTS, ours, asked, by=schema.CONTACT_ID)
        there = [*(str(one["id"]) for one in found), *linked]
        for remote_id in dict.fromkeys(there):
            self._delete_one(remote_id)
        links.forget(self.connection, Kind.CUSTOMER, erased)

    def _delete_one(self, remote_id: str) -> None:
        try:
            self.api.post("/crm/v3/objects/contacts/gdpr-delete", {"objectId": remote_id})
        except Refused as refusal:
            # Nobody there: it is done.
            if not refusal.is_gone:
                raise

    def _knows_subscription(self) -> bool:
        wanted = self.connection.options.get("subscription_id")
        if not wanted:
            return True
        heard = self.api.get("/communication-preferences/v3/definitions")
        known = {str(one.get("id")) for one in heard.get("subscriptionDefinitions", [])}
        return str(wanted) in known


def sign_in(credentials: Mapping[str, str]) -> dict[str, str]:
    """Return the header that lets us in."""
    return {"Authorization": f"Bearer {credentials.get('token', '')}"}


def pace_of(connection: Connection) -> Pace:
    """Return how fast the account may be called: those at once and those after stay within it."""
    given = str(connection.options.get("calls") or CALLS)
    calls = max(int(given) if given.isdecimal() else CALLS, 10)
    burst = calls // 10
    return Pace(calls=calls - burst, seconds=10, burst=burst)


def newest_carts(messages: Sequence[Message]) -> dict[UUID, Cart]:
    """Return the cart that changed last of each customer the messages speak of."""
    carts = sorted(sales.carts(messages).values(), key=lambda cart: cart.changed_at)
    return {cart.customer_id: cart for cart in carts if cart.customer_id}
