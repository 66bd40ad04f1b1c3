"""Sign-up typed by the clerk: prefilled, consents one by one, clear errors."""

import re
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from customers import consent
from customers.models import Consent, ConsentWording, Customer, Visit
from stores.models import Clerk
from tests.factories import LONG_AGO, make_customer


@pytest.fixture
def wordings(db: None) -> list[ConsentWording]:
    consent.default_wordings(at=LONG_AGO)
    return consent.asked("fr")


def answers(wordings: list[ConsentWording], said: str = "no", **fields: str) -> dict[str, str]:
    told = {"first_name": "Zoé", "last_name": "Petit", "phone": "06 12 34 56 78"}
    return told | {f"consent_{wording.pk}": said for wording in wordings} | fields


def test_begins_with_what_was_typed(counter: Client, wordings: list[ConsentWording]) -> None:
    phone = counter.post("/sign-up/with/", {"text": "0612345678"}).content.decode()
    name = counter.post("/sign-up/with/", {"text": "Zoé Petit"}).content.decode()

    assert 'value="06 12 34 56 78"' in phone
    assert 'value="Zoé"' in name
    assert 'value="Petit"' in name


@pytest.mark.parametrize("text", ["", "x" * 10_000, "\x00"])
def test_begins_empty_when_what_was_typed_says_nothing(
    counter: Client, wordings: list[ConsentWording], text: str
) -> None:
    assert counter.post("/sign-up/with/", {"text": text}).status_code == 200


def test_ticks_no_consent_beforehand(counter: Client, wordings: list[ConsentWording]) -> None:
    page = counter.get("/sign-up/").content.decode()

    assert page.count('value="yes"') == page.count('value="no"') == len(wordings)
    assert re.findall(r'<input[^>]* name="(\w+)"[^>]* checked', page) == ["customer_language"]


def test_signs_up_and_writes_every_answer(counter: Client, wordings: list[ConsentWording]) -> None:
    yes = {f"consent_{wordings[0].pk}": "yes"}

    response = counter.post("/sign-up/", answers(wordings, **yes))

    customer = Customer.objects.get()
    assert response["Location"] == f"/customers/{customer.pk}/"
    assert Consent.objects.filter(customer=customer).count() == len(wordings)
    assert Consent.objects.get(is_given=True).wording == wordings[0]
    assert Visit.objects.get().outcome == "SIGNED_UP"
    assert "Zoé Petit" in counter.get(response["Location"]).content.decode()


def test_names_nobody_in_what_waits_in_a_cookie_for_the_next_page(
    counter: Client, wordings: list[ConsentWording]
) -> None:
    answer = counter.post("/sign-up/", answers(wordings))

    waiting = [str(message) for message in get_messages(answer.wsgi_request)]
    assert len(waiting) == 1
    assert "Zoé" not in waiting[0]
    assert "Petit" not in waiting[0]


def test_asks_again_for_an_answer_that_is_missing(
    counter: Client, wordings: list[ConsentWording]
) -> None:
    told = answers(wordings)
    del told[f"consent_{wordings[1].pk}"]

    response = counter.post("/sign-up/", told)

    assert response.status_code == 422
    assert response.content.decode().count('class="field__error"') == 1
    assert Customer.objects.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": "12"},
        {"phone": "not a phone"},
        {"phone": "", "email": "nobody@"},
        {"phone": "", "card": "2000000000016"},
        {"phone": ""},
        {"first_name": "", "last_name": ""},
        {"first_name": "x" * 10_000},
        {"first_name": "Zo\x00"},
        {"phone": "06\x0012345678"},
        {"email": "e" * 10_000},
    ],
)
def test_says_what_is_wrong_and_keeps_nothing(
    counter: Client, wordings: list[ConsentWording], wrong: dict[str, str]
) -> None:
    response = counter.post("/sign-up/", answers(wordings, **wrong))

    assert response.status_code == 422
    page = response.content.decode()
    assert 'class="field__error"' in page or "notice--stop" in page
    assert Customer.objects.count() == 0


def test_offers_the_one_who_has_the_phone(counter: Client, wordings: list[ConsentWording]) -> None:
    camille = make_customer(phone="+33612345678")

    response = counter.post("/sign-up/", answers(wordings))

    assert response.status_code == 409
    page = response.content.decode()
    assert f'href="/customers/{camille.pk}/"' in page
    assert 'name="share_phone"' in page
    assert Customer.objects.count() == 1


def test_shares_the_phone_in_a_household(counter: Client, wordings: list[ConsentWording]) -> None:
    make_customer(phone="+33612345678")

    response = counter.post("/sign-up/", answers(wordings, share_phone="on"))

    assert response.status_code == 302
    listed = counter.post("/identify/", {"text": "0612345678"}).content.decode()
    assert listed.count('class="pick"') == 2


def test_offers_no_sharing_of_a_card(counter: Client, wordings: list[ConsentWording]) -> None:
    make_customer(card="2000000000015")

    response = counter.post("/sign-up/", answers(wordings, card="2000000000015"))

    assert response.status_code == 409
    assert '<button class="button" name="share_phone"' not in response.content.decode()


# --- the customer's language ---------------------------------------------------------------------
def test_asks_in_the_language_of_the_clerk_at_first(
    counter: Client, wordings: list[ConsentWording], nadia: Clerk
) -> None:
    Clerk.objects.filter(pk=nadia.pk).update(language="en")

    page = counter.get("/sign-up/").content.decode()

    assert all(wording.text in unescape(page) for wording in consent.asked("en"))
    assert page.count('<legend class="field__label" lang="en">') == len(wordings)


def test_asks_in_the_language_of_the_customer_and_keeps_what_was_typed(
    counter: Client, wordings: list[ConsentWording]
) -> None:
    typed = answers(wordings, said="yes", customer_language="en", email="half-")

    page = unescape(counter.post("/sign-up/again/", typed).content.decode())

    assert all(wording.text in page for wording in consent.asked("en"))
    assert not any(wording.text in page for wording in wordings)
    assert 'value="Zoé"' in page
    assert 'value="half-"' in page
    assert 'class="field__error"' not in page
    # What was said to a French sentence was not said to the English one.
    assert not re.search(r'name="consent_\d+"[^>]* checked', page)
    assert '<html lang="fr"' in page


def test_answers_htmx_with_the_questions_alone(
    counter: Client, wordings: list[ConsentWording]
) -> None:
    typed = answers(wordings, customer_language="en")

    page = counter.post("/sign-up/again/", typed, headers={"HX-Request": "true"}).content.decode()

    assert page.strip().startswith('<section id="questions"')


def test_records_the_wording_that_was_read_out_and_the_customers_language(
    counter: Client, wordings: list[ConsentWording]
) -> None:
    english = consent.asked("en")

    counter.post("/sign-up/", answers(english, said="yes", customer_language="en"))

    assert Customer.objects.get().language == "en"
    assert {entry.wording for entry in Consent.objects.all()} == set(english)


def test_takes_no_answer_to_a_sentence_of_another_language(
    counter: Client, wordings: list[ConsentWording]
) -> None:
    response = counter.post("/sign-up/", answers(wordings, customer_language="en"))

    assert response.status_code == 422
    assert response.content.decode().count('class="field__error"') == len(consent.asked("en"))
    assert Customer.objects.count() == 0


@pytest.mark.parametrize("language", ["xx", "\x00", "e" * 10_000])
def test_takes_no_language_that_we_do_not_speak(
    counter: Client, wordings: list[ConsentWording], language: str
) -> None:
    response = counter.post("/sign-up/", answers(wordings, customer_language=language))

    assert response.status_code == 422
    assert Customer.objects.count() == 0
