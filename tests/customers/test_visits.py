"""Every turn at the counter counts; points and contacts are what their rows say."""

from datetime import timedelta
from typing import Any

import pytest

from customers import loyalty, touches, visits
from customers.models import LoyaltyEntry, Touch, Visit
from omnistore.outbox.models import Event
from stores.models import Clerk, Store, Tablet
from tests.factories import NOON, make_customer

pytestmark = pytest.mark.django_db


def test_counts_who_was_identified_and_how_in_one_statement(
    lyon: Store, tablet: Tablet, nadia: Clerk, django_assert_num_queries: Any
) -> None:
    camille = make_customer(phone="+33612345678")
    via = camille.evidence.get().identifier

    with django_assert_num_queries(1):
        visit = visits.identified(
            store=lyon,
            tablet=tablet,
            clerk=nadia,
            customer=camille,
            via=via,
            how="PHONE",
            at=NOON,
        )

    assert Visit.objects.get() == visit
    assert (visit.outcome, visit.via, visit.how) == (Visit.Outcome.IDENTIFIED, via, "PHONE")
    assert not Event.objects.exists()


def test_counts_who_did_not_want_to_be_known(lyon: Store, tablet: Tablet, nadia: Clerk) -> None:
    visit = visits.anonymous(store=lyon, tablet=tablet, clerk=nadia, at=NOON)

    event = Event.objects.get()
    assert (visit.outcome, visit.customer) == (Visit.Outcome.ANONYMOUS, None)
    assert (event.name, event.stream.key) == ("customers.visit.anonymous", "store:lyo")
    assert event.payload["visit_id"] == visit.pk


def test_adds_the_points_up() -> None:
    camille = make_customer()
    assert loyalty.balance(camille) is None

    for points in (120, -20):
        LoyaltyEntry.objects.create(customer=camille, kind="IMPORTED", points=points, at=NOON)
    LoyaltyEntry.objects.create(customer=make_customer("Luc"), kind="EARNED", points=7, at=NOON)

    assert loyalty.balance(camille) == 100


def test_shows_the_last_contacts_newest_first(lyon: Store, django_assert_num_queries: Any) -> None:
    camille = make_customer()
    for days in range(8):
        Touch.objects.create(
            customer=camille,
            store=lyon,
            channel="STORE",
            summary=f"{days} days ago",
            at=NOON - timedelta(days=days),
        )

    with django_assert_num_queries(1):
        latest = touches.latest(camille)
        assert latest[0].store == lyon

    assert [touch.summary for touch in latest] == [f"{days} days ago" for days in range(6)]
