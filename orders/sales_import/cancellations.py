"""The cancellations of a batch become returns: settled, with the refunds that were paid."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Max

from omnistore import money
from orders import numbers
from orders.models import CustomerReturn, Refund, RefundPlan, ReturnLine
from orders.sales_import.context import Context
from orders.sales_import.lines import Line
from orders.sales_import.purchases import Purchase
from orders.sales_import.rows import Row, insert, key, reserve

RETURN = (
    "id customer_id via_id store_id state goods source number number_key currency is_historical "
    "created_at submitted_at received_at settled_at"
)
LINE = (
    "customer_return_id order_line_id product_id sold_in_id restocked_in_id position units "
    "received_units amount tax"
)
PLAN = "id customer_return_id amount currency state agreed_at done_at"
REFUND = (
    "id plan_id payment_id tender amount currency position state idempotency_key created_at "
    "settled_at"
)


@dataclass(slots=True)
class Back:
    """A return the batch has lines of; `total` is what the batch adds to it."""

    id: str
    person_id: str | None
    plan_id: int
    # Not of another import.
    is_ours: bool = True
    # Its first line, when the batch begins the return.
    first: Line | None = None
    at: str = ""
    position: int = 0
    refunds_before: int = 0
    total: int = 0
    # Amounts by payment; None: which payment it was is not known.
    refunds: dict[int | None, int] = field(default_factory=lambda: defaultdict(int))


class Cancellations:
    """Collects the cancellation lines of a batch, then writes them."""

    def __init__(self, lines: list[Line], context: Context) -> None:
        self.context = context
        self.rows: list[Row] = []
        invoices = {line.invoice for line in lines}
        self.of = _known(invoices, context)
        self.plan_ids = iter(reserve(RefundPlan, len(invoices - self.of.keys())))

    def add(self, line: Line) -> None:
        """Put the line on its return, matched with what the customer bought before."""
        back = self.of.get(line.invoice) or self._begin(line)
        context = self.context
        context.check(line, is_ours=back.is_ours, person_id=back.person_id)
        back.at = back.at or line.placed_at
        product_id = context.articles[line.sku]
        pair = (back.person_id, product_id) if back.person_id else None
        parts = context.purchases.take(pair, line.units)
        _, paid, tax = context.paid(line)
        amounts = money.prorate(paid, [units for _, units in parts])
        taxes = money.prorate(tax, amounts)
        for (purchase, units), amount, share in zip(parts, amounts, taxes, strict=True):
            self.rows.append(self._line_row(back, product_id, purchase, units, amount, share))
            self._refund(back, purchase, amount)

    def write(self) -> None:
        """Insert the new returns with all lines, plans and refunds, and complete earlier ones."""
        new = [back for back in self.of.values() if back.first]
        insert(CustomerReturn, RETURN, list(self._return_rows(new)))
        insert(ReturnLine, LINE, self.rows)
        insert(RefundPlan, PLAN, list(self._plan_rows(new)))
        insert(Refund, REFUND, [row for back in self.of.values() for row in self._refunds(back)])
        _complete([back for back in self.of.values() if not back.first and back.total])

    def _begin(self, line: Line) -> Back:
        return_id = self.context.id_of("return", line.invoice)
        person_id = self.context.person(line).id
        back = Back(return_id, person_id, next(self.plan_ids), first=line)
        self.of[line.invoice] = back
        return back

    def _line_row(
        self, back: Back, product_id: int, bought: Purchase | None, units: int, *money: int
    ) -> Row:
        back.position += 1
        store_id = self.context.options.store_id
        return (
            *(back.id, bought and bought.line_id, product_id, bought and store_id, store_id),
            *(back.position, units, units, *money),
        )

    def _refund(self, back: Back, bought: Purchase | None, amount: int) -> None:
        """Give it back to the payment of the purchase as far as that goes (rules.md 2.4)."""
        back.total += amount
        if bought:
            captured = self.context.purchases.captured[bought.order_id]
            taken = captured.take(amount)
            back.refunds[captured.payment_id] += taken
            amount -= taken
        back.refunds[None] += amount

    def _return_rows(self, backs: list[Back]) -> Iterator[Row]:
        options = self.context.options
        state, goods = CustomerReturn.State.SETTLED.value, CustomerReturn.Goods.FULLY.value
        for back in backs:
            assert back.first
            number, via_id = back.first.invoice, self.context.person(back.first).identifier_id
            yield (
                *(back.id, back.person_id, via_id, options.store_id, state, goods),
                *(options.source, number, numbers.key(number), options.currency),
                *(options.is_historical, back.at, back.at, back.at, back.at),
            )

    def _plan_rows(self, backs: list[Back]) -> Iterator[Row]:
        currency, state = self.context.options.currency, RefundPlan.State.DONE.value
        for back in backs:
            yield (back.plan_id, back.id, back.total, currency, state, back.at, back.at)

    def _refunds(self, back: Back) -> Iterator[Row]:
        options = self.context.options
        paid = [(payment_id, amount) for payment_id, amount in back.refunds.items() if amount]
        for position, (payment_id, amount) in enumerate(paid, back.refunds_before + 1):
            yield (
                *(key("refund", back.id, position), back.plan_id, payment_id, options.tender),
                *(amount, options.currency, position, Refund.State.PAID.value),
                *(key("refund key", back.id, position), back.at, back.at),
            )


def _known(invoices: set[str], context: Context) -> dict[str, Back]:
    """Return the returns that are there already, with the place of their last line."""
    backs = CustomerReturn.objects.filter(
        source=context.options.source, number__in=invoices
    ).values_list(
        "number",
        "id",
        "customer_id",
        "refund_plan",
        Max("lines__position"),
        Count("refund_plan__refunds", distinct=True),
    )
    return {
        number: Back(
            id=pk.hex,
            person_id=person_id and person_id.hex,
            plan_id=plan_id or 0,
            is_ours=pk.hex == context.id_of("return", number),
            position=position or 0,
            refunds_before=refund_count,
        )
        for number, pk, person_id, plan_id, position, refund_count in backs
    }


def _complete(backs: list[Back]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE orders_refundplan SET amount = amount + %s WHERE id = %s",
            [(back.total, back.plan_id) for back in backs],
        )
