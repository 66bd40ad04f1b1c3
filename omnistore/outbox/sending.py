"""Sending: claim, send outside any transaction, mark."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from omnistore.outbox import answers, claims, connections, schedule
from omnistore.outbox.answers import Answer, Verdict
from omnistore.outbox.claims import Claim
from omnistore.outbox.models import Connection, Delivery
from omnistore.outbox.schedule import Chance

State = Delivery.State
logger = logging.getLogger(__name__)

# How a connector sends one delivery at a time; it stays within `LONGEST_CALL`.
Send = Callable[[Delivery, datetime], Answer]
Clock = Callable[[], datetime]
LONGEST_CALL = timedelta(seconds=10)


def send_due(*, connection: Connection, clock: Clock, chance: Chance) -> int:
    """
    Send what is due to the connection, in the order of each stream, and return how many were tried.

    One batch; 0 means that nothing can be sent now. To a held connection one is sent, when its
    time has come. Two senders at once never hold the same delivery.
    """
    claim = _claim(connection, clock())
    batch = _Batch(connection, claim, clock, chance)
    try:
        for run in claim.runs:
            batch.send(run)
    finally:
        batch.note_success()
        claims.release(claim=claim)
    return batch.tried


def _claim(connection: Connection, at: datetime) -> Claim:
    if connection.is_running:
        return claims.take(connection=connection, at=at)
    next_probe_at = at + timedelta(seconds=settings.OMNISTORE_LEASE_SECONDS)
    if connections.may_probe(connection=connection, until=next_probe_at, at=at):
        return claims.take(connection=connection, at=at, limit=1)
    return claims.none(at=at)


class _Batch:
    """The deliveries of one claim on their way to one connection."""

    def __init__(self, connection: Connection, claim: Claim, clock: Clock, chance: Chance) -> None:
        self.connection = connection
        self.claim = claim
        self.clock = clock
        self.chance = chance
        self.connector: Send = import_string(settings.OMNISTORE_CONNECTORS[connection.kind])
        self.tried = 0
        self.is_open = True
        self.succeeded_at: datetime | None = None

    def send(self, run: list[Delivery]) -> None:
        """Send a stream's deliveries, until one has to wait or the lease is too short."""
        for delivery in run:
            if not (self.is_open and self.claim.lasts(LONGEST_CALL, self.clock())):
                return
            self.tried += 1
            delivery.connection = self.connection
            answer = self._ask(delivery)
            if not self._settle(delivery, answer, self.clock()):
                return

    def note_success(self) -> None:
        """Tell the connection once what many deliveries found out: it takes messages."""
        if self.succeeded_at:
            connections.succeeded(connection=self.connection, at=self.succeeded_at)
            self.succeeded_at = None

    def _ask(self, delivery: Delivery) -> Answer:
        try:
            return self.connector(delivery, self.clock())
        except Exception:
            logger.exception("outbox: a connector failed delivery=%s", delivery.pk)
            return answers.Answer(Verdict.LATER, status=0, words="omnistore: see the log")

    def _settle(self, delivery: Delivery, answer: Answer, at: datetime) -> bool:
        """Write the outcome down; return whether the stream's next one may follow."""
        if not claims.mark(
            delivery=delivery, claim=self.claim, **self._changes(delivery, answer, at)
        ):
            logger.warning("outbox: sent after the lease ended delivery=%s", delivery.pk)
            return False
        if answer.verdict is Verdict.DONE:
            self.succeeded_at = at
            return True
        self.note_success()
        if answer.verdict is Verdict.PAUSE:
            connections.refuse(connection=self.connection, reason=answer.words, at=at)
            self.is_open = False
        elif connections.failed(connection=self.connection, answer=answer, at=at):
            self.is_open = False
        return answer.verdict is Verdict.DEAD

    def _changes(self, delivery: Delivery, answer: Answer, at: datetime) -> dict[str, Any]:
        said = {"last_status": answer.status, "last_words": answer.words[:500]}
        counted = {"attempts": delivery.attempts + 1}
        if answer.verdict is Verdict.DONE:
            return said | counted | {"state": State.DELIVERED, "delivered_at": at}
        if answer.verdict is Verdict.DEAD:
            return said | counted | {"state": State.DEAD}
        if answer.verdict is Verdict.PAUSE or self.connection.is_held:
            return said | {"due_at": at}
        if at >= delivery.expires_at:
            return said | counted | {"state": State.DEAD}
        wait = schedule.delay(
            attempts=delivery.attempts + 1, chance=self.chance, asked=answer.retry_after
        )
        return said | counted | {"due_at": min(at + wait, delivery.expires_at)}
