"""Trials: show that a system lets us in, before anything is at stake."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from omnistore.outbox import sending
from omnistore.outbox.answers import Answer, Stopped, Verdict
from omnistore.outbox.models import Connection

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trial:
    """What the receiver said, and after how many milliseconds."""

    answer: Answer
    milliseconds: int

    @property
    def is_well(self) -> bool:
        return self.answer.verdict is Verdict.DONE

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        words = {
            Verdict.DONE: _("It lets us in and takes our messages."),
            Verdict.LATER: _("It did not answer as it should; messages would be tried again."),
            Verdict.PAUSE: _("It does not let us in; the connection would be paused."),
            Verdict.DEAD: _("It lets us in, and refuses the test."),
            Verdict.UNSENT: _("Not asked: its limit of calls is reached for the moment."),
        }
        return words[self.answer.verdict]


def run(*, connection: Connection, at: datetime) -> Trial:
    """Send a test and return what came of it; nothing is counted. Outside any transaction."""
    began = time.perf_counter()
    answer = _said(connection, at)
    return Trial(answer, round((time.perf_counter() - began) * 1000))


def _said(connection: Connection, at: datetime) -> Answer:
    try:
        return sending.connector_of(connection).test(at)
    except Stopped as stopped:
        return stopped.answer
    except Exception as error:
        logger.exception("outbox: a test failed connection=%s", connection.pk)
        words = _("The connector broke (%(kind)s); the log says where.")
        return Answer(Verdict.LATER, status=0, words=words % {"kind": type(error).__name__})
