"""A new key in front seals everything, and the old one may go."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from omnistore.counter import resealing
from omnistore.outbox import connections
from omnistore.outbox.models import Connection
from stores.models import Register
from tests.factories import NOON, WEBHOOK_SECRET, make_register, make_store

OLD = "the-old-key-of-thirty-two-characters"
NEW = "the-new-key-of-thirty-two-characters"


@pytest.fixture
def sealed_before(db: None, settings: Any) -> Connection:
    """A connection and a register whose secrets were sealed with the old key."""
    settings.ENCRYPTION_KEYS = [OLD]
    make_register(make_store())
    made = connections.ensure(
        name="CRM", url="https://crm.example/", secret=WEBHOOK_SECRET, at=NOON
    )
    connections.rotate(connection=made, credentials={"token": "t0ken"}, at=NOON)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    return made


def test_lets_the_old_key_go(sealed_before: Connection, settings: Any) -> None:
    call_command("reseal", stdout=StringIO())

    settings.ENCRYPTION_KEYS = [NEW]
    found = Connection.objects.get()
    assert (found.secret, found.old_secret) == (WEBHOOK_SECRET, WEBHOOK_SECRET)
    assert found.credentials == {"token": "t0ken"}
    assert Register.objects.get().secret == WEBHOOK_SECRET


def test_changes_nothing_the_second_time(sealed_before: Connection) -> None:
    first = resealing.reseal()
    second = resealing.reseal()

    # The register's, the connection's two and its credentials; those before were empty.
    assert (first.values, second.values) == (4, 0)


def test_names_what_no_key_opens_and_seals_the_rest(
    sealed_before: Connection, settings: Any
) -> None:
    settings.ENCRYPTION_KEYS = ["another-key-of-thirty-two-characters"]
    lost = make_register(make_store("par"), "Caisse 2")
    settings.ENCRYPTION_KEYS = [NEW, OLD]

    with pytest.raises(CommandError, match=rf"stores.Register {lost.pk} secret"):
        call_command("reseal", stdout=StringIO())

    settings.ENCRYPTION_KEYS = [NEW]
    assert Connection.objects.get().secret == WEBHOOK_SECRET
