"""What the codes of strangers are taken for: named, never opened, never echoed."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from omnistore.counter import recognition
from omnistore.counter.meanings import Kind
from omnistore.counter.recognition import Recognition
from stores.models import Store
from tests.factories import NOON, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
EAN = "3017620422003"
UNKNOWN_EAN = "4006381333931"
SECRET = "s3cret-of-the-house"
VCARD = f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:{SECRET};Zoé\r\nTEL:+33612345678\r\nEND:VCARD"


def scan(text: str, store: Store, form: str = "unknown") -> Recognition:
    return recognition.find(text, store=store, at=NOON, scanned_as=form)


def problem(found: Recognition) -> str:
    return found.problem.code if found.problem else ""


# --- strangers' codes ----------------------------------------------------------------------------
STRANGERS = [
    (f"WIFI:T:WPA;S:Salon;P:{SECRET};;", Kind.WIFI, "wifi_code"),
    (f"wifi:S:{SECRET};;", Kind.WIFI, "wifi_code"),
    (f"\u200b\u202eWIFI:P:{SECRET};;", Kind.WIFI, "wifi_code"),
    (f"]Q1WIFI:S:{SECRET};;", Kind.WIFI, "wifi_code"),
    (f"DPP:K:{SECRET};;", Kind.WIFI, "wifi_code"),
    (VCARD, Kind.CONTACT, "contact_card"),
    (VCARD + "\nPHOTO:" + "x" * 4_000, Kind.CONTACT, "contact_card"),
    (f"MECARD:N:{SECRET};TEL:0612345678;;", Kind.CONTACT, "contact_card"),
    (f"https://example.com/{SECRET}?0612345678", Kind.WEB, "web_address"),
    (f"http://{SECRET}:pass@example.com/", Kind.WEB, "web_address"),
    (f"HTTPS://EXAMPLE.COM/{SECRET}", Kind.WEB, "web_address"),
    (f"www.example.com/{SECRET}", Kind.WEB, "web_address"),
    (f"example.com/{SECRET}", Kind.WEB, "web_address"),
    (f"//[{SECRET}", Kind.WEB, "web_address"),
    (f"https://{'a' * 70}.example/", Kind.WEB, "web_address"),
    (f"mailto:a@example.com?body={SECRET}", Kind.MESSAGE, "message_code"),
    (f"sms:+33612345678?body={SECRET}", Kind.MESSAGE, "message_code"),
    (f"SMSTO:0612345678:{SECRET}", Kind.MESSAGE, "message_code"),
    (f"MATMSG:TO:a@b.example;SUB:{SECRET};;", Kind.MESSAGE, "message_code"),
    ("geo:45.7578,4.8320", Kind.PLACE, "place_code"),
    (f"bitcoin:{SECRET}?amount=1", Kind.PAYMENT, "payment_code"),
    (f"BCD\n002\n1\nSCT\n\n{SECRET}\nFR7630006000011234567890189", Kind.PAYMENT, "payment_code"),
    (f"BEGIN:VEVENT\nSUMMARY:{SECRET}\nEND:VEVENT", Kind.EVENT, "calendar_code"),
    (f"]Q1otpauth://totp/x?secret={SECRET}12", Kind.SIGN_IN, "sign_in_code"),
    (f"otpauth://totp/x?secret={SECRET}", Kind.SIGN_IN, "sign_in_code"),
    ("FIDO:/1308640083810730366733271901259511574782", Kind.SIGN_IN, "sign_in_code"),
    (f"fb://profile/{SECRET}", Kind.APP, "app_link"),
    (f"javascript:alert('{SECRET}')", Kind.APP, "app_link"),
    (f"data:text/html,<b>{SECRET}</b>", Kind.APP, "app_link"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "code"), STRANGERS)
def test_names_what_a_code_is_and_asks_the_database_nothing(
    lyon: Store,
    django_assert_num_queries: DjangoAssertNumQueries,
    text: str,
    kind: Kind,
    code: str,
) -> None:
    for form in ("", "qr_code", "unknown"):
        with django_assert_num_queries(0):
            found = scan(text, lyon, form)

        assert (found.understood.kind, problem(found)) == (kind, code)
        assert found.problem is not None
        assert found.problem.sentence
        assert SECRET not in found.problem.sentence + found.understood.shown


@pytest.mark.parametrize("text", [text for text, _kind, _code in STRANGERS])
def test_echoes_nothing_of_a_code_but_a_web_address_host(counter: Client, text: str) -> None:
    told = {"text": text[:4096], "scanned_by": "camera", "format": "qr_code"}

    for headers in (HTMX, {}):
        answer = counter.post("/identify/", told, headers=headers)
        page = answer.content.decode()

        assert answer.status_code == 422
        assert SECRET not in page
        assert "0612345678" not in page
    understood = counter.post("/understand/", told, headers=HTMX).content.decode()
    assert SECRET not in understood


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://www.Example.COM:8443/a?b#c", "www.example.com"),
        ("https://user:pass@evil.example/", "evil.example"),
        ("https://xn--pple-43d.com/", "xn--pple-43d.com"),
        ("https://аpple.com/", "xn--pple-43d.com"),
        ("https://10.0.0.1/", ""),
        ("https://localhost/", ""),
        ("https://[::1]/", ""),
        (f"https://{'a' * 62}.com/", ""),
        ("https://a\u202eb.example/", "ab.example"),
        ("https://<script>.example/", ""),
    ],
)
def test_shows_the_host_in_plain_letters_or_not_at_all(lyon: Store, text: str, shown: str) -> None:
    found = scan(text, lyon)

    assert (found.understood.kind, found.understood.shown) == (Kind.WEB, shown)


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour à tous",
        "Moreau",
        "Table 12, deux menus à 19,90",
        "lorem ipsum " * 340,
        "1234567890" * 400,
        "你好世界 2026",
        "\u202eereht iH",
        "a@b@c",
        "N:Dupont;TEL:0612345678",
        "key=value12",
        "password:hunter22",
    ],
)
def test_a_code_with_a_text_in_it_is_no_name(lyon: Store, text: str) -> None:
    make_customer("Camille", "Moreau")

    found = scan(text, lyon, "qr_code")

    assert found.is_empty
    assert problem(found) in ("plain_text", "not_a_phone", "not_understood")
    assert text[:6] not in found.understood.shown


def test_reads_no_further_when_signs_grow_into_words(lyon: Store) -> None:
    make_order(None, number="LYO-000042")
    grown = "\ufdfa" * 400

    far = scan(f"http://localhost/?x={grown}&receipt=LYO-000042", lyon)

    assert (far.orders, problem(far)) == ([], "web_address")
    assert problem(scan(grown, lyon, "")) == "too_long"


@pytest.mark.parametrize("text", ["\x00\x01\x02\xff", "caf\x08é", "\ud800", "\x7f\x80" * 300])
def test_says_that_rubbish_cannot_be_read(lyon: Store, text: str) -> None:
    assert problem(scan(text, lyon)) in ("unreadable", "plain_text")


# --- our own -------------------------------------------------------------------------------------
def test_takes_the_plain_links_of_a_person_for_what_they_hold(lyon: Store) -> None:
    camille = make_customer(phone="+33612345678", email="camille@example.fr")

    for text in ("tel:+33612345678", "TEL:06-12-34-56-78", "mailto:Camille@example.fr"):
        found = scan(text, lyon, "qr_code")
        assert found.identified is not None
        assert found.identified.customer == camille


@pytest.mark.parametrize(
    "text", ["]E02900000176683", "]E0290 0000 176683", "]C12900000176683", "]Q12900000176683"]
)
def test_reads_a_card_whatever_symbol_the_scanner_says_it_read(lyon: Store, text: str) -> None:
    camille = make_customer(card="2900000176683")

    found = scan(text, lyon)

    assert found.identified is not None
    assert found.identified.customer == camille


def test_reads_a_receipt_whatever_symbol_the_scanner_says_it_read(lyon: Store) -> None:
    order = make_order(None, number="LYO-000042")

    assert scan("]C0LYO-000042", lyon).orders == [order]
    assert scan("]Q1https://localhost/?receipt=LYO-000042", lyon).orders == [order]


@pytest.mark.parametrize(
    "link",
    [
        "http://localhost:8000/r/LYO-000042",
        "https://localhost/receipts/lyo-000042/",
        "https://localhost/?receipt=LYO-000042&utm=x",
        "https://shop.example/ticket?order=LYO-000042",
    ],
)
def test_follows_a_link_of_ours_to_its_receipt(lyon: Store, settings: Any, link: str) -> None:
    settings.OMNISTORE_OWN_HOSTS = ["localhost", "shop.example"]
    order = make_order(None, number="LYO-000042")

    assert scan(link, lyon, "qr_code").orders == [order]
    assert scan(link.replace("//", "//not-"), lyon, "qr_code").orders == []


def test_looks_nobody_up_by_a_link(lyon: Store) -> None:
    camille = make_customer()

    found = scan(f"http://localhost/customers/{camille.pk}/", lyon, "qr_code")

    assert problem(found) == "web_address"


# --- articles ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "form"),
    [
        (EAN, "ean_13"),
        (EAN, "unknown"),
        (EAN, ""),
        ("3 017620 422003", ""),
        (f"01{EAN:0>14}", "data_matrix"),
        (f"]C101{EAN:0>14}10LOT", "unknown"),
        (f"https://brand.example/01/{EAN:0>14}/10/LOT", "qr_code"),
    ],
)
def test_shows_the_article_where_a_person_was_expected(lyon: Store, text: str, form: str) -> None:
    article = make_product(gtin=EAN)

    found = scan(text, lyon, form)

    assert found.article == article
    assert (found.understood.kind, found.understood.shown) == (Kind.ARTICLE, EAN)
    assert not found.problem


@pytest.mark.parametrize("form", ["ean_13", "unknown", ""])
def test_says_that_no_article_of_ours_has_a_code(lyon: Store, form: str) -> None:
    found = scan(UNKNOWN_EAN, lyon, form)

    assert (found.understood.kind, problem(found)) == (Kind.ARTICLE, "unknown_article")


@pytest.mark.parametrize(
    ("text", "form"),
    [("96385074", "ean_8"), ("96385074", "unknown"), ("036000291452", "upc_a")],
)
def test_reads_the_short_codes_of_goods(lyon: Store, text: str, form: str) -> None:
    assert problem(scan(text, lyon, form)) == "unknown_article"
    make_product(gtin=text)
    assert scan(text, lyon, form).article


def test_a_card_that_nobody_has_stays_a_card(lyon: Store) -> None:
    found = scan("2900000176683", lyon, "ean_13")

    assert found.is_empty
    assert not found.problem
    assert found.understood.kind == Kind.CARD


def test_a_person_comes_before_an_article_with_his_number(lyon: Store) -> None:
    camille = make_customer(card=EAN)
    make_product(gtin=EAN)

    found = scan(EAN, lyon, "ean_13")

    assert found.identified is not None
    assert found.identified.customer == camille


def test_an_order_comes_before_an_article_with_its_number(lyon: Store) -> None:
    order = make_order(None, number="96385074")
    make_product(gtin="96385074")

    assert scan("96385074", lyon).orders == [order]


def test_an_article_is_a_small_card_and_loses_nothing(counter: Client) -> None:
    make_product("85099B", gtin=EAN, name="Sac rouge", price=1990)

    answer = counter.post("/identify/", {"text": EAN, "scanned_by": "hand"}, headers=HTMX)
    page = answer.content.decode()

    assert answer.status_code == 200
    assert 'id="article"' in page
    assert "Sac rouge" in page
    assert "19,90" in page
    assert "/sign-up/with/" not in page


# --- anything at all -----------------------------------------------------------------------------
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.text(max_size=700)
    | st.from_regex(r"(https?://|WIFI:|tel:|mailto:|\]C1|01|BEGIN:VCARD|geo:)[ -~\x1d]{0,60}"),
    st.sampled_from(["", "unknown", "qr_code", "ean_13", "ean_8"]),
)
def test_any_text_gives_a_sentence_or_something_to_choose(
    lyon: Store, text: str, form: str
) -> None:
    found = scan(text, lyon, form)

    assert found.understood.kind in Kind
    if found.problem:
        assert found.problem.sentence
        assert found.problem.code
    else:
        assert found.understood.kind.leads_to_people
    assert len(found.understood.shown) <= 2 * 254


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=700), st.sampled_from(["camera", "hand", "", "\x00"]), st.text(max_size=9))
def test_no_scan_breaks_the_page(counter: Client, text: str, by: str, form: str) -> None:
    told = {"text": text.encode("utf-8", "replace").decode(), "scanned_by": by, "format": form}

    for path in ("/identify/", "/understand/"):
        assert counter.post(path, told, headers=HTMX).status_code in (200, 302, 422)
