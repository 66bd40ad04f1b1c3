"""Gift receipts and returns without receipt, through HTTP: what is shown, and what is not."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils.timezone import now

from customers.models import Customer
from orders import slips
from orders.models import (
    CreditAccount,
    CustomerReturn,
    Order,
    PolicyVersion,
    Refund,
    ReturnLine,
    Review,
    Slip,
)
from stores.models import Clerk
from tests.factories import LONG_AGO, make_customer, make_order, make_policy, make_product

HTMX = {"HX-Request": "true"}


@pytest.fixture
def bob(db: None) -> Customer:
    return make_customer("Bob", "Durand")


@pytest.fixture
def gift(bob: Customer, recently: datetime) -> Slip:
    """Of two bags at 19,90 € that Bob bought in cash."""
    make_policy()
    order = make_order(
        bob,
        [(make_product(), 2, 1990)],
        placed_at=recently,
        channel="STORE",
        tenders={"CASH": 3980},
        number="LYO-000777",
    )
    return slips.gift_of(order=order, at=now())


def began(counter: Client, gift: Slip) -> CustomerReturn:
    answer = counter.post(f"/slips/{gift.pk}/return/")
    assert answer.status_code == 302
    return CustomerReturn.objects.get()


def answers(order: Order, **more: object) -> dict[str, object]:
    key = f"l{order.lines.get().pk}"
    return {f"{key}-units": 1, f"{key}-reason": "STYLE", f"{key}-condition": "AS_NEW"} | more


def shows_a_price(text: str) -> bool:
    return any(price in text for price in ("19,90", "39,80", "1990", "3980", "19.90"))


def test_rule_1_8_no_screen_of_a_gift_shows_a_price_or_who_gave_it(
    counter: Client, gift: Slip
) -> None:
    assert gift.order is not None
    draft = began(counter, gift)

    page = counter.get(f"/returns/{draft.pk}/").content.decode()
    told = answers(gift.order)
    chosen = counter.post(f"/returns/{draft.pk}/choices/", told, headers=HTMX).content.decode()
    again = counter.get(f"/returns/{draft.pk}/").content.decode()

    for text in (page, chosen, again):
        assert not shows_a_price(text)
        assert "Durand" not in text
        assert "LYO-000777" not in text


def test_rule_1_8_the_money_is_store_credit_of_the_bearer(counter: Client, gift: Slip) -> None:
    assert gift.order is not None
    draft = began(counter, gift)
    chosen = counter.post(f"/returns/{draft.pk}/choices/", answers(gift.order), headers=HTMX)
    token = chosen.context["screen"].quote.token

    counter.post(f"/returns/{draft.pk}/settle/", answers(gift.order, token=token))

    draft.refresh_from_db()
    assert not draft.is_draft
    assert draft.customer is None
    assert Refund.objects.get().tender == "STORE_CREDIT"
    account = CreditAccount.objects.get()
    assert (account.customer, account.balance) == (None, 1990)
    assert "Durand" not in counter.get(f"/returns/{draft.pk}/").content.decode()


def test_rule_1_8_without_the_quotes_token_nothing_is_taken(counter: Client, gift: Slip) -> None:
    assert gift.order is not None
    draft = began(counter, gift)

    counter.post(f"/returns/{draft.pk}/settle/", answers(gift.order, agreed=1990))

    assert CustomerReturn.objects.get().is_draft


def test_a_receipt_is_no_gift_receipt(counter: Client, gift: Slip) -> None:
    assert gift.order is not None
    receipt = slips.receipt_of(order=gift.order, at=now())

    assert counter.post(f"/slips/{receipt.pk}/return/").status_code == 404


def test_no_other_purchase_joins_a_gift(counter: Client, gift: Slip, recently: datetime) -> None:
    draft = began(counter, gift)
    other = make_order(None, [(make_product("HAT"), 1, 900)], placed_at=recently)

    counter.post(f"/returns/{draft.pk}/orders/{other.pk}/")

    assert not draft.joined.exists()


# --- without a receipt ---------------------------------------------------------------------------


def test_rule_1_7_an_article_is_scanned_and_given_as_store_credit(
    counter: Client, bob: Customer
) -> None:
    rule = {"rule": "no_receipt", "look_back_days": 90, "returns": 2, "days": 365}
    rule |= {"amount": 5000, "currency": "EUR", "level": "APPROVER"}
    PolicyVersion.objects.create(version=1, rules=[rule], start_at=LONG_AGO)
    bag = make_product(gtin="4006381333931")
    counter.post(f"/customers/{bob.pk}/unproven/")
    draft = CustomerReturn.objects.get()

    scan = {"text": "4006381333931", "scanned_by": "hand", "format": "ean_13"}
    counter.post(f"/returns/{draft.pk}/scan/", scan, headers=HTMX)
    page = counter.get(f"/returns/{draft.pk}/").content.decode()
    told = {
        f"p{bag.pk}-units": 1,
        f"p{bag.pk}-reason": "STYLE",
        f"p{bag.pk}-condition": "AS_NEW",
    }
    worth = counter.post(f"/returns/{draft.pk}/unproven/", told, headers=HTMX).content.decode()
    counter.post(f"/returns/{draft.pk}/unproven/settle/", told | {"agreed": 1990})

    assert bag.name in page
    assert "19,90" in worth
    assert CreditAccount.objects.get().customer == bob
    assert counter.get(f"/returns/{draft.pk}/").status_code == 200


@pytest.mark.parametrize("agreed", [{}, {"agreed": ""}, {"agreed": "x"}, {"agreed": "1989"}])
def test_rule_1_7_nothing_is_given_that_the_customer_was_not_shown(
    counter: Client, bob: Customer, agreed: dict[str, str]
) -> None:
    rule = {"rule": "no_receipt", "look_back_days": 90, "returns": 2, "days": 365}
    rule |= {"amount": 5000, "currency": "EUR", "level": "APPROVER"}
    PolicyVersion.objects.create(version=1, rules=[rule], start_at=LONG_AGO)
    bag = make_product()
    counter.post(f"/customers/{bob.pk}/unproven/")
    draft = CustomerReturn.objects.get()
    counter.post(f"/returns/{draft.pk}/unproven/add/", {"product": bag.pk})
    key = f"p{bag.pk}"
    told = {f"{key}-units": 1, f"{key}-reason": "STYLE", f"{key}-condition": "AS_NEW"}

    answer = counter.post(f"/returns/{draft.pk}/unproven/settle/", told | agreed)

    assert answer.status_code == (409 if agreed.get("agreed") == "1989" else 422)
    assert "19,90" in answer.content.decode()
    assert not CreditAccount.objects.exists()
    assert CustomerReturn.objects.get().is_draft


def test_rule_1_7_without_a_policy_a_manager_says_yes_and_the_credit_is_given(
    counter: Client, bob: Customer, marc: Clerk
) -> None:
    bag = make_product(gtin="4006381333931")
    counter.post(f"/customers/{bob.pk}/unproven/")
    draft = CustomerReturn.objects.get()
    counter.post(f"/returns/{draft.pk}/unproven/add/", {"product": bag.pk})
    key = f"p{bag.pk}"
    told = {f"{key}-units": 1, f"{key}-reason": "STYLE", f"{key}-condition": "AS_NEW"}

    worth = counter.post(f"/returns/{draft.pk}/unproven/", told, headers=HTMX).content.decode()
    counter.post(f"/returns/{draft.pk}/ask/")
    waits = counter.get(f"/returns/{draft.pk}/").content.decode()
    review = Review.objects.get()
    counter.post(
        f"/returns/{draft.pk}/approvers/{marc.pk}/", {"pin": "246801", "review": review.pk}
    )
    answered = counter.get(f"/returns/{draft.pk}/").content.decode()
    counter.post(f"/returns/{draft.pk}/unproven/settle/", told | {"agreed": 1990})

    assert f"/returns/{draft.pk}/ask/" in worth
    assert f"/returns/{draft.pk}/approvers/" in waits
    assert marc.name in answered
    assert CreditAccount.objects.get().customer == bob


def test_an_article_without_its_barcode_is_found_by_its_words(
    counter: Client, bob: Customer
) -> None:
    bag = make_product(name="Sac Garance")
    counter.post(f"/customers/{bob.pk}/unproven/")
    draft = CustomerReturn.objects.get()

    found = counter.post(f"/returns/{draft.pk}/scan/", {"text": "garance"}, headers=HTMX)
    counter.post(f"/returns/{draft.pk}/unproven/add/", {"product": bag.pk})

    assert f'value="{bag.pk}"' in found.content.decode()
    assert ReturnLine.objects.get().product == bag
