"""A value becomes somebody's, stays his, and is nobody else's unless they share it."""

import pytest

from customers import cards, identity, phones
from customers.models import Customer, Evidence, Identifier
from omnistore.outbox.models import Event
from tests.factories import LONG_AGO, NOON, make_customer, make_evidence

pytestmark = pytest.mark.django_db
PHONE = "+33612345678"


def claim(customer: Customer, value: str = PHONE, kind: str = "PHONE", **more: bool) -> Evidence:
    return identity.claim(
        customer=customer, kind=kind, value=value, source="COUNTER", at=NOON, **more
    )


def test_gives_a_value_to_the_customer_and_tells_so() -> None:
    camille = make_customer()

    evidence = claim(camille)

    assert identity.holders_of([("PHONE", PHONE)]) == [
        identity.Holder(camille, evidence.identifier)
    ]
    assert (evidence.source, evidence.started_at, evidence.is_shared) == ("COUNTER", NOON, False)
    assert Event.objects.get().name == "customers.identifier.claimed"


def test_changes_nothing_when_it_is_claimed_again() -> None:
    camille = make_customer()

    assert claim(camille) == claim(camille)
    assert Event.objects.count() == 1


def test_normalises_what_is_claimed() -> None:
    camille = make_customer()

    claim(camille, " Camille@Example.FR ", "EMAIL")

    assert identity.of(camille)[0].value == "camille@example.fr"


@pytest.mark.parametrize(
    ("kind", "value", "refusal"),
    [
        ("PHONE", "06 12 34 56 78", phones.NotAPhone),
        ("CARD", "123", cards.NotACard),
        ("CARD", "0000000000000", identity.Blocked),
        ("PHONE", "+33700000000", identity.Blocked),
        ("EMAIL", "client@example.fr", identity.Blocked),
    ],
)
def test_refuses_values_that_cannot_be_anybodys(
    kind: str, value: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        claim(make_customer(), value, kind)

    assert not Identifier.objects.exists()


def test_refuses_a_blocked_value_and_keeps_its_block() -> None:
    identity.block(kind="PHONE", value=PHONE, at=NOON)
    identity.block(kind="PHONE", value=PHONE, at=NOON)

    with pytest.raises(identity.Blocked):
        claim(make_customer())


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("PHONE", PHONE, "phone_taken"),
        ("EMAIL", "camille@example.fr", "email_taken"),
        ("CARD", "2990000000019", "card_taken"),
    ],
)
def test_names_the_holder_to_whom_claims_his_value(kind: str, value: str, code: str) -> None:
    camille, luc = make_customer(), make_customer("Luc")
    claim(camille, value, kind)

    with pytest.raises(identity.Taken) as refusal:
        claim(luc, value, kind)

    assert refusal.value.code == code
    assert refusal.value.extra["customer_id"] == camille.pk
    assert value not in str(refusal.value.extra)
    assert identity.of(luc) == []


def test_makes_a_phone_the_households_for_all_who_hold_it() -> None:
    camille, luc = make_customer(), make_customer("Luc")
    claim(camille)

    claim(luc, is_shared=True)

    assert Identifier.objects.get().is_shared
    assert [evidence.is_shared for evidence in Evidence.objects.all()] == [True, True]


def test_never_shares_a_card() -> None:
    camille, luc = make_customer(), make_customer("Luc")
    claim(camille, "2990000000019", "CARD")

    with pytest.raises(identity.Taken):
        claim(luc, "2990000000019", "CARD", is_shared=True)


def test_gives_a_value_that_was_given_up_to_the_next() -> None:
    camille, luc = make_customer(phone=PHONE), make_customer("Luc")
    camille.evidence.update(ended_at=LONG_AGO)

    claim(luc)

    assert [holder.customer for holder in identity.holders_of([("PHONE", PHONE)])] == [luc]
    assert identity.of(camille) == []


def test_asks_for_all_readings_at_once_best_first(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    camille, luc = make_customer(phone=PHONE), make_customer("Luc", card="2990000000019")
    make_evidence(luc, "EMAIL", PHONE)

    with django_assert_num_queries(1):
        holders = identity.holders_of([("CARD", "2990000000019"), ("PHONE", PHONE)])

    assert [holder.customer for holder in holders] == [luc, camille]
    assert identity.holders_of([]) == []
