"""How long a journal takes to verify, over a raw fetch of the same rows and hashing."""

import subprocess
import sys
from collections.abc import Iterator

from tests.bench import databases
from tests.bench.figures import Figure, Scale

ENTRIES, FEW = 1_000_000, 2_000
# Of each the best: on a shared machine the rest is somebody else's.
TURNS = 2


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield `journal_verify_over_hash`, the seconds it comes from, and the peak memory."""
    count = FEW if scale.is_quick else ENTRIES
    databases.empty("journal")
    _run("fill", str(count))
    raw = [_read("raw", count) for _ in range(TURNS)]
    verified = [_read("verify", count) for _ in range(TURNS)]
    seconds, floor = min(seconds for seconds, _ in verified), min(seconds for seconds, _ in raw)
    yield Figure("journal_verify_over_hash", seconds / floor, "x")
    yield Figure("journal_verify_seconds", seconds, "s")
    yield Figure("journal_hash_seconds", floor, "s")
    yield Figure("journal_verify_peak_mb", max(peak for _, peak in verified), "MB")
    databases.drop("journal")


def _read(act: str, count: int) -> tuple[float, float]:
    """Return the seconds and the peak of memory in MB of reading all of it."""
    read, seconds, peak = _run(act).split()
    if int(read) != count:
        raise RuntimeError(f"{act} read {read} of {count} entries")
    return float(seconds), float(peak)


def _run(*act: str) -> str:
    command = [sys.executable, "-m", "tests.bench.chain", *act]
    environment = databases.environment("journal", DJANGO_SETTINGS_MODULE="omnistore.settings")
    ended = subprocess.run(
        command, cwd=databases.ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return ended.stdout
