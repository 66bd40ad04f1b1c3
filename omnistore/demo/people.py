"""
Who the demo's customers are.

Those of the tour have a name, a number in the data set and a reason; everybody else gets a name
from a list, always the same one.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from customers import cards, names

DATA = Path(__file__).parent / "data"
# The phone of three people who live together.
HOUSEHOLD_PHONE = "+33199000202"
# The shop's own number: clerks type it when a customer has none.
BLOCKED_PHONE = "+33199000000"
# A sale to somebody who did not say who he is.
ANONYMOUS_RECEIPT = "LYO-044748"


@dataclass(frozen=True)
class Person:
    """A customer of the demo; `number` is his own in the data set, `why` is why he is there."""

    number: str
    first_name: str
    last_name: str
    why: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""
    store: str = "lyo"
    city: str = "Lyon"
    country: str = "FR"
    language: str = "fr"
    level: str = ""
    has_card: bool = True
    is_vip: bool = False
    # What he bought where, by the number of the invoice; the others fall as they fall.
    channels: dict[str, str] = field(default_factory=dict)

    @property
    def card(self) -> str:
        """The EAN-13 of his card, made of his number."""
        first_twelve = f"29{self.number:0>10}"
        return first_twelve + cards.check_digit(first_twelve) if self.has_card else ""


CAMILLE = Person(
    "17668",
    "Camille",
    "Moreau",
    "the tour: a full web cart, a web order that arrived yesterday, three of an article in it",
    phones=("+33639980101",),
    email="camille.moreau@example.fr",
    level="SILVER",
    channels={"581397": "WEB", "573900": "STORE"},
)
HELENE = Person(
    "12464",
    "Hélène",
    "de La Tour",
    "a VIP with a gold card and eight orders",
    phones=("+33639980102", "+33465710102"),
    email="helene.delatour@example.fr",
    level="GOLD",
    is_vip=True,
)
JULIEN = Person(
    "13928",
    "Julien",
    "Garnier",
    "bought in store, on the web and by phone",
    phones=("+33639980103",),
    email="julien.garnier@example.com",
    channels={"561819": "STORE", "564440": "PHONE", "575135": "WEB", "579280": "STORE"},
)
AWA = Person(
    "14204",
    "Awa",
    "Diallo",
    "shares a phone with Moussa and Ibrahima: the short list",
    phones=(HOUSEHOLD_PHONE,),
    email="awa.diallo@example.fr",
)
MOUSSA = Person(
    "17772", "Moussa", "Diallo", "shares a phone with Awa and Ibrahima", phones=(HOUSEHOLD_PHONE,)
)
IBRAHIMA = Person(
    "13560",
    "Ibrahima",
    "Diallo",
    "shares a phone with Awa and Moussa; has no card",
    phones=(HOUSEHOLD_PHONE,),
    has_card=False,
)
MARIE_OF_LYON = Person(
    "18101",
    "Marie",
    "Martin",
    "has the name of another customer",
    phones=("+33639980104",),
    email="marie.martin@example.fr",
)
MARIE_OF_PARIS = Person(
    "15568",
    "Marie",
    "Martin",
    "has the name of another customer",
    phones=("+33639980105",),
    email="marie.martin.paris@example.fr",
    store="par",
    city="Vincennes",
)
THOMAS = Person(
    "14658",
    "Thomas",
    "Girard",
    "bought an article in a final sale: only the legal rights are left",
    phones=("+33639980106",),
    email="thomas.girard@example.fr",
    channels={"580529": "STORE"},
)
ODILE = Person(
    "16257",
    "Odile",
    "d'Aubigné",
    "half a year later: the window has passed, the guarantee of conformity holds",
    phones=("+33465710107",),
    email="odile.daubigne@example.fr",
)
AMADOU = Person(
    "15951",
    "Amadou",
    "Ba",
    "brought one of two units back already; found by two letters",
    phones=("+33639980108",),
    email="amadou.ba@example.fr",
    channels={"579900": "WEB"},
)
ZOE = Person(
    "17830",
    "Zoé",
    "Nguyễn",
    "paid by card and gift card: a refund goes back to both",
    phones=("+33639980109",),
    email="zoe.nguyen@example.fr",
    channels={"581356": "STORE"},
)
INES = Person(
    "15344",
    "Inès",
    "Benkirane",
    "her last order is still on its way: nothing in it comes back yet",
    phones=("+33639980110",),
    email="ines.benkirane@example.fr",
    channels={"581500": "WEB"},
)
EMILY = Person(
    "17817",
    "Emily",
    "O'Connor",
    "speaks English and has a British phone",
    phones=("+447700900123",),
    email="emily.oconnor@example.com",
    country="GB",
    language="en",
    city="London",
    store="par",
)
WEI = Person("16322", "Wei", "Li", "found by two letters", phones=("+33639980111",), level="GOLD")
MIN = Person(
    "14594",
    "Min",
    "Wu",
    "found by two letters",
    phones=("+33199000112",),
    store="par",
    city="Paris",
)

NAMED = (
    *(CAMILLE, HELENE, JULIEN, AWA, MOUSSA, IBRAHIMA, MARIE_OF_LYON, MARIE_OF_PARIS),
    *(THOMAS, ODILE, AMADOU, ZOE, INES, EMILY, WEI, MIN),
)


def everybody(numbers: list[str]) -> Iterator[Person]:
    """Yield the person of each number in the data set, the named ones as they are."""
    named = {person.number: person for person in NAMED}
    taken = {person.email for person in NAMED}
    for place, number in enumerate(sorted(numbers)):
        person = named.get(number) or _invented(number, place, taken)
        taken.add(person.email)
        yield person


def _invented(number: str, place: int, taken: set[str]) -> Person:
    lists = _lists()
    first = lists["first"][place * 7 % len(lists["first"])]
    last = lists["last"][place * 11 % len(lists["last"])]
    store = "lyo" if place % 5 < 3 else "par"
    phones = [] if place % 6 == 5 else [f"+3363998{2000 + place:04d}"]
    if place % 9 == 0:
        phones.append(f"+33{'46571' if store == 'lyo' else '19900'}{2000 + place:04d}")
    email = f"{names.fold(first)}.{names.fold(last)}@example.{'com' if place % 3 else 'fr'}"
    return Person(
        number,
        first,
        last,
        phones=tuple(phones),
        email="" if email in taken or place % 7 == 3 else email,
        store=store,
        city=lists[store][place % len(lists[store])],
        has_card=place % 5 != 4,
    )


@cache
def _lists() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = defaultdict(list)
    with (DATA / "names.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            lists[row["kind"]].append(row["value"])
    return lists
