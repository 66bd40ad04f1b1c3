"""Consent is a ledger; its last entry counts."""

from datetime import timedelta

import pytest

from customers import consent
from customers.models import Consent, ConsentWording, Customer
from omnistore.outbox.models import Event
from stores.models import Clerk, Store, Tablet
from tests.factories import NOON, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wordings() -> list[ConsentWording]:
    return consent.default_wordings(at=NOON)


def answer(
    customer: Customer, wording: ConsentWording, is_given: bool, minutes: int = 0
) -> Consent:
    return consent.record(
        customer=customer,
        wording=wording,
        is_given=is_given,
        source="COUNTER",
        store=None,
        tablet=None,
        clerk=None,
        at=NOON + timedelta(minutes=minutes),
    )


def subjects(wordings: list[ConsentWording]) -> list[tuple[str, str]]:
    return [(wording.purpose, wording.channel) for wording in wordings]


def test_makes_the_default_wordings_once() -> None:
    again = consent.default_wordings(at=NOON)

    assert len(again) == ConsentWording.objects.count() == 10


def test_asks_every_question_in_the_customers_language_in_one_order() -> None:
    french, english = consent.asked("fr", at=NOON), consent.asked("en", at=NOON)

    assert subjects(french) == subjects(english) == list(consent.ORDER)
    assert {wording.language for wording in french} == {"fr"}
    assert {wording.language for wording in english} == {"en"}
    assert consent.asked("de", at=NOON) == french


def test_asks_by_the_newest_wording_in_force() -> None:
    fields = {"purpose": "MARKETING", "channel": "SMS", "language": "fr"}
    newer = ConsentWording.objects.create(
        **fields, version=2, text="Des SMS ?", in_force_at=NOON + timedelta(days=1)
    )

    assert newer not in consent.asked("fr", at=NOON)
    assert newer in consent.asked("fr", at=NOON + timedelta(days=1))

    consent.default_wordings(at=NOON + timedelta(days=2))

    assert newer in consent.asked("fr", at=NOON + timedelta(days=3))


def test_asks_in_the_shops_language_what_the_customers_has_no_words_for() -> None:
    only_french = ConsentWording.objects.create(
        purpose="MARKETING",
        channel="POST",
        language="fr",
        version=1,
        text="Du courrier ?",
        in_force_at=NOON,
    )

    english = consent.asked("en", at=NOON)

    assert [wording.language for wording in english] == ["en"] * len(consent.ORDER) + ["fr"]
    assert english[-1] == only_french


def test_a_newer_wording_in_the_shops_language_hides_none_of_the_customers() -> None:
    ConsentWording.objects.create(
        purpose="MARKETING",
        channel="SMS",
        language="fr",
        version=2,
        text="Des SMS ?",
        in_force_at=NOON,
    )

    assert {wording.language for wording in consent.asked("en", at=NOON)} == {"en"}


def test_keeps_who_asked_what_and_where(lyon: Store, tablet: Tablet, nadia: Clerk) -> None:
    camille, wording = make_customer(), consent.asked("fr", at=NOON)[0]

    entry = consent.record(
        customer=camille,
        wording=wording,
        is_given=True,
        source="COUNTER",
        store=lyon,
        tablet=tablet,
        clerk=nadia,
        proof="said at the counter",
        at=NOON,
    )

    entry.refresh_from_db()
    assert (entry.wording, entry.store, entry.tablet, entry.clerk) == (wording, lyon, tablet, nadia)
    assert (entry.basis, entry.proof) == ("CONSENT", "said at the counter")


def test_counts_the_last_entry_of_each_purpose_and_channel() -> None:
    camille = make_customer()
    receipt, by_email, by_sms, *_ = consent.asked("fr", at=NOON)
    answer(camille, by_email, True)
    answer(camille, by_sms, False)
    answer(camille, receipt, True, minutes=1)
    answer(camille, by_email, False, minutes=2)

    current = consent.current(camille)

    assert [(entry.wording, entry.is_given) for entry in current] == [
        (receipt, True),
        (by_email, False),
        (by_sms, False),
    ]
    assert consent.allows(camille, "RECEIPT", "EMAIL")
    assert not consent.allows(camille, "MARKETING", "EMAIL")
    assert not consent.allows(make_customer("Luc"), "RECEIPT", "EMAIL")


def test_takes_the_later_of_two_answers_of_the_same_moment() -> None:
    camille, wording = make_customer(), consent.asked("fr", at=NOON)[0]
    answer(camille, wording, True)
    answer(camille, wording, False)

    assert not consent.allows(camille, wording.purpose, wording.channel)
    assert [entry.is_given for entry in consent.current(camille)] == [False]


def test_asks_for_the_current_state_in_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    camille = make_customer()
    for wording in consent.asked("fr", at=NOON):
        answer(camille, wording, True)

    with django_assert_num_queries(1):
        assert [entry.wording.text for entry in consent.current(camille)]


def test_tells_a_yes_and_a_no_after_a_yes_but_no_first_no() -> None:
    camille, wording = make_customer(), consent.asked("fr", at=NOON)[1]

    for minutes, is_given in enumerate((False, True, False, False)):
        answer(camille, wording, is_given, minutes)

    assert list(Event.objects.order_by("sequence").values_list("name", flat=True)) == [
        "customers.consent.given",
        "customers.consent.withdrawn",
    ]
    assert Event.objects.order_by("sequence")[0].payload["wording_version"] == 1
