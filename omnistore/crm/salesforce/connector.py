"""The connector: contacts first, then what hangs on them, up to 200 messages in a call."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from omnistore.crm import people
from omnistore.crm.changes import Incoming
from omnistore.crm.people import Person
from omnistore.crm.salesforce import contacts, erasing, hearing, records, schema, signin
from omnistore.crm.salesforce.api import MOST, Api
from omnistore.crm.salesforce.contacts import Place
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Stopped
from omnistore.outbox.messages import Message, Need
from omnistore.outbox.models import Connection

# Facts about the person himself.
PROFILE = {
    "customers.customer.signed_up",
    "customers.identifier.claimed",
    "customers.consent.given",
    "customers.consent.withdrawn",
}
ERASED = answers.done("erased: nothing is sent")
NOBODY = answers.done("nobody is known: nothing is sent")


class Connector:
    """Writes to one Salesforce organisation."""

    label: ClassVar = "Salesforce"
    about: ClassVar = _(
        "Contacts, their consents, purchases and returns; opt-outs, merges and deletions come back."
    )
    size: ClassVar = MOST
    concurrency: ClassVar = 1
    keeps_order: ClassVar = False
    longest: ClassVar = timedelta(seconds=25)
    url: ClassVar = signin.PRODUCTION
    needs: ClassVar[Sequence[Need]] = (
        Need(
            "consumer_key",
            _("Consumer key"),
            help=_("Of the connected app, under Manage Consumer Details."),
        ),
        Need(
            "username",
            _("Username"),
            help=_("Of the user for whom omnistore works there."),
        ),
        Need(
            "audience",
            _("Environment"),
            default=signin.PRODUCTION,
            choices=(
                (signin.PRODUCTION, _("production")),
                (signin.SANDBOX, _("sandbox")),
            ),
        ),
        Need(
            "private_key",
            _("Private key"),
            is_secret=True,
            is_long=True,
            help=_("PEM, of the certificate that was uploaded to the connected app."),
        ),
        Need(
            "account_id",
            _("Account for new contacts"),
            is_required=False,
            help=_("Its id; without one, Salesforce shows a contact to its owner only."),
        ),
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.api = Api(connection, longest=self.longest)

    def send(self, messages: Sequence[Message], at: datetime) -> list[Answer]:
        """
        Write what the messages speak of as it stands now.

        Raises:
            Stopped: Salesforce does not take anything now, or refuses the whole request.
        """
        self.api.begin()
        known = people.read((one.customer_id for one in messages), connection=self.connection)
        said = erasing.forget(self.api, [one for one in messages if one.is_erasure])
        said |= _unsaid([one for one in messages if not one.is_erasure], known)
        said = people.untold(messages, known, self.connection.purpose) | said
        left = [one for one in messages if one.delivery_id not in said]
        said |= self._write(left, known, at) if left else {}
        return [said[one.delivery_id] for one in messages]

    def test(self, at: datetime) -> Answer:
        """Sign in, and look whether every object and field is there."""
        self.api.begin()
        try:
            return schema.check(self.api)
        except Stopped as stopped:
            return stopped.answer

    def hear(self, incoming: Incoming, at: datetime) -> None:
        """Take in what the trigger there tells us."""
        hearing.hear(self.connection, incoming, at)

    def _write(
        self, messages: Sequence[Message], known: Mapping[UUID, Person], at: datetime
    ) -> dict[int, Answer]:
        told = {one.customer_id: known[one.customer_id] for one in messages if one.customer_id}
        profiles = {one.customer_id for one in messages if one.customer_id and one.name in PROFILE}
        places = contacts.tell(self.api, told, profiles=profiles, at=at)
        there = {one: place for one, place in places.items() if place.is_there}
        said = {one.delivery_id: _place(one, places).answer for one in messages}
        sales = [one for one in messages if one.name not in PROFILE and one.customer_id in there]
        return said | records.tell(self.api, sales, there, at=at)


def _unsaid(messages: Sequence[Message], known: Mapping[UUID, Person]) -> dict[int, Answer]:
    """Return the answers to messages of which nothing is sent."""
    said = {}
    for message in messages:
        person = known.get(message.customer_id) if message.customer_id else None
        if person is None:
            said[message.delivery_id] = NOBODY
        elif person.is_erased:
            said[message.delivery_id] = ERASED
    return said


def _place(message: Message, places: Mapping[UUID, Place]) -> Place:
    assert message.customer_id is not None
    return places[message.customer_id]
