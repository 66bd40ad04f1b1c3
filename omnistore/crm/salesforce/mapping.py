"""
What is written into which field there: pure functions, no database and no network.

Times are UTC in ISO 8601, amounts numbers in major units. Names of fields that are theirs stand as
they are; those that end in `__c` come with the package in docs/connectors/salesforce/.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from customers.models import ConsentWording
from omnistore.crm.people import Person
from omnistore.crm.salesforce.api import KEY
from omnistore.money import to_decimal
from omnistore.outbox.messages import Message
from orders.models import Cart, CustomerReturn, Order, Refund

Purpose = ConsentWording.Purpose
Channel = ConsentWording.Channel
Record = dict[str, Any]

CONTACT = "Contact"
ORDER = "Omnistore_Order__c"
RETURN = "Omnistore_Return__c"
EVENT = "Omnistore_Event__c"

# What tells who somebody is: empty here, it is cleared there if we wrote it.
PERSONAL = {
    "FirstName": None,
    "LastName": None,
    "Email": None,
    "MobilePhone": None,
    "MailingCity": None,
    "Omnistore_Level__c": None,
    "Omnistore_Points__c": None,
    # A checkbox knows no empty.
    "Omnistore_Vip__c": False,
}
# Their e-mail field; a longer one is left out, for a shortened one is somebody else's.
LONGEST_EMAIL = 80
LONGEST_TEXT = 4000
# Field there → what was asked here.
CONSENTS = {
    "Omnistore_Email_Offers__c": (Purpose.MARKETING, Channel.EMAIL),
    "Omnistore_Sms_Offers__c": (Purpose.MARKETING, Channel.SMS),
    "Omnistore_Phone_Offers__c": (Purpose.MARKETING, Channel.PHONE),
    "Omnistore_Post_Offers__c": (Purpose.MARKETING, Channel.POST),
    "Omnistore_Advice__c": (Purpose.PROFILING, Channel.NONE),
}
# Their own fields, which say no.
OPT_OUTS = {
    "HasOptedOutOfEmail": (Purpose.MARKETING, Channel.EMAIL),
    "DoNotCall": (Purpose.MARKETING, Channel.PHONE),
}

# A contact who is forgotten, as it is before it is deleted.
NOBODY: Record = {
    **PERSONAL,
    "LastName": "omnistore: erased",
    "Omnistore_Language__c": None,
    "Omnistore_Country__c": None,
    **dict.fromkeys(CONSENTS, False),
    **dict.fromkeys(OPT_OUTS, True),
}


def contact(person: Person, *, sent: Collection[str] = (), is_new: bool = False) -> Record:
    """
    Return the contact's fields as the receiver may know them.

    `sent` are the names of personal fields that were written before: what of them may no longer be
    known is cleared. What we never wrote stays as it is there.
    """
    known = _personal(person)
    cleared = {name: PERSONAL[name] for name in sent if name in PERSONAL and name not in known}
    record = {KEY: str(person.id), **_common(person), **known, **cleared}
    if "LastName" not in known and (is_new or "LastName" in sent):
        record["LastName"] = stand_in(person.id)
    return record


def stand_in(customer_id: UUID) -> str:
    """Return what stands for a name that may not be known: they have no contact without one."""
    return f"omnistore {customer_id.hex[:8]}"


def sent_of(record: Mapping[str, Any]) -> list[str]:
    """Return the names of the personal fields that the record tells something of."""
    told = {name for name, empty in PERSONAL.items() if record.get(name, empty) != empty}
    # A name that people there write over our stand-in is theirs to keep.
    is_stand_in = record.get("LastName") == stand_in(UUID(record[KEY]))
    return sorted(told - {"LastName"} if is_stand_in else told)


def _personal(person: Person) -> Record:
    given = {
        "FirstName": person.first_name[:40],
        "LastName": person.last_name[:80],
        "Email": person.email if len(person.email) <= LONGEST_EMAIL else "",
        "MobilePhone": person.phone,
        "MailingCity": person.city[:40],
        "Omnistore_Level__c": person.level,
        "Omnistore_Points__c": person.points,
        "Omnistore_Vip__c": person.is_vip or None,
    }
    return {name: value for name, value in given.items() if value not in ("", None)}


def _common(person: Person) -> Record:
    given = {field: person.allows(*asked) for field, asked in CONSENTS.items()}
    refused = {field: not person.allows(*asked) for field, asked in OPT_OUTS.items()}
    languages = {
        "Omnistore_Language__c": person.language or None,
        "Omnistore_Country__c": person.country or None,
    }
    return languages | given | refused


def order(sold: Order, who: Record, *, with_articles: bool) -> Record:
    """Return the order's fields; `who` is how it points to its contact."""
    lines = list(sold.lines.all())
    record = {
        KEY: str(sold.pk),
        **who,
        "Number__c": sold.number,
        "Kind__c": sold.kind,
        "Channel__c": sold.channel,
        "Store__c": sold.store.code if sold.store else None,
        "Placed_At__c": moment(sold.placed_at),
        "Units__c": sum(line.quantity for line in lines),
        "Total__c": _amount(sold.total, sold.currency),
        "Currency__c": sold.currency,
    }
    articles = [(line.quantity, line.product) for line in lines]
    return record | ({"Articles__c": _articles(articles)} if with_articles else {})


def customer_return(
    taken: CustomerReturn, who: Record, *, has_order: bool, with_articles: bool
) -> Record:
    """Return the return's fields as it stands now; `has_order`: its order is there too."""
    lines = list(taken.lines.all())
    record = {
        KEY: str(taken.pk),
        **who,
        "Number__c": taken.number,
        "State__c": taken.state,
        "Store__c": taken.store.code if taken.store else None,
        "Submitted_At__c": moment(taken.submitted_at),
        "Settled_At__c": moment(taken.settled_at),
        "Units__c": sum(line.units for line in lines),
        "Amount__c": _amount(sum(line.amount for line in lines), taken.currency),
        "Refunded__c": _amount(_refunded(taken), taken.currency),
        "Currency__c": taken.currency,
        # Codes only: what a clerk typed in words stays here.
        "Reasons__c": ", ".join(sorted({line.reason for line in lines if line.reason})) or None,
    }
    if has_order:
        record["Order__r"] = {KEY: str(taken.order_id)}
    articles = [(line.units, line.product) for line in lines]
    return record | ({"Articles__c": _articles(articles)} if with_articles else {})


# What says most about an entry of the history, the first that is known.
DETAILS = ("tender", "sku", "number", "kind")


def event(message: Message, who: Record) -> Record:
    """Return what happened as an entry of the contact's history, once by the event's id."""
    payload = message.payload
    currency = payload.get("currency", "")
    amount = payload.get("amount", payload.get("credit"))
    return {
        KEY: str(message.event_id),
        **who,
        "Kind__c": message.name,
        "Detail__c": next((payload[name] for name in DETAILS if payload.get(name)), None),
        "Amount__c": None if amount is None else _amount(amount, currency),
        "Currency__c": currency or None,
        "Happened_At__c": moment(message.happened_at),
    }


def cart(kept: Cart, who: Record, *, name: str) -> Record:
    """Return the web cart as it stands now: one entry however often it changed."""
    total = sum(line.total for line in kept.lines.all())
    return {
        KEY: str(kept.pk),
        **who,
        "Kind__c": name,
        "Detail__c": kept.state,
        "Amount__c": _amount(total, kept.currency),
        "Currency__c": kept.currency,
        "Happened_At__c": moment(kept.changed_at),
    }


# What is taken out of each object when its customer is forgotten: all that leads to him.
FORGOTTEN: dict[str, Record] = {
    ORDER: {"Customer_Id__c": None, "Contact__c": None, "Number__c": None, "Articles__c": None},
    RETURN: {
        "Customer_Id__c": None,
        "Contact__c": None,
        "Number__c": None,
        "Articles__c": None,
        "Reasons__c": None,
    },
    EVENT: {"Customer_Id__c": None, "Contact__c": None, "Detail__c": None},
}


def moment(at: datetime | None) -> str | None:
    """Return the time as Salesforce writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z") if at else None


def _amount(minor: int, currency: str) -> float:
    # JSON has no decimals: the shortest number that reads back as the same one is exact here.
    return float(to_decimal(minor, currency))


def _refunded(taken: CustomerReturn) -> int:
    plan = getattr(taken, "refund_plan", None)
    refunds = plan.refunds.all() if plan else ()
    return sum(refund.amount for refund in refunds if refund.state == Refund.State.PAID)


def _articles(articles: Collection[tuple[int, Any]]) -> str | None:
    rows = [f"{units} × {product.sku} {product.name}" for units, product in articles]
    return "\n".join(rows)[:LONGEST_TEXT] or None
