"""
Letters: what a message says, in its reader's language.

A template is a folder in `templates/messages`: `subject.txt`, `body.txt` and `body.html` for
e-mail, `sms.txt` for SMS. They say everything by `translate`; besides what was given they know
`public_url`, `public_host` and, in prospecting, `unsubscribe_url`. A text template begins with
`autoescape off`, an HTML one never says it: names are typed by anybody.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from customers import unsubscribing
from customers.models import Message

LONGEST_SUBJECT = 200


class Letter(NamedTuple):
    """The words of an e-mail; a subject is one line, whatever was in the names."""

    subject: str
    text: str
    html: str


def text_of(message: Message) -> str:
    """Return the words of an SMS."""
    return _rendered(message, "sms.txt").strip()


def letter_of(message: Message) -> Letter:
    """Return the words of an e-mail."""
    subject = " ".join(_rendered(message, "subject.txt").split())[:LONGEST_SUBJECT]
    text = _rendered(message, "body.txt").strip() + "\n"
    return Letter(subject, text, _rendered(message, "body.html"))


def mail_of(message: Message, *, to: str) -> EmailMultiAlternatives:
    """Return the e-mail as it is handed over; every attempt has the same Message-ID."""
    letter = letter_of(message)
    headers = {"Message-ID": f"<{message.pk}@{_host()}>"}
    if message.is_prospecting:
        # RFC 8058: the reader's mail program refuses for him by one POST.
        headers["List-Unsubscribe"] = f"<{unsubscribing.link(message)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        headers["Auto-Submitted"] = "auto-generated"
    mail = EmailMultiAlternatives(letter.subject, letter.text, to=[to], headers=headers)
    mail.attach_alternative(letter.html, "text/html")
    return mail


def _rendered(message: Message, name: str) -> str:
    known = {
        **message.variables,
        "language": message.language,
        "public_url": settings.PUBLIC_URL,
        "public_host": _host(),
    }
    if message.is_prospecting:
        known["unsubscribe_url"] = unsubscribing.link(message)
    with translation.override(message.language):
        return render_to_string(f"messages/{message.template}/{name}", known)


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
