"""Two calls at once with one key are one return, one order, one cart."""

from datetime import timedelta
from typing import Any

import pytest

from orders import carts, checkout, told
from orders.carts import CartEntry
from orders.checkout import Place, Sale, SoldLine, Tendered
from orders.models import Cart, CustomerReturn, Order, Refund
from orders.quotes import Choice, TooManyUnits
from orders.told import Told
from stores import keys
from stores.models import Register, Store
from tests.factories import NOON, make_customer, make_order, make_product
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
EARLIER = NOON - timedelta(hours=1)


def take(order: Order, api_key: Any, idempotency_key: str) -> CustomerReturn:
    choice = Choice(order.lines.get().pk, 2, reason="STYLE", condition="AS_NEW")
    taken, _is_new = told.take(
        told=Told(order.pk, [choice]), api_key=api_key, idempotency_key=idempotency_key, at=NOON
    )
    return taken


def test_takes_one_return_when_one_key_comes_twice_at_once(lyon: Store, till: Register) -> None:
    order = make_order(make_customer(), [(make_product(), 4, 1000)])
    api_key, _ = keys.make(store=lyon, name="Shop", scopes=["returns"])

    answers = at_once(5, lambda _: take(order, api_key, "k-1"))

    assert answers == [CustomerReturn.objects.get()] * 5
    assert Refund.objects.get().amount == 2000


def test_gives_the_last_units_to_one_of_two_keys(lyon: Store, till: Register) -> None:
    order = make_order(make_customer(), [(make_product(), 2, 1000)])
    api_key, _ = keys.make(store=lyon, name="Shop", scopes=["returns"])

    answers = at_once(4, lambda number: take(order, api_key, f"k-{number}"))

    assert CustomerReturn.objects.get() in answers
    assert sum(isinstance(answer, TooManyUnits) for answer in answers) == 3


def test_records_one_order_when_a_sale_comes_twice_at_once(db: None) -> None:
    make_product("A1")
    sale = Sale(
        "till", "1", "WEB", "EUR", EARLIER, [SoldLine("A1", 1, 100)], [Tendered("CARD", 100)]
    )

    answers = at_once(5, lambda _: checkout.record(sale=sale, place=Place(), at=NOON))

    order = Order.objects.get()
    assert sorted(answers, key=str) == sorted([(order, False)] * 4 + [(order, True)], key=str)
    assert order.lines.count() == order.payments.count() == 1


def test_keeps_the_newest_of_a_carts_news_that_come_at_once(db: None) -> None:
    make_product("A1")

    def put(minute: int) -> Cart:
        return carts.put(
            source="shop",
            source_key="c-1",
            lines=[CartEntry("A1", minute + 1, 100)],
            currency="EUR",
            changed_at=EARLIER + timedelta(minutes=minute),
            at=NOON,
        )

    put(0)
    for begun in range(0, 50, 5):
        # The newest is as likely to come first as last.
        answers = at_once(5, lambda number, begun=begun: put(begun + 5 - number))

        cart = Cart.objects.get()
        assert answers == [cart] * 5
        assert [line.quantity for line in cart.lines.all()] == [begun + 6]
        assert cart.changed_at == EARLIER + timedelta(minutes=begun + 5)
