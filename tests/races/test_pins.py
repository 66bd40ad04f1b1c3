"""Many guesses at once are still five, and of many sign-ins one is left."""

import pytest

from stores import staff, tablets
from stores.models import Clerk, PinTries, Tablet
from tests.factories import NOON
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def test_counts_wrong_pins_that_come_at_the_same_moment(tablet: Tablet, nadia: Clerk) -> None:
    def guess(number: int) -> None:
        staff.sign_in(tablet=tablet, clerk=nadia, pin=f"00000{number}", at=NOON)

    refusals = [type(refusal) for refusal in at_once(8, guess)]

    assert set(refusals) <= {staff.WrongPin, staff.PinLocked}
    assert refusals.count(staff.WrongPin) <= 4
    assert PinTries.objects.get().failures == 5


def test_of_sign_ins_at_the_same_moment_one_secret_is_left(tablet: Tablet, nadia: Clerk) -> None:
    def sign_in(_number: int) -> str:
        return staff.sign_in(tablet=tablet, clerk=nadia, pin="135790", at=NOON)

    secrets = [secret for secret in at_once(4, sign_in) if isinstance(secret, str)]

    tablet.refresh_from_db()
    assert len(set(secrets)) == 4
    assert [tablets.signed_in(tablet, secret, NOON) for secret in secrets].count(nadia) == 1
