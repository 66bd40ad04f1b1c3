"""
The generic connector: CloudEvents 1.0, signed by Standard Webhooks.

Facts hold ids, amounts and codes only, so nothing personal leaves here and no consent has to be
asked; connectors that send more read `crm.people` at the moment of delivery.
"""

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from standardwebhooks.webhooks import Webhook

from omnistore import outgoing
from omnistore.outbox import answers, connections
from omnistore.outbox.answers import Answer, Verdict
from omnistore.outbox.messages import Message, Need
from omnistore.outbox.models import Connection
from omnistore.outbox.replies import retry_after

CONTENT_TYPE = "application/cloudevents+json"
TEST = "omnistore.test"


class Connector:
    """Posts each message by itself to the connection's address."""

    label: ClassVar = _("Web address of your own")
    about: ClassVar = _(
        "Signed events, ids and amounts only, posted to any address: for a program of your own."
    )
    size: ClassVar = 1
    concurrency: ClassVar = 16
    keeps_order: ClassVar = False
    longest: ClassVar = timedelta(seconds=10)
    url: ClassVar = ""
    needs: ClassVar[Sequence[Need]] = ()

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def send(self, messages: Sequence[Message], at: datetime) -> list[Answer]:
        return [self._post(message.key, envelope(message), at) for message in messages]

    def test(self, at: datetime) -> Answer:
        """Send an event of the type `omnistore.test`, which says that nothing has happened."""
        test_id = uuid.uuid4()
        event = {
            "specversion": "1.0",
            "id": str(test_id),
            "source": settings.PUBLIC_URL,
            "type": TEST,
            "time": _zulu(at),
            # Before everything that happened: receivers read it of every event.
            "sequence": f"{0:012d}",
            "datacontenttype": "application/json",
            "data": {},
        }
        return self._post(f"msg_test_{test_id.hex}", event, at)

    def _post(self, message_id: str, event: dict[str, Any], at: datetime) -> Answer:
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        headers = {"Content-Type": CONTENT_TYPE, "User-Agent": "omnistore"}
        headers |= signature(self.connection, message_id, body, at)
        try:
            reply = outgoing.post(self.connection.url, body=body.encode(), headers=headers)
        except outgoing.Forbidden as refusal:
            return Answer(Verdict.PAUSE, words=f"omnistore: {refusal}")
        except outgoing.Away as away:
            return answers.silence(f"omnistore: {away}")
        asked = retry_after(reply.headers.get("retry-after", ""), at)
        return answers.heard(reply.status, reply.words, asked)


def envelope(message: Message) -> dict[str, Any]:
    """
    Return the event as CloudEvents 1.0, structured mode.

    `sequence` counts what happened to the subject (or in the store, without one) and sorts as text.
    """
    subject = {"subject": str(message.customer_id)} if message.customer_id else {}
    return {
        "specversion": "1.0",
        "id": str(message.event_id),
        "source": settings.PUBLIC_URL,
        "type": f"omnistore.{message.name}",
        **subject,
        "time": _zulu(message.happened_at),
        "sequence": f"{message.sequence:012d}",
        "datacontenttype": "application/json",
        "data": message.payload,
    }


def signature(connection: Connection, message_id: str, body: str, at: datetime) -> dict[str, str]:
    """
    Return the Standard Webhooks headers; `at` is the time of this attempt.

    After a rotation there are two signatures until the old secret ends, as the standard has it.
    """
    signed = [
        Webhook(secret).sign(message_id, at.astimezone(UTC), body)
        for secret in connections.secrets_of(connection, at=at)
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
