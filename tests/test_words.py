"""How amounts, phones, days, ages, lists and names are written, in both languages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import formats, translation
from django.utils.timezone import localdate

from omnistore import words
from tests.factories import NOON

# In the tables below, _ is a no-break space and ~ a narrow one.
SPACES = str.maketrans({"_": "\N{NO-BREAK SPACE}", "~": "\N{NARROW NO-BREAK SPACE}"})


def said(text: str) -> str:
    return text.translate(SPACES)


@pytest.mark.parametrize(
    ("minor", "currency", "french", "english"),
    [
        (1250, "EUR", "12,50_€", "€12.50"),
        (0, "EUR", "0,00_€", "€0.00"),
        (5, "EUR", "0,05_€", "€0.05"),
        (-1250, "EUR", "−12,50_€", "−€12.50"),
        (124_000, "EUR", "1~240,00_€", "€1,240.00"),
        (123_456_789, "EUR", "1~234~567,89_€", "€1,234,567.89"),
        (1250, "USD", "12,50_$US", "US$12.50"),
        (1250, "GBP", "12,50_£GB", "£12.50"),
        (1250, "CHF", "12,50_CHF", "CHF12.50"),
        # No decimals, three of them, and two that nobody uses but everybody books.
        (1250, "JPY", "1~250_JPY", "JP¥1,250"),
        (1250, "TND", "1,250_TND", "TND1.250"),
        (1250, "HUF", "12,50_HUF", "HUF12.50"),
        (1250, "ALL", "12,50_ALL", "ALL12.50"),
    ],
)
def test_writes_money(minor: int, currency: str, french: str, english: str) -> None:
    with translation.override("fr"):
        assert words.money(minor, currency) == said(french)
    with translation.override("en"):
        assert words.money(minor, currency).replace("\xa0", "") == said(english)


@pytest.mark.parametrize(
    ("number", "french", "english"),
    [(0, "0", "0"), (999, "999", "999"), (1240, "1~240", "1,240"), (-1240, "−1~240", "−1,240")],
)
def test_writes_whole_numbers(number: int, french: str, english: str) -> None:
    with translation.override("fr"):
        assert words.amount(number) == said(french)
    with translation.override("en"):
        assert words.amount(number) == english


@pytest.mark.parametrize(
    ("e164", "country", "shown"),
    [
        ("+33612345678", "FR", "06_12_34_56_78"),
        ("+33612345678", "fr", "06_12_34_56_78"),
        ("+33612345678", "BE", "+33_6_12_34_56_78"),
        ("+32470123456", "FR", "+32_470_12_34_56"),
        ("+32470123456", "BE", "0470_12_34_56"),
        ("+442079460958", "FR", "+44_20_7946_0958"),
        ("+442079460958", "GB", "020_7946_0958"),
        ("+12015550123", "FR", "+1_201-555-0123"),
        ("+33612345678", "ZZ", "+33_6_12_34_56_78"),
        ("not a phone", "FR", "not a phone"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_writes_phones_as_the_country_of_the_store_does(
    language: str, e164: str, country: str, shown: str
) -> None:
    with translation.override(language):
        assert words.phone(e164, country) == (said(shown) if "_" in shown else shown)


@pytest.mark.parametrize(
    ("on", "french", "english"),
    [
        (date(2019, 12, 1), "1er_déc._2019", "1_Dec_2019"),
        (date(2019, 12, 11), "11_déc._2019", "11_Dec_2019"),
        (date(2019, 5, 21), "21_mai_2019", "21_May_2019"),
        (date(2019, 9, 2), "2_sept._2019", "2_Sept_2019"),
        (None, "", ""),
    ],
)
def test_writes_days(on: date | None, french: str, english: str) -> None:
    with translation.override("fr"):
        assert words.day(on) == said(french)
    with translation.override("en"):
        assert words.day(on) == said(english)


def test_leaves_the_year_out_when_it_is_this_one() -> None:
    first_of_may = localdate().replace(month=5, day=1)
    with translation.override("fr"):
        assert words.day(first_of_may) == said("1er_mai")
    with translation.override("en"):
        assert words.day(first_of_may) == said("1_May")


@pytest.mark.parametrize(
    ("at", "french", "english"),
    [
        (datetime(2019, 11, 21, 13, 5, tzinfo=UTC), "14_h_05", "14:05"),
        (datetime(2019, 11, 21, 8, 0, tzinfo=UTC), "9_h_00", "09:00"),
        (datetime(2019, 7, 20, 22, 30, tzinfo=UTC), "0_h_30", "00:30"),
    ],
)
def test_writes_the_time_of_day(at: datetime, french: str, english: str) -> None:
    with translation.override("fr"):
        assert words.time(at) == said(french)
    with translation.override("en"):
        assert words.time(at) == english


def test_writes_a_moment() -> None:
    at = datetime(2019, 12, 1, 13, 5, tzinfo=UTC)
    with translation.override("fr"):
        assert words.moment(at) == said("1er_déc._2019 à 14_h_05")
    with translation.override("en"):
        assert words.moment(at) == said("1_Dec_2019 at 14:05")


@pytest.mark.parametrize(
    ("age", "french", "english"),
    [
        (timedelta(seconds=-9), "à l’instant", "just now"),
        (timedelta(seconds=59), "à l’instant", "just now"),
        (timedelta(seconds=61), "il y a 1 minute", "1 minute ago"),
        (timedelta(minutes=59, seconds=30), "il y a 59 minutes", "59 minutes ago"),
        (timedelta(days=3), "il y a 3 jours", "3 days ago"),
        (timedelta(days=31), "il y a 1 mois", "1 month ago"),
        (timedelta(hours=14), "hier", "yesterday"),
        (timedelta(hours=13), "il y a 13 heures", "13 hours ago"),
        (timedelta(days=300), "il y a 10 mois", "10 months ago"),
        (timedelta(days=366), "il y a 1 an", "1 year ago"),
        (timedelta(days=800), "il y a 2 ans", "2 years ago"),
    ],
)
def test_says_how_long_ago(age: timedelta, french: str, english: str) -> None:
    with translation.override("fr"):
        assert words.ago(NOON - age, NOON) == french
    with translation.override("en"):
        assert words.ago(NOON - age, NOON) == english


@pytest.mark.parametrize(
    ("items", "french", "english"),
    [
        ([], "", ""),
        (["A"], "A", "A"),
        (["A", "B"], "A et B", "A and B"),
        (["A", "B", "C"], "A, B et C", "A, B and C"),
    ],
)
def test_lists(items: list[str], french: str, english: str) -> None:
    with translation.override("fr"):
        assert words.listed(items) == french
    with translation.override("en"):
        assert words.listed(items) == english


def test_sorts_as_people_look_for_a_name() -> None:
    names = [
        "Comptoir 10",
        "Zoé",
        "Étienne",
        "Comptoir 2",
        "Eva",
        "comptoir 1",
        "2e étage",
        "Émile",
    ]

    assert sorted(names, key=words.in_order) == [
        *("2e étage", "comptoir 1", "Comptoir 2", "Comptoir 10"),
        *("Émile", "Étienne", "Eva", "Zoé"),
    ]


@pytest.mark.parametrize(
    ("language", "one", "several"),
    [("fr", (0, 1), (2, 10)), ("en", (1,), (0, 2, 10))],
)
def test_counts_as_the_language_does(
    language: str, one: tuple[int, ...], several: tuple[int, ...]
) -> None:
    def counted(number: int) -> str:
        sentences = ("%(count)s message is sent now.", "%(count)s messages are sent now.")
        return translation.ngettext(*sentences, number) % {"count": number}

    singular, plural = {
        "fr": ("message part", "messages partent"),
        "en": ("message is", "messages are"),
    }[language]
    with translation.override(language):
        assert all(singular in counted(number) for number in one)
        assert all(plural in counted(number) for number in several)


def test_writes_dates_of_head_office_day_first_and_in_24_hours() -> None:
    at = datetime(2026, 11, 2, 14, 5)
    with translation.override("fr"):
        assert formats.date_format(at, "DATETIME_FORMAT") == said("2_nov._2026, 14_h_05")
        assert formats.date_format(at, "SHORT_DATE_FORMAT") == "02/11/2026"
        assert formats.number_format(1240.5, use_l10n=True, force_grouping=True) == said("1~240,5")
    with translation.override("en"):
        assert formats.date_format(at, "DATETIME_FORMAT") == said("2_Nov_2026, 14:05")
        assert formats.date_format(at, "SHORT_DATE_FORMAT") == "02/11/2026"
