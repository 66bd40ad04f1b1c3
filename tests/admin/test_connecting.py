"""Head office connects a system and changes how."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from omnistore.outbox import connections, connectors
from omnistore.outbox.models import Connection
from tests.admin.systems import SYSTEM, Desk, act, read
from tests.factories import WEBHOOK_SECRET

pytestmark = pytest.mark.usefixtures("in_english", "with_a_desk")

NEW = {
    "kind": "webhook",
    "name": "CRM",
    "url": "https://crm.example/in",
    "purpose": "SERVICE",
    "which": "chosen",
    "wants": ["orders.return.*", "orders.order.recorded"],
}


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


def test_says_where_a_system_tells_us_what_changed_there(office: Client, desk: Connection) -> None:
    form = {"kind": "hotline", "need_token": "t0ken", "need_group": "vip", "need_region": "eu"}

    page = office.post(reverse("admin:outbox_connection_add"), NEW | form).content.decode()

    made = Connection.objects.get(kind="hotline")
    # Who signs what comes back has to know the secret.
    assert made.secret in page
    assert f"http://localhost:8000/crm/hotline/{made.pk}/" in read(office, SYSTEM, made.pk)
    assert "/crm/desk/" not in read(office, SYSTEM, desk.pk)


def test_asks_for_each_kind_there_is_what_its_connector_needs(office: Client) -> None:
    for sort in connectors.sorts():
        page = office.get(reverse("admin:outbox_connection_add"), {"kind": sort.kind})

        assert page.status_code == 200
        assert sort.about, sort.kind
        for need in sort.needs:
            assert f'name="need_{need.name}"' in page.content.decode(), (sort.kind, need)


def test_keeps_what_the_connector_found_out_meanwhile(office: Client, desk: Connection) -> None:
    Connection.objects.update(options={"group": "shops", "region": "eu", "found": "v2"})
    form = {"name": "Desk", "url": desk.url, "purpose": "SERVICE"}

    act(office, "settings", desk, **form, need_group="vip", need_region="eu")

    desk.refresh_from_db()
    assert desk.options == {"group": "vip", "region": "eu", "found": "v2"}


def test_refuses_to_hear_of_nothing_and_of_what_is_no_event(office: Client) -> None:
    address = reverse("admin:outbox_connection_add")

    for wants in ([], ["orders.nonsense"]):
        assert office.post(address, NEW | {"wants": wants}).status_code == 422
    assert not Connection.objects.exists()


def test_keeps_secrets_that_are_not_typed_anew(office: Client, desk: Connection) -> None:
    form = {"name": "Desk", "url": "https://desk.example/v2", "purpose": "SERVICE"}
    form |= {"need_token": "", "need_group": "vip", "need_region": "us"}

    act(office, "settings", desk, **form)

    desk.refresh_from_db()
    assert (desk.url, desk.credentials) == (form["url"], {"token": "first-t0ken"})
    assert desk.options == {"group": "vip", "region": "us"}
    assert desk.secret == WEBHOOK_SECRET

    act(office, "settings", desk, **form | {"need_token": "second-t0ken"})
    desk.refresh_from_db()
    assert desk.credentials == {"token": "second-t0ken"}


@pytest.mark.parametrize(
    "moved", [{"url": "https://thief.example/api"}, {"need_group": "https://thief.example"}]
)
def test_sends_no_secret_to_an_address_for_which_it_was_not_typed(
    office: Client, desk: Connection, moved: dict[str, str]
) -> None:
    connections.rotate(connection=desk, credentials={"token": "second-t0ken"}, at=now())
    form = {"name": "Desk", "url": Desk.url, "purpose": "SERVICE"}
    form |= {"need_token": "", "need_group": "shops", "need_region": "eu"} | moved

    assert (
        "it would go to another address" in act(office, "settings", desk, **form).content.decode()
    )
    desk.refresh_from_db()
    assert (desk.url, desk.options["group"]) == (Desk.url, "shops")

    act(office, "settings", desk, **form | {"need_token": "third-t0ken"})
    desk.refresh_from_db()
    assert (desk.credentials, desk.old_credentials) == ({"token": "third-t0ken"}, {})


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
