"""The manager's page: PINs and tablets of his own store."""

import pytest
from django.test import Client

from omnistore.audit.models import AccessChange
from stores.models import Clerk, PinTries, Store, Tablet
from tests.factories import make_clerk, make_store, make_tablet


@pytest.fixture
def office(counter: Client, marc: Clerk) -> Client:
    """The tablet with Marc, the manager, signed in."""
    Tablet.objects.update(clerk=marc)
    return counter


def test_is_not_for_clerks(counter: Client, nadia: Clerk) -> None:
    assert counter.get("/team/").status_code == 403
    assert counter.post(f"/team/{nadia.pk}/pin/", {"pin": "864209"}).status_code == 403


def test_shows_who_is_locked_and_which_tablets_are_open(
    office: Client, nadia: Clerk, tablet: Tablet
) -> None:
    PinTries.objects.create(clerk=nadia, tablet=tablet, failures=5)

    page = office.get("/team/").content.decode()

    assert f'action="/team/{nadia.pk}/tries/"' in page
    assert "Comptoir 1" in page


def test_sets_a_new_pin_and_forgets_wrong_tries(
    office: Client, nadia: Clerk, tablet: Tablet
) -> None:
    PinTries.objects.create(clerk=nadia, tablet=tablet, failures=5)

    assert office.post(f"/team/{nadia.pk}/pin/", {"pin": "864209"}).status_code == 302

    assert office.post(f"/clerks/{nadia.pk}/", {"pin": "864209"}).status_code == 302


def test_lists_this_tablet_first_and_the_others_as_a_person_counts(
    office: Client, lyon: Store, tablet: Tablet
) -> None:
    Tablet.objects.update(name="Comptoir 7")
    names = ("Comptoir 10", "comptoir 2", "Comptoir", "12e étage", "Comptoir ² 1")
    for name in names:
        make_tablet(lyon, secret=name, name=name)

    listed = [opened.name for opened in office.get("/team/").context["tablets"]]

    assert listed[0] == "Comptoir 7"
    assert listed.index("comptoir 2") < listed.index("Comptoir 10")


def test_notes_who_changed_what_on_which_tablet(
    office: Client, lyon: Store, nadia: Clerk, marc: Clerk, tablet: Tablet
) -> None:
    lost = make_tablet(lyon, secret="lost", name="Perdue")
    office.post(f"/team/{nadia.pk}/pin/", {"pin": "864209"})
    office.post(f"/team/{nadia.pk}/tries/")
    for _ in range(2):
        office.post(f"/tablets/{lost.pk}/revoke/")

    noted = AccessChange.objects.order_by("pk").values_list("kind", "subject_id")

    assert list(noted) == [
        ("PIN_SET", nadia.pk),
        ("TRIES_FORGOTTEN", nadia.pk),
        ("TABLET_CLOSED", lost.pk),
    ]
    by_marc = {"actor": "CLERK", "actor_id": marc.pk, "device_id": tablet.pk}
    assert AccessChange.objects.filter(**by_marc).count() == 3


def test_notes_nothing_of_a_pin_that_was_refused(office: Client, nadia: Clerk) -> None:
    office.post(f"/team/{nadia.pk}/pin/", {"pin": "123456"})

    assert not AccessChange.objects.exists()


@pytest.mark.parametrize("pin", ["123456", "111111", "12345", "", "1" * 10_000, "12\x003456"])
def test_refuses_a_pin_that_is_easily_guessed(office: Client, nadia: Clerk, pin: str) -> None:
    response = office.post(f"/team/{nadia.pk}/pin/", {"pin": pin})

    assert response.status_code == 422
    assert office.post(f"/clerks/{nadia.pk}/", {"pin": "135790"}).status_code == 302


def test_closes_a_lost_tablet(office: Client, lyon: Store) -> None:
    lost = make_tablet(lyon, secret="lost", name="Perdue")

    office.post(f"/tablets/{lost.pk}/revoke/")

    lost.refresh_from_db()
    assert lost.revoked_at


def test_reaches_no_clerk_and_no_tablet_of_another_store(office: Client) -> None:
    paris = make_store("par", name="Paris")
    paul = make_clerk(paris, "Paul Autre")
    theirs = make_tablet(paris, secret="theirs")

    assert office.get(f"/team/{paul.pk}/pin/").status_code == 404
    assert office.post(f"/team/{paul.pk}/tries/").status_code == 404
    assert office.post(f"/tablets/{theirs.pk}/revoke/").status_code == 404
