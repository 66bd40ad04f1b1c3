"""
Unsubscribing: a link in each prospecting message that refuses the next ones.

The link is opaque and signed for this purpose only. Looking at it changes nothing; a POST withdraws
the consent in the ledger, from where every system hears of it. It is good as long as the message is
kept: whoever consents again may refuse again by an old one.
"""

import base64
import binascii
import logging
import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from customers import consent
from customers.models import Consent, ConsentWording, Customer, Message

logger = logging.getLogger(__name__)
SIGNED = 16


def link(message: Message) -> str:
    """Return the address of the page on which the reader refuses further messages."""
    token = _token(message.pk, settings.ENCRYPTION_KEYS[0])
    return settings.PUBLIC_URL + reverse("customers:unsubscribe", args=[token])


def message_of(token: str) -> Message | None:
    """Return the prospecting message the link came with, None when we never made such a link."""
    key = _key(token)
    if key is None or not _is_signed(key, token):
        logger.warning("An unsubscribe link led nowhere")
        return None
    rows = Message.objects.filter(purpose__in=Message.PROSPECTING).defer("address", "variables")
    return rows.filter(pk=key).first()


def unsubscribe(message: Message, *, at: datetime) -> None:
    """Withdraw the consent by which the message was sent. Safe to call twice."""
    with transaction.atomic():
        readers = Customer.objects.select_for_update(of=("self",), no_key=True)
        customer = readers.get(messages=message)
        if not consent.allows(customer, message.consent_purpose, message.channel):
            return
        consent.record(
            customer=customer,
            wording=_wording(customer, message),
            is_given=False,
            source="UNSUBSCRIBE",
            store=None,
            tablet=None,
            clerk=None,
            proof=f"message {message.pk}",
            at=at,
        )


def _wording(customer: Customer, message: Message) -> ConsentWording:
    """Return the words to which he had said yes."""
    said = Consent.objects.filter(
        customer=customer,
        wording__purpose=message.consent_purpose,
        wording__channel=message.channel,
    )
    return said.select_related("wording").latest("at", "pk").wording


def _token(key: uuid.UUID, secret: str) -> str:
    signed = salted_hmac("omnistore unsubscribe", key.hex, secret=secret, algorithm="sha256")
    packed = key.bytes + signed.digest()[:SIGNED]
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _is_signed(key: uuid.UUID, token: str) -> bool:
    # A link outlives the key that signed it.
    secrets = settings.ENCRYPTION_KEYS
    return any(constant_time_compare(_token(key, secret), token) for secret in secrets)


def _key(token: str) -> uuid.UUID | None:
    try:
        packed = base64.urlsafe_b64decode(token.encode("ascii") + b"=")
    except (UnicodeEncodeError, binascii.Error):
        return None
    return uuid.UUID(bytes=packed[:16]) if len(packed) == 16 + SIGNED else None
