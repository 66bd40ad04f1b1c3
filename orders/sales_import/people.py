"""Customers known by their number in the source, as the identifier `uci:17850`; nameless."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from babel import Locale

from customers.models import Customer, Evidence, Identifier
from orders.sales_import.lines import Line
from orders.sales_import.options import Options
from orders.sales_import.rows import insert, key, reserve

CUSTOMER = "id home_store_id country language is_historical created_at"
IDENTIFIER = "id kind value first_seen_at"
EVIDENCE = "identifier_id customer_id source started_at"
# What the data set calls them, where Unicode's names differ.
ALSO_CALLED = {"EIRE": "IE", "RSA": "ZA", "USA": "US", "Hong Kong": "HK", "Czech Republic": "CZ"}
SPEAK_FRENCH = ("FR", "BE", "LU", "MC")


class Person(NamedTuple):
    """A customer and the identifier that brings him; nobody when the number has no holder."""

    id: str | None
    identifier_id: int | None


NOBODY = Person(None, None)


def of(lines: Iterable[Line], options: Options) -> dict[str, Person]:
    """Return the person of every customer number in the lines; new ones are made."""
    first: dict[str, Line] = {}
    for line in lines:
        first.setdefault(line.customer, line)
    first.pop("", None)
    people = _known(list(first), options.source)
    new = [line for number, line in first.items() if number not in people]
    return people | _made(new, options) | {"": NOBODY}


def _known(numbers: list[str], source: str) -> dict[str, Person]:
    values = {f"{source}:{number}": number for number in numbers}
    kind = Identifier.Kind.SOURCE
    identifiers = Identifier.objects.filter(kind=kind, value__in=values)
    holders = dict(
        Evidence.objects.filter(
            identifier__kind=kind, identifier__value__in=values, ended_at=None
        ).values_list("identifier_id", "customer_id")
    )
    return {
        values[value]: Person(holders[pk].hex if pk in holders else None, pk)
        for pk, value in identifiers.values_list("id", "value")
    }


def _made(lines: list[Line], options: Options) -> dict[str, Person]:
    people, customers, identifiers, evidence = {}, [], [], []
    by = f"IMPORT:{options.source}"[:40]
    for pk, line in zip(reserve(Identifier, len(lines)), lines, strict=True):
        value = f"{options.source}:{line.customer}"
        person = Person(key("customer", value), pk)
        people[line.customer] = person
        customers.append(_customer(person, line, options))
        identifiers.append((pk, Identifier.Kind.SOURCE.value, value, line.placed_at))
        evidence.append((pk, person.id, by, line.placed_at))
    insert(Customer, CUSTOMER, customers)
    insert(Identifier, IDENTIFIER, identifiers)
    insert(Evidence, EVIDENCE, evidence)
    return people


def _customer(person: Person, line: Line, options: Options) -> tuple[object, ...]:
    country = code_of(line.country) or options.country
    language = "fr" if country in SPEAK_FRENCH else "en"
    is_old, at = options.is_historical, line.placed_at
    return (person.id, options.store_id, country, language, is_old, at)


@lru_cache(1_024)
def code_of(country: str) -> str:
    """Return the ISO code of a country's English name; empty when there is none."""
    if country in ALSO_CALLED:
        return ALSO_CALLED[country]
    territories = Locale("en").territories
    return next((code for code, name in territories.items() if name == country), "")
