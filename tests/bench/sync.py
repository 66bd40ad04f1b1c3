"""
From `record` committed to accepted, over PostgreSQL and Redis of its own, with one worker process.

The floor is Celery with tasks that do nothing, on the same Redis, by the same worker. Floor and
figures drain a full queue, so that nothing but the worker is at work.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import redis as redis_client

from tests.bench.figures import Figure, Scale, percentile
from tests.chaos import comparing, storm
from tests.chaos.worlds import QUIET, ROOT, World, kill
from tests.services import Redis, services

# One process that works; it knows `tests.bench.noop` beside omnistore's own tasks.
ONE = ["celery", "--quiet", "-A", "omnistore", "worker", "--concurrency", "1"]
KNOWS_NOOP = ["--include", "tests.bench.noop"]
PATIENCE = 300
COLD, HOT = 10_000, 50


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield rates, then the ratios over the floor, the delays, and how claims grow."""
    events = 1_000 if scale.is_quick else 20_000
    cold = 500 if scale.is_quick else COLD
    with services() as (postgres, redis), TemporaryDirectory() as folder:
        world = World(postgres.url, Path(folder), redis.url)
        world.run("django", "migrate", "--verbosity", "0")
        world.run("tests.bench.happenings", "fill", str(cold))
        noop = _noop(world, redis, events)
        batch = _drained(world, "segment", events, cold)
        hot = _drained(world, "segment", events, HOT)
        single = _drained(world, "webhook", events // 4, cold)
        yield Figure("sync_noop_rate", noop, "tasks/s")
        yield Figure("sync_batch_rate", batch, "events/s")
        yield Figure("sync_single_rate", single, "events/s")
        yield Figure("sync_batch_over_noop", batch / noop, "x")
        yield Figure("sync_single_over_noop", single / noop, "x")
        yield Figure("sync_hot_over_cold", hot / batch, "x")
        seconds = 3 if scale.is_quick else 30
        yield Figure("sync_p95_seconds", _delay(world, 100 * seconds, 100), "s")
        yield Figure("sync_idle_p95_seconds", _delay(world, seconds, 1), "s")
        yield from _claims(world, scale)


@contextmanager
def _worker(world: World) -> Iterator[None]:
    running = world.start(*ONE, *KNOWS_NOOP, *QUIET)
    try:
        yield
    finally:
        kill(running)


def _noop(world: World, redis: Redis, count: int) -> float:
    """Return how many tasks that do nothing are done in a second."""
    world.run("tests.bench.happenings", "noop", str(count))
    known = redis_client.Redis(port=redis.port)
    with _worker(world):
        _wait_for(lambda: known.exists("noop_ended"))
    began, ended = (float(known.get(f"noop_{name}") or 0) for name in ("began", "ended"))
    return count / (ended - began)


def _drained(world: World, kind: str, count: int, customers: int) -> float:
    """Return how many recorded events are accepted in a second, relaying included."""
    with storm.crm() as crm_url:
        world.connect(crm_url, kind)
        with _worker(world):
            # One event first: the worker is awake, and the receiver has shown that it answers.
            _record(world, 1, 1)
            _ring_until(world, crm_url, 1)
            _record(world, count, customers)
            began = time.time()
            _ring_until(world, crm_url, count + 1)
            # What is not marked yet would keep the next worker waiting for its lease.
            _wait_for(lambda: not comparing.is_anything_waiting(world.database_url))
        arrived, _ = comparing.held_by(crm_url)
        return count / (max(message.at for message in arrived) - began)


def _delay(world: World, count: int, per_second: int) -> float:
    """Return the 95th percentile from fact to acceptance while facts trickle in, in seconds."""
    with storm.crm() as crm_url:
        world.connect(crm_url, "webhook")
        with _worker(world):
            _record(world, 1, 1)
            _ring_until(world, crm_url, 1)
            world.run("tests.bench.happenings", "trickle", str(count), str(per_second))
            _wait_for(lambda: comparing.count_at(crm_url) > count)
        facts = {fact.event_id: fact.recorded_at for fact in comparing.facts_in(world.database_url)}
        arrived, _ = comparing.held_by(crm_url)
        delays = [message.at - facts[comparing.event_of(message.message_id)] for message in arrived]
        return percentile(delays[1:], 0.95)


def _claims(world: World, scale: Scale) -> Iterator[Figure]:
    large = 10_000 if scale.is_quick else 1_000_000
    command = [sys.executable, "-m", "tests.bench.claims", "1000", str(large)]
    said = subprocess.run(
        command, cwd=ROOT, env=world.environment(), check=True, capture_output=True, text=True
    )
    small_ms, large_ms = (float(word) for word in said.stdout.split())
    yield Figure("claim_ms_small", small_ms, "ms")
    yield Figure("claim_ms_large", large_ms, "ms")
    yield Figure("claim_growth", large_ms / small_ms, "x")


def _record(world: World, count: int, customers: int) -> None:
    """Record without a bell: the worker sleeps until it is rung."""
    world.more["OMNISTORE_BELL"] = ""
    world.run("tests.bench.happenings", "record", str(count), str(customers))
    world.more.clear()


def _ring_until(world: World, crm_url: str, count: int) -> None:
    """Ring, and again when a turn has passed, until the CRM holds so many."""
    deadline = time.monotonic() + PATIENCE
    rung = 0.0
    while comparing.count_at(crm_url) < count:
        if time.monotonic() > deadline:
            raise RuntimeError("The CRM was not told in time.")
        if time.monotonic() - rung > 10:
            world.run("tests.bench.happenings", "ring")
            rung = time.monotonic()
        time.sleep(0.2)


def _wait_for(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError("It did not come about in time.")
        time.sleep(0.2)
