"""Promotions are checked again on what the customer keeps; fees are lines of their own."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction

from omnistore.errors import Refused
from orders import checkout, quotes, returns
from orders.checkout import Place, Sale, SoldLine, Tendered
from orders.models import Adjustment, Order, PolicyVersion, Refund, ReturnLine, Tender
from orders.promotions import Given
from orders.quotes import Choice, Quote
from stores.models import Tablet
from tests.factories import LONG_AGO, NOON, make_policy, make_product

# Pinned: a query more is a decision.
QUOTE, TAKE = 5, 25
TWENTY_OFF = Given("WINTER", "THRESHOLD", 2000, label="20 € off from 100 €", minimum=10000)
THREE_FOR_TWO = Given("3F2", "BUNDLE", 1000, label="3 for 2", bundle_units=3, bundle_paid=2)


@pytest.fixture
def goods(tablet: Tablet) -> None:
    make_policy(days=30)
    for sku in ("A1", "B2", "C3", "D4"):
        make_product(sku)


def sold(
    tablet: Tablet,
    *lines: tuple[str, int, int],
    promotions: Sequence[Given] = (TWENTY_OFF,),
    **more: object,
) -> Order:
    """Return a store's order of (article, quantity, unit price), paid by card."""
    sale = Sale(
        source="till",
        number="1",
        channel="STORE",
        currency="EUR",
        placed_at=NOON,
        delivered_at=NOON,
        lines=[SoldLine(*line) for line in lines],
        tenders=[],
        promotions=tuple(promotions),
    )
    sale = replace(sale, **more)  # type: ignore[arg-type]
    sale = replace(sale, tenders=[Tendered(Tender.CARD, sale.total)])
    order, _ = checkout.record(sale=sale, place=Place(store=tablet.store), at=NOON)
    return order


def wanted(order: Order, **units: int) -> list[Choice]:
    lines = {line.product.sku: line.pk for line in order.lines.select_related("product")}
    return [
        Choice(lines[sku], count, reason="CHANGED_MIND", condition="AS_NEW")
        for sku, count in units.items()
    ]


def quoted(order: Order, **units: int) -> Quote:
    return quotes.draw_up(choices=wanted(order, **units), customer_id=None, now=NOON)


def bring_back(tablet: Tablet, order: Order, **units: int) -> int:
    """Bring the units back; return the refund."""
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
    returns.choose(draft=draft, choices=wanted(order, **units))
    taken = returns.take(draft=draft, at=NOON)
    return sum(Refund.objects.filter(plan__customer_return=taken).values_list("amount", flat=True))


def test_each_promotion_is_shared_by_what_its_lines_cost(goods: None, tablet: Tablet) -> None:
    only_first = replace(TWENTY_OFF, code="FIRST", amount=500, minimum=1, lines=(1,))

    order = sold(tablet, ("A1", 1, 9000), ("B2", 1, 3000), promotions=[TWENTY_OFF, only_first])

    first, second = order.lines.order_by("position")
    assert (first.order_discount, second.order_discount) == (1500 + 500, 500)
    assert [share.amount for share in first.promotion_shares.order_by("pk")] == [1500, 500]
    assert order.total == 9500


def test_rule_2_3_a_promotion_that_still_holds_keeps_nothing_back(
    goods: None, tablet: Tablet
) -> None:
    order = sold(tablet, ("A1", 1, 10000), ("B2", 1, 3000))

    quote = quoted(order, B2=1)

    assert quote.adjustments == []
    assert quote.refund_total == 3000 - 2000 * 3000 // 13000 - 1


def test_rule_2_3_the_effect_of_a_lost_promotion_is_shown_before_he_agrees(
    goods: None, tablet: Tablet
) -> None:
    order = sold(tablet, ("A1", 1, 9000), ("B2", 1, 3000))

    quote = quoted(order, A1=1)

    # He keeps the article of 30 €, which costs 30 € without the promotion, and paid 100 €.
    assert [(row.kind, row.amount) for row in quote.adjustments] == [("PROMOTION", -500)]
    assert quote.refund_total == 10000 - 3000 == 7000
    assert not Adjustment.objects.exists()
    assert bring_back(tablet, order, A1=1) == 7000
    assert Adjustment.objects.get().label == "20 € off from 100 €"


def test_rule_2_2_all_of_it_is_given_back_when_nothing_is_kept(goods: None, tablet: Tablet) -> None:
    order = sold(tablet, ("A1", 1, 9000), ("B2", 3, 1001))
    whole = order.total

    steps = [bring_back(tablet, order, **step) for step in ({"A1": 1}, {"B2": 1}, {"B2": 2})]

    assert sum(steps) == whole
    assert sum(row.amount for row in Adjustment.objects.all()) == 0
    assert sum(row.tax for row in Adjustment.objects.all()) == 0


def test_rule_2_2_the_same_units_give_the_same_sum_in_any_order(
    goods: None, tablet: Tablet
) -> None:
    order = sold(tablet, ("A1", 1, 7000), ("B2", 1, 4003), ("C3", 2, 1501), ("D4", 1, 999))
    at_once = quoted(order, A1=1, B2=1, C3=1).refund_total

    sums = set()
    for way in permutations(("A1", "B2", "C3")):
        with transaction.atomic():
            sums.add(sum(bring_back(tablet, order, **{sku: 1}) for sku in way))
            transaction.set_rollback(True)

    assert sums == {at_once}


def test_rule_2_3_a_return_never_costs_the_customer_money(goods: None, tablet: Tablet) -> None:
    """What could not be kept back of the cheap article is kept back of the next."""
    order = sold(tablet, ("A1", 1, 9500), ("B2", 1, 600))

    quote = quoted(order, B2=1)
    first = bring_back(tablet, order, B2=1)
    second = bring_back(tablet, order, A1=1)

    assert (quote.refund_total, quote.adjustments[0].later) == (0, 1881 - 481)
    assert first == 0
    assert first + second == order.total


def test_rule_2_3_three_for_two_holds_on_as_many_bundles_as_are_kept(
    goods: None, tablet: Tablet
) -> None:
    bundles = replace(THREE_FOR_TWO, amount=2000)
    order = sold(tablet, ("A1", 6, 1000), promotions=[bundles])

    # Four kept: one of them is still free, three are paid.
    assert quoted(order, A1=2).refund_total == 4000 - 3000
    # Two kept: none is free.
    assert quoted(order, A1=4).refund_total == 4000 - 2000
    assert bring_back(tablet, order, A1=5) + bring_back(tablet, order, A1=1) == 4000


def test_rule_2_3_the_cheapest_kept_unit_is_the_free_one(goods: None, tablet: Tablet) -> None:
    order = sold(tablet, ("A1", 2, 3000), ("B2", 2, 1000), promotions=[THREE_FOR_TWO])

    # Kept: 3000, 1000 and 1000, of which one of 1000 is free. Paid: 7000.
    assert quoted(order, A1=1).refund_total == 7000 - 4000 - _odd(order)


def _odd(order: Order) -> int:
    """What the kept units carry less of the promotion than they deserve stays as it was shared."""
    shares = {row.order_line.product.sku: row.amount for row in order.promotions.get().shares.all()}
    carried = shares["A1"] - shares["A1"] // 2 + shares["B2"]
    return 1000 - carried


def test_rule_1_6_a_withdrawal_pays_what_the_kept_goods_cost_without_the_promotion(
    goods: None, tablet: Tablet
) -> None:
    order = sold(tablet, ("A1", 1, 9000), ("B2", 1, 3000), channel="WEB")

    quote = quoted(order, A1=1)

    assert quote.lines[0].decision.right == ReturnLine.Right.WITHDRAWAL
    assert order.total - quote.refund_total == 3000


def test_what_is_exchanged_for_the_same_article_is_kept(goods: None, tablet: Tablet) -> None:
    order = sold(tablet, ("A1", 1, 9000), ("B2", 1, 3000))
    (choice,) = wanted(order, A1=1)
    product = order.lines.get(position=1).product_id
    choice = replace(choice, resolution="EXCHANGE", replacement_id=product)

    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
    returns.choose(draft=draft, choices=[choice])
    taken = returns.take(draft=draft, at=NOON)

    assert not Adjustment.objects.exists()
    assert quoted(order, B2=1).refund_total == 10000 - 9000
    assert quoted(taken.exchange.order, A1=1).refund_total == 10000 - 3000


# --- fees ----------------------------------------------------------------------------------------


def charge(**fee: object) -> None:
    PolicyVersion.objects.all().delete()
    rules = [{"rule": "window", "days": 30}, {"rule": "fee", "currency": "EUR"} | fee]
    PolicyVersion.objects.create(version=1, rules=rules, start_at=LONG_AGO)


def test_rule_2_2_a_fee_is_a_line_of_its_own(goods: None, tablet: Tablet) -> None:
    charge(amount=390)
    order = sold(tablet, ("A1", 1, 2000), promotions=[])

    quote = quoted(order, A1=1)

    assert quote.lines[0].amount == 2000
    assert [(row.kind, row.rule, row.amount) for row in quote.adjustments] == [("FEE", "fee", -390)]
    assert bring_back(tablet, order, A1=1) == 2000 - 390


def test_rule_1_6_a_legal_right_costs_no_fee(goods: None, tablet: Tablet) -> None:
    charge(amount=390)
    order = sold(tablet, ("A1", 1, 2000), promotions=[], channel="WEB")

    assert quoted(order, A1=1).refund_total == 2000


def test_a_fee_is_never_more_than_what_comes_back(goods: None, tablet: Tablet) -> None:
    charge(amount=390)
    order = sold(tablet, ("A1", 1, 100), promotions=[])

    assert quoted(order, A1=1).refund_total == 0
    assert bring_back(tablet, order, A1=1) == 0


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (replace(TWENTY_OFF, minimum=0), "no_such_promotion"),
        (replace(TWENTY_OFF, lines=(3,)), "no_such_promotion"),
        (replace(THREE_FOR_TWO, bundle_paid=3), "no_such_promotion"),
        (replace(TWENTY_OFF, amount=0), "no_such_promotion"),
        (replace(TWENTY_OFF, amount=3001, lines=(2,)), "discount_too_large"),
    ],
)
def test_refuses_a_promotion_that_cannot_be(
    goods: None, tablet: Tablet, given: Given, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        sold(tablet, ("A1", 1, 9000), ("B2", 1, 3000), promotions=[given])

    assert refusal.value.code == code
    assert not Order.objects.exists()


# --- what it costs -------------------------------------------------------------------------------


def test_quote_and_take_ask_the_database_a_fixed_number_of_times(
    goods: None, tablet: Tablet, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    """Whatever the number of lines."""
    order = sold(tablet, ("A1", 2, 2000), ("B2", 2, 3000), ("C3", 2, 500), promotions=[])
    one, all_three = {"A1": 1}, {"A1": 1, "B2": 1, "C3": 1}

    for units in (one, all_three):
        with django_assert_max_num_queries(QUOTE):
            quoted(order, **units)
        draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
        returns.choose(draft=draft, choices=wanted(order, **units))
        with django_assert_max_num_queries(TAKE):
            returns.take(draft=draft, at=NOON)
