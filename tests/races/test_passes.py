"""One code scanned at two tills at the same moment identifies once; one customer has one pass."""

import pytest

from customers import passes
from customers.models import Customer, Pass
from customers.passes import WrongPass
from tests.factories import NOON, make_customer
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def test_identifies_once_when_it_is_scanned_several_times_at_once() -> None:
    hers = passes.issue(customer=make_customer(), at=NOON)
    code = passes.hour(hers, at=NOON).codes[0]

    answers = at_once(4, lambda _: passes.identify(code=code, at=NOON))

    assert sum(isinstance(answer, Customer) for answer in answers) == 1
    assert sum(isinstance(answer, WrongPass) for answer in answers) == 3


def test_is_one_pass_when_it_is_asked_for_several_times_at_once() -> None:
    camille = make_customer()

    answers = at_once(4, lambda _: passes.issue(customer=camille, at=NOON))

    assert {type(answer) for answer in answers} == {Pass}
    assert Pass.objects.count() == 1
