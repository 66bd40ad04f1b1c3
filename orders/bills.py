"""
Bills: an exchange as one document, credit − charges = difference (rules.md 2.7).

The same article in another size or colour stands at the price first paid; only what another
variant costs more today is charged. Another article costs what it costs today. What comes back
pays for it first, with the money of the orders that paid, in proportion; what is missing the
customer pays, what is left he receives.

Everything here only reckons: rows are read by `quotes` and written by `exchanges`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from omnistore.money import included_tax, pour, share
from orders.models import OrderLine, Product, Replacement

Fulfilment = Replacement.Fulfilment
# Whose payments money came from, or goes back to: an order's; None is the exchange's own.
Sources = dict[UUID | None, int]
Payer = TypeVar("Payer", UUID, UUID | None)


@dataclass(frozen=True)
class Wanted:
    """
    Units of an article that the customer takes instead.

    `from_store_id` is the store that has it when it is not this one; `is_in_hand` says that the
    clerk holds it, whatever the count says.
    """

    product_id: int
    units: int
    fulfilment: str = Fulfilment.HERE
    from_store_id: int | None = None
    is_in_hand: bool = False


@dataclass(frozen=True)
class Credit:
    """Units of an order line that come back: their worth, and whose payments it came from."""

    line: OrderLine
    units: int
    amount: int
    tax: int
    sources: Mapping[UUID, int]
    wanted: Sequence[Wanted] = ()
    is_exchange: bool = False


@dataclass(frozen=True)
class Charge:
    """What one article taken instead costs; `first` is the line whose price first paid stands."""

    wanted: Wanted
    product: Product
    order_line_id: int
    units: int
    unit_price: int
    amount: int
    tax: int
    tax_rate: Decimal
    first: OrderLine | None = None
    sources: Sources = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        return self.first is not None

    @property
    def taken(self) -> int:
        """The amount as it stands below the credit: taken off it."""
        return -self.amount

    @property
    def discount(self) -> int:
        """What the customer does not pay of today's price."""
        return max(self.unit_price * self.units - self.amount, 0)


@dataclass(frozen=True)
class Bill:
    """`due` is what goes back to the payments of each order; one of the last two is nothing."""

    credit: int
    adjustments: int
    charges: Sequence[Charge]
    due: Mapping[UUID, int]
    to_pay: int

    @property
    def charged(self) -> int:
        return sum(charge.amount for charge in self.charges)

    @property
    def refund(self) -> int:
        return sum(self.due.values())

    @property
    def difference(self) -> int:
        """What the customer receives, or pays when it is negative."""
        return self.credit + self.adjustments - self.charged


def kept_units(line: OrderLine, wanted: Iterable[Wanted], products: Mapping[int, Product]) -> int:
    """Return how many units the customer takes of the same article."""
    return sum(
        one.units
        for one in wanted
        if (new := products.get(one.product_id)) and new.model == line.product.model
    )


def instead(credits: Sequence[Credit], products: Mapping[int, Product]) -> list[int]:
    """Return how much of each credit pays for what is taken instead: the rest is paid out."""
    rows = [_of_line(credit, products) for credit in credits]
    owed = _owed(
        (charge for same, _, _ in rows for charge in same),
        (charge for _, others, _ in rows for charge in others),
    )
    left = [sum(rest.values()) for _, _, rest in rows]
    parts = spread(owed, left, [credit.is_exchange for credit in credits])
    return [
        credit.amount - rest + part for credit, rest, part in zip(credits, left, parts, strict=True)
    ]


def spread(owed: int, left: Sequence[int], is_first: Sequence[bool]) -> list[int]:
    """Return what each pays of what is owed: what is exchanged first, then the others."""
    parts = [0] * len(left)
    for turn in (True, False):
        room = [rest if first is turn else 0 for rest, first in zip(left, is_first, strict=True)]
        paid = min(owed, sum(room))
        owed -= paid
        parts = [part + more for part, more in zip(parts, pour(paid, room), strict=True)]
    return parts


def draw_up(
    credits: Sequence[Credit],
    products: Mapping[int, Product],
    adjusted: Mapping[UUID, int] | None = None,
) -> Bill:
    """
    Return the bill of what comes back and what is taken instead, in minor units.

    `adjusted` are fees and promotions, by the order whose payments they are kept back from.
    """
    pool: dict[UUID, int] = {}
    charges: list[Charge] = []
    bought: list[Charge] = []
    for credit in credits:
        same, others, left = _of_line(credit, products)
        charges += same
        bought += others
        for payer, amount in left.items():
            pool[payer] = pool.get(payer, 0) + amount
    missing = _adjust(pool, adjusted or {})
    paid, used, own = _spend(pool, _owed(charges, bought))
    settled = _settled(charges, bought, used)
    return Bill(
        credit=sum(credit.amount for credit in credits),
        adjustments=sum((adjusted or {}).values()),
        charges=settled,
        due={payer: amount for payer, amount in paid.items() if amount},
        to_pay=own + missing,
    )


def _of_line(
    credit: Credit, products: Mapping[int, Product]
) -> tuple[list[Charge], list[Charge], dict[UUID, int]]:
    """Return the same article at the price first paid, other ones, and the money left for them."""
    same: list[Charge] = []
    others: list[Charge] = []
    kept = poured = 0
    for wanted in credit.wanted:
        product = products[wanted.product_id]
        is_model = product.model == credit.line.product.model
        again = min(wanted.units, credit.units - kept) if is_model else 0
        if again:
            charge = _same(credit, wanted, product, kept, again)
            before, poured = (
                poured,
                poured + share(credit.amount, quantity=credit.units, before=kept, units=again),
            )
            for payer, part in _poured(credit.sources, before, poured).items():
                charge.sources[payer] = part
            same.append(charge)
            kept += again
        if more := wanted.units - again:
            others.append(_today(credit, wanted, product, more))
    gone = _poured(credit.sources, 0, poured)
    left = {payer: amount - gone.get(payer, 0) for payer, amount in credit.sources.items()}
    return same, others, left


def _same(credit: Credit, wanted: Wanted, product: Product, before: int, units: int) -> Charge:
    """Return the charge at the price first paid, and what a dearer variant costs more today."""
    part = {"quantity": credit.units, "before": before, "units": units}
    more = max(product.price - credit.line.product.price, 0) * units
    first = credit.line
    return Charge(
        wanted=wanted,
        product=product,
        order_line_id=first.pk,
        units=units,
        unit_price=first.unit_price + more // units,
        amount=share(credit.amount, **part) + more,
        tax=share(credit.tax, **part) + included_tax(more, first.tax_rate),
        tax_rate=first.tax_rate,
        first=first,
    )


def _today(credit: Credit, wanted: Wanted, product: Product, units: int) -> Charge:
    amount = product.price * units
    return Charge(
        wanted=wanted,
        product=product,
        order_line_id=credit.line.pk,
        units=units,
        unit_price=product.price,
        amount=amount,
        tax=included_tax(amount, product.tax_rate),
        tax_rate=product.tax_rate,
    )


def _adjust(pool: dict[UUID, int], adjusted: Mapping[UUID, int]) -> int:
    """Add what is kept back or given back to the pool; return what no credit is left for."""
    for order_id, amount in adjusted.items():
        pool[order_id] = pool.get(order_id, 0) + amount
    missing = -sum(amount for amount in pool.values() if amount < 0)
    for payer, amount in pool.items():
        pool[payer] = max(amount, 0)
    taken = min(missing, sum(pool.values()))
    payers = sorted(pool, key=str)
    for payer, part in zip(payers, pour(taken, [pool[payer] for payer in payers]), strict=True):
        pool[payer] -= part
    return missing - taken


def _owed(same: Iterable[Charge], bought: Iterable[Charge]) -> int:
    """Return what is charged beyond the price first paid."""
    dearer = sum(charge.amount - sum(charge.sources.values()) for charge in same)
    return dearer + sum(charge.amount for charge in bought)


def _spend(pool: Mapping[UUID, int], owed: int) -> tuple[dict[UUID, int], Sources, int]:
    """Return what is left of the pool, what pays for the charges, and the customer's own part."""
    payers = sorted(pool, key=str)
    spent = min(owed, sum(pool.values()))
    parts = dict(zip(payers, pour(spent, [pool[payer] for payer in payers]), strict=True))
    left = {payer: pool[payer] - parts[payer] for payer in payers}
    used: Sources = {payer: part for payer, part in parts.items() if part}
    if owed > spent:
        used[None] = owed - spent
    return left, used, owed - spent


def _settled(
    same: Iterable[Charge], bought: Iterable[Charge], used: Mapping[UUID | None, int]
) -> list[Charge]:
    """Return the charges, each with the money that pays for it; nothing is counted twice."""
    poured = 0
    charges = [*same, *bought]
    for charge in charges:
        before, poured = poured, poured + charge.amount - sum(charge.sources.values())
        for payer, amount in _poured(used, before, poured).items():
            charge.sources[payer] = charge.sources.get(payer, 0) + amount
    return charges


def _poured(sources: Mapping[Payer, int], before: int, after: int) -> dict[Payer, int]:
    """Return what the sources give between two levels, in proportion to what each holds."""
    weights = list(sources.values())
    low, high = pour(before, weights), pour(after, weights)
    parts = zip(sources, low, high, strict=True)
    return {payer: more - less for payer, less, more in parts if more != less}


def sources_of(
    line: OrderLine, contributions: Sequence[tuple[UUID, int]], *, units: int
) -> dict[UUID, int]:
    """
    Return whose payments the worth of so many units came from, after those that came back before.

    `contributions` are (order id, amount) of the whole line; none: all of it is its payer's.
    """
    before = line.returned_units
    low = line.total * before // line.quantity
    high = line.total * (before + units) // line.quantity
    if not contributions:
        return {line.payer_id: high - low}
    return _poured(dict(contributions), low, high)
