"""Head office voids the pass of a lost phone, and sees of it no more than that it is there."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils.timezone import now

from customers import handsets, passes
from customers.models import Customer, Pass
from customers.passes import WrongPass
from omnistore.audit.models import Look
from stores.models import User
from tests.factories import NOON, make_customer, make_user

LIST = "/admin/customers/pass/"


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer()


@pytest.fixture
def hers(camille: Customer) -> Pass:
    return passes.issue(customer=camille, at=NOON)


def revoke(office: Client, *lost: Pass) -> Any:
    chosen = {"action": "revoke", "_selected_action": [one.pk.hex for one in lost]}
    return office.post(LIST, chosen, follow=True)


def test_voids_the_pass_of_a_lost_phone_and_the_phone(
    office: Client, anne: User, camille: Customer, hers: Pass
) -> None:
    _phone, secret = handsets.remember(customer=camille, at=NOON)
    code = passes.hour(hers, at=now()).codes[0]

    page = revoke(office, hers)

    assert page.status_code == 200
    with pytest.raises(WrongPass):
        passes.identify(code=code, at=now())
    assert handsets.known(secret, at=now()) is None
    logged = LogEntry.objects.get()
    assert (logged.user, logged.object_id) == (anne, str(hers.pk))
    assert "Moreau" not in logged.object_repr


def test_an_old_pass_revoked_again_leaves_the_new_one(
    office: Client, camille: Customer, hers: Pass
) -> None:
    new = passes.renew(customer=camille, at=NOON)

    revoke(office, hers)

    assert passes.of(camille) == new


def test_shows_neither_number_nor_secret_and_notes_the_look(
    office: Client, camille: Customer, hers: Pass
) -> None:
    pages = office.get(LIST).content + office.get(f"{LIST}{hers.pk}/change/").content

    for hidden in (hers.secret, hers.number, "Camille"):
        assert hidden not in pages.decode().replace("Camille Moreau", "")
    assert Look.objects.filter(customer_id=camille.pk, reason=Look.Reason.ADMIN).exists()


def test_lets_nobody_without_the_right_revoke(client: Client, hers: Pass) -> None:
    client.force_login(make_user("bob", is_staff=True))

    assert revoke(client, hers).status_code == 403
    hers.refresh_from_db()
    assert hers.is_in_force
