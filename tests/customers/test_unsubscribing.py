"""A link in each offer refuses the next ones, everywhere at once; nothing but a POST does it."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils.timezone import now

from customers import consent, messages, unsubscribing
from customers.models import Consent, Customer, Message
from omnistore.outbox.models import Event
from tests.customers.test_messages import EMAIL, PHONE, answer, send, write, write_news
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def camille() -> Customer:
    camille = make_customer(email=EMAIL, phone=PHONE)
    answer(camille, is_given=True)
    answer(camille, is_given=True, channel="SMS")
    return camille


def path_to(message: Message) -> str:
    return unsubscribing.link(message).removeprefix("http://localhost:8000")


def allows(customer: Customer, channel: str = "EMAIL") -> bool:
    return consent.allows(customer, "MARKETING", channel)


def test_stands_in_every_offer_for_the_reader_and_for_his_program(camille: Customer) -> None:
    message = write_news(camille)
    send()

    link, sent = unsubscribing.link(message), mail.outbox[0].message()
    assert sent["List-Unsubscribe"] == f"<{link}>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail.outbox[0].body
    assert link in str(mail.outbox[0].alternatives[0][0])  # type: ignore[attr-defined]


def test_stands_in_every_text(camille: Customer, capsys: pytest.CaptureFixture[str]) -> None:
    message = write_news(camille, "SMS")
    send()

    assert unsubscribing.link(message) in capsys.readouterr().out


def test_asks_on_a_page_with_one_button(client: Client, camille: Customer) -> None:
    page = client.get(path_to(write_news(camille)))

    assert page.status_code == 200
    assert page.content.count(b"<button") == 1
    assert b"Se d\xc3\xa9sabonner" in page.content
    assert b"Camille" not in page.content and EMAIL.encode() not in page.content
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert page["X-Frame-Options"] == "DENY"


def test_speaks_the_language_of_the_message(client: Client, camille: Customer) -> None:
    camille.language = "en"
    camille.save()

    assert b"Unsubscribe" in client.get(path_to(write_news(camille))).content


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_preview_of_the_link_refuses_nothing(
    client: Client, camille: Customer, method: str
) -> None:
    getattr(client, method)(path_to(write_news(camille)))

    assert allows(camille)


def test_refuses_by_the_one_click_of_a_mail_program(camille: Customer) -> None:
    program = Client(enforce_csrf_checks=True)
    message = write_news(camille)

    answered = program.post(path_to(message), ONE_CLICK)

    assert answered.status_code == 200
    assert not allows(camille)
    assert allows(camille, "SMS")
    entry = Consent.objects.latest("pk")
    assert (entry.source, entry.proof) == ("UNSUBSCRIBE", f"message {message.pk}")
    assert Event.objects.filter(name="customers.consent.withdrawn", customer_id=camille.pk).exists()


def test_what_waits_is_not_sent_afterwards(client: Client, camille: Customer) -> None:
    first, waiting = write_news(camille), write_news(camille)
    client.post(path_to(first))

    send()

    waiting.refresh_from_db()
    assert (waiting.state, mail.outbox) == ("DROPPED", [])


def test_refusing_twice_is_refusing_once(client: Client, camille: Customer) -> None:
    path = path_to(write_news(camille))

    pages = [client.post(path) for _ in range(2)]

    assert pages[0].content == pages[1].content
    assert Consent.objects.filter(is_given=False).count() == 1


def test_refuses_again_by_an_old_link(client: Client, camille: Customer) -> None:
    path = path_to(write_news(camille))
    client.post(path)
    answer(camille, is_given=True, at=now())
    assert allows(camille)

    client.post(path)

    assert not allows(camille)


def test_is_good_after_the_keys_were_changed(
    client: Client, camille: Customer, settings: Any
) -> None:
    path = path_to(write_news(camille))
    settings.ENCRYPTION_KEYS = ["n" * 40, *settings.ENCRYPTION_KEYS]

    assert client.post(path).status_code == 200
    assert not allows(camille)


def test_a_forged_link_refuses_for_nobody(client: Client, camille: Customer, settings: Any) -> None:
    message = write_news(camille)
    path = path_to(message)
    token = path.split("/")[2]
    flipped = ("B" if token[0] == "A" else "A") + token[1:]
    code = write(address=EMAIL)
    settings.ENCRYPTION_KEYS, keys = ["f" * 40], settings.ENCRYPTION_KEYS
    foreign = path_to(message)
    settings.ENCRYPTION_KEYS = keys

    forged = [f"/unsubscribe/{text}/" for text in (flipped, token[:-1], token * 9, "x", "é", "%00")]
    forged += [foreign, path_to(code), f"/unsubscribe/{message.pk}/", path.upper()]

    for address in forged:
        pages = [client.get(address), client.post(address, ONE_CLICK)]
        assert [page.status_code for page in pages] == [404, 404], address
    assert allows(camille)


def test_a_message_tells_nobody_whose_it_is_by_its_link(camille: Customer) -> None:
    link = unsubscribing.link(write_news(camille))

    assert re.fullmatch(r"http://localhost:8000/unsubscribe/[\w-]{43}/", link)
    assert str(camille.pk) not in link


def test_leads_nowhere_once_the_message_is_gone(client: Client, camille: Customer) -> None:
    message = write_news(camille)
    path = path_to(message)
    messages.Message.objects.filter(pk=message.pk).delete()

    assert client.post(path).status_code == 404
