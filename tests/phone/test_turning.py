"""The clerk's own tablet, handed to a customer: he signs up, and can do nothing else with it."""

import pytest
from django.test import Client
from django.utils.timezone import now

from customers.models import CheckIn, Customer, KnownPhone, Message, PhoneSession
from stores.models import Register, Tablet
from tests.factories import make_customer

pytestmark = pytest.mark.django_db(transaction=True)
NEWCOMER = {"first_name": "Louise", "last_name": "Petit", "phone": "06 98 76 54 32"}
BEHIND = ["/", "/sign-up/", "/tablet/", "/goods/", "/returns/waiting/", "/arrivals/", "/team/"]


@pytest.fixture
def turned(counter: Client, till: Register) -> Client:
    """The tablet as the customer gets it."""
    assert counter.post("/c/turn/")["Location"] == "/c/handed/"
    return counter


def test_the_customer_signs_up_and_the_clerks_hear_of_it(turned: Client, tablet: Tablet) -> None:
    assert "/c/join/" in turned.get("/c/handed/").content.decode()

    turned.post("/c/join/", NEWCOMER)

    page = turned.get("/c/here/").content.decode()
    assert "/clerks/" in page
    assert "/c/remember/" not in page
    assert CheckIn.objects.get().register.store_id == tablet.store_id


def test_the_clerks_tablet_is_nobodys_phone_from_now_on(turned: Client) -> None:
    turned.post("/c/join/", NEWCOMER)

    turned.post("/c/remember/")

    assert not KnownPhone.objects.exists()
    assert "omnistore_known_phone" not in turned.cookies


def test_the_clerks_tablet_carries_nobodys_pass(turned: Client) -> None:
    make_customer(email="camille@example.com")
    turned.post("/pass/ask/", {"contact": "camille@example.com"})
    digits = Message.objects.latest("created_at").variables["code"]

    turned.post("/pass/code/", {"code": digits})

    assert not KnownPhone.objects.exists()
    assert turned.get("/pass/hour/").status_code == 401


@pytest.mark.parametrize("path", BEHIND)
def test_no_way_leads_back_to_the_clerks_pages_but_a_pin(turned: Client, path: str) -> None:
    camille = make_customer()

    assert turned.get(path).status_code in (302, 403)
    assert turned.get(f"/customers/{camille.pk}/").status_code == 302
    assert "Camille" not in turned.get("/clerks/").content.decode()


def test_the_customers_ten_minutes_end_for_good(turned: Client) -> None:
    PhoneSession.objects.update(expires_at=now())
    # The browser lets the session's cookie go at the same time.
    del turned.cookies["omnistore_phone"]

    answer = turned.post("/c/join/", NEWCOMER)

    assert answer.status_code == 404
    assert "/clerks/" in answer.content.decode()
    assert not Customer.objects.exists()


def test_only_a_clerk_turns_it_round(client: Client, tablet: Tablet, till: Register) -> None:
    assert client.post("/c/turn/").status_code == 302
    assert not PhoneSession.objects.exists()


def test_a_store_without_a_register_says_so(counter: Client, till: Register) -> None:
    Register.objects.update(is_active=False)

    answer = counter.post("/c/turn/", follow=True)

    assert "caisse" in answer.content.decode()
    assert not PhoneSession.objects.exists()
    assert counter.get("/sign-up/").status_code == 200
