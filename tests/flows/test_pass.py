"""The customer's phone: how it gets the pass, what it is given, and what it never is."""

import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core import mail, signing
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.timezone import now

from customers import handsets, messages, passes
from customers.models import Customer, LoyaltyEntry, OneTimeCode, Pass
from omnistore.phone.http import KNOWN_COOKIE as COOKIE
from omnistore.phone.http import keep_known
from tests import weight
from tests.factories import NOON, make_customer, make_evidence

CARD = "2900000000018"
EMAIL = "camille@example.fr"


@pytest.fixture
def camille(db: None) -> Customer:
    customer = make_customer(phone="+33612345678", email=EMAIL, card=CARD, level="SILVER")
    LoyaltyEntry.objects.create(customer=customer, kind="IMPORTED", points=1240, at=NOON)
    return customer


def sent_code() -> str:
    """Return the six digits of the last message, as the customer reads them."""
    messages.send_due(clock=now, chance=lambda: 1.0)
    found = re.search(r"\b[0-9]{6}\b", str(mail.outbox[-1].body))
    assert found
    return found[0]


def ask(client: Client, contact: str = EMAIL) -> Any:
    return client.post("/pass/ask/", {"contact": contact})


def carry(client: Client) -> Any:
    """Let the phone have Camille's pass, by the code that she is sent."""
    ask(client)
    return client.post("/pass/code/", {"code": sent_code()})


def hour(client: Client) -> Any:
    return client.get("/pass/hour/").json()


# --- getting it ----------------------------------------------------------------------------------
def test_a_code_of_six_digits_brings_the_pass_onto_the_phone(
    client: Client, camille: Customer
) -> None:
    assert "Votre pass sur" in client.get("/pass/").content.decode()
    assert ask(client)["Location"] == "/pass/code/"
    assert 'autocomplete="one-time-code"' in client.get("/pass/code/").content.decode()

    answer = client.post("/pass/code/", {"code": sent_code()})

    assert answer["Location"] == "/pass/"
    assert 'id="pass"' in client.get("/pass/").content.decode()
    assert hour(client)["codes"]
    assert Pass.objects.get().customer == camille


def test_the_phones_cookie_is_signed_and_names_nobody(client: Client, camille: Customer) -> None:
    carry(client)

    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert camille.pk.hex not in cookie.value
    assert CARD not in cookie.value


def test_answers_alike_whether_somebody_is_known_or_not(client: Client, camille: Customer) -> None:
    known = ask(client)
    unknown = ask(Client(), "nobody@example.fr")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert known.content == unknown.content
    assert OneTimeCode.objects.count() == 2


@pytest.mark.parametrize("code", ["000000", "", "123", "camille"])
def test_a_wrong_code_brings_nothing(client: Client, camille: Customer, code: str) -> None:
    ask(client)
    right = sent_code()

    answer = client.post("/pass/code/", {"code": code if code != right else "000001"})

    assert answer.status_code == 422
    assert not Pass.objects.exists()
    assert COOKIE not in client.cookies


def test_a_code_is_good_on_the_phone_that_asked_only(client: Client, camille: Customer) -> None:
    ask(client)

    assert Client().post("/pass/code/", {"code": sent_code()}).status_code == 422


def test_a_code_for_something_else_brings_no_pass(client: Client, camille: Customer) -> None:
    ask(client)
    OneTimeCode.objects.update(purpose="CHECK_IN")

    assert client.post("/pass/code/", {"code": sent_code()}).status_code == 422


def test_tells_who_has_proven_an_unknown_address_what_to_do(client: Client, db: None) -> None:
    ask(client, "nobody@example.fr")

    answer = client.post("/pass/code/", {"code": sent_code()})

    assert answer.status_code == 404
    assert "inscrivez-vous au comptoir" in answer.content.decode()
    assert not Pass.objects.exists()


def test_a_contact_that_a_household_shares_brings_nobodys_pass(client: Client, db: None) -> None:
    for name in ("Jeanne", "Louis"):
        make_evidence(make_customer(name, "Petit"), "EMAIL", "petit@example.fr", is_shared=True)
    ask(client, "petit@example.fr")

    assert client.post("/pass/code/", {"code": sent_code()}).status_code == 409
    assert not Pass.objects.exists()


def test_says_what_is_wrong_with_an_address(client: Client, db: None) -> None:
    answer = ask(client, "camille@")

    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()


def test_a_second_phone_shows_the_same_pass(client: Client, camille: Customer) -> None:
    carry(client)
    other = Client()
    ask(other)
    other.post("/pass/code/", {"code": sent_code()})

    assert (
        hour(client)["codes"][:1] and hour(other)["codes"][0][:10] == hour(client)["codes"][0][:10]
    )
    assert Pass.objects.count() == 1


# --- what it is given ----------------------------------------------------------------------------
def test_gets_the_codes_of_an_hour_the_card_points_and_level(
    client: Client, camille: Customer
) -> None:
    carry(client)

    shown = hour(client)

    assert shown["points"] == "1\u202f240"
    assert shown["level"] == "Carte argent"
    assert shown["card"]["number"] == "2\u00a0900000\u00a0000018"
    assert re.fullmatch("101[01]{89}101", shown["card"]["bars"])
    assert len(shown["codes"]) * shown["step"] == 3_600_000
    assert 0 <= shown["now"] - shown["begins_at"] < shown["step"]
    assert passes.identify(code=shown["codes"][0], at=now()) == camille


def test_gets_neither_the_secret_nor_a_name(client: Client, camille: Customer) -> None:
    carry(client)

    given = json.dumps(hour(client)) + client.get("/pass/").content.decode()

    for private in (Pass.objects.get().secret, "Camille", "Moreau", EMAIL, "612345678"):
        assert private not in given


def test_the_page_itself_is_nobodys(client: Client, camille: Customer) -> None:
    carry(client)

    for page in (client.get("/pass/"), Client().get("/pass/kept/fr/")):
        words = page.content.decode()
        assert CARD not in words and "1\u202f240" not in words and "csrf" not in words


def test_speaks_the_phones_language(client: Client, camille: Customer) -> None:
    carry(client)
    english = {"Accept-Language": "en-GB,en;q=0.9"}

    assert "New code in" in client.get("/pass/", headers=english).content.decode()
    assert client.get("/pass/hour/", headers=english).json()["level"] == "Silver"
    assert "/pass/kept/en/" in client.get("/pass/worker.js", headers=english).content.decode()


def test_who_has_no_card_and_no_points_has_a_pass_all_the_same(client: Client, db: None) -> None:
    make_customer(email=EMAIL)
    carry(client)

    shown = hour(client)
    assert (shown["card"], shown["points"], shown["level"]) == (None, "", "")


# --- what the thief gets -------------------------------------------------------------------------
def test_a_phone_that_is_not_known_gets_no_codes(client: Client, camille: Customer) -> None:
    passes.issue(customer=camille, at=NOON)

    assert client.get("/pass/hour/").status_code == 401


@pytest.mark.parametrize("kind", ["plain", "signed for something else"])
def test_a_cookie_made_by_oneself_is_nobodys(client: Client, camille: Customer, kind: str) -> None:
    _phone, secret = handsets.remember(customer=camille, at=NOON)
    client.cookies[COOKIE] = secret if kind == "plain" else signing.dumps(secret)

    assert client.get("/pass/hour/").status_code == 401
    assert 'id="pass"' not in client.get("/pass/").content.decode()


def test_a_revoked_pass_is_taken_from_every_phone(client: Client, camille: Customer) -> None:
    carry(client)

    passes.revoke(customer=camille, at=now())

    assert client.get("/pass/hour/").status_code == 401
    assert "Votre pass sur" in client.get("/pass/").content.decode()


def test_a_lost_phone_gets_no_other_pass(client: Client, camille: Customer) -> None:
    carry(client)
    hour(client)

    passes.revoke(customer=camille, at=now())
    hour(client)

    assert passes.of(camille) is None


def test_a_phone_known_at_the_register_has_the_pass_without_another_code(
    client: Client, camille: Customer
) -> None:
    _phone, secret = handsets.remember(customer=camille, at=now())
    answer = HttpResponse()
    keep_known(RequestFactory().get("/c/"), answer, secret)
    client.cookies[COOKIE] = answer.cookies[COOKIE].value

    assert passes.identify(code=hour(client)["codes"][0], at=now()) == camille


def test_nothing_that_is_somebodys_is_kept_or_framed(client: Client, camille: Customer) -> None:
    carry(client)

    for address in ("/pass/", "/pass/hour/", "/pass/code/", "/pass/leave/"):
        answer = client.get(address)
        assert answer["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "no-referrer"


def test_looking_at_it_changes_nothing(client: Client, camille: Customer) -> None:
    carry(client)

    for address in ("/pass/", "/pass/hour/", "/pass/code/", "/pass/leave/", "/pass/worker.js"):
        client.get(address)

    assert 'id="pass"' in client.get("/pass/").content.decode()
    assert Pass.objects.get().used_at is None
    assert Pass.objects.get().last_step == 0


def test_a_phone_forgets_when_it_is_told_to(client: Client, camille: Customer) -> None:
    carry(client)

    client.post("/pass/leave/")

    assert client.get("/pass/hour/").status_code == 401
    assert "js/pass/forget.js" in client.get("/pass/").content.decode()


def test_forms_are_refused_from_elsewhere(camille: Customer) -> None:
    guarded = Client(enforce_csrf_checks=True)

    for address in ("/pass/ask/", "/pass/code/", "/pass/leave/"):
        assert guarded.post(address, {"contact": EMAIL}).status_code == 403


# --- on the home screen --------------------------------------------------------------------------
def test_is_an_app_of_its_own_on_the_home_screen(client: Client) -> None:
    manifest = client.get("/pass/manifest.fr.webmanifest").json()

    assert (manifest["start_url"], manifest["scope"]) == ("/pass/", "/pass/")
    assert manifest["display"] == "standalone"
    assert manifest["name"] == "Mon pass"
    assert client.get("/pass/manifest.xx.webmanifest").status_code == 404


def test_the_worker_keeps_files_and_the_page_that_is_nobodys(client: Client) -> None:
    script = client.get("/pass/worker.js").content.decode()
    declared, _, rest = script.removeprefix("const SHELL = ").partition("\n\n")
    shell = json.loads(declared)

    assert shell["page"] == "/pass/kept/fr/"
    assert "hour" not in declared.replace("hours.js", "")
    for file in shell["files"]:
        assert finders.find(file.removeprefix("/static/")), file
    assert "SHELL.page" in rest


def test_the_page_weighs_less_than_a_photograph(client: Client, camille: Customer) -> None:
    carry(client)

    assert weight.of(client.get("/pass/")) + len(client.get("/pass/hour/").content) < 60_000
