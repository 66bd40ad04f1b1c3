"""
Sending: claim lanes, send outside any transaction, settle.

A claim's lanes go out in calls as large as the connector takes them: of each lane the first
message, then the second of those whose first was taken. A one-by-one connector sends several lanes
at once, each in its own order.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from queue import SimpleQueue
from typing import NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from omnistore.outbox import answers, breaker, claims, connections, settling
from omnistore.outbox.answers import Answer, Stopped, Verdict
from omnistore.outbox.claims import Claim, Run
from omnistore.outbox.messages import Connector, Message, Outcome
from omnistore.outbox.models import Connection
from omnistore.outbox.schedule import Chance

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
# How long outcomes may wait for others to be settled with them.
SETTLE_EVERY = timedelta(seconds=0.5)
SETTLE_AT = 200


def connector_of(connection: Connection) -> Connector:
    """Return the connector that speaks to this kind of system."""
    made: Connector = import_string(settings.OMNISTORE_CONNECTORS[connection.kind])(connection)
    return made


def send_due(
    *, connection: Connection, clock: Clock, chance: Chance, until: datetime | None = None
) -> int:
    """
    Send what is due to the connection, in the order of each customer, and return how many were
    tried.

    One claim; 0 means that nothing can be sent now. To a held connection one is sent, when its
    time has come. Two senders at once never hold the same lane. No call begins after `until`.
    """
    connector = connector_of(connection)
    claim = _claim(connection, connector, clock())
    if claim is None:
        return 0
    until = until or claim.until
    return Sending(connection, connector, claim, clock, chance, until=until).run()


def _claim(connection: Connection, connector: Connector, at: datetime) -> Claim | None:
    if connection.is_running:
        # Enough for every call that may be under way, a few times over where calls are small.
        enough = connector.size * connector.concurrency
        lanes = max(enough, min(4 * enough, claims.LANES))
        claim = claims.take(connection=connection, at=at, limit=lanes)
    else:
        next_probe_at = at + timedelta(seconds=settings.OMNISTORE_LEASE_SECONDS)
        if not breaker.may_probe(connection=connection, until=next_probe_at, at=at):
            return None
        claim = claims.take(connection=connection, at=at, is_probe=True)
    return claim if claim.runs else None


class Part(NamedTuple):
    """What a call found out: outcomes, and the lanes that are through."""

    outcomes: list[Outcome]
    finished: list[int]


class Sending:
    """One claim on its way."""

    def __init__(
        self,
        connection: Connection,
        connector: Connector,
        claim: Claim,
        clock: Clock,
        chance: Chance,
        *,
        until: datetime,
    ) -> None:
        self.connection = connection
        self.connector = connector
        self.claim = claim
        self.clock = clock
        self.chance = chance
        self.until = until
        self.tried = 0
        self.is_probe = connection.is_held
        # Calls go out while it is; threads see what the others have just found out.
        self.is_open = True
        self.away_in_a_row = 0
        self.parts: SimpleQueue[Part] = SimpleQueue()

    def run(self) -> int:
        """Send all of it, settling as it goes; return how many messages were tried."""
        groups = list(self._groups())
        if self.connector.concurrency == 1 or len(groups) == 1 or self._is_unsure():
            for group in groups:
                for part in self._call_by_call(group):
                    self._settle(part.outcomes, part.finished)
        else:
            self._at_once(groups)
        if self.is_probe and not any(run.messages for run in self.claim.runs):
            # Its lane had nothing to send, the receiver was not asked: the next lane's turn is now.
            connections.probe(connection_id=self.connection.pk, at=self.clock())
        return self.tried

    def _is_unsure(self) -> bool:
        """Whether the receiver has yet to show that it answers: then it is asked one by one."""
        return bool(self.connection.failures) or self.connection.last_success_at is None

    def _groups(self) -> Iterator[list[Run]]:
        """Yield the lanes that share calls."""
        size = self.connector.size
        for start in range(0, len(self.claim.runs), size):
            yield self.claim.runs[start : start + size]

    def _at_once(self, groups: Sequence[list[Run]]) -> None:
        """Send the groups in threads; this thread alone speaks with the database."""
        with ThreadPoolExecutor(self.connector.concurrency, "send") as pool:
            sent = [pool.submit(self._put_parts, group) for group in groups]
            while not _are_done(sent, SETTLE_EVERY):
                self._settle_parts()
            self._settle_parts()
        for future in sent:
            # What broke in a thread is said as what breaks here.
            future.result()

    def _put_parts(self, group: list[Run]) -> None:
        for part in self._call_by_call(group):
            self.parts.put(part)

    def _settle_parts(self) -> None:
        outcomes: list[Outcome] = []
        finished: list[int] = []
        while not self.parts.empty():
            part = self.parts.get()
            outcomes += part.outcomes
            finished += part.finished
            if len(outcomes) >= SETTLE_AT:
                self._settle(outcomes, finished)
                outcomes, finished = [], []
        self._settle(outcomes, finished)

    def _call_by_call(self, group: list[Run]) -> Iterator[Part]:
        """Yield what each call finds out; lanes end when they are empty, or must wait."""
        left = {run.lane_id: list(run.messages) for run in group}
        runs = {run.lane_id: run for run in group}
        while left:
            is_over = self.clock() >= self.until
            call = self._next_call(left) if self._may_call() and not is_over else []
            if not call:
                yield Part([], list(left))
                return
            outcomes = [
                Outcome(
                    lane_id, message, answer, runs[lane_id].replaced.get(message.delivery_id, ())
                )
                for (lane_id, message), answer in zip(call, self._ask(call), strict=True)
            ]
            self._feel(outcomes)
            for outcome in outcomes:
                self._go_on(left[outcome.lane_id], outcome)
            finished = [lane_id for lane_id, waiting in left.items() if not waiting]
            for lane_id in finished:
                del left[lane_id]
            yield Part(outcomes, finished)

    def _feel(self, outcomes: Sequence[Outcome]) -> None:
        """Stop calling at once when the receiver is gone, before it is written down."""
        is_away = all(outcome.answer.is_away for outcome in outcomes)
        self.away_in_a_row = self.away_in_a_row + 1 if is_away else 0
        if breaker.is_gone(self.away_in_a_row):
            self.is_open = False

    def _may_call(self) -> bool:
        return self.is_open and self.claim.lasts(self.connector.longest, self.clock())

    def _next_call(self, left: dict[int, list[Message]]) -> list[tuple[int, Message]]:
        """Return the next messages: one of each lane, or whole lanes where calls keep order."""
        size = self.connector.size
        if self.connector.keeps_order:
            together = ((lane_id, one) for lane_id, waiting in left.items() for one in waiting)
            return [pair for pair, _ in zip(together, range(size), strict=False)]
        return [(lane_id, waiting[0]) for lane_id, waiting in left.items() if waiting][:size]

    def _go_on(self, waiting: list[Message], outcome: Outcome) -> None:
        """Take what was tried out of the lane; the ledger behind a failure waits for it."""
        if outcome.message not in waiting:
            return
        waiting.remove(outcome.message)
        if not outcome.is_done:
            is_ledger = outcome.message.is_ledger
            waiting[:] = [one for one in waiting if not (is_ledger and one.is_ledger)]
        if outcome.answer.verdict in (Verdict.PAUSE, Verdict.UNSENT):
            waiting.clear()

    def _ask(self, call: Sequence[tuple[int, Message]]) -> Sequence[Answer]:
        messages = [message for _, message in call]
        answer = self._said(messages)
        if not isinstance(answer, Answer):
            return answer
        if answer.verdict is not Verdict.DEAD or len(call) == 1:
            return [answer] * len(call)
        if not self._may_call():
            # No time to find the bad one: the good ones beside it must not be given up with it.
            return [Answer(Verdict.LATER, answer.status, answer.words)] * len(call)
        middle = len(call) // 2
        first = self._ask(call[:middle])
        return [*first, *self._ask_behind(call[:middle], first, call[middle:])]

    def _ask_behind(
        self,
        before: Sequence[tuple[int, Message]],
        said: Sequence[Answer],
        call: Sequence[tuple[int, Message]],
    ) -> list[Answer]:
        """Ask the second half, without the ledger of whom the first half failed."""
        failed = {
            lane_id: answer
            for (lane_id, message), answer in zip(before, said, strict=True)
            if message.is_ledger and answer.verdict is not Verdict.DONE
        }
        may_go = [pair for pair in call if not (pair[0] in failed and pair[1].is_ledger)]
        heard = iter(self._ask(may_go) if may_go else ())
        behind = answers.unsent(timedelta(0))
        return [next(heard) if pair in may_go else behind for pair in call]

    def _said(self, messages: Sequence[Message]) -> Sequence[Answer] | Answer:
        try:
            said = self.connector.send(messages, self.clock())
            if not isinstance(said, Answer) and len(said) != len(messages):
                raise ValueError(f"{len(said)} answers to {len(messages)} messages")
            return said
        except Stopped as stopped:
            return stopped.answer
        except Exception:
            ids = ",".join(str(message.delivery_id) for message in messages[:10])
            logger.exception("outbox: a connector failed deliveries=%s", ids)
            return Answer(Verdict.LATER, status=0, words="omnistore: see the log")

    def _settle(self, outcomes: Sequence[Outcome], finished: Sequence[int]) -> None:
        if not outcomes and not finished:
            return
        self.tried += len(outcomes)
        at = self.clock()
        # First what follows for the connection: while it is held, attempts are not counted.
        self.connection = breaker.heard(
            connection=self.connection,
            # The one answer to a whole call counts once.
            said=list({id(outcome.answer): outcome.answer for outcome in outcomes}.values()),
            is_probe=self.is_probe,
            at=at,
        )
        self.is_open = self.is_open and self.connection.is_running
        kept = settling.settle(
            self.claim,
            outcomes,
            connection=self.connection,
            finished=finished,
            chance=self.chance,
            at=at,
        )
        if len(kept) < len(outcomes):
            logger.warning(
                "outbox: sent after the lease ended deliveries=%s", len(outcomes) - len(kept)
            )


def _are_done(sent: "Sequence[Future[None]]", patience: timedelta) -> bool:
    return not wait(sent, patience.total_seconds()).not_done
