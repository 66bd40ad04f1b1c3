"""Taps and events at the same moment: one answer, one question, and no word that outlives."""

from datetime import timedelta

import pytest

from customers import privacy
from customers.models import Customer, Message
from omnistore.outbox.models import Event
from orders import opinions
from orders.models import Opinion
from stores.models import Store
from tests.customers.test_messages import answer as consent_answer
from tests.factories import NOON, make_customer, make_opinion, make_policy, make_product
from tests.orders.test_opinions import ask_for, shop
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
SOON = NOON + timedelta(hours=3)


@pytest.fixture
def camille() -> Customer:
    camille = make_customer(email="camille@example.fr")
    consent_answer(camille, is_given=True)
    return camille


@pytest.fixture
def asked(camille: Customer, lyon: Store) -> Opinion:
    return make_opinion(camille, lyon, asked_at=NOON)


def say(asked: Opinion, score: int, comment: str = "") -> None:
    held = Opinion.objects.select_related("customer", "store", "order").get(pk=asked.pk)
    opinions.answer(asked=held, score=score, comment=comment, at=SOON)


def facts() -> int:
    return Event.objects.filter(name="orders.satisfaction.answered").count()


def test_of_several_answers_at_once_one_counts(asked: Opinion) -> None:
    answers = at_once(4, lambda number: say(asked, number + 1))

    assert [type(answer) for answer in answers].count(opinions.NoSuchLink) == 3
    assert facts() == 1
    asked.refresh_from_db()
    assert asked.score == answers.index(None) + 1


def test_two_taps_of_one_finger_are_one_answer_and_no_refusal(asked: Opinion) -> None:
    assert at_once(4, lambda _: say(asked, 4)) == [None] * 4

    assert facts() == 1


def test_no_word_outlives_an_erasure_beside_it(camille: Customer, asked: Opinion) -> None:
    acts = [
        lambda: say(asked, 1, "Appelez-moi"),
        lambda: privacy.erase(customer=camille, at=SOON),
    ]

    at_once(2, lambda number: acts[number]())

    asked.refresh_from_db()
    assert asked.comment == ""


def test_two_purchases_at_once_ask_once(camille: Customer, lyon: Store) -> None:
    make_policy()
    make_product("85099B", price=1990)
    ask_for("SALE", "NPS")

    answers = at_once(4, lambda number: shop(camille, lyon, at=NOON + timedelta(seconds=number)))

    assert answers == [None] * 4
    assert Opinion.objects.count() == Message.objects.count() == 1
