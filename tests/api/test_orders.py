from datetime import timedelta
from typing import Any

import pytest

from customers.models import Customer
from omnistore.audit.models import Look
from orders.models import Cart, Order
from stores.models import Store
from tests.api.conftest import NOBODY, Program
from tests.api.test_house import is_problem
from tests.factories import NOON, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

SALE = {
    "source": "till-1",
    "number": "LYO-77",
    "channel": "STORE",
    "currency": "EUR",
    "placed_at": "2026-11-20T10:00:00Z",
    "delivered_at": "2026-11-20T10:00:00Z",
    "identifiers": [{"kind": "PHONE", "value": "06 12 34 56 78"}],
    "lines": [{"sku": "A1", "quantity": 3, "unit_price": 1000, "discount": 100}],
    "tenders": [{"tender": "CARD", "amount": 2900, "reference": "auth-1"}],
}
CART = {
    "source": "shop",
    "source_key": "c-1",
    "currency": "EUR",
    "changed_at": "2026-11-20T10:00:00Z",
    "identifiers": [{"kind": "EMAIL", "value": "Camille@example.fr"}],
    "lines": [{"sku": "A1", "quantity": 2, "unit_price": 900}],
}


@pytest.fixture(autouse=True)
def article() -> Any:
    return make_product("A1", 1000)


def test_takes_no_number_away_from_our_own_exchanges(program: Program) -> None:
    answer = program.post("orders/", SALE | {"source": "counter", "number": "LYO-E000001"})

    assert is_problem(answer, 422, "invalid")
    assert not Order.objects.exists()


@pytest.fixture
def camille() -> Customer:
    return make_customer(phone="+33612345678", email="camille@example.fr")


def test_takes_a_cart_over_and_shows_it(program: Program, camille: Customer) -> None:
    kept = program.put("carts/", CART)

    shown = program.get("carts/", {"customer": camille.pk}).json()

    assert kept.status_code == 200
    assert kept.json()["customer"] == str(camille.pk)
    (cart,) = shown
    assert (cart["total_online"], cart["total_now"], cart["units"]) == (1800, 2000, 2)


def test_lets_older_news_of_a_cart_change_nothing(program: Program) -> None:
    program.put("carts/", CART)

    kept = program.put(
        "carts/", CART | {"changed_at": "2026-11-19T10:00:00Z", "state": "ABANDONED"}
    )

    assert kept.status_code == 200
    assert kept.json()["state"] == "OPEN"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"changed_at": "2126-11-20T10:00:00Z"}, "changed_in_future"),
        ({"changed_at": "0001-01-01T00:00:00Z"}, "invalid"),
        ({"changed_at": 5}, "invalid"),
        ({"currency": "EURO"}, "invalid"),
        ({"currency": "QQQ"}, "invalid"),
        ({"customer": str(NOBODY)}, "not_found"),
        ({"lines": [{"sku": "Z9", "quantity": 1, "unit_price": 1}]}, "unknown_product"),
        ({"lines": [{"sku": "A1", "quantity": 10**30, "unit_price": 1}]}, "invalid"),
        ({"lines": [{"sku": "A1", "quantity": 1, "unit_price": 10**19}]}, "invalid"),
        ({"lines": [{"sku": "A1", "quantity": -1, "unit_price": 1}]}, "invalid"),
        ({"lines": [{"sku": "A\x001", "quantity": 1, "unit_price": 1}]}, "invalid"),
        ({"lines": {}}, "invalid"),
        ({"source_key": "x" * 10_000}, "invalid"),
        ({"identifiers": [{"kind": "CARD", "value": "12"}]}, "no_such_identifier"),
        ({"identifiers": [{"kind": "SHOE", "value": "12"}]}, "invalid"),
    ],
)
def test_refuses_a_cart_that_cannot_be(program: Program, change: dict[str, Any], code: str) -> None:
    answer = program.put("carts/", CART | change)

    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] == code
    assert not Cart.objects.exists()


@pytest.mark.parametrize("customer", ["", "camille", "1", "\x00"])
def test_wants_to_know_whose_carts(program: Program, customer: str) -> None:
    assert is_problem(program.get("carts/", {"customer": customer}), 422, "invalid")


def test_records_a_sale_once(program: Program, camille: Customer, lyon: Store) -> None:
    first = program.post("orders/", SALE)
    again = program.post("orders/", SALE)
    other = program.post("orders/", SALE | {"placed_at": "2026-11-20T10:00:01Z"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["customer"] == str(camille.pk)
    assert is_problem(other, 409, "order_differs")
    assert Order.objects.get().store == lyon


def test_takes_a_web_sale_for_no_store(program: Program) -> None:
    answer = program.post("orders/", SALE | {"channel": "WEB"})

    assert answer.json()["store"] is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tenders": [{"tender": "CARD", "amount": 1}]}, "tenders_differ"),
        ({"tenders": [{"tender": "GOLD", "amount": 2900}]}, "invalid"),
        ({"discount": 99_999}, "discount_too_large"),
        ({"placed_at": "2126-01-01T00:00:00Z"}, "placed_in_future"),
        ({"number": "--"}, "no_number"),
        ({"lines": []}, "invalid"),
        ({"lines": [{"sku": "A1", "quantity": 1.5, "unit_price": 1}]}, "invalid"),
        ({"lines": [{"sku": "A1", "quantity": True, "unit_price": 1}]}, "invalid"),
        ({"lines": [None]}, "invalid"),
        ({"lines": [{"sku": "A1", "quantity": 1, "unit_price": 1, "tax_rate": "NaN"}]}, "invalid"),
    ],
)
def test_refuses_a_sale_that_does_not_agree(
    program: Program, change: dict[str, Any], code: str
) -> None:
    answer = program.post("orders/", SALE | change)

    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] == code
    assert not Order.objects.exists()


def test_filters_orders(program: Program, camille: Customer, article: Any) -> None:
    early = make_order(camille, [(article, 1, 1000)], placed_at=NOON - timedelta(days=9))
    late = make_order(None, [(article, 1, 1000)], number="LYO-9", channel="STORE")

    def ids(**params: Any) -> list[str]:
        return [row["id"] for row in program.get("orders/", params).json()["results"]]

    assert ids() == [str(late.pk), str(early.pk)]
    assert ids(number="lyo 9") == [str(late.pk)]
    assert ids(customer=camille.pk) == [str(early.pk)]
    assert ids(channel="STORE") == [str(late.pk)]
    assert ids(placed_until="2026-11-12") == [str(early.pk)]
    assert ids(placed_from="2026-11-13") == [str(late.pk)]


@pytest.mark.parametrize(
    "params",
    [
        {"customer": "camille"},
        {"channel": "SHOE"},
        {"placed_from": "0001-01-01"},
        {"placed_until": "9999-12-31"},
        {"placed_from": "soon"},
        {"number": "\x00"},
        {"number": "x" * 10_000},
        {"cursor": "cD1hYmM="},
        {"cursor": "cD0lMDA="},
    ],
)
def test_refuses_filters_it_cannot_read(program: Program, params: dict[str, str]) -> None:
    make_order()

    answer = program.get("orders/", params)

    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] in ("invalid", "bad_cursor", "not_found")


def test_reads_fifty_orders_in_a_fixed_number_of_queries(
    program: Program, camille: Customer, article: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        make_order(camille, [(article, 2, 1000), (article, 1, 900)])

    with django_assert_max_num_queries(6):
        page = program.get("orders/").json()

    assert len(page["results"]) == 8
    assert Look.objects.filter(customer_id=camille.pk).count() == 1


def test_says_what_of_an_order_may_still_come_back(
    program: Program, camille: Customer, article: Any
) -> None:
    order = make_order(camille, [(article, 2, 1000)])

    page = program.get(f"orders/{order.pk}/").json()

    assert page["order"]["number"] == order.number
    (line,) = page["returnable"]
    assert (line["left_units"], line["may_return"]) == (2, True)


def test_rule_1_6_a_click_and_collect_sale_says_where_its_contract_was_concluded(
    program: Program,
) -> None:
    told = SALE | {"channel": "STORE", "is_paid_online": True}

    first = program.post("orders/", told)
    again = program.post("orders/", told)
    differs = program.post("orders/", told | {"is_paid_online": False})

    assert (first.status_code, again.status_code, differs.status_code) == (201, 200, 409)
    assert first.json()["is_paid_online"] is True
    assert Order.objects.get(pk=first.json()["id"]).is_at_a_distance
