"""
What the trigger in docs/connectors/salesforce/ tells us: opt-outs, merges, deletions.

The body is one event or a list of them, signed as Standard Webhooks have it:

    {"type": "contact.optout", "ids": ["003…"], "externalIds": ["7d1f…"],
     "field": "HasOptedOutOfEmail", "at": "2026-11-21T14:03:12Z"}
    {"type": "contact.merged", "kept": "003…", "ids": ["003…"], "externalIds": […], "at": …}
    {"type": "contact.deleted", "ids": ["003…"], "externalIds": […], "at": …}
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from customers import consent
from customers.models import Customer
from omnistore.crm import changes, links
from omnistore.crm.changes import Forged, Incoming
from omnistore.crm.models import Link
from omnistore.crm.salesforce import mapping, merges
from omnistore.outbox import connections
from omnistore.outbox.models import Connection

logger = logging.getLogger(__name__)

# Which field says a no, and to what.
ASKED = mapping.CONSENTS | mapping.OPT_OUTS
Event = Mapping[str, Any]


def hear(connection: Connection, incoming: Incoming, at: datetime) -> None:
    """
    Take in what came.

    Raises:
        Forged: it is not signed with a secret of the connection, or is old.
    """
    body = _verified(connection, incoming, at)
    for event in body if isinstance(body, list) else [body]:
        try:
            _take_in(connection, event, at)
        except (KeyError, TypeError, ValueError, AttributeError):
            # Signed, so theirs; a mistake in one event is no reason to lose the others.
            logger.warning("salesforce: an event could not be read connection=%s", connection.pk)


def _verified(connection: Connection, incoming: Incoming, at: datetime) -> Any:
    for secret in connections.secrets_of(connection, at=at):
        try:
            return Webhook(secret).verify(incoming.body, dict(incoming.headers))
        except (WebhookVerificationError, ValueError):
            continue
    raise Forged


def _take_in(connection: Connection, event: Event, at: datetime) -> None:
    ids = [_record_id(one) for one in event["ids"]]
    if event["type"] == "contact.optout":
        _withdraw(connection, event, at)
    elif event["type"] == "contact.merged":
        merges.merged(connection, kept=_record_id(event["kept"]), gone=ids, at=at)
    elif event["type"] == "contact.deleted":
        changes.gone(connection=connection, kind=Link.Kind.CUSTOMER, remote_ids=ids)


def _record_id(given: Any) -> str:
    """Return an id of theirs: letters and digits, and no way to put anything else into a query."""
    if not (isinstance(given, str) and given.isascii() and given.isalnum() and len(given) <= 18):
        raise ValueError("no id")
    return given


def _withdraw(connection: Connection, event: Event, at: datetime) -> None:
    asked = ASKED.get(event["field"])
    said_at = _said_at(event, at)
    for customer in _customers(connection, event) if asked else ():
        if asked and not _answered_since(customer, *asked, said_at):
            changes.withdraw(
                connection=connection,
                customer_id=customer.pk,
                purpose=asked[0],
                channel=asked[1],
                proof=str(event["field"]),
                # When he said so there: what he says here afterwards stays the last word.
                at=said_at,
            )


def _said_at(event: Event, at: datetime) -> datetime:
    said_at = parse_datetime(event["at"])
    if said_at is None or said_at.tzinfo is None:
        raise ValueError("no time")
    # A clock that is ahead must not outweigh what he says here tomorrow.
    return min(said_at, at)


def _answered_since(customer: Customer, purpose: str, channel: str, at: datetime) -> bool:
    return any(
        entry.at >= at
        for entry in consent.current(customer)
        if (entry.wording.purpose, entry.wording.channel) == (purpose, channel)
    )


def _customers(connection: Connection, event: Event) -> list[Customer]:
    """
    Return whom the contacts stand for: by their ids, else by ours on them.

    With them those who were merged into them there: until a person decides, the stricter wins.
    """
    ids = [str(one) for one in event["ids"]]
    ours = links.local_of(connection, Link.Kind.CUSTOMER, ids)
    keys = [str(one or "") for one in event.get("externalIds") or [""] * len(ids)]
    wanted = [ours.get(one) or _uuid(key) for one, key in zip(ids, keys, strict=True)]
    named = [one for one in wanted if one]
    found = Customer.objects.filter(pk__in=[*named, *merges.lost_to(connection, named)])
    return list(found.filter(erased_at=None))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
