"""Goods: received in parts, sent elsewhere, cancelled in time; the money never knows."""

from datetime import date, timedelta

import pytest

from omnistore.outbox.models import Event
from orders import cancelling, dispositions, gateways, goods, repairs, returns, stock
from orders.goods import Part
from orders.models import (
    CustomerReturn,
    DispositionChange,
    Order,
    Reception,
    Refund,
    Repair,
    ReturnLine,
    Stock,
)
from orders.quotes import Choice
from stores.models import Register, Store, Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product, make_store

LATER = NOON + timedelta(days=3)


@pytest.fixture
def order(db: None) -> Order:
    """Three bags at 19,90 €."""
    make_policy()
    return make_order(make_customer(), [(make_product(), 3, 1990)])


def took(
    order: Order, tablet: Tablet, *, is_in_hand: bool = True, **more: object
) -> CustomerReturn:
    said = {"units": 3, "reason": "STYLE", "condition": "AS_NEW"} | more
    draft = returns.begin(
        order=order, store=tablet.store, tablet=tablet, clerk=tablet.clerk, at=NOON
    )
    returns.choose(draft=draft, choices=[Choice(order.lines.get().pk, **said)])  # type: ignore[arg-type]
    return returns.take(draft=draft, clerk=tablet.clerk, at=NOON, is_in_hand=is_in_hand)


def comes(taken: CustomerReturn, units: int, condition: str = "AS_NEW", **more: str) -> Part:
    return Part(taken.lines.get().pk, units, condition, **more)


def test_what_is_in_hand_is_received_at_once(order: Order, tablet: Tablet) -> None:
    taken = took(order, tablet)

    reception = Reception.objects.get()
    assert (reception.units, reception.disposition) == (3, "TO_SHELF")
    assert taken.goods == CustomerReturn.Goods.FULLY


def test_rule_1_3_every_reception_names_the_three_stores(order: Order, tablet: Tablet) -> None:
    Order.objects.update(store=make_store("par", name="Paris"))

    took(order, tablet)

    reception = Reception.objects.get()
    assert reception.sold_in and reception.sold_in.code == "par"
    assert reception.returned_in == reception.restocked_in == tablet.store


def test_what_comes_later_is_received_partly_then_fully(order: Order, tablet: Tablet) -> None:
    taken = took(order, tablet, is_in_hand=False)
    assert (taken.state, taken.goods) == ("ACCEPTED", "AWAITED")

    goods.receive(taken=taken, parts=[comes(taken, 1)], store=tablet.store, at=NOON)
    partly = CustomerReturn.objects.get()
    goods.receive(taken=taken, parts=[comes(taken, 2, "SOILED")], store=tablet.store, at=LATER)

    fully = CustomerReturn.objects.get()
    assert (partly.state, partly.goods, fully.goods) == ("RECEIVED", "PARTLY", "FULLY")
    assert fully.received_at == NOON
    assert [(r.units, r.disposition) for r in Reception.objects.order_by("pk")] == [
        (1, "TO_SHELF"),
        (2, "TO_REPAIR"),
    ]
    assert Event.objects.filter(name="orders.goods.received").count() == 2


@pytest.mark.parametrize(
    ("units", "condition", "refusal"),
    [
        (4, "AS_NEW", goods.MoreThanAwaited),
        (0, "AS_NEW", goods.MoreThanAwaited),
        (1, "", goods.ConditionNotSaid),
        (1, "MOULDY", goods.ConditionNotSaid),
    ],
)
def test_receives_no_more_than_is_awaited(
    order: Order, tablet: Tablet, units: int, condition: str, refusal: type[Exception]
) -> None:
    taken = took(order, tablet, is_in_hand=False)

    with pytest.raises(refusal):
        goods.receive(
            taken=taken, parts=[comes(taken, units, condition)], store=tablet.store, at=NOON
        )

    assert not Reception.objects.exists()


def test_nothing_is_received_twice(order: Order, tablet: Tablet) -> None:
    taken = took(order, tablet)

    with pytest.raises(goods.NotAwaited):
        goods.receive(taken=taken, parts=[comes(taken, 1)], store=tablet.store, at=LATER)


def test_goods_may_go_elsewhere_later_and_what_was_stays_written(
    order: Order, tablet: Tablet
) -> None:
    took(order, tablet)
    reception = Reception.objects.get()
    paris = make_store("par", name="Paris")

    part = dispositions.change(
        reception=reception, disposition="TO_STORE", units=1, store=paris, at=LATER
    )

    reception.refresh_from_db()
    assert (reception.units, reception.disposition) == (2, "TO_SHELF")
    assert (part.units, part.disposition, part.restocked_in) == (1, "TO_STORE", paris)
    change = DispositionChange.objects.get()
    assert (change.was, change.became, change.was_in) == ("TO_SHELF", "TO_STORE", tablet.store)


def test_where_goods_go_changes_no_money(order: Order, tablet: Tablet) -> None:
    took(order, tablet)
    before = list(Refund.objects.values()), list(ReturnLine.objects.values("amount", "tax"))

    dispositions.change(
        reception=Reception.objects.get(), disposition="TO_DESTROY", units=2, at=LATER
    )

    assert before == (
        list(Refund.objects.values()),
        list(ReturnLine.objects.values("amount", "tax")),
    )


@pytest.mark.parametrize(
    ("disposition", "units", "refusal"),
    [
        ("TO_SHELF", None, dispositions.AlreadyThere),
        ("TO_STORE", None, dispositions.NoStoreNamed),
        ("TO_DESTROY", 4, dispositions.NotThatMany),
        ("TO_DESTROY", 0, dispositions.NotThatMany),
        ("TO_MARS", None, dispositions.UnknownDisposition),
    ],
)
def test_goods_cannot_go_just_anywhere(
    order: Order, tablet: Tablet, disposition: str, units: int | None, refusal: type[Exception]
) -> None:
    took(order, tablet)

    with pytest.raises(refusal):
        dispositions.change(
            reception=Reception.objects.get(), disposition=disposition, units=units, at=LATER
        )

    assert not DispositionChange.objects.exists()


def test_is_cancelled_before_the_first_unit_comes_and_once(order: Order, tablet: Tablet) -> None:
    Order.objects.update(total=0)
    order.lines.update(total=0, tax=0)
    taken = took(order, tablet, is_in_hand=False)

    for _ in range(2):
        cancelling.cancel(taken=taken, at=NOON)

    assert CustomerReturn.objects.get().state == CustomerReturn.State.CANCELLED
    assert Event.objects.filter(name="orders.return.cancelled").count() == 1
    assert took(order, tablet).lines.get().units == 3


def test_is_not_cancelled_once_goods_are_here(order: Order, tablet: Tablet) -> None:
    taken = took(order, tablet, is_in_hand=False)
    goods.receive(taken=taken, parts=[comes(taken, 1)], store=tablet.store, at=NOON)

    with pytest.raises(cancelling.NotCancellable):
        cancelling.cancel(taken=taken, at=NOON)


def test_is_not_cancelled_once_money_went_out(order: Order, tablet: Tablet, till: Register) -> None:
    taken = took(order, tablet, is_in_hand=False)
    for waiting in gateways.waiting_for(till, now=NOON):
        gateways.answer(register=till, instruction_id=waiting.id, is_paid=True, at=NOON)

    with pytest.raises(cancelling.NotCancellable):
        cancelling.cancel(taken=taken, at=NOON)


def test_a_repair_is_written_for_what_the_customer_has(order: Order, tablet: Tablet) -> None:
    store: Store = tablet.store
    repairs.finish(order_line=order.lines.get(), units=1, store=store, at=LATER)

    assert Repair.objects.get().finished_on == LATER.date()
    with pytest.raises(repairs.NotWithTheCustomer):
        repairs.finish(order_line=order.lines.get(), units=4, store=store, at=LATER)


def test_rule_1_6_a_repair_makes_conformity_six_months_longer(order: Order, tablet: Tablet) -> None:
    repairs.finish(order_line=order.lines.get(), units=1, store=tablet.store, at=LATER)

    assert order.lines.get().guaranteed_until == date(2029, 5, 16)


def on_hand(order: Order) -> dict[str, int]:
    rows = Stock.objects.filter(product=order.lines.get().product)
    return {row.store.code: row.on_hand for row in rows.select_related("store")}


def test_stock_follows_where_the_goods_go(order: Order, tablet: Tablet) -> None:
    product, paris = order.lines.get().product, make_store("par", name="Paris")
    for store in (tablet.store, paris):
        stock.count(product=product, store=store, on_hand=10, at=NOON)
    taken = took(order, tablet, is_in_hand=False)
    assert on_hand(order) == {"lyo": 10, "par": 10}

    goods.receive(taken=taken, parts=[comes(taken, 3)], store=tablet.store, at=NOON)
    assert on_hand(order) == {"lyo": 13, "par": 10}

    reception = Reception.objects.get()
    sent = dispositions.change(
        reception=reception, disposition="TO_STORE", store=paris, units=1, at=LATER
    )
    assert on_hand(order) == {"lyo": 12, "par": 10}

    dispositions.change(reception=sent, disposition="TO_SHELF", at=LATER)
    dispositions.change(reception=reception, disposition="TO_REPAIR", at=LATER)
    assert on_hand(order) == {"lyo": 10, "par": 11}

    dispositions.change(reception=reception, disposition="TO_SHELF", at=LATER)
    assert on_hand(order) == {"lyo": 12, "par": 11}


def test_what_is_not_sold_again_does_not_count_as_stock(order: Order, tablet: Tablet) -> None:
    stock.count(product=order.lines.get().product, store=tablet.store, on_hand=10, at=NOON)

    took(order, tablet, condition="DAMAGED")

    assert on_hand(order) == {"lyo": 10}
