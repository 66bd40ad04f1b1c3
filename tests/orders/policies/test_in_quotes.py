"""The policy in a return: who may overrule what, and what is only told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from orders import quotes, returns
from orders.bills import Wanted
from orders.models import CustomerReturn, Order, PolicyVersion, ReturnLine
from orders.quotes import Choice, Quote
from stores.models import Store, Tablet
from tests.factories import LONG_AGO, NOON, make_customer, make_order, make_product

PRICE = {"rule": "price_limit", "amount": 3000, "currency": "EUR", "level": "APPROVER"}
LATE = {"rule": "window", "days": 3, "level": "WAIVABLE"}
NEVER = {"rule": "window", "days": 3, "level": "NOBODY"}
FEE = {"rule": "fee", "percent": 10, "level": "WAIVABLE"}


def announced(*rules: dict[str, Any]) -> None:
    PolicyVersion.objects.create(version=1, rules=list(rules), start_at=LONG_AGO)


@pytest.fixture
def order(lyon: Store) -> Order:
    """Three bags at 19,90 € bought in the shop five days ago."""
    customer = make_customer()
    return make_order(customer, [(make_product(), 3, 1990)], channel="STORE", store=lyon)


def wants(order: Order, units: int = 1, **fields: Any) -> Choice:
    given = {"reason": "STYLE", "condition": "AS_NEW"} | fields
    return Choice(order.lines.get().pk, units, **given)


def quoted(order: Order, choice: Choice, **more: Any) -> Quote:
    return quotes.draw_up(choices=[choice], customer_id=order.customer_id, now=NOON, **more)


def take(order: Order, choice: Choice, tablet: Tablet, **more: Any) -> CustomerReturn:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
    returns.choose(draft=draft, choices=[choice])
    return returns.take(draft=draft, at=NOON, **more)


def test_rule_1_5_a_limit_waits_for_its_approver_and_the_grant_is_for_this_line(
    order: Order, tablet: Tablet
) -> None:
    announced(PRICE)
    line = order.lines.get()

    with pytest.raises(quotes.NotReturnable) as refused:
        take(order, wants(order, 2), tablet)
    elsewhere = quoted(order, wants(order, 2), grants={(line.pk + 1, "price_limit")})
    granted = quoted(order, wants(order, 2), grants={(line.pk, "price_limit")})

    assert refused.value.extra["level"] == "APPROVER"
    assert refused.value.extra["rule"] == "price_limit"
    assert not elsewhere.may_be_taken
    assert granted.may_be_taken
    assert granted.lines[0].decision.right == ReturnLine.Right.POLICY


def test_rule_1_5_a_thief_who_splits_a_return_meets_the_same_limit(
    order: Order, tablet: Tablet
) -> None:
    announced(PRICE)

    take(order, wants(order, 1), tablet)

    with pytest.raises(quotes.NotReturnable):
        take(order, wants(order, 1), tablet)


def test_rule_1_5_the_clerk_waives_what_he_may_and_nothing_else(order: Order) -> None:
    announced(LATE, PRICE)

    waived = quoted(order, wants(order, 1, waiver="He was ill."))
    too_much = quoted(order, wants(order, 2, waiver="He was ill."))

    assert waived.lines[0].decision.right == ReturnLine.Right.GESTURE
    assert [no.rule for no in too_much.lines[0].decision.objections] == ["price_limit"]


def test_rule_1_5_nobody_overrules_what_nobody_may(order: Order) -> None:
    announced(NEVER)
    line = order.lines.get()

    answer = quoted(order, wants(order, waiver="Please."), grants={(line.pk, "window")})

    assert not answer.may_be_taken


def test_a_fee_is_kept_back_until_it_is_waived(order: Order) -> None:
    announced(FEE)

    assert quoted(order, wants(order)).refund_total == 1990 - 199
    assert quoted(order, wants(order, waiver="Our mistake.")).refund_total == 1990


def test_rule_1_6_a_legal_right_above_every_limit_is_taken_and_told(
    order: Order, tablet: Tablet
) -> None:
    announced(PRICE, NEVER, FEE | {"level": "NOBODY"})

    answer = quoted(order, wants(order, 3, reason="DEFECTIVE", condition="DAMAGED"))
    taken = take(order, wants(order, 3, reason="DEFECTIVE", condition="DAMAGED"), tablet)

    assert answer.refund_total == 5970
    assert [notice.rule for notice in answer.lines[0].decision.notices] == ["price_limit"]
    assert taken.lines.get().right == ReturnLine.Right.CONFORMITY


def test_rule_1_4_the_policy_of_the_sale_decides_and_is_kept_on_the_line(
    order: Order, tablet: Tablet
) -> None:
    announced({"rule": "window", "days": 30, "level": "APPROVER"})
    PolicyVersion.objects.create(
        version=2, rules=[NEVER], start_at=order.placed_at + timedelta(minutes=1)
    )

    taken = take(order, wants(order), tablet)

    policy = taken.lines.get().policy
    assert policy is not None
    assert policy.version == 1


def swaps(order: Order, price: int, *, units: int = 1) -> Choice:
    """Bags back, one article at that price taken instead."""
    other = make_product(f"K{price}", price=price)
    return wants(order, units, resolution="EXCHANGE", replacements=(Wanted(other.pk, 1),))


def test_taking_a_trifle_in_exchange_does_not_save_the_fee(order: Order) -> None:
    announced(FEE)

    trifle = quoted(order, swaps(order, 90))
    even = quoted(order, swaps(order, 1990))
    dearer = quoted(order, swaps(order, 2500))

    # 10 % of the 19,00 € that are paid out, nothing of what is exchanged.
    assert trifle.refund_total == 1900 - 190
    assert (even.refund_total, even.to_pay, even.adjustment_total) == (0, 0, 0)
    assert (dearer.to_pay, dearer.adjustment_total) == (510, 0)


def test_the_same_article_taken_again_costs_no_fee_and_the_rest_does(order: Order) -> None:
    announced(FEE)
    bag = order.lines.get().product
    choice = wants(order, 3, resolution="EXCHANGE", replacements=(Wanted(bag.pk, 2),))

    assert quoted(order, choice).refund_total == 1990 - 199


def test_a_fixed_fee_counts_in_proportion_to_what_is_paid_out(order: Order) -> None:
    announced({"rule": "fee", "amount": 400, "currency": "EUR", "level": "WAIVABLE"})

    assert quoted(order, swaps(order, 995)).refund_total == 995 - 200


def test_rule_1_5_money_paid_out_in_an_exchange_counts_for_the_price_limit(
    order: Order, tablet: Tablet
) -> None:
    announced(PRICE)

    trifle = quoted(order, swaps(order, 90, units=2))
    even = quoted(order, swaps(order, 3980, units=2))
    take(order, swaps(order, 91, units=1), tablet)
    later = quoted(order, swaps(order, 92, units=1))

    assert trifle.lines[0].decision.rule == "price_limit"
    assert trifle.lines[0].decision.evidence["amount"] == 3980 - 90
    assert even.may_be_taken
    assert later.lines[0].decision.evidence["amount"] == 1899 + 1898


def test_what_several_articles_are_exchanged_for_is_paid_by_all_of_them(
    order: Order, lyon: Store
) -> None:
    announced(FEE)
    more = make_order(
        order.customer, [(make_product("22423"), 1, 1000)], channel="STORE", store=lyon
    )
    second = Choice(more.lines.get().pk, 1, "STYLE", "AS_NEW")

    exchanged = quotes.draw_up(
        choices=[swaps(order, 2990), replace(second, resolution="EXCHANGE")],
        customer_id=order.customer_id,
        now=NOON,
    )
    beside = quotes.draw_up(
        choices=[swaps(order, 1990), second], customer_id=order.customer_id, now=NOON
    )

    assert (exchanged.adjustment_total, exchanged.to_pay) == (0, 0)
    assert beside.refund_total == 1000 - 100
