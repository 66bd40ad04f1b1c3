"""Goods under many hands: received, sent elsewhere, cancelled, put aside."""

import pytest

from orders import cancelling, dispositions, goods, stock, unproven
from orders.models import (
    CreditAccount,
    CustomerReturn,
    DispositionChange,
    Order,
    PolicyVersion,
    Reception,
    Reservation,
    Stock,
)
from stores.models import Store, Tablet
from tests.factories import LONG_AGO, NOON, make_customer, make_order, make_policy, make_product
from tests.orders.test_goods import comes, took
from tests.orders.test_unproven import RULE, draft_of, wants
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order(tablet: Tablet) -> Order:
    """Three bags that cost nothing, so that no money holds their return."""
    make_policy()
    order = make_order(make_customer(), [(make_product(), 3, 1990)])
    Order.objects.update(total=0)
    order.lines.update(total=0, tax=0)
    return order


def test_of_two_who_receive_the_same_goods_one_does(order: Order, tablet: Tablet) -> None:
    taken = took(order, tablet, is_in_hand=False)
    parts = [comes(taken, 3)]

    answers = at_once(
        2, lambda _: goods.receive(taken=taken, parts=parts, store=tablet.store, at=NOON)
    )

    assert sum(isinstance(answer, goods.NotAwaited) for answer in answers) == 1, answers
    assert Reception.objects.count() == 1


def test_goods_that_come_beside_a_cancellation_come_or_are_not_awaited(
    order: Order, tablet: Tablet
) -> None:
    taken = took(order, tablet, is_in_hand=False)
    parts = [comes(taken, 3)]

    def act(who: int) -> CustomerReturn:
        if who:
            return cancelling.cancel(taken=taken, at=NOON)
        return goods.receive(taken=taken, parts=parts, store=tablet.store, at=NOON)

    answers = at_once(2, act)

    assert sum(isinstance(answer, CustomerReturn) for answer in answers) == 1, answers
    is_cancelled = CustomerReturn.objects.get().state == CustomerReturn.State.CANCELLED
    assert is_cancelled is not Reception.objects.exists()


def test_goods_sent_away_twice_go_once(order: Order, tablet: Tablet) -> None:
    took(order, tablet)
    reception = Reception.objects.get()

    answers = at_once(
        2, lambda _: dispositions.change(reception=reception, disposition="TO_REPAIR", at=NOON)
    )

    assert sum(isinstance(answer, dispositions.AlreadyThere) for answer in answers) == 1, answers
    assert DispositionChange.objects.count() == 1


def test_the_last_unit_in_stock_is_put_aside_once(lyon: Store) -> None:
    bag = make_product()
    stock.count(product=bag, store=lyon, on_hand=1, at=NOON)

    answers = at_once(
        2, lambda n: stock.reserve(product=bag, store=lyon, units=1, reference=str(n), at=NOON)
    )

    assert sum(isinstance(answer, Reservation) for answer in answers) == 1, answers
    assert Stock.objects.get().reserved == 1


def test_rule_1_7_two_drafts_at_once_stay_within_a_customers_limit(lyon: Store) -> None:
    """The second sees what the first brought; a person decides about it."""
    PolicyVersion.objects.create(version=1, rules=[RULE | {"returns": 1}], start_at=LONG_AGO)
    camille, bag = make_customer(), make_product("BAG", 1990)
    drafts = [draft_of(camille, lyon, wants(bag)) for _ in range(2)]

    answers = at_once(2, lambda n: unproven.take(draft=drafts[n], at=NOON))

    assert sum(isinstance(answer, unproven.HumanNeeded) for answer in answers) == 1, answers
    assert CreditAccount.objects.count() == 1
