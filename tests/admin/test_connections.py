"""Head office sees how the systems we tell are doing, and who may see it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from omnistore.outbox import connections, relay
from omnistore.outbox.models import Connection, Tally
from stores.models import User
from tests.admin.systems import SYSTEM, SYSTEMS, act, dead_letter, give, read
from tests.factories import NOON, WEBHOOK_SECRET, make_user
from tests.outbox.conftest import BOB, happen

pytestmark = pytest.mark.usefixtures("in_english", "with_a_desk")


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
    minute = now().replace(second=0, microsecond=0)
    for number in range(20):
        made = connections.ensure(
            name=f"Shop {number}", url="https://s.example", secret="x", at=NOON
        )
        Tally.objects.create(connection=made, minute=minute, bucket=0, count=1)

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
    # Read once: a minute may end in between.
    latest = now().replace(second=0, microsecond=0)
    for ago in range(90):
        minute = latest - timedelta(minutes=ago)
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
    for key in ("7", "x", "²", "9" * 40):
        assert office.get(f"/admin/outbox/connection/{key}/change/").status_code == 404
    for page in ("figures", "pause", "settings"):
        assert office.get(f"/admin/outbox/connection/{'9' * 40}/{page}/").status_code == 404


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
