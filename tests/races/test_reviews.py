"""A decision beside everything that could overtake it: one wins."""

import os
from datetime import timedelta

import pytest

from omnistore.outbox.models import Event
from orders import notices, returns, reviews, submissions
from orders.approvers import Approver
from orders.models import CustomerReturn, Order, PolicyVersion, Review, ReviewNotice
from orders.quotes import Choice
from stores.models import Clerk, Tablet
from tests.factories import LONG_AGO, NOON, make_customer, make_order, make_product, make_user
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

ROUNDS = int(os.environ.get("ROUNDS", "5"))


@pytest.fixture
def order(tablet: Tablet) -> Order:
    rules = [{"rule": "window", "days": 30, "level": "APPROVER"}]
    PolicyVersion.objects.create(version=1, rules=rules, start_at=LONG_AGO)
    lines = [(make_product(), 100_000, 1000)]
    bought = NOON - timedelta(days=60)
    return make_order(make_customer(), lines, channel="STORE", store=tablet.store, placed_at=bought)


def asked(order: Order, tablet: Tablet) -> CustomerReturn:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
    line = order.lines.get()
    choice = Choice(order_line_id=line.pk, units=1, reason="STYLE", condition="AS_NEW")
    returns.choose(draft=draft, choices=[choice])
    return submissions.submit(draft=draft, clerk=tablet.clerk, at=NOON)


def test_of_an_approval_and_a_withdrawal_at_once_one_wins(
    order: Order, tablet: Tablet, marc: Clerk
) -> None:
    for _ in range(ROUNDS):
        found = asked(order, tablet)
        ids = [found.reviews.get().pk]

        def act(number: int, found=found, ids=ids) -> CustomerReturn:  # type: ignore[no-untyped-def]
            if number:
                return reviews.withdraw(found=found, clerk=tablet.clerk, at=NOON)
            return reviews.decide(
                found=found,
                review_ids=ids,
                approver=Approver(clerk=marc),
                is_approved=True,
                how=Review.How.PIN,
                at=NOON,
            )

        answers = at_once(2, act)

        assert sum(isinstance(answer, CustomerReturn) for answer in answers) == 1
        assert sum(isinstance(answer, reviews.NotOpen) for answer in answers) == 1
        decided = Event.objects.filter(name="orders.review.decided")
        assert decided.filter(payload__review_id=str(ids[0])).count() == 1


def test_of_two_approvers_at_once_one_is_heard(order: Order, tablet: Tablet, marc: Clerk) -> None:
    for _ in range(ROUNDS):
        found = asked(order, tablet)
        ids = [found.reviews.get().pk]

        def act(number: int, found=found, ids=ids) -> CustomerReturn:  # type: ignore[no-untyped-def]
            return reviews.decide(
                found=found,
                review_ids=ids,
                approver=Approver(clerk=marc),
                is_approved=bool(number),
                words="No",
                how=Review.How.PIN,
                at=NOON,
            )

        answers = at_once(2, act)

        assert sum(isinstance(answer, reviews.NotOpen) for answer in answers) == 1


def test_an_answer_and_the_end_of_the_time_at_once_make_one_end(
    order: Order, tablet: Tablet, marc: Clerk, settings: object
) -> None:
    settings.OMNISTORE_REVIEW_FALLBACK = "REFUSE_KINDLY"  # type: ignore[attr-defined]
    late = NOON + timedelta(hours=1)
    for _ in range(ROUNDS):
        found = asked(order, tablet)
        ids = [found.reviews.get().pk]

        def act(number: int, found=found, ids=ids) -> object:  # type: ignore[no-untyped-def]
            if number:
                return reviews.end_due(at=late)
            return reviews.decide(
                found=found,
                review_ids=ids,
                approver=Approver(clerk=marc),
                is_approved=True,
                how=Review.How.PIN,
                at=late,
            )

        at_once(2, act)

        decided = Event.objects.filter(name="orders.review.decided")
        assert decided.filter(payload__review_id=str(ids[0])).count() == 1
        found.refresh_from_db()
        state = found.reviews.get().state
        assert (state, found.state) in {("APPROVED", "DRAFT"), ("EXPIRED", "REFUSED")}


def test_a_return_asked_about_twice_at_once_is_asked_about_once(
    order: Order, tablet: Tablet, marc: Clerk
) -> None:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
    choice = Choice(order_line_id=order.lines.get().pk, units=1, reason="STYLE", condition="AS_NEW")
    returns.choose(draft=draft, choices=[choice])

    answers = at_once(3, lambda _: submissions.submit(draft=draft, clerk=tablet.clerk, at=NOON))

    assert all(isinstance(answer, CustomerReturn) for answer in answers), answers
    assert Review.objects.count() == 1
    assert Event.objects.filter(name="orders.review.opened").count() == 1


def test_two_workers_send_no_notice_twice(order: Order, tablet: Tablet, marc: Clerk) -> None:
    marc.user = make_user("marc", email="marc@example.com")
    marc.save()
    asked(order, tablet)

    sent = at_once(3, lambda _: notices.send_due(at=NOON + timedelta(minutes=1)))

    assert sorted(sent) == [0, 0, 1]  # type: ignore[type-var]
    assert ReviewNotice.objects.get().attempts == 1
