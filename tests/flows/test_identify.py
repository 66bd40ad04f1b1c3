"""The first screen: one field, the short list, and the honest choice not to identify."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer, Visit
from omnistore.audit.models import Look
from tests.factories import make_customer, make_evidence, make_order, make_product, spaced

HTMX = {"HX-Request": "true"}


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer(phone="+33612345678", email="camille@exemple.fr", card="2000000000015")


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        ("06 12 34 56 78", "PHONE"),
        ("+33 6 12 34 56 78", "PHONE"),
        ("2000000000015", "CARD"),
        (" Camille@Exemple.FR ", "EMAIL"),
    ],
)
def test_leads_to_the_one_who_holds_it(
    counter: Client, camille: Customer, typed: str, how: str
) -> None:
    response = counter.post("/identify/", {"text": typed})

    assert response["Location"] == f"/customers/{camille.pk}/"
    visit = Visit.objects.get()
    assert (visit.outcome, visit.how, visit.customer) == ("IDENTIFIED", how, camille)
    assert Look.objects.get().reason == Look.Reason.IDENTIFIED


def test_lets_the_page_take_the_place_of_the_question(counter: Client, camille: Customer) -> None:
    response = counter.post("/identify/", {"text": "0612345678"}, headers=HTMX, follow=True)

    assert response["HX-Retarget"] == "#counter"
    assert response["HX-Push-Url"] == f"/customers/{camille.pk}/"
    page = response.content.decode()
    assert 'id="counter"' in page
    assert "<html" not in page
    assert {look.reason for look in Look.objects.all()} == {
        Look.Reason.IDENTIFIED,
        Look.Reason.PAGE,
    }


def test_takes_what_is_to_be_said_along(counter: Client, camille: Customer) -> None:
    counter.post("/anonymous/")

    page = counter.get(f"/customers/{camille.pk}/", headers=HTMX).content.decode()

    assert 'id="toasts" hx-swap-oob="true"' in page
    assert (
        'id="toasts"' not in counter.get(f"/customers/{camille.pk}/", headers=HTMX).content.decode()
    )


def test_identifies_in_at_most_six_queries(
    counter: Client, camille: Customer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        counter.post("/identify/", {"text": "0612345678"}, headers=HTMX)


def test_lists_a_household_with_masked_data_and_notes_who_was_shown(counter: Client) -> None:
    jeanne, louis = make_customer("Jeanne", "Dubois"), make_customer("Louis", "Dubois")
    for person in (jeanne, louis):
        make_evidence(person, "PHONE", "+33478123456", is_shared=True)

    page = counter.post("/identify/", {"text": "04 78 12 34 56"}, headers=HTMX).content.decode()

    assert page.count('class="pick"') == 2
    assert "04 78 12 34 56" not in spaced(page).split("pick__words", 1)[1]
    assert Look.objects.filter(reason=Look.Reason.LISTED).count() == 2
    assert Visit.objects.count() == 0


def test_opens_the_person_who_was_chosen(counter: Client, camille: Customer) -> None:
    response = counter.post(f"/customers/{camille.pk}/choose/", {"how": "NAME"})

    assert response["Location"] == f"/customers/{camille.pk}/"
    assert Visit.objects.get().how == "NAME"


@pytest.mark.parametrize("via", ["", "x", "9" * 30, "-1", "\x00"])
def test_takes_no_identifier_that_is_not_the_persons(
    counter: Client, camille: Customer, via: str
) -> None:
    response = counter.post(f"/customers/{camille.pk}/choose/", {"how": "?", "via": via})

    assert response.status_code == 302
    assert (Visit.objects.get().how, Visit.objects.get().via) == ("NAME", None)


def test_never_picks_somebody_by_name_alone(counter: Client, camille: Customer) -> None:
    response = counter.post("/identify/", {"text": "moreau"})

    assert response.status_code == 200
    assert "Camille Moreau" in response.content.decode()


def test_leads_to_the_receipt_of_somebody_unknown(counter: Client) -> None:
    order = make_order(None, [(make_product(), 1, 1990)], number="LYO-000042")

    response = counter.post("/identify/", {"text": "lyo 000042"})

    assert response["Location"] == f"/orders/{order.pk}/"


def test_offers_to_sign_up_when_nobody_fits(counter: Client, camille: Customer) -> None:
    page = counter.post("/identify/", {"text": "06 99 88 77 66"}, headers=HTMX).content.decode()

    assert 'action="/sign-up/with/"' in page
    assert 'value="06 99 88 77 66"' in page


def test_signs_nobody_up_with_an_unknown_receipt_number(counter: Client) -> None:
    page = counter.post("/identify/", {"text": "LYO-999999"}, headers=HTMX).content.decode()

    assert 'id="nobody"' in page
    assert "/sign-up/with/" not in page


@pytest.mark.parametrize(
    "text",
    ["", "   ", "x" * 10_000, "9" * 10_000, "06\x0012", "2000000000016", "@", "((((", "\ud800"[:0]],
)
def test_says_why_it_understood_nothing(counter: Client, camille: Customer, text: str) -> None:
    response = counter.post("/identify/", {"text": text}, headers=HTMX)

    assert response.status_code == 422
    assert "notice--look" in response.content.decode()
    assert len(response.content) < 5_000


def test_says_it_on_a_whole_page_without_htmx(counter: Client) -> None:
    response = counter.post("/identify/", {"text": "x" * 10_000})

    assert response.status_code == 422
    assert "notice--look" in response.content.decode()


def test_says_what_it_understood_while_one_types(counter: Client) -> None:
    page = counter.post("/understand/", {"text": "0612345678"}).content.decode()

    assert "06 12 34 56 78" in spaced(page)


@pytest.mark.parametrize("text", ["", "x" * 10_000, "06\x00", "@"])
def test_understands_nothing_quietly_while_one_types(counter: Client, text: str) -> None:
    response = counter.post("/understand/", {"text": text})

    assert response.status_code == 200
    assert "<strong" not in response.content.decode()


def test_counts_who_goes_on_without_identifying(counter: Client) -> None:
    response = counter.post("/anonymous/")

    assert response["Location"] == "/"
    assert Visit.objects.get().outcome == "ANONYMOUS"
    assert "toast" in counter.get("/").content.decode()


def test_looks_for_nobody_by_an_address(counter: Client, camille: Customer) -> None:
    assert counter.get("/identify/", {"text": "0612345678"})["Location"] == "/"


def test_the_same_screen_again_is_no_step_to_go_back_to(counter: Client, camille: Customer) -> None:
    page = f"/customers/{camille.pk}/"
    there = HTMX | {"HX-Current-URL": f"http://testserver{page}"}

    assert counter.get(page, headers=there)["HX-Push-Url"] == "false"
    assert counter.get("/", headers=there)["HX-Push-Url"] == "/"


@pytest.mark.parametrize(
    "forged", ["http://[", "//", "\x00", "http://elsewhere.example/", "é" * 50]
)
def test_a_forged_address_of_the_last_screen_breaks_nothing(counter: Client, forged: str) -> None:
    there = HTMX | {"HX-Current-URL": forged, "HX-Target": forged}

    answer = counter.get("/", headers=there)

    assert (answer.status_code, answer["HX-Push-Url"]) == (200, "/")


@pytest.mark.parametrize("path", ["/understand/", "/anonymous/"])
def test_nothing_that_is_typed_or_counted_goes_by_an_address(counter: Client, path: str) -> None:
    assert counter.get(path, {"text": "0612345678"}).status_code == 405
    assert not Visit.objects.exists()
