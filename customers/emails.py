"""E-mail addresses: trimmed and in small letters, as they are kept and looked for."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid

LONGEST = 254
_is_email = EmailValidator()


class NotAnEmail(Invalid):
    code = "not_an_email"
    words = _("This is not an e-mail address.")


def normalise(text: str) -> str | None:
    """Return the address to store or to look for, None when the text is none. Never raises."""
    if len(text) > LONGEST + 50:
        return None
    address = unicodedata.normalize("NFKC", text).strip().lower().removeprefix("mailto:")
    if len(address) > LONGEST or not address.isprintable():
        return None
    try:
        _is_email(address)
    except ValidationError:
        return None
    return address


def masked(address: str) -> str:
    """Return the address with enough to recognise one's own: c•••@gmail.com."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"
