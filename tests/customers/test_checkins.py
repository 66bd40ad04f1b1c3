"""Who announced himself waits once, is served once, and not for ever."""

from datetime import timedelta

import pytest

from customers import checkins, privacy
from customers.models import CheckIn, Visit
from omnistore.outbox.models import Event
from stores.models import Clerk, Register, Store, Tablet
from tests.factories import NOON, make_customer, make_register, make_store

pytestmark = pytest.mark.django_db
How = CheckIn.How
LATER = NOON + checkins.LIFE


def names() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("name", flat=True))


def test_an_announcement_and_its_fact_are_one(till: Register) -> None:
    camille = make_customer()

    found = checkins.announce(register=till, customer=camille, how=How.KNOWN, at=NOON)

    event = Event.objects.get()
    assert event.name == "customers.check_in.announced"
    assert event.payload["check_in_id"] == found.pk
    assert "Moreau" not in str(event.payload)


def test_waits_once_at_a_register_however_often_he_says_so(till: Register) -> None:
    camille = make_customer()

    first = checkins.announce(register=till, customer=camille, how=How.KNOWN, at=NOON)
    second = checkins.announce(register=till, customer=camille, how=How.KNOWN, at=NOON)

    assert first == second
    assert names() == ["customers.check_in.announced"]


def test_after_it_expired_he_may_announce_himself_anew(lyon: Store, till: Register) -> None:
    camille = make_customer()
    first = checkins.announce(register=till, customer=camille, how=How.KNOWN, at=NOON)

    assert checkins.waiting_in(lyon, at=LATER) == []
    second = checkins.announce(register=till, customer=camille, how=How.KNOWN, at=LATER)

    assert checkins.waiting_in(lyon, at=LATER) == [second]
    first.refresh_from_db()
    assert first.state == "EXPIRED"


def test_only_the_tablets_of_the_store_hear_of_him(lyon: Store, till: Register) -> None:
    paris = make_store("par", name="Paris")
    checkins.announce(register=till, customer=make_customer(), how=How.KNOWN, at=NOON)

    assert len(checkins.waiting_in(lyon, at=NOON)) == 1
    assert checkins.waiting_in(paris, at=NOON) == []


def test_serving_is_a_visit_and_the_second_clerk_is_told(
    lyon: Store, till: Register, tablet: Tablet, nadia: Clerk, marc: Clerk
) -> None:
    camille = make_customer()
    found = checkins.announce(register=till, customer=camille, how=How.KNOWN, at=NOON)

    visit = checkins.serve(check_in=found, clerk=nadia, tablet=tablet, at=NOON)

    assert (visit.customer, visit.outcome, visit.how) == (camille, "IDENTIFIED", "CHECK_IN")
    assert checkins.waiting_in(lyon, at=NOON) == []
    with pytest.raises(checkins.ServedAlready):
        checkins.serve(check_in=found, clerk=marc, tablet=tablet, at=NOON)
    assert Visit.objects.count() == 1


def test_who_joined_by_phone_counts_as_signed_up(
    till: Register, tablet: Tablet, nadia: Clerk
) -> None:
    found = checkins.announce(register=till, customer=make_customer(), how=How.JOINED, at=NOON)

    visit = checkins.serve(check_in=found, clerk=nadia, tablet=tablet, at=NOON)

    assert visit.outcome == "SIGNED_UP"


def test_one_that_expired_or_was_withdrawn_cannot_be_served(
    till: Register, tablet: Tablet, nadia: Clerk
) -> None:
    camille = make_customer()
    found = checkins.announce(register=till, customer=camille, how=How.KNOWN, at=NOON)

    with pytest.raises(checkins.ServedAlready):
        checkins.serve(check_in=found, clerk=nadia, tablet=tablet, at=LATER)
    checkins.withdraw(register=till, customer=camille, at=NOON)
    with pytest.raises(checkins.ServedAlready):
        checkins.serve(check_in=found, clerk=nadia, tablet=tablet, at=NOON)
    assert not Visit.objects.exists()


def test_who_is_erased_waits_no_more(lyon: Store, till: Register) -> None:
    camille = make_customer()
    checkins.announce(register=till, customer=camille, how=How.KNOWN, at=NOON)
    other = make_register(lyon, "Caisse 2")
    checkins.announce(register=other, customer=camille, how=How.KNOWN, at=NOON)

    privacy.erase(customer=camille, at=NOON + timedelta(minutes=1))

    assert checkins.waiting_in(lyon, at=NOON + timedelta(minutes=1)) == []
