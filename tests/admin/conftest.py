from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.timezone import now

from omnistore.outbox import connections
from omnistore.outbox.models import Connection
from stores.models import User
from tests import factories
from tests.admin.systems import Desk
from tests.factories import WEBHOOK_SECRET


@pytest.fixture
def anne(db: None) -> User:
    """Head office: she may do everything."""
    return factories.make_user("anne", is_staff=True, is_superuser=True)


@pytest.fixture
def office(client: Client, anne: User) -> Client:
    """A browser in which Anne is signed in."""
    client.force_login(anne)
    return client


@pytest.fixture
def in_english(client: Client) -> Iterator[None]:
    client.cookies["omnistore_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def with_a_desk(settings: Any) -> None:
    settings.OMNISTORE_CONNECTORS = settings.OMNISTORE_CONNECTORS | {
        "desk": "tests.admin.systems.Desk",
        "hotline": "tests.admin.systems.Hotline",
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
