"""The return's screen says which rule decides, on what evidence, and who may overrule it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from orders.models import CustomerReturn, Order, PolicyVersion
from stores.models import Store
from tests.factories import LONG_AGO, make_customer, make_order, make_product

HTMX = {"HX-Request": "true"}


@pytest.fixture
def order(lyon: Store, recently: datetime) -> Order:
    """Three bags at 19,90 € bought in the shop five days ago."""
    bags = [(make_product(), 3, 1990)]
    return make_order(make_customer(), bags, channel="STORE", store=lyon, placed_at=recently)


def announced(*rules: dict[str, Any]) -> None:
    PolicyVersion.objects.create(version=1, rules=list(rules), start_at=LONG_AGO)


def chosen(counter: Client, order: Order, **said: str) -> str:
    line = order.lines.get()
    counter.post(f"/orders/{order.pk}/return/", {"line": line.pk})
    draft = CustomerReturn.objects.get()
    told = {"units": "1", "reason": "STYLE", "condition": "AS_NEW"} | said
    posted = {f"l{line.pk}-{name}": value for name, value in told.items()}
    answer = counter.post(f"/returns/{draft.pk}/choices/", posted, headers=HTMX)
    return answer.content.decode()


def test_rule_1_5_a_no_shows_its_rule_its_evidence_and_who_may_overrule(
    counter: Client, order: Order
) -> None:
    announced({"rule": "window", "days": 3, "level": "NOBODY"})
    key = f"l{order.lines.get().pk}"

    shown = chosen(counter, order)

    assert f'<details class="why" id="{key}-rule" open>' in shown
    assert "<dd>3</dd>" in shown
    assert shown.count("<dt>") >= 3


def test_rule_1_6_a_legal_right_shows_its_clock_and_what_the_shop_owes(
    counter: Client, order: Order
) -> None:
    announced({"rule": "price_limit", "amount": 1, "currency": "EUR", "level": "NOBODY"})

    shown = chosen(counter, order, reason="DEFECTIVE", condition="DAMAGED")

    today = now().date()
    assert 'class="why"' in shown
    assert "open>" not in shown[shown.index('class="why"') :].split("</details>")[0]
    # Days left of two years, and what is told to a human without holding anything up.
    assert f"<dd>{((today - timedelta(days=5)).replace(year=today.year + 2) - today).days}" in shown
    assert "0,01" in shown


def test_says_nothing_of_rules_before_it_is_said_why_it_comes_back(
    counter: Client, order: Order
) -> None:
    announced({"rule": "window", "days": 3, "level": "NOBODY"})

    assert 'class="why"' not in chosen(counter, order, reason="", condition="")


@pytest.mark.parametrize(("level", "is_his"), [("WAIVABLE", True), ("APPROVER", False)])
def test_what_the_clerk_may_waive_asks_him_first_why(
    counter: Client, order: Order, level: str, is_his: bool
) -> None:
    announced({"rule": "window", "days": 3, "level": level})

    shown = chosen(counter, order)

    field = f"l{order.lines.get().pk}-waiver"
    assert (f'href="#{field}"' in shown) == (f'id="{field}"' in shown) == is_his
    assert "/ask/" in shown
