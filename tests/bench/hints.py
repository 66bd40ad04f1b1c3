"""
Thousands of tablets that listen to one process: memory and threads each costs, and when they hear.

The listeners are bare sockets in this process, each let in by a ticket of its own; five of them
stand in a store. Then every store is told at once, and how long each tablet waited is counted.
"""

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import redis

from omnistore.hints import tickets
from omnistore.hints.telling import PREFIX
from tests.bench.databases import ROOT
from tests.bench.figures import Figure, Scale, percentile
from tests.services import free_port, services

TABLETS, A_STORE = 5_000, 5
# Connected at once: more only wait for each other.
AT_ONCE = 100
# Seconds in which nothing is told, to see what listening alone costs.
QUIET = 25
PATIENCE = 60
HINT = b"event: hint"


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield what a listening tablet costs, and how long a hint takes to all of them."""
    tablets, quiet = (200, 1) if scale.is_quick else (TABLETS, QUIET)
    # Each end of each connection is an open file.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with services() as (_, broker), process(broker.url) as (port, pid):
        yield from asyncio.run(_measured(port, pid, broker.url, tablets, quiet))


async def _measured(port: int, pid: int, redis_url: str, tablets: int, quiet: int) -> list[Figure]:
    before = _kilobytes(pid)
    listeners = [Listener(port, number // A_STORE) for number in range(tablets)]
    gate = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(one.connect(gate) for one in listeners))
    after, threads, began = _kilobytes(pid), _threads(pid), _cpu(pid)
    await asyncio.sleep(quiet)
    idle = (_cpu(pid) - began) / quiet
    waited = await _told(listeners, redis_url)
    return [
        Figure("hint_tablets", tablets, "tablets"),
        Figure("hint_kb_per_tablet", (after - before) / tablets, "kB"),
        Figure("hint_threads", threads, "threads"),
        Figure("hint_p99_seconds", percentile(waited, 0.99), "s"),
        Figure("hint_idle_cpu", 100 * idle, "% of a core"),
    ]


async def _told(listeners: "list[Listener]", redis_url: str) -> list[float]:
    """Tell every store at once; return after how many seconds each tablet heard it."""
    hearing = [asyncio.ensure_future(one.hear()) for one in listeners]
    await asyncio.sleep(0)
    stores = sorted({one.store for one in listeners})
    client = redis.Redis.from_url(redis_url)
    told: dict[int, float] = {}
    for store in stores:
        told[store] = time.monotonic()
        await asyncio.to_thread(client.publish, f"{PREFIX}store:{store}", "")
    heard = await asyncio.wait_for(asyncio.gather(*hearing), PATIENCE)
    return [at - told[one.store] for one, at in zip(listeners, heard, strict=True)]


class Listener:
    """A tablet of the store that listens."""

    def __init__(self, port: int, store: int) -> None:
        self.port, self.store = port, store

    async def connect(self, gate: asyncio.Semaphore) -> None:
        async with gate:
            # A small buffer: this process holds thousands of them.
            self.reader, self.writer = await asyncio.open_connection(
                "127.0.0.1", self.port, limit=1024
            )
            path = f"/hints/?ticket={tickets.make(f'store:{self.store}')}"
            self.writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            line = await asyncio.wait_for(self.reader.readline(), PATIENCE)
            if b" 200 " not in line:
                raise RuntimeError(f"A tablet was not let in: {line!r}")

    async def hear(self) -> float:
        while HINT not in await self.reader.readline():
            pass
        return time.monotonic()


@contextmanager
def process(redis_url: str) -> Iterator[tuple[int, int]]:
    """Run the process beside the app; yield its port and its id."""
    port = free_port()
    env = {**os.environ, "REDIS_URL": redis_url, "OMNISTORE_ENV": "test"}
    command = [sys.executable, "-m", "omnistore.hints", "--port", str(port)]
    running = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port, running.pid
    finally:
        running.terminate()
        running.wait(PATIENCE)


def _wait_for(port: int) -> None:
    """Wait until it hears Redis."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            with urlopen(f"http://127.0.0.1:{port}/hints/health/") as answer:
                if answer.status == 204:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The process for hints did not start.")


def _family(pid: int) -> list[int]:
    """Return the process and those it began."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _kilobytes(pid: int) -> int:
    return sum(_status(one, "VmRSS") for one in _family(pid))


def _threads(pid: int) -> int:
    return sum(_status(one, "Threads") for one in _family(pid))


def _status(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


def _cpu(pid: int) -> float:
    """Return the seconds of a core that they took so far."""
    ticks = 0
    for one in _family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
