"""Names are found without accents, capitals, hyphens and apostrophes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers import names
from customers.models import Customer, NameKey
from tests.factories import make_customer


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Éloïse", "eloise"),
        ("O'Neill", "oneill"),
        ("O’Neíll", "oneill"),
        ("Łukasz", "lukasz"),
        ("Strauß", "strauss"),
        ("Bjørn", "bjorn"),
        ("Œuvrard", "oeuvrard"),
        ("İlhan", "ilhan"),
        ("Nguyễn", "nguyen"),
        ("Иванов", "иванов"),
        ("李", "李"),
        ("🙂", ""),
    ],
)
def test_folds_a_word(written: str, folded: str) -> None:
    assert names.fold(written) == folded


def test_gives_every_word_under_which_a_name_is_looked_for() -> None:
    assert set(names.words("Jean-Pierre O'Neill")) == {
        "jean",
        "pierre",
        "jeanpierre",
        "o",
        "neill",
        "oneill",
    }
    assert "oneill" in names.words("Maud O Neill")
    assert "dartagnan" in names.words("d'Artagnan")


def test_asks_by_the_longest_word_first() -> None:
    assert names.asked("Li O'Neill jean-pierre") == ["oneill", "pierre", "jean", "li"]


@pytest.mark.django_db
def test_indexes_the_present_name_and_forgets_the_former() -> None:
    camille = make_customer("Camille", "Moreau")
    camille.last_name = "Lefèvre"

    names.index(camille)

    assert set(NameKey.objects.values_list("word", flat=True)) == {"camille", "lefevre"}
    assert Customer.objects.get() == camille


@given(st.text())
def test_folds_to_small_letters_and_digits_and_stays_there(text: str) -> None:
    folded = names.fold(text)

    assert folded == "" or folded.isalnum()
    assert names.fold(folded) == folded
    assert len(folded) <= 60


@given(st.text())
def test_finds_a_name_by_what_was_typed_for_it(text: str) -> None:
    keys = names.words(text)

    for asked in names.asked(text):
        assert any(key.startswith(asked) for key in keys)
