"""What we write to people reaches them once they may be written to, and says nothing elsewhere."""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, connection, transaction

from customers import consent, messages, onetime, privacy
from customers.models import ConsentWording, Customer, Evidence, Message
from omnistore.outbox.events import OutsideTransaction
from tests.factories import NOON, make_customer, make_evidence

pytestmark = pytest.mark.django_db
EMAIL = "camille@example.fr"
PHONE = "+33612345678"


class Clock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def send(at: datetime = NOON) -> int:
    return messages.send_due(clock=Clock(at), chance=lambda: 1.0)


def write(**fields: Any) -> Message:
    given = {
        "purpose": "CODE",
        "channel": "EMAIL",
        "template": "one_time_code",
        "variables": {"code": "123456"},
        "address": EMAIL,
        "language": "fr",
        "at": NOON,
    }
    return messages.write(**given | fields)


def write_news(customer: Customer, channel: str = "EMAIL", **variables: str) -> Message:
    said = {"name": customer.first_name, "title": "Soldes", "text": "Tout à moitié prix."}
    return messages.write(
        purpose="MARKETING",
        channel=channel,
        template="news",
        variables=said | variables,
        customer=customer,
        at=NOON,
    )


def answer(customer: Customer, is_given: bool, channel: str = "EMAIL", **fields: Any) -> None:
    consent.default_wordings(at=NOON)
    wording = ConsentWording.objects.get(purpose="MARKETING", channel=channel, language="fr")
    given = {"store": None, "tablet": None, "clerk": None, "source": "COUNTER", "at": NOON}
    consent.record(customer=customer, wording=wording, is_given=is_given, **given | fields)


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.failure


class Gateway:
    """A carrier of text messages that answers as told, on the loopback."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.heard: list[tuple[dict[str, str], dict[str, str]]] = []


@contextmanager
def gateway() -> Iterator[tuple[Gateway, str]]:
    found = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.heard.append((body, dict(self.headers.items())))
            status, headers = found.answers.pop(0) if found.answers else (202, {})
            self.send_response(status)
            for name, value in ({"Content-Length": "0"} | headers).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found, f"http://127.0.0.1:{server.server_port}/sms"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def carrier(settings: Any) -> Iterator[Gateway]:
    with gateway() as (found, url):
        settings.OMNISTORE_SMS = "customers.sms.Http"
        settings.OMNISTORE_SMS_URL, settings.OMNISTORE_SMS_KEY = url, "sms-key"
        yield found


class Refusing(BaseEmailBackend):
    """A mail server that has no such mailbox, but for Luc's."""

    def send_messages(self, letters: Any) -> int:
        for letter in letters:
            if "luc" not in letter.to[0]:
                raise SMTPRecipientsRefused(
                    {letter.to[0]: (550, b"no such user camille@example.fr")}
                )
            mail.outbox.append(letter)
        return len(letters)


class Gone(BaseEmailBackend):
    """A mail server that is away."""

    def send_messages(self, letters: Any) -> int:
        raise SMTPServerDisconnected("camille@example.fr")


# --- e-mail and SMS ------------------------------------------------------------------------------
def test_mails_a_code_in_both_languages() -> None:
    write(language="fr")
    write(language="en")

    assert send() == 2

    french, english = mail.outbox
    assert isinstance(french, EmailMultiAlternatives)
    assert french.to == [EMAIL]
    assert (french.subject, english.subject) == ("Votre code", "Your code")
    assert "123456" in french.body and "dix minutes" in french.body
    assert "ten minutes" in english.body
    html = str(french.alternatives[0][0])
    assert "<strong>123456</strong>" in html and 'lang="fr"' in html


def test_speaks_the_customers_language() -> None:
    write(customer=make_customer(email=EMAIL, language="en"), address="", language="fr")

    send()

    assert mail.outbox[0].subject == "Your code"


def test_hands_a_text_to_the_carrier_with_its_key(carrier: Gateway) -> None:
    message = write(channel="SMS", address=PHONE)

    assert send() == 1

    ((body, headers),) = carrier.heard
    assert (body["to"], body["id"]) == (PHONE, str(message.pk))
    assert body["text"].startswith("Votre code est 123456.")
    assert body["text"].endswith("@localhost #123456")
    assert headers["Authorization"] == "Bearer sms-key"
    assert headers["Idempotency-Key"] == str(message.pk)


def test_writes_a_text_to_the_console_of_a_demo(capsys: pytest.CaptureFixture[str]) -> None:
    write(channel="SMS", address=PHONE)

    assert send() == 1
    assert "123456" in capsys.readouterr().out


def test_sends_the_code_that_was_asked_for(
    django_capture_on_commit_callbacks: Any,
) -> None:
    asked = onetime.ask(
        text=EMAIL,
        country="FR",
        purpose="CHECK_IN",
        register=None,
        network="",
        language="en",
        at=NOON,
    )

    send()

    assert asked.code in mail.outbox[0].body


def test_refuses_to_promise_what_is_not_sent_from_here(settings: Any) -> None:
    settings.OMNISTORE_SMS = ""

    with pytest.raises(onetime.NoWay) as refused:
        onetime.ask(
            text="06 12 34 56 78",
            country="FR",
            purpose="CHECK_IN",
            register=None,
            network="",
            language="en",
            at=NOON,
        )
    assert "e-mail" in refused.value.sentence


def test_goes_to_the_address_that_the_customer_has_when_it_is_sent() -> None:
    camille = make_customer(email="old@example.fr")
    write(customer=camille, address="")
    Evidence.objects.update(ended_at=NOON)
    make_evidence(camille, "EMAIL", EMAIL)

    send()

    assert mail.outbox[0].to == [EMAIL]


def test_is_written_with_what_wants_it_or_not_at_all() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        write()
        raise RuntimeError

    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_is_not_written_outside_of_what_wants_it() -> None:
    with pytest.raises(OutsideTransaction):
        write()


# --- nothing lost --------------------------------------------------------------------------------
def test_is_tried_again_with_longer_breaks_and_given_up_when_it_is_too_late(settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.customers.test_messages.Gone"
    message, tried_at = write(), [NOON]

    while send(tried_at[-1]) == 0 and state(message)[0] == "WAITING":
        tried_at.append(message.next_at)

    breaks = [(after - before).seconds for before, after in pairwise(tried_at)]
    assert breaks[:4] == [5, 30, 120, 600]
    assert (message.state, message.failure) == ("FAILED", "SMTPServerDisconnected")
    assert tried_at[-1] == NOON + timedelta(hours=72)
    assert message.variables == {} and message.address == ""


def test_arrives_once_the_server_is_back(settings: Any) -> None:
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.customers.test_messages.Gone"
    message = write()
    send()
    settings.EMAIL_BACKEND = backend

    assert send(NOON + timedelta(seconds=4)) == 0
    assert send(NOON + timedelta(seconds=5)) == 1
    assert state(message) == ("SENT", "")


def test_a_mailbox_that_there_is_none_of_stops_no_other(settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.customers.test_messages.Refusing"
    lost, other = write(), write(address="luc@example.fr")

    assert send() == 1
    assert state(lost) == ("FAILED", "SMTP 550")
    assert state(other) == ("SENT", "")


def test_a_template_that_breaks_stops_no_other() -> None:
    broken, other = write(template="nothing"), write()

    assert send() == 1
    assert state(broken) == ("WAITING", "broken")
    assert state(other) == ("SENT", "")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, ("SENT", "")),
        (409, ("SENT", "")),
        (400, ("FAILED", "answered 400")),
        (401, ("WAITING", "answered 401")),
        (429, ("WAITING", "answered 429")),
        (503, ("WAITING", "answered 503")),
        (302, ("WAITING", "answered 302")),
    ],
)
def test_does_as_the_carrier_answers(
    carrier: Gateway, status: int, expected: tuple[str, str]
) -> None:
    carrier.answers.append((status, {}))
    message = write(channel="SMS", address=PHONE)

    send()

    assert state(message) == expected


def test_leaves_the_carrier_alone_for_as_long_as_it_asks(carrier: Gateway) -> None:
    carrier.answers.append((429, {"Retry-After": "90"}))
    message = write(channel="SMS", address=PHONE)

    send()

    message.refresh_from_db()
    assert message.next_at == NOON + timedelta(seconds=90)


def test_sends_no_code_that_is_no_longer_good() -> None:
    message = write(good_for=timedelta(minutes=10))

    assert send(NOON + timedelta(minutes=10)) == 0
    assert state(message) == ("FAILED", "too late")


def test_leaves_what_another_worker_has_to_him_until_he_must_be_dead() -> None:
    message = write()
    claim = messages.claim_due(at=NOON)

    assert [found.pk for found in claim.messages] == [message.pk]
    assert send(NOON + timedelta(seconds=59)) == 0
    assert send(NOON + timedelta(seconds=60)) == 1


def test_has_one_id_on_every_attempt(settings: Any) -> None:
    message = write()
    messages.claim_due(at=NOON)
    send(NOON + timedelta(minutes=2))

    assert mail.outbox[0].message()["Message-ID"] == f"<{message.pk}@localhost>"


# --- consent -------------------------------------------------------------------------------------
def test_sends_offers_to_those_who_agreed() -> None:
    camille = make_customer(email=EMAIL, phone=PHONE)
    answer(camille, is_given=True)
    by_mail, by_text = write_news(camille), write_news(camille, "SMS")

    assert send() == 1
    assert state(by_mail) == ("SENT", "")
    assert state(by_text) == ("DROPPED", "no consent")


def test_asks_at_the_moment_of_sending() -> None:
    camille = make_customer(email=EMAIL)
    answer(camille, is_given=True)
    message = write_news(camille)
    answer(camille, is_given=False)

    assert send() == 0
    assert state(message) == ("DROPPED", "no consent")
    assert not mail.outbox


def test_sends_codes_and_receipts_to_who_wants_no_offers() -> None:
    camille = make_customer(email=EMAIL)
    answer(camille, is_given=False)
    for purpose in ("CODE", "RECEIPT", "ACKNOWLEDGED"):
        write(customer=camille, address="", purpose=purpose)

    assert send() == 3
    assert all("List-Unsubscribe" not in letter.message() for letter in mail.outbox)


def test_sends_offers_to_nobody_we_do_not_know() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        write(purpose="MARKETING", template="news", variables={})


def test_an_erased_person_gets_nothing_that_waited() -> None:
    camille = make_customer(email=EMAIL)
    message = write(customer=camille, address=EMAIL)

    privacy.erase(customer=camille, at=NOON)

    assert send() == 0
    assert state(message) == ("DROPPED", "erased")
    assert message.address == "" and message.variables == {}


# --- attackers -----------------------------------------------------------------------------------
def test_a_name_adds_no_header_and_no_markup() -> None:
    camille = make_customer('Camille\r\nBcc: all@example.fr\r\n\r\n<script src="//x">', email=EMAIL)
    answer(camille, is_given=True)
    write_news(camille, title="Pour Camille\r\nBcc: all@example.fr\u2028X-Evil: 1")

    assert send() == 1

    letter = mail.outbox[0]
    assert isinstance(letter, EmailMultiAlternatives)
    sent = letter.message()
    assert letter.recipients() == [EMAIL]
    assert sent["Bcc"] is None and sent["X-Evil"] is None
    assert "\n" not in letter.subject and "\u2028" not in letter.subject
    assert "<script" not in str(letter.alternatives[0][0])


def test_keeps_no_word_that_a_thief_of_the_database_could_read() -> None:
    write()

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM customers_message")
        row = str(cursor.fetchall())
    assert "123456" not in row and EMAIL not in row


def test_keeps_nothing_of_what_was_sent() -> None:
    write()
    send()

    with connection.cursor() as cursor:
        cursor.execute("SELECT address, variables FROM customers_message")
        assert cursor.fetchall() == [("", "")]


def test_deletes_codes_after_a_month_and_offers_after_three_years() -> None:
    camille = make_customer(email=EMAIL)
    answer(camille, is_given=True)
    code, offer = write(), write_news(camille)
    send()

    messages.tidy(at=NOON + timedelta(days=29))
    assert set(Message.objects.all()) == {code, offer}

    messages.tidy(at=NOON + timedelta(days=30))
    assert set(Message.objects.all()) == {offer}

    messages.tidy(at=NOON + timedelta(days=3 * 365))
    assert not Message.objects.exists()


def test_deletes_nothing_that_waits() -> None:
    write(good_for=timedelta(days=90))

    messages.tidy(at=NOON + timedelta(days=60))

    assert Message.objects.filter(state="WAITING").exists()


def test_logs_neither_address_nor_words(
    settings: Any, carrier: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.EMAIL_BACKEND = "tests.customers.test_messages.Refusing"
    carrier.answers.append((400, {}))
    write()
    write(channel="SMS", address=PHONE)
    write(template="nothing")

    send()

    said = " ".join(record.getMessage() + str(record.exc_info) for record in caplog.records)
    assert "not sent" in said
    for secret in ("123456", EMAIL, "612345678"):
        assert secret not in said
