"""
Registers: the code that a register's screen shows to customers' phones.

It names the register and nothing else, is signed, and dead after two minutes (rules.md 5.1, 5.3).
Nothing is stored when it is shown: whoever trades it in leaves its fingerprint behind, once.
"""

import base64
import logging
import secrets
import struct
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from omnistore.errors import NotFound
from stores.models import Register, Tablet

logger = logging.getLogger(__name__)

# The screen draws another one then; who scanned the last a moment before has time to answer.
RENEWED_AFTER = timedelta(seconds=30)
LIFE = timedelta(seconds=120)
PURPOSE = "omnistore register's code"
# The register's number, when it was made, and what makes each one different.
FORM = struct.Struct(">IQ8s")
SIGNATURE = 10
# Thirty bytes in base32, with no bit to spare: one code has one text, so that it is used once.
LETTERS = 48


class DeadCode(NotFound):
    """Forged, expired, used or of another purpose: which of these is not said."""

    code = "dead_code"
    words = _("This code no longer works. Scan the one that the register shows now.")


class Shown(NamedTuple):
    """What a code says: the register's number, and when its screen began to show it."""

    register_id: int
    made_at: datetime


def code_of(register: Register, *, at: datetime) -> str:
    """Return a fresh code of the register: capitals and digits, which make a small square."""
    made = FORM.pack(register.pk, int(at.timestamp()), secrets.token_bytes(8))
    return base64.b32encode(made + _signature(made, settings.SECRET_KEY)).decode()


def read(code: str, *, at: datetime) -> Register:
    """
    Return the register whose screen showed the code in the last two minutes, with its store.

    Reading uses nothing up.

    Raises:
        DeadCode: it is forged, too old or of a register that is closed. The log says so.
    """
    shown = _opened(code)
    if shown and timedelta(0) <= at - shown.made_at < LIFE:
        open_ones = Register.objects.select_related("store")
        if found := open_ones.filter(
            pk=shown.register_id, is_active=True, store__is_active=True
        ).first():
            return found
    raise refused()


def beside(tablet: Tablet) -> Register | None:
    """Return the open register that the tablet stands beside, else the store's first."""
    if tablet.register and tablet.register.is_active:
        return tablet.register
    return Register.objects.filter(store=tablet.store, is_active=True).order_by("name").first()


def is_fresh(code: str, register: Register, *, at: datetime) -> bool:
    """Whether the register's screen may go on showing the code."""
    shown = _opened(code)
    return (
        shown is not None
        and shown.register_id == register.pk
        and timedelta(0) <= at - shown.made_at < RENEWED_AFTER
    )


def refused() -> DeadCode:
    """Return the one plain answer, and leave a line in the log: without the code."""
    logger.warning("The code of a register led nowhere")
    return DeadCode()


def _opened(code: str) -> Shown | None:
    """Return what a code of ours says; None when nobody of us signed it."""
    made, signature = _parts(code)
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(compare_digest(signature, _signature(made, key)) for key in keys):
        return None
    register_id, seconds, _chance = FORM.unpack(made)
    return Shown(register_id, datetime.fromtimestamp(seconds, UTC))


def _parts(code: str) -> tuple[bytes, bytes]:
    try:
        raw = base64.b32decode(code) if len(code) == LETTERS else b""
    except ValueError:
        raw = b""
    if len(raw) != FORM.size + SIGNATURE:
        return b"", b""
    return raw[: FORM.size], raw[FORM.size :]


def _signature(made: bytes, key: str | bytes) -> bytes:
    return salted_hmac(PURPOSE, made, secret=key, algorithm="sha256").digest()[:SIGNATURE]
