"""Orders, returns and notes: written by our ids, then joined to whom and what they are about."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from omnistore.crm import links, sales
from omnistore.crm.hubspot import mapping
from omnistore.crm.hubspot.api import UNSAID, Api, Batch, Problem, Refused, later
from omnistore.crm.hubspot.schema import EVENT_ID, ORDER_ID, RETURN, RETURN_ID
from omnistore.crm.links import Kind
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Stopped
from omnistore.outbox.messages import Message
from omnistore.outbox.models import Connection
from orders.models import CustomerReturn, Order

Pairs = list[tuple[str, str]]


class Records:
    """What the messages of one call are about, beside the people."""

    def __init__(
        self, api: Api, connection: Connection, contact_ids: Mapping[UUID, str], *, at: datetime
    ) -> None:
        self.api = api
        self.connection = connection
        self.contact_ids = dict(contact_ids)
        self.at = at
        # Our id of an order, return or event → what HubSpot said against it.
        self.trouble: dict[str, Answer] = {}
        self.order_ids: dict[str, str] = {}

    def write(self, messages: Sequence[Message], *, return_type: str) -> None:
        """Write all that the messages speak of; returns only with a kind of record for them."""
        returns = sales.returns(sales.return_ids(messages)) if return_type else {}
        about = sales.order_ids(messages) | _orders_of(returns.values())
        self._write_orders(sales.orders(about))
        self._write_returns(return_type, returns)
        self._write_notes(messages)

    def hold_returns(self, messages: Sequence[Message]) -> None:
        """Send them later: what they are there was not found, and could not be made."""
        words = _("HubSpot has no records of the kind %(kind)s.") % {"kind": RETURN}
        self.trouble |= {str(one): later(words) for one in sales.return_ids(messages)}

    def answer_to(self, message: Message) -> Answer | None:
        """Return what was said against something the message is about."""
        about = [*sales.order_ids([message]), *sales.return_ids([message]), message.event_id]
        return next((self.trouble[str(one)] for one in about if str(one) in self.trouble), None)

    def _write_orders(self, orders: Mapping[UUID, Order]) -> None:
        wanted = {str(pk): mapping.order(row) for pk, row in orders.items()}
        self.order_ids = self._upsert("orders", ORDER_ID, wanted)
        self._keep(Kind.ORDER, self.order_ids)
        self._learn_contacts(row.customer_id for row in orders.values())
        self._join("orders", "contacts", self.order_ids, self._with_contact(orders.values()))

    def _write_returns(self, kind: str, returns: Mapping[UUID, CustomerReturn]) -> None:
        wanted = {str(pk): mapping.customer_return(row) for pk, row in returns.items()}
        there = self._upsert(kind, RETURN_ID, wanted)
        self._keep(Kind.RETURN, there)
        self._learn_contacts(row.customer_id for row in returns.values())
        self._join(kind, "contacts", there, self._with_contact(returns.values()))
        orders = [
            (str(row.pk), self.order_ids[str(order_id)])
            for row in returns.values()
            for order_id in sorted(_orders_of([row]))
            if str(order_id) in self.order_ids
        ]
        self._join(kind, "orders", there, orders)

    def _write_notes(self, messages: Sequence[Message]) -> None:
        noted = {str(one.event_id): one for one in messages if self._is_noted(one)}
        wanted = {event_id: mapping.note(one) for event_id, one in noted.items()}
        there = self._upsert("notes", EVENT_ID, wanted)
        pairs = [
            (event_id, self.contact_ids[one.customer_id])
            for event_id, one in noted.items()
            if one.customer_id
        ]
        self._join("notes", "contacts", there, pairs)

    def _is_noted(self, message: Message) -> bool:
        return message.customer_id in self.contact_ids and bool(mapping.note(message))

    def _upsert(
        self, kind: str, unique: str, wanted: Mapping[str, mapping.Values]
    ) -> dict[str, str]:
        """Write the records and return HubSpot's ids by ours."""
        if not wanted:
            return {}
        done = self._alone(kind, unique, wanted)
        there = done.by_trace(unique)
        for our_id in wanted:
            said = next((one for one in done.problems if our_id in one.about), None)
            if said or our_id not in there:
                self.trouble[our_id] = said.answer if said else answers.dead(UNSAID, 400)
        return there

    def _alone(self, kind: str, unique: str, wanted: Mapping[str, mapping.Values]) -> Batch:
        """Write them; a no to one that was sent by itself is about that one."""
        try:
            return self.api.upsert(kind, unique, wanted)
        except Refused as refusal:
            if len(wanted) > 1 or refusal.lacks_property:
                raise
            return Batch(problems=[Problem("", refusal.answer.words, frozenset(wanted))])

    def _with_contact(self, rows: Iterable[Order | CustomerReturn]) -> Pairs:
        """Return (our id, contact there) of those whose customer is known there."""
        return [
            (str(row.pk), self.contact_ids[row.customer_id])
            for row in rows
            if row.customer_id in self.contact_ids
        ]

    def _learn_contacts(self, customer_ids: Iterable[UUID | None]) -> None:
        """An order may be another customer's than the message is about."""
        missing = {one for one in customer_ids if one and one not in self.contact_ids}
        if missing:
            found = links.of(self.connection, Kind.CUSTOMER, missing)
            self.contact_ids |= {pk: link.remote_id for pk, link in found.items()}

    def _join(self, kind: str, to: str, there: Mapping[str, str], pairs: Pairs) -> None:
        """Join what was written to what it is about, which may be gone since: then later again."""
        wanted = [(there[our_id], other) for our_id, other in pairs if our_id in there]
        if not wanted:
            return
        try:
            problems = self.api.associate(kind, to, wanted).problems
        except Refused as refusal:
            if not refusal.is_gone:
                raise
            raise Stopped(later(refusal.answer.words)) from refusal
        ours = {remote_id: our_id for our_id, remote_id in there.items()}
        for problem in problems:
            about = problem.about & ours.keys() or frozenset(ours)
            self.trouble |= {ours[one]: later(problem.words) for one in about}

    def _keep(self, kind: str, there: Mapping[str, str]) -> None:
        remote_ids = {UUID(our_id): remote_id for our_id, remote_id in there.items()}
        links.keep(self.connection, kind, remote_ids, at=self.at)


def _orders_of(returns: Iterable[CustomerReturn]) -> set[UUID]:
    """Return the orders that the returns are about, exchanges included."""
    found = set()
    for row in returns:
        found |= {line.order_line.order_id for line in row.lines.all() if line.order_line}
        found |= {row.order_id} if row.order_id else set()
        exchange = getattr(row, "exchange", None)
        found |= {exchange.order_id} if exchange else set()
    return found
