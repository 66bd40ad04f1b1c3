"""
Codes: what stands in the squares and bars that people show, and leads to nobody here.

A stranger wrote them. Nothing of theirs is opened or followed, and nothing is shown but the host of
a web address: a wifi code holds a password, a contact card somebody's life.
"""

import re
import unicodedata
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from omnistore.counter.meanings import Kind, Reading
from omnistore.errors import Invalid
from orders import numbers

# What a code is stands at its beginning.
HEAD = 512
HOST = re.compile(r"(?=.{4,60}$)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*")
WEB = re.compile(r"(?:https?:)?//|https?:|www\.|urlto:|[a-z0-9.-]+\.[a-z]{2,24}/", re.IGNORECASE)
# Where a link of ours holds a receipt's number.
NAMES_OF_NUMBERS = frozenset(["receipt", "order", "ticket", "number", "commande"])
LONGEST_NUMBER = 40

BEGINNINGS: dict[Kind, re.Pattern[str]] = {
    kind: re.compile(words, re.IGNORECASE)
    for kind, words in {
        Kind.WIFI: r"wifi:|dpp:",
        Kind.CONTACT: r"begin:\s*vcard|mecard:|bizcard:|card:n:",
        Kind.EVENT: r"begin:\s*v(?:calendar|event)",
        Kind.SIGN_IN: r"otpauth(?:-migration)?:|fido:/|webauthn:",
        Kind.MESSAGE: r"sms(?:to)?:|mms(?:to)?:|matmsg:|mailto:[^?]*\?|whatsapp:|smtp:",
        Kind.PLACE: r"geo:|maps:|comgooglemaps:",
        Kind.PAYMENT: r"(?:bitcoin|ethereum|litecoin|lightning|monero|dogecoin|upi|swish):"
        r"|bcd\s+00[12]\s|spc\s+02|lnurl1",
    }.items()
}
APP = re.compile(r"[a-z][a-z0-9+.-]{1,30}://|(?:javascript|data|file|intent|blob|about):", re.I)


class NothingOfOurs(Invalid):
    """A code that was read, and leads to nobody."""


class WebAddress(NothingOfOurs):
    code = "web_address"
    words = _(
        "This code leads to a web address, which is not opened here. "
        "To recognise somebody, scan a card or a receipt."
    )


class WifiCode(NothingOfOurs):
    code = "wifi_code"
    words = _(
        "This is a wifi code: it lets a phone into a network, and names nobody. "
        "To recognise somebody, scan a card or a receipt."
    )


class ContactCard(NothingOfOurs):
    code = "contact_card"
    words = _(
        "This is somebody’s contact card. It is not read, because nobody was asked. "
        "Type the phone or the e-mail that the customer tells you."
    )


class PlainText(NothingOfOurs):
    code = "plain_text"
    words = _(
        "This code holds a text, and no number of ours. "
        "To recognise somebody, scan a card or a receipt."
    )


# What is left needs no class of its own: nobody asks for it by name.
SENTENCES: dict[Kind, tuple[str, Promise]] = {
    Kind.MESSAGE: (
        "message_code",
        _(
            "This code writes a message on a phone; nothing is sent from here. "
            "To recognise somebody, scan a card or a receipt."
        ),
    ),
    Kind.PLACE: (
        "place_code",
        _(
            "This code is a place on a map, and names nobody. "
            "To recognise somebody, scan a card or a receipt."
        ),
    ),
    Kind.PAYMENT: (
        "payment_code",
        _(
            "This code asks for a payment; nothing is paid from here. "
            "To recognise somebody, scan a card or a receipt."
        ),
    ),
    Kind.EVENT: (
        "calendar_code",
        _(
            "This code is an entry for a calendar, and names nobody. "
            "To recognise somebody, scan a card or a receipt."
        ),
    ),
    Kind.SIGN_IN: (
        "sign_in_code",
        _(
            "This code is a secret for signing in somewhere. It was not kept; show it to nobody. "
            "To recognise somebody, scan a card or a receipt."
        ),
    ),
    Kind.APP: (
        "app_link",
        _(
            "This code opens an app, which is not done here. "
            "To recognise somebody, scan a card or a receipt."
        ),
    ),
}


def recognise(text: str) -> Reading | None:
    """Return what the code is, None when it has none of their forms. Never raises."""
    head = _head(text)
    for kind, beginning in BEGINNINGS.items():
        if beginning.match(head):
            return Reading(kind, doubt=_doubt(kind))
    if WEB.match(head):
        return _web(head)
    return Reading(Kind.APP, doubt=_doubt(Kind.APP)) if APP.match(head) else None


def plain_text() -> Reading:
    """Return what a code with words in it is."""
    return Reading(Kind.TEXT, doubt=PlainText())


def _head(text: str) -> str:
    """Return the beginning as people see it: without marks that show nothing or turn it round."""
    seen = (mark for mark in text[:HEAD] if unicodedata.category(mark) != "Cf")
    # Some signs are whole words when written out.
    return unicodedata.normalize("NFKC", "".join(seen)).strip()[:HEAD]


def _doubt(kind: Kind) -> NothingOfOurs:
    if kind == Kind.WIFI:
        return WifiCode()
    if kind == Kind.CONTACT:
        return ContactCard()
    code, sentence = SENTENCES[kind]
    return NothingOfOurs(sentence, code=code)


def _web(head: str) -> Reading:
    address = re.sub(r"^urlto:[^:]*:", "", head, flags=re.IGNORECASE)
    address = address if "//" in address[:8] else f"//{address}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode().lower()
    except ValueError:
        return Reading(Kind.WEB, doubt=WebAddress())
    if host in settings.OMNISTORE_OWN_HOSTS and (number := _number(parts.path, parts.query)):
        return Reading(Kind.ORDER, number, number=numbers.key(number))
    # A host can be made to look like another's: only plain letters are shown.
    return Reading(Kind.WEB, host if HOST.fullmatch(host) else "", doubt=WebAddress())


def _number(path: str, query: str) -> str:
    """Return the receipt's number that a link of ours holds, empty when it holds none."""
    named = [value for name, value in parse_qsl(query) if name.lower() in NAMES_OF_NUMBERS]
    for candidate in [*named, unquote(path.rstrip("/").rpartition("/")[2])]:
        key = numbers.key(candidate)
        if len(key) >= 4 and len(candidate) < LONGEST_NUMBER and _is_number(candidate):
            return candidate
    return ""


def _is_number(candidate: str) -> bool:
    # The id of a person or an order (8-4-4-4-12) is never looked up by a link.
    is_id = candidate.count("-") == 4 and len(candidate) == 36
    return not is_id and bool(re.fullmatch(r"[A-Za-z0-9-]*[0-9][A-Za-z0-9-]*", candidate))
