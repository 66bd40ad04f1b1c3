"""
The core of returns under many hands, round after round.

RACE_ROUNDS=500 python -m pytest tests/races/test_core.py    as .ci/run does; prints them
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from customers.models import Customer
from orders import checkout, gateways, quotes, refunds, returns, reviews, submissions, told
from orders.approvers import Approver
from orders.checkout import Place, Sale, SoldLine, Tendered
from orders.models import (
    Adjustment,
    CustomerReturn,
    Instruction,
    Order,
    OrderLine,
    Product,
    Refund,
    RefundPlan,
    ReturnLine,
    Review,
    Tender,
)
from orders.promotions import Given
from orders.quotes import Choice
from orders.told import Told
from stores import keys
from stores.models import Clerk, Register, Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

RACES = 8
ROUNDS = -(-int(os.environ.get("RACE_ROUNDS", "40")) // RACES)
SKU = "85099B"
Record = Callable[[str, object], None]


@pytest.fixture(autouse=True)
def rounds(record_property: Record) -> None:
    record_property("rounds of races", ROUNDS)


@pytest.fixture
def camille(tablet: Tablet) -> Customer:
    make_policy()
    make_product(SKU)
    return make_customer()


def bought(camille: Customer, quantity: int, **tenders: int) -> Order:
    product = Product.objects.get(sku=SKU)
    return make_order(camille, [(product, quantity, 1000)], tenders=tenders or None)


def draft_of(line: OrderLine, tablet: Tablet, units: int = 1, **fields: object) -> CustomerReturn:
    draft = returns.begin(order=line.order, store=tablet.store, tablet=tablet, at=NOON)
    choice = Choice(line.pk, units, reason="STYLE", condition="AS_NEW")
    returns.choose(draft=draft, choices=[replace(choice, **fields)])  # type: ignore[arg-type]
    return draft


def won(answers: list[object]) -> int:
    return sum(not isinstance(answer, Exception) for answer in answers)


def test_rule_1_1_two_tablets_and_the_api_on_the_last_unit(
    camille: Customer, tablet: Tablet
) -> None:
    api_key, _ = keys.make(store=tablet.store, name="Shop", scopes=["returns"])
    for number in range(ROUNDS):
        line = bought(camille, 1).lines.get()
        drafts = [draft_of(line, tablet) for _ in range(2)]
        choice = Choice(line.pk, 1, reason="STYLE", condition="AS_NEW")

        words = {"told": Told(line.order_id, (choice,)), "idempotency_key": f"k-{number}"}

        def act(
            who: int, drafts: list[CustomerReturn] = drafts, words: dict[str, Any] = words
        ) -> object:
            if who < 2:
                return returns.take(draft=drafts[who], at=NOON)
            return told.take(**words, api_key=api_key, at=NOON)

        answers = at_once(3, act)

        assert won(answers) == 1, answers
        assert sum(isinstance(answer, quotes.TooManyUnits) for answer in answers) == 2, answers
        assert ReturnLine.objects.filter(order_line=line, amount=1000).count() == 1


def test_rule_2_4_refunds_on_one_tender(camille: Customer, tablet: Tablet) -> None:
    """An exchanged unit is refunded to the first order's tender as well."""
    for _ in range(ROUNDS):
        order = bought(camille, 2)
        line = order.lines.get()
        swapped = draft_of(line, tablet, resolution="EXCHANGE", replacement_id=line.product_id)
        new = returns.take(draft=swapped, at=NOON).exchange.order.lines.get()
        order.payments.update(amount=1000)
        drafts = [draft_of(line, tablet), draft_of(new, tablet)]

        answers = at_once(2, lambda n, d=drafts: returns.take(draft=d[n], at=NOON))  # type: ignore[misc]

        assert won(answers) == 1, answers
        assert sum(isinstance(answer, refunds.MoreThanPaid) for answer in answers) == 1


def test_rule_1_1_a_return_beside_an_exchange(camille: Customer, tablet: Tablet) -> None:
    for _ in range(ROUNDS):
        line = bought(camille, 1).lines.get()
        swap = {"resolution": "EXCHANGE", "replacement_id": line.product_id}
        drafts = [draft_of(line, tablet), draft_of(line, tablet, **swap)]

        answers = at_once(2, lambda n, d=drafts: returns.take(draft=d[n], at=NOON))  # type: ignore[misc]

        assert won(answers) == 1, answers
        assert sum(isinstance(answer, quotes.TooManyUnits) for answer in answers) == 1


def test_rule_2_5_choosing_beside_taking_leaves_what_was_taken(
    camille: Customer, tablet: Tablet
) -> None:
    for _ in range(ROUNDS):
        line = bought(camille, 2).lines.get()
        draft = draft_of(line, tablet)
        choice = Choice(line.pk, 2, reason="STYLE", condition="AS_NEW")

        def act(who: int, draft: CustomerReturn = draft, choice: Choice = choice) -> object:
            if who:
                return returns.choose(draft=draft, choices=[choice])
            return returns.take(draft=draft, at=NOON)

        at_once(2, act)

        kept = ReturnLine.objects.get(customer_return=draft)
        assert kept.amount == kept.units * 1000
        assert RefundPlan.objects.get(customer_return=draft).amount == kept.amount


def test_rule_2_3_two_lines_of_one_promotion_at_once(camille: Customer, tablet: Tablet) -> None:
    make_product("B2")
    for number in range(ROUNDS):
        sale = Sale(
            source="till",
            number=f"P{number}",
            channel="STORE",
            currency="EUR",
            placed_at=NOON,
            delivered_at=NOON,
            lines=[SoldLine(SKU, 1, 9000), SoldLine("B2", 1, 3000)],
            tenders=[Tendered(Tender.CARD, 10000)],
            promotions=[Given("T", "THRESHOLD", 2000, minimum=10000)],
        )
        order, _ = checkout.record(
            sale=sale, place=Place(store=tablet.store), customer=camille, at=NOON
        )
        drafts = [draft_of(line, tablet) for line in order.lines.select_related("order")]

        answers = at_once(2, lambda n, d=drafts: returns.take(draft=d[n], at=NOON))  # type: ignore[misc]

        assert won(answers) == 2, answers
        back = Refund.objects.filter(payment__order=order)
        assert sum(back.values_list("amount", flat=True)) == 10000
        assert sum(Adjustment.objects.filter(order=order).values_list("amount", flat=True)) == 0


def refused(taken: CustomerReturn, till: Register) -> Refund:
    """Let the register refuse the return's first refund."""
    waiting = Instruction.objects.filter(refund__plan__customer_return=taken)
    instruction = waiting.order_by("refund__position")[0]
    gateways.answer(register=till, instruction_id=instruction.pk, is_paid=False, at=NOON)
    return Refund.objects.get(instruction=instruction)


def test_rule_2_4_a_retry_beside_another_return_on_one_tender(
    camille: Customer, tablet: Tablet, till: Register
) -> None:
    for _ in range(ROUNDS):
        order = bought(camille, 2)
        line = order.lines.get()
        failed = refused(returns.take(draft=draft_of(line, tablet), at=NOON), till)
        order.payments.update(amount=1000)
        draft = draft_of(line, tablet)

        def act(who: int, draft: CustomerReturn = draft, failed: Refund = failed) -> object:
            if who:
                return returns.take(draft=draft, at=NOON)
            refunds.retry(refund=failed, at=NOON)
            return failed

        answers = at_once(2, act)

        assert won(answers) == 1, answers
        assert sum(isinstance(answer, refunds.MoreThanPaid) for answer in answers) == 1


def test_rule_2_5_a_retry_beside_the_registers_answer(
    camille: Customer, tablet: Tablet, till: Register
) -> None:
    """The plan says of itself what its refunds say."""
    for _ in range(ROUNDS):
        order = bought(camille, 2, CARD=1000, GIFT_CARD=1000)
        taken = returns.take(draft=draft_of(order.lines.get(), tablet, 2), at=NOON)
        failed = refused(taken, till)
        waiting = Instruction.objects.get(
            refund__plan__customer_return=taken, state=Instruction.State.WAITING
        )

        def act(who: int, failed: Refund = failed, waiting: Instruction = waiting) -> object:
            if who:
                return gateways.answer(
                    register=till, instruction_id=waiting.pk, is_paid=True, at=NOON
                )
            return refunds.retry(refund=failed, at=NOON)

        assert won(at_once(2, act)) == 2
        plan = RefundPlan.objects.get(customer_return=taken)
        assert plan.state == RefundPlan.State.PARTLY_DONE


def test_approval_beside_cancellation(
    camille: Customer, tablet: Tablet, nadia: Clerk, marc: Clerk
) -> None:
    """What is asked is decided or taken back, never both."""
    for _ in range(ROUNDS):
        order = bought(camille, 1)
        long_ago = NOON - timedelta(days=60)
        Order.objects.filter(pk=order.pk).update(
            placed_at=long_ago, delivered_at=long_ago, channel="STORE", store=tablet.store
        )
        line = order.lines.select_related("order").get()
        found = submissions.submit(draft=draft_of(line, tablet), clerk=nadia, at=NOON)
        ids = list(found.reviews.values_list("pk", flat=True))

        def act(who: int, found: CustomerReturn = found, ids: list[Any] = ids) -> object:
            if who:
                return reviews.withdraw(found=found, clerk=nadia, at=NOON)
            return reviews.decide(
                found=found,
                review_ids=ids,
                approver=Approver(clerk=marc),
                is_approved=True,
                how="PIN",
                at=NOON,
            )

        answers = at_once(2, act)

        assert won(answers) == 1, answers
        assert sum(isinstance(answer, reviews.NotOpen) for answer in answers) == 1
        assert Review.objects.filter(customer_return=found, state="OPEN").count() == 0
