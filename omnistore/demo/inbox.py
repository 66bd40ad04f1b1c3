"""
The demo's CRM inbox: a receiver as Standard Webhooks wants it, with moods to play with.

A forged or old message is answered 401 and leaves no trace: the answer goes to whoever sent it,
so a stranger pauses nothing, while our own connection with a wrong secret is paused for a person
to look, instead of filling the dead letters.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from omnistore.demo.models import Inbox, Message
from omnistore.outbox import connections
from omnistore.outbox.models import Connection

NAME = "Demo CRM"
Mood = Inbox.Mood


@dataclass(frozen=True)
class Reply:
    """What the inbox answers, after thinking for `seconds`."""

    status: int
    words: str
    retry_after: int = 0
    seconds: float = 0


WELL = Reply(200, "thank you")
FORGED = Reply(401, "the signature does not fit, or is too old")
NO_EVENT = Reply(422, "this is not a CloudEvent 1.0 of omnistore")
MOODS = {
    Mood.WELL: WELL,
    Mood.SLOW: Reply(200, "thank you, at last", seconds=3),
    Mood.DOWN: Reply(503, "the CRM is down for maintenance"),
    Mood.BUSY: Reply(429, "too many messages, come back in 5 seconds", retry_after=5),
    Mood.FORGETFUL: Reply(500, "something broke after your message was kept"),
    Mood.STRICT: Reply(403, "your subscription has ended"),
}
KEEPS = (Mood.WELL, Mood.SLOW, Mood.FORGETFUL)


class NotAnEvent(ValueError):
    """What was signed is not one of our events."""


def connect(*, url: str, at: datetime) -> Connection:
    """Make the inbox and omnistore's connection to its `url`, sharing a secret. Safe to repeat."""
    inbox = the_inbox()
    return connections.ensure(name=NAME, url=url, secret=inbox.secret, at=at)


def the_inbox() -> Inbox:
    """Return the one inbox, made at the first call."""
    found, _ = Inbox.objects.get_or_create(pk=1, defaults={"secret": connections.new_secret()})
    return found


def change_mood(*, mood: str) -> None:
    """Let the inbox answer in another way from now on."""
    the_inbox()
    Inbox.objects.update(mood=Mood(mood))


def receive(*, headers: Mapping[str, str], body: bytes, at: datetime) -> Reply:
    """Check the signature, keep the message once, and return the answer the mood gives."""
    inbox = the_inbox()
    try:
        Webhook(inbox.secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return FORGED
    mood = Mood(inbox.mood)
    if mood in KEEPS:
        try:
            _keep({name.lower(): value for name, value in headers.items()}, body, at)
        except NotAnEvent:
            return NO_EVENT
    return MOODS[mood]


def latest(limit: int = 30) -> QuerySet[Message]:
    """Return what arrived last, newest first."""
    return Message.objects.order_by("-received_at", "-pk")[:limit]


def _keep(headers: Mapping[str, str], body: bytes, at: datetime) -> None:
    fields = _fields(body)
    with transaction.atomic():
        message, is_new = Message.objects.get_or_create(
            message_id=headers["webhook-id"][:120], defaults=fields | {"received_at": at}
        )
        if not is_new:
            Message.objects.filter(pk=message.pk).update(repeats=F("repeats") + 1)


def _fields(body: bytes) -> dict[str, Any]:
    if b"\\u0000" in body:
        raise NotAnEvent
    try:
        event = json.loads(body)
        happened_at = datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
        if happened_at.tzinfo is None or event["specversion"] != "1.0":
            raise NotAnEvent
        return {
            "name": str(event["type"])[:120],
            "subject": str(event.get("subject", ""))[:60],
            "sequence": str(event["sequence"])[:20],
            "content": event["data"],
            "happened_at": happened_at,
        }
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotAnEvent from error
