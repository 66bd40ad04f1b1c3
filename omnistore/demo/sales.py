"""
Gives the imported sales what the data set does not know: channel, store, receipt, tender.

All of it follows from the invoice's number, so that every demo shop is the same.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from customers.models import Identifier
from omnistore.demo.people import CAMILLE, THOMAS, ZOE, Person
from orders import numbers
from orders.models import (
    CustomerReturn,
    Order,
    OrderLine,
    Payment,
    Refund,
    ReturnLine,
    Tender,
)
from stores.models import Clerk, Register, Store

# Invoices of the data set begin above; what is left is a receipt's number.
FIRST_INVOICE = 536_000
PREFIX = {"WEB": "W-", "PHONE": "T-"}
CHANNELS = ("STORE", "WEB", "STORE", "WEB", "STORE", "STORE", "WEB", "STORE", "PHONE", "WEB")
IN_STORE = (Tender.CARD, Tender.CARD, Tender.CASH, Tender.CARD, Tender.GIFT_CARD)
AT_A_DISTANCE = (Tender.CARD, Tender.CARD, Tender.CARD, Tender.PAYPAL)
# One store sale in so many is paid by card and gift card together.
SPLIT_EVERY = 7
GIFT_CARD = 2_000
BROUGHT_BY = {"STORE": "CARD", "WEB": "EMAIL", "PHONE": "PHONE"}
REASONS = ("CHANGED_MIND", "DEFECTIVE", "STYLE", "NOT_AS_DESCRIBED", "COLOUR", "WRONG_ITEM")
CONDITIONS = {"DEFECTIVE": "DAMAGED", "NOT_AS_DESCRIBED": "OPENED", "WRONG_ITEM": "AS_NEW"}
TO = {"AS_NEW": "TO_SHELF", "OPENED": "TO_SHELF", "DAMAGED": "TO_DESTROY"}
RIGHTS = {"DEFECTIVE": "CONFORMITY", "NOT_AS_DESCRIBED": "CONFORMITY", "WRONG_ITEM": "CONFORMITY"}


class Dresser:
    """Dresses the sales of one source; `persons` are by the id of their customer, in hex."""

    def __init__(
        self, *, source: str, stores: dict[str, Store], persons: dict[str, Person], at: datetime
    ) -> None:
        self.source, self.stores, self.persons, self.at = source, stores, persons, at
        self.registers = {row.store_id: row for row in Register.objects.all()}
        self.clerks: dict[int, list[Clerk]] = defaultdict(list)
        for clerk in Clerk.objects.prefetch_related("stores").order_by("pk"):
            for store in clerk.stores.all():
                self.clerks[store.pk].append(clerk)
        self.via = self._identifiers()

    def dress(self) -> None:
        """Do it all."""
        orders = list(Order.objects.filter(source=self.source))
        invoices = {order.pk: int(order.number) for order in orders}
        for order in orders:
            self._sell(order, invoices[order.pk])
        fields = ["channel", "store", "register", "clerk", "via", "number", "number_key"]
        fields.append("delivered_at")
        Order.objects.bulk_update(orders, fields, batch_size=100)
        self._pay(orders, invoices)
        self._take_back()
        _make_final(orders)

    def _identifiers(self) -> dict[tuple[str, str], int]:
        held = Identifier.objects.filter(evidence__ended_at=None, evidence__isnull=False)
        rows = held.values_list("evidence__customer_id", "kind", "pk").order_by("-pk")
        return {(customer.hex, kind): pk for customer, kind, pk in rows}

    def _person(self, thing: Order | CustomerReturn) -> Person | None:
        return self.persons.get(thing.customer_id.hex) if thing.customer_id else None

    def _sell(self, order: Order, invoice: int) -> None:
        person = self._person(order)
        channel = "STORE" if person is None else CHANNELS[invoice % len(CHANNELS)]
        order.channel = person.channels.get(str(invoice), channel) if person else channel
        store = self._store(person, invoice)
        if order.channel == Order.Channel.STORE:
            order.store, order.register = store, self.registers[store.pk]
            order.clerk = self._clerk(store, invoice)
        order.number = _number(order.channel, store, invoice)
        order.number_key = numbers.key(order.number)
        order.delivered_at = self._delivered(order, person, invoice)
        if order.customer_id:
            key = (order.customer_id.hex, BROUGHT_BY[order.channel])
            order.via_id = self.via.get(key, order.via_id)

    def _store(self, person: Person | None, invoice: int) -> Store:
        code = person.store if person else ("lyo", "par")[invoice % 2]
        return self.stores[code]

    def _clerk(self, store: Store, invoice: int) -> Clerk:
        clerks = self.clerks[store.pk]
        return clerks[invoice % len(clerks)]

    def _delivered(self, order: Order, person: Person | None, invoice: int) -> datetime | None:
        if not order.is_at_a_distance:
            return order.placed_at
        days = 1 if person == CAMILLE else 2 + invoice % 2
        arrived = order.placed_at + timedelta(days=days)
        return arrived if arrived <= self.at else None

    def _pay(self, orders: list[Order], invoices: dict[UUID, int]) -> None:
        payments = {row.order_id: row for row in Payment.objects.filter(order__in=orders)}
        refunds = list(Refund.objects.filter(plan__customer_return__source=self.source))
        refunded = {refund.payment_id for refund in refunds}
        cards = []
        for order in orders:
            payment = payments[order.pk]
            _tender(payment, order, invoices[order.pk])
            if payment.pk not in refunded and self._is_split(order, invoices[order.pk]):
                cards.append(_gift_card(payment))
        Payment.objects.bulk_update(
            payments.values(), ["tender", "amount", "reference"], batch_size=100
        )
        Payment.objects.bulk_create(cards)
        by_id = {payment.pk: payment for payment in payments.values()}
        for refund in refunds:
            refund.tender = by_id[refund.payment_id].tender if refund.payment_id else Tender.CASH
        Refund.objects.bulk_update(refunds, ["tender"], batch_size=100)

    def _is_split(self, order: Order, invoice: int) -> bool:
        if order.channel != Order.Channel.STORE or order.total < 2 * GIFT_CARD:
            return False
        is_latest_of_zoe = self._person(order) == ZOE and str(invoice) in ZOE.channels
        return is_latest_of_zoe or invoice % SPLIT_EVERY == 0

    def _take_back(self) -> None:
        backs = list(CustomerReturn.objects.filter(source=self.source))
        for back in backs:
            invoice = int((back.number or "").removeprefix("C"))
            store = self._store(self._person(back), invoice)
            back.store, back.clerk = store, self._clerk(store, invoice)
            back.number = f"{store.code.upper()}-R{invoice - FIRST_INVOICE:06d}"
            back.number_key = numbers.key(back.number)
        fields = ["store", "clerk", "number", "number_key"]
        CustomerReturn.objects.bulk_update(backs, fields, batch_size=100)
        stores = {back.pk: back.store_id for back in backs}
        lines = ReturnLine.objects.filter(customer_return__in=backs)
        _explain(list(lines.select_related("order_line__order")), stores)


def _number(channel: str, store: Store, invoice: int) -> str:
    if channel in PREFIX:
        return f"{PREFIX[channel]}{invoice}"
    return f"{store.code.upper()}-{invoice - FIRST_INVOICE:06d}"


def _tender(payment: Payment, order: Order, invoice: int) -> None:
    tenders = AT_A_DISTANCE if order.is_at_a_distance else IN_STORE
    payment.tender = tenders[invoice % len(tenders)]
    if payment.tender == Tender.CARD:
        payment.reference = f"CB {invoice}"


def _gift_card(payment: Payment) -> Payment:
    """Move a part of the payment to a gift card, and return that."""
    payment.tender, payment.amount = Tender.CARD, payment.amount - GIFT_CARD
    return Payment(
        order_id=payment.order_id,
        tender=Tender.GIFT_CARD,
        amount=GIFT_CARD,
        captured_at=payment.captured_at,
    )


def _explain(lines: list[ReturnLine], stores: dict[UUID, int | None]) -> None:
    for line in lines:
        line.reason = REASONS[line.pk % len(REASONS)]
        line.condition = CONDITIONS.get(line.reason, "AS_NEW")
        line.disposition = TO[line.condition]
        line.right = RIGHTS.get(line.reason, "POLICY")
        line.restocked_in_id = stores[line.customer_return_id]
        if line.order_line:
            line.sold_in_id = line.order_line.order.store_id
    fields = ["reason", "condition", "disposition", "right", "sold_in", "restocked_in"]
    ReturnLine.objects.bulk_update(lines, fields, batch_size=50)


def _make_final(orders: Iterable[Order]) -> None:
    """Sell an article of Thomas's last order as final."""
    numbers_of = {f"LYO-{int(invoice) - FIRST_INVOICE:06d}" for invoice in THOMAS.channels}
    line = OrderLine.objects.filter(order__number__in=numbers_of).order_by("position").first()
    if line:
        OrderLine.objects.filter(pk=line.pk).update(is_final_sale=True)
