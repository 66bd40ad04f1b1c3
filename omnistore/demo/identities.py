"""Gives the imported customers their names and what they are known by."""

from datetime import datetime, timedelta

from customers import identity, names, passes
from customers.models import Customer, Evidence, Identifier, LoyaltyEntry, LoyaltyRule, NameKey
from omnistore.demo import people
from omnistore.demo.people import Person
from stores.models import Store

# What he spent, in cents, that makes a card silver or gold.
SILVER, GOLD = 40_000, 90_000
# Days before his first order.
LONGEST_KNOWN = 1_500
Kind = Identifier.Kind


def name(*, source: str, stores: dict[str, Store], at: datetime) -> dict[str, Person]:
    """Name everybody; return the persons by the id of their customer, in hex."""
    prefix = f"{source}:"
    held = Evidence.objects.filter(
        identifier__kind=Kind.SOURCE, identifier__value__startswith=prefix
    ).select_related("customer", "identifier")
    customers = {row.identifier.value.removeprefix(prefix): row.customer for row in held}
    persons = {}
    for person in people.everybody(list(customers)):
        customer = customers[person.number]
        _become(customer, person, stores[person.store])
        persons[customer.pk.hex] = person
    fields = ["first_name", "last_name", "city", "country", "language", "is_vip", "home_store"]
    fields.append("created_at")
    Customer.objects.bulk_update(customers.values(), fields, batch_size=100)
    _index(list(customers.values()))
    _hold([(customers[person.number], person) for person in persons.values()])
    identity.block(kind=Kind.PHONE, value=people.BLOCKED_PHONE, at=at)
    return persons


def _become(customer: Customer, person: Person, store: Store) -> None:
    customer.first_name, customer.last_name = person.first_name, person.last_name
    customer.city, customer.country = person.city, person.country
    customer.language, customer.is_vip = person.language, person.is_vip
    customer.home_store = store
    # Known since before the file begins, some of them for years.
    customer.created_at -= timedelta(days=int(person.number) * 37 % LONGEST_KNOWN)


def _index(customers: list[Customer]) -> None:
    NameKey.objects.bulk_create(
        NameKey(customer=customer, word=word)
        for customer in customers
        for word in names.words(customer.full_name)
    )


def _hold(pairs: list[tuple[Customer, Person]]) -> None:
    """Write down all phones, e-mails and cards in two statements."""
    held = [
        (kind, value, customer) for customer, person in pairs for kind, value in _values(person)
    ]
    first = {(kind, value): customer.created_at for kind, value, customer in reversed(held)}
    made = Identifier.objects.bulk_create(
        Identifier(
            kind=kind, value=value, first_seen_at=at, is_shared=value == people.HOUSEHOLD_PHONE
        )
        for (kind, value), at in first.items()
    )
    identifiers = {(row.kind, row.value): row for row in made}
    Evidence.objects.bulk_create(
        Evidence(
            identifier=identifiers[kind, value],
            customer=customer,
            is_shared=identifiers[kind, value].is_shared,
            source="COUNTER",
            started_at=customer.created_at,
        )
        for kind, value, customer in held
    )


def _values(person: Person) -> list[tuple[str, str]]:
    values = [(Kind.PHONE.value, phone) for phone in person.phones]
    values += [(Kind.EMAIL.value, person.email)] if person.email else []
    return values + ([(Kind.CARD.value, person.card)] if person.card else [])


def reward(*, persons: dict[str, Person], spent: dict[str, int], at: datetime) -> None:
    """Give card holders a level and the points of what they spent, a point per euro."""
    customers = list(Customer.objects.filter(pk__in=[key for key in persons if persons[key].card]))
    for customer in customers:
        customer.level = persons[customer.pk.hex].level or _level(spent.get(customer.pk.hex, 0))
    Customer.objects.bulk_update(customers, ["level"], batch_size=100)
    # A point a euro; a hundred pay five euros.
    LoyaltyRule.objects.create(
        currency="EUR", earned=1, per_amount=100, spent=100, worth=500, start_at=at
    )
    LoyaltyEntry.objects.bulk_create(
        LoyaltyEntry(
            customer=customer,
            kind=LoyaltyEntry.Kind.IMPORTED,
            points=spent.get(customer.pk.hex, 0) // 100,
            reference="carte",
            at=at,
        )
        for customer in customers
    )


def hand_out_passes(*, persons: dict[str, Person], at: datetime) -> None:
    """Give those of the tour who have a card a pass for their phone."""
    known = [key for key in persons if persons[key] in people.NAMED and persons[key].card]
    for customer in Customer.objects.filter(pk__in=known):
        passes.issue(customer=customer, at=at)


def _level(spent: int) -> str:
    if spent >= GOLD:
        return Customer.Level.GOLD
    return Customer.Level.SILVER if spent >= SILVER else Customer.Level.MEMBER
