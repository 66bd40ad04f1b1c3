"""
Let a worker deliver for an hour, and see whether its memory grows.

    python -m tests.soak [--minutes 60] [--rate 50]

PostgreSQL and Redis of its own, one worker with two children, batches and single messages, a CRM
that answers badly now and then. Prints the memory of the worker every minute, and at the end how
much it grew after the warm-up, a sixth of the time; exits with 1 when that is a tenth or more.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.chaos.settings")
django.setup()

from tests.chaos import comparing, storm  # noqa: E402
from tests.chaos.worlds import World, kill  # noqa: E402
from tests.services import services  # noqa: E402

CUSTOMERS = 2_000
MOST_GROWTH = 1.1
FAULTS = {"500 after": 0.01, "429": 0.005, "half": 0.005}
PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--rate", type=int, default=50, help="events a second")
    options = parser.parse_args()
    with services() as (postgres, redis), storm.crm() as crm_url, TemporaryDirectory() as folder:
        world = World(postgres.url, Path(folder), redis.url)
        world.run("django", "migrate", "--verbosity", "0")
        world.run("tests.bench.happenings", "fill", str(CUSTOMERS))
        world.connect(crm_url, "webhook")
        world.connect(crm_url, "segment", name="CDP")
        soaking = storm.Storm(world, crm_url, storm.Size())
        soaking.tell_crm("_faults", FAULTS)
        world.start_worker()
        clients = world.start(
            "tests.bench.happenings",
            "trickle",
            str(options.minutes * 60 * options.rate),
            str(options.rate),
        )
        try:
            memory = _watch(world.workers[0].pid, options.minutes)
            print(f"messages the CRM holds: {comparing.count_at(crm_url)}")
        finally:
            kill(clients)
            storm.end(soaking)
    growth = _growth(memory)
    print(f"memory after warm-up grew {growth:.3f} times")
    return 0 if growth < MOST_GROWTH else 1


def _watch(pid: int, minutes: int) -> list[float]:
    """Return the worker's memory at the end of each minute, in MB, printing it."""
    memory = []
    for minute in range(1, minutes + 1):
        time.sleep(60)
        memory.append(_memory(pid))
        print(f"minute {minute}: {memory[-1]:.1f} MB", flush=True)
    return memory


def _growth(memory: list[float]) -> float:
    """Return the last tenth over the first tenth after the warm-up."""
    warm = memory[len(memory) // 6 :]
    few = max(1, len(warm) // 10)
    return statistics.mean(warm[-few:]) / statistics.mean(warm[:few])


def _memory(pid: int) -> float:
    """Return the resident memory of the process group, in MB."""
    pages = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            group = int((folder / "stat").read_text().rpartition(")")[2].split()[2])
            if group == pid:
                pages += int((folder / "statm").read_text().split()[1])
        except (OSError, IndexError):
            # It ended while we looked.
            continue
    return pages * PAGE / 1e6


if __name__ == "__main__":
    sys.exit(main())
