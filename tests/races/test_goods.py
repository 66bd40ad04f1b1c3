"""Goods under many hands: received, sent elsewhere, cancelled, put aside."""

from uuid import uuid4

import pytest

from orders import awaited, cancelling, declarations, dispositions, goods, slips, stock, unproven
from orders.bills import Wanted
from orders.models import (
    Collection,
    CreditAccount,
    CustomerReturn,
    Declaration,
    DispositionChange,
    Exchange,
    Order,
    PolicyVersion,
    Reception,
    Reservation,
    Stock,
)
from orders.quotes import Choice
from stores.models import Register, Store, Tablet
from tests.factories import (
    LONG_AGO,
    NOON,
    make_customer,
    make_order,
    make_policy,
    make_product,
    make_store,
)
from tests.orders import test_exchanges
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


def test_what_never_comes_is_charged_or_written_off(till: Register, tablet: Tablet) -> None:
    make_policy()
    order = make_order(make_customer(), [(make_product("BAG", 2000), 1, 2000)])
    black = make_product("BLACK", 2000)
    swap = test_exchanges.swap(order, Wanted(black.pk, 1))
    taken = test_exchanges.took(order, swap, tablet=tablet, is_in_hand=False)

    def act(who: int) -> object:
        if who:
            return awaited.charge(exchange=taken.exchange, register=till, at=NOON)
        return awaited.write_off(exchange=taken.exchange, reason="Colis perdu", at=NOON)

    answers = at_once(2, act)

    assert sum(isinstance(answer, awaited.NotAwaited) for answer in answers) == 1, answers
    is_written_off = Exchange.objects.get().ending == Exchange.Ending.WRITTEN_OFF
    assert is_written_off is not Collection.objects.exists()


def test_a_declared_code_scanned_in_two_stores_opens_in_one(lyon: Store) -> None:
    make_policy()
    order = make_order(make_customer(), [(make_product(), 1, 1990)])
    choices = [Choice(order.lines.get().pk, 1, "STYLE", "AS_NEW")]
    _, code, _ = declarations.declare(order=order, choices=choices, api_key=None, at=NOON)
    stores = [lyon, make_store("par")]

    answers = at_once(2, lambda n: declarations.open_up(code=code, store=stores[n], at=NOON))

    assert sum(isinstance(answer, slips.UnknownCode) for answer in answers) == 1, answers


def test_rule_2_5_a_return_declared_by_two_taps_at_once_is_one(lyon: Store) -> None:
    make_policy()
    order = make_order(make_customer(), [(make_product(), 1, 1990)])
    choices = [Choice(order.lines.get().pk, 1, "STYLE", "AS_NEW")]
    key = uuid4()

    answers = at_once(
        3,
        lambda _: declarations.declare_at_home(order=order, choices=choices, draft_id=key, at=NOON),
    )

    assert {declarations.code_of(declared) for declared in answers} == {
        declarations.code_of(Declaration.objects.get())
    }
    assert CustomerReturn.objects.get().lines.count() == 1


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
