"""A customer says who he is by a code of six digits; and a stranger learns nothing by it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from customers.models import (
    CheckIn,
    Customer,
    Evidence,
    Identifier,
    KnownPhone,
    Message,
    OneTimeCode,
)
from stores import registers
from tests.factories import make_customer, make_evidence
from tests.phone.test_arriving import arrive

pytestmark = pytest.mark.django_db(transaction=True)
KNOWN, UNKNOWN = "camille@example.com", "nobody@example.com"


@pytest.fixture
def at_the_register(phone: Client, code: str, camille: Customer) -> Client:
    """A phone that traded the code in and says that its owner is a customer."""
    assert arrive(phone, code, way="ask")["Location"] == "/c/who/"
    return phone


def asked(phone: Client, contact: str) -> Any:
    return phone.post("/c/who/", {"contact": contact})


def sent() -> str:
    """Return the last code that was sent."""
    return Message.objects.latest("created_at").variables["code"]


def said(phone: Client, digits: str) -> Any:
    return phone.post("/c/code/", {"code": digits})


def test_the_right_code_tells_the_clerk_who_it_is(
    at_the_register: Client, camille: Customer
) -> None:
    asked(at_the_register, KNOWN)

    answer = said(at_the_register, sent())

    assert answer["Location"] == "/c/here/"
    check_in = CheckIn.objects.get()
    assert (check_in.customer, check_in.how, check_in.is_unsure) == (camille, "ONE_TIME", False)


def test_a_phone_never_learns_whether_an_address_is_known(at_the_register: Client) -> None:
    """The same words, and the same work."""
    pages, costs = [], []
    for contact in ("first@example.com", KNOWN, UNKNOWN):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = asked(at_the_register, contact)
        pages.append((answer.status_code, answer["Location"], answer.content))
        costs.append(len(queries))

    assert len(set(pages)) == 1
    assert costs[1] == costs[2]
    assert said(at_the_register, "000000").status_code == 422
    assert not CheckIn.objects.exists()


def test_who_proved_an_unknown_address_may_join(at_the_register: Client) -> None:
    asked(at_the_register, UNKNOWN)

    answer = said(at_the_register, sent())

    assert answer["Location"] == "/c/join/"
    page = at_the_register.get("/c/join/").content.decode()
    assert "Nobody here has this address" in page
    assert f'value="{UNKNOWN}"' in page
    assert not CheckIn.objects.exists()


def test_five_tries_and_the_right_code_comes_too_late(at_the_register: Client) -> None:
    asked(at_the_register, KNOWN)
    right = sent()
    wrong = "000000" if right != "000000" else "000001"

    for _ in range(5):
        assert said(at_the_register, wrong).status_code == 422

    assert said(at_the_register, right).status_code == 422
    assert not CheckIn.objects.exists()


def test_a_code_is_good_for_ten_minutes_and_in_one_browser(
    at_the_register: Client, till: Any
) -> None:
    asked(at_the_register, KNOWN)
    right = sent()
    thief = Client()
    arrive(thief, registers.code_of(till, at=now() + timedelta(seconds=1)), way="ask")
    assert said(thief, right).status_code in (404, 422)
    OneTimeCode.objects.update(expires_at=now())

    assert said(at_the_register, right).status_code == 422
    assert not CheckIn.objects.exists()


def test_a_family_that_shares_a_number_is_asked_who_it_is(
    at_the_register: Client, camille: Customer
) -> None:
    """By first names only; the clerk is told to ask once more."""
    Identifier.objects.filter(value=KNOWN).update(is_shared=True)
    Evidence.objects.filter(identifier__value=KNOWN).update(is_shared=True)
    paul = make_customer(first_name="Paul", last_name="Moreau")
    make_evidence(paul, "EMAIL", KNOWN, is_shared=True)
    asked(at_the_register, KNOWN)

    assert said(at_the_register, sent())["Location"] == "/c/which/"
    page = at_the_register.get("/c/which/").content.decode()
    assert "Paul" in page
    assert "Moreau" not in page
    at_the_register.post("/c/which/", {"who": "99"})
    assert not CheckIn.objects.exists()
    at_the_register.post("/c/which/", {"who": "1"})

    assert CheckIn.objects.get().is_unsure
    # Who says which of them he is, is not known by his phone as that one from now on.
    assert "/c/remember/" not in at_the_register.get("/c/here/").content.decode()
    at_the_register.post("/c/remember/")
    assert not KnownPhone.objects.exists()


def test_what_was_proven_is_worth_nothing_in_another_session(
    at_the_register: Client, camille: Customer, till: Any
) -> None:
    """A tablet that is handed on, or a cookie that was kept for a year."""
    Identifier.objects.filter(value=KNOWN).update(is_shared=True)
    Evidence.objects.filter(identifier__value=KNOWN).update(is_shared=True)
    make_evidence(make_customer(first_name="Paul"), "EMAIL", KNOWN, is_shared=True)
    asked(at_the_register, KNOWN)
    said(at_the_register, sent())
    at_the_register.post("/c/leave/")

    arrive(at_the_register, registers.code_of(till, at=now()), way="ask")

    assert at_the_register.get("/c/which/")["Location"] == "/c/who/"
    assert at_the_register.post("/c/which/", {"who": "0"})["Location"] == "/c/who/"
    assert not CheckIn.objects.exists()


def test_what_was_left_for_one_use_is_worth_nothing_for_another(at_the_register: Client) -> None:
    asked(at_the_register, KNOWN)
    ticket = at_the_register.cookies["omnistore_phone_ticket"].value
    for name in ("omnistore_phone_holders", "omnistore_phone_proven", "omnistore_turned"):
        at_the_register.cookies[name] = ticket

    assert at_the_register.get("/c/which/")["Location"] == "/c/who/"
    assert "Nobody here has" not in at_the_register.get("/c/join/").content.decode()


def test_one_of_a_family_is_announced_as_perhaps_another(
    at_the_register: Client, camille: Customer
) -> None:
    """rules.md 3.2: a shared address identifies nobody alone, also when we know but one of them."""
    Identifier.objects.filter(value=KNOWN).update(is_shared=True)
    asked(at_the_register, KNOWN)

    said(at_the_register, sent())

    assert CheckIn.objects.get().is_unsure
    assert "/c/remember/" not in at_the_register.get("/c/here/").content.decode()


@pytest.mark.parametrize("left", ["", "x", "camille", "gAAAAABhello"])
def test_nobody_makes_himself_somebody_by_a_cookie(
    at_the_register: Client, camille: Customer, left: str
) -> None:
    at_the_register.cookies["omnistore_phone_holders"] = left or str(camille.pk)

    assert at_the_register.post("/c/which/", {"who": "0"})["Location"] == "/c/who/"
    assert not CheckIn.objects.exists()
