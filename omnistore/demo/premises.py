"""The demo's stores, their registers, who works there, and the rules that hang on the wall."""

from datetime import datetime, timedelta
from typing import Any

from customers import consent
from omnistore.demo import register, staff
from orders.models import NumberSeries, PolicyVersion
from stores.models import Clerk, Store, User
from stores.staff import set_pin

STORES = (
    ("lyo", "Lyon Bellecour", "8 rue Victor-Hugo", "69002", "Lyon"),
    ("par", "Paris Marais", "21 rue des Francs-Bourgeois", "75004", "Paris"),
)
# Receipts and returns of old have numbers below.
FIRST_NEW_NUMBER = 50_000
# What every version says, whatever its days.
RULES: tuple[dict[str, Any], ...] = (
    {"rule": "final_sale", "level": "APPROVER"},
    {"rule": "conditions", "allowed": ["AS_NEW", "OPENED"], "level": "APPROVER"},
    {"rule": "price_limit", "amount": 50_000, "currency": "EUR", "level": "APPROVER"},
    {"rule": "frequency", "returns": 6, "days": 90, "level": "APPROVER"},
    {"rule": "cash_limit", "amount": 10_000, "currency": "EUR", "level": "APPROVER"},
    {
        **{"rule": "no_receipt", "look_back_days": 90, "returns": 2, "days": 365},
        **{"amount": 5_000, "currency": "EUR", "level": "APPROVER"},
    },
    {"rule": "vip", "level": "APPROVER"},
)
# (days, in force since so many days): the older version still holds for what was sold under it.
POLICIES = ((14, 2_000), (30, 200))


def build(*, at: datetime) -> dict[str, Store]:
    """Make the stores with everything a clerk needs; return them by code."""
    stores = {}
    for code, name, street, postcode, city in STORES:
        store = Store.objects.create(
            code=code, name=name, street=street, postcode=postcode, city=city
        )
        register.ensure(store)
        NumberSeries.objects.create(name=f"{code}-R", last=FIRST_NEW_NUMBER)
        stores[code] = store
    name, password = staff.HEAD_OFFICE
    User.objects.create_superuser(username=name, password=password)
    for clerk in staff.CLERKS:
        _employ(clerk, stores)
    _announce(at)
    return stores


def _employ(person: staff.DemoClerk, stores: dict[str, Store]) -> None:
    clerk = Clerk(name=person.name, role=person.role, language=person.language)
    if person.account:
        name, password = person.account
        clerk.user = User.objects.create_user(username=name, password=password)
    clerk.save()
    clerk.stores.set(stores[code] for code in person.stores)
    set_pin(clerk, person.pin)


def _announce(at: datetime) -> None:
    for version, (days, age) in enumerate(POLICIES, 1):
        PolicyVersion.objects.create(
            version=version,
            rules=[{"rule": "window", "days": days, "level": "WAIVABLE"}, *RULES],
            start_at=at - timedelta(days=age),
        )
    consent.default_wordings(at=at - timedelta(days=2_000))
