"""Telling Salesforce what somebody bought, brought back and has in the cart."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from omnistore.crm import links, sales
from omnistore.crm.models import Link
from omnistore.crm.salesforce import contacts, mapping
from omnistore.crm.salesforce.api import KEY, Api, Result
from omnistore.crm.salesforce.contacts import Place
from omnistore.crm.salesforce.mapping import Record
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Verdict
from omnistore.outbox.messages import Message
from omnistore.outbox.models import Connection
from orders.models import CustomerReturn, Order

# Facts that are an entry of their own in the customer's history.
HISTORY = {
    *("orders.refund.paid", "orders.refund.failed", "orders.refund.rerouted"),
    *("orders.exchange.made", "orders.return.cancelled"),
    *("orders.satisfaction.asked", "orders.satisfaction.answered"),
    *("orders.credit.issued", "orders.credit.used", "orders.credit.restored"),
    *("orders.withdrawal.declared",),
    *("customers.advertising.stopped", "customers.advertising.resumed"),
}
CART = "orders.cart.changed"


def tell(
    api: Api, messages: Sequence[Message], places: Mapping[UUID, Place], *, at: datetime
) -> dict[int, Answer]:
    """Write what the messages speak of, each record once; return their answers by delivery."""
    return _Telling(api, messages, places, at).run()


class _Telling:
    """The orders, returns and entries of one call; parents first."""

    def __init__(
        self, api: Api, messages: Sequence[Message], places: Mapping[UUID, Place], at: datetime
    ) -> None:
        self.api = api
        self.messages = messages
        self.places = places
        self.at = at
        # What was bought helps after the sale; for offers it is not passed on.
        purpose = api.connection.purpose
        self.with_articles = purpose == Connection.Purpose.SERVICE
        self.results: dict[str, Result] = {}

    def run(self) -> dict[int, Answer]:
        returned = sales.returns(sales.return_ids(self.messages))
        behind = {one.order_id for one in returned.values() if one.order_id}
        orders = sales.orders(sales.order_ids(self.messages) | behind)
        self._orders(orders.values())
        self._returns(returned.values())
        self._history()
        return {one.delivery_id: self._answer(one, returned) for one in self.messages}

    def _orders(self, orders: Iterable[Order]) -> None:
        records = [
            mapping.order(one, self._who(one.customer_id), with_articles=self.with_articles)
            for one in orders
            if self._is_told(one.customer_id)
        ]
        self._send(mapping.ORDER, records, Link.Kind.ORDER)

    def _returns(self, returned: Iterable[CustomerReturn]) -> None:
        records = [
            mapping.customer_return(
                one,
                self._who(one.customer_id),
                has_order=self._has(one.order_id),
                with_articles=self.with_articles,
            )
            for one in returned
            if self._is_told(one.customer_id)
        ]
        self._send(mapping.RETURN, records, Link.Kind.RETURN)

    def _history(self) -> None:
        carts = sales.carts(self.messages)
        records = [
            mapping.cart(kept, self._who(kept.customer_id), name=CART)
            for kept in carts.values()
            if self._is_told(kept.customer_id)
        ]
        records += [
            mapping.event(one, self._who(one.customer_id))
            for one in self.messages
            if one.name in HISTORY
        ]
        self._send(mapping.EVENT, records)

    def _is_told(self, customer_id: UUID | None) -> bool:
        """Whether he is one of those this call speaks of: what is another's is left alone."""
        return customer_id in self.places

    def _who(self, customer_id: UUID | None) -> Record:
        return self.places[customer_id].who if customer_id else {}

    def _has(self, order_id: UUID | None) -> bool:
        result = self.results.get(str(order_id))
        return result is not None and result.is_taken

    def _send(self, kind: str, records: list[Record], link_kind: str = "") -> None:
        said = self.api.upsert(kind, records)
        results = {record[KEY]: result for record, result in zip(records, said, strict=True)}
        self.results |= results
        taken = {UUID(key): result.id for key, result in results.items() if result.is_taken}
        if link_kind and taken:
            links.keep(self.api.connection, link_kind, taken, at=self.at)

    def _answer(self, message: Message, returned: Mapping[UUID, CustomerReturn]) -> Answer:
        """Return the first no to what the message speaks of; a yes when there is none."""
        results = [self.results[key] for key in _keys(message, returned) if key in self.results]
        refused = next((result for result in results if not result.is_taken), None)
        if refused is None:
            return results[-1].answer if results else answers.done("nothing to write")
        if (refused.lacks_parent or refused.is_gone) and message.customer_id:
            contacts.doubt(self.api, [message.customer_id])
            return Answer(Verdict.LATER, 400, f"{refused.code}: {refused.words}")
        return refused.answer


def _keys(message: Message, returned: Mapping[UUID, CustomerReturn]) -> list[str]:
    """Return our ids of the records that the message speaks of, parents first."""
    back = sales.return_ids([message])
    behind = {returned[one].order_id for one in back if one in returned}
    orders = sales.order_ids([message]) | {one for one in behind if one}
    carts = [message.payload["cart_id"]] if message.name == CART else []
    own = [*carts, str(message.event_id)]
    return [*map(str, sorted(orders)), *map(str, back), *own]
