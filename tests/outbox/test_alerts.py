"""Head office is told of a system in trouble, once, and when it runs again."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from omnistore.outbox import alerts, connections, tasks
from omnistore.outbox.models import Connection
from tests.factories import NOON, WEBHOOK_SECRET, make_user
from tests.outbox.conftest import Post, happen
from tests.receiver import Receiver

TO = ["office@shop.example", "night@shop.example"]
LATER = NOON + timedelta(minutes=3)


@pytest.fixture(autouse=True)
def site_in_english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def desk(db: None) -> Connection:
    return connections.ensure(name="Desk", url="https://d.example/", secret=WEBHOOK_SECRET, at=NOON)


def put(state: str, reason: str = "") -> None:
    Connection.objects.update(state=state, state_reason=reason, state_at=NOON)


def subjects() -> list[str]:
    return [one.subject for one in mail.outbox]


def test_is_told_at_once_that_a_system_refuses_us(post: Post, crm: Receiver) -> None:
    crm.answers = [(401, {}, b"who are you? " + b"x" * 400)]
    happen()
    post.send()

    alerts.tell(to=TO, at=post.clock())
    alerts.tell(to=TO, at=post.clock())

    (told,) = mail.outbox
    assert (told.subject, told.to) == ("omnistore: CRM refuses our messages", TO)
    page = reverse("admin:outbox_connection_change", args=[post.connection.pk])
    assert f"http://localhost:8000{page}" in told.body
    assert "Its words: who are you?" in told.body
    assert "x" * 200 not in told.body


def test_is_told_of_a_silent_system_after_two_minutes(desk: Connection) -> None:
    put("HELD", "timed out")

    alerts.tell(to=TO, at=NOON + timedelta(seconds=119))
    assert subjects() == []
    alerts.tell(to=TO, at=NOON + timedelta(seconds=120))
    alerts.tell(to=TO, at=NOON + timedelta(hours=9))
    assert subjects() == ["omnistore: Desk does not answer"]


def test_is_told_that_it_runs_again_and_of_the_next_trouble(desk: Connection) -> None:
    for state in ("HELD", "RUNNING", "RUNNING", "HELD", "REFUSED", "RUNNING"):
        put(state)
        alerts.tell(to=TO, at=LATER)

    assert subjects() == [
        "omnistore: Desk does not answer",
        "omnistore: Desk runs again",
        "omnistore: Desk does not answer",
        "omnistore: Desk refuses our messages",
        "omnistore: Desk runs again",
    ]


def test_is_not_told_of_what_it_did_itself_nor_of_a_moments_trouble(desk: Connection) -> None:
    for state in ("RUNNING", "PAUSED", "RUNNING"):
        put(state)
        alerts.tell(to=TO, at=LATER)
    put("HELD")
    alerts.tell(to=TO, at=NOON)
    put("RUNNING")
    alerts.tell(to=TO, at=LATER)

    assert subjects() == []


def test_is_told_that_it_runs_again_after_a_pause_in_between(desk: Connection) -> None:
    for state in ("REFUSED", "PAUSED", "RUNNING"):
        put(state)
        alerts.tell(to=TO, at=LATER)

    assert subjects()[1:] == ["omnistore: Desk runs again"]


def test_loses_nothing_while_the_mail_server_is_away(
    desk: Connection, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    put("REFUSED")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    # Nothing listens on the discard port of this machine.
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    settings.OMNISTORE_HEAD_OFFICE_EMAILS = TO

    tasks.tell_head_office()
    desk.refresh_from_db()
    assert desk.told_state == ""
    assert "head office was not told" in caplog.text

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tasks.tell_head_office()
    assert len(mail.outbox) == 1


def test_tells_nobody_where_nobody_wants_to_be_told(desk: Connection) -> None:
    put("REFUSED")

    assert alerts.tell(to=[], at=LATER) == 0
    desk.refresh_from_db()
    assert desk.told_state == ""


def test_a_name_of_two_lines_adds_no_header(desk: Connection) -> None:
    Connection.objects.update(name="Desk\nBcc: thief@example.org")
    put("REFUSED")

    alerts.tell(to=TO, at=LATER)

    assert subjects() == ["omnistore: Desk Bcc: thief@example.org refuses our messages"]


def test_says_it_on_every_page_of_head_office(client: Client, desk: Connection) -> None:
    client.force_login(make_user("anne", is_staff=True, is_superuser=True))
    client.cookies["omnistore_language"] = "en"

    assert 'class="trouble"' not in client.get("/admin/").content.decode()
    put("REFUSED")
    for address in ("/admin/", reverse("admin:orders_order_changelist")):
        page = client.get(address).content.decode()

        assert "Desk refuses our messages; head office has to look." in page
        assert reverse("admin:outbox_connection_change", args=[desk.pk]) in page


def test_says_it_only_to_who_may_look_at_systems(client: Client, desk: Connection) -> None:
    put("REFUSED")
    client.force_login(make_user("anne", is_staff=True))

    assert 'class="trouble"' not in client.get("/admin/").content.decode()
    client.logout()
    assert 'class="trouble"' not in client.get("/admin/login/").content.decode()
