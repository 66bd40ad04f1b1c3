"""
The pump: relay and send in this process until nothing is due, each connection by itself.

A connection that is slow or dead keeps its own thread waiting and nobody else: the others have
theirs, and the pump goes on looking for what comes due. When its turn is over it waits for nobody.
"""

import logging
import os
import random
import threading
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import cache

from django.db import close_old_connections
from django.db import connections as databases
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.timezone import now

from omnistore.outbox import connections, relay, replays, sending
from omnistore.outbox.models import Connection

logger = logging.getLogger(__name__)

# How long one turn takes on new work before it lets others have the worker.
TURN = timedelta(seconds=20)
# How often it looks for what has come due while others are being sent.
LOOK_EVERY = 0.1
# How long a connection is left alone whose sending broke: a bug, or the database was away.
REST = timedelta(seconds=3)
# Threads of one process, and how many of them may send to one system: while one waits for the
# database, the other builds what is sent.
MOST = 32
EACH = 2


class Pump:
    """One turn of pumping."""

    def __init__(self, pool: ThreadPoolExecutor, until: datetime) -> None:
        self.pool = pool
        self.until = until

    def run(self) -> None:
        """
        Work until nothing is due, or the turn is over.

        Whoever is still sending then goes on by himself until his call ends; the worker is free for
        the others, and the next turn knows of him.
        """
        while now() < self.until:
            moved = self._look()
            self._collect()
            if not _busy and not moved:
                return
            wait(list(_busy), LOOK_EVERY, FIRST_COMPLETED)

    def _look(self) -> bool:
        """Relay, and start on what is due; return whether there was anything to do."""
        # Both: where something happens all the time, a replay gets on too.
        moved = relay.relay(at=now()) + _replay()
        started = 0
        at_work = Counter(list(_busy.values()))
        for connection in connections.due(at=now()).only("pk"):
            is_resting = _resting.get(connection.pk, now()) > now()
            if at_work[connection.pk] < EACH and not is_resting:
                _busy[self.pool.submit(drain, connection.pk, self.until)] = connection.pk
                started += 1
        return bool(moved or started)

    def _collect(self) -> None:
        for future in [future for future in list(_busy) if future.done()]:
            connection_id = _busy.pop(future, None)
            if connection_id is not None and (error := future.exception()):
                _resting[connection_id] = now() + REST
                logger.error("outbox: sending broke connection=%s", connection_id, exc_info=error)


def _replay() -> int:
    try:
        return replays.go_on(at=now())
    except Exception:
        # What just happens is sent all the same.
        logger.exception("outbox: a replay broke")
        return 0


def drain(connection_id: int, until: datetime) -> None:
    """Send what is due to one connection, claim by claim; runs in a thread of the pool."""
    _opened[threading.get_ident()] = databases["default"]
    close_old_connections()
    try:
        while now() < until:
            connection = Connection.objects.get(pk=connection_id)
            if not sending.send_due(
                connection=connection, clock=now, chance=random.random, until=until
            ):
                return
    finally:
        close_old_connections()


def work() -> None:
    """Take one turn; safe to run twice, at once, or not at all for a while."""
    Pump(_pool(), now() + TURN).run()


@cache
def _pool() -> ThreadPoolExecutor:
    # Its threads stay, and with them their connections to the database.
    return ThreadPoolExecutor(MOST, "drain")


# Which connection each thread sends to, whichever turn it began in.
_busy: dict[Future[None], int] = {}
# Until when each is left alone whose sending broke: a turn begins with every bell.
_resting: dict[int, datetime] = {}
# The database connection of each thread of the pool.
_opened: dict[int, BaseDatabaseWrapper] = {}


def close() -> None:
    """End the pool's threads and close their database connections."""
    _pool().shutdown()
    _pool.cache_clear()
    _busy.clear()
    _resting.clear()
    while _opened:
        _, database = _opened.popitem()
        database.inc_thread_sharing()
        database.close()


def _after_fork() -> None:
    # Threads and connections do not survive a fork.
    _pool.cache_clear()
    _opened.clear()
    _busy.clear()


os.register_at_fork(after_in_child=_after_fork)
