"""A return at the counter, through HTTP: begin, choose, settle, and every way to get it wrong."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from customers.models import Customer
from omnistore.audit.models import Look
from omnistore.outbox import relay
from omnistore.outbox.models import Connection
from orders import gateways
from orders.models import CustomerReturn, Order, Refund, ReturnLine
from stores.models import Register, Store
from tests.factories import (
    NOON,
    WEBHOOK_SECRET,
    make_customer,
    make_order,
    make_policy,
    make_product,
)

HTMX = {"HX-Request": "true"}
UNITS = re.compile(rb"\bname=\"(l\d+-units)\"")


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer()


@pytest.fixture
def order(camille: Customer, recently: datetime) -> Order:
    """Three bags at 19,90 €, bought on the web five days ago."""
    make_policy()
    return make_order(camille, [(make_product(), 3, 1990)], placed_at=recently)


def begun(counter: Client, order: Order) -> CustomerReturn:
    counter.post(f"/orders/{order.pk}/return/", {"line": order.lines.get().pk})
    return CustomerReturn.objects.get()


def answers(order: Order, **fields: object) -> dict[str, object]:
    key = f"l{order.lines.get().pk}"
    said = {"units": 2, "reason": "TOO_SMALL", "condition": "AS_NEW"} | fields
    return {f"{key}-{name}": value for name, value in said.items()}


def test_the_tapped_line_stands_open_with_one_unit(counter: Client, order: Order) -> None:
    draft = begun(counter, order)

    page = counter.get(f"/returns/{draft.pk}/")

    assert page.status_code == 200
    assert ReturnLine.objects.get().units == 1


def test_every_look_at_a_return_is_noted(counter: Client, order: Order) -> None:
    draft = begun(counter, order)

    counter.get(f"/returns/{draft.pk}/")
    counter.get(f"/returns/{draft.pk}/")

    looks = Look.objects.filter(reason="RETURN", customer_id=order.customer_id)
    assert looks.count() == 2


def test_shows_the_refund_before_anything_is_settled(counter: Client, order: Order) -> None:
    draft = begun(counter, order)

    fragment = counter.post(f"/returns/{draft.pk}/choices/", answers(order), headers=HTMX)

    assert "39,80" in fragment.content.decode()
    assert not Refund.objects.exists()


def test_what_is_chosen_below_the_fold_opens_where_it_stands(
    counter: Client, camille: Customer, recently: datetime
) -> None:
    make_policy()
    bags, hats = (make_product(), 3, 1990), (make_product(sku="HAT"), 1, 900)
    order = make_order(camille, [bags, hats], placed_at=recently)
    first, second = order.lines.order_by("pk")
    counter.post(f"/orders/{order.pk}/return/", {"line": second.pk})
    draft = CustomerReturn.objects.get()

    told = {"first": f"{second.pk},", f"l{second.pk}-units": 1, f"l{first.pk}-units": 1}
    told[f"l{first.pk}-units"] = "x"
    page = counter.post(f"/returns/{draft.pk}/choices/", told).content.decode()

    assert f'name="first" value="{second.pk},"' in page
    assert '<details class="fold" open' in page
    assert (
        page.index(f'id="l{second.pk}"') < page.index("<details") < page.index(f'id="l{first.pk}"')
    )


def test_an_open_page_is_told_only_what_changes(
    counter: Client, camille: Customer, recently: datetime
) -> None:
    make_policy()
    goods = [(make_product(sku=f"S{number}"), 1, 900) for number in range(4)]
    order = make_order(camille, goods, placed_at=recently)
    kept, begun_now, given_up, untouched = (line.pk for line in order.lines.order_by("pk"))
    counter.post(f"/orders/{order.pk}/return/", {"line": kept})
    draft = CustomerReturn.objects.get()

    told = {f"l{kept}-units": 1, f"l{begun_now}-units": 1, "open": [kept, given_up, "x", "9" * 99]}
    answer = counter.post(f"/returns/{draft.pk}/choices/", told, headers=HTMX).content.decode()

    # What is open already keeps its chips under the finger; what opens comes with its own.
    assert f'id="l{kept}-which"' in answer
    assert f'id="l{kept}-TOO_SMALL"' not in answer
    assert f'id="l{begun_now}-TOO_SMALL"' in answer
    assert f'id="l{given_up}-more"' in answer
    assert f'id="l{given_up}-TOO_SMALL"' not in answer
    assert f"l{untouched}-" not in answer
    assert "stepper" not in answer


def test_keeps_the_customers_words_for_another_reason_only(counter: Client, order: Order) -> None:
    draft = begun(counter, order)

    for reason, words in (("OTHER", "Trop lourd"), ("STYLE", "")):
        told = answers(order, reason=reason, reason_words="Trop lourd")
        counter.post(f"/returns/{draft.pk}/choices/", told, headers=HTMX)
        assert ReturnLine.objects.get().reason_words == words


def test_takes_one_of_six_hundred_lines_back(
    counter: Client, camille: Customer, recently: datetime, django_assert_max_num_queries: Any
) -> None:
    make_policy()
    goods = [(make_product(sku=f"S{number}"), 1, 900) for number in range(600)]
    order = make_order(camille, goods, placed_at=recently)
    key = f"l{order.lines.order_by('pk')[500].pk}"
    counter.post(f"/orders/{order.pk}/return/")
    draft = CustomerReturn.objects.get()
    told = {f"{key}-units": 1, f"{key}-reason": "STYLE", f"{key}-condition": "AS_NEW"}

    # A receipt this long opens with its first lines; the others come in one go, or as a page.
    page = counter.get(f"/returns/{draft.pk}/").content
    # What is chosen meanwhile is there already.
    early = {f"l{order.lines.order_by('pk')[5].pk}-units": 1}
    counter.post(f"/returns/{draft.pk}/choices/", early, headers=HTMX)
    rest = counter.get(f"/returns/{draft.pk}/rest/?first=", headers=HTMX).content
    counter.post(f"/returns/{draft.pk}/choices/", {}, headers=HTMX)
    whole = counter.get(f"/returns/{draft.pk}/rest/").content
    assert len(page) < 200_000
    assert UNITS.findall(page) + UNITS.findall(rest) == UNITS.findall(whole)
    assert len(UNITS.findall(whole)) == 600
    with django_assert_max_num_queries(20):
        answer = counter.post(f"/returns/{draft.pk}/choices/", told, headers=HTMX)
    settled = counter.post(f"/returns/{draft.pk}/settle/", told | {"agreed": 900}, headers=HTMX)

    assert len(answer.content) < 20_000
    assert settled.status_code == 302
    assert Refund.objects.get().amount == 900


@pytest.mark.parametrize("first", ["", "x", "9" * 400, ",,,", "-1,1.5"])
def test_no_fold_that_is_told_breaks_the_page(counter: Client, order: Order, first: str) -> None:
    draft = begun(counter, order)

    told = answers(order) | {"first": first}

    assert counter.post(f"/returns/{draft.pk}/choices/", told, headers=HTMX).status_code == 200


def test_a_plain_form_comes_back_to_the_draft_with_its_sum(counter: Client, order: Order) -> None:
    draft = begun(counter, order)

    answer = counter.post(f"/returns/{draft.pk}/choices/", answers(order))

    assert answer["Location"] == f"/returns/{draft.pk}/"
    assert "39,80" in counter.get(answer["Location"]).content.decode()


def test_settles_what_was_shown_and_asks_the_register(
    counter: Client, order: Order, till: Register
) -> None:
    draft = begun(counter, order)

    answer = counter.post(f"/returns/{draft.pk}/settle/", answers(order) | {"agreed": 3980})

    assert answer.status_code == 302
    assert Refund.objects.get().amount == 3980
    assert len(gateways.waiting_for(till, now=NOON)) == 1
    page = counter.get(f"/returns/{draft.pk}/").content.decode()
    assert "LYO\N{NON-BREAKING HYPHEN}R000001" in page


def test_settled_twice_lands_on_the_same_return(counter: Client, order: Order) -> None:
    draft = begun(counter, order)
    told = answers(order) | {"agreed": 3980}

    first = counter.post(f"/returns/{draft.pk}/settle/", told)
    second = counter.post(f"/returns/{draft.pk}/settle/", told)

    assert first.headers["Location"] == second.headers["Location"]
    assert CustomerReturn.objects.count() == Refund.objects.count() == 1


def test_a_refund_that_was_never_shown_is_shown_first(counter: Client, order: Order) -> None:
    draft = begun(counter, order)

    answer = counter.post(f"/returns/{draft.pk}/settle/", answers(order))

    assert answer.status_code == 422
    assert CustomerReturn.objects.get().is_draft


def test_amounts_that_changed_are_shown_again(counter: Client, order: Order) -> None:
    draft = begun(counter, order)

    answer = counter.post(f"/returns/{draft.pk}/settle/", answers(order) | {"agreed": 1})

    assert answer.status_code == 409
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"units": "99"},
        {"units": "-1"},
        {"units": "deux"},
        {"units": "1.5"},
        {"units": "9" * 40},
        {"reason": "BECAUSE"},
        {"condition": "\x00"},
        {"resolution": "EXCHANGE", "replacement": "9" * 30},
        {"resolution": "EXCHANGE", "replacement": "0"},
        {"resolution": "EXCHANGE", "replacement": "2147483648"},
    ],
)
@pytest.mark.parametrize("step", ["choices", "settle"])
def test_nothing_wrong_in_a_choice_breaks_or_settles_it(
    counter: Client, order: Order, wrong: dict[str, object], step: str
) -> None:
    draft = begun(counter, order)

    told = answers(order, **wrong) | {"agreed": "3980"}
    answer = counter.post(f"/returns/{draft.pk}/{step}/", told, headers=HTMX)

    assert answer.status_code in (200, 409, 422)
    assert CustomerReturn.objects.get().is_draft


def test_a_return_taken_elsewhere_can_be_read_and_not_changed(
    counter: Client, order: Order
) -> None:
    paris = Store.objects.create(code="par", name="Paris")
    draft = begun(counter, order)
    counter.post(f"/returns/{draft.pk}/settle/", answers(order, units=1) | {"agreed": "1990"})
    CustomerReturn.objects.update(store=paris)
    Refund.objects.update(state=Refund.State.FAILED)

    page = counter.get(f"/returns/{draft.pk}/")

    assert page.status_code == 200
    assert "Paris" in page.content.decode()
    assert "/retry/" not in page.content.decode()
    assert counter.post(f"/refunds/{Refund.objects.get().pk}/retry/").status_code == 404
    assert counter.get(f"/returns/{draft.pk}/progress/").status_code == 200


def test_another_stores_draft_is_not_there(counter: Client, order: Order) -> None:
    draft = begun(counter, order)
    CustomerReturn.objects.update(store=Store.objects.create(code="par", name="Paris"))

    assert counter.get(f"/returns/{draft.pk}/").status_code == 404
    assert counter.post(f"/returns/{draft.pk}/settle/").status_code == 404


def test_exchanges_for_another_colour_with_nothing_to_pay(counter: Client, order: Order) -> None:
    black = make_product("85099C")
    draft = begun(counter, order)
    told = answers(order, resolution="EXCHANGE", replacement=black.pk)

    fragment = counter.post(f"/returns/{draft.pk}/choices/", told, headers=HTMX)
    counter.post(f"/returns/{draft.pk}/settle/", told | {"agreed": 0})

    assert black.name in fragment.content.decode()
    assert not Refund.objects.exists()
    assert Order.objects.get(kind="EXCHANGE").lines.get().product == black


def test_a_failed_refund_can_be_tried_again_from_the_screen(
    counter: Client, order: Order, till: Register
) -> None:
    draft = begun(counter, order)
    counter.post(f"/returns/{draft.pk}/settle/", answers(order) | {"agreed": 3980})
    (waiting,) = gateways.waiting_for(till, now=NOON)
    gateways.answer(
        register=till, instruction_id=waiting.id, is_paid=False, failure="Refusé", at=NOON
    )
    refund = Refund.objects.get()

    page = counter.get(f"/returns/{draft.pk}/").content.decode()
    counter.post(f"/refunds/{refund.pk}/retry/")

    assert "Refusé" in page
    refund.refresh_from_db()
    assert refund.state == Refund.State.ASKED


def test_a_receipt_without_a_customer_is_proof_enough(counter: Client, recently: datetime) -> None:
    make_policy()
    bags = [(make_product(), 3, 1990)]
    order = make_order(None, bags, channel="STORE", placed_at=recently)
    draft = begun(counter, order)

    answer = counter.post(f"/returns/{draft.pk}/settle/", answers(order) | {"agreed": 3980})

    assert answer.status_code == 302
    assert not Look.objects.exists()


def test_says_that_the_register_is_silent_only_after_a_while(
    counter: Client, order: Order, till: Register
) -> None:
    draft = begun(counter, order)
    counter.post(f"/returns/{draft.pk}/settle/", answers(order) | {"agreed": 3980})

    at_once = counter.get(f"/returns/{draft.pk}/").content.decode()
    CustomerReturn.objects.update(submitted_at=now() - timedelta(minutes=1))
    later = counter.get(f"/returns/{draft.pk}/").content.decode()

    assert "every 1s" in at_once
    assert "notice--look" not in at_once
    assert "every 10s" in later
    assert "notice--look" in later


def test_promises_seconds_only_while_the_crm_can_be_reached(
    counter: Client, order: Order, till: Register
) -> None:
    crm = Connection.objects.create(name="CRM", url="https://crm.example/", secret=WEBHOOK_SECRET)
    draft = begun(counter, order)
    counter.post(f"/returns/{draft.pk}/settle/", answers(order) | {"agreed": 3980})
    relay.relay(at=now())

    soon = counter.get(f"/returns/{draft.pk}/").content.decode()
    Connection.objects.filter(pk=crm.pk).update(state=Connection.State.HELD)
    late = counter.get(f"/returns/{draft.pk}/progress/").content.decode()

    assert "secondes" in soon
    assert 'id="return-told"' in late
    assert "secondes" not in late


def test_a_locked_tablet_keeps_the_draft_and_shows_nothing(counter: Client, order: Order) -> None:
    draft = begun(counter, order)
    counter.post(f"/returns/{draft.pk}/choices/", answers(order))
    counter.post("/lock/")

    page = counter.get(f"/returns/{draft.pk}/")

    assert page.status_code == 302
    assert ReturnLine.objects.get().units == 2


@pytest.mark.parametrize("step", ["choices", "settle"])
def test_notes_who_reads_the_page_that_answers_a_plain_form(
    counter: Client, order: Order, step: str
) -> None:
    draft = begun(counter, order)

    page = counter.post(f"/returns/{draft.pk}/{step}/", answers(order, units="x"))

    assert "Camille Moreau" in page.content.decode()

    assert Look.objects.get().customer_id == order.customer_id


def test_asks_nobody_again_for_a_refund_of_another_store(
    counter: Client, order: Order, till: Register
) -> None:
    draft = begun(counter, order)
    counter.post(f"/returns/{draft.pk}/settle/", answers(order) | {"agreed": 3980})
    instruction = gateways.waiting_for(till, now=NOON)[0]
    gateways.answer(register=till, instruction_id=instruction.id, is_paid=False, at=NOON)
    CustomerReturn.objects.update(store=Store.objects.create(code="par", name="Paris"))

    answer = counter.post(f"/refunds/{Refund.objects.get().pk}/retry/")

    assert answer.status_code == 404
    assert Refund.objects.get().state == Refund.State.FAILED


# --- once, whatever the hands and the network do --------------------------------------------------


def settled(counter: Client, draft: CustomerReturn, order: Order, **more: object) -> Any:
    told = answers(order) | {"agreed": 3980} | more
    return counter.post(f"/returns/{draft.pk}/settle/", told)


def test_rule_2_5_a_double_tap_is_one_return(counter: Client, order: Order) -> None:
    draft = begun(counter, order)

    first, second = settled(counter, draft, order), settled(counter, draft, order)

    assert first.headers["Location"] == second.headers["Location"] == f"/returns/{draft.pk}/"
    assert Refund.objects.get().amount == 3980


def test_rule_2_5_a_retry_after_a_lost_answer_changes_nothing(
    counter: Client, order: Order
) -> None:
    """The tablet never heard the first answer, and other things were tapped since."""
    draft = begun(counter, order)
    settled(counter, draft, order)

    again = counter.post(
        f"/returns/{draft.pk}/settle/", answers(order, units=3) | {"agreed": 5970}, headers=HTMX
    )

    assert again.status_code in (200, 302)
    assert Refund.objects.get().amount == 3980
    assert ReturnLine.objects.get().units == 2


def test_rule_2_5_the_back_button_shows_the_return_and_not_the_draft(
    counter: Client, order: Order
) -> None:
    draft = begun(counter, order)
    settled(counter, draft, order)

    page = counter.get(f"/returns/{draft.pk}/").content.decode()
    chosen = counter.post(f"/returns/{draft.pk}/choices/", answers(order, units=1))

    assert "return-settle" not in page
    assert chosen.headers["Location"] == f"/returns/{draft.pk}/"
    assert ReturnLine.objects.get().units == 2


def test_rule_2_5_two_tabs_on_one_draft_are_one_return(counter: Client, order: Order) -> None:
    draft = begun(counter, order)
    counter.get(f"/returns/{draft.pk}/")
    counter.post(f"/returns/{draft.pk}/choices/", answers(order, units=1), headers=HTMX)

    settled(counter, draft, order)
    other = settled(counter, draft, order, **answers(order, units=1))

    assert CustomerReturn.objects.exclude(state="DRAFT").count() == 1
    assert Refund.objects.get().amount == 3980
    # Who wanted something else is told; a second tap is not.
    words = "Une autre tablette a pris ce retour"
    again = settled(counter, draft, order)
    assert words in counter.get(other.headers["Location"]).content.decode()
    assert words not in counter.get(again.headers["Location"]).content.decode()


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize("units", ["-1", "1.5", "1e3", "x", "9" * 30])
def test_units_that_are_no_count_are_said_and_take_nothing(
    counter: Client, order: Order, units: str
) -> None:
    draft = begun(counter, order)

    answer = counter.post(
        f"/returns/{draft.pk}/settle/", answers(order, units=units) | {"agreed": 1990}
    )

    assert answer.status_code == 422
    assert not Refund.objects.exists()


def test_no_units_at_all_are_nothing_chosen(counter: Client, order: Order) -> None:
    draft = begun(counter, order)

    answer = counter.post(f"/returns/{draft.pk}/settle/", answers(order, units=0) | {"agreed": 0})

    assert answer.status_code in (409, 422)
    assert not Refund.objects.exists()


@pytest.mark.parametrize("agreed", ["x", "-1", "1.5", "9" * 40])
def test_an_amount_that_is_none_takes_nothing(counter: Client, order: Order, agreed: str) -> None:
    draft = begun(counter, order)

    answer = settled(counter, draft, order, agreed=agreed)

    assert answer.status_code == 422
    assert not Refund.objects.exists()


def test_an_unknown_reason_is_asked_again(counter: Client, order: Order) -> None:
    draft = begun(counter, order)

    answer = settled(counter, draft, order, **answers(order, reason="BECAUSE"))

    assert answer.status_code == 409
    assert not Refund.objects.exists()


def test_a_quote_that_is_older_than_what_is_true_is_shown_again(
    counter: Client, order: Order
) -> None:
    """The same sum, by another means: the token of the quote says so."""
    draft = begun(counter, order)
    answer = counter.post(f"/returns/{draft.pk}/choices/", answers(order), headers=HTMX)
    token = re.search(r'name="token"[^>]*value="([0-9a-f]{32})"', answer.content.decode())
    order.payments.update(tender="GIFT_CARD")

    assert token
    answer = settled(counter, draft, order, token=token[1])

    assert answer.status_code == 409
    assert not Refund.objects.exists()
    assert settled(counter, draft, order).status_code == 302


def test_a_lost_promotion_stands_beside_the_articles(counter: Client, order: Order) -> None:
    promotion = order.promotions.create(
        position=1, code="T", label="10 € off", kind="THRESHOLD", minimum=5970, amount=1000
    )
    line = order.lines.get()
    promotion.shares.create(order_line=line, amount=1000)
    order.lines.update(order_discount=1000, total=4970)
    order.payments.update(amount=4970)
    draft = begun(counter, order)

    page = counter.post(f"/returns/{draft.pk}/choices/", answers(order), headers=HTMX)
    settled(counter, draft, order, agreed=4970 - 1990)
    taken = counter.get(f"/returns/{draft.pk}/").content.decode()

    assert "10 € off" in page.content.decode()
    assert "10 € off" in taken
    assert Refund.objects.get().amount == 2980
