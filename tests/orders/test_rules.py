"""Rules of the trade that no other file asserts whole; docs/returns/README.md lists all of them."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import translation

from omnistore.money import to_decimal, to_minor
from orders import dispositions, quotes, returns, screens
from orders.bills import Wanted
from orders.models import (
    CustomerReturn,
    Exchange,
    Order,
    PolicyVersion,
    Product,
    Refund,
    ReturnLine,
)
from orders.quotes import Choice
from stores.models import Store, Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product

Reason, Condition = ReturnLine.Reason, ReturnLine.Condition
FEE = {"rule": "fee", "percent": 10, "level": "NOBODY"}


@pytest.fixture
def order(lyon: Store) -> Order:
    """Five bags at 20 € bought in the shop five days ago, by card."""
    make_policy()
    return make_order(make_customer(), [(make_product(), 5, 2000)], channel="STORE", store=lyon)


def wants(order: Order, units: int = 1, **fields: Any) -> Choice:
    given = {"reason": "STYLE", "condition": "AS_NEW"} | fields
    return Choice(order.lines.get().pk, units, **given)


def draft_of(order: Order, tablet: Tablet, choice: Choice) -> CustomerReturn:
    draft = returns.begin(
        order=order, store=tablet.store, tablet=tablet, clerk=tablet.clerk, at=NOON
    )
    returns.choose(draft=draft, choices=[choice])
    return draft


def left(order: Order) -> int:
    return quotes.lines_for([wants(order)])[order.lines.get().pk].left_units


@pytest.mark.parametrize(
    ("state", "is_counted"),
    [
        *((state, False) for state in ("DRAFT", "REFUSED", "CANCELLED")),
        *(
            (state, True)
            for state in ("SUBMITTED", "ACCEPTED", "REVIEW", "RECEIVED", "SETTLED", "CLOSED")
        ),
    ],
)
def test_rule_1_1_units_of_every_return_count_but_of_those_that_came_to_nothing(
    order: Order, tablet: Tablet, state: str, is_counted: bool
) -> None:
    draft = draft_of(order, tablet, wants(order, 2))
    CustomerReturn.objects.filter(pk=draft.pk).update(state=state, number="R1")

    assert left(order) == (3 if is_counted else 5)


def test_rule_1_1_what_was_not_handed_over_or_is_written_off_does_not_come_back(
    order: Order, tablet: Tablet
) -> None:
    order.lines.update(handed_over=4, written_off=1)
    first = draft_of(order, tablet, wants(order, 3))

    assert left(order) == 3
    returns.take(draft=first, at=NOON)
    assert left(order) == 0
    order.lines.update(written_off=2)
    assert left(order) == 0


def test_rule_1_1_two_valid_claims_both_win_and_a_third_on_nothing_loses(
    order: Order, tablet: Tablet
) -> None:
    """At once on PostgreSQL: tests/races/test_returns.py."""
    drafts = [draft_of(order, tablet, wants(order, units)) for units in (2, 3, 1)]

    won = [returns.take(draft=draft, at=NOON) for draft in drafts[:2]]

    assert [taken.lines.get().units for taken in won] == [2, 3]
    with pytest.raises(quotes.AllCameBack):
        returns.take(draft=drafts[2], at=NOON)


def test_rule_1_2_reason_and_condition_are_two_fields_with_the_trades_words() -> None:
    assert set(Reason.values) == {
        *("TOO_SMALL", "TOO_LARGE", "WRONG_ITEM", "NOT_AS_DESCRIBED", "DEFECTIVE", "STYLE"),
        *("COLOUR", "CHANGED_MIND", "ARRIVED_LATE", "OTHER"),
    }
    assert set(Condition.values) == {"AS_NEW", "OPENED", "DAMAGED", "SOILED", "INCOMPLETE"}


def test_rule_1_2_the_reason_decides_right_and_cost_whatever_the_condition(order: Order) -> None:
    PolicyVersion.objects.update(rules=[FEE])

    def answered(reason: str, condition: str) -> tuple[str, int]:
        choice = wants(order, reason=reason, condition=condition)
        quote = quotes.draw_up(choices=[choice], customer_id=order.customer_id, now=NOON)
        return quote.lines[0].decision.right, quote.refund_total

    for condition in Condition.values:
        assert answered("DEFECTIVE", condition) == ("CONFORMITY", 2000)
        assert answered("STYLE", condition) == ("POLICY", 1800)


def test_rule_1_2_the_condition_decides_the_stock_whatever_the_right() -> None:
    """What does not work is the one reason that speaks of the goods themselves."""
    for reason in set(Reason.values) - {"DEFECTIVE"}:
        places = {condition: dispositions.of(condition, reason) for condition in Condition.values}
        assert {name for name, place in places.items() if place == "TO_SHELF"} == {
            *("AS_NEW", "OPENED"),
        }


def test_rule_1_3_what_is_settled_has_its_three_stores(order: Order, tablet: Tablet) -> None:
    taken = returns.take(draft=draft_of(order, tablet, wants(order)), at=NOON)

    line = taken.lines.get()
    assert (line.sold_in, taken.store, line.restocked_in) == (tablet.store,) * 3


def test_rule_1_6_neither_vip_nor_fee_nor_final_sale_touches_a_legal_right(
    order: Order, tablet: Tablet
) -> None:
    never = [{"rule": "window", "days": 1, "level": "NOBODY"}, FEE]
    never += [{"rule": "final_sale", "level": "NOBODY"}, {"rule": "vip", "level": "APPROVER"}]
    PolicyVersion.objects.update(rules=never)
    order.lines.update(is_final_sale=True)
    type(order.customer).objects.update(is_vip=True)  # type: ignore[union-attr]

    choice = wants(order, reason="DEFECTIVE", condition="DAMAGED")
    taken = returns.take(draft=draft_of(order, tablet, choice), at=NOON)

    assert taken.lines.get().right == "CONFORMITY"
    assert Refund.objects.get().amount == 2000


def test_rule_2_1_no_amount_is_a_float() -> None:
    fields = [
        field
        for model in apps.get_models()
        if model._meta.app_label in ("orders", "customers", "stores")
        for field in model._meta.get_fields()
    ]
    worth = {"amount", "total", "tax", "price", "unit_price", "gross", "credit", "charges"}

    assert not [field for field in fields if isinstance(field, models.FloatField)]
    kept = [field for field in fields if field.name in worth and not field.is_relation]
    assert len(kept) > 10
    assert all(isinstance(field, models.IntegerField) for field in kept)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("19.90", "EUR", 1990), ("1990", "JPY", 1990), ("1.990", "TND", 1990)],
)
def test_rule_2_1_an_amount_has_the_exponent_of_its_currency(
    amount: str, currency: str, minor: int
) -> None:
    assert to_minor(Decimal(amount), currency) == minor
    assert str(to_decimal(minor, currency)) == amount


def test_rule_2_2_the_tax_comes_back_as_it_was_charged_in_any_steps(
    order: Order, tablet: Tablet
) -> None:
    order.lines.update(total=9999, tax=1667)

    for units in (1, 3, 1):
        returns.take(draft=draft_of(order, tablet, wants(order, units)), at=NOON)

    rows = ReturnLine.objects.filter(customer_return__number__isnull=False)
    assert sum(row.amount for row in rows) == 9999
    assert sum(row.tax for row in rows) == 1667


def test_rule_2_5_two_equal_partial_refunds_are_two_actions_of_two_drafts(
    order: Order, tablet: Tablet
) -> None:
    drafts = [draft_of(order, tablet, wants(order)) for _ in range(2)]

    taken = [returns.take(draft=draft, at=NOON) for draft in (*drafts, *drafts)]

    assert len({one.pk for one in taken}) == len({one.number for one in taken}) == 2
    assert [refund.amount for refund in Refund.objects.all()] == [2000, 2000]
    assert len(set(Refund.objects.values_list("pk", flat=True))) == 2


@pytest.mark.parametrize(
    ("price", "words", "difference"),
    [
        (2000, "Exchange", 0),
        (3200, "Customer pays €12.00", -1200),
        (1200, "Exchange and refund €8.00", 800),
        (None, "Refund €20.00", None),
    ],
)
def test_rule_2_7_the_sign_of_the_difference_names_the_main_button(
    order: Order, tablet: Tablet, price: int | None, words: str, difference: int | None
) -> None:
    choice = wants(order)
    if price is not None:
        other = make_product("22423", price=price)
        choice = wants(order, resolution="EXCHANGE", replacements=(Wanted(other.pk, 1),))
    draft = draft_of(order, tablet, choice)

    with translation.override("en"):
        assert screens.draft_screen(draft, now=NOON).action == words
    if difference is not None and difference >= 0:
        returns.take(draft=draft, at=NOON)
        made = Exchange.objects.get()
        assert made.credit + made.adjustments - made.charges == made.difference == difference


def test_rule_2_7_another_size_costs_no_difference(order: Order, tablet: Tablet) -> None:
    size = make_product("85099B-L", price=2000)
    Product.objects.update(model="85099", price=2900)

    choice = wants(order, resolution="EXCHANGE", replacements=(Wanted(size.pk, 1),))
    returns.take(draft=draft_of(order, tablet, choice), at=NOON)

    assert Exchange.objects.get().difference == 0


def test_every_rule_is_listed_with_tests_that_are_there() -> None:
    listed = (settings.BASE_DIR / "docs/returns/README.md").read_text("utf-8")
    tests = "\n".join(
        path.read_text("utf-8") for path in (settings.BASE_DIR / "tests").rglob("test_*.py")
    )

    rules = [*(f"1.{number}" for number in range(1, 10)), *(f"2.{n}" for n in range(1, 11))]
    rows = {rule: line for line in listed.splitlines() for rule in rules if f"| {rule} |" in line}
    assert list(rows) == rules
    for row in rows.values():
        named = re.findall(r"`(test_\w+)`", row)
        assert named
        assert [name for name in named if f"def {name}(" not in tests] == []
