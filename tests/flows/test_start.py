"""How a return comes to its articles, through HTTP: purchases, receipts, and what is scanned."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from customers.models import Customer
from orders.models import CustomerReturn, JoinedOrder, Order, Product, ReturnLine
from tests.factories import make_customer, make_order, make_policy, make_product

HTMX = {"HX-Request": "true"}
HAT, BAG = "4006381333931", "3017620422003"


@pytest.fixture
def hat(db: None) -> Product:
    make_policy()
    return make_product("HAT", 900, gtin=HAT)


@pytest.fixture
def bag(db: None) -> Product:
    return make_product("BAG", 1990, gtin=BAG)


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer()


def scanned(text: str) -> dict[str, str]:
    return {"text": text, "scanned_by": "hand", "format": "ean_13"}


def began(counter: Client, order: Order) -> CustomerReturn:
    counter.post(f"/orders/{order.pk}/return/")
    return CustomerReturn.objects.latest("created_at")


def units_of(draft: CustomerReturn) -> dict[str, int]:
    return {line.product.sku: line.units for line in draft.lines.select_related("product")}


def test_a_scanned_article_beside_its_buyer_lists_his_purchases_of_it(
    counter: Client, camille: Customer, hat: Product, bag: Product, recently: datetime
) -> None:
    order = make_order(camille, [(hat, 2, 900), (bag, 1, 1990)], placed_at=recently)
    others = make_order(make_customer("Bob", "Durand"), [(hat, 1, 900)], placed_at=recently)

    page = counter.post(f"/customers/{camille.pk}/scan/", scanned(HAT), headers=HTMX)

    answer = page.content.decode()
    assert order.number in answer
    assert f"/orders/{order.pk}/return/" in answer
    assert others.number not in answer
    assert "Durand" not in answer


def test_an_article_alone_names_nobody(counter: Client, hat: Product, recently: datetime) -> None:
    make_order(make_customer("Bob", "Durand"), [(hat, 1, 900)], placed_at=recently)

    page = counter.post("/identify/", scanned(HAT), headers=HTMX).content.decode()

    assert hat.name in page
    assert "Durand" not in page
    assert "/return/" not in page


def test_scanning_an_article_of_the_draft_adds_one_unit_and_one_more(
    counter: Client, camille: Customer, hat: Product, bag: Product, recently: datetime
) -> None:
    draft = began(counter, make_order(camille, [(hat, 2, 900), (bag, 1, 1990)], placed_at=recently))

    for _ in range(2):
        answer = counter.post(f"/returns/{draft.pk}/scan/", scanned(HAT), headers=HTMX)
        assert answer.status_code == 302

    assert units_of(draft) == {"HAT": 2}


def test_a_third_scan_of_two_is_refused_and_changes_nothing(
    counter: Client, camille: Customer, hat: Product, recently: datetime
) -> None:
    draft = began(counter, make_order(camille, [(hat, 2, 900)], placed_at=recently))

    answers = [
        counter.post(f"/returns/{draft.pk}/scan/", scanned(HAT), headers=HTMX) for _ in range(3)
    ]

    assert answers[2].status_code == 409
    assert units_of(draft) == {"HAT": 2}


def test_an_article_of_his_other_purchase_joins_by_its_scan(
    counter: Client, camille: Customer, hat: Product, bag: Product, recently: datetime
) -> None:
    draft = began(counter, make_order(camille, [(bag, 1, 1990)], placed_at=recently))
    other = make_order(
        camille, [(hat, 1, 900)], placed_at=recently - timedelta(days=1), channel="STORE"
    )

    counter.post(f"/returns/{draft.pk}/scan/", scanned(HAT), headers=HTMX)

    assert JoinedOrder.objects.get().order == other
    page = counter.get(f"/returns/{draft.pk}/").content.decode()
    assert page.count('class="lines__head"') == 2


def test_an_article_bought_on_none_of_them_is_refused(
    counter: Client, camille: Customer, hat: Product, bag: Product, recently: datetime
) -> None:
    draft = began(counter, make_order(camille, [(bag, 1, 1990)], placed_at=recently))
    make_order(make_customer("Bob", "Durand"), [(hat, 1, 900)], placed_at=recently)

    answer = counter.post(f"/returns/{draft.pk}/scan/", scanned(HAT), headers=HTMX)

    assert answer.status_code == 409
    assert not ReturnLine.objects.exists()


def test_lines_of_several_channels_come_back_in_one_return(
    counter: Client, camille: Customer, hat: Product, bag: Product, recently: datetime
) -> None:
    web = make_order(camille, [(bag, 1, 1990)], placed_at=recently)
    shop = make_order(camille, [(hat, 1, 900)], placed_at=recently, channel="STORE")
    draft = began(counter, web)

    counter.post(f"/returns/{draft.pk}/orders/{shop.pk}/")
    told = {"agreed": 2890}
    for order in (web, shop):
        key = f"l{order.lines.get().pk}"
        told |= {f"{key}-units": 1, f"{key}-reason": "STYLE", f"{key}-condition": "AS_NEW"}
    counter.post(f"/returns/{draft.pk}/settle/", told)

    draft.refresh_from_db()
    assert not draft.is_draft
    assert {r.payment.order for r in draft.refund_plan.refunds.all()} == {web, shop}


def test_somebody_elses_purchase_does_not_join(
    counter: Client, camille: Customer, hat: Product, recently: datetime
) -> None:
    draft = began(counter, make_order(camille, [(hat, 1, 900)], placed_at=recently))
    others = make_order(make_customer("Bob", "Durand"), [(hat, 1, 900)], placed_at=recently)
    nobodys = make_order(None, [(hat, 1, 900)], placed_at=recently)

    for order in (others, nobodys):
        page = counter.post(f"/returns/{draft.pk}/orders/{order.pk}/")
        assert "Durand" not in page.content.decode()

    assert not JoinedOrder.objects.exists()


def test_receipts_without_a_name_join_each_by_its_own_scan(
    counter: Client, hat: Product, bag: Product, recently: datetime
) -> None:
    first = make_order(None, [(hat, 1, 900)], placed_at=recently, channel="STORE")
    second = make_order(None, [(bag, 1, 1990)], placed_at=recently, channel="STORE")
    third = make_order(None, [(bag, 1, 1990)], placed_at=recently, channel="STORE")
    draft = began(counter, first)

    counter.post(f"/returns/{draft.pk}/scan/", {"text": second.number}, headers=HTMX)

    told: dict[str, object] = {"agreed": 2890}
    for order in (first, second, third):
        key = f"l{order.lines.get().pk}"
        told |= {f"{key}-units": 1, f"{key}-reason": "STYLE", f"{key}-condition": "AS_NEW"}
    counter.post(f"/returns/{draft.pk}/settle/", told)

    draft.refresh_from_db()
    assert not draft.is_draft
    assert {line.order_line.order for line in draft.lines.all()} == {first, second}


def test_offers_the_customers_other_purchases_that_may_still_come_back(
    counter: Client, camille: Customer, hat: Product, recently: datetime
) -> None:
    draft = began(counter, make_order(camille, [(hat, 1, 900)], placed_at=recently))
    other = make_order(camille, [(hat, 1, 900)], placed_at=recently)
    long_gone = make_order(
        camille, [(hat, 1, 900)], placed_at=recently - timedelta(days=900), channel="STORE"
    )

    page = counter.get(f"/returns/{draft.pk}/").content.decode()

    assert f"/returns/{draft.pk}/orders/{other.pk}/" in page
    assert str(long_gone.pk) not in page


def test_a_taken_return_takes_no_more(
    counter: Client, camille: Customer, hat: Product, recently: datetime
) -> None:
    draft = began(counter, make_order(camille, [(hat, 1, 900)], placed_at=recently))
    CustomerReturn.objects.update(state="SUBMITTED", number="R1")
    other = make_order(camille, [(hat, 1, 900)], placed_at=recently)

    counter.post(f"/returns/{draft.pk}/orders/{other.pk}/")

    assert not JoinedOrder.objects.exists()


@pytest.mark.parametrize("path", ["customers", "orders", "returns"])
def test_a_tablet_that_wakes_up_finds_its_page_again(
    counter: Client, camille: Customer, hat: Product, recently: datetime, path: str
) -> None:
    order = make_order(camille, [(hat, 1, 900)], placed_at=recently)
    page = {"customers": camille.pk, "orders": order.pk, "returns": began(counter, order).pk}

    answer = counter.get(f"/{path}/{page[path]}/scan/")

    assert answer.headers["Location"] == f"/{path}/{page[path]}/"
