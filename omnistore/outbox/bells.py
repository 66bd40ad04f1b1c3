"""
The bell that wakes the workers after a commit.

It is rung from a thread of its own: a page never waits for a broker that is away (publishing to a
Redis that refuses connections takes 6 s, retries off), and many commits at once are one bell. A
bell that is lost costs one sweep, never an event.
"""

import logging
import os
import threading
import time
from typing import Any

from omnistore.outbox import tasks

logger = logging.getLogger(__name__)

# The thread ends when nobody rang for so long, in seconds.
PATIENCE = 30
# After the broker failed it is left alone for so long; sweeps do the work.
SILENCE = 5


class Bell:
    """Publishes its task, once for all who rang meanwhile."""

    def __init__(self, task: Any = tasks.relay) -> None:
        self._task = task
        self._forget()
        # Threads and held locks do not survive a fork.
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._rung = threading.Event()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Wake the relay soon; returns at once and raises nothing."""
        with self._lock:
            self._rung.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="bell", daemon=True)
                self._thread.start()

    def _listen(self) -> None:
        while self._is_wanted():
            self._publish()

    def _is_wanted(self) -> bool:
        self._rung.wait(PATIENCE)
        with self._lock:
            if not self._rung.is_set():
                self._thread = None
                return False
            self._rung.clear()
            return True

    def _publish(self) -> None:
        try:
            self._task.apply_async(retry=False, expires=60)
        except Exception as error:
            kind = type(error).__name__
            logger.warning("outbox: a bell did not ring, the sweep will do error=%s", kind)
            time.sleep(SILENCE)


_bell = Bell()


def ring() -> None:
    """Wake the workers; what `settings.OMNISTORE_BELL` names."""
    _bell.ring()
