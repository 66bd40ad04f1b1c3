"""The clerk's tablet hears of who announced himself, and the first to serve opens his page."""

import pytest
from django.test import Client
from django.utils.timezone import now

from customers import checkins
from customers.models import CheckIn, Customer, Visit
from omnistore.audit.models import Look
from stores.models import Clerk, Register, Store, Tablet
from tests.factories import make_customer, make_register, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(till: Register, tablet: Tablet) -> CheckIn:
    """Camille, who announced herself at the till."""
    return checkins.announce(register=till, customer=make_customer(), how="KNOWN", at=now())


def test_the_tablet_hears_nothing_while_nothing_is_new(
    counter: Client, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        answer = counter.get("/arrivals/?seen=")

    assert answer.status_code == 204


def test_the_tablet_shows_who_came_and_then_is_quiet(counter: Client, waiting: CheckIn) -> None:
    first = counter.get("/arrivals/?seen=")
    again = counter.get(f"/arrivals/?seen={first.context['seen']}")

    words = first.content.decode()
    assert "Camille Moreau" in words
    assert waiting.digits in words
    assert again.status_code == 204
    assert Look.objects.filter(reason="LISTED").count() == 1


def test_a_locked_tablet_hears_nothing(counter: Client, waiting: CheckIn) -> None:
    Tablet.objects.update(clerk=None, sign_in_hash="")

    answer = counter.get("/arrivals/?seen=", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert b"Camille" not in answer.content


def test_asking_keeps_no_tablet_awake(counter: Client, tablet: Tablet) -> None:
    counter.get("/arrivals/?seen=")

    before = tablet.active_at
    tablet.refresh_from_db()
    assert tablet.active_at == before


def test_the_first_to_serve_opens_the_page_and_the_others_see_it_disappear(
    counter: Client, waiting: CheckIn, nadia: Clerk
) -> None:
    seen = counter.get("/arrivals/?seen=").context["seen"]
    camille = Customer.objects.get()

    served = counter.post(f"/arrivals/{waiting.pk}/serve/")
    late = counter.post(f"/arrivals/{waiting.pk}/serve/", follow=True)

    assert served["Location"] == f"/customers/{camille.pk}/"
    assert late.redirect_chain[-1][0] == "/"
    assert Visit.objects.get().clerk == nadia
    assert Look.objects.filter(reason="IDENTIFIED", customer_id=camille.pk).count() == 1
    emptied = counter.get(f"/arrivals/?seen={seen}")
    assert (emptied.status_code, b"Camille" in emptied.content) == (200, False)


def test_a_clerk_of_another_store_can_neither_see_nor_serve(
    counter: Client, tablet: Tablet, lyon: Store
) -> None:
    paris = make_register(make_store("par", name="Paris"))
    far = checkins.announce(register=paris, customer=make_customer(), how="KNOWN", at=now())

    assert counter.get("/arrivals/?seen=").status_code == 204
    assert counter.post(f"/arrivals/{far.pk}/serve/").status_code == 404


def test_the_clerk_is_told_when_what_was_given_is_anothers(
    counter: Client, till: Register, nadia: Clerk
) -> None:
    Clerk.objects.update(language="en")
    checkins.announce(
        register=till, customer=make_customer(), how="JOINED", is_unsure=True, at=now()
    )

    assert b"ask before merging" in counter.get("/arrivals/?seen=").content
