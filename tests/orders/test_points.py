"""Points: earned by purchases, spent as a tender, reversed both ways by returns."""

from datetime import timedelta
from itertools import permutations

import pytest

from customers import loyalty
from customers.loyalty import Standing
from customers.models import Customer, LoyaltyEntry, LoyaltyRule
from orders import checkout, gateways, points, returns, spending
from orders.checkout import Place, Sale, SoldLine, Tendered
from orders.models import CustomerReturn, Order, Payment, Product, Refund, Tender
from orders.quotes import Choice
from stores.models import Register, Store
from tests.factories import LONG_AGO, NOON, make_customer, make_policy, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule() -> LoyaltyRule:
    """A point a euro; a hundred pay five euros."""
    return make_rule()


def make_rule(**fields: object) -> LoyaltyRule:
    given = {"earned": 1, "per_amount": 100, "spent": 100, "worth": 500, "start_at": LONG_AGO}
    return LoyaltyRule.objects.create(currency="EUR", **given | fields)


@pytest.fixture
def camille(rule: LoyaltyRule, till: Register) -> Customer:
    make_policy()
    return make_customer(level="GOLD")


@pytest.fixture
def bag() -> Product:
    return make_product(price=1990)


def sell(
    customer: Customer | None,
    store: Store,
    lines: list[tuple[Product, int, int]],
    *tenders: Tendered,
    number: str = "T-1",
) -> Order:
    total = sum(quantity * price for _, quantity, price in lines)
    order, _ = checkout.record(
        sale=Sale(
            source="till",
            number=number,
            channel="STORE",
            currency="EUR",
            placed_at=NOON - timedelta(days=3),
            delivered_at=NOON - timedelta(days=3),
            lines=[SoldLine(product.sku, quantity, price) for product, quantity, price in lines],
            tenders=tenders or [Tendered(Tender.CARD, total)],
        ),
        place=Place(store=store),
        customer=customer,
        at=NOON,
    )
    return order


def give_back(
    order: Order, store: Store, units: dict[int, int], resolution: str = "REFUND"
) -> CustomerReturn:
    """Return so many units of the lines, by position."""
    draft = returns.begin(order=order, store=store, at=NOON)
    lines = {line.position: line for line in order.lines.all()}
    chosen = [
        Choice(
            order_line_id=lines[position].pk,
            units=count,
            reason="STYLE",
            condition="AS_NEW",
            resolution=resolution,
            replacement_id=lines[position].product_id if resolution == "EXCHANGE" else None,
        )
        for position, count in units.items()
    ]
    returns.choose(draft=draft, choices=chosen)
    return returns.take(draft=draft, at=NOON)


def give(customer: Customer, count: int) -> None:
    LoyaltyEntry.objects.create(customer=customer, kind="IMPORTED", points=count, at=LONG_AGO)


def pay_everything(till: Register) -> None:
    for waiting in gateways.waiting_for(till, now=NOON):
        gateways.answer(register=till, instruction_id=waiting.id, is_paid=True, at=NOON)


def kinds(customer: Customer) -> list[tuple[str, int, int]]:
    entries = LoyaltyEntry.objects.filter(customer=customer).order_by("pk")
    return list(entries.values_list("kind", "points", "debt"))


def test_a_purchase_earns_by_the_rule_of_its_day(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    make_rule(earned=5, start_at=NOON)

    sell(camille, lyon, [(bag, 3, 1990)])

    assert loyalty.standing(camille.pk) == Standing(points=59, debt=0)


def test_the_same_sale_told_twice_earns_once(camille: Customer, bag: Product, lyon: Store) -> None:
    for _ in range(2):
        sell(camille, lyon, [(bag, 1, 1990)])

    assert kinds(camille) == [("EARNED", 19, 0)]


def test_nobody_earns_without_a_card_a_name_or_a_rule(
    camille: Customer, bag: Product, lyon: Store, rule: LoyaltyRule
) -> None:
    luc = make_customer("Luc")
    sell(luc, lyon, [(bag, 1, 1990)])
    sell(None, lyon, [(bag, 1, 1990)], number="T-2")
    rule.delete()
    sell(camille, lyon, [(bag, 1, 1990)], number="T-3")

    assert not LoyaltyEntry.objects.exists()


def test_what_was_paid_with_points_earns_none(camille: Customer, bag: Product, lyon: Store) -> None:
    give(camille, 200)

    sell(camille, lyon, [(bag, 1, 2000)], Tendered("POINTS", 500), Tendered("CARD", 1500))

    assert kinds(camille)[1:] == [("SPENT", -100, 0), ("EARNED", 15, 0)]
    assert Payment.objects.get(tender="POINTS").points == 100


def test_rule_2_9_points_earned_on_the_returned_part_are_taken_back(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    order = sell(camille, lyon, [(bag, 3, 1990)])

    give_back(order, lyon, {1: 1})

    assert kinds(camille) == [("EARNED", 59, 0), ("REVERSED", -19, 0)]


@pytest.mark.parametrize("steps", sorted(set(permutations([(1, 1), (1, 2), (2, 1), (2, 4)]))))
def test_rule_2_9_any_steps_take_the_same_points_back(
    steps: tuple[tuple[int, int], ...], camille: Customer, bag: Product, lyon: Store
) -> None:
    shawl = make_product("84029G", 777)
    order = sell(camille, lyon, [(bag, 3, 1990), (shawl, 5, 777)])

    for position, units in steps:
        give_back(order, lyon, {position: units})

    assert loyalty.standing(camille.pk) == Standing(0, 0)


def test_rule_2_9_points_are_taken_back_once_per_event(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    order = sell(camille, lyon, [(bag, 3, 1990)])
    taken = give_back(order, lyon, {1: 2})
    before = kinds(camille)

    points.returned(taken, exchange=None, at=NOON)
    returns.take(draft=taken, at=NOON)

    assert kinds(camille) == before


def test_rule_2_9_too_few_points_left_are_a_debt_and_never_a_blocked_return(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    give(camille, 100)
    order = sell(camille, lyon, [(bag, 3, 1990)])
    spending.spend(customer=camille, points=140, reference="r-1", store=lyon, at=NOON)

    taken = give_back(order, lyon, {1: 3})

    assert taken.number
    assert kinds(camille)[3:] == [("REVERSED", -19, 0), ("DEBT", 0, 40)]
    assert loyalty.standing(camille.pk) == Standing(points=0, debt=40)


def test_rule_2_9_what_is_earned_later_settles_the_debt_first(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    order = sell(camille, lyon, [(bag, 2, 2000)])
    spending_all = loyalty.Event("all", NOON)
    loyalty.spend(customer_id=camille.pk, points=40, event=spending_all)
    give_back(order, lyon, {1: 2})

    sell(camille, lyon, [(bag, 3, 1990)], number="T-2")

    assert kinds(camille)[-2:] == [("EARNED", 59, 0), ("SETTLED", -40, -40)]
    assert loyalty.standing(camille.pk) == Standing(points=19, debt=0)


def test_rule_2_9_points_that_paid_are_given_back_when_the_refund_is_paid(
    camille: Customer, bag: Product, lyon: Store, till: Register
) -> None:
    give(camille, 200)
    paid = (Tendered("POINTS", 1000), Tendered("CARD", 2000))
    order = sell(camille, lyon, [(bag, 3, 1000)], *paid)
    assert loyalty.standing(camille.pk).points == 20

    give_back(order, lyon, {1: 1})
    pay_everything(till)
    assert kinds(camille)[3:] == [("REFUNDED", 66, 0), ("REVERSED", -6, 0)]
    give_back(order, lyon, {1: 2})
    pay_everything(till)

    # All that was spent is there again, and nothing that was earned.
    assert loyalty.standing(camille.pk) == Standing(points=200, debt=0)


def test_rule_2_9_a_refund_paid_twice_gives_the_points_back_once(
    camille: Customer, bag: Product, lyon: Store, till: Register
) -> None:
    give(camille, 200)
    order = sell(camille, lyon, [(bag, 1, 1000)], Tendered("POINTS", 1000))
    give_back(order, lyon, {1: 1})
    pay_everything(till)

    points.give_back(Refund.objects.get(), NOON)

    assert loyalty.standing(camille.pk) == Standing(points=200, debt=0)


def test_rule_2_9_an_exchange_keeps_the_points_of_what_is_kept(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    order = sell(camille, lyon, [(bag, 3, 1990)])

    taken = give_back(order, lyon, {1: 2}, "EXCHANGE")

    assert loyalty.standing(camille.pk) == Standing(points=59, debt=0)
    give_back(taken.exchange.order, lyon, {1: 2})
    give_back(order, lyon, {1: 1})
    assert loyalty.standing(camille.pk) == Standing(points=0, debt=0)


def test_an_exchange_makes_no_debt_on_its_way(camille: Customer, bag: Product, lyon: Store) -> None:
    order = sell(camille, lyon, [(bag, 2, 1990)])
    loyalty.spend(customer_id=camille.pk, points=39, event=loyalty.Event("all", NOON))

    give_back(order, lyon, {1: 2}, "EXCHANGE")

    assert kinds(camille)[2:] == [("EARNED", 39, 0), ("REVERSED", -39, 0)]


def test_a_cancelled_return_leaves_the_customer_his_points(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    order = sell(camille, lyon, [(bag, 3, 1990)])
    taken = give_back(order, lyon, {1: 2})
    taken.state = CustomerReturn.State.CANCELLED
    taken.save()

    for _ in range(2):
        points.returned(taken, exchange=None, at=NOON)

    assert loyalty.standing(camille.pk) == Standing(points=59, debt=0)


def test_old_sales_earn_nothing_and_cost_nothing_when_returned(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    order = sell(None, lyon, [(bag, 3, 1990)])
    Order.objects.update(customer=camille)
    order.refresh_from_db()

    give_back(order, lyon, {1: 3})

    assert not LoyaltyEntry.objects.exists()


def test_points_are_spent_once_by_their_reference(camille: Customer, lyon: Store) -> None:
    give(camille, 300)

    asked = {"customer": camille, "points": 200, "reference": "r-1", "store": lyon, "at": NOON}
    first, is_new = spending.spend(**asked)
    again, is_new_again = spending.spend(**asked)

    assert (is_new, is_new_again) == (True, False)
    assert first == again
    assert (first.amount, first.left) == (1000, Standing(points=100, debt=0))
    with pytest.raises(spending.SpentOtherwise):
        spending.spend(**asked | {"points": 100})


def test_more_points_than_there_are_pay_nothing(camille: Customer, lyon: Store) -> None:
    give(camille, 99)

    with pytest.raises(loyalty.TooFewPoints, match="too_few_points") as refused:
        spending.spend(customer=camille, points=100, reference="r", store=lyon, at=NOON)

    assert "99" in refused.value.sentence
    assert loyalty.standing(camille.pk).points == 99


def test_a_sale_is_linked_to_the_points_spent_for_it(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    give(camille, 200)
    spending.spend(customer=camille, points=200, reference="r-1", store=lyon, at=NOON)

    sell(camille, lyon, [(bag, 1, 1000)], Tendered("POINTS", 1000, "r-1"))
    sell(camille, lyon, [(bag, 1, 1000)], Tendered("POINTS", 1000, "r-1"), number="T-2")

    # The second sale cannot be paid by the same points.
    assert kinds(camille)[1:] == [("SPENT", -200, 0), ("SPENT", 0, 0), ("DEBT", 0, 200)]
    with pytest.raises(spending.PaidASale):
        spending.undo(reference="r-1", store=lyon, at=NOON)


def test_points_of_a_sale_that_did_not_happen_come_back_once(
    camille: Customer, lyon: Store
) -> None:
    give(camille, 200)
    asked = {"customer": camille, "points": 200, "reference": "r-1", "store": lyon, "at": NOON}
    spending.spend(**asked)

    for _ in range(2):
        assert spending.undo(reference="r-1", store=lyon, at=NOON) == Standing(200, 0)

    with pytest.raises(spending.SpentOtherwise):
        spending.spend(**asked)
    with pytest.raises(spending.UnknownSpending):
        spending.undo(reference="r-2", store=lyon, at=NOON)
