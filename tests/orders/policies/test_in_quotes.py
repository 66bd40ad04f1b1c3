"""The policy in a return: who may overrule what, and what is only told."""

from datetime import timedelta
from typing import Any

import pytest

from orders import quotes, returns
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
