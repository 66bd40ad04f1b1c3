"""Two tablets at once: the last unit, one draft, one tender, one instruction."""

import pytest

from omnistore.outbox.models import Event
from orders import gateways, quotes, refunds, returns
from orders.models import CustomerReturn, Order, Refund, RefundPlan, ReturnLine
from orders.quotes import Choice
from stores.models import Register, Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

ROUNDS = 5


@pytest.fixture
def order(tablet: Tablet) -> Order:
    make_policy()
    return make_order(make_customer(), [(make_product(), 3, 1000)])


def draft_of(
    order: Order, units: int, tablet: Tablet, resolution: str = "REFUND"
) -> CustomerReturn:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
    line = order.lines.get()
    choice = Choice(
        order_line_id=line.pk,
        units=units,
        reason="STYLE",
        condition="AS_NEW",
        resolution=resolution,
        replacement_id=line.product_id,
    )
    returns.choose(draft=draft, choices=[choice])
    return draft


def test_of_two_claims_on_the_last_unit_exactly_one_wins(order: Order, tablet: Tablet) -> None:
    """rules.md 1.1"""
    for _ in range(ROUNDS):
        ReturnLine.objects.all().delete()
        Refund.objects.all().update(state=Refund.State.FAILED)
        drafts = [draft_of(order, 3, tablet) for _ in range(2)]

        answers = at_once(2, lambda n, d=drafts: returns.take(draft=d[n], at=NOON))  # type: ignore[misc]

        assert sum(isinstance(answer, CustomerReturn) for answer in answers) == 1
        assert sum(isinstance(answer, quotes.TooManyUnits) for answer in answers) == 1


def test_two_valid_claims_both_win_and_give_back_every_cent(order: Order, tablet: Tablet) -> None:
    """rules.md 1.1"""
    order.lines.update(total=1000)
    drafts = [draft_of(order, 1, tablet) for _ in range(3)]

    answers = at_once(3, lambda n: returns.take(draft=drafts[n], at=NOON))

    assert all(isinstance(answer, CustomerReturn) for answer in answers)
    assert sorted(refund.amount for refund in Refund.objects.all()) == [333, 333, 334]


def test_a_double_tap_is_one_return(order: Order, tablet: Tablet) -> None:
    """rules.md 2.5"""
    draft = draft_of(order, 1, tablet)

    answers = at_once(4, lambda _: returns.take(draft=draft, at=NOON))

    assert {answer.number for answer in answers} == {"LYO-R000001"}  # type: ignore[union-attr]
    assert Refund.objects.count() == 1
    assert Event.objects.filter(name="orders.return.accepted").count() == 1


def test_refunds_on_one_tender_never_exceed_what_it_paid(order: Order, tablet: Tablet) -> None:
    """rules.md 2.4: an exchanged unit is refunded to the first order's tender as well."""
    taken = returns.take(draft=draft_of(order, 1, tablet, resolution="EXCHANGE"), at=NOON)
    order.payments.update(amount=1000)
    for _ in range(ROUNDS):
        ReturnLine.objects.exclude(customer_return=taken).delete()
        Refund.objects.all().update(state=Refund.State.FAILED)
        drafts = [draft_of(order, 1, tablet), draft_of(taken.exchange.order, 1, tablet)]

        answers = at_once(2, lambda n, d=drafts: returns.take(draft=d[n], at=NOON))  # type: ignore[misc]

        assert sum(isinstance(answer, refunds.MoreThanPaid) for answer in answers) == 1


def test_the_registers_answer_sent_twice_at_once_counts_once(
    order: Order, tablet: Tablet, till: Register
) -> None:
    returns.take(draft=draft_of(order, 3, tablet), at=NOON)
    (waiting,) = gateways.waiting_for(till, now=NOON)

    at_once(
        4,
        lambda _: gateways.answer(register=till, instruction_id=waiting.id, is_paid=True, at=NOON),
    )

    assert Event.objects.filter(name="orders.refund.paid").count() == 1
    assert Event.objects.filter(name="orders.return.settled").count() == 1


def test_the_last_of_two_refunds_settles_the_return(
    order: Order, tablet: Tablet, till: Register
) -> None:
    order.payments.update(amount=1500)
    order.payments.create(tender="GIFT_CARD", amount=1500, captured_at=NOON)
    returns.take(draft=draft_of(order, 3, tablet), at=NOON)
    waiting = gateways.waiting_for(till, now=NOON)

    at_once(
        2,
        lambda n: gateways.answer(
            register=till, instruction_id=waiting[n].id, is_paid=True, at=NOON
        ),
    )

    assert RefundPlan.objects.get().state == RefundPlan.State.DONE
    assert CustomerReturn.objects.get().state == CustomerReturn.State.SETTLED


def test_a_failed_refund_is_asked_again_once(order: Order, tablet: Tablet, till: Register) -> None:
    returns.take(draft=draft_of(order, 1, tablet), at=NOON)
    (waiting,) = gateways.waiting_for(till, now=NOON)
    gateways.answer(register=till, instruction_id=waiting.id, is_paid=False, at=NOON)
    refund = Refund.objects.get()

    answers = at_once(3, lambda _: refunds.retry(refund=refund, at=NOON))

    assert answers.count(None) == 1
    assert len(gateways.waiting_for(till, now=NOON)) == 1


def test_numbers_have_no_gap_and_no_double(order: Order, tablet: Tablet) -> None:
    drafts = [draft_of(order, 1, tablet) for _ in range(3)]

    at_once(3, lambda n: returns.take(draft=drafts[n], at=NOON))

    numbers = CustomerReturn.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == ["LYO-R000001", "LYO-R000002", "LYO-R000003"]
