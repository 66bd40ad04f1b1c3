"""A new person is written down whole, or not at all."""

from typing import Any

import pytest

from customers import consent, identity, signup
from customers.models import Consent, Customer, Identifier, NameKey, Visit
from omnistore.errors import Refused
from omnistore.outbox.models import Event
from stores.models import Clerk, Store, Tablet
from tests.factories import NOON, make_customer, make_evidence

pytestmark = pytest.mark.django_db
CARD = "2990000000019"


def sign_up(**fields: Any) -> Customer:
    given = {
        "first_name": "Camille",
        "last_name": "Moreau",
        "phone": "06 12 34 56 78",
        "country": "FR",
        "consents": {},
        "store": None,
        "tablet": None,
        "clerk": None,
        "language": "fr",
        "source": "COUNTER",
        "at": NOON,
    }
    return signup.sign_up(**given | fields)


def refusal(**fields: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        sign_up(**fields)
    return refused.value


def test_writes_the_person_down_with_everything_given(
    lyon: Store, tablet: Tablet, nadia: Clerk
) -> None:
    camille = sign_up(
        first_name=" Éloïse  Anne",
        email=" Camille@Example.FR",
        card="2990 0000 0001 9",
        city="Lyon",
        store=lyon,
        tablet=tablet,
        clerk=nadia,
        language="en",
    )

    camille.refresh_from_db()
    assert camille.full_name == "Éloïse Anne Moreau"
    assert (camille.home_store, camille.city, camille.country) == (lyon, "Lyon", "FR")
    assert (camille.language, camille.level, camille.created_at) == ("en", "MEMBER", NOON)
    assert {(found.kind, found.value) for found in identity.of(camille)} == {
        ("PHONE", "+33612345678"),
        ("EMAIL", "camille@example.fr"),
        ("CARD", CARD),
    }
    assert set(NameKey.objects.values_list("word", flat=True)) == {"eloise", "anne", "moreau"}


def test_counts_the_visit_and_tells_the_fact(lyon: Store, tablet: Tablet, nadia: Clerk) -> None:
    camille = sign_up(store=lyon, tablet=tablet, clerk=nadia)

    visit, event = Visit.objects.get(), Event.objects.get()
    assert (visit.outcome, visit.customer) == (Visit.Outcome.SIGNED_UP, camille)
    assert (event.name, event.customer_id) == ("customers.customer.signed_up", camille.pk)
    assert event.payload == {
        "customer_id": str(camille.pk),
        "store_code": "lyo",
        "kinds": ["PHONE"],
        "source": "COUNTER",
        "language": "fr",
    }


def test_forgets_a_country_that_there_is_none() -> None:
    assert sign_up(phone="+33612345678", country="Nowhere\x00").country == ""


def test_counts_no_visit_for_a_sign_up_elsewhere(lyon: Store) -> None:
    sign_up(store=lyon)

    assert not Visit.objects.exists()


def test_writes_every_answer_down_the_noes_too() -> None:
    consent.default_wordings(at=NOON)
    questions = consent.asked("fr", at=NOON)

    camille = sign_up(consents={wording.pk: wording.channel == "SMS" for wording in questions})

    assert Consent.objects.count() == len(questions) == 5
    assert consent.allows(camille, "MARKETING", "SMS")
    assert not consent.allows(camille, "MARKETING", "EMAIL")
    assert Event.objects.filter(name="customers.consent.given").count() == 1
    assert not Event.objects.filter(name="customers.consent.withdrawn").exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"phone": "06 12"}, "not_a_phone"),
        ({"phone": "abc"}, "not_a_phone"),
        ({"phone": "\x00"}, "not_a_phone"),
        ({"phone": "9" * 10_000}, "not_a_phone"),
        ({"phone": "07 00 00 00 00"}, "blocked_value"),
        ({"email": "camille@"}, "not_an_email"),
        ({"email": "client@example.fr"}, "blocked_value"),
        ({"card": "2990000000018"}, "card_check_digit"),
        ({"card": "12"}, "not_a_card"),
        ({"phone": " "}, "nothing_to_know_by"),
        ({"first_name": " ", "last_name": "-"}, "name_missing"),
        ({"last_name": "M" * 61}, "too_long"),
        ({"last_name": "Mo\x00reau"}, "unreadable"),
        ({"last_name": "Mo\ud800reau"}, "unreadable"),
        ({"consents": {999: True}}, "unknown_wording"),
        ({"consents": {10**30: True}}, "unknown_wording"),
    ],
)
def test_refuses_what_it_cannot_keep_and_keeps_nothing(fields: dict[str, Any], code: str) -> None:
    refused = refusal(**fields)

    assert refused.code == code
    assert refused.sentence
    assert not Customer.objects.exists()
    assert not Identifier.objects.exists()
    assert not Event.objects.exists()


def test_offers_the_customer_who_has_the_phone() -> None:
    camille = sign_up()

    refused = refusal(first_name="Luc", email="luc@example.fr")

    assert refused.code == "phone_taken"
    assert refused.extra["customer_id"] == camille.pk
    assert refused.extra["may_be_shared"]
    assert Customer.objects.get() == camille
    assert Identifier.objects.filter(kind="EMAIL").count() == 0


def test_lets_a_household_share_its_phone() -> None:
    camille = sign_up()

    luc = sign_up(first_name="Luc", share_phone=True)

    holders = identity.holders_of([("PHONE", "+33612345678")])
    assert {holder.customer for holder in holders} == {camille, luc}
    assert all(holder.identifier.is_shared for holder in holders)


def test_asks_again_before_a_third_shares_the_phone() -> None:
    for name in ("Camille", "Luc"):
        make_evidence(make_customer(name), "PHONE", "+33612345678", is_shared=True)

    assert refusal(first_name="Zoé").code == "phone_taken"
    assert sign_up(first_name="Zoé", share_phone=True)


def test_shares_nothing_when_nobody_has_the_phone() -> None:
    sign_up(share_phone=True)

    assert not Identifier.objects.get().is_shared


def test_shares_no_email() -> None:
    sign_up(email="camille@example.fr")

    assert refusal(phone="", email="camille@example.fr", share_phone=True).code == "email_taken"
