"""A first store, manager and tablet without the demo."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from customers.models import ConsentWording
from orders.models import PolicyVersion
from stores.models import Clerk, Store, Tablet

SHOP = {
    "code": "nte",
    "name": "Nantes Crébillon",
    "manager": "Jeanne Le Goff",
    "username": "jeanne",
    "password": "crebillon-2026",
    "pin": "730184",
}


@pytest.mark.django_db
def test_the_manager_opens_the_first_tablet_and_signs_in(client: Client) -> None:
    call_command("open_shop", **SHOP)

    account = {"username": "jeanne", "password": "crebillon-2026"}
    ticket = client.post("/tablet/open/", account).context["form"]["ticket"].value()
    chosen = {"store": Store.objects.get().pk, "name": "Comptoir", "ticket": ticket}
    client.post("/tablet/open/store/", chosen)
    jeanne = Clerk.objects.get()
    client.post(f"/clerks/{jeanne.pk}/", {"pin": "730184"})

    assert Tablet.objects.get().clerk == jeanne
    assert client.get("/").status_code == 200
    assert PolicyVersion.objects.count() == 1
    assert ConsentWording.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"pin": "123456"},
        {"password": "123"},
        {"code": "pas un code"},
        {"code": "n" * 200},
        {"country": "France"},
        {"currency": "euros"},
        {"manager": "J" * 500},
        {"username": "jeanne le goff"},
        {"return_days": -1},
    ],
)
def test_what_is_not_right_makes_nothing(wrong: dict[str, str | int]) -> None:
    with pytest.raises(CommandError):
        call_command("open_shop", **SHOP | wrong)

    assert not Store.objects.exists()


@pytest.mark.django_db
def test_the_same_shop_is_not_opened_twice() -> None:
    call_command("open_shop", **SHOP)

    with pytest.raises(CommandError):
        call_command("open_shop", **SHOP)

    assert Store.objects.count() == 1
