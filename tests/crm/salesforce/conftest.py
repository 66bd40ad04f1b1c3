"""A fake Salesforce, connections to it, and people whom it knows already."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from customers.models import Customer
from omnistore.crm.models import Link
from omnistore.outbox.models import Connection
from orders import refunds, returns
from orders.models import Refund
from orders.quotes import Choice
from stores.models import Tablet
from tests.crm.fakes.salesforce import Salesforce, listening
from tests.crm.salesforce import shop
from tests.crm.salesforce.shop import (
    camille,
    sign_up,
)
from tests.factories import (
    NOON,
    make_customer,
    make_order,
    make_policy,
    make_product,
)
from tests.outbox.conftest import Post


@pytest.fixture
def there() -> Iterator[Salesforce]:
    with listening() as fake:
        yield fake


@pytest.fixture
def post(db: None, there: Salesforce) -> Post:
    """A connection for offers and news."""
    return shop.connect(there)


@pytest.fixture
def service(db: None, there: Salesforce) -> Post:
    """A connection for orders, returns and after-sales."""
    return shop.connect(there, Connection.Purpose.SERVICE)


@pytest.fixture
def taken_back(tablet: Tablet) -> Customer:
    """Camille, who brought back one of her two bags, and has her money."""
    make_policy()
    customer = camille()
    order = make_order(customer, [(make_product(), 2, 1990)])
    draft = returns.begin(
        order=order, store=tablet.store, tablet=tablet, clerk=tablet.clerk, at=NOON
    )
    line = order.lines.get()
    choice = Choice(
        order_line_id=line.pk, units=1, reason="TOO_SMALL", condition="AS_NEW"
    )  # fmt: skip
    returns.choose(draft=draft, choices=[choice])
    returns.take(draft=draft, at=NOON)
    with transaction.atomic():
        refunds.paid(Refund.objects.get(), reference="R1", at=NOON)
    return customer


@pytest.fixture
def made_one(service: Post, there: Salesforce) -> tuple[Customer, Customer]:
    """Camille, and a second Camille whose contact was merged into hers."""
    first, second = camille(), make_customer("Camille", "Moreau", email="cm@example.org")
    sign_up(first)
    sign_up(second)
    service.send()
    ids = dict(Link.objects.values_list("local_id", "remote_id"))
    there.org.merge(kept=ids[first.pk], lost=ids[second.pk])
    return first, second
