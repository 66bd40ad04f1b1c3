"""The whole demo shop, made once in one transaction."""

import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from omnistore.demo import cases, contacts, dates, goods, identities, offers, premises, shelves
from omnistore.demo.people import DATA
from omnistore.demo.sales import Dresser
from orders.models import SalesImport
from orders.sales_import import files, imports
from orders.sales_import.options import Options

SOURCE = "demo"
FILE = DATA / "sales.csv.gz"
# One batch: the shop is made whole or not at all.
BATCH = 1_000_000


def is_there() -> bool:
    """Whether the demo shop was made on this database."""
    return SalesImport.objects.filter(source=SOURCE, finished_at__isnull=False).exists()


@transaction.atomic
def load(*, at: datetime) -> SalesImport:
    """
    Make the shop, with its last sale yesterday; return what the import of its sales counted.

    No event is recorded: what a connected system hears begins with the first visitor.
    """
    stores = premises.build(at=at)
    done = _import(at)
    goods.dress()
    shelves.fill(stores=stores, at=at)
    persons = identities.name(source=SOURCE, stores=stores, at=at)
    Dresser(source=SOURCE, stores=stores, persons=persons, at=at).dress()
    offers.give(source=SOURCE)
    cases.add(source=SOURCE, stores=stores, at=at)
    identities.reward(persons=persons, spent=contacts.spent_by(SOURCE), at=at)
    identities.hand_out_passes(persons=persons, at=at)
    contacts.fill(persons=persons, stores=stores, at=at)
    return done


def _import(at: datetime) -> SalesImport:
    options = Options(
        source=SOURCE,
        currency="EUR",
        tax_rate=Decimal("0.20"),
        country="FR",
        time_zone="Europe/Paris",
        shift_to=dates.yesterday(at),
    )
    with tempfile.TemporaryDirectory() as folder:
        return imports.run(
            checked=files.check(FILE),
            options=options,
            rejects=Path(folder) / "rejects.csv",
            batch_size=BATCH,
            advance=lambda _read: None,
            at=at,
        )
