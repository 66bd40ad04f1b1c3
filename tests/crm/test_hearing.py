"""The door for what other systems tell us."""

import pytest
from django.test import Client

from omnistore.outbox import connections
from omnistore.outbox.models import Connection
from tests.factories import NOON, WEBHOOK_SECRET


@pytest.mark.parametrize("kind", ["webhook", "gone"])
def test_hears_nothing_from_a_system_that_tells_nothing(
    client: Client, db: None, kind: str
) -> None:
    url, secret = "https://crm.example", WEBHOOK_SECRET
    connection = connections.ensure(name="CRM", url=url, secret=secret, at=NOON)
    Connection.objects.update(kind=kind)

    assert client.post(f"/crm/{kind}/{connection.pk}/").status_code == 404
