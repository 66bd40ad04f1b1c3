"""E-mail: handed to the mail server that Django's settings name."""

from contextlib import suppress
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from omnistore.outbox import answers
from omnistore.outbox.answers import Answer

# From here on an answer of SMTP is final.
FINAL = 500


def is_on() -> bool:
    """Whether e-mails can be sent at all: in production they never go to standard output."""
    return bool(settings.EMAIL_HOST) or not settings.IS_PRODUCTION


class Mailing:
    """
    Mails that go out over one connection, opened by the first of them and closed at the end.

    A server that cannot be reached is asked once, not by every mail that waits.
    """

    def __init__(self) -> None:
        self._connection = get_connection()
        self._away: Answer | None = None if is_on() else answers.silence("no mail server")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        self._close()

    def send(self, mail: EmailMultiAlternatives) -> Answer:
        """Hand the mail over. Calls the network. Its words name addresses: none is kept."""
        if self._away is None:
            self._open()
        if self._away is not None:
            return self._away
        try:
            self._connection.send_messages([mail])
        except (OSError, SMTPException) as error:
            # Nobody knows what was left half said: the next mail begins anew.
            self._close()
            return _answer(error)
        return answers.done()

    def _open(self) -> None:
        try:
            self._connection.open()
        except (OSError, SMTPException) as error:
            self._away = answers.silence(type(error).__name__)

    def _close(self) -> None:
        with suppress(OSError, SMTPException):
            self._connection.close()


def _answer(error: Exception) -> Answer:
    if not isinstance(error, SMTPRecipientsRefused | SMTPDataError):
        return answers.silence(type(error).__name__)
    code = _code(error)
    said = f"SMTP {code}"
    return answers.dead(said) if code >= FINAL else answers.silence(said)


def _code(error: SMTPRecipientsRefused | SMTPDataError) -> int:
    if isinstance(error, SMTPDataError):
        return int(error.smtp_code)
    return max((int(code) for code, _words in error.recipients.values()), default=0)
