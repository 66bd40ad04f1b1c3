"""What a person sees when something is not there, not allowed or broken; and the page's policy."""

import re

import pytest
from django.test import Client
from django.urls import path

from omnistore import urls

PAGES = ("/", "/sign-up/", "/clerks/", "/tablet/open/")


def break_down(request: object) -> None:
    raise RuntimeError("a bug")


# The site with one address more, which breaks.
urlpatterns = [path("broken/", break_down), *urls.urlpatterns]
handler500 = urls.handler500


def test_says_that_there_is_nothing(client: Client, db: None) -> None:
    response = client.get("/nothing/here/")

    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()


def test_says_that_the_page_was_open_too_long(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/identify/", {"text": "x"})

    assert response.status_code == 403
    assert 'class="sheet"' in response.content.decode()


@pytest.mark.urls(__name__)
def test_says_that_it_is_broken_without_a_trace(client: Client, db: None) -> None:
    client.raise_request_exception = False

    response = client.get("/broken/")

    assert response.status_code == 500
    assert 'class="sheet"' in response.content.decode()
    assert "a bug" not in response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_runs_no_script_and_no_style_that_the_policy_forbids(counter: Client, page: str) -> None:
    response = counter.get(page)
    text = response.content.decode()

    policy = response["Content-Security-Policy"]
    nonce = re.search(r'<script type="importmap" nonce="([^"]+)">', text)
    assert nonce
    assert f"'nonce-{nonce[1]}'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*(src=|importmap))|\sstyle=|\son[a-z]+=|hx-on", text)


@pytest.mark.parametrize("page", PAGES)
def test_fills_one_button_at_most(counter: Client, page: str) -> None:
    text = counter.get(page).content.decode()

    shown = re.sub(r'<section class="lock".*', "", text, flags=re.DOTALL)
    assert shown.count("button--main") <= 1


def test_says_that_a_form_cannot_be_read(db: None) -> None:
    kind = "application/x-www-form-urlencoded; charset=utf-16"
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.get("/tablet/open/")

    response = browser.post("/identify/", b"text=a", content_type=kind)

    assert response.status_code == 400
    assert 'class="sheet"' in response.content.decode()
