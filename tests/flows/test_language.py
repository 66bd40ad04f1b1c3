"""The language is the clerk's; before he signs in it is the tablet's. Nothing is lost by it."""

import re

import pytest
from django.test import Client

from customers import consent
from stores.http import LANGUAGE_COOKIE
from stores.models import Clerk
from tests.factories import LONG_AGO


def test_speaks_french_until_told_otherwise(client: Client, db: None) -> None:
    page = client.get("/tablet/open/", headers={"Accept-Language": "en"}).content.decode()

    assert '<html lang="fr"' in page
    assert 'value="en" lang="en"' in page
    assert "English</button>" in page


def test_is_the_tablets_before_anybody_signs_in(client: Client, db: None) -> None:
    client.post("/language/", {"language": "en", "next": "/tablet/open/"})

    assert '<html lang="en"' in client.get("/tablet/open/").content.decode()


def test_is_the_clerks_own_from_then_on(counter: Client, nadia: Clerk) -> None:
    response = counter.post("/language/", {"language": "en", "next": "/sign-up/"})

    nadia.refresh_from_db()
    assert nadia.language == "en"
    assert response["Location"] == "/sign-up/"
    # Whatever the tablet speaks.
    counter.cookies[LANGUAGE_COOKIE] = "fr"
    assert '<html lang="en"' in counter.get("/sign-up/").content.decode()


def test_keeps_a_half_made_sign_up(counter: Client, nadia: Clerk) -> None:
    consent.default_wordings(at=LONG_AGO)
    yes = f"consent_{consent.asked('fr')[0].pk}"
    half_made = {"first_name": "Zoé", "phone": "06 12", "customer_language": "fr", yes: "yes"}

    switched = counter.post(
        "/language/", {"language": "en", "next": "/", "again": "/sign-up/again/"} | half_made
    )
    # 307: the browser posts the same once more.
    assert switched.status_code == 307
    page = counter.post(switched["Location"], half_made).content.decode()

    assert '<html lang="en"' in page
    assert 'value="Zoé"' in page
    assert 'value="06 12"' in page
    # The customer still speaks French, and his answer stands.
    assert re.search(rf'name="{yes}" value="yes"[^>]* checked', page)
    assert page.count('<legend class="field__label" lang="fr">') == len(consent.asked("fr"))


@pytest.mark.parametrize("again", ["https://example.org/", "//example.org/", "\\\\example.org"])
def test_passes_nothing_on_to_another_site(counter: Client, again: str) -> None:
    response = counter.post("/language/", {"language": "en", "again": again, "phone": "06 12"})

    assert response["Location"] == "/"


@pytest.mark.parametrize("language", ["", "xx", "\x00", "e" * 10_000])
def test_falls_back_to_french(counter: Client, nadia: Clerk, language: str) -> None:
    counter.post("/language/", {"language": language})

    nadia.refresh_from_db()
    assert nadia.language == "fr"


@pytest.mark.parametrize("path", ["/", "/sign-up/", "/tablet/"])
def test_offers_the_other_language_on_every_page(counter: Client, path: str) -> None:
    page = counter.get(path).content.decode()

    assert 'class="rail__language"' in page
    assert 'name="language" value="en" lang="en"' in page
