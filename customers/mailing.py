"""E-mail: handed to the mail server that Django's settings name."""

from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from omnistore.outbox import answers
from omnistore.outbox.answers import Answer

# From here on an answer of SMTP is final.
FINAL = 500


def is_on() -> bool:
    """Whether e-mails can be sent at all: in production they never go to standard output."""
    return bool(settings.EMAIL_HOST) or not settings.IS_PRODUCTION


def send(mail: EmailMultiAlternatives) -> Answer:
    """Hand the mail over. Calls the network. The server's words name addresses: none are kept."""
    if not is_on():
        return answers.silence("no mail server")
    try:
        mail.send()
    except (SMTPRecipientsRefused, SMTPDataError) as error:
        code = _code(error)
        said = f"SMTP {code}"
        return answers.dead(said) if code >= FINAL else answers.silence(said)
    except (OSError, SMTPException) as error:
        return answers.silence(type(error).__name__)
    return answers.done()


def _code(error: SMTPRecipientsRefused | SMTPDataError) -> int:
    if isinstance(error, SMTPDataError):
        return int(error.smtp_code)
    return max((int(code) for code, _words in error.recipients.values()), default=0)
