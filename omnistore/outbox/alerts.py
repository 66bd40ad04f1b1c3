"""
Alerts: head office is told when a connection is in trouble, and when it runs again.

Each change is told once: `Connection.told_state` is written after the mail went out, so that a
crash in between may tell it twice and never not at all.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from omnistore import words
from omnistore.outbox import connections
from omnistore.outbox.models import Connection

logger = logging.getLogger(__name__)

State = Connection.State
# A receiver that is back within this time worries nobody.
PATIENCE = timedelta(minutes=2)
MOST_WORDS = 200


def in_trouble(*, at: datetime) -> QuerySet[Connection]:
    """Return the connections that refuse us, or do not answer for longer than `PATIENCE`."""
    rows = connections.without_secrets(Connection.objects.order_by("name"))
    return rows.filter(Q(state=State.REFUSED) | Q(state=State.HELD, state_at__lte=at - PATIENCE))


def tell(*, to: Sequence[str], at: datetime) -> int:
    """
    Mail head office what it was not told yet, and return how many mails that were.

    A mail server that is away changes nothing: the next call tries again.
    """
    if not to:
        return 0
    rows = connections.without_secrets(Connection.objects.order_by("name"))
    news = [connection for connection in rows if _is_news(connection, at)]
    for told, connection in enumerate(news):
        # One that is away would be waited for as often as there is news.
        if not _send(connection, to):
            return told
        _mark(connection)
    return len(news)


def _is_news(connection: Connection, at: datetime) -> bool:
    state, told = connection.state, connection.told_state
    if state == State.REFUSED:
        return told != state
    if state == State.HELD:
        is_long = connection.state_at is not None and connection.state_at <= at - PATIENCE
        return is_long and told != state
    # Who was never told of trouble need not hear that all is well; a pause is a person's own act.
    return state == State.RUNNING and told in (State.REFUSED, State.HELD)


def _mark(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk, told_state=connection.told_state).update(
        told_state=connection.state
    )


def _send(connection: Connection, to: Sequence[str]) -> bool:
    with translation.override(settings.LANGUAGE_CODE):
        mail = EmailMessage(_subject(connection), _body(connection), to=list(to))
    try:
        mail.send()
    except (OSError, SMTPException) as error:
        logger.warning(
            "outbox: head office was not told connection=%s error=%s",
            connection.pk,
            type(error).__name__,
        )
        return False
    return True


def _subject(connection: Connection) -> str:
    sentences = {
        State.REFUSED: _("omnistore: %(name)s refuses our messages"),
        State.HELD: _("omnistore: %(name)s does not answer"),
        State.RUNNING: _("omnistore: %(name)s runs again"),
    }
    # A name is one line, or it could add a header.
    return sentences[State(connection.state)] % {"name": " ".join(connection.name.split())}


def _body(connection: Connection) -> str:
    sentences = {
        State.REFUSED: _("Nothing is sent until somebody looks and resumes it. Nothing is lost."),
        State.HELD: _("It is asked again by itself, and what happened is kept. Nothing is lost."),
        State.RUNNING: _("What waited is being sent."),
    }
    page = reverse("admin:outbox_connection_change", args=[connection.pk])
    lines = [
        sentences[State(connection.state)],
        _("Since: %(moment)s") % {"moment": words.moment(connection.state_at)},
        *_reason(connection),
        f"{settings.PUBLIC_URL}{page}",
    ]
    return "\n\n".join(lines) + "\n"


def _reason(connection: Connection) -> list[str]:
    said = connection.state_reason[:MOST_WORDS]
    return [_("Its words: %(words)s") % {"words": said}] if said else []
