"""A tablet is opened for one store by someone with a password, and remembers itself."""

import re

import pytest
from django.test import Client

from stores.http import TABLET_COOKIE
from stores.models import Clerk, Register, Store, Tablet, User
from tests.factories import make_clerk, make_store, make_user

RIGHT = {"username": "anne", "password": "counter-2026"}


@pytest.fixture
def anne(marc: Clerk, till: Register) -> User:
    """The account of Marc, who manages Lyon."""
    marc.user = make_user()
    marc.save()
    return marc.user


def ticket_of(response) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


def test_sends_an_unknown_browser_to_the_page_that_opens_it(client: Client, db: None) -> None:
    response = client.get("/")

    assert (response.status_code, response["Location"]) == (302, "/tablet/open/")


def test_opens_the_tablet_for_the_chosen_store(client: Client, anne: User, lyon: Store) -> None:
    asked = client.post("/tablet/open/", RIGHT)

    response = client.post(
        "/tablet/open/store/",
        {"ticket": ticket_of(asked), "store": lyon.pk, "name": "Comptoir 2"},
    )

    assert response["Location"] == "/clerks/"
    cookie = response.cookies[TABLET_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 34_560_000)
    assert Tablet.objects.get(name="Comptoir 2").opened_by == anne
    assert "Marc Perrin" in client.get("/clerks/").content.decode()


def test_marks_the_cookie_secure_on_https(client: Client, anne: User, lyon: Store) -> None:
    asked = client.post("/tablet/open/", RIGHT, secure=True)
    chosen = {"ticket": ticket_of(asked), "store": lyon.pk, "name": "Comptoir 2"}

    response = client.post("/tablet/open/store/", chosen, secure=True)

    assert response.cookies[TABLET_COOKIE]["secure"]


def test_does_not_sign_the_account_in_on_the_shared_tablet(client: Client, anne: User) -> None:
    client.post("/tablet/open/", RIGHT)

    assert "sessionid" not in client.cookies


def test_closes_what_the_tablet_was_before(counter: Client, anne: User, lyon: Store) -> None:
    asked = counter.post("/tablet/open/", RIGHT)

    counter.post(
        "/tablet/open/store/", {"ticket": ticket_of(asked), "store": lyon.pk, "name": "Neuf"}
    )

    assert Tablet.objects.get(name="Comptoir 1").revoked_at
    assert Tablet.objects.get(name="Neuf").revoked_at is None


@pytest.mark.parametrize(
    "typed",
    [
        {"username": "anne", "password": "not it"},
        {"username": "nobody", "password": "counter-2026"},
        {"username": "", "password": ""},
        {"username": "an\x00ne", "password": "counter-2026"},
        {"username": "x" * 10_000, "password": "y" * 10_000},
        {},
    ],
)
def test_says_what_is_wrong_with_a_name_or_password(
    client: Client, anne: User, typed: dict[str, str]
) -> None:
    response = client.post("/tablet/open/", typed)

    assert response.status_code == 422
    assert (
        "field__error" in response.content.decode() or "notice--stop" in response.content.decode()
    )


def test_stops_guessing_with_a_sentence(client: Client, anne: User) -> None:
    for _ in range(5):
        client.post("/tablet/open/", {"username": "anne", "password": "not it"})

    response = client.post("/tablet/open/", RIGHT)

    assert response.status_code == 429
    assert "notice--stop" in response.content.decode()


def test_refuses_an_account_that_manages_no_store(client: Client, nadia: Clerk) -> None:
    nadia.user = make_user()
    nadia.save()

    response = client.post("/tablet/open/", RIGHT)

    assert response.status_code == 403
    assert Tablet.objects.count() == 0


def test_opens_no_store_that_the_account_does_not_manage(client: Client, anne: User) -> None:
    paris = make_store("par", name="Paris")
    make_clerk(paris, "Paul", role=Clerk.Role.MANAGER)
    asked = client.post("/tablet/open/", RIGHT)

    response = client.post(
        "/tablet/open/store/", {"ticket": ticket_of(asked), "store": paris.pk, "name": "Chez eux"}
    )

    assert response.status_code == 422
    assert Tablet.objects.count() == 0


@pytest.mark.parametrize("ticket", ["", "forged", "x" * 10_000, "1:2:3"])
def test_starts_again_when_the_ticket_is_not_ours(client: Client, lyon: Store, ticket: str) -> None:
    response = client.post(
        "/tablet/open/store/", {"ticket": ticket, "store": lyon.pk, "name": "Comptoir"}
    )

    assert response["Location"] == "/tablet/open/"
