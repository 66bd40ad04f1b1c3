"""The ledgers: the database itself refuses to change or delete what was written."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from customers.models import LoyaltyEntry
from orders import credit
from orders.models import (
    CreditEntry,
    JournalClosing,
    JournalEntry,
    ReviewEntry,
    Stock,
    StockMovement,
)
from stores.models import Store
from tests import guards
from tests.factories import NOON, make_customer, make_product

LEDGERS = (JournalEntry, JournalClosing, CreditEntry, ReviewEntry, StockMovement, LoyaltyEntry)


def test_every_ledger_still_has_its_guards(db: None) -> None:
    """SQLite forgets them when a migration makes a table anew."""
    aside, _back = guards.apart(connection)

    for model in LEDGERS:
        table = model._meta.db_table
        found = [statement for statement in aside if table in statement]
        assert len(found) == (1 if connection.vendor == "postgresql" else 2), table


@pytest.fixture
def rows(lyon: Store) -> list[Any]:
    """One row of each ledger that is easily made."""
    LoyaltyEntry.objects.create(customer=make_customer(), kind="IMPORTED", points=5, at=NOON)
    credit.issue(
        customer=None,
        kind="GIFT_CARD",
        amount=500,
        currency="EUR",
        reason="sold",
        event_key="sold:1",
        store=lyon,
        at=NOON,
    )
    row = Stock.objects.create(product=make_product(), store=lyon, on_hand=2, changed_at=NOON)
    StockMovement.objects.create(
        stock=row, reason="COUNT", units=2, on_hand_after=2, event_key="count:1", at=NOON
    )
    return [LoyaltyEntry, CreditEntry, StockMovement]


def test_what_was_written_is_neither_changed_nor_deleted(rows: list[Any]) -> None:
    for model in rows:
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(at=NOON)
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all().delete()
        assert model.objects.count() == 1
