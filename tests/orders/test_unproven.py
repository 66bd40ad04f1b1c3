"""Without a receipt: a known customer, the lowest recent price, store credit, limits."""

from datetime import timedelta

import pytest

from customers.models import Customer
from omnistore.errors import Refused
from orders import prices, unproven
from orders.models import (
    CreditAccount,
    CustomerReturn,
    PolicyVersion,
    Product,
    Reception,
    Refund,
    Tender,
)
from orders.unproven import Wanted
from stores.models import Clerk, Store
from tests.factories import LONG_AGO, NOON, make_customer, make_product

RULE = {
    **{"rule": "no_receipt", "look_back_days": 90, "returns": 2, "days": 365},
    **{"amount": 5000, "currency": "EUR", "level": "APPROVER"},
}


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer()


@pytest.fixture
def bag(db: None) -> Product:
    return make_product("BAG", 1990)


def announce() -> None:
    PolicyVersion.objects.create(version=1, rules=[RULE], start_at=LONG_AGO)


def draft_of(customer: Customer, store: Store, *wanted: Wanted) -> CustomerReturn:
    draft = unproven.begin(customer=customer, store=store, currency="EUR", at=NOON)
    unproven.choose(draft=draft, wanted=wanted)
    return draft


def wants(product: Product, units: int = 1) -> Wanted:
    return Wanted(product.pk, units, "STYLE", "", "AS_NEW")


def test_rule_1_7_gives_store_credit_at_the_lowest_price_in_force(
    camille: Customer, bag: Product, lyon: Store, nadia: Clerk
) -> None:
    announce()
    for days_ago, price in ((200, 500), (100, 1500), (60, 2500)):
        was, bag.price = bag.price, price
        bag.save()
        prices.changed(product=bag, was=was, at=NOON - timedelta(days=days_ago))

    taken = unproven.take(draft=draft_of(camille, lyon, wants(bag, 2)), clerk=nadia, at=NOON)

    refund = Refund.objects.get()
    assert (refund.tender, refund.amount, refund.state) == (Tender.STORE_CREDIT, 3000, "PAID")
    assert CreditAccount.objects.get().customer == camille
    assert taken.state == CustomerReturn.State.SETTLED
    reception = Reception.objects.get()
    assert reception.sold_in == reception.returned_in == reception.restocked_in == lyon


def test_rule_1_7_an_old_lower_price_no_longer_in_force_does_not_count(
    bag: Product, db: None
) -> None:
    was, bag.price = 500, 1990
    prices.changed(product=bag, was=was, at=NOON - timedelta(days=100))

    assert prices.lowest([bag], now=NOON, days=90) == {bag.pk: 1990}
    assert prices.lowest([bag], now=NOON, days=101) == {bag.pk: 500}


def test_rule_1_7_beyond_the_limits_a_human_decides(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    announce()
    for _ in range(2):
        unproven.take(draft=draft_of(camille, lyon, wants(bag)), at=NOON)
    third = draft_of(camille, lyon, wants(bag))

    with pytest.raises(unproven.HumanNeeded) as refused:
        unproven.take(draft=third, at=NOON)
    assert refused.value.extra["level"] == "APPROVER"

    unproven.take(draft=third, at=NOON, grants=["no_receipt"])
    assert CreditAccount.objects.count() == 3


def test_rule_1_7_where_nothing_was_announced_a_human_decides(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    with pytest.raises(unproven.HumanNeeded):
        unproven.take(draft=draft_of(camille, lyon, wants(bag)), at=NOON)

    assert not Refund.objects.exists()


def test_a_double_tap_gives_one_credit(camille: Customer, bag: Product, lyon: Store) -> None:
    announce()
    draft = draft_of(camille, lyon, wants(bag))

    for _ in range(2):
        unproven.take(draft=draft, at=NOON)

    assert CreditAccount.objects.count() == 1


def test_the_amount_is_the_one_that_was_shown(camille: Customer, bag: Product, lyon: Store) -> None:
    announce()

    with pytest.raises(unproven.WorthChanged):
        unproven.take(draft=draft_of(camille, lyon, wants(bag)), at=NOON, agreed_total=2990)


@pytest.mark.parametrize(("units", "code"), [(0, "not_a_unit_count"), (101, "not_a_unit_count")])
def test_units_are_a_few(
    camille: Customer, bag: Product, lyon: Store, units: int, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        draft_of(camille, lyon, wants(bag, units))

    assert refused.value.code == code


def test_only_goods_of_one_currency_come_back(camille: Customer, lyon: Store) -> None:
    with pytest.raises(unproven.NotGoods):
        draft_of(camille, lyon, wants(make_product("POST", kind="SERVICE")))
    with pytest.raises(unproven.CurrenciesDiffer):
        draft_of(camille, lyon, wants(make_product("PAN", currency="CHF")))


def test_a_scan_is_one_unit_more(camille: Customer, bag: Product, lyon: Store) -> None:
    draft = draft_of(camille, lyon)

    for _ in range(2):
        unproven.scan(draft=draft, product=bag)

    assert draft.lines.get().units == 2
