"""Two sightings of one new phone make one person, whoever is first."""

import pytest

from customers import identity, signup
from customers.models import Customer, Evidence, Identifier
from omnistore.outbox.models import Event
from stores.models import Store
from tests.factories import NOON, make_customer
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
PHONE = "+33612345678"


def sign_up(number: int, *, share_phone: bool = False, **fields: str) -> Customer:
    given = {"phone": "06 12 34 56 78"} | fields
    return signup.sign_up(
        first_name=f"Camille{number}",
        last_name="Moreau",
        country="FR",
        consents={},
        store=Store.objects.get(),
        tablet=None,
        clerk=None,
        language="fr",
        source="COUNTER",
        at=NOON,
        share_phone=share_phone,
        **given,
    )


def test_signs_one_person_up_when_several_tablets_type_the_same_new_phone(lyon: Store) -> None:
    answers = at_once(6, sign_up)

    (camille,) = Customer.objects.all()
    refusals = [answer for answer in answers if isinstance(answer, identity.Taken)]
    assert [answer for answer in answers if answer == camille]
    assert len(refusals) == 5
    assert {refusal.code for refusal in refusals} == {"phone_taken"}
    assert {refusal.extra["customer_id"] for refusal in refusals} == {camille.pk}
    assert Identifier.objects.get().value == PHONE
    assert Event.objects.count() == 1


def test_gives_a_new_phone_to_one_of_those_who_claim_it_at_once(db: None) -> None:
    people = [make_customer(f"Camille{number}") for number in range(6)]

    answers = at_once(6, lambda number: claim(people[number]))

    (evidence,) = Evidence.objects.all()
    refusals = [answer for answer in answers if isinstance(answer, identity.Taken)]
    assert evidence in answers
    assert [refusal.extra["customer_id"] for refusal in refusals] == [evidence.customer_id] * 5


def test_gives_a_phone_that_was_given_up_to_one_of_those_who_claim_it_at_once(db: None) -> None:
    former = make_customer(phone=PHONE)
    former.evidence.update(ended_at=NOON)
    people = [make_customer(f"Camille{number}") for number in range(6)]

    answers = at_once(6, lambda number: claim(people[number]))

    evidence = Evidence.objects.get(ended_at=None)
    refusals = [answer for answer in answers if isinstance(answer, identity.Taken)]
    assert evidence in answers
    assert [refusal.extra["customer_id"] for refusal in refusals] == [evidence.customer_id] * 5


def test_changes_nothing_when_one_person_claims_a_phone_many_times_at_once(db: None) -> None:
    camille = make_customer()

    answers = at_once(6, lambda _: claim(camille))

    assert answers == [Evidence.objects.get()] * 6
    assert Event.objects.count() == 1


def test_lets_a_whole_household_share_a_new_phone_at_once(lyon: Store) -> None:
    answers = at_once(6, lambda number: sign_up(number, share_phone=True))

    assert set(answers) == set(Customer.objects.all())
    assert Identifier.objects.get().is_shared
    assert [evidence.is_shared for evidence in Evidence.objects.all()] == [True] * 6


def test_never_waits_in_a_ring_when_phone_and_email_are_crossed(lyon: Store) -> None:
    emails = ["one@example.fr", "two@example.fr"]
    numbers = ["06 12 34 56 78", "07 12 34 56 78"]

    answers = at_once(
        8, lambda number: sign_up(number, phone=numbers[number % 2], email=emails[number // 2 % 2])
    )

    assert Customer.objects.count() in (1, 2)
    assert all(isinstance(answer, Customer | identity.Taken) for answer in answers)


def claim(customer: Customer) -> Evidence:
    return identity.claim(customer=customer, kind="PHONE", value=PHONE, source="COUNTER", at=NOON)
