"""Secrets: sealed at rest in the database, hashed when they only have to be recognised."""

import base64
import hashlib
import json
import secrets
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    derived = (hashlib.sha256(b"omnistore sealed field:" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def seal(text: str) -> str:
    """Return the text encrypted under the first of `settings.ENCRYPTION_KEYS`."""
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the text again; raises `InvalidToken` when no key of ours opens it."""
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).decrypt(sealed.encode()).decode()


def is_fresh(sealed: str) -> bool:
    """Whether the first key opens it: sealed anew, it would be no better."""
    try:
        _fernet((settings.ENCRYPTION_KEYS[0],)).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def new_secret(bits: int = 256) -> str:
    """Return a random secret from the system's generator, safe in a URL or header."""
    return secrets.token_urlsafe(bits // 8)


def fingerprint(secret: str) -> str:
    """Return what is stored of a random secret: enough to recognise it, useless to a thief."""
    return hashlib.sha256(secret.encode()).hexdigest()


class SealedField(models.TextField[str, str]):
    """A text that is encrypted in the database and plain in Python."""

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return unseal(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        return seal(value) if value else value


class SealedJSONField(models.TextField[dict[str, str], dict[str, str]]):
    """Texts by name, encrypted in the database as one and plain in Python."""

    def from_db_value(self, value: str | None, *_: Any) -> dict[str, str]:
        opened: dict[str, str] = json.loads(unseal(value)) if value else {}
        return opened

    def get_prep_value(self, value: Any) -> Any:
        return seal(json.dumps(value)) if value else ""
