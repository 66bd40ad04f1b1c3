"""
Histories of one purchase: sold, brought back, exchanged, paid out, refused, tried again, re-routed.

The state machine runs the real verbs on the real database; every history is rolled back at its end.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from customers.models import Customer, LoyaltyEntry
from omnistore.money import prorate
from orders import agreements, checkout, gateways, promotions, quotes, refunds, returns
from orders.checkout import Place, Sale, SoldLine, Tendered
from orders.models import (
    Adjustment,
    CreditAccount,
    CustomerReturn,
    OrderLine,
    Payment,
    PolicyVersion,
    Refund,
    RefundAgreement,
    RefundPlan,
    ReturnLine,
    Tender,
)
from orders.promotions import Given
from orders.quotes import Choice
from orders.units import with_returned
from stores.models import Register, Tablet
from tests.factories import LONG_AGO, NOON

# Two models in two colours.
SKUS = ("100A", "100B", "200A", "200B")
RATES = (Decimal("0.055"), Decimal("0.10"), Decimal("0.20"))
MEANS = (Tender.CARD, Tender.CASH, Tender.GIFT_CARD, Tender.POINTS, Tender.STORE_CREDIT)
PLACES = st.integers(0, 9)


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """Return a sale of one to three lines with discounts and promotions, by up to three tenders."""
    skus = draw(st.permutations(SKUS))[: draw(st.integers(1, 3))]
    lines = [draw(sold_lines(sku)) for sku in skus]
    left = sum(line.due for line in lines)
    discount = draw(st.integers(0, left))
    sale = Sale(
        source="till",
        number="1",
        channel="STORE",
        currency="EUR",
        placed_at=NOON,
        delivered_at=NOON,
        lines=lines,
        tenders=[],
        discount=discount,
        promotions=draw(promotions_on(lines, discount)),
    )
    means = draw(st.lists(st.sampled_from(MEANS), min_size=1, max_size=3, unique=True))
    amounts = prorate(sale.total, [draw(st.integers(1, 9)) for _ in means])
    tenders = [Tendered(*pair) for pair in zip(means, amounts, strict=True) if pair[1]]
    return replace(sale, tenders=tenders)


@st.composite
def sold_lines(draw: st.DrawFn, sku: str) -> SoldLine:
    quantity, price = draw(st.integers(1, 5)), draw(st.integers(0, 3000))
    discount = draw(st.integers(0, quantity * price))
    return SoldLine(sku, quantity, price, discount, tax_rate=draw(st.sampled_from(RATES)))


@st.composite
def promotions_on(draw: st.DrawFn, lines: Sequence[SoldLine], discount: int) -> tuple[Given, ...]:
    """Return no promotion, a threshold, a bundle, or both; they hold on the whole sale."""
    dues = [line.due for line in lines]
    shares = prorate(discount, dues) if discount else [0] * len(dues)
    left = sum(dues) - sum(shares)
    given = []
    if left >= 8 and draw(st.booleans()):
        amount = draw(st.integers(1, left // 4))
        given.append(Given("T", "THRESHOLD", amount, minimum=draw(st.integers(1, sum(dues)))))
    if left >= 8 and sum(line.quantity for line in lines) >= 2 and draw(st.booleans()):
        units = draw(st.integers(2, 3))
        amount = draw(st.integers(1, left // 4))
        given.append(
            Given(
                "B",
                "BUNDLE",
                amount,
                bundle_units=units,
                bundle_paid=draw(st.integers(1, units - 1)),
            )
        )
    return tuple(given)


class Histories(RuleBasedStateMachine):
    """One purchase and whatever may happen to it; `ran` counts them."""

    tablet: ClassVar[Tablet]
    till: ClassVar[Register]
    customer: ClassVar[Customer]
    ran: ClassVar[int] = 0
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.order: Any = None
        self.has_exchanged = False
        self.fee = 0

    def teardown(self) -> None:
        try:
            if self.order is not None:
                self._compare_with_all_at_once()
                self._end()
                type(self).ran += 1
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # --- what may happen -------------------------------------------------------------------------

    @initialize(
        sale=sales(),
        fee=st.sampled_from((0, 0, 0, 390)),
        is_known=st.booleans(),
        is_compared=st.sampled_from((False, False, False, True)),
    )
    def sell(self, sale: Sale, fee: int, is_known: bool, is_compared: bool) -> None:
        self.fee, self.sale, self.is_compared = fee, sale, is_compared
        if fee:
            rules = [{"rule": "window", "days": 30}]
            rules.append({"rule": "fee", "amount": fee, "currency": "EUR"})
            PolicyVersion.objects.create(version=2, rules=rules, start_at=LONG_AGO)
        by_points = any(tendered.tender == Tender.POINTS for tendered in sale.tenders)
        self.who = self.customer if is_known or by_points else None
        self._record()

    @rule(place=PLACES, units=st.integers(1, 4), beside=st.booleans(), is_double=st.booleans())
    def bring_back(self, place: int, units: int, beside: bool, is_double: bool) -> None:
        """Bring units of one line back, or of two; perhaps with a double tap."""
        if not (lines := self._left()):
            return
        first, second = lines[place % len(lines)], lines[(place + 1) % len(lines)]
        chosen = [first]
        if beside and second.order_id == first.order_id and second.pk != first.pk:
            chosen.append(second)
        choices = [_back(line, min(units, line.left_units)) for line in chosen]
        draft = self._take(choices, first, is_shown=is_double)
        if is_double:
            assert returns.take(draft=draft, at=NOON).number == draft.number

    @rule(place=PLACES, units=st.integers(1, 4))
    def exchange(self, place: int, units: int) -> None:
        """Exchange units for the same article."""
        if lines := self._left():
            line = lines[place % len(lines)]
            choice = _back(line, min(units, line.left_units))
            self._take(
                [replace(choice, resolution="EXCHANGE", replacement_id=line.product_id)],
                line,
                is_shown=True,
            )
            self.has_exchanged = True

    @rule(place=PLACES)
    def ask_for_too_much(self, place: int) -> None:
        """One unit more than is left is refused, and nothing is changed."""
        lines = list(with_returned(OrderLine.objects.select_related("order")).order_by("pk"))
        line = lines[place % len(lines)]
        draft = self._draft([_back(line, line.left_units + 1)], line)
        before = ReturnLine.objects.count(), Refund.objects.count()
        try:
            returns.take(draft=draft, at=NOON)
        except quotes.TooManyUnits:
            pass
        else:
            raise AssertionError("more came back than was there")
        assert (ReturnLine.objects.count(), Refund.objects.count()) == before

    @precondition(lambda self: self.is_waiting())
    @rule(place=PLACES, is_paid=st.booleans())
    def answer(self, place: int, is_paid: bool) -> None:
        """Let the register pay or refuse; perhaps its answer was lost, and it says it again."""
        waiting = gateways.waiting_for(self.till, now=NOON)
        _answer(self.till, waiting[place % len(waiting)].id, is_paid=is_paid)
        _answer(self.till, waiting[place % len(waiting)].id, is_paid=is_paid)

    @precondition(lambda self: self.failed())
    @rule(place=PLACES, tender=st.sampled_from(("", "", "CASH", "CARD", "STORE_CREDIT")))
    def try_again(self, place: int, tender: str) -> None:
        """Ask again for a refund that failed, or pay it by another means he agrees to."""
        failed = self.failed()
        refund = failed[place % len(failed)]
        try:
            if tender:
                refunds.reroute(
                    refund=refund,
                    tender=tender,
                    how=RefundAgreement.How.IN_PERSON,
                    register=self.till,
                    clerk=self.tablet.clerk,
                    at=NOON,
                )
            else:
                refunds.retry(refund=refund, at=NOON)
        except (refunds.MoreThanPaid, agreements.NoSuchMeans):
            # What was free went back with another return meanwhile; points never become money.
            pass

    # --- what must hold at each step -------------------------------------------------------------

    @invariant()
    def no_tender_gives_back_more_than_it_took(self) -> None:
        """rules.md 2.4"""
        type(self).steps += 1
        assert not _given_back().filter(back__gt=F("amount")).exists()

    @invariant()
    def units_stay_within_what_was_handed_over(self) -> None:
        """rules.md 1.1"""
        counted = ~Q(return_lines__customer_return__state__in=CustomerReturn.NOT_COUNTED)
        out = Coalesce(Sum("return_lines__units", filter=counted), 0)
        assert not OrderLine.objects.annotate(out=out).filter(out__gt=F("handed_over")).exists()

    # --- how it ends -----------------------------------------------------------------------------

    def _end(self) -> None:
        """Bring the rest back and pay everything: he has exactly what he paid, less the fees."""
        for lines in _by_order(self._left()):
            self._take([_back(line, line.left_units) for line in lines], lines[0])
        for refund in self.failed():
            refunds.retry(refund=refund, at=NOON)
        # Cash is asked for once the other shares are answered.
        while waiting := gateways.waiting_for(self.till, now=NOON):
            for one in waiting:
                _answer(self.till, one.id, is_paid=True)

        fees = _sum(Adjustment.objects.filter(kind="FEE"))
        assert fees <= 0
        assert fees == 0 or self.fee
        assert _sum(Refund.objects.filter(state=Refund.State.PAID)) == self.order.total + fees
        assert _sum(Adjustment.objects.filter(kind="PROMOTION")) == 0
        assert _sum(Adjustment.objects.filter(kind="PROMOTION"), "tax") == 0
        back = ReturnLine.objects.filter(resolution="REFUND")
        assert _sum(back, "tax") == self.order.tax
        if not fees:
            assert not _given_back().exclude(back=F("amount")).exists()
            assert (LoyaltyEntry.objects.aggregate(all=Sum("points"))["all"] or 0) == 0
        assert not RefundPlan.objects.exclude(state=RefundPlan.State.DONE).exists()
        self._check_plans()
        assert not _left()
        by_credit = Refund.objects.filter(gateway="LEDGER", credit__isnull=False)
        assert _sum(CreditAccount.objects.all(), "issued") == _sum(by_credit)

    def _check_plans(self) -> None:
        """Every plan is its lines and what stands beside them; its refunds sum to it."""
        worth: dict[Any, int] = {}
        lines = ReturnLine.objects.filter(
            resolution="REFUND", customer_return__state=CustomerReturn.State.SETTLED
        )
        beside = Adjustment.objects.values_list("customer_return_id", "amount")
        for pk, amount in [*lines.values_list("customer_return_id", "amount"), *beside]:
            worth[pk] = worth.get(pk, 0) + amount
        assert all(amount >= 0 for amount in worth.values())
        plans = dict(RefundPlan.objects.values_list("customer_return_id", "amount"))
        assert plans == {pk: amount for pk, amount in worth.items() if amount}
        going = Refund.objects.exclude(state=Refund.State.REROUTED)
        sums = going.values_list("plan__customer_return_id").annotate(Sum("amount"))
        assert dict(sums) == plans

    def _compare_with_all_at_once(self) -> None:
        """The same units give the same sum in one return as in the steps of this history."""
        if not self.is_compared or self.has_exchanged or self.fee:
            return
        out = {line.position: line.returned_units for line in self._lines()}
        if not any(out.values()):
            return
        stepwise = self._worth_to_customer()
        with transaction.atomic():
            self._forget()
            self._record()
            lines = [line for line in self._lines() if out[line.position]]
            self._take([_back(line, out[line.position]) for line in lines], lines[0])
            assert self._worth_to_customer() == stepwise
            transaction.set_rollback(True)

    def _worth_to_customer(self) -> int:
        """What he got, less what promotions still keep back of what comes next."""
        checks = promotions.recheck([self.order.pk], {})
        later = sum(check.due - check.taken for check in checks.values())
        return _sum(RefundPlan.objects.filter(customer_return__order=self.order)) - later

    def _forget(self) -> None:
        self.sale = replace(self.sale, number=f"{self.sale.number}1")
        self.order = None

    # --- doing it --------------------------------------------------------------------------------

    def _record(self) -> None:
        self.order, is_new = checkout.record(
            sale=self.sale, place=Place(store=self.tablet.store), customer=self.who, at=NOON
        )
        assert is_new

    def _draft(self, choices: Sequence[Choice], line: OrderLine) -> CustomerReturn:
        draft = returns.begin(
            order=line.order,
            store=self.tablet.store,
            tablet=self.tablet,
            clerk=self.tablet.clerk,
            at=NOON,
        )
        returns.choose(draft=draft, choices=choices)
        return draft

    def _take(
        self, choices: Sequence[Choice], line: OrderLine, *, is_shown: bool = False
    ) -> CustomerReturn:
        """Take the choices; the quote that is shown is the one that is taken."""
        if not is_shown:
            return returns.take(draft=self._draft(choices, line), at=NOON)
        shown = quotes.draw_up(choices=choices, customer_id=line.order.customer_id, now=NOON)
        return returns.take(
            draft=self._draft(choices, line),
            at=NOON,
            agreed_total=shown.refund_total,
            agreed_token=shown.token,
        )

    def _lines(self) -> list[OrderLine]:
        own = OrderLine.objects.filter(order=self.order).select_related("order")
        return list(with_returned(own).order_by("pk"))

    def _left(self) -> list[OrderLine]:
        return _left() if self.order is not None else []

    def is_waiting(self) -> bool:
        return Refund.objects.filter(state=Refund.State.ASKED).exists()

    def failed(self) -> list[Refund]:
        return list(Refund.objects.filter(state=Refund.State.FAILED).order_by("created_at", "pk"))


def _back(line: OrderLine, units: int) -> Choice:
    return Choice(line.pk, units, reason="CHANGED_MIND", condition="AS_NEW")


def _left() -> list[OrderLine]:
    lines = with_returned(OrderLine.objects.select_related("order")).order_by("pk")
    return [line for line in lines if line.left_units]


def _by_order(lines: Sequence[OrderLine]) -> list[list[OrderLine]]:
    """Return the lines of each order together, as one return brings them back."""
    orders: dict[Any, list[OrderLine]] = {}
    for line in lines:
        orders.setdefault(line.order_id, []).append(line)
    return list(orders.values())


def _answer(till: Register, instruction_id: int, *, is_paid: bool) -> None:
    gateways.answer(register=till, instruction_id=instruction_id, is_paid=is_paid, at=NOON)


def _sum(rows: QuerySet[Any], field: str = "amount") -> int:
    return int(rows.aggregate(all=Sum(field))["all"] or 0)


def _given_back() -> QuerySet[Payment]:
    """Return the payments with the sum of their refunds that did not fail."""
    holding = Q(refunds__state__in=Refund.HOLDING)
    return Payment.objects.annotate(back=Coalesce(Sum("refunds__amount", filter=holding), 0))
