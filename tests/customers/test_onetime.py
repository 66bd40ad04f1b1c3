"""A code of six digits proves an address, once; who guesses or listens gets nothing from it."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers import onetime
from customers.models import CodesAsked, OneTimeCode
from customers.onetime import Asked, Proven
from omnistore.errors import Refused
from stores.models import Register
from tests.factories import NOON, make_customer

pytestmark = pytest.mark.django_db
EMAIL = "camille@example.fr"
SOON = NOON + timedelta(minutes=1)


def ask(text: str = EMAIL, **fields: Any) -> Asked:
    given = {
        "country": "FR",
        "purpose": "CHECK_IN",
        "register": None,
        "network": "203.0.113.7",
        "language": "fr",
        "at": NOON,
    }
    return onetime.ask(text=text, **given | fields)


def redeem(asked: Asked, **fields: Any) -> Proven:
    given = {"ticket": asked.ticket, "code": asked.code, "purpose": "CHECK_IN", "at": SOON}
    return onetime.redeem(**given | fields)


def refusal(asked: Asked, **fields: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        redeem(asked, **fields)
    return refused.value


def another(code: str) -> Iterator[str]:
    """Yield codes of six digits that are not this one."""
    return (f"{number:06d}" for number in range(10**6) if f"{number:06d}" != code)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (" Camille@Example.FR ", "EMAIL", EMAIL),
        ("06 12 34 56 78", "PHONE", "+33612345678"),
        ("+44 7911 123456", "PHONE", "+447911123456"),
    ],
)
def test_proves_the_address_or_number_it_was_sent_to(
    text: str, kind: str, value: str, till: Register
) -> None:
    asked = ask(text, register=till)

    assert len(asked.code) == 6 and asked.code.isdigit()
    assert redeem(asked) == Proven(kind, value, till.pk)


def test_reads_a_code_with_the_gaps_it_was_typed_with() -> None:
    asked = ask()

    assert redeem(asked, code=f" {asked.code[:3]} {asked.code[3:]}\n")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("camille@", "not_an_email"),
        ("06 12", "not_a_phone"),
        ("", "not_a_phone"),
        ("\x00", "not_a_phone"),
        ("a@b" * 400, "not_an_email"),
        ("client@example.fr", "blocked_value"),
        ("07 00 00 00 00", "blocked_value"),
        ("camille@example.fr\r\nBcc: all@example.fr", "not_an_email"),
    ],
)
def test_refuses_what_no_code_can_be_sent_to(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(text)

    assert (refused.value.code, bool(refused.value.sentence)) == (code, True)
    assert not OneTimeCode.objects.exists()


# --- whoever asks never learns whom we know ------------------------------------------------------
def test_does_the_same_whether_the_address_is_known_or_not(till: Register) -> None:
    make_customer(email=EMAIL)
    with CaptureQueriesContext(connection) as known:
        ask(EMAIL, register=till)
    CodesAsked.objects.all().delete()
    with CaptureQueriesContext(connection) as unknown:
        ask("nobody@example.fr", register=till)

    def statements(queries: CaptureQueriesContext) -> list[list[str]]:
        # The verb and table of each; values and names of savepoints differ.
        found = [query["sql"].split()[:3] for query in queries]
        return [words[:1] if "SAVEPOINT" in words else words for words in found]

    assert statements(known) == statements(unknown)
    assert not [query for query in known if "customers_identifier" in query["sql"]]


# --- guessing ------------------------------------------------------------------------------------
def test_stops_listening_after_five_guesses_even_to_the_right_code() -> None:
    asked = ask()
    guesses = another(asked.code)

    for _ in range(5):
        refusal(asked, code=next(guesses))

    assert refusal(asked).code == "wrong_code"
    assert OneTimeCode.objects.get().tries == 5


def test_takes_the_right_code_at_the_fifth_try() -> None:
    asked = ask()
    guesses = another(asked.code)
    for _ in range(4):
        refusal(asked, code=next(guesses))

    assert redeem(asked).value == EMAIL


def test_says_the_same_of_every_code_that_proves_nothing() -> None:
    used, wrong, late, other = ask(), ask(), ask(), ask(purpose="MY_DATA")
    redeem(used)

    refusals = [
        refusal(used),
        refusal(wrong, code=next(another(wrong.code))),
        refusal(late, at=NOON + timedelta(minutes=10)),
        refusal(other),
        refusal(wrong, ticket="x" * 22),
        refusal(wrong, ticket="\ud800"),
        refusal(wrong, code=""),
        refusal(wrong, code="\ud800" * 9_000),
        refusal(wrong, code="٠١٢٣٤٥"),
    ]

    assert {(one.status, one.code, one.sentence) for one in refusals} == {
        (422, "wrong_code", refusals[0].sentence)
    }


def test_keeps_a_code_to_the_browser_that_asked_for_it() -> None:
    mine, his = ask(), ask()

    assert refusal(his, code=mine.code).code == "wrong_code" or mine.code == his.code
    assert redeem(mine).value == EMAIL


def test_takes_a_code_once() -> None:
    asked = ask()
    redeem(asked)

    assert refusal(asked).code == "wrong_code"


# --- flooding ------------------------------------------------------------------------------------
def test_sends_an_address_five_codes_an_hour_whoever_asks() -> None:
    for number in range(5):
        ask(network=f"203.0.113.{number}")

    with pytest.raises(onetime.TooManyCodes):
        ask(network="198.51.100.1", at=NOON + timedelta(minutes=59))
    assert ask("luc@example.fr")
    assert ask(at=NOON + timedelta(hours=1))


def test_sends_an_address_ten_codes_a_day() -> None:
    for number in range(10):
        ask(at=NOON + timedelta(hours=number))

    with pytest.raises(onetime.TooManyCodes):
        ask(at=NOON + timedelta(hours=20))
    assert ask(at=NOON + timedelta(days=1))


def test_counts_a_number_once_however_it_is_written() -> None:
    for text in ("0612345678", "06 12 34 56 78", "+33612345678", "0033612345678", "06.12.34.56.78"):
        ask(text)

    with pytest.raises(onetime.TooManyCodes):
        ask("+33 6 12 34 56 78")


def test_sends_sixty_codes_an_hour_for_one_network() -> None:
    for number in range(60):
        ask(f"c{number}@example.fr", network=f"2001:db8::{number + 1:x}")

    with pytest.raises(onetime.TooManyCodes):
        ask("one.more@example.fr", network="2001:db8::ffff")
    assert ask("one.more@example.fr", network="2001:db8:0:1::1")


def test_sends_a_hundred_and_twenty_codes_an_hour_from_one_register(till: Register) -> None:
    for number in range(120):
        ask(f"c{number}@example.fr", network=f"203.0.113.{number}", register=till)

    with pytest.raises(onetime.TooManyCodes):
        ask("one.more@example.fr", network="198.51.100.1", register=till)
    assert ask("one.more@example.fr", network="198.51.100.1")


# --- what a thief of the database has ------------------------------------------------------------
def test_keeps_nothing_that_can_be_read_or_tried_out() -> None:
    asked = ask("06 12 34 56 78")

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM customers_onetimecode")
        row = " ".join(map(str, cursor.fetchall()))
        cursor.execute("SELECT * FROM customers_codesasked")
        row += " ".join(map(str, cursor.fetchall()))
    for secret in (asked.code, asked.ticket, "612345678", "203.0.113.7"):
        assert secret not in row


def test_forgets_where_a_code_went_once_it_is_used_or_expired() -> None:
    redeem(ask())
    ask("luc@example.fr")

    onetime.tidy(at=NOON + timedelta(minutes=10))

    assert list(OneTimeCode.objects.values_list("value", flat=True)) == ["", ""]


def test_deletes_what_is_old() -> None:
    ask()

    onetime.tidy(at=NOON + timedelta(days=30))

    assert not OneTimeCode.objects.exists()
    assert not CodesAsked.objects.exists()


def test_logs_no_code_ticket_or_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="customers")
    asked = ask()
    wrong = next(another(asked.code))
    refusal(asked, code=wrong)

    said = " ".join(record.getMessage() for record in caplog.records)
    assert "proved nothing" in said
    for secret in (asked.code, wrong, asked.ticket, EMAIL):
        assert secret not in said
