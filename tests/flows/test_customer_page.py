"""The customer's page, and the page of an order or receipt."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from customers import consent, loyalty
from customers.models import Customer, LoyaltyEntry, Touch
from omnistore.audit.models import Look
from orders.models import CustomerReturn, Exchange, Order
from stores.models import Clerk, Store, Tablet
from tests.factories import (
    LONG_AGO,
    make_cart,
    make_customer,
    make_order,
    make_policy,
    make_product,
    spaced,
)


@pytest.fixture
def camille(lyon: Store, tablet: Tablet, nadia: Clerk, recently: datetime) -> Customer:
    """A customer with all that a page can show."""
    camille = make_customer(
        phone="+33612345678", email="camille@exemple.fr", card="2000000000015", level="GOLD"
    )
    LoyaltyEntry.objects.create(customer=camille, kind="IMPORTED", points=1240, at=LONG_AGO)
    Touch.objects.create(customer=camille, channel="PHONE", summary="Ourlet décousu", at=recently)
    consent.default_wordings(at=LONG_AGO)
    for wording in consent.asked("fr"):
        consent.record(
            customer=camille,
            wording=wording,
            is_given=wording.channel == "EMAIL",
            source="COUNTER",
            store=lyon,
            tablet=tablet,
            clerk=nadia,
            at=recently,
        )
    return camille


@pytest.fixture
def bought(camille: Customer, lyon: Store, recently: datetime) -> Order:
    """A web order of five days ago, beside a receipt and a cart."""
    make_policy()
    bag, shawl = make_product(), make_product("84029G", 2500, name="Châle")
    make_cart(camille, [(bag, 1, 1790), (shawl, 2, 2500)], changed_at=recently)
    make_order(
        camille, [(shawl, 1, 2500)], channel="STORE", store=lyon, placed_at=recently - timedelta(9)
    )
    return make_order(camille, [(bag, 3, 1990)], placed_at=recently, number="W-77")


def page_of(counter: Client, customer: Customer, **asked: str) -> str:
    return counter.get(f"/customers/{customer.pk}/", asked).content.decode()


def test_says_who_it_is_and_what_was_agreed(counter: Client, camille: Customer) -> None:
    page = page_of(counter, camille)

    assert "Camille Moreau" in page
    assert "06 12 34 56 78" in spaced(page)
    assert "1\u202f240" in page
    assert page.count("said__answer--yes") == 2
    assert page.count("said__answer--no") == 3
    assert "Ourlet décousu" in page


def test_shows_the_cart_with_prices_that_changed(
    counter: Client, camille: Customer, bought: Order
) -> None:
    page = page_of(counter, camille)

    assert "17,90" in page
    assert "money--was" in page


def test_offers_the_return_of_each_line_that_may_come_back(
    counter: Client, camille: Customer, bought: Order
) -> None:
    page = page_of(counter, camille)

    assert f'action="/orders/{bought.pk}/return/"' in page
    assert f'name="line" value="{bought.lines.get().pk}"' in page


def test_shows_one_channel_when_asked(counter: Client, camille: Customer, bought: Order) -> None:
    assert "W-77" in page_of(counter, camille, show="web")
    assert "W-77" not in page_of(counter, camille, show="store")
    assert "W-77" not in page_of(counter, camille, show="returns")
    assert "W-77" in page_of(counter, camille, show="x" * 10_000)


def test_answers_htmx_with_the_purchases_only(
    counter: Client, camille: Customer, bought: Order
) -> None:
    response = counter.get(
        f"/customers/{camille.pk}/",
        {"show": "web"},
        headers={"HX-Request": "true", "HX-Target": "purchases"},
    )

    assert response.content.decode().strip().startswith('<article class="card" id="purchases">')


def test_asks_the_database_at_most_twelve_times(
    counter: Client,
    camille: Customer,
    bought: Order,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    counter.post("/identify/", {"text": "0612345678"})

    with django_assert_max_num_queries(12):
        page_of(counter, camille)


def test_asks_no_more_for_many_purchases(
    counter: Client,
    camille: Customer,
    bought: Order,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    product = make_product("many")
    for days in range(30):
        make_order(camille, [(product, 2, 990)] * 3, placed_at=bought.placed_at - timedelta(days))
        make_cart(camille, [(product, 1, 990)], changed_at=bought.placed_at)

    with django_assert_max_num_queries(12):
        page_of(counter, camille)


def test_says_that_a_return_needs_a_human_and_what_should_be_back(
    counter: Client, camille: Customer, bought: Order, lyon: Store
) -> None:
    """B4: one calm line for each, in the query that reads the customer."""
    assert 'id="alerts"' not in page_of(counter, camille)
    asked, late = (
        CustomerReturn.objects.create(
            customer=camille,
            store=lyon,
            state=state,
            number=number,
            currency="EUR",
            created_at=bought.placed_at,
            submitted_at=bought.placed_at,
        )
        for state, number in (("REVIEW", "LYO-R1"), ("ACCEPTED", "LYO-R2"))
    )
    Exchange.objects.create(
        customer_return=late,
        order=make_order(camille),
        credit=0,
        charges=0,
        currency="EUR",
        due_on=bought.placed_at.date(),
        made_at=bought.placed_at,
    )

    page = page_of(counter, camille)

    assert f'href="/returns/{asked.pk}/"' in page
    assert f'href="/returns/{late.pk}/"' in page


def test_writes_down_who_looked(counter: Client, camille: Customer, nadia: Clerk) -> None:
    page_of(counter, camille)

    look = Look.objects.get()
    assert (look.customer_id, look.actor_id, look.reason) == (camille.pk, nadia.pk, "PAGE")


def test_has_no_empty_boxes_for_somebody_new(counter: Client, db: None) -> None:
    page = page_of(counter, make_customer("Zoé", ""))

    assert 'id="contacts"' not in page
    assert "cart_" not in page
    assert "empty__title" in page


def test_knows_nobody_by_a_made_up_number(counter: Client) -> None:
    response = counter.get(f"/customers/{uuid4()}/")

    assert response.status_code == 404
    assert Look.objects.count() == 0


def test_says_how_far_the_crm_is(counter: Client, camille: Customer) -> None:
    response = counter.get(f"/customers/{camille.pk}/crm/")

    assert response.status_code == 200
    assert 'id="crm_state"' in response.content.decode()


def test_shows_the_receipt_of_somebody_unknown(
    counter: Client, lyon: Store, recently: datetime
) -> None:
    make_policy()
    order = make_order(
        None, [(make_product(), 2, 1990)], channel="STORE", store=lyon, placed_at=recently
    )

    page = counter.get(f"/orders/{order.pk}/").content.decode()

    assert order.number in page
    assert "39,80" in page
    assert f'action="/orders/{order.pk}/return/"' in page
    assert Look.objects.count() == 0


def test_notes_the_look_at_a_known_persons_order(
    counter: Client, camille: Customer, bought: Order
) -> None:
    counter.get(f"/orders/{bought.pk}/")

    assert Look.objects.get().reason == Look.Reason.ORDER


def test_finds_no_order_by_a_made_up_number(counter: Client) -> None:
    assert counter.get(f"/orders/{uuid4()}/").status_code == 404


def test_notes_a_look_at_the_purchases_alone(counter: Client, camille: Customer) -> None:
    counter.get(f"/customers/{camille.pk}/?show=web", headers={"HX-Request": "true"})

    assert Look.objects.get().customer_id == camille.pk


def test_shows_points_owed_and_how_it_came_to_them(
    counter: Client, camille: Customer, lyon: Store, recently: datetime
) -> None:
    loyalty.spend(
        customer_id=camille.pk, points=1240, event=loyalty.Event("all", recently, reference="T-1")
    )
    loyalty.take_back(
        customer_id=camille.pk, points=40, event=loyalty.Event("r", recently, reference="LYO-R1")
    )

    page = spaced(counter.get(f"/customers/{camille.pk}/").content.decode())
    ledger = spaced(counter.get(f"/customers/{camille.pk}/points/").content.decode())

    assert "40 points" in page
    assert f"/customers/{camille.pk}/points/" in page
    for words in ("LYO-R1", "T-1", "1 240"):
        assert words in ledger
    assert Look.objects.filter(customer_id=camille.pk).count() == 2


def test_the_ledger_of_points_opens_in_few_queries(
    counter: Client, camille: Customer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for turn in range(30):
        loyalty.earn(customer_id=camille.pk, points=5, event=loyalty.Event(f"{turn}", LONG_AGO))

    with django_assert_max_num_queries(7):
        counter.get(f"/customers/{camille.pk}/points/")


def test_nobody_has_points_at_an_address_that_is_nobodys(counter: Client) -> None:
    assert counter.get(f"/customers/{uuid4()}/points/").status_code == 404
