"""Nobody waits for the other for ever: locks are taken in one order (PostgreSQL)."""

import os
from datetime import timedelta

import pytest

from orders import cancelling, checkout, gateways, returns, stock, unproven
from orders.checkout import Place, Sale, SoldLine, Tendered
from orders.models import PolicyVersion, Product, Stock
from orders.quotes import Choice
from orders.unproven import Wanted
from stores.models import Register, Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
ROUNDS = int(os.environ.get("RACE_ROUNDS", "20"))


def test_a_cancellation_beside_the_registers_answer(tablet: Tablet, till: Register) -> None:
    make_policy()
    bag = make_product()
    for _ in range(ROUNDS):
        order = make_order(make_customer(), [(bag, 1, 1000)])
        draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
        returns.choose(draft=draft, choices=[Choice(order.lines.get().pk, 1, "STYLE", "AS_NEW")])
        taken = returns.take(draft=draft, at=NOON, is_in_hand=False)
        (waiting,) = gateways.waiting_for(till, now=NOON)

        def act(who: int, taken=taken, waiting=waiting) -> object:  # type: ignore[no-untyped-def]
            if who:
                return cancelling.cancel(taken=taken, at=NOON)
            return gateways.answer(register=till, instruction_id=waiting.id, is_paid=True, at=NOON)

        answer, refused = at_once(2, act)

        assert not isinstance(answer, Exception), answer
        assert isinstance(refused, cancelling.NotCancellable), refused


def test_a_return_that_gives_credit_beside_a_sale_of_the_same_article(tablet: Tablet) -> None:
    make_policy()
    rule = {"rule": "no_receipt", "look_back_days": 90, "returns": 10**6, "amount": 10**9}
    PolicyVersion.objects.update(rules=[rule | {"currency": "EUR", "days": 1}])
    bag = make_product("85099B", price=1000)
    stock.count(product=bag, store=tablet.store, on_hand=1000, at=NOON)
    for number in range(ROUNDS):
        draft = unproven.begin(
            customer=make_customer(), store=tablet.store, currency="EUR", at=NOON
        )
        unproven.choose(draft=draft, wanted=[Wanted(bag.pk, 1, "STYLE", condition="AS_NEW")])
        sale = Sale(
            source="till",
            number=f"T-{number}",
            currency="EUR",
            channel="STORE",
            lines=[SoldLine(sku=bag.sku, quantity=1, unit_price=1000)],
            tenders=[Tendered("CASH", 1000)],
            placed_at=NOON - timedelta(minutes=1),
            delivered_at=NOON,
        )

        def act(who: int, draft=draft, sale=sale) -> object:  # type: ignore[no-untyped-def]
            if who:
                return checkout.record(sale=sale, place=Place(store=tablet.store), at=NOON)
            return unproven.take(draft=draft, at=NOON)

        answers = at_once(2, act)

        assert not [one for one in answers if isinstance(one, Exception)], answers
    assert Stock.objects.get(product=Product.objects.get()).on_hand == 1000
