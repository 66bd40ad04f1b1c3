"""A phone opens a register's code; and what does not get in by it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from customers import handsets, joining, privacy
from customers.models import (
    CheckIn,
    CodesAsked,
    ConsentWording,
    Customer,
    Identifier,
    KnownPhone,
    PhoneSession,
)
from omnistore.phone.http import KNOWN_COOKIE, SESSION_COOKIE
from stores import registers
from stores.models import Register
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
NEWCOMER = {"first_name": "Louise", "last_name": "Petit", "phone": "06 98 76 54 32", "email": ""}


def arrive(phone: Client, code: str, way: str = "join") -> Any:
    return phone.post("/c/", {"code": code, "way": way})


def make_known(phone: Client, customer: Customer) -> KnownPhone:
    """Let the phone be known as the customer's, as it is after he asked for it."""
    code = registers.code_of(Register.objects.get(), at=now())
    arrive(phone, code)
    session = PhoneSession.objects.latest("pk")
    handsets.show(session=session, customer=customer, how="JOINED", at=now())
    phone.post("/c/remember/")
    phone.post("/c/leave/")
    return KnownPhone.objects.latest("pk")


def test_says_where_it_is_and_what_the_clerk_will_see(phone: Client, code: str) -> None:
    words = phone.get(f"/c/{code}/").content.decode()

    for said in ("Lyon Bellecour", "Caisse 1", "What the clerk will see", "Stay unknown"):
        assert said in words


def test_speaks_the_language_of_the_phone(client: Client, code: str) -> None:
    french = client.get(f"/c/{code}/", HTTP_ACCEPT_LANGUAGE="fr-CA,fr").content.decode()
    other = client.get(f"/c/{code}/", HTTP_ACCEPT_LANGUAGE="de").content.decode()

    assert 'lang="fr"' in french
    assert 'lang="fr"' in other


def test_the_previews_of_a_link_use_nothing_up(phone: Client, code: str) -> None:
    for _ in range(3):
        assert phone.get(f"/c/{code}/").status_code == 200
        phone.head(f"/c/{code}/")

    assert arrive(phone, code).status_code == 302
    assert PhoneSession.objects.count() == 1


def test_of_two_phones_the_first_wins(phone: Client, code: str) -> None:
    second = Client()

    assert arrive(phone, code).status_code == 302
    late = arrive(second, code)

    assert late.status_code == 404
    assert SESSION_COOKIE not in late.cookies
    assert second.get("/c/join/").status_code == 404


def test_forged_expired_and_used_get_one_and_the_same_answer(
    phone: Client, till: Register, code: str
) -> None:
    arrive(Client(), code)
    yesterday = registers.code_of(till, at=now() - timedelta(days=1))
    forged = "B" + code[1:] if code[0] == "A" else "A" + code[1:]

    seen = [phone.get(f"/c/{it}/") for it in (code, yesterday, forged, "x", "A" * 5000)]
    done = [arrive(phone, it) for it in (code, yesterday, forged, "", "\0", "A" * 5000)]

    assert {it.status_code for it in (*seen, *done)} == {404}
    assert len({it.content for it in (*seen, *done)}) == 1


def test_the_session_lasts_ten_minutes(phone: Client, code: str) -> None:
    arrive(phone, code)
    assert phone.get("/c/join/").status_code == 200

    PhoneSession.objects.update(expires_at=now())

    assert phone.get("/c/join/").status_code == 404


def test_the_cookies_are_out_of_reach_of_scripts_and_of_other_pages(
    phone: Client, code: str
) -> None:
    cookie = arrive(phone, code).cookies[SESSION_COOKIE]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/c/")
    assert cookie["max-age"] == 600
    assert cookie.value not in str(PhoneSession.objects.values())


def test_a_known_phone_needs_one_tap(phone: Client, code: str, camille: Customer) -> None:
    make_known(phone, camille)

    assert "I am Camille Moreau" in phone.get(f"/c/{code}/").content.decode()
    answer = arrive(phone, code, way="known")

    assert answer["Location"] == "/c/here/"
    assert CheckIn.objects.get(state="OPEN").customer == camille
    assert "The clerk knows" in phone.get("/c/here/").content.decode()


def test_who_finds_a_known_phone_can_do_nothing_with_it_once_it_is_revoked(
    phone: Client, code: str, camille: Customer
) -> None:
    handsets.forget(phone=make_known(phone, camille), at=now())

    assert "Camille" not in phone.get(f"/c/{code}/").content.decode()
    assert arrive(phone, code, way="known")["Location"] == "/c/who/"
    assert not CheckIn.objects.filter(state="OPEN").exists()


def test_a_forged_cookie_of_a_known_phone_is_nobodys(
    phone: Client, code: str, camille: Customer
) -> None:
    make_known(phone, camille)
    signed = phone.cookies[KNOWN_COOKIE].value

    for forged in (signed[:-1] + "_", signed.partition(":")[0], "", str(camille.pk)):
        phone.cookies[KNOWN_COOKIE] = forged
        assert "Camille" not in phone.get(f"/c/{code}/").content.decode()


def test_who_is_erased_is_known_by_no_phone(phone: Client, code: str, camille: Customer) -> None:
    make_known(phone, camille)
    privacy.erase(customer=camille, at=now())

    assert "Camille" not in phone.get(f"/c/{code}/").content.decode()


def test_a_phone_may_be_forgotten_at_its_owners_wish(
    phone: Client, code: str, camille: Customer
) -> None:
    make_known(phone, camille)

    phone.post("/c/forget/")

    assert KnownPhone.objects.get().revoked_at is not None
    assert "Camille" not in phone.get(f"/c/{code}/").content.decode()


def test_to_stay_unknown_leaves_nothing_behind(phone: Client, code: str) -> None:
    phone.get(f"/c/{code}/")

    words = phone.get("/c/anonymous/").content.decode()

    assert "You stay unknown" in words
    assert not PhoneSession.objects.exists()
    assert not CheckIn.objects.exists()


def test_who_would_rather_not_wait_disappears_from_the_tablet(
    phone: Client, code: str, camille: Customer
) -> None:
    make_known(phone, camille)
    arrive(phone, code, way="known")

    phone.post("/c/leave/")

    assert not CheckIn.objects.filter(state="OPEN").exists()
    assert phone.get("/c/here/").status_code == 404


def test_joins_on_one_page_and_is_announced(
    phone: Client, code: str, wordings: list[ConsentWording]
) -> None:
    arrive(phone, code)
    first = wordings[0]

    answer = phone.post("/c/join/", NEWCOMER | {f"consent_{first.pk}": "on"})

    louise = Customer.objects.get(first_name="Louise")
    assert answer["Location"] == "/c/here/"
    assert CheckIn.objects.get().customer == louise
    assert CheckIn.objects.get().is_unsure is False
    given = {it.wording_id: it.is_given for it in louise.consents.all()}
    assert given == {it.pk: it == first for it in wordings}


def test_consents_are_asked_one_by_one_in_the_ledgers_words_and_none_is_ticked(
    phone: Client, code: str, wordings: list[ConsentWording]
) -> None:
    arrive(phone, code)

    page = phone.get("/c/join/")

    assert "checked" not in page.content.decode()
    assert [field.label for field, _ in page.context["form"].questions] == [
        wording.text for wording in wordings
    ]


def test_never_learns_whether_a_phone_or_an_address_is_known(
    phone: Client, till: Register, camille: Customer, wordings: list[ConsentWording]
) -> None:
    pages = {}
    for name, given in {
        "known phone": {"phone": "06 12 34 56 78"},
        "known e-mail": {"phone": "", "email": "Camille@Example.com"},
        "both known": {"phone": "0612345678", "email": "camille@example.com"},
        "unknown": {"phone": "06 98 76 54 32", "email": "louise@example.com"},
    }.items():
        other = Client(HTTP_ACCEPT_LANGUAGE="en")
        arrive(other, registers.code_of(till, at=now()))
        answer = other.post("/c/join/", NEWCOMER | given)
        page = other.get("/c/here/")
        digits = page.context["check_in"].digits
        # A token may hold the digits too.
        words = page.content.decode()
        for token in page.context["csrf_token"], other.cookies["csrftoken"].value:
            words = words.replace(str(token), "")
        words = _without_tokens(words).replace(f">{digits}<", ">00<")
        pages[name] = (answer.status_code, answer["Location"], words)

    assert len(set(pages.values())) == 1


def test_joining_is_the_same_work_whomever_we_know(
    till: Register, camille: Customer, wordings: list[ConsentWording]
) -> None:
    work = []
    for given in (
        {"phone": "06 98 76 54 31", "email": "first@example.com"},
        {"phone": "06 98 76 54 32", "email": "louise@example.com"},
        {"phone": "06 12 34 56 78", "email": "louise.petit@example.com"},
        {"phone": "06 12 34 56 78", "email": "camille@example.com"},
    ):
        other = Client()
        arrive(other, registers.code_of(till, at=now()))
        with CaptureQueriesContext(connection) as queries:
            other.post("/c/join/", NEWCOMER | given)
        work.append(sorted(_shape(query["sql"]) for query in queries))

    # The first one also finds that nobody was counted before.
    assert work[1] == work[2] == work[3]


def _shape(sql: str) -> str:
    """Return what a statement does to which table, without its values and savepoints' names."""
    verb, _blank, rest = sql.partition(" ")
    return f"{verb} {next(iter(re.findall(r'(?:customers|outbox|stores)_[a-z]+', rest)), '')}"


def test_what_another_has_is_his_alone_to_take_along_when_he_is_erased(
    phone: Client, code: str, camille: Customer
) -> None:
    arrive(phone, code)
    phone.post("/c/join/", NEWCOMER | {"phone": "06 12 34 56 78"})

    privacy.erase(customer=camille, at=now())

    assert not Identifier.objects.filter(value="+33612345678").exists()


@pytest.mark.parametrize("network", ["127.0.0.1", "198.51.100.7"], ids=["network", "register"])
def test_nobody_fills_the_shop_with_newcomers(phone: Client, till: Register, network: str) -> None:
    """From one network, or from a new one each time at one register."""
    arrive(phone, registers.code_of(till, at=now()))
    phone.post("/c/join/", NEWCOMER)
    robot = Client(REMOTE_ADDR=network, HTTP_ACCEPT_LANGUAGE="en")
    arrive(robot, registers.code_of(till, at=now()))
    CodesAsked.objects.update(count=max(most for _name, most, _span in joining.LIMITS))

    late = robot.post("/c/join/", NEWCOMER | {"phone": "06 98 76 54 34"})

    assert late.status_code == 422
    assert "Many people have joined" in late.content.decode()
    assert Customer.objects.count() == 1


def test_what_another_has_stays_his_and_the_clerk_is_told_to_ask(
    phone: Client, code: str, camille: Customer
) -> None:
    arrive(phone, code)
    phone.post("/c/join/", NEWCOMER | {"phone": "06 12 34 56 78"})

    louise = Customer.objects.get(first_name="Louise")
    assert CheckIn.objects.get().customer == louise
    assert CheckIn.objects.get().is_unsure is True
    held = louise.evidence.filter(ended_at=None)
    assert set(held.values_list("identifier__kind", flat=True)) == {"CARD"}
    assert louise.evidence.get(identifier__kind="PHONE").confidence == 0
    assert camille.evidence.filter(ended_at=None).count() == 2


def test_a_second_tap_joins_nobody_a_second_time(phone: Client, code: str) -> None:
    arrive(phone, code)

    phone.post("/c/join/", NEWCOMER)
    phone.post("/c/join/", NEWCOMER)

    assert Customer.objects.filter(first_name="Louise").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": ""},
        {"phone": "12"},
        {"first_name": "", "last_name": ""},
        {"phone": "", "email": "no"},
        {"phone": "\0"},
        {"first_name": "x" * 61},
        {"phone": "", "email": "client@example.com"},
    ],
)
def test_what_cannot_be_read_gets_a_sentence_beside_its_field(
    phone: Client, code: str, wrong: dict[str, str]
) -> None:
    arrive(phone, code)

    answer = phone.post("/c/join/", NEWCOMER | wrong)

    assert answer.status_code == 422
    words = answer.content.decode()
    assert "field__error" in words or "notice--stop" in words
    assert not Customer.objects.exists()


def test_nobodys_name_or_number_is_in_an_address_and_no_site_hears_where_one_came_from(
    phone: Client, code: str, camille: Customer
) -> None:
    make_known(phone, camille)

    for page in (
        phone.get(f"/c/{code}/"),
        arrive(phone, code, way="known"),
        phone.get("/c/here/"),
        phone.get("/c/anonymous/"),
        phone.get("/c/nonsense/"),
        phone.post("/c/leave/"),
    ):
        assert page["Referrer-Policy"] == "same-origin"
        assert page["Cache-Control"] == "no-store"
        assert page["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert "Camille" not in page.get("Location", "")


def test_a_form_of_another_site_does_nothing(code: str, till: Register) -> None:
    strict = Client(enforce_csrf_checks=True)
    token = _token(strict.get(f"/c/{code}/").content.decode())
    form = {"code": code, "way": "join"}

    for headers in (
        {"Origin": "https://evil.example"},
        # A frame in a sandbox, a file, a redirect: whatever hides where it is from.
        {"Origin": "null"},
        *({"Origin": "null", "Sec-Fetch-Site": site} for site in ("cross-site", "same-origin")),
    ):
        answer = strict.post("/c/", form | {"csrfmiddlewaretoken": token}, headers=headers)
        assert answer.status_code == 403
        assert "phone__head" in answer.content.decode()
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert strict.post("/c/", form, headers=own).status_code == 403
    assert not PhoneSession.objects.exists()

    mine = strict.post("/c/", form | {"csrfmiddlewaretoken": token}, headers=own)
    assert mine.status_code == 302


def test_the_page_is_light_and_has_no_script(phone: Client, code: str) -> None:
    page = phone.get(f"/c/{code}/")

    assert b"<script" not in page.content
    assert len(page.content) < 4_000


@pytest.mark.parametrize("path", ["trade", "leave", "remember", "forget"])
def test_nothing_is_done_by_following_a_link(phone: Client, path: str, db: None) -> None:
    assert phone.get(reverse(f"phone:{path}")).status_code == 405


def test_a_stranger_cannot_withdraw_or_remember_for_somebody_else(
    phone: Client, code: str, till: Register
) -> None:
    louise = make_customer("Louise", "Petit")
    arrive(phone, code)
    handsets.show(session=PhoneSession.objects.get(), customer=louise, how="JOINED", at=now())
    stranger = Client()

    for path in ("/c/leave/", "/c/remember/"):
        assert stranger.post(path).status_code == 404

    assert CheckIn.objects.get().state == "OPEN"
    assert not KnownPhone.objects.exists()


def _token(words: str) -> str:
    return words.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]


def _without_tokens(words: str) -> str:
    while token := _token(words):
        words = words.replace(f'name="csrfmiddlewaretoken" value="{token}"', "")
    return words
