"""The money of a return at the counter: another means, a share that failed, a credit's code."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from orders import credit, credit_codes, gateways
from orders.models import (
    CreditAccount,
    CreditEntry,
    CustomerReturn,
    Instruction,
    Order,
    Refund,
    RefundAgreement,
    RefundPlan,
)
from stores.models import Clerk, Register, Store
from tests.factories import NOON, make_customer, make_order, make_policy, make_product
from tests.flows.test_return import HTMX, answers, begun

CODE = re.compile(r"Code</dt><dd[^>]*>(\d{6})<")
NUMBER = re.compile(r"<dd[^>]*>([\d ]{19})<")


@pytest.fixture
def order(db: None, recently: datetime) -> Order:
    """Three bags at 19,90 €, half by card and half in cash, bought in the store."""
    make_policy()
    return make_order(
        make_customer(),
        [(make_product(), 3, 1990)],
        tenders={"CARD": 2985, "CASH": 2985},
        placed_at=recently,
        channel="STORE",
    )


def draft_of(counter: Client, order: Order) -> CustomerReturn:
    draft = begun(counter, order)
    counter.post(f"/returns/{draft.pk}/choices/", answers(order))
    return draft


def prefer(counter: Client, draft: CustomerReturn, means: str, agreed_to: str = "") -> Any:
    said = {"pay_by": means, "agreed_to": agreed_to}
    return counter.post(f"/returns/{draft.pk}/means/", said, headers=HTMX)


def settle(counter: Client, draft: CustomerReturn, order: Order) -> Any:
    return counter.post(f"/returns/{draft.pk}/settle/", answers(order) | {"agreed": 3980})


def fail(till: Register, tender: str) -> Refund:
    instruction = Instruction.objects.get(refund__tender=tender)
    gateways.answer(
        register=till, instruction_id=instruction.pk, is_paid=False, failure="Refusé", at=NOON
    )
    return Refund.objects.get(tender=tender)


def test_rule_2_6_another_means_waits_for_the_customers_word(counter: Client, order: Order) -> None:
    draft = draft_of(counter, order)

    panel = prefer(counter, draft, "STORE_CREDIT").content.decode()

    assert 'id="means-agreed"' in panel
    assert re.search(r'id="return-settle"[^>]* disabled', panel)
    assert settle(counter, draft, order).status_code == 409
    assert not Refund.objects.exists()
    draft.refresh_from_db()
    assert draft.is_draft


def test_rule_2_6_the_agreement_says_who_when_how_and_in_which_words(
    counter: Client, order: Order, nadia: Clerk
) -> None:
    draft = draft_of(counter, order)
    prefer(counter, draft, "STORE_CREDIT")
    panel = prefer(counter, draft, "STORE_CREDIT", "STORE_CREDIT").content.decode()
    assert not re.search(r'id="return-settle"[^>]* disabled', panel)

    settle(counter, draft, order)

    agreement = RefundAgreement.objects.get()
    assert (agreement.clerk, agreement.how, agreement.amount) == (nadia, "IN_PERSON", 3980)
    assert agreement.words and agreement.agreed_at
    plan = RefundPlan.objects.get()
    assert (plan.route, plan.state) == (RefundPlan.Route.OTHER, RefundPlan.State.DONE)
    assert {refund.agreement for refund in Refund.objects.all()} == {agreement}


def test_rule_2_6_a_withdrawal_goes_back_as_it_was_paid_unless_he_expressly_agrees(
    counter: Client, order: Order
) -> None:
    """Consumer Code L221-24."""
    Order.objects.update(channel="WEB")
    draft = draft_of(counter, order)
    counter.cookies["django_language"] = "en"
    panel = prefer(counter, draft, "STORE_CREDIT").content.decode()
    assert settle(counter, draft, order).status_code == 409

    prefer(counter, draft, "STORE_CREDIT", "STORE_CREDIT")
    settle(counter, draft, order)

    words = RefundAgreement.objects.get().words
    assert words in panel.replace("&#x27;", "'").replace("&#39;", "'")


def test_agreeing_to_one_means_is_not_agreeing_to_another(counter: Client, order: Order) -> None:
    draft = draft_of(counter, order)
    prefer(counter, draft, "STORE_CREDIT", "STORE_CREDIT")

    prefer(counter, draft, "CASH", "STORE_CREDIT")

    draft.refresh_from_db()
    assert (draft.pay_by, draft.pay_by_how) == ("CASH", "")


def test_the_customer_may_change_his_mind_back(
    counter: Client, order: Order, till: Register
) -> None:
    draft = draft_of(counter, order)
    prefer(counter, draft, "STORE_CREDIT", "STORE_CREDIT")

    prefer(counter, draft, "")
    settle(counter, draft, order)

    assert not RefundAgreement.objects.exists()
    assert set(Refund.objects.values_list("tender", flat=True)) == {"CARD", "CASH"}


@pytest.mark.parametrize("means", ["POINTS", "GIFT_CARD", "x", "\0", "CARD" * 50])
def test_there_are_means_by_which_no_money_goes_back(
    counter: Client, order: Order, means: str
) -> None:
    draft = draft_of(counter, order)

    assert prefer(counter, draft, means).status_code < 500

    draft.refresh_from_db()
    assert draft.pay_by == ""


def test_the_code_of_a_credit_is_shown_once_and_opens_it(counter: Client, order: Order) -> None:
    draft = draft_of(counter, order)
    prefer(counter, draft, "STORE_CREDIT", "STORE_CREDIT")
    settle(counter, draft, order)
    refund = Refund.objects.order_by("position").first()
    assert refund is not None

    shown = counter.post(f"/refunds/{refund.pk}/code/", headers=HTMX).content.decode()
    page = counter.get(f"/returns/{draft.pk}/").content.decode()

    code, number = CODE.findall(shown)[0], NUMBER.findall(shown)[0]
    assert code not in page and number not in page
    used = credit.use(number=number, code=code, amount=100, currency="EUR", event_key="k", at=NOON)
    assert used.account_id == refund.credit_id


def test_a_code_that_was_used_is_not_made_anew_at_the_counter(
    counter: Client, order: Order
) -> None:
    draft = draft_of(counter, order)
    prefer(counter, draft, "STORE_CREDIT", "STORE_CREDIT")
    settle(counter, draft, order)
    CreditAccount.objects.update(used=1)

    shown = counter.post(f"/refunds/{Refund.objects.first().pk}/code/", headers=HTMX)  # type: ignore[union-attr]

    assert not CODE.findall(shown.content.decode())
    assert "notice--stop" in shown.content.decode()
    assert not CreditEntry.objects.filter(kind="CODE_MADE").exists()


def test_another_store_makes_no_code(counter: Client, order: Order) -> None:
    draft = draft_of(counter, order)
    prefer(counter, draft, "STORE_CREDIT", "STORE_CREDIT")
    settle(counter, draft, order)
    CustomerReturn.objects.update(store=Store.objects.create(code="par", name="Paris"))

    assert counter.post(f"/refunds/{Refund.objects.first().pk}/code/").status_code == 404  # type: ignore[union-attr]


def test_partial_success_says_what_is_paid_and_what_to_do(
    counter: Client, order: Order, till: Register
) -> None:
    draft = draft_of(counter, order)
    settle(counter, draft, order)
    fail(till, "CARD")
    cash = Instruction.objects.get(refund__tender="CASH")
    gateways.answer(register=till, instruction_id=cash.pk, is_paid=True, at=NOON)

    page = counter.get(f"/returns/{draft.pk}/").content.decode()

    assert "notice--look" in page
    assert page.count("19,90") >= 2
    assert "/retry/" in page and "/other/" in page
    assert "Refusé" in page


def test_a_share_that_failed_goes_another_way_by_agreement(
    counter: Client, order: Order, till: Register, nadia: Clerk
) -> None:
    draft = draft_of(counter, order)
    settle(counter, draft, order)
    failed = fail(till, "CARD")
    assert "<form" in counter.get(f"/refunds/{failed.pk}/other/", headers=HTMX).content.decode()

    said = {"tender": "STORE_CREDIT"}
    refused = counter.post(f"/refunds/{failed.pk}/other/", said, headers=HTMX)
    done = counter.post(f"/refunds/{failed.pk}/other/", said | {"agreed": "1"}, headers=HTMX)

    assert refused.status_code == 409
    assert done.status_code == 200
    assert 'id="return-progress"' in done.content.decode()
    failed.refresh_from_db()
    new = failed.replacement
    assert (failed.state, new.state, new.amount) == ("REROUTED", "PAID", failed.amount)
    assert new.agreement is not None and new.agreement.clerk == nadia
    again = counter.post(f"/refunds/{failed.pk}/other/", said | {"agreed": "1"}, headers=HTMX)
    assert again.status_code == 409
    assert CreditAccount.objects.count() == 1


def test_every_form_works_without_scripts(counter: Client, order: Order, till: Register) -> None:
    draft = draft_of(counter, order)
    page = f"/returns/{draft.pk}/"
    means = counter.post(f"{page}means/", {"pay_by": "CASH", "agreed_to": "CASH"})
    assert means["Location"] == page
    settle(counter, draft, order)
    for instruction in Instruction.objects.all():
        gateways.answer(register=till, instruction_id=instruction.pk, is_paid=False, at=NOON)
    failed = Refund.objects.order_by("position")[0]

    assert "<html" in counter.get(f"/refunds/{failed.pk}/other/").content.decode()
    said = {"tender": "STORE_CREDIT", "agreed": "1"}
    assert counter.post(f"/refunds/{failed.pk}/other/", said)["Location"] == page
    code = counter.post(f"/refunds/{failed.replacement.pk}/code/").content.decode()
    assert "<html" in code and CODE.findall(code)


def test_credit_and_gift_cards_that_paid_stay_what_they_are(
    counter: Client, order: Order, lyon: Store, till: Register
) -> None:
    account = credit.issue(
        customer=None,
        kind="GIFT_CARD",
        amount=2985,
        currency="EUR",
        reason="sold",
        event_key="sold",
        at=NOON,
    )
    code = credit_codes.make(account=account, clerk=Clerk.objects.first(), at=NOON)
    used = credit.use(
        number=account.number, code=code, amount=2985, currency="EUR", event_key="k", at=NOON
    )
    order.payments.filter(tender="CASH").update(tender="GIFT_CARD", credit_use=used)
    draft = draft_of(counter, order)
    prefer(counter, draft, "CASH", "CASH")

    settle(counter, draft, order)

    account.refresh_from_db()
    assert account.balance == 1990
    assert sorted(Refund.objects.values_list("tender", "amount", "state")) == [
        ("CASH", 1990, "ASKED"),
        ("GIFT_CARD", 1990, "PAID"),
    ]


def may_go(page: str) -> bool:
    """Whether the way to the next customer is the main button."""
    return "button--main" in page[page.index('id="return-leave"') :].split("</div>", maxsplit=1)[0]


def test_the_customer_does_not_go_before_he_has_the_code_of_his_credit(
    counter: Client, order: Order
) -> None:
    draft = draft_of(counter, order)
    prefer(counter, draft, "STORE_CREDIT", "STORE_CREDIT")
    settle(counter, draft, order)
    before = counter.get(f"/returns/{draft.pk}/").content.decode()

    for refund in Refund.objects.all():
        after = counter.post(f"/refunds/{refund.pk}/code/", headers=HTMX).content.decode()

    assert not may_go(before)
    assert may_go(after)


def test_nothing_is_called_done_while_money_has_failed(
    counter: Client, order: Order, till: Register
) -> None:
    draft = draft_of(counter, order)
    settle(counter, draft, order)
    fail(till, "CARD")

    page = counter.get(f"/returns/{draft.pk}/progress/").content.decode()

    assert "L’argent n’est pas encore versé" in page
    assert not may_go(page)


def test_the_slip_counts_a_share_once_that_went_another_way(
    counter: Client, order: Order, till: Register
) -> None:
    draft = draft_of(counter, order)
    settle(counter, draft, order)
    failed = fail(till, "CARD")
    said = {"tender": "STORE_CREDIT", "agreed": "1"}
    counter.post(f"/refunds/{failed.pk}/other/", said, headers=HTMX)

    slip = counter.post(f"/returns/{draft.pk}/slip/", follow=True).content.decode()

    assert slip.count("39,80") == 2  # what came back, and the refund
    assert "59,70" not in slip
