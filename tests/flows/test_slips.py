"""Slips on the tablet: made with one tap, shown, printed; and codes read in the one field."""

from datetime import datetime

import pytest
from django.test import Client

from customers.models import Customer
from omnistore.audit.models import Look
from orders import returns, slips
from orders.models import Order, Slip
from stores.models import Store, Tablet
from tests.factories import make_customer, make_order, make_policy, make_product
from tests.orders.test_slips import bring


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer(language="en")


@pytest.fixture
def order(camille: Customer, lyon: Store, recently: datetime) -> Order:
    make_policy()
    return make_order(
        camille,
        [(make_product(name="Sac à pois"), 3, 1990)],
        placed_at=recently,
        store=lyon,
        channel="STORE",
        number="LYO-000042",
    )


def gift(counter: Client, order: Order) -> Slip:
    counter.post(f"/orders/{order.pk}/gift/")
    return Slip.objects.get(kind=Slip.Kind.GIFT)


def test_a_gift_receipt_is_one_tap_away_from_the_purchase(counter: Client, order: Order) -> None:
    page = counter.get(f"/orders/{order.pk}/").content.decode()
    made = counter.post(f"/orders/{order.pk}/gift/")

    slip = Slip.objects.get()
    assert f'action="/orders/{order.pk}/gift/"' in page
    assert made.headers["Location"] == f"/slips/{slip.pk}/"


def test_tapped_twice_it_is_one_slip(counter: Client, order: Order) -> None:
    for _tap in range(2):
        counter.post(f"/orders/{order.pk}/gift/")

    assert Slip.objects.count() == 1


def test_rule_1_8_the_page_of_a_gift_receipt_shows_no_price_and_no_name(
    counter: Client, order: Order
) -> None:
    page = counter.get(f"/slips/{gift(counter, order).pk}/").content.decode()

    work = page[page.index('id="slip-about"') :]
    assert "Sac à pois" in work
    for hidden in ("19,90", "59,70", "€", "Camille", "Moreau", "LYO-000042"):
        assert hidden not in work, hidden
    assert not Look.objects.filter(customer_id=order.customer_id).exists()


def test_the_slip_of_a_return_is_in_the_language_of_its_customer(
    counter: Client, order: Order, tablet: Tablet
) -> None:
    taken = bring(order, tablet)

    made = counter.post(f"/returns/{taken.pk}/slip/", follow=True)

    page = made.content.decode()
    assert 'lang="en"' in page
    assert "Return slip" in page
    assert "€19.90" in page
    assert Look.objects.filter(customer_id=order.customer_id, reason="RETURN").exists()


def test_another_language_is_one_tap_away(counter: Client, order: Order, tablet: Tablet) -> None:
    slip = slips.for_return(taken=bring(order, tablet), at=order.placed_at)

    page = counter.get(f"/slips/{slip.pk}/?language=fr").content.decode()

    assert 'id="slip-paper" lang="fr"' in page
    assert "19,90" in page


@pytest.mark.parametrize("size", ["80mm", "a4"])
def test_the_pdf_is_kept_by_nobody_on_the_way(counter: Client, order: Order, size: str) -> None:
    answer = counter.get(f"/slips/{gift(counter, order).pk}/{size}.pdf")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize("size", ["a3", "A4", "", "%2e"])
def test_there_is_no_pdf_of_another_size(counter: Client, order: Order, size: str) -> None:
    assert counter.get(f"/slips/{gift(counter, order).pk}/{size}.pdf").status_code == 404


def test_a_draft_gets_a_sentence_and_no_slip(counter: Client, order: Order, tablet: Tablet) -> None:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=order.placed_at)

    answer = counter.post(f"/returns/{draft.pk}/slip/")

    assert answer.headers["Location"] == f"/returns/{draft.pk}/"
    assert not Slip.objects.exists()


def test_a_lost_key_is_said_in_words(counter: Client, order: Order) -> None:
    slip = gift(counter, order)
    Slip.objects.update(code_hash="0" * 64)

    page = counter.get(f"/slips/{slip.pk}/")
    paper = counter.get(f"/slips/{slip.pk}/a4.pdf")

    assert page.status_code == 200
    assert "paper__square" not in page.content.decode()
    assert paper.headers["Location"] == f"/slips/{slip.pk}/"


# --- read in the one field -----------------------------------------------------------------------
def scan(counter: Client, code: str) -> object:
    return counter.post(
        "/identify/",
        {"text": code, "scanned_by": "camera", "format": "qr_code"},
        headers={"HX-Request": "true"},
    )


def test_the_code_of_a_receipt_opens_the_purchase(counter: Client, order: Order) -> None:
    slip = slips.receipt_of(order=order, at=order.placed_at)

    answer = scan(counter, slips.code_of(slip))

    assert answer.headers["Location"] == f"/orders/{order.pk}/"  # type: ignore[attr-defined]


def test_the_code_of_a_return_slip_leads_to_the_return(
    counter: Client, order: Order, tablet: Tablet
) -> None:
    taken = bring(order, tablet)
    slip = slips.for_return(taken=taken, at=order.placed_at)

    found = scan(counter, slips.code_of(slip)).content.decode()  # type: ignore[attr-defined]

    assert f"/returns/{taken.pk}/" in found


def test_rule_1_8_the_code_of_a_gift_receipt_leads_to_no_page_with_a_price(
    counter: Client, order: Order
) -> None:
    code = slips.code_of(gift(counter, order))

    answer = scan(counter, code)

    found = answer.content.decode()  # type: ignore[attr-defined]
    assert 'id="gift"' in found
    for hidden in ("€", "19,90", "Camille", "LYO-000042", str(order.pk)):
        assert hidden not in found, hidden


def test_a_code_that_leads_nowhere_gets_one_plain_answer(counter: Client, db: None) -> None:
    answer = scan(counter, "ABCDEFGHIJKLMNOPQRSTUVWXY4")

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert 'data-code="unknown_code"' in answer.content.decode()  # type: ignore[attr-defined]


def test_a_marketplaces_number_that_looks_like_a_code_is_still_found(
    counter: Client, camille: Customer, recently: datetime
) -> None:
    number = "ABCDEFGHIJKLMNOPQRSTUVWXY4"
    order = make_order(camille, [(make_product(), 1, 1990)], placed_at=recently, number=number)

    answer = scan(counter, number)

    assert answer.headers["Location"] == f"/orders/{order.pk}/"  # type: ignore[attr-defined]
