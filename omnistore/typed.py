"""What people type, paste or scan, as one clean line: hostile until it went through here."""

import unicodedata

from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid


class TooLong(Invalid):
    code = "too_long"
    words = _("This is too long: at most %(most)s characters.")


class Unreadable(Invalid):
    code = "unreadable"
    words = _("This holds characters that nobody can type. Type it by hand.")


def line(text: str, *, most: int) -> str:
    """
    Return the text in NFC on one line, every gap one space, without marks that show nothing.

    Raises:
        TooLong: more than `most` characters.
        Unreadable: a control character, NUL among them, or half a character.
    """
    if len(text) > most:
        raise TooLong(most=most)
    shown = "".join(c for c in text if unicodedata.category(c) != "Cf")
    written = " ".join(shown.split())
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in written):
        raise Unreadable()
    return unicodedata.normalize("NFC", written)
