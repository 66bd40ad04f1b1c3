"""E-mail addresses are kept trimmed and in small letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers import emails


@pytest.mark.parametrize(
    "typed",
    [
        " Camille.Moreau@Example.FR ",
        "mailto:camille.moreau@example.fr",
        "camille.moreau＠example.fr",
    ],
)
def test_keeps_one_form_of_an_address(typed: str) -> None:
    assert emails.normalise(typed) == "camille.moreau@example.fr"


@pytest.mark.parametrize(
    "typed",
    ["", "@", "camille", "camille@", "a b@example.fr", "a@b\0.fr", "a@\ud800.fr", "a" * 999],
)
def test_refuses_what_is_no_address(typed: str) -> None:
    assert emails.normalise(typed) is None


def test_masks_the_name() -> None:
    assert emails.masked("camille.moreau@example.fr") == "c•••@example.fr"


@given(st.text())
def test_never_raises_and_stays_where_it_is(text: str) -> None:
    address = emails.normalise(text)

    assert address is None or emails.normalise(address) == address
