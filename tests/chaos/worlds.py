"""A whole omnistore in processes and places of its own, to break."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent.parent
WORKER = ["celery", "-A", "omnistore", "worker", "-B", "--pool", "threads", "--concurrency", "2"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
# Longer than the longest call, or nothing would be sent; short, so that a test need not wait.
LEASE_SECONDS = 12


@dataclass
class World:
    """A database, a broker and a worker."""

    database_url: str
    folder: Path
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def run(self, *arguments: str) -> None:
        """Run a Python module in this world until it ends well."""
        subprocess.run(
            [sys.executable, "-m", *arguments], cwd=ROOT, env=self._environment(), check=True
        )

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a Python module in this world, as the head of a process group."""
        command = [sys.executable, "-m", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self._environment(), start_new_session=True)

    def start_worker(self) -> None:
        self.workers.append(self.start(*WORKER, *QUIET))

    def kill_worker(self) -> None:
        """End the worker and its beat as the power does."""
        worker = self.workers.pop()
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "OMNISTORE_ENV": "test",
            "OMNISTORE_VAR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": "omnistore.settings",
            "OMNISTORE_BELL": "omnistore.outbox.bells.ring",
            "OMNISTORE_LEASE_SECONDS": str(LEASE_SECONDS),
            "C_FORCE_ROOT": "1",
        }


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Make a world beside the configured database, and take it away after the block."""
    with _database(folder) as database_url:
        made = World(database_url, folder)
        made.run("django", "migrate", "--verbosity", "0")
        try:
            yield made
        finally:
            while made.workers:
                made.kill_worker()


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    if settings.IS_SQLITE:
        yield f"sqlite:///{folder / 'chaos.sqlite3'}"
        return
    server, _, name = settings.DATABASE_URL.rpartition("/")
    chaos = f"{name.partition('?')[0]}_chaos_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as postgres:
        postgres.execute(f'CREATE DATABASE "{chaos}"')
        try:
            yield f"{server}/{chaos}"
        finally:
            postgres.execute(f'DROP DATABASE "{chaos}" WITH (FORCE)')


def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    """Return as soon as it is so; fail when it is not within that time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)
