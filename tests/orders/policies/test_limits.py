"""The limits of a whole return: they weigh gestures, and never hold up a legal right."""

from datetime import timedelta
from typing import Any

import pytest

from customers.models import Customer
from orders.models import CustomerReturn, Level, Order, PolicyVersion, ReturnLine
from orders.policies import Case, CaseLine, Decision, Earlier, PolicyBook, decide, weigh
from stores.models import Store
from tests.factories import LONG_AGO, NOON, make_customer, make_order, make_product

Right = ReturnLine.Right
WINDOW = {"rule": "window", "days": 30, "level": "WAIVABLE"}
PRICE = {"rule": "price_limit", "amount": 5000, "currency": "EUR", "level": "APPROVER"}
OFTEN = {"rule": "frequency", "returns": 2, "days": 90, "level": "APPROVER"}
CASH = {"rule": "cash_limit", "amount": 1000, "currency": "EUR", "level": "APPROVER"}
UNPROVEN = {
    **{"rule": "no_receipt", "look_back_days": 90, "returns": 2, "days": 365},
    **{"amount": 5000, "currency": "EUR", "level": "APPROVER"},
}
VIP = {"rule": "vip", "level": "APPROVER"}


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer()


@pytest.fixture
def order(camille: Customer, lyon: Store) -> Order:
    """Three bags at 19,90 €, bought in the shop of Lyon five days ago, in cash."""
    return make_order(
        camille,
        [(make_product(), 3, 1990)],
        channel="STORE",
        store=lyon,
        tenders={"CASH": 5970},
    )


def weighed(order: Order, *rules: dict[str, Any], amount: int = 1990, **case: Any) -> Decision:
    policy = PolicyVersion(version=1, rules=list(rules), start_at=LONG_AGO)
    line = order.lines.select_related("order", "product", "paid_by").get()
    granted = case.pop("granted", frozenset())
    said = {"reason": "STYLE", "condition": "AS_NEW", "now": case.get("now", NOON)}
    said |= case.pop("said", {})
    decision = decide(line, book=PolicyBook([policy]), granted=granted, **said)
    entry = CaseLine(
        *(line, decision, amount, policy, case.pop("taken", 0)),
        goes=lambda no: no.rule in granted,
    )
    given = {"currency": "EUR", "now": NOON, "customer_id": order.customer_id, "is_vip": False}
    return weigh(Case(lines=[entry], **given | case))[0]


def test_rule_1_5_above_the_price_limit_a_human_decides(order: Order) -> None:
    below = weighed(order, PRICE, amount=5000)
    above = weighed(order, PRICE, amount=5001)

    assert below.right == Right.POLICY
    assert (above.right, above.rule, above.level) == ("", "price_limit", Level.APPROVER)
    assert above.evidence == {"amount": 5001, "limit": 5000, "currency": "EUR"}


def test_two_small_returns_on_one_day_are_one_large_one(order: Order) -> None:
    before = [Earlier(at=NOON - timedelta(hours=2), refunded=4000)]
    yesterday = [Earlier(at=NOON - timedelta(hours=23), refunded=4000)]

    assert not weighed(order, PRICE, earlier=before).may_return
    assert weighed(order, PRICE, earlier=yesterday).may_return


def test_an_exchange_pays_nothing_back_and_passes_the_price_limit(order: Order) -> None:
    assert weighed(order, PRICE, amount=9000, taken=9000).may_return


def test_rule_1_5_a_granted_limit_leaves_the_right_as_it_was(order: Order) -> None:
    decision = weighed(order, PRICE, amount=9000, granted={"price_limit"})

    assert decision.right == Right.POLICY


def test_rule_1_5_more_returns_than_the_period_allows_need_a_human(order: Order) -> None:
    often = [Earlier(at=NOON - timedelta(days=days), refunded=1) for days in (1, 89)]
    rarely = [Earlier(at=NOON - timedelta(days=days), refunded=1) for days in (1, 91)]

    decision = weighed(order, OFTEN, earlier=often)

    assert (decision.rule, decision.evidence) == (
        "frequency",
        {"returns": 3, "most": 2, "days": 90},
    )
    assert weighed(order, OFTEN, earlier=rarely).may_return


def test_counts_earlier_returns_in_one_query_and_only_when_a_rule_asks(
    order: Order, camille: Customer, lyon: Store, django_assert_num_queries: Any
) -> None:
    def came_back(state: str, days: int = 3, **fields: Any) -> CustomerReturn:
        at = NOON - timedelta(days=days)
        serial = CustomerReturn.objects.count()
        return CustomerReturn.objects.create(
            customer=camille,
            store=lyon,
            state=state,
            number=f"R{serial}",
            currency="EUR",
            created_at=at,
            submitted_at=at,
            **fields,
        )

    for state in ("DRAFT", "REFUSED", "CANCELLED"):
        came_back(state)
    came_back("SETTLED", is_historical=True)
    came_back("SETTLED", days=91)
    came_back("SETTLED")
    own = came_back("REVIEW")

    with django_assert_num_queries(2):  # the line, the returns of before
        within = weighed(order, OFTEN, PRICE, return_id=own.pk)
    with django_assert_num_queries(1):
        weighed(order, WINDOW)

    assert within.may_return
    assert not weighed(order, OFTEN).may_return


def test_without_a_customer_the_returns_of_the_receipt_count(order: Order, lyon: Store) -> None:
    Order.objects.update(customer=None)
    order.refresh_from_db()
    line = order.lines.get()
    for number in range(2):
        back = CustomerReturn.objects.create(
            store=lyon,
            state="SETTLED",
            number=f"R{number}",
            currency="EUR",
            created_at=NOON,
            submitted_at=NOON - timedelta(days=1),
        )
        ReturnLine.objects.create(
            customer_return=back, order_line=line, product=line.product, position=1, units=1
        )

    assert weighed(order, OFTEN).rule == "frequency"


def test_cash_without_a_name_ends_at_the_limit(order: Order, camille: Customer) -> None:
    assert weighed(order, CASH).may_return

    Order.objects.update(customer=None)
    order.refresh_from_db()

    assert weighed(order, CASH).rule == "cash_limit"
    assert weighed(order, CASH, amount=1000).may_return
    assert weighed(order, CASH, taken=1990).may_return
    order.payments.update(tender="CARD")
    assert weighed(order, CASH).may_return


@pytest.mark.parametrize("limit", [PRICE, CASH])
def test_a_limit_in_another_currency_is_not_converted_and_a_human_decides(
    order: Order, limit: dict[str, Any]
) -> None:
    """Silently not applied, it would let through whatever it is there to stop."""
    Order.objects.update(customer=None)
    order.refresh_from_db()

    refunded = weighed(order, limit, currency="CHF", amount=1)
    swapped = weighed(order, limit, currency="CHF", amount=1, taken=1)
    by_right = weighed(order, limit, currency="CHF", amount=1, said={"reason": "DEFECTIVE"})

    assert (refunded.rule, refunded.level) == (limit["rule"], Level.APPROVER)
    assert refunded.evidence == {"limit": limit["amount"], "currency": "EUR"}
    assert "€" in refunded.sentence
    assert swapped.may_return
    assert by_right.right == Right.CONFORMITY


def test_money_in_another_currency_is_never_added_to_the_days(order: Order, lyon: Store) -> None:
    back = CustomerReturn.objects.create(
        customer=order.customer,
        store=lyon,
        state="SETTLED",
        number="R1",
        currency="CHF",
        created_at=NOON,
        submitted_at=NOON,
    )
    line = order.lines.get()
    ReturnLine.objects.create(
        customer_return=back, product=line.product, position=1, units=1, amount=90000
    )

    assert weighed(order, PRICE, amount=4000).may_return


def test_rule_1_6_limits_never_hold_up_a_legal_right_and_a_human_is_told(order: Order) -> None:
    often = [Earlier(at=NOON, refunded=90000) for _ in range(9)]
    limits = [rule | {"level": "NOBODY"} for rule in (PRICE, OFTEN, CASH)]

    decision = weighed(
        order, *limits, amount=9000, earlier=often, said={"reason": "DEFECTIVE"}, customer_id=None
    )

    assert decision.right == Right.CONFORMITY
    assert {notice.rule for notice in decision.notices} == {
        *("price_limit", "frequency", "cash_limit")
    }
    assert all(notice.sentence for notice in decision.notices)


def test_rule_1_5_what_a_clerk_could_waive_a_manager_grants_a_vip(order: Order) -> None:
    late = {"now": NOON + timedelta(days=60)}

    plain = weighed(order, WINDOW, VIP, **late)
    vip = weighed(order, WINDOW, VIP, is_vip=True, **late)
    waived = weighed(order, WINDOW, VIP, is_vip=True, granted={"window"}, **late)
    approved = weighed(order, WINDOW, VIP, is_vip=True, granted={"window", "vip"}, **late)

    assert plain.level == Level.WAIVABLE
    assert (vip.level, vip.rule) == (Level.APPROVER, "vip")
    assert waived.level == Level.APPROVER
    assert approved.right == Right.GESTURE


def test_a_vip_who_brings_back_in_time_needs_nobody(order: Order) -> None:
    assert weighed(order, WINDOW, VIP, is_vip=True).right == Right.POLICY


def test_whether_the_customer_is_a_vip_is_read_only_when_a_rule_asks(
    order: Order, camille: Customer
) -> None:
    camille.is_vip = True
    camille.save()

    decision = weighed(order, WINDOW, VIP, is_vip=None, now=NOON + timedelta(days=60))

    assert decision.rule == "vip"


def unproven(
    *, amount: int = 1990, earlier: list[Earlier] | None = None, customer: bool = True
) -> Decision:
    policy = PolicyVersion(version=1, rules=[UNPROVEN], start_at=LONG_AGO)
    yes = Decision(Right.POLICY, None, "ok", policy)
    entry = CaseLine(None, yes, amount, policy)
    who = make_customer().pk if customer else None
    case = Case([entry], currency="EUR", now=NOON, customer_id=who, earlier=earlier or [])
    return weigh(case)[0]


def test_rule_1_7_without_a_receipt_so_much_and_so_often_passes(db: None) -> None:
    twice = [Earlier(NOON - timedelta(days=300), 100, is_without_receipt=True)] * 2
    with_receipts = [Earlier(NOON - timedelta(days=30), 9000)] * 5

    assert unproven(earlier=with_receipts).may_return
    assert unproven(amount=5000).may_return
    assert unproven(amount=5001).rule == "no_receipt"
    assert unproven(amount=4801, earlier=twice[:1]).may_return
    assert unproven(amount=4901, earlier=twice[:1]).level == Level.APPROVER
    assert unproven(earlier=twice).evidence["returns"] == 3


def test_rule_1_7_without_a_receipt_and_without_a_name_a_human_decides(db: None) -> None:
    assert unproven(customer=False).rule == "no_receipt"
