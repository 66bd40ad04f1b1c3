import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now
from standardwebhooks.webhooks import Webhook

from customers.models import Customer
from omnistore.audit.models import Look
from orders import grants, reviews, stock
from orders.approvers import Approver
from orders.models import CustomerReturn, Order, PolicyVersion, Refund, ReturnLine
from stores.models import Clerk, Store
from tests.api.conftest import NOBODY, Program
from tests.api.test_house import is_problem
from tests.factories import (
    LONG_AGO,
    WEBHOOK_SECRET,
    make_customer,
    make_order,
    make_product,
    make_register,
    make_store,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def camille() -> Customer:
    return make_customer()


@pytest.fixture
def order(camille: Customer) -> Order:
    """Three bags at 19,99 € bought on the web five days ago, by card."""
    placed_at = now() - timedelta(days=5)
    return make_order(camille, [(make_product(), 3, 1999)], placed_at=placed_at)


def line(order: Order, **change: Any) -> dict[str, Any]:
    given = {"units": 2, "reason": "CHANGED_MIND", "condition": "AS_NEW"}
    return {"order_line": order.lines.get().pk} | given | change


def wish(order: Order, **change: Any) -> dict[str, Any]:
    return {"order": str(order.pk), "lines": [line(order)]} | change


def test_quotes_without_changing_anything(program: Program, order: Order) -> None:
    quote = program.post("returns/quote/", wish(order)).json()

    assert quote["may_be_taken"]
    assert quote["refund_total"] == 3998
    assert quote["refunds"] == [{"tender": "CARD", "amount": 3998}]
    assert quote["lines"][0]["right"] == "WITHDRAWAL"
    assert not CustomerReturn.objects.exists()


def ended(order: Order) -> None:
    """Let the order's window have ended, which a manager may overrule."""
    Order.objects.update(channel="STORE")
    rules = [{"rule": "window", "days": 1, "level": "APPROVER"}]
    PolicyVersion.objects.create(version=1, rules=rules, start_at=LONG_AGO)


def test_the_quote_knows_what_was_approved_beforehand_as_the_return_does(
    program: Program, order: Order
) -> None:
    ended(order)
    until = now() + timedelta(days=3)
    grants.allow(order=order, words="Ill.", until=until, user=make_user("anne"), at=now())

    quote = program.post("returns/quote/", wish(order)).json()
    taken = program.take(wish(order, agreed_token=quote["token"]))

    assert quote["may_be_taken"]
    assert taken.status_code == 201


def test_the_quote_knows_what_people_said_about_the_return_of_the_same_key(
    program: Program, order: Order, marc: Clerk
) -> None:
    ended(order)
    program.take(wish(order, ask_for_review=True), key="k-1")
    found = CustomerReturn.objects.get()
    reviews.decide(
        found=found,
        review_ids=[found.reviews.get().pk],
        approver=Approver(clerk=marc),
        is_approved=True,
        how="PIN",
        at=now(),
    )

    same = program.post("returns/quote/", wish(order), **{"Idempotency-Key": "k-1"}).json()
    other = program.post("returns/quote/", wish(order), **{"Idempotency-Key": "k-2"}).json()

    assert same["may_be_taken"]
    assert not other["may_be_taken"]


def test_the_quote_refuses_what_the_return_would(
    program: Program, order: Order, lyon: Store
) -> None:
    bag = order.lines.get().product
    stock.count(product=bag, store=lyon, on_hand=0, at=now())
    swap = line(order, resolution="EXCHANGE", replacement=bag.sku)
    anonymous = make_order(None, [(bag, 1, 1999)], placed_at=now() - timedelta(days=5))
    nobodys = make_order(None, [(bag, 1, 1999)], placed_at=now() - timedelta(days=5))
    elsewhere = {"order": str(nobodys.pk), "lines": [line(anonymous, units=1)]}

    quote = program.post("returns/quote/", wish(order, lines=[swap])).json()
    refused = program.take(wish(order, lines=[swap]))
    asked, taken = program.post("returns/quote/", elsewhere), program.take(elsewhere, key="k-2")

    assert not quote["may_be_taken"]
    assert quote["problem"] == refused.json()["code"] == "not_available"
    assert asked.json()["code"] == taken.json()["code"] == "order_of_another_customer"


def test_says_in_the_quote_why_a_line_cannot_come_back(program: Program, order: Order) -> None:
    quote = program.post("returns/quote/", wish(order, lines=[line(order, units=4)])).json()

    assert not quote["may_be_taken"]
    assert quote["lines"][0]["problem"] == "too_many_units"


def test_rule_1_5_the_quote_says_which_rule_on_what_evidence_and_who_may_overrule(
    program: Program, order: Order
) -> None:
    Order.objects.update(channel="STORE")
    PolicyVersion.objects.create(
        version=1, rules=[{"rule": "window", "days": 1, "level": "APPROVER"}], start_at=LONG_AGO
    )

    answer = program.post("returns/quote/", wish(order)).json()["lines"][0]

    assert (answer["problem"], answer["rule"], answer["level"]) == (
        *("not_returnable", "window"),
        "APPROVER",
    )
    assert answer["evidence"]["days"] == 1
    assert answer["customer_sentence"] not in ("", answer["sentence"])
    assert [no["rule"] for no in answer["objections"]] == ["window"]
    assert answer["notices"] == []


def test_takes_a_return_and_asks_the_register(
    program: Program, order: Order, lyon: Store, camille: Customer
) -> None:
    answer = program.take(wish(order, agreed_total=3998))

    assert answer.status_code == 201
    body = answer.json()
    assert (body["state"], body["store"], body["customer"]) == (
        "RECEIVED",
        lyon.code,
        str(camille.pk),
    )
    assert [(row["tender"], row["amount"], row["state"]) for row in body["refunds"]] == [
        ("CARD", 3998, "ASKED")
    ]
    assert program.get(f"returns/{body['id']}/").json() == body
    assert set(Look.objects.values_list("customer_id", flat=True)) == {camille.pk}


def test_takes_one_return_however_often_it_is_sent(program: Program, order: Order) -> None:
    first = program.take(wish(order))
    again = program.take(wish(order))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert CustomerReturn.objects.count() == Refund.objects.count() == 1


def test_refuses_the_same_key_with_other_words(program: Program, order: Order) -> None:
    program.take(wish(order))

    answer = program.take(wish(order, lines=[line(order, units=1)]))

    assert is_problem(answer, 422, "idempotency_key_reused")
    assert CustomerReturn.objects.count() == 1


def test_takes_another_return_with_another_key(program: Program, order: Order) -> None:
    program.take(wish(order, lines=[line(order, units=1)]), key="k-1")

    answer = program.take(wish(order, lines=[line(order, units=1)]), key="k-2")

    assert answer.status_code == 201
    assert CustomerReturn.objects.count() == 2


def test_keeps_the_keys_of_two_programs_apart(
    make_program: Any, program: Program, order: Order
) -> None:
    program.take(wish(order, lines=[line(order, units=1)]))

    answer = make_program("returns").take(wish(order, lines=[line(order, units=2)]))

    assert answer.status_code == 201


def test_leaves_a_key_free_when_the_return_was_refused(program: Program, order: Order) -> None:
    refused = program.take(wish(order, lines=[line(order, units=4)]))

    answer = program.take(wish(order))

    assert is_problem(refused, 409, "too_many_units")
    assert answer.status_code == 201


@pytest.mark.parametrize("key", ["", " ", "k" * 201])
def test_wants_an_idempotency_key(program: Program, order: Order, key: str) -> None:
    assert is_problem(program.take(wish(order), key=key), 400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"units": 4}, "too_many_units"),
        ({"units": 0}, "invalid"),
        ({"units": 10**30}, "invalid"),
        ({"units": "two"}, "invalid"),
        ({"reason": "SHOE"}, "invalid"),
        ({"condition": None}, "invalid"),
        ({"order_line": 10**18}, "unknown_line"),
        ({"order_line": 10**19}, "invalid"),
        ({"order_line": []}, "invalid"),
        ({"resolution": "EXCHANGE", "replacement": "NOTHING"}, "unknown_product"),
        ({"resolution": "EXCHANGE", "replacement": "a\x00b"}, "invalid"),
        ({"resolution": "EXCHANGE", "replacement": "\ud800"}, "invalid"),
        ({"resolution": "EXCHANGE", "replacement": {"sku": 1}}, "invalid"),
        ({"resolution": "EXCHANGE"}, "replacement_missing"),
        ({"reason_words": "x" * 10_000}, "invalid"),
    ],
)
def test_refuses_a_line_that_cannot_come_back(
    program: Program, order: Order, change: dict[str, Any], code: str
) -> None:
    answer = program.take(json.dumps(wish(order, lines=[line(order, **change)])))

    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] == code
    assert not CustomerReturn.objects.exists()
    assert not ReturnLine.objects.exists()


def test_refuses_another_customers_order(program: Program, order: Order) -> None:
    alice = make_customer("Alice", "Petit")
    other = make_order(alice, [(make_product("B2"), 1, 500)])
    mixed = [line(order), line(other, units=1)]

    assert is_problem(
        program.take(wish(order, customer=str(alice.pk))), 422, "order_of_another_customer"
    )
    assert is_problem(program.take(wish(order, lines=mixed)), 422, "order_of_another_customer")
    assert is_problem(program.take(wish(order) | {"order": str(NOBODY)}), 404, "unknown_order")


def test_shows_only_returns_of_the_keys_store(program: Program, order: Order) -> None:
    taken = program.take(wish(order)).json()
    CustomerReturn.objects.update(store=make_store("par", name="Paris"))

    assert is_problem(program.get(f"returns/{taken['id']}/"), 404, "not_found")


def test_hands_a_replacement_over(program: Program, order: Order) -> None:
    larger = make_product("85099C", 1990, model="85099", variant="L")
    wanted = line(order, units=1, resolution="EXCHANGE", replacement=larger.sku)

    quote = program.post("returns/quote/", wish(order, lines=[wanted])).json()
    answer = program.take(wish(order, lines=[wanted]))

    assert quote["exchange_total"] == 1999
    assert answer.status_code == 201
    assert answer.json()["refunds"] == []


def test_gives_the_register_what_it_has_to_pay_and_takes_its_word(
    program: Program, order: Order
) -> None:
    taken = program.take(wish(order)).json()

    (instruction,) = program.get("register/instructions/").json()
    said = {"is_paid": True, "reference": "ticket-9"}
    answer = program.post(f"register/instructions/{instruction['id']}/answer/", said)
    again = program.post(f"register/instructions/{instruction['id']}/answer/", said)

    Webhook(WEBHOOK_SECRET).verify(instruction["body"], instruction["headers"])
    assert answer.json()["state"] == "CONFIRMED"
    assert again.json() == answer.json()
    assert program.get("register/instructions/").json() == []
    assert program.get(f"returns/{taken['id']}/").json()["refunds"][0]["state"] == "PAID"


def test_answers_only_instructions_of_its_own_register(
    make_program: Any, program: Program, order: Order, lyon: Store
) -> None:
    program.take(wish(order))
    (instruction,) = program.get("register/instructions/").json()
    address = f"register/instructions/{instruction['id']}/answer/"
    neighbour = make_program("register", register=make_register(lyon, "Caisse 2"))

    assert is_problem(neighbour.post(address, {"is_paid": True}), 404, "unknown_instruction")
    assert is_problem(
        make_program("register", register=None).get("register/instructions/"),
        403,
        "key_without_register",
    )
    program.post(address, {"is_paid": True})
    assert is_problem(program.post(address, {"is_paid": False}), 409, "answered_otherwise")
    far = f"register/instructions/{10**30}/answer/"
    assert is_problem(program.post(far, {"is_paid": True}), 404, "unknown_instruction")


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"units": 0},
        {"units": -1},
        {"units": 1.5},
        {"units": "9" * 30},
        {"reason": "BECAUSE"},
        {"condition": ""},
        {"waiver": "x" * 201},
    ],
)
def test_what_is_no_choice_is_refused_by_field_and_takes_nothing(
    program: Program, order: Order, change: dict[str, Any]
) -> None:
    answer = program.take(wish(order, lines=[line(order, **change)]))

    assert is_problem(answer, 422, "invalid")
    assert not CustomerReturn.objects.exists()


@pytest.mark.parametrize("agreed", [-1, 1.5, "19,90", 10**11, "9" * 40])
def test_an_amount_with_too_many_digits_or_none_is_refused(
    program: Program, order: Order, agreed: object
) -> None:
    answer = program.take(wish(order, agreed_total=agreed))

    assert answer.status_code == 422
    assert not CustomerReturn.objects.exists()


@pytest.mark.parametrize(("currency", "code"), [("GBP", "currency_differs"), ("XX1", "invalid")])
def test_a_currency_that_is_not_the_orders_is_refused(
    program: Program, order: Order, currency: str, code: str
) -> None:
    answer = program.take(wish(order, currency=currency))

    assert is_problem(answer, 422, code)
    assert not CustomerReturn.objects.exists()


def test_rule_2_3_what_was_shown_is_what_is_taken(program: Program, order: Order) -> None:
    """The same sum by another means is another quote."""
    token = program.post("returns/quote/", wish(order)).json()["token"]
    order.payments.update(tender="GIFT_CARD")

    answer = program.take(wish(order, agreed_token=token))

    assert is_problem(answer, 409, "quote_changed")
    assert not Refund.objects.exists()


def test_rule_2_3_a_sale_tells_its_promotions_and_a_quote_what_becomes_of_them(
    program: Program, camille: Customer
) -> None:
    make_product("A1")
    at = (now() - timedelta(days=5)).isoformat()
    promotion = {"code": "T", "kind": "THRESHOLD", "amount": 1000, "minimum": 5000}
    sale = {
        "source": "shop",
        "number": "P-1",
        "channel": "WEB",
        "currency": "EUR",
        "placed_at": at,
        "delivered_at": at,
        "customer": str(camille.pk),
        "promotions": [promotion],
        "lines": [{"sku": "A1", "quantity": 3, "unit_price": 2000}],
        "tenders": [{"tender": "CARD", "amount": 5000}],
    }

    told = program.post("orders/", sale).json()
    order = Order.objects.get(pk=told["id"])
    quote = program.post("returns/quote/", wish(order)).json()

    assert told["promotions"] == [{"code": "T", "label": "", "kind": "THRESHOLD", "amount": 1000}]
    assert [(row["kind"], row["rule"]) for row in quote["adjustments"]] == [("PROMOTION", "T")]
    assert quote["refund_total"] == 5000 - 2000
