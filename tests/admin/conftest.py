import pytest
from django.test import Client

from stores.models import User
from tests import factories


@pytest.fixture
def anne(db: None) -> User:
    """Head office: she may do everything."""
    return factories.make_user("anne", is_staff=True, is_superuser=True)


@pytest.fixture
def office(client: Client, anne: User) -> Client:
    """A browser in which Anne is signed in."""
    client.force_login(anne)
    return client
