"""Head office has a person forgotten, here and wherever he was told of."""

from collections.abc import Iterator

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import reverse

from customers.models import Customer, Identifier
from omnistore.outbox import connections, events
from omnistore.outbox.models import Connection, Delivery, Lane
from orders.facts import OrderRecorded
from stores.models import User
from tests.factories import NOON, WEBHOOK_SECRET, make_customer, make_order, make_user
from tests.outbox.conftest import Post
from tests.receiver import Receiver, listening


@pytest.fixture
def crm() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def post(db: None, crm: Receiver) -> Post:
    """The way to a CRM that asked for orders and for nothing of customers."""
    made = connections.ensure(name="CRM", url=crm.url, secret=WEBHOOK_SECRET, at=NOON)
    Connection.objects.update(wants=["orders.*"])
    return Post(made)


@pytest.fixture
def camille(office: Client) -> Customer:
    office.cookies["omnistore_language"] = "en"
    return make_customer(phone="+33612345678")


def buy(customer: Customer) -> None:
    order = make_order(customer)
    with transaction.atomic():
        fact = OrderRecorded(
            customer_id=customer.pk,
            store_code="lyo",
            order_id=order.pk,
            number=order.number,
            channel=order.channel,
            units=1,
            total=order.total,
            currency=order.currency,
        )
        events.record(fact, at=NOON)


def page_of(customer: Customer) -> str:
    return reverse("admin:customers_customer_erase", args=[customer.pk])


def heard(crm: Receiver) -> list[str]:
    return [message.event["type"].removeprefix("omnistore.") for message in crm.messages]


def test_says_what_goes_what_stays_and_who_is_told(
    office: Client, post: Post, camille: Customer
) -> None:
    buy(camille)
    post.send()
    connections.ensure(name="Warehouse", url="https://w.example/", secret="x", at=NOON)

    page = office.get(page_of(camille)).content.decode()

    assert "What goes" in page
    assert "What stays" in page
    assert "<li>CRM</li>" in page
    assert "<li>Warehouse</li>" not in page
    camille.refresh_from_db()
    assert camille.first_name == "Camille"
    change = reverse("admin:customers_customer_change", args=[camille.pk])
    assert page_of(camille) in office.get(change).content.decode()


def test_reaches_a_system_that_was_told_of_an_order_and_asked_for_no_customers(
    office: Client, post: Post, crm: Receiver, camille: Customer, anne: User
) -> None:
    buy(camille)
    post.send()

    answer = office.post(page_of(camille), follow=True)
    post.send()

    assert "The person is forgotten" in answer.content.decode()
    assert page_of(camille) not in answer.content.decode()
    assert heard(crm) == ["orders.order.recorded", "customers.customer.erased"]
    assert crm.messages[-1].event["subject"] == str(camille.pk)
    camille.refresh_from_db()
    assert (camille.first_name, camille.last_name) == ("", "")
    assert not Identifier.objects.filter(value="+33612345678").exists()
    noted = LogEntry.objects.get()
    assert (noted.user, noted.object_id) == (anne, str(camille.pk))
    assert "Camille" not in noted.object_repr + noted.change_message


def test_passes_a_ledger_that_is_held(
    office: Client, post: Post, crm: Receiver, camille: Customer
) -> None:
    buy(camille)
    post.send()
    crm.answers = [(422, {}, b"no such colour")]
    buy(camille)
    buy(camille)
    post.send()
    assert Lane.objects.get().is_held

    office.post(page_of(camille))
    post.send()

    assert heard(crm)[-1] == "customers.customer.erased"
    assert heard(crm).count("orders.order.recorded") == 2


def test_arrives_after_the_receiver_was_away(
    office: Client, post: Post, crm: Receiver, camille: Customer
) -> None:
    buy(camille)
    post.send()
    crm.answers = [503]

    office.post(page_of(camille))
    post.send()
    post.clock.move(minutes=1)
    post.send()

    assert heard(crm)[1:] == ["customers.customer.erased"] * 2
    assert crm.ids[1] == crm.ids[2]
    assert not Delivery.objects.exclude(state="DELIVERED").exists()


def test_says_nothing_to_who_was_never_told(
    office: Client, post: Post, crm: Receiver, camille: Customer
) -> None:
    assert "No system was told of this person." in office.get(page_of(camille)).content.decode()

    office.post(page_of(camille))
    post.send()

    assert heard(crm) == []


def test_tells_once_however_often_it_is_asked(
    office: Client, post: Post, crm: Receiver, camille: Customer
) -> None:
    buy(camille)
    post.send()

    office.post(page_of(camille))
    office.post(page_of(camille))
    post.send()

    assert heard(crm).count("customers.customer.erased") == 1


def test_is_for_who_may_change_customers(client: Client, camille: Customer) -> None:
    bob = make_user("bob", is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_customer"))
    client.force_login(bob)

    change = reverse("admin:customers_customer_change", args=[camille.pk])
    assert page_of(camille) not in client.get(change).content.decode()
    assert client.get(page_of(camille)).status_code == 403
    assert client.post(page_of(camille)).status_code == 403
    camille.refresh_from_db()
    assert camille.first_name == "Camille"
