"""Every example number of libphonenumber, however it is typed, leads to the one who holds it."""

import csv
import gzip
from pathlib import Path

import pytest

from customers.models import Customer, Evidence, Identifier
from omnistore.counter import recognition
from stores.models import Store
from tests.factories import LONG_AGO, NOON

EXAMPLES = Path(__file__).parents[1] / "data" / "libphonenumber_examples.csv.gz"


@pytest.mark.django_db
def test_finds_every_example_number_from_its_national_and_international_form_and_digits() -> None:
    with gzip.open(EXAMPLES, "rt", encoding="utf-8") as lines:
        examples = list(csv.DictReader(lines))
    holders = make_holders({row["e164"] for row in examples})
    typed = {(row["region"], text, row["e164"]) for row in examples for text in forms(row)}

    missed = [
        (region, text)
        for region, text, number in sorted(typed)
        if holders[number] not in found(text, region)
    ]

    assert len(examples) == 1374
    assert missed == []


def forms(row: dict[str, str]) -> tuple[str, ...]:
    national, international = row["national"], row["international"]
    return national, international, digits(national), digits(international)


def digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def found(text: str, country: str) -> set[Customer]:
    store = Store(code="one", country=country)
    recognised = recognition.find(text, store=store, at=NOON)
    return {candidate.customer for candidate in recognised.customers}


def make_holders(numbers: set[str]) -> dict[str, Customer]:
    """Return a new customer for each number, who alone holds it."""
    holders = {number: Customer(created_at=LONG_AGO) for number in sorted(numbers)}
    identifiers = [
        Identifier(kind="PHONE", value=number, first_seen_at=LONG_AGO) for number in holders
    ]
    Customer.objects.bulk_create(holders.values())
    Identifier.objects.bulk_create(identifiers)
    Evidence.objects.bulk_create(
        Evidence(identifier=identifier, customer=customer, source="TEST", started_at=LONG_AGO)
        for identifier, customer in zip(identifiers, holders.values(), strict=True)
    )
    return holders
