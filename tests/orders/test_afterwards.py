"""Seconds later: what came back is not advertised to him, and he is asked once how it went."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from customers.models import Customer
from omnistore.outbox import connections, relay, sending
from omnistore.outbox.models import Event
from orders import advertising, cancelling, checkout, gateways, returns
from orders.checkout import Place, Sale, SoldLine, Tendered
from orders.models import (
    CustomerReturn,
    Instruction,
    Order,
    Product,
    ProductRefusal,
    SatisfactionRequest,
)
from orders.quotes import Choice
from stores.models import Store, Tablet
from tests.factories import (
    NOON,
    WEBHOOK_SECRET,
    make_customer,
    make_order,
    make_policy,
    make_product,
)
from tests.receiver import listening

STOPPED, RESUMED = "customers.advertising.stopped", "customers.advertising.resumed"
ASKED = "orders.satisfaction.asked"


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer()


@pytest.fixture
def bag(db: None) -> Product:
    make_policy()
    return make_product("85099B", price=1990, model="85099")


def bring(
    customer: Customer | None,
    product: Product,
    tablet: Tablet,
    *,
    at: datetime = NOON,
    is_in_hand: bool = True,
    **fields: object,
) -> CustomerReturn:
    """Take back one unit of an order of two."""
    order = make_order(customer, [(product, 2, 1990)], placed_at=at - timedelta(days=5))
    choice = Choice(
        order.lines.get().pk,
        1,
        **{"reason": "TOO_SMALL", "condition": "AS_NEW"} | fields,  # type: ignore[arg-type]
    )
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=at)
    returns.choose(draft=draft, choices=[choice])
    return returns.take(draft=draft, clerk=tablet.clerk, at=at, is_in_hand=is_in_hand)


def pay(taken: CustomerReturn, at: datetime = NOON) -> None:
    for instruction in Instruction.objects.filter(refund__plan__customer_return=taken):
        gateways.answer(
            instruction_id=instruction.pk,
            register=instruction.register,
            is_paid=True,
            reference="CB 1",
            at=at,
        )


def buy(customer: Customer, sku: str, store: Store, *, placed_at: datetime) -> Order:
    sale = Sale(
        source="till",
        number=f"T-{placed_at:%j%H%M%S}",
        channel="STORE",
        currency="EUR",
        placed_at=placed_at,
        delivered_at=placed_at,
        lines=[SoldLine(sku=sku, quantity=1, unit_price=1990)],
        tenders=[Tendered(tender="CARD", amount=1990)],
    )
    order, _is_new = checkout.record(
        sale=sale, place=Place(store=store), customer=customer, at=placed_at + timedelta(days=9)
    )
    return order


def told(name: str) -> list[dict[str, Any]]:
    return [event.payload for event in Event.objects.filter(name=name).order_by("sequence")]


# --- not to be advertised ------------------------------------------------------------------------
def test_what_came_back_is_not_advertised_to_him(
    camille: Customer, bag: Product, tablet: Tablet
) -> None:
    taken = bring(camille, bag, tablet)

    assert advertising.refused_by(camille.pk) == {bag.pk}
    assert told(STOPPED) == [
        {
            "customer_id": str(camille.pk),
            "store_code": "lyo",
            "sku": "85099B",
            "model": "85099",
            "reason": "TOO_SMALL",
            "return_id": str(taken.pk),
        }
    ]


def test_brought_back_twice_the_refusal_stands_once(
    camille: Customer, bag: Product, tablet: Tablet
) -> None:
    bring(camille, bag, tablet)
    bring(camille, bag, tablet, at=NOON + timedelta(days=1))

    assert ProductRefusal.objects.count() == 1


def test_nobody_is_told_of_somebody_without_a_name(bag: Product, tablet: Tablet) -> None:
    bring(None, bag, tablet)

    assert not ProductRefusal.objects.exists()
    assert told(STOPPED) == told(ASKED) == []


def test_what_he_takes_again_in_exchange_he_wants(
    camille: Customer, bag: Product, tablet: Tablet
) -> None:
    bring(camille, bag, tablet)
    assert advertising.refused_by(camille.pk) == {bag.pk}

    bring(
        camille,
        bag,
        tablet,
        at=NOON + timedelta(days=1),
        reason="DEFECTIVE",
        condition="DAMAGED",
        resolution="EXCHANGE",
        replacement_id=bag.pk,
    )

    assert advertising.refused_by(camille.pk) == set()
    assert [fact["order_id"] for fact in told(RESUMED)] == [None]


def test_bought_again_it_may_be_advertised_again(
    camille: Customer, bag: Product, tablet: Tablet, lyon: Store
) -> None:
    bring(camille, bag, tablet)

    order = buy(camille, "85099B", lyon, placed_at=NOON + timedelta(days=2))

    assert advertising.refused_by(camille.pk) == set()
    assert [fact["order_id"] for fact in told(RESUMED)] == [str(order.pk)]


def test_a_sale_told_late_lifts_nothing(
    camille: Customer, bag: Product, tablet: Tablet, lyon: Store
) -> None:
    bring(camille, bag, tablet)

    buy(camille, "85099B", lyon, placed_at=NOON - timedelta(days=2))

    assert advertising.refused_by(camille.pk) == {bag.pk}
    assert told(RESUMED) == []


def test_somebody_elses_purchase_lifts_nothing(
    camille: Customer, bag: Product, tablet: Tablet, lyon: Store
) -> None:
    bring(camille, bag, tablet)

    buy(make_customer("Zoé"), "85099B", lyon, placed_at=NOON + timedelta(days=2))

    assert advertising.refused_by(camille.pk) == {bag.pk}


def test_a_cancelled_return_leaves_nothing_behind(
    camille: Customer, bag: Product, tablet: Tablet
) -> None:
    taken = bring(camille, bag, tablet, is_in_hand=False)
    CustomerReturn.objects.filter(pk=taken.pk).update(state="ACCEPTED", goods="AWAITED")
    taken.refund_plan.refunds.update(state="AGREED")

    cancelling.cancel(taken=taken, at=NOON + timedelta(hours=1))

    assert advertising.refused_by(camille.pk) == set()
    assert len(told(RESUMED)) == 1


def test_a_system_knows_within_seconds(camille: Customer, bag: Product, tablet: Tablet) -> None:
    seconds_later = now() + timedelta(seconds=3)
    with listening() as crm:
        connection = connections.ensure(name="crm", url=crm.url, secret=WEBHOOK_SECRET, at=NOON)
        bring(camille, bag, tablet)
        # One turn of the relay, one of the sender: nothing waits for a later one.
        relay.relay(at=seconds_later)
        sending.send_due(connection=connection, clock=lambda: seconds_later, chance=lambda: 1.0)

    heard = {event["type"]: event["data"] for event in crm.once()}
    assert heard[f"omnistore.{STOPPED}"]["sku"] == "85099B"


def test_the_newest_word_about_an_article_stands_for_those_before_it(
    camille: Customer, bag: Product, tablet: Tablet, lyon: Store
) -> None:
    bring(camille, bag, tablet)
    buy(camille, "85099B", lyon, placed_at=NOON + timedelta(days=2))

    states = Event.objects.filter(name__in=[STOPPED, RESUMED])
    assert {(event.kind, event.topic) for event in states} == {("STATE", "advertising:85099B")}


# --- asked how it went ---------------------------------------------------------------------------
def test_he_is_asked_when_all_is_paid_and_not_before(
    camille: Customer, bag: Product, tablet: Tablet
) -> None:
    taken = bring(camille, bag, tablet)
    assert told(ASKED) == []

    pay(taken)

    assert [fact["return_id"] for fact in told(ASKED)] == [str(taken.pk)]


def test_an_even_exchange_is_asked_about_at_once(
    camille: Customer, bag: Product, tablet: Tablet
) -> None:
    bring(camille, bag, tablet, resolution="EXCHANGE", replacement_id=bag.pk)

    assert len(told(ASKED)) == 1


@pytest.mark.parametrize(("days", "times"), [(0, 1), (29, 1), (30, 2)])
def test_he_is_not_asked_again_within_thirty_days(
    camille: Customer, bag: Product, tablet: Tablet, days: int, times: int
) -> None:
    later = NOON + timedelta(days=days)

    pay(bring(camille, bag, tablet))
    pay(bring(camille, bag, tablet, at=later), at=later)

    assert len(told(ASKED)) == times
    assert SatisfactionRequest.objects.count() == 1


def test_two_customers_are_asked_each_for_himself(
    camille: Customer, bag: Product, tablet: Tablet
) -> None:
    for customer in (camille, make_customer("Zoé")):
        pay(bring(customer, bag, tablet))

    assert len(told(ASKED)) == 2
