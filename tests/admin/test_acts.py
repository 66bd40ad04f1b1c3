"""What head office does to a system, and that it is noted."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils.timezone import now

from omnistore.outbox import connections, relay, replays
from omnistore.outbox.models import Connection, Delivery, Lane, Replay
from stores.models import User
from tests.admin.systems import SYSTEM, act, dead_letter, read
from tests.factories import NOON, WEBHOOK_SECRET
from tests.outbox.conftest import ALICE, BOB, happen
from tests.receiver import listening

pytestmark = pytest.mark.usefixtures("in_english", "with_a_desk")


def test_pauses_with_a_reason_and_resumes(office: Client, crm: Connection) -> None:
    assert act(office, "pause", crm, reason=" ").status_code == 422

    page = act(office, "pause", crm, reason="they move house")
    crm.refresh_from_db()
    assert (crm.state, crm.state_reason) == ("PAUSED", "anne: they move house")
    assert "paused by anne: they move house" in page.content.decode()

    act(office, "resume", crm)
    crm.refresh_from_db()
    assert crm.is_running


def test_sends_a_test_and_shows_the_answer(office: Client, crm: Connection) -> None:
    with listening() as receiver:
        receiver.answers = [(422, {}, b"I know no tests")]
        Connection.objects.update(url=receiver.url)
        page = act(office, "test", crm).content.decode()

    assert receiver.messages[0].event["type"] == "omnistore.test"
    assert "It lets us in, and refuses the test." in page
    assert "422" in page
    assert "I know no tests" in page
    assert " ms" in page


def test_shows_in_words_that_a_test_could_not_be_made(office: Client, desk: Connection) -> None:
    refused = act(office, "test", desk)
    Connection.objects.update(options={"group": "broken"})
    broken = act(office, "test", desk)

    assert "who are you" in refused.content.decode()
    assert "It does not let us in" in refused.content.decode()
    assert broken.status_code == 200
    assert "The connector broke (ZeroDivisionError)" in broken.content.decode()


def test_rotates_the_signing_secret_and_ends_the_old_one(office: Client, crm: Connection) -> None:
    page = act(office, "rotate", crm, keep=3600)

    crm.refresh_from_db()
    assert crm.secret in page.content.decode()
    assert crm.secret != WEBHOOK_SECRET
    assert connections.secrets_of(crm, at=now()) == [crm.secret, WEBHOOK_SECRET]
    assert "valid until" in read(office, SYSTEM, crm.pk)

    act(office, "end_old", crm)
    crm.refresh_from_db()
    assert connections.secrets_of(crm, at=now()) == [crm.secret]


def test_rotates_credentials_that_are_typed(office: Client, desk: Connection) -> None:
    nothing = act(office, "rotate", desk, keep=86_400)
    assert nothing.status_code == 422

    page = act(office, "rotate", desk, keep=86_400, need_token="second-t0ken")
    desk.refresh_from_db()
    assert desk.credentials == {"token": "second-t0ken"}
    assert desk.old_credentials == {"token": "first-t0ken"}
    assert desk.secret == WEBHOOK_SECRET
    assert "second-t0ken" not in page.content.decode()

    act(office, "rotate", desk, keep=0, need_token="third-t0ken")
    desk.refresh_from_db()
    assert (desk.credentials["token"], desk.old_credentials) == ("third-t0ken", {})
    assert desk.old_until is None


def test_counts_a_replay_before_it_begins(office: Client, crm: Connection) -> None:
    happen(ALICE)
    happen(BOB)
    relay.relay(at=now())

    counted = act(office, "replay", crm, customer_id=str(ALICE))
    assert "1 event goes out once more." in counted.content.decode()
    assert not Replay.objects.exists()

    act(office, "replay", crm, customer_id=str(ALICE), sure=1)
    replay = Replay.objects.get()
    assert (replay.customer_id, replay.asked_by and replay.asked_by.username) == (ALICE, "anne")
    assert f"customer {ALICE}" in read(office, SYSTEM, crm.pk)
    refreshed = read(office, "admin:outbox_connection_figures", crm.pk)
    assert "A replay is going on: 0 events made ready so far." in refreshed

    replays.go_on(at=now())
    page = " ".join(read(office, SYSTEM, crm.pk).split())
    assert "1 event made ready, done just now" in page


def test_replays_a_range_of_time(office: Client, crm: Connection) -> None:
    happen(ALICE)
    happen(BOB)
    relay.relay(at=now())
    days = {"start_0": "2020-01-01", "start_1": "00:00", "end_0": "2100-01-01", "end_1": "00:00"}

    assert "2 events go out once more." in act(office, "replay", crm, **days).content.decode()
    assert act(office, "replay", crm).status_code == 422
    backward = days | {"end_0": "2019-01-01"}
    assert act(office, "replay", crm, **backward, sure=1).status_code == 422
    assert not Replay.objects.exists()


def test_replays_no_day_that_a_database_cannot_keep(office: Client, crm: Connection) -> None:
    days = {"start_0": "0001-01-01", "start_1": "00:00", "end_0": "9999-12-31", "end_1": "23:59"}

    asked = act(office, "replay", crm, **days, sure=1)

    assert asked.status_code == 422
    assert "Choose a day between 1900 and 2999." in asked.content.decode()
    assert not Replay.objects.exists()


def test_purges_with_a_reason_once_the_number_was_read(office: Client, crm: Connection) -> None:
    dead_letter(crm)
    page = read(office, "admin:outbox_connection_purge", crm.pk)
    assert "2 messages are given up for good." in page

    act(office, "purge", crm, reason="test data")
    assert not Delivery.objects.filter(state="SKIPPED").exists()

    act(office, "purge", crm, reason="test data", sure="on")
    assert set(Delivery.objects.values_list("state", "skipped_because")) == {
        ("SKIPPED", "test data")
    }


def test_tries_a_dead_letter_again_or_skips_it_with_a_reason(
    office: Client, crm: Connection
) -> None:
    letter = dead_letter(crm)
    page = read(office, SYSTEM, crm.pk)
    assert "no such colour" in page
    assert str(ALICE)[:8] in page

    act(office, "try_again", crm, letter.pk)
    letter.refresh_from_db()
    assert letter.state == "WAITING"

    Delivery.objects.filter(pk=letter.pk).update(state="DEAD")
    assert act(office, "skip", crm, letter.pk).status_code == 422
    act(office, "skip", crm, letter.pk, reason="sold by mistake")
    letter.refresh_from_db()
    assert (letter.state, letter.skipped_because) == ("SKIPPED", "sold by mistake")
    assert not Lane.objects.get().is_held


def test_says_that_a_message_has_arrived_meanwhile(office: Client, crm: Connection) -> None:
    letter = dead_letter(crm)
    Delivery.objects.update(state="DELIVERED", delivered_at=NOON)

    page = act(office, "try_again", crm, letter.pk).content.decode()

    assert "The receiver has this message already." in page


def test_acts_on_no_other_systems_messages(
    office: Client, crm: Connection, desk: Connection
) -> None:
    letter = dead_letter(crm)

    assert act(office, "try_again", desk, letter.pk).status_code == 404


def test_notes_every_act_and_who_did_it(office: Client, crm: Connection, anne: User) -> None:
    letter = dead_letter(crm)
    with listening() as receiver:
        Connection.objects.update(url=receiver.url)
        act(office, "test", crm)
    act(office, "pause", crm, reason="they move")
    act(office, "resume", crm)
    act(office, "rotate", crm, keep=0)
    act(office, "end_old", crm)
    act(office, "choose", crm, which="everything")
    act(office, "settings", crm, name="CRM", url="https://x.example/", purpose="SERVICE")
    act(office, "replay", crm, customer_id=str(ALICE), sure=1)
    act(office, "skip", crm, letter.pk, reason="lost")
    act(office, "purge", crm, reason="gone", sure="on")

    noted = LogEntry.objects.filter(object_id=str(crm.pk), user=anne).order_by("pk")
    assert [entry.change_message for entry in noted] == [
        "Tested: It lets us in and takes our messages.",
        "Paused: they move",
        "Resumed.",
        "Secrets rotated.",
        "Old secrets ended.",
        "Hears: everything",
        "Changed: address and What it may use a person's data for",
        "Replay of 2 events asked for.",
        f"Message {letter.pk} skipped: lost",
        "Purged 1: gone",
    ]
    assert "Purged 1: gone" in read(office, SYSTEM, crm.pk)
