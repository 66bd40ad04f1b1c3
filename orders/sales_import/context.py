"""What the sales and the returns of one batch both need to know."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from omnistore import money
from orders.sales_import.lines import Line, NotASale, Reason
from orders.sales_import.options import Options
from orders.sales_import.people import Person
from orders.sales_import.purchases import Purchases
from orders.sales_import.rows import key


@dataclass(frozen=True)
class Context:
    """
    The batch's people by number, products by article number, and purchases.

    `import_key` makes the ids of orders and returns, so that one of another import is recognised.
    """

    options: Options
    import_key: str
    people: dict[str, Person]
    articles: dict[str, int]
    purchases: Purchases

    def person(self, line: Line) -> Person:
        """Return who bought or brought back."""
        return self.people[line.customer]

    def id_of(self, kind: str, invoice: str) -> str:
        """Return the id of the order or return that this import makes of the invoice."""
        return key(kind, self.import_key, invoice)

    def check(self, line: Line, *, is_ours: bool, person_id: str | None) -> None:
        """Refuse a line of an invoice that another import brought, or of another customer."""
        if not is_ours:
            raise NotASale(Reason.ALREADY_IMPORTED)
        if person_id != self.person(line).id:
            raise NotASale(Reason.OTHER_CUSTOMER)

    def paid(self, line: Line) -> tuple[int, int, int]:
        """Return the line's discount, what was paid for it, and the tax within."""
        discount = rounded(line.gross * self.options.discount) if self.options.discount else 0
        paid = line.gross - discount
        return discount, paid, tax_within(paid, self.options.tax_rate)


@lru_cache(65_536)
def tax_within(paid: int, rate: Decimal) -> int:
    """Return the tax within an amount, remembered: amounts repeat."""
    return money.included_tax(paid, rate)


def rounded(amount: Decimal) -> int:
    """Return the amount without decimals, half to even."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
