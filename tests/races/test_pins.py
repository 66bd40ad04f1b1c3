"""Many guesses at once are still five."""

import pytest

from stores import staff
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
