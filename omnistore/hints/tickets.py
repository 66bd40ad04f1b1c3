"""
Tickets: the app asks once who may listen to a topic, the process beside it asks nobody.

Signed for this purpose; a topic is no secret, and names no person.
"""

from datetime import timedelta

from django.core import signing

# Long enough to connect; whoever listens then is let out by `listening.LONGEST`.
LIFE = timedelta(seconds=60)
_signer = signing.TimestampSigner


def make(topic: str) -> str:
    """Return a ticket for the topic, good for `LIFE`."""
    return _signer(salt="omnistore hints").sign(topic)


def topic_of(ticket: str) -> str | None:
    """Return the topic the ticket lets listen to, None when it is forged or too old."""
    try:
        return _signer(salt="omnistore hints").unsign(ticket, max_age=LIFE)
    except signing.BadSignature:
        return None
