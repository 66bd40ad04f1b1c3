"""
SMS: handed to the carrier that the settings name.

A carrier is a class with one verb, named by `OMNISTORE_SMS`; a shop with a contract of its own
writes another one beside these two.
"""

import json
import sys
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.timezone import now

from omnistore import outgoing
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer
from omnistore.outbox.replies import retry_after


class Carrier(Protocol):
    """Takes text messages."""

    def send(self, *, number: str, text: str, key: str) -> Answer:
        """Hand the text over for the E.164 number; the same `key` again is the same message."""


class Console:
    """Writes messages where one looks at a demo; never where production keeps its logs."""

    def send(self, *, number: str, text: str, key: str) -> Answer:
        sys.stdout.write(f"SMS {number}\n{text}\n")
        return answers.done()


class Http:
    """
    Posts JSON to `OMNISTORE_SMS_URL`, with `OMNISTORE_SMS_KEY` as the bearer.

        {"to": "+33612345678", "from": "Boutique", "text": "…", "id": "0b0e…"}

    409 says that it has the message with that id already.
    """

    def send(self, *, number: str, text: str, key: str) -> Answer:
        content = {"to": number, "from": settings.OMNISTORE_SMS_FROM, "text": text, "id": key}
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {settings.OMNISTORE_SMS_KEY}",
            "Idempotency-Key": key,
        }
        body = json.dumps(content).encode()
        try:
            reply = outgoing.post(settings.OMNISTORE_SMS_URL, body=body, headers=headers)
        except (outgoing.Away, outgoing.Forbidden) as error:
            return answers.silence(type(error).__name__)
        # Its words may repeat the number: they are not kept.
        asked = retry_after(reply.headers.get("retry-after", ""), now())
        return answers.heard(reply.status, retry_after=asked)


def is_on() -> bool:
    """Whether text messages can be sent at all."""
    return bool(settings.OMNISTORE_SMS)


def send(*, number: str, text: str, key: str) -> Answer:
    """Hand the text to the shop's carrier. Calls the network."""
    if not is_on():
        return answers.silence("no carrier")
    carrier: Carrier = import_string(settings.OMNISTORE_SMS)()
    return carrier.send(number=number, text=text, key=key)
