"""Several workers at once send each message once; two clicks on one link refuse once."""

import pytest
from django.core import mail
from django.db import transaction

from customers import messages, unsubscribing
from customers.models import Consent, Message
from tests.customers.test_messages import answer, send, write, write_news
from tests.factories import NOON, make_customer
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def test_gives_each_message_to_one_worker() -> None:
    with transaction.atomic():
        for number in range(50):
            write(address=f"c{number}@example.fr")

    claims = at_once(4, lambda _: messages.claim_due(at=NOON))

    got = [
        row.pk for claim in claims if isinstance(claim, messages.Claim) for row in claim.messages
    ]
    assert len(got) == len(set(got)) == 50


def test_sends_each_message_once() -> None:
    with transaction.atomic():
        for number in range(30):
            write(address=f"c{number}@example.fr")

    sent = at_once(3, lambda _: send())

    assert sum(count for count in sent if isinstance(count, int)) == 30
    assert len({letter.to[0] for letter in mail.outbox}) == len(mail.outbox) == 30
    assert not Message.objects.exclude(state="SENT").exists()


def test_refuses_once_by_two_clicks_at_once() -> None:
    camille = make_customer(email="camille@example.fr")
    answer(camille, is_given=True)
    with transaction.atomic():
        message = write_news(camille)

    at_once(4, lambda _: unsubscribing.unsubscribe(message, at=NOON))

    assert Consent.objects.filter(is_given=False).count() == 1
