"""What HubSpot tells: consents withdrawn there, people made one there, people gone there."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hubspot.exceptions import InvalidSignatureTimestampError
from hubspot.utils.signature import Signature

from customers import consent
from customers.models import ConsentWording, Customer
from omnistore.crm import changes, links
from omnistore.crm.changes import Forged, Incoming
from omnistore.crm.client import is_old_valid
from omnistore.crm.hubspot.schema import CONSENTS, NO
from omnistore.crm.links import Kind
from omnistore.crm.models import Link
from omnistore.outbox.models import Connection

Event = Mapping[str, Any]
# What HubSpot takes for plain in the address that it signs.
PLAIN = re.compile(r"%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
# How far ahead its clock may be.
AHEAD = timedelta(minutes=5)
CONTACT = "0-1"
MARKETING_EMAIL = (ConsentWording.Purpose.MARKETING, ConsentWording.Channel.EMAIL)


def events_of(incoming: Incoming, connection: Connection, at: datetime) -> list[Event]:
    """
    Return what is told.

    Raises:
        Forged: it was not signed with the app's secret, or not just now.
    """
    stamp = incoming.headers.get("x-hubspot-request-timestamp", "")
    if not any(_is_signed(incoming, secret, stamp) for secret in _secrets(connection, at)):
        raise Forged
    if datetime.fromtimestamp(int(stamp) / 1000, UTC) > at + AHEAD:
        raise Forged
    try:
        heard = json.loads(incoming.body)
    except ValueError:
        return []
    return [event for event in heard if isinstance(event, dict)] if isinstance(heard, list) else []


def _is_signed(incoming: Incoming, secret: str, stamp: str) -> bool:
    signature = incoming.headers.get("x-hubspot-signature-v3", "")
    # The library's comparison takes nothing else.
    if not signature.isascii() or not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
        return False
    try:
        return bool(
            Signature.is_valid(
                signature,
                secret,
                incoming.body.decode(),
                http_uri=plain(incoming.uri),
                http_method=incoming.method,
                signature_version="v3",
                timestamp=stamp,
            )
        )
    except (InvalidSignatureTimestampError, UnicodeDecodeError):
        return False


def _secrets(connection: Connection, at: datetime) -> Iterator[str]:
    """Yield the app's secrets that count now, the newest first."""
    old = connection.old_credentials if is_old_valid(connection, at) else {}
    for credentials in (connection.credentials, old):
        if secret := credentials.get("client_secret"):
            yield secret


def plain(uri: str) -> str:
    """Return the address with those characters decoded that HubSpot decodes before it signs."""
    return PLAIN.sub(lambda found: chr(int(found[1], 16)), uri)


class Hearing:
    """One request's events, in their order."""

    def __init__(self, connection: Connection, at: datetime) -> None:
        self.connection = connection
        self.at = at

    def take(self, events: Sequence[Event]) -> None:
        """Take each in; what we do not know, and what we did ourselves, says nothing."""
        for event in sorted(events, key=lambda event: _number(event.get("occurredAt"))):
            listens = {
                "contact.propertyChange": self._changed,
                "contact.merge": self._merged,
                "contact.deletion": self._gone,
                "contact.privacyDeletion": self._gone,
            }.get(_kind(event))
            if listens and not self._is_echo(event):
                listens(event)

    def _is_echo(self, event: Event) -> bool:
        app_id = str(self.connection.options.get("app_id") or "")
        return (
            event.get("changeSource") == "INTEGRATION"
            and bool(app_id)
            and str(event.get("sourceId", "")) == app_id
        )

    def _changed(self, event: Event) -> None:
        about = self._withdrawn(event)
        if about is None:
            return
        purpose, channel = about
        occurred_at = datetime.fromtimestamp(_number(event.get("occurredAt")) / 1000, UTC)
        for link in self._links(event):
            if _is_newest(link, purpose, channel, occurred_at):
                changes.withdraw(
                    connection=self.connection,
                    customer_id=link.local_id,
                    purpose=purpose,
                    channel=channel,
                    proof=f"event {event.get('eventId', '')}",
                    at=self.at,
                )
                if event.get("propertyName") not in CONSENTS:
                    # He left by HubSpot's own door: there is nothing to send back.
                    links.note_told(link, subscribed=False)

    def _withdrawn(self, event: Event) -> tuple[str, str] | None:
        """Return the purpose and channel that the change takes back, if it does."""
        name, new = str(event.get("propertyName")), str(event.get("propertyValue")).lower()
        subscription = self.connection.options.get("subscription_id")
        if name in ("hs_email_optout", f"hs_email_optout_{subscription}"):
            return MARKETING_EMAIL if new == "true" else None
        return CONSENTS.get(name) if new == NO else None

    def _links(self, event: Event) -> Iterable[Link]:
        """Return whom of ours the contact stands for: more than one when they were made one."""
        contact_id = str(event.get("objectId"))
        ours = Link.objects.filter(connection=self.connection, kind=Kind.CUSTOMER)
        return ours.filter(remote_id=contact_id).order_by("pk")

    def _merged(self, event: Event) -> None:
        primary = str(event.get("primaryObjectId") or event.get("objectId") or "")
        kept = str(event.get("newObjectId") or primary)
        merged = [primary, *(str(one) for one in event.get("mergedObjectIds") or ())]
        others = [one for one in dict.fromkeys(merged) if one and one != kept]
        if kept:
            changes.propose_merge(connection=self.connection, kept=kept, merged=others, at=self.at)
            # A later no of the kept contact is that of all whom it stands for.
            ours = Link.objects.filter(connection=self.connection, kind=Kind.CUSTOMER)
            ours.filter(remote_id__in=others).update(remote_id=kept, linked_at=self.at)

    def _gone(self, event: Event) -> None:
        changes.gone(
            connection=self.connection,
            kind=Kind.CUSTOMER,
            remote_ids=[str(event.get("objectId"))],
        )


def _is_newest(link: Link, purpose: str, channel: str, occurred_at: datetime) -> bool:
    """Whether he said nothing to this after it happened there: a late event takes nothing back."""
    customer = Customer.objects.get(pk=link.local_id)
    return all(
        entry.at <= occurred_at
        for entry in consent.current(customer)
        if (entry.wording.purpose, entry.wording.channel) == (purpose, channel)
    )


def _kind(event: Event) -> str:
    """Return the event's kind in the names of contacts, whichever way it was subscribed to."""
    kind = str(event.get("subscriptionType", ""))
    if kind.startswith("object.") and event.get("objectTypeId") == CONTACT:
        return kind.replace("object.", "contact.", 1)
    return kind


def _number(given: Any) -> int:
    return given if isinstance(given, int) and 0 <= given < 10**14 else 0
