"""A program's return that a person has to decide."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from customers.models import Customer
from orders import reviews
from orders.approvers import Approver
from orders.models import CustomerReturn, Order, PolicyVersion
from stores.models import Clerk, Store
from tests.api.conftest import Program
from tests.factories import LONG_AGO, make_customer, make_order, make_product


@pytest.fixture
def late(lyon: Store) -> Order:
    PolicyVersion.objects.create(
        version=1,
        rules=[{"rule": "window", "days": 30, "level": "APPROVER"}],
        start_at=LONG_AGO,
    )
    customer: Customer = make_customer()
    bought = now() - timedelta(days=60)
    lines = [(make_product(), 2, 1990)]
    return make_order(customer, lines, channel="STORE", store=lyon, placed_at=bought)


def told(order: Order, **fields: Any) -> dict[str, Any]:
    line = {"order_line": order.lines.get().pk, "units": 1, "reason": "STYLE"}
    return {"order": str(order.pk), "lines": [line | {"condition": "AS_NEW"}]} | fields


def test_a_refusal_says_which_rule_and_who_may_overrule_it(program: Program, late: Order) -> None:
    answer = program.take(told(late))

    assert answer.status_code == 422
    assert answer.json()["code"] == "not_returnable"
    assert (answer.json()["rule"], answer.json()["level"]) == ("window", "APPROVER")
    assert not CustomerReturn.objects.exists()


def test_people_are_asked_and_the_same_call_takes_it_once_they_said_yes(
    program: Program, late: Order, marc: Clerk
) -> None:
    said = told(late, ask_for_review=True)

    first = program.take(said)
    again = program.take(said)

    assert first.status_code == again.status_code == 202
    assert first.json()["state"] == "REVIEW"
    (review,) = first.json()["reviews"]
    assert (review["rule"], review["state"]) == ("window", "OPEN")

    found = CustomerReturn.objects.get()
    ids = [found.reviews.get().pk]
    yes = Approver(clerk=marc)
    reviews.decide(found=found, review_ids=ids, approver=yes, is_approved=True, how="PIN", at=now())
    read = program.get(f"returns/{found.pk}/").json()
    taken = program.take(said)

    assert read["reviews"][0]["state"] == "APPROVED"
    assert taken.status_code == 201
    assert taken.json()["number"] == first.json()["number"]


def test_a_no_ends_it_with_the_persons_words(program: Program, late: Order, marc: Clerk) -> None:
    said = told(late, ask_for_review=True)
    program.take(said)
    found = CustomerReturn.objects.get()
    ids = [found.reviews.get().pk]
    reviews.decide(
        found=found,
        review_ids=ids,
        approver=Approver(clerk=marc),
        is_approved=False,
        words="Worn.",
        how="PIN",
        at=now(),
    )

    answer = program.take(said)

    assert answer.status_code == 200
    assert answer.json()["state"] == "REFUSED"
    assert answer.json()["reviews"][0]["words"] == "Worn."
