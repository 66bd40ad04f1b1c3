"""Without a receipt: a known customer, the lowest recent price, store credit, limits."""

from datetime import timedelta

import pytest

from customers.models import Customer
from omnistore.errors import Refused
from orders import decisions, grants, prices, proofs, reviews, submissions, unproven
from orders.approvers import Approver
from orders.models import (
    CreditAccount,
    CustomerReturn,
    PolicyVersion,
    Product,
    Reception,
    Refund,
    Review,
    ReviewEntry,
    Tender,
)
from orders.unproven import Wanted
from stores.models import Clerk, Store
from tests.factories import LONG_AGO, NOON, make_customer, make_product

RULE = {
    **{"rule": "no_receipt", "look_back_days": 90, "returns": 2, "days": 365},
    **{"amount": 5000, "currency": "EUR", "level": "APPROVER"},
}


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer()


@pytest.fixture
def bag(db: None) -> Product:
    return make_product("BAG", 1990)


def announce() -> None:
    PolicyVersion.objects.create(version=1, rules=[RULE], start_at=LONG_AGO)


def draft_of(customer: Customer, store: Store, *wanted: Wanted) -> CustomerReturn:
    draft = unproven.begin(customer=customer, store=store, currency="EUR", at=NOON)
    unproven.choose(draft=draft, wanted=wanted)
    return draft


def wants(product: Product, units: int = 1) -> Wanted:
    return Wanted(product.pk, units, "STYLE", "", "AS_NEW")


def test_rule_1_7_gives_store_credit_at_the_lowest_price_in_force(
    camille: Customer, bag: Product, lyon: Store, nadia: Clerk
) -> None:
    announce()
    for days_ago, price in ((200, 500), (100, 1500), (60, 2500)):
        was, bag.price = bag.price, price
        bag.save()
        prices.changed(product=bag, was=was, at=NOON - timedelta(days=days_ago))

    taken = unproven.take(draft=draft_of(camille, lyon, wants(bag, 2)), clerk=nadia, at=NOON)

    refund = Refund.objects.get()
    assert (refund.tender, refund.amount, refund.state) == (Tender.STORE_CREDIT, 3000, "PAID")
    assert CreditAccount.objects.get().customer == camille
    assert taken.state == CustomerReturn.State.SETTLED
    reception = Reception.objects.get()
    assert reception.sold_in == reception.returned_in == reception.restocked_in == lyon


def test_rule_1_7_an_old_lower_price_no_longer_in_force_does_not_count(
    bag: Product, db: None
) -> None:
    was, bag.price = 500, 1990
    prices.changed(product=bag, was=was, at=NOON - timedelta(days=100))

    assert prices.lowest([bag], now=NOON, days=90) == {bag.pk: 1990}
    assert prices.lowest([bag], now=NOON, days=101) == {bag.pk: 500}


def test_rule_1_7_beyond_the_limits_a_human_decides(
    camille: Customer, bag: Product, lyon: Store, marc: Clerk
) -> None:
    announce()
    for _ in range(2):
        unproven.take(draft=draft_of(camille, lyon, wants(bag)), at=NOON)
    third = draft_of(camille, lyon, wants(bag))

    with pytest.raises(unproven.HumanNeeded) as refused:
        unproven.take(draft=third, at=NOON)
    assert refused.value.extra["level"] == "APPROVER"

    submissions.submit(draft=third, at=NOON)
    say(third, marc)
    unproven.take(draft=third, at=NOON)
    assert CreditAccount.objects.count() == 3
    log = ReviewEntry.objects.order_by("pk").values_list("what", flat=True)
    assert list(log) == ["ASKED", "APPROVED", "USED"]
    assert Review.objects.get().kind == "NO_RECEIPT"


def test_rule_1_7_where_nothing_was_announced_a_human_decides(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    with pytest.raises(unproven.HumanNeeded):
        unproven.take(draft=draft_of(camille, lyon, wants(bag)), at=NOON)

    assert not Refund.objects.exists()


def asked(customer: Customer, store: Store, *wanted: Wanted, level: str = "") -> CustomerReturn:
    if level:
        PolicyVersion.objects.create(
            version=1, rules=[RULE | {"returns": 0, "level": level}], start_at=LONG_AGO
        )
    return submissions.submit(draft=draft_of(customer, store, *wanted), at=NOON)


def say(found: CustomerReturn, manager: Clerk, **fields: object) -> CustomerReturn:
    ids = list(found.reviews.filter(state="OPEN").values_list("pk", flat=True))
    told = {"is_approved": True, "how": "PIN", "at": NOON, "review_ids": ids} | fields
    return reviews.decide(found=found, approver=Approver(clerk=manager), **told)  # type: ignore[arg-type]


def test_rule_1_7_two_articles_are_one_question_about_all_of_it(
    camille: Customer, bag: Product, lyon: Store, marc: Clerk
) -> None:
    hat = make_product("HAT", 500)

    found = asked(camille, lyon, wants(bag, 2), wants(hat), level="APPROVER")

    review = Review.objects.get()
    assert (review.order_line, review.units, review.amount) == (None, 3, 4480)
    [shown] = decisions.read(found, now=NOON).asked
    assert [line.product for line in (shown.line, *shown.along)] == [bag, hat]
    assert decisions.read(found, now=NOON).total == 4480


def test_rule_1_7_what_was_changed_after_the_yes_is_asked_about_again(
    camille: Customer, bag: Product, lyon: Store, marc: Clerk
) -> None:
    found = say(asked(camille, lyon, wants(bag), level="APPROVER"), marc)

    unproven.choose(draft=found, wanted=[wants(bag, 2)])

    with pytest.raises(unproven.HumanNeeded):
        unproven.take(draft=found, at=NOON)
    number = found.number
    again = submissions.submit(draft=found, at=NOON)
    taken = unproven.take(draft=say(again, marc), at=NOON)
    assert (taken.number, CreditAccount.objects.get().issued) == (number, 3980)


def test_rule_1_7_what_got_dearer_after_the_yes_no_longer_fits(
    camille: Customer, bag: Product, lyon: Store, marc: Clerk
) -> None:
    found = say(asked(camille, lyon, wants(bag), level="APPROVER"), marc)
    bag.price = 2990
    bag.save()

    with pytest.raises(grants.NoLongerFits):
        unproven.take(draft=found, at=NOON)

    assert not CreditAccount.objects.exists()


def test_rule_1_7_a_no_of_a_person_ends_it_with_his_words(
    camille: Customer, bag: Product, lyon: Store, marc: Clerk
) -> None:
    found = asked(camille, lyon, wants(bag), level="APPROVER")

    say(found, marc, is_approved=False, words="Sold elsewhere.")

    found.refresh_from_db()
    assert found.state == CustomerReturn.State.REFUSED
    with pytest.raises(proofs.NoDraft):
        unproven.choose(draft=found, wanted=[wants(bag)])


def test_rule_1_7_what_nobody_in_the_store_may_overrule_head_office_looks_at(
    camille: Customer, bag: Product, lyon: Store, marc: Clerk
) -> None:
    asked(camille, lyon, wants(bag), level="NOBODY")

    review = Review.objects.get()
    assert (review.kind, review.route, review.may_be_approved) == (
        "CUSTOMER_ASKED",
        "OFFICE",
        False,
    )


def test_nobody_is_asked_about_what_passes_or_is_not_said(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    announce()

    with pytest.raises(submissions.NothingToAsk):
        asked(camille, lyon, wants(bag))
    with pytest.raises(unproven.Unsaid):
        asked(camille, lyon, Wanted(bag.pk, 1))


def test_a_double_tap_gives_one_credit(camille: Customer, bag: Product, lyon: Store) -> None:
    announce()
    draft = draft_of(camille, lyon, wants(bag))

    for _ in range(2):
        unproven.take(draft=draft, at=NOON)

    assert CreditAccount.objects.count() == 1


def test_the_amount_is_the_one_that_was_shown(camille: Customer, bag: Product, lyon: Store) -> None:
    announce()

    with pytest.raises(unproven.WorthChanged):
        unproven.take(draft=draft_of(camille, lyon, wants(bag)), at=NOON, agreed_total=2990)


@pytest.mark.parametrize(("units", "code"), [(0, "not_a_unit_count"), (101, "not_a_unit_count")])
def test_units_are_a_few(
    camille: Customer, bag: Product, lyon: Store, units: int, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        draft_of(camille, lyon, wants(bag, units))

    assert refused.value.code == code


def test_only_goods_of_one_currency_come_back(camille: Customer, lyon: Store) -> None:
    with pytest.raises(unproven.NotGoods):
        draft_of(camille, lyon, wants(make_product("POST", kind="SERVICE")))
    with pytest.raises(unproven.CurrenciesDiffer):
        draft_of(camille, lyon, wants(make_product("PAN", currency="CHF")))


def test_a_scan_is_one_unit_more(camille: Customer, bag: Product, lyon: Store) -> None:
    draft = draft_of(camille, lyon)

    for _ in range(2):
        unproven.scan(draft=draft, product=bag)

    assert draft.lines.get().units == 2
