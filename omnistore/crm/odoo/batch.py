"""One call's messages: what they speak of is read once, told once, and answered each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _

from omnistore.crm import people, sales
from omnistore.crm.odoo import blacklist, mapping, notes, partners, sales_orders
from omnistore.crm.odoo.loading import load
from omnistore.crm.odoo.notes import Place
from omnistore.crm.odoo.partners import Partners
from omnistore.crm.odoo.rpc import Odoo
from omnistore.crm.odoo.sales_orders import SalesOrders
from omnistore.crm.people import Person
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer
from omnistore.outbox.messages import Message
from omnistore.outbox.models import Connection
from orders.models import CustomerReturn, Exchange

# The contact of orders that nobody was identified for.
NOBODY = f"{mapping.MODULE}.nobody"
# Beginnings of the names of what Odoo is told.
TOLD = (
    "customers.customer.",
    "customers.identifier.",
    "customers.consent.",
    "orders.order.",
    "orders.return.",
    "orders.refund.",
    "orders.exchange.",
)


class Batch:
    """The messages of one call of the connector."""

    def __init__(
        self, odoo: Odoo, connection: Connection, messages: Sequence[Message], at: datetime
    ) -> None:
        self.odoo = odoo
        self.connection = connection
        self.messages = messages
        self.at = at
        told = [one for one in messages if one.name.startswith(TOLD) and not one.is_erasure]
        self.returns = sales.returns(sales.return_ids(told))
        self.orders = sales.orders(sales.order_ids(told) | self._orders_of_returns())
        buyers = {order.customer_id for order in self.orders.values()}
        ids = {one.customer_id for one in messages} | buyers
        self.people = people.read(ids, connection=connection)
        # In the order of the messages, each once.
        self.told_people = dict.fromkeys([*(one.customer_id for one in told), *buyers])

    def send(self) -> list[Answer]:
        forgotten = {
            message.delivery_id: self._forget(message.customer_id)
            for message in self.messages
            if message.is_erasure and message.customer_id
        }
        self._tell()
        return [
            forgotten.get(message.delivery_id) or self._answer(message) for message in self.messages
        ]

    def _is_told(self, message: Message) -> bool:
        if message.is_erasure or not message.name.startswith(TOLD):
            return False
        person = self._person(message.customer_id)
        return person is None or not person.is_erased

    def _person(self, customer_id: UUID | None) -> Person | None:
        return self.people.get(customer_id) if customer_id else None

    def _orders_of_returns(self) -> set[UUID]:
        """Return the orders from which goods came back: the note stands there."""
        return {one.order_id for one in self.returns.values() if one.order_id}

    def _forget(self, customer_id: UUID) -> Answer:
        return Partners(self.odoo, self.connection, self.at).forget(customer_id)

    def _tell(self) -> None:
        known = (self._person(customer_id) for customer_id in self.told_people)
        told = [person for person in known if person and not person.is_erased]
        self.partners = Partners(self.odoo, self.connection, self.at).tell(told)
        if blacklist.is_wanted(self.connection):
            his_own = [one for one in told if one.id not in self.partners.merged]
            blacklist.tell(self.odoo, self.connection, his_own)
        contacts = self._contacts()
        self.sales = SalesOrders(self.odoo, self.connection, self.at).tell(
            [order for order in self.orders.values() if order.pk in contacts],
            contacts,
            self._credits(),
        )
        self.notes = notes.tell(
            self.odoo, self.connection, self.returns.values(), self._places(), at=self.at
        )

    def _contacts(self) -> dict[UUID, int]:
        """Return the contact of each order whose customer is there, or who is nobody."""
        contacts = {}
        for order in self.orders.values():
            contact = self.partners.ids.get(order.customer_id) if order.customer_id else self.nobody
            if contact and order.customer_id not in self.partners.refused:
                contacts[order.pk] = contact
        return contacts

    @cached_property
    def nobody(self) -> int | None:
        row = {"id": NOBODY, "name": _("Customers without a name")}
        return load(self.odoo, partners.MODEL, [row]).ids.get(0)

    def _credits(self) -> Mapping[UUID, int]:
        """Return what was given back for each order that was handed over in exchange."""
        made = Exchange.objects.filter(order__in=list(self.orders))
        return dict(made.values_list("order_id", "credit"))

    def _places(self) -> dict[UUID, Place]:
        places = {pk: self._place(taken) for pk, taken in self.returns.items()}
        return {pk: place for pk, place in places.items() if place}

    def _place(self, taken: CustomerReturn) -> Place | None:
        if taken.order_id in self.sales.ids:
            return Place(sales_orders.MODEL, self.sales.ids[taken.order_id])
        if taken.customer_id in self.partners.ids:
            return Place(partners.MODEL, self.partners.ids[taken.customer_id])
        return None

    def _answer(self, message: Message) -> Answer:
        if not self._is_told(message):
            person = self._person(message.customer_id)
            is_erased = person is not None and person.is_erased
            return answers.done(
                "erased: nothing is sent" if is_erased else "omnistore: nothing to tell"
            )
        words = self._refusal(message)
        if words:
            return answers.dead(words)
        return answers.done(
            "omnistore: made one with another there"
            if message.customer_id in self.partners.merged
            else ""
        )

    def _refusal(self, message: Message) -> str:
        """Return Odoo's words to anything that the message speaks of; empty: it has it all."""
        if message.customer_id in self.partners.refused:
            return self.partners.refused[message.customer_id]
        refused: Mapping[UUID, str] = self.sales.refused | self.notes.refused
        spoken_of: Collection[UUID] = sales.order_ids([message]) | sales.return_ids([message])
        return next((refused[one] for one in spoken_of if one in refused), "")
