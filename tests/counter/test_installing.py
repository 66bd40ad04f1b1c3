"""The app on the tablet's home screen: what its system asks for, and that it is there."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from omnistore.counter import shell

LINK = re.compile(r'<link rel="manifest" href="([^"]+)">')


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_manifest_makes_an_app_of_the_counter(client: Client, language: str) -> None:
    answer = client.get(f"/manifest.{language}.webmanifest")

    told = answer.json()
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert (told["id"], told["start_url"], told["scope"]) == ("/", "/", "/")
    assert (told["display"], told["orientation"], told["lang"]) == ("standalone", "any", language)
    assert [one["url"] for one in told["shortcuts"]] == ["/", "/sign-up/"]


def test_every_icon_has_the_size_it_says(client: Client) -> None:
    icons = client.get("/manifest.fr.webmanifest").json()["icons"]

    drawn = [icon for icon in icons if icon["type"] == "image/png"]
    assert {icon["purpose"] for icon in drawn} == {"any", "maskable"}
    for icon in drawn:
        with Image.open(str(finders.find(icon["src"].removeprefix("/static/")))) as picture:
            assert "x".join(map(str, picture.size)) == icon["sizes"]


def test_a_language_that_is_not_spoken_has_no_manifest(client: Client) -> None:
    assert client.get("/manifest.de.webmanifest").status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_leads_to_the_manifest_of_its_language(
    client: Client, db: None, language: str
) -> None:
    client.cookies["omnistore_language"] = language

    page = client.get("/tablet/open/").content.decode()

    links = LINK.findall(page)
    assert links == [f"/manifest.{language}.webmanifest"]


def test_the_worker_is_served_from_the_root_and_never_kept(client: Client) -> None:
    answer = client.get("/service-worker.js")

    assert answer.headers["Content-Type"] == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_the_shell_is_our_files_and_nothing_else(client: Client) -> None:
    shell.files.cache_clear()

    for address in shell.files():
        assert address.startswith("/static/")
        assert finders.find(address.removeprefix("/static/")), address


def test_the_version_follows_the_content(monkeypatch: pytest.MonkeyPatch) -> None:
    before = shell.worker.__wrapped__("/offline/")

    monkeypatch.setattr(shell, "offline_page", lambda: "another page")

    assert shell.worker.__wrapped__("/offline/") != before


def test_the_offline_page_is_the_same_for_everybody_in_both_languages(
    client: Client, counter: Client
) -> None:
    stranger, clerk = Client().get("/offline/"), counter.get("/offline/")

    assert stranger.content == clerk.content
    assert not clerk.cookies
    assert 'lang="fr" hidden' in stranger.content.decode()
    assert 'lang="en" hidden' in stranger.content.decode()


def test_says_that_it_is_alive_without_asking_the_database(client: Client) -> None:
    answer = client.get("/alive/")

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Cache-Control"] == "no-store"
