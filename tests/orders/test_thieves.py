"""What a thief tries: money twice, money from nothing, somebody else's receipt."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from omnistore import outgoing
from orders import (
    awaited,
    cancelling,
    collecting,
    gateways,
    goods,
    quotes,
    refunds,
    returns,
    slips,
    starts,
)
from orders.bills import Wanted
from orders.checkout import Tendered
from orders.gateways import processors
from orders.models import (
    CustomerReturn,
    Exchange,
    JournalEntry,
    Order,
    Processor,
    Product,
    Refund,
)
from orders.quotes import Choice
from stores.models import Clerk, Register, Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product
from tests.orders.stripe_fake import KEY, FakeStripe, stripe

INTENT = "pi_1PgafyB7WZ01zgkWSjxsAJo3"


@pytest.fixture
def fake() -> Iterator[FakeStripe]:
    with stripe() as fake:
        fake.captured[INTENT] = 6000
        yield fake
    outgoing.close()


@pytest.fixture
def bag(db: None) -> Product:
    make_policy(days=30)
    return make_product("85099B", price=2000)


@pytest.fixture
def order(bag: Product) -> Order:
    """Three bags at 20 €."""
    return make_order(make_customer(), [(bag, 3, 2000)])


def back(order: Order, units: int = 1, **more: object) -> Choice:
    choice = Choice(order.lines.get().pk, units, "STYLE", "AS_NEW")
    return replace(choice, **more)  # type: ignore[arg-type]


def swap(order: Order, product: Product, units: int = 1) -> Choice:
    wanted = (Wanted(product.pk, units),)
    return back(order, units, resolution="EXCHANGE", replacements=wanted)


def took(order: Order, *choices: Choice, tablet: Tablet, is_in_hand: bool = True) -> CustomerReturn:
    draft = returns.begin(
        order=order, store=tablet.store, tablet=tablet, clerk=tablet.clerk, at=NOON
    )
    returns.choose(draft=draft, choices=choices)
    return returns.take(draft=draft, clerk=tablet.clerk, at=NOON, is_in_hand=is_in_hand)


def gift_of(order: Order, tablet: Tablet, *choices: Choice) -> CustomerReturn:
    slip = slips.gift_of(order=order, at=NOON)
    draft = starts.of_gift(
        slip=slip, store=tablet.store, tablet=tablet, clerk=tablet.clerk, at=NOON
    )
    returns.choose(draft=draft, choices=choices)
    return draft


def pays(till: Register, **tenders: int) -> None:
    (waiting,) = gateways.waiting_for(till, now=NOON)
    tendered = [Tendered(*pair) for pair in tenders.items()]
    gateways.answer(
        register=till, instruction_id=waiting.id, is_paid=True, tenders=tendered, at=NOON
    )


def refuses(till: Register) -> None:
    (waiting,) = gateways.waiting_for(till, now=NOON)
    gateways.answer(register=till, instruction_id=waiting.id, is_paid=False, at=NOON)


def work() -> int:
    return processors.work(clock=lambda: NOON, chance=lambda: 1.0)


def by_processor(order: Order, fake: FakeStripe) -> Order:
    Processor.objects.create(name="stripe-fr", secret_key=KEY, base_address=fake.url)
    order.payments.update(processor="stripe-fr", processor_reference=INTENT)
    return order


def test_rule_2_4_a_cancelled_return_is_not_paid_by_the_processor(
    order: Order, tablet: Tablet, fake: FakeStripe
) -> None:
    taken = took(by_processor(order, fake), back(order, 3), tablet=tablet, is_in_hand=False)

    cancelling.cancel(taken=taken, at=NOON)

    assert work() == 0
    assert fake.refunds == {}
    taken.refresh_from_db()
    assert taken.state == CustomerReturn.State.CANCELLED
    # Its amount is free: what comes back another day is paid.
    took(order, back(order, 3), tablet=tablet)
    assert work() == 1
    assert [made["amount"] for made in fake.refunds.values()] == [6000]


def test_rule_1_a_return_the_processor_is_asked_about_is_not_cancelled(
    order: Order, tablet: Tablet, fake: FakeStripe
) -> None:
    taken = took(by_processor(order, fake), back(order, 3), tablet=tablet, is_in_hand=False)
    assert processors.claim(at=NOON)
    # As the worker is between its lease and its word that it asks.
    Refund.objects.update(state=Refund.State.AGREED)

    with pytest.raises(cancelling.NotCancellable):
        cancelling.cancel(taken=taken, at=NOON)


def test_a_refund_of_a_cancelled_return_goes_no_other_way(
    order: Order, tablet: Tablet, till: Register, nadia: Clerk
) -> None:
    taken = took(order, back(order, 3), tablet=tablet, is_in_hand=False)
    refuses(till)
    refund = Refund.objects.get()
    CustomerReturn.objects.update(state=CustomerReturn.State.CANCELLED)

    with pytest.raises(refunds.NothingToRetry):
        refunds.retry(refund=refund, at=NOON)
    with pytest.raises(refunds.NothingToRetry):
        refunds.reroute(
            refund=refund, tender="CASH", how="IN_PERSON", register=till, clerk=nadia, at=NOON
        )
    assert taken.refund_plan.refunds.count() == 1


def test_what_came_back_meanwhile_is_not_charged_as_missing(
    order: Order, tablet: Tablet, till: Register
) -> None:
    black = make_product("85099C", price=2000)
    first = took(order, swap(order, black), tablet=tablet, is_in_hand=False)
    awaited.charge(exchange=first.exchange, register=till, at=NOON)
    part = goods.Part(first.lines.get().pk, 1, "AS_NEW")

    with pytest.raises(goods.BeingCharged):
        goods.receive(taken=first, parts=[part], store=tablet.store, at=NOON)
    refuses(till)
    goods.receive(taken=first, parts=[part], store=tablet.store, at=NOON)
    with pytest.raises(collecting.NothingToCollect):
        collecting.retry(collection=first.exchange.collections.get(), at=NOON)
    left = quotes.draw_up(choices=[back(order, 3)], customer_id=order.customer_id, now=NOON)
    assert [problem.code for problem in left.problems] == ["too_many_units"]


def test_rule_1_8_a_gift_exchange_that_is_given_up_stays_a_gift(
    order: Order, tablet: Tablet, till: Register, counter: Client
) -> None:
    draft = gift_of(order, tablet, swap(order, make_product("22423", price=5000)))
    taken = returns.take(draft=draft, at=NOON)
    refuses(till)

    counter.post(reverse("orders:exchange_give_up", args=[taken.pk]))

    again = CustomerReturn.objects.exclude(pk=taken.pk).get()
    assert (again.proof, again.customer) == (CustomerReturn.Proof.GIFT, None)


def test_rule_1_8_what_a_gift_was_exchanged_for_comes_back_as_store_credit(
    order: Order, bag: Product, tablet: Tablet
) -> None:
    """Nor by an exchange of the exchange: the giver's means stay the giver's."""
    order.payments.update(tender="CASH")
    draft = gift_of(order, tablet, swap(order, make_product("85099C", price=2000)))
    first = returns.take(draft=draft, at=NOON).exchange.order
    assert first
    second = took(first, swap(first, bag), tablet=tablet).exchange.order
    assert second

    taken = took(second, back(second), tablet=tablet)

    refund = Refund.objects.get(plan__customer_return=taken)
    assert (refund.tender, refund.amount, refund.is_to_bearer) == ("STORE_CREDIT", 2000, True)


def test_rule_1_7_one_receipt_proves_no_line_of_another(bag: Product, tablet: Tablet) -> None:
    shown, other = (make_order(None, [(bag, 1, 2000)]) for _ in range(2))
    draft = returns.begin(order=shown, store=tablet.store, tablet=tablet, at=NOON)
    returns.choose(draft=draft, choices=[back(other)])

    with pytest.raises(quotes.OrderOfAnotherCustomer):
        returns.take(draft=draft, at=NOON)


def test_the_slip_of_an_exchange_that_waits_is_a_slip(
    order: Order, tablet: Tablet, counter: Client
) -> None:
    taken = took(order, swap(order, make_product("22423", price=5000)), tablet=tablet)

    shown = counter.post(reverse("orders:return_slip", args=[taken.pk]), follow=True)

    assert shown.status_code == 200


def test_rule_2_10_every_return_that_is_settled_is_in_the_journal(
    order: Order, tablet: Tablet, nadia: Clerk
) -> None:
    black = make_product("85099C", price=2000)
    came, lost = (took(order, swap(order, black), tablet=tablet, is_in_hand=False) for _ in "ab")

    part = goods.Part(came.lines.get().pk, 1, "AS_NEW")
    goods.receive(taken=came, parts=[part], store=tablet.store, at=NOON)
    awaited.write_off(exchange=lost.exchange, reason="Colis perdu", clerk=nadia, at=NOON)

    written = JournalEntry.objects.filter(kind=JournalEntry.Kind.RETURN_SETTLED)
    assert {row.document for row in written} == {came.number, lost.number}
    assert Exchange.objects.get(pk=lost.exchange.pk).ending == Exchange.Ending.WRITTEN_OFF
