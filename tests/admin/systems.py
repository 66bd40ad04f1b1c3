"""What tests of head office do with the systems we tell."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from omnistore.outbox import relay
from omnistore.outbox.answers import Answer, Stopped, Verdict
from omnistore.outbox.messages import Need
from omnistore.outbox.models import Connection, Delivery, Lane
from stores.models import User
from tests.outbox.conftest import ALICE, happen

SYSTEMS = "admin:outbox_connection_changelist"
SYSTEM = "admin:outbox_connection_change"


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


class Hotline(Desk):
    """One that also tells us something."""

    label = "Hotline"

    def hear(self, incoming: object, at: datetime) -> None: ...


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
