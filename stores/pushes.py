"""
Web push: wake a browser of somebody with a password, though no page of ours is open in it.

What is sent is encrypted for that browser (RFC 8291) and signed by our VAPID key (RFC 8292): the
push service in between carries it and can read nothing. It is called as any other system is:
public addresses only. Of pywebpush only its two parts are used: the whole brings a second and a
third HTTP client, half a second at each start and 18 MB in each process.
"""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from py_vapid import Vapid02

from omnistore import outgoing
from omnistore.errors import Invalid
from omnistore.outgoing import Reply
from omnistore.tokens import fingerprint
from stores.models import PushSubscription, User

# Seconds a push service keeps a notice for a phone that is off.
KEPT = 3600
# Seconds our signature is good for; services refuse more than a day.
SIGNED_FOR = 12 * 3600
LONGEST_ENDPOINT = 2000
MOST_PER_USER = 10
# Bytes: an uncompressed point of P-256, and the shared secret.
KEY_LENGTHS = {"p256dh": 65, "auth": 16}


class NotASubscription(Invalid):
    code = "not_a_subscription"
    words = _("This browser gave no address that can be woken.")


def is_on() -> bool:
    """Whether there is a key to sign with."""
    return bool(settings.OMNISTORE_VAPID_PRIVATE_KEY)


def public_key() -> str:
    """Return our public key as browsers want it to subscribe, base64url without padding."""
    return _public_key(settings.OMNISTORE_VAPID_PRIVATE_KEY)


def of(user: User) -> QuerySet[PushSubscription]:
    """Return the browsers of the user that may be woken."""
    return PushSubscription.objects.filter(user=user, ended_at=None)


def subscribe(
    *, user: User, endpoint: str, keys: Mapping[str, str], at: datetime
) -> PushSubscription:
    """
    Keep the browser's subscription; the same browser again is the same row, for its newest user.

    Raises:
        NotASubscription: no https address, or keys of another length.
    """
    _check(endpoint, keys)
    subscription, _is_new = PushSubscription.objects.update_or_create(
        endpoint_hash=fingerprint(endpoint),
        defaults={
            "user": user,
            "endpoint": endpoint,
            "p256dh": keys["p256dh"],
            "auth": keys["auth"],
            "created_at": at,
            "ended_at": None,
        },
    )
    # Browsers forgotten long ago make room for this one.
    kept = of(user).order_by("-created_at", "-pk").values_list("pk", flat=True)[:MOST_PER_USER]
    of(user).exclude(pk__in=list(kept)).update(ended_at=at)
    return subscription


def unsubscribe(*, user: User, endpoint: str, at: datetime) -> None:
    """End the user's subscription of that browser, if there is one."""
    of(user).filter(endpoint_hash=fingerprint(endpoint)).update(ended_at=at)


def end(subscription: PushSubscription, *, at: datetime) -> None:
    """End what the push service knows no more."""
    PushSubscription.objects.filter(pk=subscription.pk, ended_at=None).update(ended_at=at)


def send(subscription: PushSubscription, content: Mapping[str, str]) -> Reply:
    """
    Send the content to the browser and return what the push service answered. Calls the network.

    Raises:
        outgoing.Forbidden, outgoing.Away: see `outgoing.request`.
    """
    body = http_ece.encrypt(
        json.dumps(content).encode(),
        # Ours for this one notice.
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_read(subscription.p256dh),
        auth_secret=_read(subscription.auth),
        version="aes128gcm",
    )
    place = urlsplit(subscription.endpoint)
    claims = {
        "sub": settings.OMNISTORE_VAPID_CONTACT,
        "aud": f"{place.scheme}://{place.netloc}",
        "exp": int(time.time()) + SIGNED_FOR,
    }
    signed = _signer(settings.OMNISTORE_VAPID_PRIVATE_KEY).sign(claims)
    headers = {
        **signed,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT),
        "Urgency": "high",
    }
    return outgoing.post(subscription.endpoint, body=body, headers=headers)


def new_key() -> str:
    """Return a new private key for `OMNISTORE_VAPID_PRIVATE_KEY`, base64url of 32 bytes."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _written(number.to_bytes(32, "big"))


def _check(endpoint: str, keys: Mapping[str, str]) -> None:
    place = urlsplit(endpoint)
    is_safe = place.scheme == "https" or outgoing.is_allowed(place.hostname or "")
    if not is_safe or not place.hostname or len(endpoint) > LONGEST_ENDPOINT:
        raise NotASubscription()
    for name, length in KEY_LENGTHS.items():
        if len(_read(keys.get(name, ""))) != length:
            raise NotASubscription()
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _read(keys["p256dh"]))
    except ValueError as error:
        raise NotASubscription() from error


def _read(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@cache
def _signer(private_key: str) -> Vapid02:
    signer: Vapid02 = Vapid02.from_raw(private_key.encode())
    return signer


@cache
def _public_key(private_key: str) -> str:
    key = _signer(private_key).public_key
    return _written(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
