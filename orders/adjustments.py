"""
Adjustments: what stands beside the articles of a quote, fees and promotions that no longer hold.

Neither ever makes a return cost the customer money: a promotion that could keep back more than
comes back waits for what the order brings back next, a fee that could is the smaller.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from omnistore.money import included_tax
from orders import promotions
from orders.models import Adjustment, CustomerReturn, OrderLine, ReturnLine
from orders.policies import Fee
from orders.promotions import Recheck

Kind = Adjustment.Kind
# A legal right costs nothing (rules.md 1.6).
LEGAL = (ReturnLine.Right.WITHDRAWAL, ReturnLine.Right.CONFORMITY)


@dataclass(frozen=True)
class Adjusted:
    """
    One adjustment of a quote, added to what the customer gets back: negative keeps back.

    `later` is what the same promotions will keep back of what comes back next.
    """

    kind: str
    rule: str
    amount: int
    tax: int
    order_id: UUID
    label: str = ""
    order_line_id: int | None = None
    later: int = 0

    @property
    def is_fee(self) -> bool:
        return self.kind == Kind.FEE

    @property
    def gives_back(self) -> bool:
        return self.amount > 0


@dataclass(frozen=True)
class Credited:
    """
    Units that leave an order for money or for another article, and what they are worth.

    Units exchanged for the same article are not among them: the customer keeps what he bought.
    """

    line: OrderLine
    units: int
    amount: int
    right: str
    fees: Sequence[Fee] = ()


def of(credited: Sequence[Credited], *, is_locked: bool = False) -> list[Adjusted]:
    """Return the adjustments of these lines, order by order: promotions first, then fees."""
    credit: dict[UUID, int] = defaultdict(int)
    for row in credited:
        credit[row.line.payer_id] += row.amount
    with_promotions = {row.line.payer_id for row in credited if row.line.has_promotions}
    answer: list[Adjusted] = []
    if with_promotions:
        leaving = {row.line.pk: row.units for row in credited}
        checked = promotions.recheck(with_promotions, leaving, is_locked=is_locked)
        for order_id, check in sorted(checked.items()):
            answer += _promoted(order_id, check, credit)
    return answer + list(_fees(credited, credit))


def write(taken: CustomerReturn, adjusted: Iterable[Adjusted]) -> None:
    """Write the adjustments of a return that is taken."""
    Adjustment.objects.bulk_create(
        Adjustment(
            customer_return=taken,
            order_id=row.order_id,
            order_line_id=row.order_line_id,
            position=position,
            kind=row.kind,
            rule=row.rule[:200],
            label=row.label[:200],
            amount=row.amount,
            tax=row.tax,
        )
        for position, row in enumerate((row for row in adjusted if row.amount), 1)
    )


def by_order(adjusted: Iterable[Adjusted]) -> Mapping[UUID, int]:
    """Return what the adjustments add to each order's refund."""
    sums: dict[UUID, int] = defaultdict(int)
    for row in adjusted:
        sums[row.order_id] += row.amount
    return sums


def _promoted(order_id: UUID, check: Recheck, credit: dict[UUID, int]) -> Iterable[Adjusted]:
    """Yield what the order's promotions keep or give back now; `credit` is what is left for it."""
    now = max(check.taken - check.due, -credit[order_id])
    taken = check.taken - now
    later = max(check.due - taken, 0)
    if now or later:
        # What was kept back is no credit of these lines: a fee takes nothing of it.
        credit[order_id] += min(now, 0)
        yield Adjusted(
            kind=Kind.PROMOTION,
            rule=" ".join(check.codes),
            label=", ".join(check.labels),
            amount=now,
            tax=check.taken_tax - check.tax_of(taken),
            order_id=order_id,
            later=later,
        )


def _fees(credited: Sequence[Credited], credit: dict[UUID, int]) -> Iterable[Adjusted]:
    asked: set[str] = set()
    for row in credited:
        if row.right in LEGAL:
            continue
        order: UUID = row.line.payer_id
        for fee in row.fees:
            amount = min(fee.amount, credit[order])
            if amount <= 0 or (fee.is_per_return and fee.rule in asked):
                continue
            asked.add(fee.rule)
            credit[order] -= amount
            yield Adjusted(
                kind=Kind.FEE,
                rule=fee.rule,
                amount=-amount,
                tax=-included_tax(amount, row.line.tax_rate),
                order_id=order,
                order_line_id=None if fee.is_per_return else row.line.pk,
            )
