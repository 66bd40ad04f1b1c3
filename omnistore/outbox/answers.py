"""
What a receiver answered, and what follows from it (rule of the trade 6.4).

A connector returns an `Answer`: not being reached is everyday business here, so it is a value and
not an exception.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

CONFLICT = 409
COME_BACK_LATER = {408, 425, 429}
NOT_WELCOME = {401, 403, 410}
# These speak of the receiver as a whole, not of the one message it was sent.
ABOUT_THE_RECEIVER = {None, 429, 502, 503, 504}

# Characters of a receiver's words that are kept.
MOST_KEPT = 500
# E-mails and phone numbers: who refuses a record likes to repeat what is in it.
PERSONAL = re.compile(
    r"[^\s\"'\\:,;=()\[\]<>]+(?:@|%40)[^\s\"'\\:,;()\[\]<>]+|(?:\+|%2B)\d[\d .()-]{5,}\d"
)


class Verdict(Enum):
    """What is done with the delivery."""

    DONE = "done"
    LATER = "later"
    # The connection is paused until a person looks; the attempt is not counted.
    PAUSE = "pause"
    DEAD = "dead"
    # Not sent: our own pace; it says nothing about the receiver, and nothing is counted.
    UNSENT = "unsent"


@dataclass(frozen=True)
class Answer:
    """The receiver's status (None: nothing came back), its words, when it wants us again."""

    verdict: Verdict
    status: int | None = None
    words: str = ""
    retry_after: timedelta | None = None

    @property
    def kept(self) -> str:
        """What is kept of the words: nothing personal, and nothing that no database keeps."""
        text = self.words[: 2 * MOST_KEPT].replace("\0", "").encode(errors="replace").decode()
        return PERSONAL.sub("…", text)[:MOST_KEPT]

    @property
    def is_away(self) -> bool:
        """Whether the receiver as a whole does not take messages now."""
        return self.verdict is Verdict.LATER and self.status in ABOUT_THE_RECEIVER


class Stopped(Exception):
    """A call that cannot go on; its answer is that of every message in it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.words)
        self.answer = answer


def done(words: str = "", status: int | None = 200) -> Answer:
    """Return the answer of a receiver that has it, or that need not have it."""
    return Answer(Verdict.DONE, status, words)


def dead(words: str, status: int | None = None) -> Answer:
    """Return the answer to what the receiver will never take."""
    return Answer(Verdict.DEAD, status, words)


def unsent(wait: timedelta) -> Answer:
    """Return the answer to what our own pace keeps back for so long."""
    return Answer(Verdict.UNSENT, words="omnistore: at the receiver's pace", retry_after=wait)


def heard(status: int, words: str = "", retry_after: timedelta | None = None) -> Answer:
    """Return the answer a receiver gave over HTTP."""
    return Answer(_verdict_on(status), status, words, retry_after)


def silence(words: str) -> Answer:
    """Return the answer of a receiver that could not be reached, or not in time."""
    return Answer(Verdict.LATER, words=words)


def _verdict_on(status: int) -> Verdict:
    if 200 <= status < 300 or status == CONFLICT:
        return Verdict.DONE
    if status in NOT_WELCOME:
        return Verdict.PAUSE
    if 400 <= status < 500 and status not in COME_BACK_LATER:
        return Verdict.DEAD
    # A redirect too: it is never followed, and somebody will mend it.
    return Verdict.LATER
