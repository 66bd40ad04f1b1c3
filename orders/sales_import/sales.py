"""The orders of a batch: new ones, and lines that come late for an earlier batch's."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max, Min

from orders import numbers
from orders.models import Order, OrderLine, Payment
from orders.sales_import.context import Context
from orders.sales_import.lines import Line
from orders.sales_import.purchases import Captured, Purchase
from orders.sales_import.rows import Row, insert, reserve

ORDER = (
    "id customer_id via_id store_id channel source number number_key currency total tax "
    "is_historical placed_at delivered_at"
)
LINE = (
    "id order_id product_id position quantity handed_over unit_price line_discount total tax "
    "tax_rate"
)
PAYMENT = "id order_id tender amount captured_at"


@dataclass(slots=True)
class Sale:
    """An order the batch has lines of; `total` and `tax` are what the batch adds to it."""

    id: str
    person_id: str | None
    payment_id: int
    # Not of another import.
    is_ours: bool = True
    # Its first line, when the batch begins the order.
    first: Line | None = None
    position: int = 0
    total: int = 0
    tax: int = 0


class Sales:
    """Collects the sale lines of a batch, then writes them."""

    def __init__(self, lines: list[Line], context: Context) -> None:
        self.context = context
        self.rows: list[Row] = []
        numbers_sold = {line.invoice for line in lines}
        self.of = _known(numbers_sold, context)
        self.line_ids = iter(reserve(OrderLine, len(lines)))
        self.payment_ids = iter(reserve(Payment, len(numbers_sold - self.of.keys())))

    def add(self, line: Line) -> None:
        """Put the line on its order."""
        sale = self.of.get(line.invoice) or self._begin(line)
        context = self.context
        context.check(line, is_ours=sale.is_ours, person_id=sale.person_id)
        discount, paid, tax = context.paid(line)
        sale.position += 1
        sale.total += paid
        sale.tax += tax
        line_id, product_id = next(self.line_ids), context.articles[line.sku]
        units, rate = line.units, str(context.options.tax_rate)
        self.rows.append(
            (
                *(line_id, sale.id, product_id, sale.position, units, units),
                *(line.unit_price, discount, paid, tax, rate),
            )
        )
        self._remember(sale, product_id, paid, Purchase(line_id, sale.id, units))

    def write(self) -> None:
        """Insert the new orders with all lines and payments, and complete the earlier ones."""
        new = [sale for sale in self.of.values() if sale.first]
        insert(Order, ORDER, list(self._order_rows(new)))
        insert(OrderLine, LINE, self.rows)
        insert(Payment, PAYMENT, list(self._payment_rows(new)))
        _complete([sale for sale in self.of.values() if not sale.first and sale.total])

    def _begin(self, line: Line) -> Sale:
        order_id = self.context.id_of("order", line.invoice)
        person_id = self.context.person(line).id
        sale = Sale(order_id, person_id, next(self.payment_ids), first=line)
        self.of[line.invoice] = sale
        self.context.purchases.captured[sale.id] = Captured(sale.payment_id, 0)
        return sale

    def _remember(self, sale: Sale, product_id: int, paid: int, purchase: Purchase) -> None:
        captured = self.context.purchases.captured
        captured.setdefault(sale.id, Captured(sale.payment_id, 0)).left += paid
        if sale.person_id:
            self.context.purchases.add((sale.person_id, product_id), purchase)

    def _order_rows(self, sales: list[Sale]) -> Iterator[Row]:
        options = self.context.options
        for sale in sales:
            assert sale.first
            number, via_id = sale.first.invoice, self.context.person(sale.first).identifier_id
            yield (
                *(sale.id, sale.person_id, via_id, options.store_id),
                *(options.channel, options.source, number, numbers.key(number)),
                *(options.currency, sale.total, sale.tax),
                *(options.is_historical, sale.first.placed_at, sale.first.delivered_at),
            )

    def _payment_rows(self, sales: list[Sale]) -> Iterator[Row]:
        tender = self.context.options.tender
        for sale in sales:
            assert sale.first
            yield (sale.payment_id, sale.id, tender, sale.total, sale.first.placed_at)


def _known(invoices: set[str], context: Context) -> dict[str, Sale]:
    """Return the orders that are there already, with the place of their last line."""
    orders = Order.objects.filter(source=context.options.source, number__in=invoices).values_list(
        "number", "id", "customer_id", Min("payments"), Max("lines__position")
    )
    return {
        number: Sale(
            id=pk.hex,
            person_id=person_id and person_id.hex,
            payment_id=payment_id or 0,
            is_ours=pk.hex == context.id_of("order", number),
            position=position or 0,
        )
        for number, pk, person_id, payment_id, position in orders
    }


def _complete(sales: list[Sale]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE orders_order SET total = total + %s, tax = tax + %s WHERE id = %s",
            [(sale.total, sale.tax, sale.id) for sale in sales],
        )
        cursor.executemany(
            "UPDATE orders_payment SET amount = amount + %s WHERE id = %s",
            [(sale.total, sale.payment_id) for sale in sales],
        )
