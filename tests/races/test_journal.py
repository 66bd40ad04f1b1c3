"""Many who settle in one store at once: no gap, no fork; and nobody waits for ever."""

import pytest
from django.db import transaction

from customers import loyalty
from orders import journal, spending
from orders.journal import closings, proof
from orders.models import JournalEntry
from stores.models import Store
from tests.factories import LONG_AGO, NOON, make_customer
from tests.orders.test_points import make_rule
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

WRITERS = 8
ROUNDS = 10


def write(store: Store, subject: str) -> None:
    with transaction.atomic():
        journal.write(
            store=store,
            kind="RETURN_SETTLED",
            subject=subject,
            document="LYO-R000001",
            gross=1990,
            currency="EUR",
            tenders={"CARD": 1990},
            at=NOON,
        )


def test_rule_2_10_many_writers_leave_no_gap_and_no_fork(lyon: Store) -> None:
    write(lyon, "return:0")

    def settle(writer: int) -> None:
        for turn in range(ROUNDS):
            write(lyon, f"return:{writer}-{turn}")

    answers = at_once(WRITERS, settle)

    assert answers == [None] * WRITERS
    numbers = JournalEntry.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, WRITERS * ROUNDS + 2))
    assert next(proof.verify()).broken is None


def test_one_event_written_by_many_at_once_is_written_once(lyon: Store) -> None:
    write(lyon, "return:0")

    answers = at_once(WRITERS, lambda _: write(lyon, "return:1"))

    assert answers == [None] * WRITERS
    assert JournalEntry.objects.count() == 2


def test_a_day_closed_by_two_at_once_is_closed_once(lyon: Store) -> None:
    write(lyon, "return:1")
    later = NOON.replace(day=25)

    answers = at_once(4, lambda _: closings.close(store=lyon, at=later))

    assert sorted(len(made) for made in answers) == [0, 0, 0, 1]  # type: ignore[arg-type]
    assert next(proof.verify()).broken is None


def test_rule_2_9_two_who_spend_the_last_points_at_once_are_one_too_many(lyon: Store) -> None:
    make_rule()
    camille = make_customer(level="GOLD", created_at=LONG_AGO)
    loyalty.earn(customer_id=camille.pk, points=100, event=loyalty.Event("sale", NOON))

    def spend(number: int) -> object:
        return spending.spend(
            customer=camille, points=100, reference=f"r-{number}", store=lyon, at=NOON
        )

    answers = at_once(4, spend)

    assert sum(isinstance(answer, loyalty.TooFewPoints) for answer in answers) == 3
    assert loyalty.standing(camille.pk) == loyalty.Standing(points=0, debt=0)
