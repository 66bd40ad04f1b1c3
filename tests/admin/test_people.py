import pytest
from django.test import Client
from django.urls import reverse

from omnistore.audit.models import Look
from stores.models import Store, User
from tests.factories import make_customer, make_order, make_product, make_user

FIND = "admin:customers_customer_find"


@pytest.mark.parametrize("text", ["06 12 34 56 78", "camille@example.fr", "moreau", "W-815"])
def test_finds_a_person_as_the_counter_does(
    office: Client, lyon: Store, anne: User, text: str
) -> None:
    camille = make_customer(phone="+33612345678", email="camille@example.fr")
    make_order(camille, [(make_product(), 1, 100)], number="W-815")

    page = office.post(reverse(FIND), {"store": lyon.pk, "text": text})

    assert reverse("admin:customers_customer_change", args=[camille.pk]) in page.content.decode()
    look = Look.objects.get()
    assert (look.actor, look.actor_id, look.customer_id) == ("USER", anne.pk, camille.pk)


@pytest.mark.parametrize("text", ["", "\x00", "x" * 10_000, "2000000000009", "nobody"])
def test_says_why_nobody_was_found(office: Client, lyon: Store, text: str) -> None:
    page = office.post(reverse(FIND), {"store": lyon.pk, "text": text})

    assert page.status_code == 200
    assert not Look.objects.exists()


def test_lets_nobody_without_the_right_find_people(client: Client, lyon: Store) -> None:
    client.force_login(make_user("bob", is_staff=True))

    assert client.get(reverse(FIND)).status_code == 403


@pytest.mark.parametrize(
    "guess",
    [
        "customers/customer/?last_name__startswith=Mor",
        "customers/identifier/?value__startswith=%2B336",
        "stores/apikey/?key_hash__startswith=a",
        "stores/clerk/?pin_hash__startswith=argon2",
        "stores/tablet/?token_hash__startswith=a",
    ],
)
def test_guesses_nobody_by_the_address_of_a_list(office: Client, guess: str) -> None:
    make_customer(phone="+33612345678")

    assert office.get(f"/admin/{guess}").status_code == 400


def test_notes_who_reads_the_name_on_the_page_of_changes(office: Client, anne: User) -> None:
    camille = make_customer()

    page = office.get(reverse("admin:customers_customer_history", args=[camille.pk]))

    assert "Camille Moreau" in page.content.decode()
    assert Look.objects.get().customer_id == camille.pk
