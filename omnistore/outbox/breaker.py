"""
The breaker: a connection that keeps failing is held and probed, and runs again by itself.

It opens after `schedule.FAILURES_TO_HOLD` answers in a row that speak of the receiver as a whole,
or when half of at least `ENOUGH` answers within `WINDOW` were failures of any kind. While it is
open no attempt is counted, so an outage never fills the dead letters; one message is let through
at `probe_at`, after 30 s, doubling to 10 minutes, and the first that succeeds closes it.

It stands in the database, so that all workers have one opinion.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from omnistore.outbox import connections, schedule
from omnistore.outbox.answers import Answer, Verdict
from omnistore.outbox.models import Connection

State = Connection.State

WINDOW = timedelta(seconds=60)
ENOUGH = 20
# That all is well is written down this often.
WELL_EVERY = timedelta(seconds=1)


def heard(
    *, connection: Connection, said: Sequence[Answer], is_probe: bool = False, at: datetime
) -> Connection:
    """
    Note what the receiver said to a few messages, in order; return the connection as it is now.

    What others are still told while it has become held counts for nothing; only a probe does.
    While all goes well this asks nothing of the database but once a second.
    """
    counted = [answer for answer in said if answer.verdict is not Verdict.UNSENT]
    if not counted or _is_nothing_new(connection, counted, at):
        return connection
    with transaction.atomic():
        found = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        for answer in counted:
            if is_probe or not found.is_held or answer.verdict is not Verdict.LATER:
                _note(found, answer, at)
        found.save()
    return found


def may_probe(*, connection: Connection, until: datetime, at: datetime) -> bool:
    """Take the held connection's probe, for one caller only; the next one is at `until`."""
    return bool(
        Connection.objects.filter(pk=connection.pk, state=State.HELD, probe_at__lte=at).update(
            probe_at=until
        )
    )


def _is_nothing_new(connection: Connection, said: Sequence[Answer], at: datetime) -> bool:
    is_well = connection.is_running and not connection.failures and not connection.window_at
    is_noted = connection.last_success_at and at - connection.last_success_at < WELL_EVERY
    return bool(is_well and is_noted and all(answer.verdict is Verdict.DONE for answer in said))


def _note(found: Connection, answer: Answer, at: datetime) -> None:
    if found.window_at and at - found.window_at > WINDOW:
        found.window_at = None
    if answer.verdict is Verdict.DONE:
        _note_success(found, at)
    else:
        _note_failure(found, answer, at)


def _note_success(found: Connection, at: datetime) -> None:
    found.last_success_at, found.failures = at, 0
    found.window_answers += 1
    if found.is_held:
        connections.start(found, at=at)


def _note_failure(found: Connection, answer: Answer, at: datetime) -> None:
    found.last_failure_at, found.last_error = at, answer.kept
    if answer.verdict is Verdict.PAUSE:
        connections.stop(found, State.REFUSED, answer.kept, at=at)
        return
    if answer.verdict is Verdict.DEAD:
        # It looked at the message and said no: the receiver is there.
        found.failures = 0
        if found.is_held:
            connections.start(found, at=at)
        return
    if found.window_at is None:
        found.window_at, found.window_answers, found.window_failures = at, 0, 0
    found.window_answers += 1
    found.window_failures += 1
    found.failures = found.failures + 1 if answer.is_away else 0
    if found.is_running and (is_gone(found.failures) or _mostly_fails(found)):
        connections.stop(found, State.HELD, answer.kept, at=at)
    if found.is_held:
        found.probe_at = at + schedule.hold(probes=found.probes, asked=answer.retry_after)
        found.probes += 1


def is_gone(failures: int) -> bool:
    """Whether so many answers in a row that speak of the receiver are enough."""
    return failures >= schedule.FAILURES_TO_HOLD


def _mostly_fails(found: Connection) -> bool:
    return found.window_answers >= ENOUGH and 2 * found.window_failures >= found.window_answers
