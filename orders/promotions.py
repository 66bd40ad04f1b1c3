"""
Promotions: what they took off a sale, and whether they still hold on what the customer keeps.

A promotion that no longer holds (rules.md 2.3) gives nothing for what is kept: what the kept units
still carry of it is kept back from the refund. The figure depends on what is kept alone, not on the
way there, and when nothing is kept it is zero: then all that was kept back is given back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from omnistore.money import included_tax, prorate
from orders.models import (
    Adjustment,
    CustomerReturn,
    Order,
    OrderLine,
    OrderPromotion,
    PromotionShare,
    Replacement,
)
from orders.units import with_returned

Kind = OrderPromotion.Kind


class MoreThanItCosts(ValueError):
    """A promotion took off more than its lines cost."""


@dataclass(frozen=True)
class Given:
    """
    A promotion as the till tells it; `amount` is what it took off, in minor units.

    `lines` are the positions of the lines it is for, from 1; none: all of them. A THRESHOLD has a
    `minimum`; of a BUNDLE's `bundle_units` only `bundle_paid` were paid.
    """

    code: str
    kind: str
    amount: int
    label: str = ""
    minimum: int = 0
    bundle_units: int = 0
    bundle_paid: int = 0
    lines: tuple[int, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether it has the condition of its kind, and took something off."""
        if self.kind == Kind.THRESHOLD:
            return self.amount > 0 and self.minimum > 0
        return self.amount > 0 and self.bundle_units > self.bundle_paid > 0


@dataclass(frozen=True)
class Recheck:
    """
    What an order's promotions keep back, in minor units of its currency.

    `due` is what they keep back once the units have left, `taken` what they have until now.
    """

    due: int
    due_tax: int
    taken: int
    taken_tax: int
    codes: tuple[str, ...]
    labels: tuple[str, ...]

    def tax_of(self, amount: int) -> int:
        """Return the tax within `amount` of what is due."""
        return self.due_tax * amount // self.due if self.due else 0


def shares_of(given: Sequence[Given], dues: Sequence[int]) -> list[list[int]]:
    """
    Return what each promotion takes off each line, `dues` being what the lines cost before.

    A promotion is shared by what those before it left of its lines.

    Raises:
        MoreThanItCosts: it took off more than that.
    """
    left = list(dues)
    answer: list[list[int]] = []
    for promotion in given:
        chosen = [
            rest if not promotion.lines or position in promotion.lines else 0
            for position, rest in enumerate(left, 1)
        ]
        if promotion.amount > sum(chosen):
            raise MoreThanItCosts(promotion.code)
        taken = prorate(promotion.amount, chosen)
        left = [rest - part for rest, part in zip(left, taken, strict=True)]
        answer.append(taken)
    return answer


def write(
    order: Order, lines: Sequence[OrderLine], given: Sequence[Given], taken: Sequence[Sequence[int]]
) -> None:
    """Write the promotions of a new order with their shares, as `shares_of` gave them."""
    rows = OrderPromotion.objects.bulk_create(
        OrderPromotion(
            order=order,
            position=position,
            code=promotion.code,
            label=promotion.label,
            kind=promotion.kind,
            minimum=promotion.minimum,
            bundle_units=promotion.bundle_units,
            bundle_paid=promotion.bundle_paid,
            amount=promotion.amount,
        )
        for position, promotion in enumerate(given, 1)
    )
    PromotionShare.objects.bulk_create(
        PromotionShare(promotion=row, order_line=line, amount=amount)
        for row, promotion, amounts in zip(rows, given, taken, strict=True)
        for line, amount in zip(lines, amounts, strict=True)
        if not promotion.lines or line.position in promotion.lines
    )


def known_on(lines: QuerySet[OrderLine]) -> QuerySet[OrderLine]:
    """Return lines that know whether a promotion stands on the order that was paid."""
    payer = Coalesce("paid_by_id", "order_id")
    given = OrderPromotion.objects.filter(order_id=OuterRef("payer"))
    return lines.annotate(payer=payer).annotate(payer_has_promotions=Exists(given))


def recheck(
    order_ids: Collection[UUID], leaving: Mapping[int, int], *, is_locked: bool = False
) -> dict[UUID, Recheck]:
    """
    Return what the orders' promotions keep back once `leaving` (order line id → units) have left.

    Units exchanged for the same article have not left. Orders without promotions are not in the
    answer. With `is_locked` two returns of one order are checked one after the other.
    """
    if is_locked:
        rows = Order.objects.select_for_update(no_key=True).filter(pk__in=order_ids)
        list(rows.order_by("pk").values_list("pk"))
    shares = PromotionShare.objects.filter(promotion__order_id__in=order_ids)
    by_promotion: dict[OrderPromotion, list[PromotionShare]] = defaultdict(list)
    for share in shares.select_related("promotion", "order_line").order_by("promotion__position"):
        by_promotion[share.promotion].append(share)
    kept, taken = _kept(order_ids, leaving), _taken(order_ids)
    return {
        order_id: _recheck(
            {row: parts for row, parts in by_promotion.items() if row.order_id == order_id},
            kept,
            *taken.get(order_id, (0, 0)),
        )
        for order_id in {row.order_id for row in by_promotion}
    }


def _recheck(
    promotions: Mapping[OrderPromotion, Sequence[PromotionShare]],
    kept: Mapping[int, int],
    taken: int,
    taken_tax: int,
) -> Recheck:
    due = due_tax = 0
    lost = []
    # What each line costs with the promotions so far taken away again.
    cost: dict[int, int] = {}
    for promotion, shares in promotions.items():
        carried = [_carried(share, kept.get(share.order_line_id, 0), cost) for share in shares]
        amount, tax = _lost(promotion, shares, kept, carried)
        due, due_tax = due + amount, due_tax + tax
        if amount:
            lost.append(promotion)
    named = lost or list(promotions)
    return Recheck(
        due=due,
        due_tax=due_tax,
        taken=taken,
        taken_tax=taken_tax,
        codes=tuple(row.code for row in named),
        labels=tuple(str(row) for row in named),
    )


def _lost(
    promotion: OrderPromotion,
    shares: Sequence[PromotionShare],
    kept: Mapping[int, int],
    carried: Sequence[int],
) -> tuple[int, int]:
    """Return what the kept units carry of the promotion and no longer deserve, and its tax."""
    whole = sum(carried)
    lost = max(whole - _deserved(promotion, shares, kept, whole), 0)
    if not lost:
        return 0, 0
    tax = sum(
        included_tax(amount, share.order_line.tax_rate)
        for share, amount in zip(shares, carried, strict=True)
    )
    return lost, tax * lost // whole


def _carried(share: PromotionShare, kept: int, cost: dict[int, int]) -> int:
    """Return what the kept units would cost more without the promotion, to the cent."""
    line = share.order_line
    paid = cost.get(line.pk, line.total)
    cost[line.pk] = paid + share.amount
    out = line.quantity - kept
    return share.amount - (cost[line.pk] * out // line.quantity - paid * out // line.quantity)


def _deserved(
    promotion: OrderPromotion,
    shares: Sequence[PromotionShare],
    kept: Mapping[int, int],
    whole: int,
) -> int:
    units = [(share.order_line, kept.get(share.order_line_id, 0)) for share in shares]
    if promotion.kind == Kind.THRESHOLD:
        worth = sum(_due(line) * count // line.quantity for line, count in units)
        return whole if worth >= promotion.minimum else 0
    bundles = sum(count for _line, count in units) // promotion.bundle_units
    return _cheapest(units, bundles * (promotion.bundle_units - promotion.bundle_paid))


def _cheapest(units: Iterable[tuple[OrderLine, int]], free: int) -> int:
    """Return what so many of the units cost before order discounts, the cheapest of them."""
    worth = 0
    for line, count in sorted(units, key=lambda pair: Fraction(_due(pair[0]), pair[0].quantity)):
        part = min(count, free)
        worth += _due(line) * part // line.quantity
        free -= part
    return worth


def _due(line: OrderLine) -> int:
    return line.quantity * line.unit_price - line.line_discount


def _kept(order_ids: Collection[UUID], leaving: Mapping[int, int]) -> dict[int, int]:
    """Return how many units of each line bought first are still with the customer, after all."""
    family = with_returned(
        OrderLine.objects.filter(Q(order_id__in=order_ids) | Q(paid_by_id__in=order_ids))
    )
    replaced = _replaced(order_ids)
    kept: dict[int, int] = defaultdict(int)
    for line in family:
        first: int | None = line.pk
        while first in replaced:
            first = replaced[first]
        if first is not None:
            kept[first] += line.quantity - line.returned_units - leaving.get(line.pk, 0)
    return kept


def _replaced(order_ids: Collection[UUID]) -> dict[int, int | None]:
    """Return which line each exchanged one stands for; None when it is another article."""
    rows = Replacement.objects.filter(order_line__paid_by_id__in=order_ids).values_list(
        "order_line_id",
        "return_line__order_line_id",
        "order_line__product__model",
        "return_line__product__model",
    )
    return {new: old if model == before else None for new, old, model, before in rows}


def _taken(order_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return what promotions have kept back of each order so far, and its tax."""
    rows = (
        Adjustment.objects.filter(order_id__in=order_ids, kind=Adjustment.Kind.PROMOTION)
        .exclude(customer_return__state__in=CustomerReturn.NOT_COUNTED)
        .values_list("order_id")
        .annotate(Sum("amount"), Sum("tax"))
    )
    return {order_id: (-amount, -tax) for order_id, amount, tax in rows}
