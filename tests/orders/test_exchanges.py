"""Exchanges: one document, what it costs, who pays what, and how each of them ends."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from customers.models import Customer
from omnistore.money import pour
from omnistore.outbox.models import Event
from orders import awaited, cancelling, collecting, exchanges, gateways, goods, quotes, returns
from orders import stock as stocks
from orders.bills import Wanted
from orders.checkout import Tendered, TendersDiffer
from orders.models import (
    Collection,
    CustomerReturn,
    Exchange,
    Order,
    OrderLine,
    Payment,
    Product,
    Refund,
    Reservation,
    Stock,
)
from orders.quotes import Choice, Quote
from stores.models import Clerk, Register, Store, Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product, make_store


@pytest.fixture
def camille(db: None) -> Customer:
    make_policy(days=30)
    return make_customer()


@pytest.fixture
def bag(camille: Customer) -> Product:
    return make_product("85099B", price=2000)


@pytest.fixture
def black(bag: Product) -> Product:
    """The same bag in another colour."""
    return make_product("85099C", price=2000)


@pytest.fixture
def lamp(camille: Customer) -> Product:
    """Another article, dearer."""
    return make_product("22423", price=3200)


@pytest.fixture
def order(camille: Customer, bag: Product) -> Order:
    """Three bags at 20 €, bought on the web five days ago by card."""
    return make_order(camille, [(bag, 3, 2000)])


def swap(order: Order, *wanted: Wanted, units: int = 1, **fields: Any) -> Choice:
    line = order.lines.get()
    said = {"reason": "STYLE", "condition": "AS_NEW", "resolution": "EXCHANGE"} | fields
    return Choice(line.pk, units, replacements=wanted, **said)


def quoted(order: Order, *choices: Choice, store: Store | None = None) -> Quote:
    return quotes.draw_up(choices=choices, customer_id=order.customer_id, now=NOON, store=store)


def draft_of(order: Order, *choices: Choice, tablet: Tablet) -> CustomerReturn:
    draft = returns.begin(
        order=order, store=tablet.store, tablet=tablet, clerk=tablet.clerk, at=NOON
    )
    returns.choose(draft=draft, choices=choices)
    return draft


def took(order: Order, *choices: Choice, tablet: Tablet, **more: Any) -> CustomerReturn:
    draft = draft_of(order, *choices, tablet=tablet)
    return returns.take(draft=draft, clerk=tablet.clerk, at=NOON, **more)


def pays(till: Register, *tenders: tuple[str, int]) -> None:
    (waiting,) = gateways.waiting_for(till, now=NOON)
    gateways.answer(
        register=till,
        instruction_id=waiting.id,
        is_paid=True,
        tenders=[Tendered(*tender) for tender in tenders],
        at=NOON,
    )


def refuses(till: Register) -> None:
    (waiting,) = gateways.waiting_for(till, now=NOON)
    gateways.answer(
        register=till, instruction_id=waiting.id, is_paid=False, failure="declined", at=NOON
    )


def everything_back(order: Order, tablet: Tablet) -> CustomerReturn:
    lines = order.lines.order_by("position")
    choices = [Choice(line.pk, line.quantity, "STYLE", "AS_NEW") for line in lines]
    return took(order, *choices, tablet=tablet)


def back_to(taken: CustomerReturn) -> dict[tuple[str, str], int]:
    """Return what goes back, by order number and tender."""
    rows = Refund.objects.filter(plan__customer_return=taken).select_related("payment__order")
    return {(row.payment.order.number, row.tender): row.amount for row in rows}  # type: ignore[union-attr]


# --- what it costs -------------------------------------------------------------------------------


def test_rule_2_7_the_same_article_costs_nothing_whatever_todays_price(
    order: Order, bag: Product, black: Product
) -> None:
    Product.objects.update(price=2900)

    quote = quoted(order, swap(order, Wanted(black.pk, 2), units=2))

    assert (quote.credit_total, quote.charge_total) == (4000, 4000)
    assert (quote.refund_total, quote.to_pay) == (0, 0)
    assert quote.bill.charges[0].is_same  # type: ignore[union-attr]


def test_rule_2_7_another_article_that_costs_more_is_paid_by_the_customer(
    order: Order, lamp: Product
) -> None:
    quote = quoted(order, swap(order, Wanted(lamp.pk, 1)))

    assert quote.bill.difference == -1200  # type: ignore[union-attr]
    assert (quote.refund_total, quote.to_pay) == (0, 1200)


def test_rule_2_7_another_article_that_costs_less_gives_back_the_difference_only(
    order: Order, tablet: Tablet
) -> None:
    cup = make_product("21212", price=1200)

    taken = took(order, swap(order, Wanted(cup.pk, 1)), tablet=tablet)

    assert back_to(taken) == {(order.number, "CARD"): 800}
    assert taken.exchange.difference == 800
    assert taken.exchange.order.total == 1200


def test_a_dearer_variant_costs_what_it_costs_more_today(order: Order, bag: Product) -> None:
    gold = make_product("85099G", price=2500)
    OrderLine.objects.update(total=3000)

    quote = quoted(order, swap(order, Wanted(gold.pk, 1)))

    assert (quote.credit_total, quote.charge_total, quote.to_pay) == (1000, 1500, 500)


def test_one_article_may_be_replaced_by_several(
    order: Order, black: Product, lamp: Product
) -> None:
    quote = quoted(order, swap(order, Wanted(black.pk, 1), Wanted(lamp.pk, 1), units=2))

    assert [charge.amount for charge in quote.bill.charges] == [2000, 3200]  # type: ignore[union-attr]
    assert quote.to_pay == 1200


def test_several_articles_may_be_replaced_by_one(camille: Customer, lamp: Product) -> None:
    order = make_order(camille, [(make_product("A1"), 1, 1500), (make_product("B1"), 1, 1700)])
    first, second = order.lines.order_by("position")
    said = {"reason": "STYLE", "condition": "AS_NEW", "resolution": "EXCHANGE"}

    quote = quotes.draw_up(
        choices=[
            Choice(first.pk, 1, **said),
            Choice(second.pk, 1, replacements=(Wanted(lamp.pk, 1),), **said),
        ],
        customer_id=camille.pk,
        now=NOON,
    )

    assert not quote.problems
    assert (quote.refund_total, quote.to_pay) == (0, 0)


def test_what_is_refunded_in_the_same_return_pays_for_what_is_taken(
    camille: Customer, lamp: Product
) -> None:
    order = make_order(camille, [(make_product("A1"), 1, 2000), (make_product("B1"), 1, 3000)])
    first, second = order.lines.order_by("position")

    quote = quotes.draw_up(
        choices=[
            Choice(first.pk, 1, "STYLE", "AS_NEW", "EXCHANGE", replacements=(Wanted(lamp.pk, 1),)),
            Choice(second.pk, 1, "STYLE", "AS_NEW"),
        ],
        customer_id=camille.pk,
        now=NOON,
    )

    assert (quote.refund_total, quote.to_pay) == (1800, 0)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ([], "replacement_missing"),
        ([{"product_id": 10**6}], "not_offered"),
        ([{"units": 0}], "not_offered"),
        ([{"fulfilment": "BALLOON"}], "not_from_there"),
        ([{"fulfilment": "STORE"}], "not_from_there"),
        ([{"from_store_id": 10**6}], "not_from_there"),
        ([{"units": 5000}], "too_many_wanted"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_its_code(
    order: Order, lamp: Product, wanted: Sequence[dict[str, Any]], code: str
) -> None:
    ones = [Wanted(**{"product_id": lamp.pk, "units": 1} | one) for one in wanted]

    assert [problem.code for problem in quoted(order, swap(order, *ones)).problems] == [code]


def test_an_article_no_longer_offered_is_refused(order: Order, lamp: Product) -> None:
    Product.objects.filter(pk=lamp.pk).update(is_offered=False)

    quote = quoted(order, swap(order, Wanted(lamp.pk, 1)))

    assert [problem.code for problem in quote.problems] == ["not_offered"]


# --- the customer pays ---------------------------------------------------------------------------


@pytest.fixture
def unpaid(order: Order, lamp: Product, tablet: Tablet) -> CustomerReturn:
    """A bag for a lamp: 12 € to pay, and the register asked for them."""
    stocks.count(product=lamp, store=tablet.store, on_hand=1, at=NOON)
    return took(order, swap(order, Wanted(lamp.pk, 1)), tablet=tablet)


def test_the_register_is_asked_to_collect_by_a_signed_instruction(
    unpaid: CustomerReturn, till: Register
) -> None:
    (waiting,) = gateways.waiting_for(till, now=NOON)

    told = json.loads(waiting.body)
    assert (told["act"], told["amount_minor"], told["return_number"]) == (
        "collect",
        1200,
        unpaid.number,
    )


def test_goods_change_hands_only_when_the_customer_has_paid(
    unpaid: CustomerReturn, order: Order, lamp: Product, till: Register
) -> None:
    row = Stock.objects.get(product=lamp)
    assert unpaid.state == CustomerReturn.State.ACCEPTED
    assert unpaid.goods == CustomerReturn.Goods.AWAITED
    assert (row.on_hand, row.reserved) == (1, 1)
    assert not Order.objects.filter(kind=Order.Kind.EXCHANGE).exists()

    pays(till, ("CARD", 1000), ("CASH", 200))

    unpaid.refresh_from_db()
    row.refresh_from_db()
    assert unpaid.state == CustomerReturn.State.SETTLED
    assert unpaid.goods == CustomerReturn.Goods.FULLY
    assert (row.on_hand, row.reserved) == (0, 0)
    bought = unpaid.exchange.order
    assert bought.total == 3200
    assert bought.payments.count() == 2
    assert Event.objects.filter(name="orders.exchange.made").count() == 1


def test_rule_1_9_what_was_exchanged_comes_back_to_all_who_paid_for_it(
    unpaid: CustomerReturn, order: Order, till: Register, tablet: Tablet
) -> None:
    pays(till, ("CARD", 1000), ("CASH", 200))
    unpaid.refresh_from_db()
    bought = unpaid.exchange.order

    again = everything_back(bought, tablet)

    assert back_to(again) == {
        (order.number, "CARD"): 2000,
        (bought.number, "CARD"): 1000,
        (bought.number, "CASH"): 200,
    }


def test_rule_1_9_an_exchange_of_an_exchange_keeps_the_price_first_paid(
    unpaid: CustomerReturn, order: Order, lamp: Product, till: Register, tablet: Tablet
) -> None:
    pays(till, ("CASH", 1200))
    bought = Exchange.objects.get().order
    green = make_product("22423X", model=lamp.model, price=9900)
    Product.objects.filter(pk=lamp.pk).update(price=9900)

    second = took(bought, swap(bought, Wanted(green.pk, 1)), tablet=tablet)
    last = everything_back(second.exchange.order, tablet)

    assert second.exchange.difference == 0
    assert back_to(last) == {(order.number, "CARD"): 2000, (bought.number, "CASH"): 1200}


def test_tenders_that_do_not_sum_to_what_was_asked_are_refused(
    unpaid: CustomerReturn, till: Register
) -> None:
    with pytest.raises(TendersDiffer):
        pays(till, ("CARD", 1199))
    with pytest.raises(TendersDiffer):
        pays(till)
    with pytest.raises(collecting.UnknownTender):
        pays(till, ("SHELLS", 1200))

    assert Collection.objects.get().state == Collection.State.ASKED
    assert not Payment.objects.filter(order__kind="EXCHANGE").exists()


def test_the_registers_word_sent_twice_hands_over_once(
    unpaid: CustomerReturn, till: Register
) -> None:
    (waiting,) = gateways.waiting_for(till, now=NOON)
    for _ in range(2):
        gateways.answer(
            register=till,
            instruction_id=waiting.id,
            is_paid=True,
            tenders=[Tendered("CARD", 1200)],
            at=NOON,
        )

    assert Payment.objects.filter(order__kind="EXCHANGE").count() == 1


def test_a_payment_that_was_refused_is_tried_again_by_the_same_key(
    unpaid: CustomerReturn, till: Register
) -> None:
    (first,) = gateways.waiting_for(till, now=NOON)
    refuses(till)
    assert Exchange.objects.get().is_unpaid

    collecting.retry(collection=Collection.objects.get(), at=NOON)

    (again,) = gateways.waiting_for(till, now=NOON)
    assert json.loads(again.body) == json.loads(first.body)
    with pytest.raises(collecting.NothingToCollect):
        collecting.retry(collection=Collection.objects.get(), at=NOON)


def test_rule_1_an_exchange_nobody_paid_is_cancelled_and_leaves_nothing_put_aside(
    unpaid: CustomerReturn, order: Order, lamp: Product, till: Register
) -> None:
    with pytest.raises(cancelling.NotCancellable):
        cancelling.cancel(taken=unpaid, at=NOON)
    refuses(till)

    cancelling.cancel(taken=unpaid, at=NOON)

    assert stocks.available([lamp.pk], till.store) == {lamp.pk: 1}
    assert Reservation.objects.get().state == Reservation.State.RELEASED
    assert Exchange.objects.get().state == Exchange.State.CANCELLED
    assert quoted(order, Choice(order.lines.get().pk, 3, "STYLE", "AS_NEW")).may_be_taken
    with pytest.raises(collecting.NothingToCollect):
        collecting.retry(collection=Collection.objects.get(), at=NOON)


def test_what_the_customer_agreed_to_pay_must_still_be_what_he_pays(
    order: Order, lamp: Product, tablet: Tablet
) -> None:
    with pytest.raises(returns.QuoteChanged):
        took(order, swap(order, Wanted(lamp.pk, 1)), tablet=tablet, agreed_to_pay=0)

    assert not Exchange.objects.exists()


# --- stock ---------------------------------------------------------------------------------------


def test_goods_go_to_the_shelf_and_from_it(
    order: Order, bag: Product, black: Product, tablet: Tablet
) -> None:
    for product in (bag, black):
        stocks.count(product=product, store=tablet.store, on_hand=1, at=NOON)

    took(order, swap(order, Wanted(black.pk, 1)), tablet=tablet)

    assert stocks.available([bag.pk, black.pk], tablet.store) == {bag.pk: 2, black.pk: 0}


def test_what_is_broken_does_not_go_to_the_shelf(
    order: Order, bag: Product, tablet: Tablet
) -> None:
    stocks.count(product=bag, store=tablet.store, on_hand=0, at=NOON)

    took(order, Choice(order.lines.get().pk, 1, "DEFECTIVE", "DAMAGED"), tablet=tablet)

    assert stocks.available([bag.pk], tablet.store) == {bag.pk: 0}


def test_what_is_sold_out_is_refused_unless_the_clerk_holds_it(
    order: Order, black: Product, tablet: Tablet, nadia: Clerk
) -> None:
    stocks.count(product=black, store=tablet.store, on_hand=0, at=NOON)

    with pytest.raises(stocks.NotAvailable):
        took(order, swap(order, Wanted(black.pk, 1)), tablet=tablet)
    took(order, swap(order, Wanted(black.pk, 1, is_in_hand=True)), tablet=tablet)

    counted = Stock.objects.get().movements.filter(reason="COUNT").latest("pk")
    assert (counted.clerk, counted.units) == (nadia, 1)
    assert Stock.objects.get().on_hand == 0


def test_what_another_store_has_is_put_aside_there_and_handed_over_there(
    order: Order, black: Product, tablet: Tablet
) -> None:
    paris = make_store("par", name="Paris")
    stocks.count(product=black, store=paris, on_hand=1, at=NOON)
    wanted = Wanted(black.pk, 1, "STORE", from_store_id=paris.pk)

    taken = took(order, swap(order, wanted), tablet=tablet)

    (there,) = exchanges.to_give_in(paris)
    line = taken.exchange.order.lines.get()
    assert (Stock.objects.get().reserved, line.handed_over) == (1, 0)
    with pytest.raises(exchanges.NotToHandOver):
        exchanges.deliver(replacement=there, store=tablet.store, at=NOON)

    for _ in range(2):
        exchanges.deliver(replacement=there, store=paris, at=NOON)

    line.refresh_from_db()
    row = Stock.objects.get()
    assert (line.handed_over, row.on_hand, row.reserved) == (1, 0, 0)
    assert not exchanges.to_give_in(paris)


def test_what_is_shipped_is_put_aside_and_asked_for_by_a_fact(
    order: Order, black: Product, tablet: Tablet
) -> None:
    """The address is the web shop's business: no name goes with it."""
    took(order, swap(order, Wanted(black.pk, 1, "SHIPPED")), tablet=tablet)

    told = Event.objects.get(name="orders.replacement.to_send").payload
    assert (told["sku"], told["units"]) == (black.sku, 1)


# --- the new article goes out first --------------------------------------------------------------


@pytest.fixture
def first(order: Order, black: Product, tablet: Tablet) -> CustomerReturn:
    """Two black bags went out; the others are to come by mail."""
    return took(order, swap(order, Wanted(black.pk, 2), units=2), tablet=tablet, is_in_hand=False)


def received(taken: CustomerReturn, units: int, store: Store) -> None:
    line = taken.lines.get()
    goods.receive(taken=taken, parts=[goods.Part(line.pk, units, "AS_NEW")], store=store, at=NOON)


def test_what_is_awaited_has_a_day_and_ends_when_it_comes(
    first: CustomerReturn, lyon: Store
) -> None:
    assert first.exchange.due_on == (NOON + timedelta(days=14)).date()
    assert [exchange.pk for exchange in awaited.open_ones()] == [first.exchange.pk]

    received(first, 1, lyon)
    assert awaited.open_ones().exists()
    received(first, 1, lyon)

    first.refresh_from_db()
    assert not awaited.open_ones().exists()
    assert first.state == CustomerReturn.State.SETTLED


def test_money_never_goes_back_before_the_goods_are_here(order: Order, tablet: Tablet) -> None:
    cup = make_product("21212", price=1200)

    with translation.override("en"), pytest.raises(exchanges.CannotRefundFirst) as refused:
        took(order, swap(order, Wanted(cup.pk, 1)), tablet=tablet, is_in_hand=False)

    assert "€8.00" in refused.value.sentence
    assert not Exchange.objects.exists()


def test_what_never_comes_is_found_once_and_told(first: CustomerReturn) -> None:
    late = NOON + timedelta(days=15)

    assert awaited.find_overdue(at=NOON + timedelta(days=14)) == 0
    assert awaited.find_overdue(at=late) == 1
    assert awaited.find_overdue(at=late) == 0

    told = Event.objects.get(name="orders.exchange.overdue").payload
    assert told["amount"] == 4000
    assert Exchange.objects.get().is_overdue


def test_what_never_comes_may_be_charged_and_then_both_are_his(
    first: CustomerReturn, order: Order, till: Register, tablet: Tablet, nadia: Clerk
) -> None:
    awaited.charge(exchange=first.exchange, register=till, clerk=nadia, at=NOON)
    with pytest.raises(awaited.NotAwaited):
        awaited.charge(exchange=first.exchange, register=till, clerk=nadia, at=NOON)

    pays(till, ("CARD", 4000))

    first.refresh_from_db()
    bought = first.exchange.order
    assert first.state == CustomerReturn.State.CANCELLED
    assert first.exchange.ending == Exchange.Ending.CHARGED
    assert not awaited.open_ones().exists()
    # Both may come back, each to what paid for it.
    assert back_to(everything_back(bought, tablet)) == {(bought.number, "CARD"): 4000}
    assert back_to(everything_back(order, tablet)) == {(order.number, "CARD"): 6000}


def test_what_never_comes_may_be_written_off_with_a_reason(
    first: CustomerReturn, order: Order, nadia: Clerk
) -> None:
    with pytest.raises(awaited.NoEndingReason):
        awaited.write_off(exchange=first.exchange, reason=" ", clerk=nadia, at=NOON)

    ended = awaited.write_off(exchange=first.exchange, reason="Colis perdu", clerk=nadia, at=NOON)

    assert (ended.ending, ended.ended_by) == (Exchange.Ending.WRITTEN_OFF, nadia)
    assert first.lines.get().disposition == "MISSING"
    with pytest.raises(awaited.NotAwaited):
        awaited.write_off(exchange=first.exchange, reason="Encore", clerk=nadia, at=NOON)
    left = quoted(order, Choice(order.lines.get().pk, 2, "STYLE", "AS_NEW"))
    assert [problem.code for problem in left.problems] == ["too_many_units"]


def test_what_came_in_part_is_not_charged(
    first: CustomerReturn, till: Register, lyon: Store
) -> None:
    received(first, 1, lyon)

    with pytest.raises(awaited.PartlyBack):
        awaited.charge(exchange=first.exchange, register=till, at=NOON)


def test_rule_1_6_the_guarantee_begins_anew_where_what_is_defective_is_replaced(
    camille: Customer, bag: Product, black: Product, tablet: Tablet
) -> None:
    """Consumer Code L217-13; and a swap for another colour keeps what a repair had added."""
    old = make_order(camille, [(bag, 2, 2000)], placed_at=NOON - timedelta(days=400))
    repaired = date(2028, 1, 1)
    old.lines.update(guaranteed_until=repaired)
    broken = swap(old, Wanted(bag.pk, 1), reason="DEFECTIVE", condition="DAMAGED")
    wrong = swap(old, Wanted(black.pk, 1), reason="WRONG_ITEM")

    replaced = took(old, broken, tablet=tablet).exchange.order.lines.get()
    swapped = took(old, wrong, tablet=tablet).exchange.order.lines.get()

    assert replaced.guaranteed_until == date(2028, 11, 21)
    assert swapped.guaranteed_until == repaired


# --- arithmetic ----------------------------------------------------------------------------------


@given(weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=6), data=st.data())
def test_pouring_more_never_gives_a_part_back(weights: list[int], data: st.DataObject) -> None:
    whole = sum(weights)
    low = data.draw(st.integers(0, whole))
    high = data.draw(st.integers(low, whole))

    less, more = pour(low, weights), pour(high, weights)

    assert (sum(less), sum(more)) == (low, high)
    assert all(0 <= a <= b <= w for a, b, w in zip(less, more, weights, strict=True))
    assert pour(whole, weights) == weights
