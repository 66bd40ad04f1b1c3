"""Phones are read however they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers import phones

FULL_WIDTH = "０６１２３４５６７８"
ARABIC_INDIC = "٠٦١٢٣٤٥٦٧٨"


@pytest.mark.parametrize(
    "typed",
    [
        "06 12 34 56 78",
        "0612345678",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06/12/34/56/78",
        "06\u00a012\u00a034\u202f56\u202f78",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "(+33) 612345678",
        "0033 6 12 34 56 78",
        "00 33 612 345 678",
        "33612345678",
        "tel:+33-6-12-34-56-78",
        "Tél. : 06 12 34 56 78",
        "\u202a+33 6 12 34 56 78\u202c",
        "  06 12 34 56 78\t",
        FULL_WIDTH,
        "＋３３ ６ １２ ３４ ５６ ７８",
        ARABIC_INDIC,
    ],
)
def test_reads_a_french_mobile_in_every_habit(typed: str) -> None:
    assert phones.readings(typed, "FR")[0] == "+33612345678"
    assert phones.normalise(typed, "FR") == "+33612345678"


def test_reads_a_foreign_number_with_its_code_with_or_without_plus() -> None:
    assert phones.normalise("+32 470 12 34 56", "FR") == "+32470123456"
    assert phones.normalise("0032 470 12 34 56", "FR") == "+32470123456"
    assert phones.readings("32470123456", "FR") == ["+32470123456"]
    assert phones.normalise("0470 12 34 56", "BE") == "+32470123456"


def test_reads_the_country_of_the_store_in_small_letters_and_survives_an_unknown_one() -> None:
    assert phones.normalise("06 12 34 56 78", "fr") == "+33612345678"
    assert phones.normalise("06 12 34 56 78", "ZZ") is None
    assert phones.normalise("+33612345678", "") == "+33612345678"


def test_keeps_a_number_of_a_range_that_its_plan_does_not_know_yet() -> None:
    assert phones.normalise("06 39 98 12 34", "FR") == "+33639981234"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("06 12", "Il manque des chiffres à ce numéro de téléphone."),
        # One digit: the 0 does not stand in for it.
        ("06 12 34 56 7", "Il manque des chiffres à ce numéro de téléphone."),
        ("06 12 34 56 78 90 12", "Ce numéro de téléphone a trop de chiffres."),
        ("+999 12 34 56 78", "Ce numéro ne commence par l’indicatif d’aucun pays."),
        ("+33", "Ceci n’est pas un numéro de téléphone."),
        ("06 12 34 56 7x", "Ceci n’est pas un numéro de téléphone."),
        ("", "Ceci n’est pas un numéro de téléphone."),
        ("+", "Ceci n’est pas un numéro de téléphone."),
        ("6" * 1000, "Ceci n’est pas un numéro de téléphone."),
    ],
)
def test_says_what_is_wrong_with_a_number(typed: str, sentence: str) -> None:
    assert phones.normalise(typed, "FR") is None

    refusal = phones.why_not(typed, "FR")

    assert refusal.code == "not_a_phone"
    assert refusal.sentence == sentence


def test_guesses_a_plus_to_find_but_never_to_keep() -> None:
    assert phones.readings("201 555 0123", "FR") == ["+2015550123"]
    assert phones.normalise("201 555 0123", "FR") is None


def test_masks_all_but_the_ends() -> None:
    assert phones.masked("+33612345678").split() == ["06", "••", "••", "••", "78"]
    assert phones.masked("+32470123456").split() == ["+32", "•••", "••", "••", "56"]
    assert phones.masked("+32470123456", "BE").split() == ["04••", "••", "••", "56"]


@given(st.text(), st.text(max_size=3))
def test_never_raises(text: str, country: str) -> None:
    for number in phones.readings(text, country):
        assert number.startswith("+") and number[1:].isdigit()


@given(st.text(alphabet="+0123456789 .-()/\u00a0", max_size=24))
def test_normalises_to_one_of_its_readings_and_stays_there(text: str) -> None:
    number = phones.normalise(text, "FR")

    if number:
        assert number in phones.readings(text, "FR")
        assert phones.normalise(number, "") == number
    else:
        assert phones.why_not(text, "FR").code == "not_a_phone"
