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

from tests.factories import WEBHOOK_SECRET

ROOT = Path(__file__).resolve().parent.parent.parent
WORKER = ["celery", "--quiet", "-A", "omnistore", "worker", "--concurrency", "2"]
THREADS = ["--pool", "threads"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"]
BEAT = ["celery", "--quiet", "-A", "omnistore", "beat", "--loglevel", "ERROR"]
# Longer than the longest call, or nothing would be sent; short, so that nobody need wait long.
LEASE_SECONDS = 12
CONNECT = f"""
import django; django.setup()
from django.utils.timezone import now
from omnistore.outbox import connections
connections.ensure(name="%s", url="%s", kind="%s", secret="{WEBHOOK_SECRET}", at=now())
"""


@dataclass
class World:
    """A database, a broker and workers."""

    database_url: str
    folder: Path
    redis_url: str = ""
    # More for the environment of what is started from now on.
    more: dict[str, str] = field(default_factory=dict)
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def run(self, *arguments: str) -> None:
        """Run a Python module in this world until it ends well."""
        subprocess.run(
            [sys.executable, "-m", *arguments], cwd=ROOT, env=self.environment(), check=True
        )

    def connect(self, url: str, kind: str = "webhook", name: str = "CRM") -> None:
        """Connect the receiver at that address."""
        code = CONNECT % (name, url, kind)
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=self.environment(), check=True)

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a Python module in this world, as the head of a process group."""
        command = [sys.executable, "-m", *arguments]
        with (self.folder / "chaos.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment(),
                start_new_session=True,
                stdout=log,
                stderr=log,
            )

    def start_worker(self, *, has_beat: bool = True) -> None:
        """Start a worker: with services as in production, embedded as `make run` does."""
        pool = [] if self.redis_url else THREADS
        beat = ["--beat"] if has_beat else []
        self.workers.append(self.start(*WORKER, *pool, *beat, *QUIET))

    def start_beat(self) -> "subprocess.Popen[bytes]":
        schedule = str(self.folder / f"beat-{time.monotonic_ns()}")
        return self.start(*BEAT, "--schedule", schedule, "--pidfile", "")

    def kill_worker(self, place: int = -1) -> None:
        """End the worker and what it started as the power does."""
        kill(self.workers.pop(place))

    def environment(self) -> dict[str, str]:
        services = {"REDIS_URL": self.redis_url} if self.redis_url else {}
        inherited = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
        return (
            inherited
            | services
            | {
                "OMNISTORE_ENV": "test",
                "OMNISTORE_VAR": str(self.folder),
                "DATABASE_URL": self.database_url,
                "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
                "OMNISTORE_BELL": "omnistore.outbox.bells.ring",
                "OMNISTORE_LEASE_SECONDS": str(LEASE_SECONDS),
                "OMNISTORE_LOG_LEVEL": "CRITICAL",
                "C_FORCE_ROOT": "1",
                "PYTHONWARNINGS": "ignore",
                **self.more,
            }
        )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End the process and its children at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Make a world beside the configured database, and take it away after the block."""
    with _database(folder) as database_url:
        made = World(database_url, folder, settings.REDIS_URL)
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
