"""Clerks sign in and switch by name and PIN; the tablet locks and nothing typed is lost."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils.timezone import now

from stores.http import SIGN_IN_COOKIE, TABLET_COOKIE
from stores.models import Clerk, PinTries, Store, Tablet
from tests.factories import make_clerk, make_store

HTMX = {"HX-Request": "true"}


@pytest.fixture
def locked(counter: Client, tablet: Tablet) -> Client:
    """The tablet with nobody signed in."""
    Tablet.objects.update(clerk=None)
    return counter


def sign_in(client: Client, clerk: Clerk, pin: str, **fields: str):
    return client.post(f"/clerks/{clerk.pk}/", {"pin": pin, **fields})


def test_shows_the_names_of_this_store_only(locked: Client, marc: Clerk) -> None:
    make_clerk(make_store("par", name="Paris"), "Paul Autre")

    page = locked.get("/clerks/").content.decode()

    assert "Marc Perrin" in page
    assert "Paul Autre" not in page


def test_signs_in_by_pin_and_goes_where_the_clerk_was_going(locked: Client, nadia: Clerk) -> None:
    asked = locked.get("/sign-up/")
    assert asked["Location"] == "/clerks/?next=%2Fsign-up%2F"

    response = sign_in(locked, nadia, "135790", next="/sign-up/")

    assert response["Location"] == "/sign-up/"
    assert locked.get("/sign-up/").status_code == 200


def test_answers_htmx_with_a_redirect_of_the_whole_page(locked: Client, nadia: Clerk) -> None:
    response = locked.post(f"/clerks/{nadia.pk}/", {"pin": "135790"}, headers=HTMX)

    assert response["HX-Redirect"] == "/"


@pytest.mark.parametrize("onward", ["https://elsewhere.example/", "//elsewhere.example", "clerks"])
def test_never_leaves_the_site_after_signing_in(locked: Client, nadia: Clerk, onward: str) -> None:
    assert sign_in(locked, nadia, "135790", next=onward)["Location"] == "/"


@pytest.mark.parametrize(
    "pin", ["000000", "", "13579", "1" * 10_000, "13579\x00", "１３５７９０", "abcdef"]
)
def test_counts_whatever_is_not_the_pin(locked: Client, nadia: Clerk, pin: str) -> None:
    response = sign_in(locked, nadia, pin)

    assert response.status_code == 422
    assert "pinpad__words--wrong" in response.content.decode()
    assert PinTries.objects.get().failures == 1


def test_shuts_the_pad_after_five_wrong_pins_until_a_manager_helps(
    locked: Client, nadia: Clerk, marc: Clerk
) -> None:
    for _ in range(5):
        sign_in(locked, nadia, "000000")
    shut = sign_in(locked, nadia, "135790")
    assert shut.status_code == 423
    assert "data-pinpad-digit-param" not in shut.content.decode()

    sign_in(locked, marc, "246801")
    locked.post(f"/team/{nadia.pk}/tries/")

    assert sign_in(locked, nadia, "135790").status_code == 302


def test_knows_no_clerk_of_another_store(locked: Client) -> None:
    paul = make_clerk(make_store("par", name="Paris"), "Paul Autre")

    assert locked.get(f"/clerks/{paul.pk}/").status_code == 404
    assert sign_in(locked, paul, "135790").status_code == 404
    assert locked.post(f"/clerks/{paul.pk}/unlock/", {"pin": "135790"}).status_code == 404
    assert not PinTries.objects.exists()
    assert locked.get(f"/clerks/{10**30}/").status_code == 404


def test_locks_after_two_idle_minutes(counter: Client, tablet: Tablet) -> None:
    Tablet.objects.update(active_at=now() - timedelta(minutes=3))

    assert counter.get("/")["Location"] == "/clerks/?next=%2F"


def test_tells_an_open_page_to_cover_itself(locked: Client) -> None:
    response = locked.post("/sign-up/", {"first_name": "Zoé"}, headers=HTMX)

    assert (response.status_code, response["HX-Trigger"]) == (401, "locked")


def test_takes_the_sheet_off_for_the_same_pin(locked: Client, nadia: Clerk) -> None:
    response = locked.post(f"/clerks/{nadia.pk}/unlock/", {"pin": "135790"}, headers=HTMX)

    assert response["HX-Trigger"] == "unlocked"
    assert Tablet.objects.get().clerk == nadia


def test_keeps_the_sheet_on_for_a_wrong_pin(locked: Client, nadia: Clerk) -> None:
    response = locked.post(f"/clerks/{nadia.pk}/unlock/", {"pin": "000000"}, headers=HTMX)

    assert response.status_code == 422
    assert "HX-Trigger" not in response
    assert Tablet.objects.get().clerk is None


def test_locks_at_a_tap(counter: Client, tablet: Tablet) -> None:
    assert counter.post("/lock/")["Location"] == "/clerks/"
    assert Tablet.objects.get().clerk is None


def test_stays_awake_while_the_clerk_types(counter: Client, tablet: Tablet) -> None:
    Tablet.objects.update(active_at=now() - timedelta(seconds=100))

    assert counter.post("/awake/").status_code == 204
    assert now() - Tablet.objects.get().active_at < timedelta(seconds=5)


def test_is_not_kept_awake_by_a_page_that_asks_by_itself(counter: Client, tablet: Tablet) -> None:
    before = now() - timedelta(seconds=100)
    Tablet.objects.update(active_at=before)

    counter.get("/customers/00000000-0000-0000-0000-000000000000/crm/")

    assert Tablet.objects.get().active_at == before


def test_forgets_a_revoked_tablet_at_once(counter: Client, tablet: Tablet) -> None:
    Tablet.objects.update(revoked_at=now())

    assert counter.get("/")["Location"] == "/tablet/open/"
    assert counter.post("/identify/", headers=HTMX)["HX-Redirect"] == "/tablet/open/"


def test_lets_no_browser_keep_a_page(counter: Client) -> None:
    assert counter.get("/")["Cache-Control"] == "no-store"


def test_speaks_the_language_the_clerk_chose(counter: Client, nadia: Clerk) -> None:
    assert '<html lang="fr"' in counter.get("/").content.decode()

    response = counter.post("/language/", {"language": "en", "next": "/sign-up/"})

    assert response["Location"] == "/sign-up/"
    assert '<html lang="en"' in counter.get("/").content.decode()
    nadia.refresh_from_db()
    assert nadia.language == "en"


@pytest.mark.parametrize("language", ["xx", "", "fr\x00", "e" * 10_000])
def test_speaks_french_when_the_language_is_unknown(counter: Client, language: str) -> None:
    counter.post("/language/", {"language": language})

    assert '<html lang="fr"' in counter.get("/").content.decode()


def test_speaks_the_chosen_language_before_anybody_signs_in(locked: Client) -> None:
    locked.post("/language/", {"language": "en", "next": "/clerks/"})

    assert '<html lang="en"' in locked.get("/clerks/").content.decode()


def test_signs_a_clerk_out_who_works_there_no_more(
    counter: Client, lyon: Store, nadia: Clerk
) -> None:
    nadia.stores.remove(lyon)

    assert counter.get("/")["Location"] == "/clerks/?next=%2F"


def test_forgets_the_tablets_of_a_closed_store(counter: Client, lyon: Store) -> None:
    Store.objects.update(is_active=False)

    assert counter.get("/")["Location"] == "/tablet/open/"


def test_keeps_no_file_that_somebody_sends(counter: Client) -> None:
    sent = {"text": "", "file": BytesIO(b"x" * 5_000_000)}

    answer = counter.post("/identify/", sent)

    assert answer.status_code == 422
    assert not answer.wsgi_request.FILES


@pytest.fixture
def thief(tablet: Tablet) -> Client:
    """A browser elsewhere that has a copy of the tablet's own cookie."""
    browser = Client()
    browser.cookies[TABLET_COOKIE] = "tablet-secret"
    return browser


def test_gives_a_cookie_with_the_pin_that_no_script_reads(locked: Client, nadia: Clerk) -> None:
    cookie = sign_in(locked, nadia, "135790").cookies[SIGN_IN_COOKIE]

    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert len(cookie.value) >= 43
    assert cookie.value not in str(Tablet.objects.values())


def test_a_copied_tablet_cookie_is_locked_while_its_tablet_is_not(
    counter: Client, thief: Client
) -> None:
    assert thief.get("/")["Location"] == "/clerks/?next=%2F"
    assert thief.post("/identify/", {"text": "06"}, headers=HTMX).status_code == 401
    thief.post("/language/", {"language": "en"})

    assert counter.get("/").status_code == 200
    assert Clerk.objects.get().language == "fr"


def test_an_old_sign_in_opens_nothing_after_the_next(
    counter: Client, thief: Client, nadia: Clerk
) -> None:
    thief.cookies[SIGN_IN_COOKIE] = counter.cookies[SIGN_IN_COOKIE].value
    assert thief.get("/").status_code == 200

    sign_in(counter, nadia, "135790")

    assert thief.get("/")["Location"] == "/clerks/?next=%2F"
    assert counter.get("/").status_code == 200


def test_a_lock_ends_the_sign_in_for_good(counter: Client, nadia: Clerk) -> None:
    counter.post("/lock/")
    Tablet.objects.update(clerk=nadia)

    assert counter.get("/")["Location"] == "/clerks/?next=%2F"


def test_an_empty_cookie_is_not_the_sign_in_of_a_locked_tablet(
    counter: Client, tablet: Tablet
) -> None:
    Tablet.objects.update(sign_in_hash="")

    for secret in ("", "x" * 10_000):
        counter.cookies[SIGN_IN_COOKIE] = secret
        assert counter.get("/")["Location"] == "/clerks/?next=%2F"


def test_a_late_lock_does_not_throw_out_who_signed_in_meanwhile(
    counter: Client, thief: Client, nadia: Clerk
) -> None:
    thief.cookies[SIGN_IN_COOKIE] = counter.cookies[SIGN_IN_COOKIE].value
    sign_in(counter, nadia, "135790")

    assert thief.post("/lock/").status_code == 302

    assert counter.get("/").status_code == 200
