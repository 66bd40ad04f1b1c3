"""Stock: what is there, what is put aside, and that nothing moves twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from omnistore.outbox.models import Event
from orders import checkout, stock, tasks
from orders.models import Product, Reservation, Stock, StockMovement
from stores.models import Clerk, Store, User
from tests.factories import NOON, make_product, make_store


@pytest.fixture
def bag(db: None) -> Product:
    return make_product()


def counted(product: Product, store: Store, on_hand: int) -> Stock:
    return stock.count(product=product, store=store, on_hand=on_hand, at=NOON)


def sale(units: int, number: str = "1") -> checkout.Sale:
    return checkout.Sale(
        source="till",
        number=number,
        channel="STORE",
        currency="EUR",
        placed_at=NOON,
        delivered_at=NOON,
        lines=[checkout.SoldLine("85099B", units, 1990)],
        tenders=[checkout.Tendered("CARD", units * 1990)],
    )


def agrees(row: Stock) -> bool:
    """Whether the row is the sum of its movements."""
    row.refresh_from_db()
    sums = row.movements.aggregate(Sum("units"), Sum("held"))
    return (row.on_hand, row.reserved) == (sums["units__sum"], sums["held__sum"])


def test_an_article_nobody_counted_is_refused_to_nobody(bag: Product, lyon: Store) -> None:
    aside = stock.reserve(product=bag, store=lyon, units=99, reference="X", at=NOON)
    stock.hand_over(reservation=aside, at=NOON)

    assert stock.available([bag.pk], lyon) == {bag.pk: None}
    assert not Stock.objects.exists()
    assert not Event.objects.exists()


def test_a_store_sale_takes_from_its_stock_once(bag: Product, lyon: Store) -> None:
    row = counted(bag, lyon, 3)

    for _ in range(2):
        checkout.record(sale=sale(2), place=checkout.Place(store=lyon), at=NOON)

    assert stock.available([bag.pk], lyon) == {bag.pk: 1}
    assert agrees(row)


def test_a_sale_may_take_more_than_was_counted(bag: Product, lyon: Store) -> None:
    row = counted(bag, lyon, 1)

    checkout.record(sale=sale(3), place=checkout.Place(store=lyon), at=NOON)

    row.refresh_from_db()
    assert (row.on_hand, row.available) == (-2, 0)


def test_a_web_order_leaves_the_stores_stock_alone(bag: Product, lyon: Store) -> None:
    counted(bag, lyon, 3)

    checkout.record(sale=sale(2), place=checkout.Place(), at=NOON)

    assert stock.available([bag.pk], lyon) == {bag.pk: 3}


def test_what_is_put_aside_is_not_available_to_another(bag: Product, lyon: Store) -> None:
    """rules.md 2.7"""
    row = counted(bag, lyon, 2)
    aside = stock.reserve(product=bag, store=lyon, units=1, reference="R1", at=NOON)

    with pytest.raises(stock.NotAvailable) as refusal:
        stock.reserve(product=bag, store=lyon, units=2, reference="R2", at=NOON)

    assert refusal.value.extra["left"] == 1
    stock.hand_over(reservation=aside, at=NOON)
    row.refresh_from_db()
    assert (row.on_hand, row.reserved) == (1, 0)
    assert agrees(row)


def test_what_is_let_go_is_let_go_once(bag: Product, lyon: Store) -> None:
    row = counted(bag, lyon, 2)
    aside = stock.reserve(product=bag, store=lyon, units=2, reference="R1", at=NOON)

    assert stock.release(reservation=aside, at=NOON)
    assert not stock.release(reservation=aside, at=NOON)

    with pytest.raises(stock.ReservationEnded):
        stock.hand_over(reservation=aside, at=NOON)
    assert agrees(row)
    assert row.available == 2


def test_what_was_put_aside_until_a_moment_is_free_again_after_it_once(
    bag: Product, lyon: Store
) -> None:
    row = counted(bag, lyon, 5)
    until = NOON + timedelta(hours=1)

    def aside(**more: Any) -> Reservation:
        return stock.reserve(product=bag, store=lyon, units=1, reference="X", at=NOON, **more)

    ended, held, used = aside(expires_at=until), aside(), aside(expires_at=until)
    stock.hand_over(reservation=used, at=NOON)

    early = stock.release_expired(at=until - timedelta(seconds=1))
    tasks.release_expired_reservations()
    again = stock.release_expired(at=until)

    row.refresh_from_db()
    states = [Reservation.objects.get(pk=one.pk).state for one in (ended, held, used)]
    assert (early, again) == (0, 0)
    assert states == ["RELEASED", "HELD", "USED"]
    assert (row.on_hand, row.reserved, row.available) == (4, 1, 3)
    assert agrees(row)


def test_the_clock_frees_what_is_put_aside_no_longer() -> None:
    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert tasks.release_expired_reservations.name in planned


def test_handed_over_twice_it_leaves_the_store_once(bag: Product, lyon: Store) -> None:
    row = counted(bag, lyon, 2)
    aside = stock.reserve(product=bag, store=lyon, units=1, reference="R1", at=NOON)

    for _ in range(2):
        stock.hand_over(reservation=aside, at=NOON)

    row.refresh_from_db()
    assert row.on_hand == 1


def test_what_a_clerk_holds_in_his_hand_is_there(bag: Product, lyon: Store, nadia: Clerk) -> None:
    row = counted(bag, lyon, 0)

    stock.correct(product=bag, store=lyon, units=1, clerk=nadia, at=NOON)
    stock.correct(product=bag, store=lyon, units=1, clerk=nadia, at=NOON)

    assert stock.available([bag.pk], lyon) == {bag.pk: 1}
    movement = row.movements.latest("pk")
    assert (movement.reason, movement.clerk, movement.units) == ("COUNT", nadia, 1)


def test_tells_the_last_state_of_each_article_by_one_topic(bag: Product, lyon: Store) -> None:
    counted(bag, lyon, 3)
    stock.move(product=bag, store=lyon, units=-1, reason="SALE", reference="1", at=NOON)

    told = Event.objects.order_by("sequence")
    assert {event.topic for event in told} == {f"stock:lyo:{bag.pk}"}
    assert told.last().payload["available"] == 2  # type: ignore[union-attr]


def test_knows_what_other_stores_have(bag: Product, lyon: Store) -> None:
    paris = make_store("par", name="Paris")
    counted(bag, lyon, 0)
    counted(bag, paris, 2)

    assert stock.everywhere([bag.pk]) == {bag.pk: {lyon.pk: 0, paris.pk: 2}}


def test_moving_many_articles_asks_a_fixed_number_of_queries_when_none_is_counted(
    lyon: Store, django_assert_num_queries: Any
) -> None:
    moves = [
        stock.Move(make_product(f"A{n}").pk, lyon, 1, "RETURN", "R", f"k{n}") for n in range(9)
    ]

    with django_assert_num_queries(3):  # a savepoint, the rows, its end
        stock.move_all(moves, at=NOON)


def test_head_office_counts_with_a_reason(bag: Product, lyon: Store, client: Client) -> None:
    user = User.objects.create_superuser("office", password="counter-2026")
    client.force_login(user)

    client.post(
        reverse("admin:orders_stockmovement_add"),
        {"sku": bag.sku, "store": lyon.pk, "found": 7, "note": "Inventaire"},
    )

    movement = StockMovement.objects.get()
    assert (movement.units, movement.note, movement.author) == (7, "Inventaire", user)
    assert not Reservation.objects.exists()
