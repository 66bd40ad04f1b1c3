"""Of two phones with one code the first wins; of two clerks who want to serve, too."""

import pytest

from customers import checkins, handsets
from customers.models import CheckIn, PhoneSession, Visit
from omnistore.outbox.models import Event
from stores import registers
from stores.models import Clerk, Register, Tablet
from tests.factories import NOON, make_customer
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def test_of_phones_that_trade_one_code_in_one_wins(till: Register) -> None:
    code = registers.code_of(till, at=NOON)

    outcomes = at_once(6, lambda _: handsets.trade(code=code, at=NOON))

    refusals = [it for it in outcomes if isinstance(it, Exception)]
    assert len(refusals) == 5
    assert {type(it) for it in refusals} == {registers.DeadCode}
    assert PhoneSession.objects.count() == 1


def test_of_announcements_at_the_same_moment_one_waits(till: Register) -> None:
    camille = make_customer()

    def announce(_number: int) -> CheckIn:
        return checkins.announce(register=till, customer=camille, how="KNOWN", at=NOON)

    outcomes = at_once(6, announce)

    assert len({it.pk for it in outcomes if isinstance(it, CheckIn)}) == 1
    assert not [it for it in outcomes if isinstance(it, Exception)]
    assert Event.objects.count() == 1


def test_of_clerks_who_serve_at_the_same_moment_one_wins(
    till: Register, tablet: Tablet, nadia: Clerk
) -> None:
    found = checkins.announce(register=till, customer=make_customer(), how="KNOWN", at=NOON)

    outcomes = at_once(
        6, lambda _: checkins.serve(check_in=found, clerk=nadia, tablet=tablet, at=NOON)
    )

    refusals = [type(it) for it in outcomes if isinstance(it, Exception)]
    assert refusals == [checkins.ServedAlready] * 5
    assert Visit.objects.count() == 1
