"""Cards are EAN-13 numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers import cards


@pytest.mark.parametrize(
    "typed", ["2990000000019", "2 990000 000019", "２９９００００００００１９"]
)
def test_takes_thirteen_digits_with_their_check_digit(typed: str) -> None:
    assert cards.normalise(typed) == "2990000000019"


def test_tells_a_wrong_check_digit_from_what_is_no_card() -> None:
    assert cards.why_not("2990000000018").code == "card_check_digit"
    assert cards.why_not("299000000001").code == "not_a_card"
    assert cards.why_not("carte").code == "not_a_card"


@given(st.text(alphabet="0123456789", min_size=12, max_size=12), st.integers(0, 12))
def test_notices_every_single_wrong_digit(first_twelve: str, place: int) -> None:
    number = first_twelve + cards.check_digit(first_twelve)
    other = str((int(number[place]) + 1) % 10)

    assert cards.normalise(number) == number
    assert cards.normalise(number[:place] + other + number[place + 1 :]) is None


@given(st.text())
def test_never_raises(text: str) -> None:
    number = cards.normalise(text)

    assert number is None or cards.EAN13.fullmatch(number)
