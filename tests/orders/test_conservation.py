"""Money is conserved, whatever is bought, brought back, exchanged, and refused by the register."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnistore.money import prorate
from orders import checkout, gateways, refunds, returns
from orders.checkout import Sale, SoldLine, Tendered
from orders.models import Order, OrderLine, Payment, Refund, RefundPlan, ReturnLine, Tender
from orders.quotes import Choice
from orders.units import with_returned
from stores.models import Register, Tablet
from tests.factories import NOON, make_policy, make_product

Step = tuple[str, int, int]
# Two models in two colours.
SKUS = ("100A", "100B", "200A", "200B")
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(["bring back", "exchange", "pay", "refuse", "retry"]),
        st.integers(0, 9),
        st.integers(1, 5),
    ),
    max_size=10,
)


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """Return a sale of one to three lines with discounts, paid by up to three tenders."""
    lines = [
        draw(sold_lines(sku)) for sku in draw(st.permutations(SKUS))[: draw(st.integers(1, 3))]
    ]
    discount = draw(st.integers(0, sum(line.due for line in lines)))
    sale = Sale(
        source="till",
        number="1",
        channel=Order.Channel.STORE,
        currency="EUR",
        placed_at=NOON,
        delivered_at=NOON,
        lines=lines,
        tenders=[],
        discount=discount,
    )
    weights = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    amounts = prorate(sale.total, weights)
    means = (Tender.CARD, Tender.CASH, Tender.GIFT_CARD)
    return replace(sale, tenders=[Tendered(*pair) for pair in zip(means, amounts, strict=False)])


@st.composite
def sold_lines(draw: st.DrawFn, sku: str) -> SoldLine:
    quantity, price = draw(st.integers(1, 5)), draw(st.integers(0, 3000))
    return SoldLine(sku, quantity, price, discount=draw(st.integers(0, quantity * price)))


@pytest.fixture
def goods(tablet: Tablet) -> None:
    """The four articles, which may come back for thirty days."""
    make_policy(days=30)
    for sku in SKUS:
        make_product(sku)


@given(sale=sales(), steps=STEPS)
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_gives_back_exactly_what_was_paid_and_to_no_tender_more(
    goods: None, tablet: Tablet, sale: Sale, steps: Sequence[Step]
) -> None:
    """rules.md 2.2, 2.4, 2.5"""
    assert tablet.register is not None
    with transaction.atomic():
        order, _ = checkout.record(sale=sale, place=checkout.Place(store=tablet.store), at=NOON)
        for step in steps:
            do(step, tablet, tablet.register)
            assert not given_back().filter(back__gt=F("amount")).exists()

        bring_back_the_rest(tablet)
        pay_everything(tablet.register)

        assert sum_of(Refund.objects.filter(state=Refund.State.PAID)) == order.total
        assert not given_back().exclude(back=F("amount")).exists()
        assert not RefundPlan.objects.exclude(state=RefundPlan.State.DONE).exists()
        back = ReturnLine.objects.filter(resolution=ReturnLine.Resolution.REFUND)
        assert (back.aggregate(all=Sum("tax"))["all"] or 0) == order.tax
        transaction.set_rollback(True)


def do(step: Step, tablet: Tablet, till: Register) -> None:
    """Do what the step says with the line, instruction or refund that its number falls on."""
    what, place, units = step
    if what in ("bring back", "exchange"):
        if lines := left():
            line = lines[place % len(lines)]
            bring_back(line, min(units, line.left_units), tablet, is_exchange=what == "exchange")
    elif what in ("pay", "refuse"):
        if waiting := gateways.waiting_for(till, now=NOON):
            answer(till, waiting[place % len(waiting)].id, is_paid=what == "pay")
    elif failed := list(Refund.objects.filter(state=Refund.State.FAILED)):
        refunds.retry(refund=failed[place % len(failed)], at=NOON)


def bring_back(line: OrderLine, units: int, tablet: Tablet, *, is_exchange: bool = False) -> None:
    draft = returns.begin(order=line.order, store=tablet.store, tablet=tablet, at=NOON)
    choice = Choice(line.pk, units, reason="CHANGED_MIND", condition="AS_NEW")
    if is_exchange:
        choice = replace(choice, resolution="EXCHANGE", replacement_id=line.product_id)
    returns.choose(draft=draft, choices=[choice])
    returns.take(draft=draft, at=NOON)


def bring_back_the_rest(tablet: Tablet) -> None:
    for line in left():
        bring_back(line, line.left_units, tablet)


def pay_everything(till: Register) -> None:
    for refund in Refund.objects.filter(state=Refund.State.FAILED):
        refunds.retry(refund=refund, at=NOON)
    while waiting := gateways.waiting_for(till, now=NOON):
        for one in waiting:
            answer(till, one.id, is_paid=True)


def answer(till: Register, instruction_id: int, *, is_paid: bool) -> None:
    gateways.answer(register=till, instruction_id=instruction_id, is_paid=is_paid, at=NOON)


def left() -> list[OrderLine]:
    lines = with_returned(OrderLine.objects.select_related("order")).order_by("pk")
    return [line for line in lines if line.left_units]


def sum_of(rows: QuerySet[Refund]) -> int:
    return rows.aggregate(all=Sum("amount"))["all"] or 0


def given_back() -> QuerySet[Payment]:
    """Return the payments with the sum of their refunds that did not fail."""
    holding = Q(refunds__state__in=Refund.HOLDING)
    return Payment.objects.annotate(back=Coalesce(Sum("refunds__amount", filter=holding), 0))
