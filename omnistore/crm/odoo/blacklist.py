"""
Odoo's blacklist of e-mail addresses: who withdrew his consent to offers gets none from Odoo either.

Only where head office wants it. What people or the shop put there in Odoo stays there: an entry is
taken away for a consent given anew when it was ours.
"""

from collections.abc import Collection, Mapping
from typing import Any

from customers.models import ConsentWording
from omnistore.crm import links
from omnistore.crm.models import Link
from omnistore.crm.odoo.loading import load
from omnistore.crm.odoo.rpc import Odoo
from omnistore.crm.people import Person
from omnistore.outbox.models import Connection

MODEL = "mail.blacklist"
BY_EMAIL = (ConsentWording.Purpose.MARKETING, ConsentWording.Channel.EMAIL)


def is_wanted(connection: Connection) -> bool:
    return bool(connection.options.get("blacklist") == "yes")


def tell(odoo: Odoo, connection: Connection, people: Collection[Person]) -> None:
    """Put on the list who said no, and take off whom we put there and who says yes again."""
    linked = links.of(connection, Link.Kind.CUSTOMER, [one.id for one in people])
    asked = [(linked[one.id], one, _may_mail(one)) for one in people if one.id in linked]
    changed = [
        (link, one, may)
        for link, one, may in asked
        if one.email and may is not None and may == bool(link.told.get("no_mail"))
    ]
    if not changed:
        return
    there = _entries(odoo, [one.email for _link, one, _may in changed])
    rows = [_row(one.email, may, there) for _link, one, may in changed]
    load(odoo, MODEL, [row for row in rows if row])
    for link, one, may in changed:
        is_ours = not may and not there.get(one.email, {}).get("active")
        links.note_told(link, no_mail=is_ours)


def forget(odoo: Odoo, emails: Collection[str]) -> None:
    """Delete the addresses from the list: they are data of an erased person."""
    ids = [entry["id"] for entry in _entries(odoo, emails).values()] if emails else []
    if ids:
        odoo.call(MODEL, "unlink", ids=ids)


def _may_mail(person: Person) -> bool | None:
    """Return his last answer to offers by e-mail; None: he was never asked."""
    given = [said.is_given for said in person.said if (said.purpose, said.channel) == BY_EMAIL]
    return given[0] if given else None


def _entries(odoo: Odoo, emails: Collection[str]) -> dict[str, Mapping[str, Any]]:
    found = odoo.search(MODEL, [["email", "in", sorted(emails)]], ["id", "email", "active"])
    return {entry["email"]: entry for entry in found}


def _row(email: str, may: bool, there: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the row to load; an address is there once, so no id of ours is needed."""
    entry = there.get(email)
    active = {"active": str(not may)}
    if entry is not None:
        return active | {".id": str(entry["id"])}
    return {} if may else active | {"email": email}
