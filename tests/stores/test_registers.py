"""A register's code names the register only, and is worth nothing to who forges or keeps it."""

import base64
import logging
import re
from datetime import timedelta

import pytest

from stores import registers
from stores.models import Register, Store
from tests.factories import NOON, make_register

pytestmark = pytest.mark.django_db


def test_leads_to_the_register_that_showed_it(till: Register) -> None:
    assert registers.read(registers.code_of(till, at=NOON), at=NOON) == till


def test_is_forty_eight_capitals_and_digits_and_never_twice_the_same(till: Register) -> None:
    codes = {registers.code_of(till, at=NOON) for _ in range(50)}

    assert len(codes) == 50
    assert all(re.fullmatch("[A-Z2-7]{48}", code) for code in codes)


def test_a_code_photographed_and_used_tomorrow_gets_nowhere(till: Register) -> None:
    code = registers.code_of(till, at=NOON)

    for later in (timedelta(seconds=120), timedelta(days=1), -timedelta(seconds=2)):
        with pytest.raises(registers.DeadCode):
            registers.read(code, at=NOON + later)


def test_no_letter_of_it_can_be_changed(till: Register) -> None:
    code = registers.code_of(till, at=NOON)

    for place, letter in enumerate(code):
        forged = code[:place] + ("B" if letter == "A" else "A") + code[place + 1 :]
        with pytest.raises(registers.DeadCode):
            registers.read(forged, at=NOON)


def test_it_has_no_second_way_to_be_written(till: Register) -> None:
    code = registers.code_of(till, at=NOON)

    for other in (code.lower(), f" {code}", f"{code}=", f"{code}========", code[:-1], f"{code}A"):
        with pytest.raises(registers.DeadCode):
            registers.read(other, at=NOON)


@pytest.mark.parametrize("text", ["", "é" * 48, "\0" * 48, "A" * 48, "=" * 48, "A" * 100_000])
def test_nonsense_gets_the_same_plain_answer(till: Register, text: str) -> None:
    with pytest.raises(registers.DeadCode) as refusal:
        registers.read(text, at=NOON)

    assert refusal.value.code == "dead_code"


def test_leads_nowhere_once_the_register_or_its_store_is_closed(
    lyon: Store, till: Register
) -> None:
    code = registers.code_of(till, at=NOON)
    Register.objects.update(is_active=False)
    with pytest.raises(registers.DeadCode):
        registers.read(code, at=NOON)

    Register.objects.update(is_active=True)
    Store.objects.update(is_active=False)
    with pytest.raises(registers.DeadCode):
        registers.read(code, at=NOON)


def test_a_dead_code_leaves_a_line_in_the_log_without_the_code(
    till: Register, caplog: pytest.LogCaptureFixture
) -> None:
    code = registers.code_of(till, at=NOON)

    with caplog.at_level(logging.WARNING), pytest.raises(registers.DeadCode):
        registers.read(code, at=NOON + timedelta(hours=1))

    assert "led nowhere" in caplog.text
    assert code not in caplog.text


def test_says_nothing_but_which_register_and_when(till: Register) -> None:
    raw = base64.b32decode(registers.code_of(till, at=NOON))

    register_id, seconds, _chance = registers.FORM.unpack(raw[: registers.FORM.size])
    assert (register_id, seconds) == (till.pk, int(NOON.timestamp()))


def test_the_screen_renews_it_after_half_a_minute(lyon: Store, till: Register) -> None:
    code = registers.code_of(till, at=NOON)
    other = make_register(lyon, "Caisse 2")

    assert registers.is_fresh(code, till, at=NOON + timedelta(seconds=29))
    assert not registers.is_fresh(code, till, at=NOON + timedelta(seconds=30))
    assert not registers.is_fresh(code, other, at=NOON)
    assert not registers.is_fresh("nonsense", till, at=NOON)
