"""The customer holds his phone out: one scan, and the counter knows him, once."""

import json
from datetime import datetime

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from customers import passes
from customers.models import Customer, Pass, Visit
from omnistore.audit.models import Look
from omnistore.counter import recognition
from omnistore.counter.meanings import Kind
from omnistore.counter.reading import read
from stores import keys
from stores.models import Store
from tests.factories import NOON, make_customer, spaced

CARD = "2900000000018"
SCAN = {"scanned_by": "camera", "format": "qr_code"}


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer(phone="+33612345678", card=CARD)


@pytest.fixture
def hers(camille: Customer) -> Pass:
    return passes.issue(customer=camille, at=NOON)


def shown(hers: Pass, at: datetime | None = None) -> str:
    return passes.hour(hers, at=at or now()).codes[0]


def test_a_scan_leads_to_the_customer_and_is_noted(
    counter: Client, camille: Customer, hers: Pass
) -> None:
    response = counter.post("/identify/", {"text": shown(hers)} | SCAN)

    assert response["Location"] == f"/customers/{camille.pk}/"
    visit = Visit.objects.get()
    assert (visit.outcome, visit.how, visit.customer) == ("IDENTIFIED", "PASS", camille)
    assert Look.objects.get().reason == Look.Reason.IDENTIFIED


def test_the_same_code_again_leads_nowhere_and_is_not_echoed(counter: Client, hers: Pass) -> None:
    code = shown(hers)
    counter.post("/identify/", {"text": code} | SCAN)

    again = counter.post("/identify/", {"text": code} | SCAN)

    assert again.status_code == 422
    page = again.content.decode()
    assert 'data-code="pass_not_recognised"' in page
    assert "change toutes les 30\u00a0secondes" in page
    assert code not in page
    assert Visit.objects.count() == 1


def test_says_it_in_english_to_who_reads_english(lyon: Store, hers: Pass) -> None:
    found = recognition.find(shown(hers, NOON.replace(hour=9)), store=lyon, at=NOON)

    assert found.problem and found.problem.code == "pass_not_recognised"
    assert found.understood.kind == Kind.PASS
    assert "30" in found.problem.sentence


def test_what_is_said_while_typing_uses_nothing_up(
    counter: Client, camille: Customer, hers: Pass
) -> None:
    code = shown(hers)

    said = counter.post("/understand/", {"text": code} | SCAN).content.decode()
    counter.get("/identify/", {"text": code})

    assert code not in said
    assert counter.post("/identify/", {"text": code})["Location"] == f"/customers/{camille.pk}/"


@pytest.mark.parametrize("mark", ["", "]Q1", "]d2"])
def test_hand_scanners_may_mark_it(lyon: Store, mark: str) -> None:
    assert read(f"{mark}P9" + "A" * 24, "FR").kind == Kind.PASS


def test_the_card_stays_what_it_was(counter: Client, camille: Customer, hers: Pass) -> None:
    response = counter.post("/identify/", {"text": CARD} | SCAN)

    assert response["Location"] == f"/customers/{camille.pk}/"
    assert Visit.objects.get().how == "CARD"


def test_is_as_quick_as_a_card(
    counter: Client, hers: Pass, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    code = shown(hers)

    with django_assert_max_num_queries(8):
        counter.post("/identify/", {"text": code} | SCAN)


def test_a_program_identifies_by_it_once(client: Client, lyon: Store, hers: Pass) -> None:
    _key, secret = keys.make(store=lyon, name="till", scopes=["identify"])
    body = json.dumps({"text": shown(hers), "scanned_as": "qr_code"})

    def ask() -> tuple[int, dict[str, object]]:
        answer = client.post(
            "/api/identify/",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"},
        )
        return answer.status_code, answer.json()

    status, found = ask()
    assert (status, found["identified"]) == (200, str(hers.customer_id))
    status, refused = ask()
    assert (status, refused["code"]) == (422, "pass_not_recognised")


def contacts_on(page: str) -> bool:
    return "06 12 34 56 78" in spaced(page)


def test_a_static_number_shows_masked_contacts_and_a_pass_shows_them(
    counter: Client, camille: Customer, hers: Pass
) -> None:
    by_card = counter.post("/identify/", {"text": CARD} | SCAN, follow=True).content.decode()
    by_pass = counter.post("/identify/", {"text": shown(hers)} | SCAN, follow=True).content.decode()

    # Whoever photographed a card, or its number in a wallet, has nothing read out to him.
    assert not contacts_on(by_card)
    assert "78" in spaced(by_card)
    assert contacts_on(by_pass)
