"""Every example number of libphonenumber, however it is typed, leads to the one who holds it."""

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import pytest

from customers import identity
from customers.models import Customer, Evidence, Identifier
from omnistore.counter import recognition
from omnistore.counter.reading import read
from stores.models import Store
from tests.factories import LONG_AGO, NOON

EXAMPLES = Path(__file__).parents[1] / "data" / "libphonenumber_examples.csv.gz"


Row = dict[str, str]


@pytest.fixture(scope="module")
def examples() -> list[Row]:
    with gzip.open(EXAMPLES, "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.django_db
def test_reads_every_example_number_as_the_one_that_somebody_holds(examples: list[Row]) -> None:
    holders = make_holders({row["e164"] for row in examples})
    typed = [(row["region"], text, row["e164"]) for row in examples for text in forms(row)]
    meant = {(region, text): set(read(text, region).identifiers) for region, text, _ in typed}

    held: dict[str, set[Customer]] = defaultdict(set)
    for holder in identity.holders_of(list(set().union(*meant.values()))):
        held[holder.identifier.value].add(holder.customer)

    missed = [
        (region, text)
        for region, text, number in typed
        if not any(holders[number] in held[value] for _, value in meant[region, text])
    ]
    assert len(examples) == 1374
    assert missed == []


@pytest.mark.django_db
def test_finds_an_example_number_of_every_region_in_a_store_there(examples: list[Row]) -> None:
    by_region = {row["region"]: row for row in examples}
    holders = make_holders({row["e164"] for row in examples})

    missed = [
        (region, text)
        for region, row in by_region.items()
        for text in forms(row)
        if holders[row["e164"]] not in found(text, region)
    ]

    assert len(by_region) == 245
    assert missed == []


def forms(row: Row) -> tuple[str, ...]:
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
