"""`make run`: the demo shop with its web server, its Celery worker and its clock, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from omnistore.demo import staff

LOOPBACK = "127.0.0.1"
# What a child gets to finish what it holds before it is killed.
GRACE = 30
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Run the demo shop: web, worker and clock. Ctrl-C stops all of it and keeps the data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        port: int = options["port"]
        if not _is_free(port):
            raise CommandError(f"Port {port} is taken. Choose another: make run PORT={port + 1}")
        call_command("migrate", verbosity=0)
        call_command("demo", port=port, refresh=True)
        for number in STOPPING:
            signal.signal(number, _interrupt)
        children = [_start(line, port) for line in _lines(port)]
        try:
            self._greet(port, children)
            _watch(children)
        except KeyboardInterrupt:
            self.stdout.write("Stopping …")
        finally:
            _stop(children)

    def _greet(self, port: int, children: "Sequence[subprocess.Popen[bytes]]") -> None:
        _wait_for(port, children)
        home = f"http://localhost:{port}"
        lines = [
            "",
            self.style.SUCCESS(f"  omnistore is open: {home}/"),
            "",
            f"  1. Open the tablet   {' / '.join(staff.MANAGER_ACCOUNT)}",
            "  2. Choose a name     "
            + ", ".join(f"{clerk.name} {clerk.pin}" for clerk in staff.CLERKS[:3]),
            "  3. Identify          06 39 98 01 01, a name, a card or a receipt (README: the tour)",
            "",
            f"  The CRM's inbox      {home}/demo/crm/",
            f"  Head office          {home}/admin/   {' / '.join(staff.HEAD_OFFICE)}",
            f"  API                  {home}/api/schema/",
            "",
            "  Ctrl-C stops it; the data stays in var/.",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) != 0


def _environment(port: int) -> dict[str, str]:
    return os.environ | {
        "OMNISTORE_PUBLIC_URL": os.environ.get("OMNISTORE_PUBLIC_URL", f"http://localhost:{port}"),
        "OMNISTORE_LOG_LEVEL": os.environ.get("OMNISTORE_LOG_LEVEL", "WARNING"),
        # Advice for production (collected files, no root) would only hide the address.
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "ignore"),
    }


def _lines(port: int) -> list[list[str]]:
    web = ["granian", "--interface", "wsgi", "--host", LOOPBACK, "--port", str(port)]
    web += ["--workers", "1", "--blocking-threads", "4", "--log-level", "warning"]
    web += ["omnistore.wsgi:application"]
    # Threads share one process: little memory, and SQLite has one writer at a time anyway.
    bells = ["celery", "--quiet", "-A", "omnistore", "worker", "--beat", "--pool", "threads"]
    bells += ["--concurrency", "2", "--loglevel", "WARNING"]
    bells += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [[sys.executable, "-m", *line] for line in (web, bells)]


def _start(line: list[str], port: int) -> "subprocess.Popen[bytes]":
    # A group of its own: Ctrl-C reaches only us, and what it leaves behind can be found.
    return subprocess.Popen(line, env=_environment(port), process_group=0)


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def _wait_for(port: int, children: "Sequence[subprocess.Popen[bytes]]") -> None:
    while _is_free(port):
        _check(children)
        time.sleep(0.1)


def _watch(children: "Sequence[subprocess.Popen[bytes]]") -> None:
    while True:
        _check(children)
        time.sleep(0.5)


def _check(children: "Sequence[subprocess.Popen[bytes]]") -> None:
    for child in children:
        if child.poll() is not None:
            name = list(child.args)[2]  # type: ignore[arg-type]
            raise CommandError(f"{name!s} ended by itself with code {child.returncode}.")


def _stop(children: "Sequence[subprocess.Popen[bytes]]") -> None:
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
    for child in children:
        child.terminate()
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE)
        # A child that was killed leaves its own children.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
