"""Returns: which units, by which right, for how much, to which tender; and everything once."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from customers.models import Customer
from omnistore.errors import Refused
from omnistore.money import prorate, share
from omnistore.outbox.models import Event
from orders import gateways, history, quotes, refunds, returns
from orders.models import (
    CustomerReturn,
    Order,
    OrderLine,
    Payment,
    PolicyVersion,
    Product,
    Refund,
    RefundPlan,
    ReturnLine,
    Tender,
)
from orders.quotes import Choice
from stores.models import Clerk, Register, Store, Tablet
from tests.factories import (
    LONG_AGO,
    NOON,
    WEBHOOK_SECRET,
    make_customer,
    make_order,
    make_policy,
    make_product,
)


@pytest.fixture
def policy(db: None) -> PolicyVersion:
    return make_policy(days=30)


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer()


@pytest.fixture
def order(camille: Customer, policy: PolicyVersion) -> Order:
    """Three bags at 19,99 € bought on the web five days ago, by card."""
    return make_order(camille, [(make_product(), 3, 1999)])


def wants(line: OrderLine, units: int = 1, **fields: object) -> Choice:
    given = {"reason": "CHANGED_MIND", "condition": "AS_NEW"} | fields
    return Choice(order_line_id=line.pk, units=units, **given)  # type: ignore[arg-type]


def the_line(order: Order) -> OrderLine:
    return order.lines.get()


def draft_of(order: Order, *choices: Choice, tablet: Tablet) -> CustomerReturn:
    draft = returns.begin(
        order=order, store=tablet.store, tablet=tablet, clerk=tablet.clerk, at=NOON
    )
    returns.choose(draft=draft, choices=choices)
    return draft


def refuses(code: str, order: Order, choice: Choice) -> bool:
    quote = quotes.draw_up(choices=[choice], customer_id=order.customer_id, now=NOON)
    return [problem.code for problem in quote.problems] == [code]


# --- what it is worth ----------------------------------------------------------------------------


@given(paid=st.integers(0, 10**9), steps=st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_gives_back_exactly_what_was_paid_in_any_number_of_steps(
    paid: int, steps: list[int]
) -> None:
    """rules.md 2.2"""
    quantity = sum(steps)

    before, given_back = 0, 0
    for units in steps:
        given_back += share(paid, quantity=quantity, before=before, units=units)
        before += units

    assert given_back == paid


@given(total=st.integers(0, 10**9), weights=st.lists(st.integers(0, 10**6), min_size=1))
def test_prorates_without_losing_or_inventing_a_cent(total: int, weights: list[int]) -> None:
    if not any(weights):
        total = 0

    parts = prorate(total, weights)

    assert sum(parts) == total
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight)


def test_quotes_the_paid_share_after_discounts_with_its_tax(camille: Customer) -> None:
    make_policy()
    order = make_order(camille, [(make_product(), 3, 1000)], discount=500)

    quote = quotes.draw_up(choices=[wants(the_line(order), 2)], customer_id=camille.pk, now=NOON)

    assert quote.refund_total == 2500 * 2 // 3
    assert quote.lines[0].tax == the_line(order).tax * 2 // 3


def test_gives_the_odd_cent_back_with_the_last_unit(
    order: Order, tablet: Tablet, camille: Customer
) -> None:
    OrderLine.objects.update(total=1000)

    amounts = []
    for _ in range(3):
        draft = draft_of(order, wants(the_line(order)), tablet=tablet)
        amounts.append(returns.take(draft=draft, at=NOON).lines.get().amount)

    assert amounts == [333, 333, 334]


def test_quoting_changes_nothing(order: Order) -> None:
    quotes.draw_up(choices=[wants(the_line(order))], customer_id=order.customer_id, now=NOON)

    assert not CustomerReturn.objects.exists()
    assert not Event.objects.exists()


# --- may it come back ----------------------------------------------------------------------------


def test_names_withdrawal_first_within_fourteen_days_of_a_web_delivery(order: Order) -> None:
    """rules.md 1.6"""
    last_day = order.delivered_at + timedelta(days=14)  # type: ignore[operator]

    quote = quotes.draw_up(
        choices=[wants(the_line(order))], customer_id=order.customer_id, now=last_day
    )

    assert quote.lines[0].decision.right == ReturnLine.Right.WITHDRAWAL
    assert quote.lines[0].decision.until == last_day.date()


def test_falls_back_on_the_announced_policy_when_withdrawal_has_ended(order: Order) -> None:
    quote = quotes.draw_up(
        choices=[wants(the_line(order))],
        customer_id=order.customer_id,
        now=order.placed_at + timedelta(days=20),
    )

    assert quote.lines[0].decision.right == ReturnLine.Right.POLICY


def test_a_store_purchase_has_no_right_of_withdrawal(
    camille: Customer, policy: PolicyVersion, lyon: Store
) -> None:
    order = make_order(camille, [(make_product(), 1, 1999)], channel="STORE", store=lyon)

    quote = quotes.draw_up(choices=[wants(the_line(order))], customer_id=camille.pk, now=NOON)

    assert quote.lines[0].decision.right == ReturnLine.Right.POLICY


def test_a_defect_is_covered_for_two_years_even_on_a_final_sale(order: Order) -> None:
    """rules.md 1.6: a legal right is never blocked by final sale or window."""
    OrderLine.objects.update(is_final_sale=True)
    year_later = order.placed_at + timedelta(days=400)

    mind = quotes.draw_up(
        choices=[wants(the_line(order))], customer_id=order.customer_id, now=year_later
    )
    defect = quotes.draw_up(
        choices=[wants(the_line(order), reason="DEFECTIVE", condition="DAMAGED")],
        customer_id=order.customer_id,
        now=year_later,
    )

    assert [problem.code for problem in mind.problems] == ["not_returnable"]
    assert defect.lines[0].decision.right == ReturnLine.Right.CONFORMITY
    assert defect.may_be_taken


def test_the_policy_in_force_at_the_sale_applies_not_todays(camille: Customer) -> None:
    """rules.md 1.4"""
    make_policy(days=60, start_at=LONG_AGO, version=1)
    make_policy(days=7, start_at=NOON - timedelta(days=1), version=2)
    order = make_order(camille, [(make_product(), 1, 1999)], channel="STORE")

    quote = quotes.draw_up(
        choices=[wants(the_line(order))],
        customer_id=camille.pk,
        now=order.placed_at + timedelta(days=59),
    )

    assert quote.may_be_taken
    assert quote.lines[0].decision.policy.version == 1  # type: ignore[union-attr]


def test_nothing_in_imported_history_comes_back(order: Order) -> None:
    Order.objects.update(is_historical=True)

    assert refuses("not_returnable", order, wants(the_line(order), reason="DEFECTIVE"))


def test_more_units_than_are_left_are_refused_with_how_many_are(
    order: Order, tablet: Tablet
) -> None:
    returns.take(draft=draft_of(order, wants(the_line(order), 2), tablet=tablet), at=NOON)

    quote = quotes.draw_up(
        choices=[wants(the_line(order), 2)], customer_id=order.customer_id, now=NOON
    )

    assert quote.problems[0].code == "too_many_units"
    assert "1" in quote.problems[0].sentence
    assert history.of_order(order, now=NOON).lines[0].left_units == 1


def test_a_draft_holds_no_unit(order: Order, tablet: Tablet) -> None:
    draft_of(order, wants(the_line(order), 3), tablet=tablet)

    assert history.of_order(order, now=NOON).lines[0].left_units == 3


def test_another_customers_order_is_refused(order: Order) -> None:
    stranger = make_customer("Paul", "Martin")

    with pytest.raises(quotes.OrderOfAnotherCustomer):
        quotes.draw_up(choices=[wants(the_line(order))], customer_id=stranger.pk, now=NOON)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reason": "BECAUSE"}, "reason_missing"),
        ({"condition": ""}, "condition_missing"),
        ({"units": 4}, "too_many_units"),
        ({"resolution": "EXCHANGE"}, "replacement_missing"),
    ],
)
def test_a_choice_that_is_not_right_is_said_line_by_line(
    order: Order, fields: dict[str, object], code: str
) -> None:
    assert refuses(code, order, wants(the_line(order), **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("units", [0, -1, 10**18])
def test_units_that_are_no_count_are_refused(order: Order, units: int) -> None:
    with pytest.raises(Refused) as refusal:
        quotes.draw_up(choices=[wants(the_line(order), units)], customer_id=None, now=NOON)

    assert refusal.value.code == "not_a_unit_count"


# --- taking it -----------------------------------------------------------------------------------


def test_taken_twice_it_is_one_return(order: Order, tablet: Tablet) -> None:
    """rules.md 2.5"""
    draft = draft_of(order, wants(the_line(order), 2), tablet=tablet)

    first = returns.take(draft=draft, at=NOON)
    second = returns.take(draft=draft, at=NOON)

    assert first.number == second.number == "LYO-R000001"
    assert Refund.objects.count() == 1
    assert Event.objects.filter(name="orders.return.accepted").count() == 1


def test_a_quote_that_changed_meanwhile_is_shown_again(order: Order, tablet: Tablet) -> None:
    draft = draft_of(order, wants(the_line(order)), tablet=tablet)

    with pytest.raises(returns.QuoteChanged):
        returns.take(draft=draft, at=NOON, agreed_total=1)

    draft.refresh_from_db()
    assert draft.is_draft


def test_says_where_it_was_sold_returned_and_restocked(
    camille: Customer, policy: PolicyVersion, tablet: Tablet, lyon: Store
) -> None:
    """rules.md 1.3"""
    paris = Store.objects.create(code="par", name="Paris")
    order = make_order(camille, [(make_product(), 1, 1999)], channel="STORE", store=paris)

    taken = returns.take(draft=draft_of(order, wants(the_line(order)), tablet=tablet), at=NOON)

    line = taken.lines.get()
    assert (line.sold_in, taken.store, line.restocked_in) == (paris, lyon, lyon)


def test_splits_the_refund_over_the_original_tenders_cash_last(
    camille: Customer, policy: PolicyVersion, tablet: Tablet
) -> None:
    """rules.md 2.6"""
    tenders = {Tender.CASH: 1000, Tender.CARD: 3000}
    order = make_order(camille, [(make_product(), 4, 1000)], tenders=tenders)

    returns.take(draft=draft_of(order, wants(the_line(order), 2), tablet=tablet), at=NOON)

    assert list(Refund.objects.order_by("position").values_list("tender", "amount")) == [
        ("CARD", 1500),
        ("CASH", 500),
    ]


def test_rule_2_6_the_register_is_told_of_cash_once_the_others_are_answered(
    camille: Customer, policy: PolicyVersion, tablet: Tablet, till: Register
) -> None:
    tenders = {Tender.CASH: 1000, Tender.CARD: 2000, Tender.CHEQUE: 1000}
    order = make_order(camille, [(make_product(), 4, 1000)], tenders=tenders)
    returns.take(draft=draft_of(order, wants(the_line(order), 4), tablet=tablet), at=NOON)

    def told() -> list[str]:
        waiting = [row.id for row in gateways.waiting_for(till, now=NOON)]
        rows = Refund.objects.filter(instruction__in=waiting).order_by("position")
        return list(rows.values_list("tender", flat=True))

    def answer(tender: str, *, is_paid: bool) -> None:
        row = Refund.objects.get(tender=tender)
        gateways.answer(register=till, instruction_id=row.instruction.pk, is_paid=is_paid, at=NOON)

    assert told() == ["CARD", "CHEQUE"]
    answer("CHEQUE", is_paid=True)
    assert told() == ["CARD"]
    answer("CARD", is_paid=False)
    assert told() == ["CASH"]


def test_rule_2_6_cash_preferred_for_a_part_is_still_last() -> None:
    paid = [Payment(tender=tender, amount=1000) for tender in ("CASH", "STORE_CREDIT", "CARD")]
    shares = [refunds.Share(payment, 500) for payment in paid]

    assert [one.goes_by for one in refunds.preferred(shares, "")] == [
        "STORE_CREDIT",
        "CARD",
        "CASH",
    ]
    assert [one.goes_by for one in refunds.preferred(shares, "CASH")] == [
        *("STORE_CREDIT", "CASH", "CASH"),
    ]


def test_never_gives_a_tender_more_than_it_paid(
    camille: Customer, policy: PolicyVersion, tablet: Tablet
) -> None:
    """rules.md 2.4"""
    order = make_order(
        camille, [(make_product(), 3, 1001)], tenders={"CARD": 1000, "GIFT_CARD": 2003}
    )

    for _ in range(3):
        returns.take(draft=draft_of(order, wants(the_line(order)), tablet=tablet), at=NOON)

    for payment in order.payments.all():
        assert sum(refund.amount for refund in payment.refunds.all()) == payment.amount


def test_refuses_when_less_was_captured_than_would_go_back(order: Order, tablet: Tablet) -> None:
    order.payments.update(amount=100)
    draft = draft_of(order, wants(the_line(order)), tablet=tablet)

    with pytest.raises(refunds.MoreThanPaid):
        returns.take(draft=draft, at=NOON)

    assert not Refund.objects.exists()


def test_a_store_without_register_takes_no_refund(
    order: Order, tablet: Tablet, till: Register
) -> None:
    Register.objects.update(is_active=False)
    draft = draft_of(order, wants(the_line(order)), tablet=tablet)

    with pytest.raises(refunds.NoRegister):
        returns.take(draft=draft, at=NOON)

    assert not ReturnLine.objects.exclude(amount=0).exists()


def test_the_fact_holds_ids_amounts_and_codes_only(order: Order, tablet: Tablet) -> None:
    """rules.md 4.6"""
    returns.take(draft=draft_of(order, wants(the_line(order)), tablet=tablet), at=NOON)

    told = json.dumps(Event.objects.get(name="orders.return.accepted").payload)
    assert "Camille" not in told and "Moreau" not in told
    assert '"amount": 1999' in told


# --- the register --------------------------------------------------------------------------------


@pytest.fixture
def taken(order: Order, tablet: Tablet) -> CustomerReturn:
    return returns.take(draft=draft_of(order, wants(the_line(order)), tablet=tablet), at=NOON)


def test_the_register_can_verify_what_it_is_asked_to_pay(
    taken: CustomerReturn, till: Register
) -> None:
    (instruction,) = gateways.waiting_for(till, now=NOON)

    body = json.loads(instruction.body)
    signed = Webhook(WEBHOOK_SECRET).sign(instruction.headers["webhook-id"], NOON, instruction.body)
    assert instruction.headers["webhook-signature"] == signed
    assert (body["amount"], body["currency"], body["tender"]) == ("19.99", "EUR", "CARD")


def test_the_registers_word_settles_the_return_once(taken: CustomerReturn, till: Register) -> None:
    (instruction,) = gateways.waiting_for(till, now=NOON)

    for _ in range(2):
        gateways.answer(register=till, instruction_id=instruction.id, is_paid=True, at=NOON)

    taken.refresh_from_db()
    assert taken.state == CustomerReturn.State.SETTLED
    assert taken.refund_plan.state == RefundPlan.State.DONE
    assert Event.objects.filter(name="orders.refund.paid").count() == 1
    assert gateways.waiting_for(till, now=NOON) == []


def test_paid_once_is_not_refused_later(taken: CustomerReturn, till: Register) -> None:
    (instruction,) = gateways.waiting_for(till, now=NOON)
    gateways.answer(register=till, instruction_id=instruction.id, is_paid=True, at=NOON)

    with pytest.raises(gateways.AnsweredOtherwise):
        gateways.answer(register=till, instruction_id=instruction.id, is_paid=False, at=NOON)


def test_another_stores_register_cannot_answer(taken: CustomerReturn, till: Register) -> None:
    (instruction,) = gateways.waiting_for(till, now=NOON)
    stranger = Register.objects.create(store=till.store, name="2", secret=WEBHOOK_SECRET)

    with pytest.raises(gateways.UnknownInstruction):
        gateways.answer(register=stranger, instruction_id=instruction.id, is_paid=True, at=NOON)


def test_a_failed_refund_frees_its_amount_and_is_tried_by_the_same_key(
    taken: CustomerReturn, till: Register
) -> None:
    (instruction,) = gateways.waiting_for(till, now=NOON)
    gateways.answer(
        register=till, instruction_id=instruction.id, is_paid=False, failure="declined", at=NOON
    )
    refund = Refund.objects.get()
    assert refund.state == Refund.State.FAILED

    refunds.retry(refund=refund, at=NOON)

    (again,) = gateways.waiting_for(till, now=NOON)
    assert json.loads(again.body) == json.loads(instruction.body)


def test_a_retry_cannot_pay_what_went_back_another_way(
    taken: CustomerReturn, till: Register, order: Order, tablet: Tablet
) -> None:
    (instruction,) = gateways.waiting_for(till, now=NOON)
    gateways.answer(register=till, instruction_id=instruction.id, is_paid=False, at=NOON)
    refund = Refund.objects.get()
    order.payments.update(amount=1999 * 2)
    returns.take(draft=draft_of(order, wants(the_line(order), 2), tablet=tablet), at=NOON)

    with pytest.raises(refunds.MoreThanPaid):
        refunds.retry(refund=refund, at=NOON)


def test_leaves_room_on_a_tender_for_what_failed_there(
    camille: Customer, policy: PolicyVersion, tablet: Tablet, till: Register
) -> None:
    order = make_order(camille, [(make_product(), 3, 1000)], tenders={"CARD": 1500, "CASH": 1500})
    returns.take(draft=draft_of(order, wants(the_line(order)), tablet=tablet), at=NOON)
    for waiting in gateways.waiting_for(till, now=NOON):
        gateways.answer(register=till, instruction_id=waiting.id, is_paid=False, at=NOON)

    returns.take(draft=draft_of(order, wants(the_line(order), 2), tablet=tablet), at=NOON)
    for failed in Refund.objects.filter(state=Refund.State.FAILED):
        refunds.retry(refund=failed, at=NOON)

    for payment in order.payments.all():
        assert sum(refund.amount for refund in payment.refunds.all()) == payment.amount


# --- exchanging ----------------------------------------------------------------------------------


def test_exchanges_the_same_article_in_another_colour_for_what_was_first_paid(
    order: Order, tablet: Tablet
) -> None:
    """rules.md 2.7"""
    black = make_product("85099C")
    choice = wants(the_line(order), 2, resolution="EXCHANGE", replacement_id=black.pk)

    taken = returns.take(draft=draft_of(order, choice, tablet=tablet), at=NOON)

    assert taken.state == CustomerReturn.State.SETTLED
    assert taken.exchange.difference == 0
    new = taken.exchange.order.lines.get()
    assert (new.product, new.quantity, new.total) == (black, 2, taken.lines.get().amount)
    assert not Refund.objects.exists()
    assert Event.objects.filter(name="orders.exchange.made").exists()


def test_what_was_exchanged_can_come_back_at_the_price_first_paid(
    order: Order, tablet: Tablet
) -> None:
    """rules.md 1.9"""
    black = make_product("85099C")
    choice = wants(the_line(order), 3, resolution="EXCHANGE", replacement_id=black.pk)
    exchange = returns.take(draft=draft_of(order, choice, tablet=tablet), at=NOON).exchange

    draft = draft_of(exchange.order, wants(the_line(exchange.order), 3), tablet=tablet)
    returns.take(draft=draft, at=NOON)

    refund = Refund.objects.get()
    assert refund.amount == order.total
    assert refund.payment.order == order  # type: ignore[union-attr]


def test_an_article_that_became_dearer_is_exchanged_at_the_price_first_paid(
    order: Order, tablet: Tablet
) -> None:
    """mission.md C6: price protection for the same article."""
    Product.objects.update(price=2990)
    bag = the_line(order).product
    choice = wants(the_line(order), resolution="EXCHANGE", replacement_id=bag.pk)

    taken = returns.take(draft=draft_of(order, choice, tablet=tablet), at=NOON)

    assert taken.exchange.difference == 0


# --- the draft -----------------------------------------------------------------------------------


def test_a_draft_keeps_what_was_chosen(order: Order, tablet: Tablet, nadia: Clerk) -> None:
    choice = wants(the_line(order), 2, reason="OTHER", reason_words="Doublon")

    draft = draft_of(order, choice, tablet=tablet)

    assert returns.choices_of(draft) == [choice]


def test_a_taken_return_takes_no_more_choices(order: Order, tablet: Tablet) -> None:
    draft = draft_of(order, wants(the_line(order)), tablet=tablet)
    returns.take(draft=draft, at=NOON)

    with pytest.raises(returns.DraftGone):
        returns.choose(draft=draft, choices=[wants(the_line(order), 3)])


def test_history_stays_at_two_queries_however_many_orders(
    camille: Customer, policy: PolicyVersion, django_assert_num_queries: object
) -> None:
    bag = make_product()
    for _ in range(12):
        make_order(camille, [(bag, 2, 1000), (bag, 1, 500)])

    with django_assert_num_queries(2):  # type: ignore[operator]
        purchases = history.of(camille, now=NOON)

    assert len(purchases) == 12
    assert purchases[0].lines[0].decision.until is not None


def test_keeps_tax_rates_exact(camille: Customer, policy: PolicyVersion, tablet: Tablet) -> None:
    book = make_product("BOOK", price=1055, tax_rate=Decimal("0.055"))
    order = make_order(camille, [(book, 2, 1055)])

    for _ in range(2):
        returns.take(draft=draft_of(order, wants(the_line(order)), tablet=tablet), at=NOON)

    assert sum(line.tax for line in ReturnLine.objects.all()) == the_line(order).tax
