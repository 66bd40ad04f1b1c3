"""
The client that connectors share: JSON out and in, at the receiver's pace, within one call's time.

What speaks of the whole receiver (no answer, 401, 403, 429, 5xx, our own pace) ends the call by
`answers.Stopped`; every other answer is the connector's to read.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.utils.timezone import now

from omnistore import outgoing
from omnistore.outbox import answers, pace, schedule
from omnistore.outbox.answers import Answer, Stopped, Verdict
from omnistore.outbox.models import Connection
from omnistore.outbox.pace import Pace
from omnistore.outbox.replies import retry_after
from omnistore.outgoing import Reply

# A wait for our turn up to this long is slept; a longer one is for the next drain. Seconds.
PATIENCE = 2.0
# Bytes of an answer that are read: a batch of hundreds of records comes back with their fields.
MOST_READ = 4 * 1024 * 1024
WHOLE_RECEIVER = {401, 403, 408, 410, 425, 429}
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class Client:
    """
    Calls one connection's system.

    `sign_in` makes the headers that let us in of the credentials; it is asked once more, with the
    old ones, when the new ones are refused.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        sign_in: Callable[[Mapping[str, str]], Mapping[str, str]],
        rate: Pace | None = None,
        longest: timedelta = timedelta(seconds=25),
    ) -> None:
        self.connection = connection
        self.sign_in = sign_in
        self.rate = rate
        self.until = time.monotonic() + longest.total_seconds()
        self.longest = longest

    def begin(self) -> None:
        """Begin one call of the connector: its time counts from here."""
        self.until = time.monotonic() + self.longest.total_seconds()

    def get(self, path: str, **params: str) -> Reply:
        return self.call("GET", f"{path}?{urlencode(params)}" if params else path)

    def post(self, path: str, content: Any) -> Reply:
        return self.call("POST", path, content)

    def call(
        self, method: str, path: str, content: Any = None, *, base: str = "", **headers: str
    ) -> Reply:
        """
        Return what came back, statuses of the 4xx that speak of the content included.

        `path` follows the connection's address, or `base`; bytes are sent as they are.

        Raises:
            Stopped: nothing came back, we are not let in, or not now.
        """
        body = content if isinstance(content, bytes) else _written(content)
        url = (base or self.connection.url).rstrip("/") + path
        ask = partial(self._ask, method, url, body, headers)
        reply = ask(self.connection.credentials)
        if reply.status == 401 and self._has_old():
            reply = ask(self.connection.old_credentials)
        if reply.status in WHOLE_RECEIVER or reply.status >= 500 or 300 <= reply.status < 400:
            raise Stopped(self._refusal(reply))
        return reply

    def _has_old(self) -> bool:
        return bool(self.connection.old_credentials) and is_old_valid(self.connection, now())

    def _ask(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        credentials: Mapping[str, str],
    ) -> Reply:
        self._wait_for_turn()
        sent = {"User-Agent": "omnistore", **JSON, **self.sign_in(credentials), **headers}
        left = min(self.until - time.monotonic(), outgoing.WHOLE_CALL)
        if left <= 0:
            raise Stopped(answers.silence("omnistore: no time left in this call"))
        try:
            return outgoing.request(
                method, url, body=body, headers=sent, most_read=MOST_READ, seconds=left
            )
        except outgoing.Forbidden as refusal:
            raise Stopped(Answer(Verdict.PAUSE, words=f"omnistore: {refusal}")) from refusal
        except outgoing.Away as away:
            raise Stopped(answers.silence(f"omnistore: {away}")) from away

    def _wait_for_turn(self) -> None:
        while self.rate:
            wait = pace.take(connection_id=self.connection.pk, pace=self.rate, at=now())
            if not wait:
                return
            if wait.total_seconds() > min(PATIENCE, self.until - time.monotonic()):
                raise Stopped(answers.unsent(wait))
            time.sleep(wait.total_seconds())

    def _refusal(self, reply: Reply) -> Answer:
        asked = retry_after(reply.headers.get("retry-after", ""), now())
        if reply.status == 429 and self.rate:
            wait = schedule.within_bounds(asked or schedule.LEAST_ASKED)
            pace.stop(connection_id=self.connection.pk, until=now() + wait)
        return answers.heard(reply.status, reply.words, asked)


def _written(content: Any) -> bytes:
    return b"" if content is None else json.dumps(content, separators=(",", ":")).encode()


def is_old_valid(connection: Connection, at: datetime) -> bool:
    """Whether what was before the last rotation still counts."""
    return bool(connection.old_until and connection.old_until > at)
