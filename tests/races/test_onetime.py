"""One code shown twice at the same moment proves once; many guesses at once are still five."""

from datetime import timedelta

import pytest

from customers import onetime
from customers.models import OneTimeCode
from customers.onetime import Asked, Proven, TooManyCodes, WrongCode
from tests.factories import NOON
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def ask(number: int = 0) -> Asked:
    return onetime.ask(
        text="camille@example.fr",
        country="FR",
        purpose="CHECK_IN",
        register=None,
        network="203.0.113.7",
        language="fr",
        at=NOON,
    )


def redeem(asked: Asked, code: str) -> Proven:
    soon = NOON + timedelta(minutes=1)
    return onetime.redeem(ticket=asked.ticket, code=code, purpose="CHECK_IN", at=soon)


def test_proves_once_when_it_is_shown_several_times_at_once() -> None:
    asked = ask()

    answers = at_once(4, lambda _: redeem(asked, asked.code))

    assert sum(isinstance(answer, Proven) for answer in answers) == 1
    assert sum(isinstance(answer, WrongCode) for answer in answers) == 3


def test_counts_guesses_that_come_at_once() -> None:
    asked = ask()
    wrong = "000001" if asked.code != "000001" else "000002"

    answers = at_once(8, lambda _: redeem(asked, wrong))

    assert {type(answer) for answer in answers} == {WrongCode}
    assert OneTimeCode.objects.get().tries == 5


def test_sends_no_more_codes_than_allowed_when_they_are_asked_for_at_once() -> None:
    answers = at_once(8, ask)

    refused = [type(answer) for answer in answers if not isinstance(answer, Asked)]
    assert refused == [TooManyCodes] * 3
    assert OneTimeCode.objects.count() == 5
