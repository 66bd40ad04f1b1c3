"""Days as people say them, in the language of the moment."""

from datetime import date

import pytest
from django.utils import translation
from django.utils.timezone import localdate

from omnistore import words


@pytest.mark.parametrize(
    ("language", "on", "said"),
    [
        ("fr", date(2019, 12, 1), "1er déc. 2019"),
        ("fr", date(2019, 12, 11), "11 déc. 2019"),
        ("fr", date(2019, 12, 21), "21 déc. 2019"),
        ("en", date(2019, 12, 1), "Dec 1, 2019"),
    ],
)
def test_writes_the_first_of_a_month_as_the_language_does(
    language: str, on: date, said: str
) -> None:
    with translation.override(language):
        assert words.day(on) == said.replace(" ", words.NO_BREAK)


def test_leaves_the_year_out_when_it_is_this_one() -> None:
    with translation.override("fr"):
        assert words.day(localdate().replace(month=5, day=1)) == f"1er{words.NO_BREAK}mai"
