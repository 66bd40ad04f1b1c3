from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from omnistore.errors import Refused
from omnistore.outbox.models import Event
from orders import checkout
from orders.checkout import Place, Sale, SoldLine, Tendered
from orders.models import Order
from stores.models import Store
from tests.factories import NOON, make_customer, make_product

pytestmark = pytest.mark.django_db

SALE = Sale(
    source="till",
    number="LYO-000042",
    channel="STORE",
    currency="EUR",
    placed_at=NOON - timedelta(hours=1),
    delivered_at=NOON - timedelta(hours=1),
    lines=[SoldLine("A1", 2, 1000), SoldLine("B2", 1, 999, discount=99)],
    tenders=[Tendered("CARD", 2600, "auth-1"), Tendered("CASH", 200)],
    discount=100,
)


@pytest.fixture(autouse=True)
def articles() -> None:
    make_product("A1", 1000)
    make_product("B2", 999, tax_rate=Decimal("0.055"))


def record(sale: Sale = SALE, **more: Any) -> tuple[Order, bool]:
    return checkout.record(**{"sale": sale, "place": Place(), "at": NOON} | more)


def test_records_lines_discounts_tax_and_tenders(lyon: Store) -> None:
    order, is_new = record(place=Place(store=lyon))

    assert is_new
    assert (order.total, order.store, order.number_key) == (2800, lyon, "LYO000042")
    bags, scarf = order.lines.order_by("position")
    assert (bags.order_discount, scarf.order_discount) == (69, 31)
    assert (bags.total, scarf.total) == (1931, 869)
    assert (bags.tax, scarf.tax) == (322, 45)
    assert order.tax == 367
    assert sorted(order.payments.values_list("tender", "amount")) == [
        ("CARD", 2600),
        ("CASH", 200),
    ]


def test_shares_the_orders_discount_to_the_last_cent() -> None:
    order, _ = record()

    assert sum(line.order_discount for line in order.lines.all()) == 100
    assert sum(line.total for line in order.lines.all()) == order.total


def test_keeps_who_brought_it() -> None:
    camille = make_customer(card="2000000000008")

    order, _ = record(replace(SALE, identifiers=[("CARD", "2000000000008")]))

    assert order.customer == camille
    assert order.via is not None and order.via.kind == "CARD"


def test_records_the_same_sale_once() -> None:
    first, is_new = record()
    again, is_new_again = record()

    assert (again, is_new, is_new_again) == (first, True, False)
    assert first.lines.count() == 2
    (event,) = Event.objects.all()
    assert event.name == "orders.order.recorded"
    assert event.payload["total"] == 2800


def test_refuses_other_content_under_the_same_number() -> None:
    record()

    with pytest.raises(checkout.OrderDiffers):
        record(replace(SALE, lines=SALE.lines[:1], tenders=[Tendered("CARD", 1900)]))

    assert Order.objects.get().lines.count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tenders": [Tendered("CARD", 2799)]}, "tenders_differ"),
        ({"discount": 5000}, "discount_too_large"),
        ({"lines": [SoldLine("A1", 1, 100, discount=200)]}, "discount_too_large"),
        ({"placed_at": NOON + timedelta(days=1)}, "placed_in_future"),
        ({"number": "--"}, "no_number"),
        ({"lines": [SoldLine("Z9", 1, 2800)], "discount": 0}, "unknown_product"),
        ({"lines": [SoldLine("A1", 1, 2800, tax=2801)], "discount": 0}, "tax_too_large"),
    ],
)
def test_refuses_what_does_not_agree(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        record(replace(SALE, **change))

    assert refusal.value.code == code
    assert not Order.objects.exists()


def test_hands_nothing_over_before_it_is_delivered() -> None:
    order, _ = record(replace(SALE, delivered_at=None))

    assert {line.handed_over for line in order.lines.all()} == {0}


def test_a_sale_told_before_contracts_had_a_place_is_the_same_when_told_again() -> None:
    """The hash of before must not change with fields that nobody gave."""
    order, _ = record()

    again, is_new = record(replace(SALE, is_paid_online=None))

    assert (again, is_new) == (order, False)
    assert "is_paid_online" not in repr(SALE)
