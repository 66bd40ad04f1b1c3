"""Head office looks after the systems we tell."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from omnistore.outbox import connections, relay, replays
from omnistore.outbox.answers import Answer, Stopped, Verdict
from omnistore.outbox.messages import Need
from omnistore.outbox.models import Connection, Delivery, Lane, Replay, Tally
from stores.models import User
from tests.factories import NOON, WEBHOOK_SECRET, make_user
from tests.outbox.conftest import ALICE, BOB, happen
from tests.receiver import listening

SYSTEMS = "admin:outbox_connection_changelist"
SYSTEM = "admin:outbox_connection_change"
NEW = {
    "kind": "webhook",
    "name": "CRM",
    "url": "https://crm.example/in",
    "purpose": "SERVICE",
    "which": "chosen",
    "wants": ["orders.return.*", "orders.order.recorded"],
}


class Desk:
    """A connector for tests: what it needs, and a test that goes as its connection says."""

    label = "Help desk"
    about = "Tickets of customers."
    url = "https://desk.example/api"
    needs = (
        Need("token", "API token", is_secret=True),
        Need("group", "Group", default="shops"),
        Need("key", "Private key", is_secret=True, is_required=False, is_long=True),
        Need("region", "Region", choices=[("eu", "Europe"), ("us", "America")]),
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def test(self, at: datetime) -> Answer:
        if self.connection.options["group"] == "broken":
            raise ZeroDivisionError
        raise Stopped(Answer(Verdict.PAUSE, 401, "who are you"))


@pytest.fixture(autouse=True)
def in_english(client: Client) -> Iterator[None]:
    client.cookies["omnistore_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def with_a_desk(settings: Any) -> None:
    settings.OMNISTORE_CONNECTORS = settings.OMNISTORE_CONNECTORS | {
        "desk": f"{__name__}.Desk",
    }


@pytest.fixture
def crm(db: None) -> Connection:
    return connections.ensure(
        name="CRM", url="https://crm.example/", secret=WEBHOOK_SECRET, at=now()
    )


@pytest.fixture
def desk(db: None) -> Connection:
    return Connection.objects.create(
        name="Desk",
        kind="desk",
        url=Desk.url,
        secret=WEBHOOK_SECRET,
        options={"group": "shops", "region": "eu"},
        credentials={"token": "first-t0ken"},
    )


def give(user: User, *rights: str) -> User:
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return user


def act(office: Client, name: str, connection: Connection, /, *args: int, **form: Any) -> Any:
    address = reverse(f"admin:outbox_connection_{name}", args=[connection.pk, *args])
    return office.post(address, form, follow=True)


def read(office: Client, page: str, *args: int) -> str:
    return office.get(reverse(page, args=args)).content.decode()


def dead_letter(connection: Connection) -> Delivery:
    """Return a message of Alice's that was given up; another waits behind it."""
    happen(ALICE)
    happen(ALICE)
    relay.relay(at=now())
    first = Delivery.objects.filter(connection=connection).earliest("sequence")
    first.state, first.last_status, first.last_words = "DEAD", 422, "no such colour"
    first.save()
    Lane.objects.filter(connection=connection).update(is_held=True)
    return first


# --- at a glance ----------------------------------------------------------------------------------


def test_says_what_it_is_while_no_system_is_connected(office: Client) -> None:
    page = read(office, SYSTEMS)

    assert "No system is told yet" in page
    assert page.count(reverse("admin:outbox_connection_add")) == 1


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("RUNNING", "", "running"),
        ("HELD", "timed out", "does not answer, asked again in 25 secs"),
        ("HELD now", "timed out", "does not answer, being asked again"),
        ("PAUSED", "anne: new server", "paused by anne: new server"),
        ("REFUSED", "key revoked", "refuses us: key revoked"),
    ],
)
def test_says_each_state_in_words(
    office: Client, crm: Connection, state: str, reason: str, words: str
) -> None:
    state, _, is_due = state.partition(" ")
    probe_at = now() + timedelta(seconds=0 if is_due else 25.4)
    Connection.objects.update(state=state, state_reason=reason, probe_at=probe_at)

    assert f">{words}</p>" in read(office, SYSTEMS)


def test_shows_how_a_system_is_doing(office: Client, crm: Connection) -> None:
    dead_letter(crm)
    happen(BOB)
    relay.relay(at=now())
    minute = now().replace(second=0, microsecond=0) - timedelta(minutes=3)
    for bucket, count in ((0, 90), (20, 10), (-1, 7)):
        Tally.objects.create(connection=crm, minute=minute, bucket=bucket, count=count)
    Connection.objects.update(last_error="503 down for tea", last_failure_at=now())

    page = office.get(reverse(SYSTEMS))

    (one,) = page.context["systems"]
    assert (one.waiting, one.dead, one.held) == (2, 1, 1)
    assert (one.hour.delivered, one.hour.failed, one.hour.p50) == (100, 7, 0.01)
    assert 16 < one.per_minute <= 20
    assert "Last error just now:" in page.content.decode()
    assert "503 down for tea" in page.content.decode()


def test_says_the_chart_in_words_too(office: Client, crm: Connection) -> None:
    minute = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=3)
    Tally.objects.create(connection=crm, minute=minute, bucket=0, count=1240)
    Tally.objects.create(connection=crm, minute=minute, bucket=-1, count=2)

    page = read(office, SYSTEMS)

    assert "1,240 delivered, 2 failed or given up." in page
    assert page.count('<rect class="chart__delivered"') == 1
    assert page.count('<rect class="chart__failed"') == 1


def test_asks_as_many_queries_for_many_systems_as_for_one(
    office: Client, crm: Connection, django_assert_num_queries: Any
) -> None:
    for number in range(20):
        made = connections.ensure(
            name=f"Shop {number}", url="https://s.example", secret="x", at=NOON
        )
        Tally.objects.create(connection=made, minute=now(), bucket=0, count=1)

    # Session, user, connections in trouble; connections, tallies, lanes.
    with django_assert_num_queries(6):
        office.get(reverse(SYSTEMS))
    with django_assert_num_queries(5):
        office.get(reverse("admin:outbox_connection_glance"))


def test_asks_a_fixed_number_of_queries_for_the_page_of_a_system(
    office: Client, crm: Connection, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        dead_letter(crm)
    for ago in range(90):
        minute = now().replace(second=0, microsecond=0) - timedelta(minutes=ago)
        Tally.objects.create(connection=crm, minute=minute, bucket=0, count=1)
    act(office, "resume", crm)

    with django_assert_max_num_queries(14):
        office.get(reverse(SYSTEM, args=[crm.pk]))


def test_refreshes_the_cards_alone_and_sends_who_is_signed_out_to_sign_in(
    office: Client, crm: Connection
) -> None:
    address = reverse("admin:outbox_connection_glance")

    inside = office.get(address, HTTP_HX_REQUEST="true")
    office.logout()
    outside = office.get(address, HTTP_HX_REQUEST="true")

    assert inside.content.decode().lstrip().startswith('<div id="systems"')
    assert outside.status_code == 403
    assert outside["HX-Redirect"] == f"/admin/login/?next={reverse(SYSTEMS)}"


def test_writes_nothing_inline_into_its_pages(office: Client, crm: Connection) -> None:
    dead_letter(crm)
    pages = ["pause", "rotate", "choose", "settings", "replay", "purge"]
    for address in (
        reverse(SYSTEMS),
        reverse(SYSTEM, args=[crm.pk]),
        reverse("admin:outbox_connection_add"),
        reverse("admin:outbox_connection_add") + "?kind=desk",
        *(reverse(f"admin:outbox_connection_{page}", args=[crm.pk]) for page in pages),
    ):
        answer = office.get(address)
        content = answer.content.decode()

        assert answer.status_code == 200, address
        assert " style=" not in content, address
        assert "<script>" not in content, address


def test_guesses_no_secret_by_the_address(office: Client, crm: Connection) -> None:
    for guess in ("a", "g", WEBHOOK_SECRET[0]):
        page = office.get(reverse(SYSTEMS), {"secret__startswith": guess})

        assert [one.connection for one in page.context["systems"]] == [crm]


def test_knows_no_system_that_is_not_there(office: Client) -> None:
    for key in ("7", "x", "9" * 40):
        assert office.get(f"/admin/outbox/connection/{key}/change/").status_code == 404


# --- a new one ------------------------------------------------------------------------------------


def test_offers_every_kind_with_a_sentence(office: Client) -> None:
    page = read(office, "admin:outbox_connection_add")

    assert "Help desk" in page
    assert "Tickets of customers." in page
    assert "?kind=webhook" in page


def test_shows_a_new_systems_secret_once(office: Client) -> None:
    answer = office.post(reverse("admin:outbox_connection_add"), NEW)

    made = Connection.objects.get()
    assert made.secret.startswith("whsec_")
    assert made.secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert made.secret not in read(office, SYSTEM, made.pk)
    assert made.purpose == "SERVICE"
    assert made.wants == ["orders.return.*", "orders.order.recorded"]


def test_asks_what_the_kind_of_system_needs(office: Client) -> None:
    address = reverse("admin:outbox_connection_add")
    form = NEW | {"kind": "desk", "which": "everything", "need_group": "vip", "need_region": "eu"}

    missing = office.post(address, form)
    made = office.post(address, form | {"need_token": "s3cret-t0ken"}, follow=True)

    assert missing.status_code == 422
    assert missing.context["form"].errors["need_token"]
    assert 'value="https://desk.example/api"' in office.get(f"{address}?kind=desk").content.decode()
    found = Connection.objects.get()
    assert found.credentials == {"token": "s3cret-t0ken"}
    assert (found.options, found.wants) == ({"group": "vip", "region": "eu"}, [])
    assert "s3cret-t0ken" not in made.content.decode()


def test_refuses_to_hear_of_nothing_and_of_what_is_no_event(office: Client) -> None:
    address = reverse("admin:outbox_connection_add")

    for wants in ([], ["orders.nonsense"]):
        assert office.post(address, NEW | {"wants": wants}).status_code == 422
    assert not Connection.objects.exists()


# --- one that is there ----------------------------------------------------------------------------


def test_keeps_secrets_that_are_not_typed_anew(office: Client, desk: Connection) -> None:
    form = {"name": "Desk", "url": "https://new.example/", "purpose": "SERVICE"}
    form |= {"need_token": "", "need_group": "vip", "need_region": "us"}

    act(office, "settings", desk, **form)

    desk.refresh_from_db()
    assert (desk.url, desk.credentials) == ("https://new.example/", {"token": "first-t0ken"})
    assert desk.options == {"group": "vip", "region": "us"}
    assert desk.secret == WEBHOOK_SECRET

    act(office, "settings", desk, **form | {"need_token": "second-t0ken"})
    desk.refresh_from_db()
    assert desk.credentials == {"token": "second-t0ken"}


def test_never_shows_a_secret_again(office: Client, desk: Connection) -> None:
    for page in ("settings", "rotate"):
        content = read(office, f"admin:outbox_connection_{page}", desk.pk)

        assert "first-t0ken" not in content
        assert WEBHOOK_SECRET not in content


def test_shows_no_secret_beside_a_mistake(office: Client, desk: Connection) -> None:
    typed = {"need_token": "typed-t0ken", "need_key": "-----BEGIN KEY-----", "url": "no address"}

    page = act(office, "settings", desk, **typed)

    assert page.status_code == 422
    assert "typed-t0ken" not in page.content.decode()
    assert "BEGIN KEY" not in page.content.decode()


def test_chooses_events_and_keeps_old_wishes(office: Client, crm: Connection) -> None:
    Connection.objects.update(wants=["orders.*"])
    page = read(office, "admin:outbox_connection_choose", crm.pk)
    assert 'value="orders.*"' in page
    assert "tests.card.shown" not in page
    assert "customers.consent.withdrawn" in page

    act(office, "choose", crm, which="chosen", wants=["orders.*", "customers.consent.*"])
    crm.refresh_from_db()
    assert crm.wants == ["orders.*", "customers.consent.*"]

    act(office, "choose", crm, which="everything", wants=["orders.*"])
    crm.refresh_from_db()
    assert crm.wants == []


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


# --- who may --------------------------------------------------------------------------------------

ACTS = ["test", "pause", "resume", "rotate", "end_old", "choose", "settings", "replay", "purge"]


def test_shows_nothing_to_who_may_not_look(client: Client, crm: Connection) -> None:
    client.force_login(make_user("bob", is_staff=True))

    for page, args in ((SYSTEMS, []), (SYSTEM, [crm.pk]), ("admin:outbox_connection_add", [])):
        assert client.get(reverse(page, args=args)).status_code == 403
    assert client.get(reverse("admin:outbox_connection_glance")).status_code == 403

    # The right alone does not make a clerk head office.
    client.force_login(give(make_user("carla"), "view_connection"))
    assert client.get(reverse("admin:outbox_connection_glance")).status_code == 403


def test_lets_a_looker_look_and_not_act(client: Client, crm: Connection) -> None:
    client.force_login(give(make_user("bob", is_staff=True), "view_connection"))

    page = read(client, SYSTEM, crm.pk)
    answers = {name: act(client, name, crm, reason="x").status_code for name in ACTS}

    assert "Send a test" not in page
    assert "Connect a system" not in read(client, SYSTEMS)
    assert answers == dict.fromkeys(ACTS, 403)


def test_lets_only_who_may_delete_purge(client: Client, crm: Connection) -> None:
    rights = ["view_connection", "change_connection"]
    client.force_login(give(make_user("bob", is_staff=True), *rights))

    assert act(client, "pause", crm, reason="x").status_code == 200
    assert "Purge" not in read(client, SYSTEM, crm.pk)
    assert act(client, "purge", crm, reason="x", sure="on").status_code == 403

    give(User.objects.get(username="bob"), *rights, "delete_connection")
    assert act(client, "purge", crm, reason="x", sure="on").status_code == 200


def test_acts_on_nothing_that_is_only_asked_for(office: Client, crm: Connection) -> None:
    for name in ("test", "resume", "end_old"):
        address = reverse(f"admin:outbox_connection_{name}", args=[crm.pk])

        assert office.get(address).status_code == 405
