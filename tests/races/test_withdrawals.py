"""Withdrawals declared by several phones at once."""

from uuid import uuid4

import pytest

from customers.models import Message
from orders import declarations, returns, withdrawals
from orders.models import OrderLine, Withdrawal
from orders.quotes import Choice
from orders.withdrawals import Said
from stores.models import Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def said(line: OrderLine, units: int) -> Said:
    return Said("Camille Moreau", "c@example.fr", {line.pk: units}, "fr")


def test_a_withdrawal_declared_by_two_phones_at_once_is_one() -> None:
    order = make_order(make_customer(), [(make_product(), 1, 1990)])
    told = said(order.lines.get(), 1)

    answers = at_once(
        2, lambda _: withdrawals.declare(order=order, said=told, key=uuid4(), at=NOON)
    )

    refused = [one for one in answers if isinstance(one, withdrawals.NothingToWithdraw)]
    assert len(refused) == 1, answers
    assert [Withdrawal.objects.count(), Message.objects.count()] == [1, 1]


def test_two_taps_at_once_are_one_withdrawal_with_one_code() -> None:
    order = make_order(make_customer(), [(make_product(), 2, 1990)])
    told, key = said(order.lines.get(), 2), uuid4()

    answers = at_once(3, lambda _: withdrawals.declare(order=order, said=told, key=key, at=NOON))

    assert {answer.pk for answer in answers if isinstance(answer, Withdrawal)} == {key}, answers
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert Message.objects.count() == 1


def test_a_withdrawal_beside_a_return_of_the_same_units(tablet: Tablet) -> None:
    """Both happen, in either order, and neither waits for the other for ever."""
    make_policy()
    bag = make_product()
    for _ in range(10):
        order = make_order(make_customer(), [(bag, 2, 1990)])
        line = order.lines.get()
        draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
        returns.choose(draft=draft, choices=[Choice(line.pk, 1, "STYLE", "AS_NEW")])
        told = said(line, 1)

        def act(who: int, order=order, draft=draft, told=told) -> object:  # type: ignore[no-untyped-def]
            if who:
                return returns.take(draft=draft, at=NOON)
            return withdrawals.declare(order=order, said=told, key=uuid4(), at=NOON)

        answers = at_once(2, act)

        assert not [one for one in answers if isinstance(one, Exception)], answers
        line.refresh_from_db()
        assert line.withdrawn_upto in (1, 2)
    assert declarations.Declaration.objects.count() == 10
