"""One field takes everything, and says what it understood."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from customers import identity
from customers.models import Customer
from omnistore.counter import recognition
from omnistore.counter.meanings import Kind
from omnistore.counter.recognition import Recognition
from orders.models import CustomerReturn
from stores.models import Store
from tests.factories import NOON, make_customer, make_evidence, make_order, make_store, spaced

pytestmark = pytest.mark.django_db
CARD = "2990000000019"
WRONG_CARD = "2990000000018"


def find(text: str, store: Store) -> Recognition:
    return recognition.find(text, store=store, at=NOON)


def people(found: Recognition) -> list[Customer]:
    return [candidate.customer for candidate in found.customers]


def problem(found: Recognition) -> str:
    return found.problem.code if found.problem else ""


# --- one person's own value ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "kind", "shown"),
    [
        ("06 12 34 56 78", Kind.PHONE, "06 12 34 56 78"),
        ("+33612345678", Kind.PHONE, "06 12 34 56 78"),
        ("0033 6 12 34 56 78", Kind.PHONE, "06 12 34 56 78"),
        ("33612345678", Kind.PHONE, "06 12 34 56 78"),
        ("06\u00a012.34-56\u202f78", Kind.PHONE, "06 12 34 56 78"),
        ("０６１２３４５６７８", Kind.PHONE, "06 12 34 56 78"),
        (" Camille.Moreau@Example.FR", Kind.EMAIL, "camille.moreau@example.fr"),
        ("2990 0000 0001 9", Kind.CARD, CARD),
        (f"\u200f{CARD}\r\n", Kind.CARD, CARD),
    ],
)
def test_identifies_by_a_value_of_ones_own(lyon: Store, typed: str, kind: Kind, shown: str) -> None:
    camille = make_customer(phone="+33612345678", email="camille.moreau@example.fr", card=CARD)

    found = find(typed, lyon)

    assert (found.understood.kind, spaced(found.understood.shown)) == (kind, shown)
    assert found.identified is not None
    assert found.identified.customer == camille
    assert found.identified.via is not None
    assert people(found) == [camille]
    assert not found.problem


def test_identifies_in_two_queries(lyon: Store, django_assert_num_queries: Any) -> None:
    make_customer(phone="+33612345678")

    with django_assert_num_queries(2):
        assert find("06 12 34 56 78", lyon).identified

    with django_assert_num_queries(1):
        assert find("+33 6 12 34 56 78", lyon).identified


def test_masks_what_it_shows(lyon: Store) -> None:
    make_customer(phone="+33612345678", email="camille.moreau@example.fr")

    assert spaced(find("0612345678", lyon).customers[0].phone) == "06 •• •• •• 78"
    assert find("camille.moreau@example.fr", lyon).customers[0].email == "c•••@example.fr"


def test_says_that_nobody_has_a_phone_without_calling_it_wrong(lyon: Store) -> None:
    found = find("07 12 34 56 78", lyon)

    assert found.is_empty
    assert not found.problem
    assert (found.understood.kind, spaced(found.understood.shown)) == (Kind.PHONE, "07 12 34 56 78")


# --- several people, and nobody ------------------------------------------------------------------
def test_lists_the_household_that_shares_a_phone(
    lyon: Store, django_assert_max_num_queries: Any
) -> None:
    camille, luc = make_customer("Camille"), make_customer("Luc", city="Lyon")
    for person in (camille, luc):
        make_evidence(person, "PHONE", "+33612345678", is_shared=True)

    with django_assert_max_num_queries(3):
        found = find("06 12 34 56 78", lyon)

    assert set(people(found)) == {camille, luc}
    assert found.identified is None
    assert str(found.customers[0].evidence)


def test_never_identifies_by_a_shared_phone_even_when_one_is_left(lyon: Store) -> None:
    camille = make_customer()
    make_evidence(camille, "PHONE", "+33612345678", is_shared=True)

    found = find("06 12 34 56 78", lyon)

    assert people(found) == [camille]
    assert found.identified is None


def test_lists_all_whom_digits_can_mean(lyon: Store) -> None:
    american, french = make_customer("Ann"), make_customer("Luc")
    make_evidence(french, "PHONE", "+33155501234")
    make_evidence(american, "PHONE", "+15550123456")

    assert people(find("0155501234", lyon)) == [french]
    assert people(find("15550123456", lyon)) == [american]


def test_says_that_a_blocked_value_identifies_nobody(lyon: Store) -> None:
    camille = make_customer(phone="+33472000000")
    identity.block(kind="PHONE", value="+33472000000", at=NOON)

    found = find("04 72 00 00 00", lyon)

    assert problem(found) == "blocked_value"
    assert people(found) == []
    assert camille


def test_forgets_who_had_a_value_before(lyon: Store) -> None:
    camille = make_customer(phone="+33612345678")
    camille.evidence.update(ended_at=NOON)

    assert find("06 12 34 56 78", lyon).is_empty


# --- names ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("first_name", "last_name", "typed"),
    [
        ("Camille", "Moreau", "moreau"),
        ("Camille", "Moreau", "Camille Moreau"),
        ("Camille", "Moreau", "MOREAU camille"),
        ("Camille", "Moreau", "mor cam"),
        ("Camille", "Moreau", "moreau, c"),
        ("Éloïse", "Lefèvre", "eloise lefevre"),
        ("Eloise", "Lefevre", "Éloïse LEFÈVRE"),
        ("Wei", "Li", "Li"),
        ("Li", "Wu", "wu li"),
        ("Sean", "O'Neill", "O'Neill"),
        ("Sean", "O'Neill", "O’Neill"),
        ("Sean", "O'Neill", "oneill"),
        ("Sean", "O'Neill", "neill"),
        ("Sean", "O Neill", "O'Neill"),
        ("Sean", "ONeill", "o'neill sean"),
        ("Jean-Pierre", "Dupont", "Jean-Pierre"),
        ("Jean-Pierre", "Dupont", "jeanpierre dupont"),
        ("Jean Pierre", "Dupont", "jean-pierre"),
        ("Jean-Pierre", "Dupont", "pierre"),
        ("Anne", "de La Tour", "de la tour"),
        ("小龙", "李", "李"),
        ("Иван", "Петров", "петров"),
    ],
)
def test_finds_a_name(lyon: Store, first_name: str, last_name: str, typed: str) -> None:
    person = make_customer(first_name, last_name)
    make_customer("Zoé", "Zyx")

    found = find(typed, lyon)

    assert people(found) == [person]
    assert found.understood.kind == Kind.NAME
    assert found.identified is None


def test_wants_every_word_of_a_name(lyon: Store) -> None:
    make_customer("Camille", "Moreau")

    assert find("Luc Moreau", lyon).is_empty


def test_shows_whole_names_then_this_stores_own_then_who_bought_last(lyon: Store) -> None:
    paris = make_store("par", name="Paris")
    long_name = make_customer("Anne", "Lison", home_store=lyon)
    abroad = make_customer("Ben", "Li", home_store=paris)
    late, early = (make_customer(name, "Li", home_store=lyon) for name in ("Zoé", "Ana"))
    make_order(late, placed_at=NOON - timedelta(days=1))
    make_order(early, placed_at=NOON - timedelta(days=9))

    found = find("li", lyon)

    assert people(found) == [late, early, abroad, long_name]


def test_shows_just_enough_to_choose(lyon: Store, django_assert_max_num_queries: Any) -> None:
    camille = make_customer(
        "Camille",
        "Moreau",
        phone="+33612345678",
        email="camille@example.fr",
        city="Lyon",
        home_store=lyon,
    )
    make_order(camille, placed_at=NOON - timedelta(days=3))

    with django_assert_max_num_queries(2):
        (candidate,) = find("moreau", lyon).customers

    assert candidate.customer.full_name == "Camille Moreau"
    assert candidate.city == "Lyon"
    assert spaced(candidate.phone) == "06 •• •• •• 78"
    assert candidate.email == "c•••@example.fr"
    assert candidate.home_store == "Lyon Bellecour"
    assert candidate.last_purchase_at == NOON - timedelta(days=3)


def test_shows_twenty_and_says_when_there_are_more(lyon: Store) -> None:
    for number in range(21):
        make_customer(f"Camille{number}", "Moreau")

    found = find("moreau", lyon)

    assert len(found.customers) == 20
    assert found.more
    assert not find("camille1", lyon).more


# --- numbers of orders, receipts and returns -----------------------------------------------------
@pytest.mark.parametrize("typed", ["LYO-T000042", "lyo t 000042", "lyot000042", "LYO–T000042"])
def test_finds_an_order_and_its_customer_however_its_number_is_typed(
    lyon: Store, typed: str
) -> None:
    camille = make_customer()
    order = make_order(camille, number="LYO-T000042")

    found = find(typed, lyon)

    assert found.orders == [order]
    assert people(found) == [camille]
    assert found.identified is None
    assert (found.understood.kind, found.understood.shown) == (Kind.ORDER, "LYO-T000042")


def test_finds_the_order_of_nobody(lyon: Store) -> None:
    order = make_order(None, number="536365")

    found = find("536365", lyon)

    assert found.orders == [order]
    assert found.customers == []


def test_lists_both_when_digits_are_a_phone_and_anothers_order(
    lyon: Store, django_assert_max_num_queries: Any
) -> None:
    camille, luc = make_customer(phone="+33612345678"), make_customer("Luc")
    order = make_order(luc, number="0612345678")

    with django_assert_max_num_queries(3):
        found = find("0612345678", lyon)

    assert found.identified is None
    assert people(found) == [camille, luc]
    assert found.orders == [order]


def test_finds_a_return_when_nothing_else_has_the_number(
    lyon: Store, django_assert_max_num_queries: Any
) -> None:
    made = CustomerReturn.objects.create(
        store=lyon,
        number="LYO-R000007",
        number_key="LYOR000007",
        state=CustomerReturn.State.SUBMITTED,
        currency="EUR",
        created_at=NOON,
    )

    with django_assert_max_num_queries(3):
        found = find("lyo-r7".replace("7", "000007"), lyon)

    assert found.returns == [made]
    assert not found.problem
    assert found.understood.kind == Kind.ORDER


# --- what cannot be understood -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "nothing_typed"),
        (" \u00a0\t\n", "nothing_typed"),
        ("\u200e\u200f\u202e", "nothing_typed"),
        ("a" * 513, "too_long"),
        ("0612345678" * 1000, "too_long"),
        ("06 12\x0034 56 78", "unreadable"),
        ("mor\x1beau", "unreadable"),
        ("mor\ud800eau", "unreadable"),
        ("🙂🙂", "not_understood"),
        ("'", "not_understood"),
        ("+", "not_understood"),
        ("%_", "not_understood"),
        ("https://example.com", "web_address"),
        ("9" * 512, "not_understood"),
        ("x", "too_short"),
        ("camille@", "not_an_email"),
        ("@", "not_an_email"),
        (WRONG_CARD, "card_check_digit"),
        ("06 12", "not_a_phone"),
        ("06 12 34 56 78 90", "not_a_phone"),
        ("+999 12345678", "not_a_phone"),
        ("99 99 99 99 99 99", "not_a_phone"),
    ],
)
def test_says_what_is_wrong_with_a_text(lyon: Store, typed: str, code: str) -> None:
    found = find(typed, lyon)

    assert problem(found) == code
    assert found.problem is not None
    assert found.problem.sentence
    assert found.is_empty


def test_takes_a_wrong_card_for_the_phone_that_it_is(lyon: Store) -> None:
    berlin = make_customer(phone="+4915123456789")

    assert problem(find("4915123456780", lyon)) == "card_check_digit"
    assert people(find("4915123456789", lyon)) == [berlin]


def test_takes_marks_that_show_nothing_away(lyon: Store) -> None:
    camille = make_customer(phone="+33612345678")

    assert people(find("\u202b+33 6 12 34 56 78\u202c", lyon)) == [camille]
    assert people(find("\ufeffMo\u00adreau", lyon)) == [camille]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=600) | st.text(alphabet="0123456789+-. @aé'", max_size=40))
@example("a " * 256)
@example("' OR 1=1 --")
@example("\x00")
@example("é" * 512)
@example("ﷺ" * 512)
@example("１" * 512)
def test_never_raises(lyon: Store, text: str) -> None:
    found = find(text, lyon)

    assert found.understood.kind in Kind
    assert found.is_empty


@pytest.mark.parametrize("typed", ["06 12 34 56 78", "moreau ca", "li", "LYO-T000042", CARD])
def test_reads_no_table_whole(lyon: Store, typed: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        find(typed, lyon)

    plans = [step for query in queries for step in plan_of(query["sql"])]

    assert [step for step in plans if "SEARCH" in step or "Index" in step]
    assert not [step for step in plans if step.startswith("SCAN") or "Seq Scan" in step]


def plan_of(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            return [row[3] for row in cursor.fetchall()]
        # Small tables would be read whole though there is an index.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        return [row[0] for row in cursor.fetchall()]
