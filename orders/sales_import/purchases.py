"""What the customers of some cancellations bought before, and what of it can still come back."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from orders.models import CustomerReturn, Payment, Refund
from orders.sales_import.rows import hex_of

# One query for all pairs: with the ORM it would fetch twenty times as many lines.
LEFT = """
WITH wanted (customer_id, product_id) AS (VALUES {wanted})
SELECT line.id, bought.customer_id, line.product_id, bought.id,
    line.quantity - COALESCE((
        SELECT SUM(back.units) FROM orders_returnline back
        JOIN orders_customerreturn taken ON taken.id = back.customer_return_id
        WHERE back.order_line_id = line.id AND taken.state NOT IN (%s, %s, %s)
    ), 0)
FROM wanted
JOIN orders_order bought ON bought.customer_id = wanted.customer_id AND bought.source = %s
JOIN orders_orderline line
    ON line.order_id = bought.id AND line.product_id = wanted.product_id
ORDER BY line.id
"""
# Customer (hex) and product.
Pair = tuple[str, int]


@dataclass(slots=True)
class Captured:
    """A payment, and how much of it was not given back yet (rules.md 2.4)."""

    payment_id: int
    left: int

    def take(self, amount: int) -> int:
        """Return how much of the amount this payment can give back, and note it."""
        taken = min(amount, self.left)
        self.left -= taken
        return taken


@dataclass(slots=True)
class Purchase:
    """A line of a sale with the units that are left."""

    line_id: int
    order_id: str
    left: int


class Purchases:
    """
    The purchases of the wanted pairs, in the order of the file.

    It begins with what the database has and goes on with what the batch adds.
    """

    def __init__(self, wanted: Iterable[Pair], *, source: str) -> None:
        self.source = source
        self.captured: dict[str, Captured] = {}
        self._of: dict[Pair, list[Purchase]] = {pair: [] for pair in wanted}
        if self._of:
            self._load()

    def add(self, pair: Pair, purchase: Purchase) -> None:
        """Note a purchase, when somebody will bring back such an article."""
        if pair in self._of:
            self._of[pair].append(purchase)

    def take(self, pair: Pair | None, units: int) -> list[tuple[Purchase | None, int]]:
        """Return whose units come back, newest purchase first; None for units of no purchase."""
        taken: list[tuple[Purchase | None, int]] = []
        bought = self._of[pair] if pair else []
        while units and bought:
            part = min(units, bought[-1].left)
            taken.append((bought[-1], part))
            units -= part
            bought[-1].left -= part
            if not bought[-1].left:
                bought.pop()
        return [*taken, (None, units)] if units else taken

    def _load(self) -> None:
        orders = set()
        for line_id, customer, product_id, order, left in _left(list(self._of), self.source):
            orders.add(order)
            self.add((customer, product_id), Purchase(line_id, order, left))
        self._load_payments(orders)

    def _load_payments(self, orders: set[str]) -> None:
        payments = Payment.objects.filter(order_id__in=orders)
        refunded: dict[int, int] = defaultdict(int)
        given_back = Refund.objects.filter(payment__order_id__in=orders, state__in=Refund.HOLDING)
        for payment_id, amount in given_back.values_list("payment_id", "amount"):
            refunded[payment_id or 0] += amount
        for pk, order_id, amount in payments.order_by("-pk").values_list(
            "pk", "order_id", "amount"
        ):
            self.captured[order_id.hex] = Captured(pk, max(amount - refunded[pk], 0))


def _left(pairs: list[Pair], source: str) -> list[tuple[int, str, int, str, int]]:
    """Return (line, customer, product, order, units left) of the pairs' purchases, oldest first."""
    uuid = "%s::uuid" if connection.vendor == "postgresql" else "%s"
    wanted = ", ".join([f"({uuid}, %s)"] * len(pairs))
    values = [value for pair in pairs for value in pair]
    with connection.cursor() as cursor:
        cursor.execute(LEFT.format(wanted=wanted), [*values, *CustomerReturn.NOT_COUNTED, source])
        found = cursor.fetchall()
    return [
        (line, hex_of(customer), product, hex_of(order), left)
        for line, customer, product, order, left in found
        if left > 0
    ]
