"""
The storm: break everything while events are recorded, then let it calm down and compare.

What is broken when stands in a plan, in shares of the time the recording takes.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos import comparing
from tests.chaos.comparing import Verdict
from tests.chaos.worlds import LEASE_SECONDS, ROOT, World, kill
from tests.services import Postgres, Redis, free_port, services

CLIENTS = 4
WORKERS = 2
KILL_EVERY = 5.0
ASLEEP = LEASE_SECONDS + 4
CRM_DOWN = 8
# How often the CRM answers badly, by kind.
FAULTS = {
    "slow": 0.05,
    "500 before": 0.01,
    "500 after": 0.01,
    "503": 0.005,
    "429": 0.005,
    "409": 0.01,
    "half": 0.01,
    "silence before": 0.0005,
    "silence after": 0.0005,
}


@dataclass(frozen=True)
class Size:
    """How much is recorded, how fast, and how long the calm may take afterwards, in seconds."""

    events: int = 20_000
    customers: int = 400
    per_second: int = 250
    patience: int = 900
    # Head office lets everything be tried at once when the storm is over.
    is_hurried: bool = False

    @property
    def seconds(self) -> float:
        return self.events / self.per_second


@dataclass
class Storm:
    """Everything that can be broken, and how often it was."""

    world: World
    crm_url: str
    size: Size
    injected: Counter[str] = field(default_factory=Counter)
    clients: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    beat: "subprocess.Popen[bytes] | None" = None
    asleep: "subprocess.Popen[bytes] | None" = None

    def kill_worker(self) -> None:
        """Kill the one that is awake and has lived longest, and start another."""
        awake = [one for one in self.world.workers if one is not self.asleep]
        self.world.kill_worker(self.world.workers.index(awake[0]))
        self.world.start_worker(has_beat=False)
        self.injected["worker killed"] += 1

    def put_to_sleep(self) -> None:
        self.asleep = self.world.workers[-1]
        os.killpg(self.asleep.pid, signal.SIGSTOP)
        self.injected["worker stopped for longer than its lease"] += 1

    def wake(self) -> None:
        if self.asleep:
            os.killpg(self.asleep.pid, signal.SIGCONT)
            self.asleep = None

    def kill_beat(self) -> None:
        if self.beat:
            kill(self.beat)
        self.beat = self.world.start_beat()
        self.injected["beat killed"] += 1

    def take_crm_down(self) -> None:
        self.tell_crm("_down", {"seconds": CRM_DOWN})
        self.injected["CRM down"] += 1

    def tell_crm(self, path: str, content: object) -> None:
        body = json.dumps(content).encode()
        urllib.request.urlopen(f"{self.crm_url}{path}", body, timeout=60).close()

    def start_clients(self, count: int = CLIENTS) -> None:
        each = self.size.events // count
        for client in range(count):
            arguments = (each, self.size.customers, client * each, self.size.per_second / count)
            self.clients.append(
                self.world.start("tests.chaos.record", *(str(one) for one in arguments))
            )

    @property
    def is_recording(self) -> bool:
        return any(client.poll() is None for client in self.clients)


Plan = list[tuple[float, Callable[[], object]]]


def follow(plan: Plan, storm: Storm) -> None:
    """Do what the plan says when its time comes, until all of it is done and recorded."""
    began = time.monotonic()
    waiting = sorted(plan, key=lambda step: step[0])
    while waiting or storm.is_recording:
        while waiting and time.monotonic() - began >= waiting[0][0]:
            waiting.pop(0)[1]()
        time.sleep(0.05)


def rage(size: Size) -> tuple[Verdict, Counter[str]]:
    """Let the whole storm rage over PostgreSQL, Redis, two workers and a CRM."""
    with services() as (postgres, redis), crm() as crm_url, TemporaryDirectory() as folder:
        world = World(postgres.url, Path(folder), redis.url)
        world.run("django", "migrate", "--verbosity", "0")
        world.connect(crm_url)
        storm = Storm(world, crm_url, size)
        try:
            storm.beat = world.start_beat()
            for _ in range(WORKERS):
                world.start_worker(has_beat=False)
            storm.tell_crm("_faults", FAULTS)
            storm.start_clients()
            follow(_plan(storm, postgres, redis), storm)
            return calm(storm)
        finally:
            end(storm)


def _plan(storm: Storm, postgres: Postgres, redis: Redis) -> Plan:
    def cut() -> None:
        storm.injected["database connections cut"] += postgres.cut_connections()

    def restart_redis() -> None:
        redis.restart()
        storm.injected["Redis restarted empty"] += 1

    length = storm.size.seconds
    plan: Plan = [
        (time_, storm.kill_worker)
        for time_ in _every(KILL_EVERY, until=max(length, 2 * KILL_EVERY + 1))
    ]
    plan += [(0.15 * length, storm.put_to_sleep), (0.15 * length + ASLEEP, storm.wake)]
    plan += [(share * length, cut) for share in (0.2, 0.45, 0.65, 0.9)]
    plan += [(share * length, restart_redis) for share in (0.3, 0.75)]
    plan += [(0.5 * length, storm.take_crm_down), (0.6 * length, storm.kill_beat)]
    return plan


def _every(seconds: float, until: float) -> Iterator[float]:
    time_ = seconds
    while time_ < until:
        yield time_
        time_ += seconds


def calm(storm: Storm) -> tuple[Verdict, Counter[str]]:
    """Break nothing more, wait until all has arrived, and compare."""
    assert all(client.wait() == 0 for client in storm.clients), "a client could not record"
    storm.tell_crm("_faults", {})
    if storm.size.is_hurried:
        storm.world.run("tests.chaos.hurry")
    facts = comparing.facts_in(storm.world.database_url)
    deadline = time.monotonic() + storm.size.patience
    while True:
        arrived, faults = comparing.held_by(storm.crm_url)
        verdict = comparing.compare(facts, arrived)
        if not verdict.lost or time.monotonic() > deadline:
            break
        time.sleep(1)
    return verdict, storm.injected + Counter({f"CRM: {name}": n for name, n in faults.items()})


def end(storm: Storm) -> None:
    storm.wake()
    for process in [*storm.clients, *([storm.beat] if storm.beat else [])]:
        if process.poll() is None:
            kill(process)
    while storm.world.workers:
        storm.world.kill_worker()


@contextmanager
def crm() -> Iterator[str]:
    """Run the CRM in a process of its own; yield its address."""
    port = free_port()
    command = [sys.executable, "-m", "tests.chaos.crm", str(port)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert running.stdout
    running.stdout.readline()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        running.kill()
        running.wait()
        running.stdout.close()
