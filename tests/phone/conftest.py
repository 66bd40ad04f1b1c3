"""A phone before a register, and a customer who may have been there before."""

import pytest
from django.test import Client
from django.utils.timezone import now

from customers import consent
from customers.models import ConsentWording, Customer
from stores import registers
from stores.models import Register
from tests.factories import make_customer


@pytest.fixture
def phone(client: Client) -> Client:
    """A phone that nobody knows, whose owner reads English."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer(phone="+33612345678", email="camille@example.com")


@pytest.fixture
def wordings(db: None) -> list[ConsentWording]:
    consent.default_wordings()
    return consent.asked("en")


@pytest.fixture
def code(till: Register) -> str:
    """What the register's screen shows now."""
    return registers.code_of(till, at=now())
