from typing import Any

from django.test import Client
from django.urls import reverse

from omnistore.audit.models import AccessChange
from stores import keys, staff, tablets
from stores.models import ApiKey, Clerk, PinTries, Register, Store, Tablet, User
from tests.factories import make_clerk, make_user


def test_sets_a_clerks_pin_and_forgets_his_wrong_tries(
    office: Client, nadia: Clerk, tablet: Tablet
) -> None:
    PinTries.objects.create(clerk=nadia, tablet=tablet, failures=5)

    answer = office.post(
        reverse("admin:stores_clerk_pin", args=[nadia.pk]), {"pin": "972641", "again": "972641"}
    )

    assert answer.status_code == 302
    nadia.refresh_from_db()
    staff.sign_in(tablet=tablet, clerk=nadia, pin="972641", at=tablet.active_at)


def test_refuses_a_weak_or_mistyped_pin(office: Client, nadia: Clerk) -> None:
    address = reverse("admin:stores_clerk_pin", args=[nadia.pk])

    weak = office.post(address, {"pin": "123456", "again": "123456"})
    mistyped = office.post(address, {"pin": "972641", "again": "972642"})

    assert weak.context["form"].errors["pin"]
    assert mistyped.context["form"].errors["again"]


def test_lets_chosen_clerks_try_again(office: Client, nadia: Clerk, tablet: Tablet) -> None:
    PinTries.objects.create(clerk=nadia, tablet=tablet, failures=5)

    office.post(
        reverse("admin:stores_clerk_changelist"),
        {"action": "let_try_again", "_selected_action": [nadia.pk]},
    )

    assert PinTries.objects.get().failures == 0


def test_shows_a_new_api_keys_secret_once(office: Client, lyon: Store) -> None:
    answer = office.post(
        reverse("admin:stores_apikey_add"),
        {"name": "Web shop", "store": lyon.pk, "scopes": ["carts", "orders"]},
    )

    secret = answer.context["secret"]
    made = ApiKey.objects.get()
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert keys.recognise(secret) == made
    assert made.scopes == ["carts", "orders"]
    page = office.get(reverse("admin:stores_apikey_change", args=[made.pk]))
    assert secret not in page.content.decode()


def test_wants_a_register_for_the_register_scope(office: Client, lyon: Store) -> None:
    answer = office.post(
        reverse("admin:stores_apikey_add"),
        {"name": "Till", "store": lyon.pk, "scopes": ["register"]},
    )

    assert answer.context["adminform"].form.errors["register"]
    assert not ApiKey.objects.exists()


def test_revokes_a_key_and_a_tablet(office: Client, lyon: Store, tablet: Tablet) -> None:
    key, secret = keys.make(store=lyon, name="Web shop", scopes=["carts"])

    office.post(
        reverse("admin:stores_apikey_changelist"), {"action": "revoke", "_selected_action": key.pk}
    )
    office.post(
        reverse("admin:stores_tablet_changelist"),
        {"action": "revoke", "_selected_action": tablet.pk},
    )

    assert keys.recognise(secret) is None
    assert tablets.recognise("tablet-secret") is None


def test_reads_who_changed_access_and_edits_nothing(
    office: Client, anne: User, nadia: Clerk, tablet: Tablet
) -> None:
    office.post(
        reverse("admin:stores_clerk_pin", args=[nadia.pk]), {"pin": "972641", "again": "972641"}
    )
    office.post(
        reverse("admin:stores_tablet_changelist"),
        {"action": "revoke", "_selected_action": tablet.pk},
    )

    page = office.get(reverse("admin:audit_accesschange_changelist")).content.decode()

    assert f"Nadia Benali ({nadia.pk})" in page
    assert f"Comptoir 1 ({tablet.pk})" in page
    assert f"anne ({anne.pk})" in page
    change = AccessChange.objects.earliest("pk")
    edited = office.post(reverse("admin:audit_accesschange_change", args=[change.pk]), {"actor": 1})
    assert edited.status_code == 403
    assert office.get(reverse("admin:audit_accesschange_add")).status_code == 403


def test_sets_how_a_tablets_hand_scanner_types(office: Client, tablet: Tablet) -> None:
    address = reverse("admin:stores_tablet_change", args=[tablet.pk])
    told = {"name": tablet.name, "scan_layout": "AUTO", "scan_prefix": "]C1"}

    answer = office.post(address, told | {"scan_ends_by_pause": "on"})

    assert answer.status_code == 302
    tablet.refresh_from_db()
    assert (tablet.scan_prefix, tablet.scan_ends_by_pause) == ("]C1", True)


def test_makes_a_registers_secret_itself_and_shows_it_once(office: Client, lyon: Store) -> None:
    answer = office.post(
        reverse("admin:stores_register_add"), {"store": lyon.pk, "name": "Caisse 9", "is_active": 1}
    )

    register = Register.objects.get(name="Caisse 9")
    assert register.secret.startswith("whsec_")
    assert register.secret in answer.content.decode()
    page = office.get(reverse("admin:stores_register_change", args=[register.pk]))
    assert register.secret not in page.content.decode()


def test_lets_nobody_without_the_right_set_a_pin(client: Client, lyon: Store) -> None:
    client.force_login(make_user("bob", is_staff=True))
    clerk = make_clerk(lyon)

    answer = client.get(reverse("admin:stores_clerk_pin", args=[clerk.pk]))

    assert answer.status_code == 403


def sign_in(client: Client, password: str) -> Any:
    return client.post("/admin/login/", {"username": "anne", "password": password})


def test_lets_head_office_in_by_password(client: Client, anne: User) -> None:
    assert sign_in(client, "counter-2026").status_code == 302
    assert client.get("/admin/").status_code == 200


def test_stops_guessing_the_password_of_head_office(client: Client, anne: User) -> None:
    for _ in range(5):
        assert sign_in(client, "not it").status_code == 200

    sign_in(client, "counter-2026")

    assert client.get("/admin/").status_code == 302


def test_lets_a_manager_without_the_right_not_into_head_office(client: Client, db: None) -> None:
    make_user("anne")

    sign_in(client, "counter-2026")

    assert client.get("/admin/").status_code == 302
