from datetime import timedelta
from typing import Any

import pytest

from customers.models import Customer, Identifier
from omnistore.outbox.models import Event
from orders import carts
from orders.bringers import NoSuchIdentifier
from orders.carts import CartEntry, ChangedInFuture
from orders.catalogue import UnknownProduct
from orders.models import Cart, Product
from tests.factories import (
    NOON,
    make_cart,
    make_customer,
    make_evidence,
    make_product,
)

pytestmark = pytest.mark.django_db
YESTERDAY = NOON - timedelta(days=1)


@pytest.fixture
def bag() -> Product:
    return make_product("85099B", 1990)


@pytest.fixture
def camille() -> Customer:
    return make_customer(phone="+33612345678", email="camille@example.fr")


def put(**told: Any) -> Cart:
    return carts.put(
        **{
            "source": "shop",
            "source_key": "c-1",
            "lines": [CartEntry("85099B", 2, 1790)],
            "currency": "EUR",
            "changed_at": YESTERDAY,
            "at": NOON,
        }
        | told
    )


def test_shows_todays_price_beside_the_price_online(camille: Customer, bag: Product) -> None:
    make_cart(camille, [(bag, 2, 1790)], changed_at=YESTERDAY)

    (cart,) = carts.open_of(camille, NOON)

    (line,) = cart.lines
    assert (line.price_online, line.price_now, line.has_price_changed) == (1790, 1990, True)
    assert (cart.units, cart.total_online, cart.total_now) == (2, 3580, 3980)
    assert cart.age == timedelta(days=1)


def test_shows_open_carts_that_hold_something_last_changed_first(
    camille: Customer, bag: Product, django_assert_num_queries: Any
) -> None:
    older = make_cart(camille, [(bag, 1, 1990)], changed_at=NOON - timedelta(days=3))
    newer = make_cart(camille, [(bag, 1, 1990)], changed_at=YESTERDAY)
    make_cart(camille, [])
    make_cart(camille, [(bag, 1, 1990)], state=Cart.State.ORDERED)
    make_cart(make_customer("Alice", "Petit"), [(bag, 1, 1990)])

    with django_assert_num_queries(2):
        shown = [cart.cart for cart in carts.open_of(camille, NOON)]

    assert shown == [newer, older]


def test_keeps_the_customer_and_the_identifier_that_brought_it(
    camille: Customer, bag: Product
) -> None:
    cart = put(identifiers=[("EMAIL", " Camille@Example.fr ")])

    assert cart.customer == camille
    assert cart.via == Identifier.objects.get(kind="EMAIL")


def test_reads_a_national_phone_by_its_country(camille: Customer, bag: Product) -> None:
    assert put(identifiers=[("PHONE", "06 12 34 56 78")], country="FR").customer == camille


def test_remembers_an_identifier_that_nobody_has_yet(bag: Product) -> None:
    cart = put(identifiers=[("COOKIE", "a1b2")])

    assert cart.customer is None
    assert cart.via is not None
    assert (cart.via.kind, cart.via.value) == ("COOKIE", "a1b2")


def test_lets_a_households_phone_name_nobody(camille: Customer, bag: Product) -> None:
    make_evidence(camille, "PHONE", "+33145678901", is_shared=True)

    cart = put(identifiers=[("PHONE", "+33145678901")])

    assert cart.customer is None
    assert cart.via is not None


def test_keeps_who_brought_it_when_later_news_says_nothing(camille: Customer, bag: Product) -> None:
    put(identifiers=[("EMAIL", "camille@example.fr")])

    cart = put(lines=[CartEntry("85099B", 3, 1790)], changed_at=NOON)

    assert cart.customer == camille
    assert cart.via is not None


def test_lets_older_news_change_nothing(bag: Product) -> None:
    put(lines=[CartEntry("85099B", 5, 1790)], changed_at=NOON)

    cart = put(lines=[CartEntry("85099B", 1, 1790)], changed_at=YESTERDAY)

    assert [line.quantity for line in cart.lines.all()] == [5]
    assert Event.objects.count() == 1


def test_lets_news_from_in_between_change_nothing_when_it_arrives_late(bag: Product) -> None:
    put(changed_at=YESTERDAY)
    put(changed_at=NOON)

    cart = put(lines=[CartEntry("85099B", 9, 1790)], changed_at=NOON - timedelta(hours=2))

    assert [line.quantity for line in cart.lines.all()] == [2]
    assert cart.changed_at == NOON


def test_tells_the_same_cart_once(bag: Product) -> None:
    put()
    put()

    (event,) = Event.objects.all()
    assert event.name == "orders.cart.changed"
    assert event.payload["total"] == 3580


def test_refuses_what_it_cannot_know(bag: Product) -> None:
    with pytest.raises(ChangedInFuture):
        put(changed_at=NOON + timedelta(hours=1))
    with pytest.raises(UnknownProduct) as refusal:
        put(lines=[CartEntry("NOTHING", 1, 100)])
    with pytest.raises(NoSuchIdentifier):
        put(identifiers=[("CARD", "123")])

    assert refusal.value.extra["skus"] == ["NOTHING"]
    assert not Cart.objects.exists()
