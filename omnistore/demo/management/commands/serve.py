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
from django.utils.timezone import now

from omnistore.demo import greeting, places
from omnistore.demo.collecting import Collected
from omnistore.demo.lan import introduction
from omnistore.demo.places import Place

# What a child gets to finish what it holds before it is killed.
GRACE = 30
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Run the demo shop: web, worker and clock. Ctrl-C stops all of it and keeps the data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--lan", action="store_true", help="https for the tablets in the same Wi-Fi"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        port, is_lan = options["port"], options.get("lan", False)
        for taken in range(port, port + 1 + is_lan):
            if not _is_free(taken):
                raise CommandError(
                    f"Port {taken} is taken. Choose another: make run PORT={taken + 1}"
                )
        place = places.in_the_wifi(port, at=now()) if is_lan else places.here(port)
        call_command("migrate", verbosity=0)
        call_command("demo", url=place.local, refresh=True)
        collected = Collected()
        for number in STOPPING:
            signal.signal(number, _interrupt)
        children = [_start(line, place) for line in _lines(port, place)]
        try:
            self._open(port, place, children)
            _watch(children, collected)
        except KeyboardInterrupt:
            self.stdout.write("Stopping …")
        finally:
            _stop(children)

    def _open(self, port: int, place: Place, children: "Sequence[subprocess.Popen[bytes]]") -> None:
        _wait_for(port, children)
        first = ""
        if place.papers:
            certificate = place.papers.for_tablets()
            introduction.serve(
                host=place.host, port=port + 1, home=place.home, certificate=certificate
            )
            first = place.home.replace("https:", "http:").replace(f":{port}", f":{port + 1}")
        self.stdout.write(greeting.words(place, first))
        self.stdout.flush()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((places.HERE, port)) != 0


def _environment(place: Place) -> dict[str, str]:
    return os.environ | {
        **place.environment,
        "OMNISTORE_LOG_LEVEL": os.environ.get("OMNISTORE_LOG_LEVEL", "WARNING"),
        # Advice for production (collected files, no root) would only hide the address.
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "ignore"),
    }


def _lines(port: int, place: Place) -> list[list[str]]:
    web = ["granian", "--interface", "wsgi", "--host", place.host, "--port", str(port)]
    web += ["--workers", "1", "--blocking-threads", "4", "--log-level", "warning", *place.options]
    web += ["omnistore.wsgi:application"]
    # Threads share one process: little memory, and SQLite has one writer at a time anyway.
    bells = ["celery", "--quiet", "-A", "omnistore", "worker", "--beat", "--pool", "threads"]
    bells += ["--concurrency", "2", "--loglevel", "WARNING"]
    bells += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [[sys.executable, "-m", *line] for line in (web, bells)]


def _start(line: list[str], place: Place) -> "subprocess.Popen[bytes]":
    # A group of its own: Ctrl-C reaches only us, and what it leaves behind can be found.
    return subprocess.Popen(line, env=_environment(place), process_group=0)


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def _wait_for(port: int, children: "Sequence[subprocess.Popen[bytes]]") -> None:
    while _is_free(port):
        _check(children)
        time.sleep(0.1)


def _watch(children: "Sequence[subprocess.Popen[bytes]]", collected: Collected) -> None:
    web = children[0]
    while True:
        _check(children)
        if collected.renew():
            # granian takes new workers, which know the new names.
            web.send_signal(signal.SIGHUP)
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
