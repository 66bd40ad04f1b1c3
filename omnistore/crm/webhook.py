"""
The generic connector: CloudEvents 1.0, signed by Standard Webhooks.

Facts hold ids, amounts and codes only, so nothing personal leaves here and no consent has to be
asked; connectors that send more ask `consent.allows` at the moment of delivery.
"""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from django.conf import settings
from standardwebhooks.webhooks import Webhook

from omnistore.crm import outgoing
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Verdict
from omnistore.outbox.models import Delivery, Event

CONTENT_TYPE = "application/cloudevents+json"


def send(delivery: Delivery, at: datetime) -> Answer:
    """Post the event to its connection's address; the same message id at every attempt."""
    body = json.dumps(envelope(delivery.event), ensure_ascii=False, separators=(",", ":"))
    headers = {"Content-Type": CONTENT_TYPE, "User-Agent": "omnistore"}
    headers |= signature(delivery, body, at)
    try:
        reply = outgoing.post(delivery.connection.url, body=body.encode(), headers=headers)
    except outgoing.Forbidden as refusal:
        return Answer(Verdict.PAUSE, words=f"omnistore: {refusal}")
    except outgoing.Away as away:
        return answers.silence(f"omnistore: {away}")
    asked = retry_after(reply.headers.get("retry-after", ""), at)
    return answers.heard(reply.status, reply.words, asked)


def envelope(event: Event) -> dict[str, Any]:
    """
    Return the event as CloudEvents 1.0, structured mode.

    `sequence` counts what happened to the subject (or in the store, without one) and sorts as text.
    """
    subject = {"subject": str(event.customer_id)} if event.customer_id else {}
    return {
        "specversion": "1.0",
        "id": str(event.pk),
        "source": settings.PUBLIC_URL,
        "type": f"omnistore.{event.name}",
        **subject,
        "time": event.happened_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "sequence": f"{event.sequence:012d}",
        "datacontenttype": "application/json",
        "data": event.payload,
    }


def signature(delivery: Delivery, body: str, at: datetime) -> dict[str, str]:
    """Return the Standard Webhooks headers; `at` is the time of this attempt."""
    message_id = f"msg_{delivery.event_id.hex}_{delivery.connection_id}"
    signed = Webhook(delivery.connection.secret).sign(message_id, at.astimezone(UTC), body)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signed,
    }


def retry_after(header: str, at: datetime) -> timedelta | None:
    """Return how long the receiver wants to be left alone, given in seconds or as a date."""
    if header.isascii() and header.isdigit() and len(header) < 10:
        return timedelta(seconds=int(header))
    try:
        return parsedate_to_datetime(header).astimezone(UTC) - at
    except (ValueError, TypeError):
        return None
