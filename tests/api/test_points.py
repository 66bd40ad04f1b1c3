"""Points by the API: read, spent once per reference, given back."""

from typing import Any
from uuid import uuid4

from customers.models import Customer, LoyaltyEntry
from tests.factories import LONG_AGO, make_customer
from tests.orders.test_points import make_rule


def camille() -> Customer:
    make_rule()
    person = make_customer(level="GOLD")
    LoyaltyEntry.objects.create(customer=person, kind="IMPORTED", points=300, at=LONG_AGO)
    return person


def test_spends_points_once_per_reference_and_gives_them_back(program: Any) -> None:
    person = camille()
    asked = {"customer": str(person.pk), "points": 200, "reference": "till-1"}

    first = program.post("spendings/", asked)
    again = program.post("spendings/", asked)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["amount"] == 1000
    assert program.get(f"customers/{person.pk}/points/").json() == {"points": 100, "debt": 0}
    assert program.post("spendings/till-1/undo/", {}).json() == {"points": 300, "debt": 0}


def test_refuses_in_words_and_changes_nothing(program: Any) -> None:
    person = camille()
    asked = {"customer": str(person.pk), "points": 301, "reference": "till-1"}

    answers = {
        "too_few_points": program.post("spendings/", asked),
        "unknown_spending": program.post("spendings/till-1/undo/", {}),
        "not_found": program.get(f"customers/{uuid4()}/points/"),
    }

    assert {code: answer.json()["code"] for code, answer in answers.items()} == {
        code: code for code in answers
    }
    assert program.post("spendings/", asked | {"points": -1}).status_code in (400, 422)
    assert LoyaltyEntry.objects.count() == 1


def test_only_a_key_for_loyalty_spends(make_program: Any) -> None:
    program = make_program("orders")

    assert program.post("spendings/", {}).status_code == 403
