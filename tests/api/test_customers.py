import json
from typing import Any

import pytest

from customers.models import Consent, ConsentWording, Customer
from omnistore.audit.models import Look
from tests.api.conftest import Program
from tests.factories import LONG_AGO, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def camille() -> Customer:
    return make_customer(phone="+33612345678", email="camille@example.fr", card="2000000000008")


@pytest.fixture
def wording() -> ConsentWording:
    return ConsentWording.objects.create(
        purpose="MARKETING",
        channel="EMAIL",
        language="en",
        version=9,
        text="I agree.",
        in_force_at=LONG_AGO,
    )


@pytest.mark.parametrize("text", ["06 12 34 56 78", "+33612345678", "2000000000008"])
def test_identifies_by_phone_and_card(program: Program, camille: Customer, text: str) -> None:
    answer = program.post("identify/", {"text": text})

    assert answer.status_code == 200
    assert answer.json()["identified"] == str(camille.pk)


def test_shows_no_more_than_choosing_needs(program: Program, camille: Customer) -> None:
    answer = program.post("identify/", {"text": "camille moreau"})

    (candidate,) = answer.json()["customers"]
    assert candidate["name"] == "Camille Moreau"
    assert "0612345678" not in candidate["phone"].replace(" ", "")
    assert "camille@" not in candidate["email"]
    assert answer.json()["identified"] is None


def test_identifies_by_an_orders_number(program: Program, camille: Customer) -> None:
    order = make_order(camille, [(make_product(), 1, 1990)], number="W-4711")

    found = program.post("identify/", {"text": "w4711"}).json()

    assert [row["id"] for row in found["orders"]] == [str(order.pk)]


def test_notes_whom_the_key_was_shown(program: Program, camille: Customer) -> None:
    program.post("identify/", {"text": "0612345678"})
    program.get(f"customers/{camille.pk}/")

    seen = set(Look.objects.values_list("actor", "actor_id", "customer_id", "reason"))
    assert seen == {("API_KEY", program.key.pk, camille.pk, "API")}
    assert Look.objects.count() == 2


@pytest.mark.parametrize("text", ["", "   ", "\x00", "a\x00b", "x" * 10_000, "2000000000009"])
def test_says_why_a_text_leads_nowhere(program: Program, text: str) -> None:
    answer = program.post("identify/", {"text": text})

    assert 400 <= answer.status_code < 500
    assert answer.json()["code"]


@pytest.mark.parametrize(
    ("text", "form", "code"),
    [
        ("WIFI:S:Salon;P:secret;;", "qr_code", "wifi_code"),
        ("https://example.com/secret", "qr_code", "web_address"),
        ("BEGIN:VCARD\nN:secret\nEND:VCARD", "qr_code", "contact_card"),
        ("a secret for nobody", "code_128", "plain_text"),
        ("4006381333931", "ean_13", "unknown_article"),
        ("secret", "nonsense", "invalid"),
    ],
)
def test_says_what_a_code_is_that_leads_to_nobody(
    program: Program, text: str, form: str, code: str
) -> None:
    answer = program.post("identify/", {"text": text, "scanned_as": form})

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "secret" not in answer.content.decode()


def test_answers_a_barcode_with_its_article(program: Program) -> None:
    make_product("85099B", gtin="3017620422003")

    found = program.post("identify/", {"text": "3017620422003", "scanned_as": "ean_13"}).json()

    assert found["understood"] == {"kind": "ARTICLE", "shown": "3017620422003"}
    assert found["article"]["sku"] == "85099B"
    assert found["identified"] is None


def test_reads_a_customer(program: Program, camille: Customer) -> None:
    page = program.get(f"customers/{camille.pk}/").json()

    assert (page["first_name"], page["points"]) == ("Camille", None)
    assert {row["kind"] for row in page["known_by"]} == {"PHONE", "EMAIL", "CARD"}


def test_signs_a_customer_up_with_his_answers(program: Program, wording: ConsentWording) -> None:
    answer = program.post(
        "customers/",
        {
            "first_name": "Zoé",
            "last_name": "Li",
            "phone": "06 98 76 54 32",
            "consents": [{"wording": wording.pk, "is_given": True}],
        },
    )

    assert answer.status_code == 201
    page = answer.json()
    assert page["known_by"] == [{"kind": "PHONE", "value": "+33698765432", "is_shared": False}]
    assert [row["is_given"] for row in page["consents"]] == [True]
    assert Consent.objects.get().source == "API"


def test_reads_what_is_asked_today(program: Program, wording: ConsentWording) -> None:
    asked = program.get("wordings/").json()

    assert wording.text in [row["text"] for row in asked]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"phone": "06 12 34 56 78"}, "phone_taken"),
        ({"phone": "123"}, "not_a_phone"),
        ({"card": "2000000000009"}, "card_check_digit"),
        ({"email": "nobody"}, "not_an_email"),
        ({"first_name": "", "last_name": ""}, "name_missing"),
        ({"phone": ""}, "nothing_to_know_by"),
        ({"consents": [{"wording": 10**18, "is_given": True}]}, "unknown_wording"),
        ({"consents": [{"wording": 10**30, "is_given": True}]}, "invalid"),
        ({"first_name": "x" * 10_000}, "invalid"),
        ({"first_name": "a\x00b"}, "invalid"),
        ({"first_name": "\ud800"}, "invalid"),
        ({"country": "France"}, "invalid"),
        ({"consents": "yes"}, "invalid"),
    ],
)
def test_refuses_a_sign_up_that_cannot_be(
    program: Program, camille: Customer, change: dict[str, Any], code: str
) -> None:
    body = {"first_name": "Zoé", "last_name": "Li", "phone": "0698765432"} | change

    answer = program.post("customers/", json.dumps(body))

    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] == code
    assert Customer.objects.count() == 1


def test_notes_whom_the_refusal_of_a_sign_up_names(program: Program, camille: Customer) -> None:
    answer = program.post("customers/", {"first_name": "Zoé", "phone": "06 12 34 56 78"})

    assert answer.json()["customer_id"] == str(camille.pk)
    assert Look.objects.get().customer_id == camille.pk
