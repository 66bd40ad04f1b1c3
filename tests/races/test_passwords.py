"""Many guesses of a password at once are still five."""

import pytest

from stores import passwords
from stores.models import PasswordTries
from tests.factories import NOON, make_user
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def test_counts_wrong_passwords_that_come_at_the_same_moment() -> None:
    make_user()

    def guess(number: int) -> None:
        passwords.check(username="anne", password=f"no{number}", address="10.0.0.1", at=NOON)

    refusals = [type(refusal) for refusal in at_once(8, guess)]

    assert sorted(refusal.__name__ for refusal in refusals) == (
        ["TooManyTries"] * 3 + ["WrongPassword"] * 5
    )
    assert {tries.failures for tries in PasswordTries.objects.all()} == {5, 8}
