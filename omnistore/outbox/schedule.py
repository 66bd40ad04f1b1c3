"""When a delivery is tried again, and when a connection is asked again."""

from collections.abc import Callable
from datetime import timedelta

# A number from 0 to 1; doors pass `random.random`.
Chance = Callable[[], float]

DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=5),
)
THEN_EVERY = timedelta(hours=10)
MAX_AGE = timedelta(hours=72)

LEAST_ASKED = timedelta(seconds=1)
MOST_ASKED = timedelta(hours=1)

FAILURES_TO_HOLD = 5
FIRST_HOLD = timedelta(seconds=30)
LONGEST_HOLD = timedelta(minutes=10)


def delay(*, attempts: int, chance: Chance, asked: timedelta | None = None) -> timedelta:
    """
    Return how long to wait after that many attempts: full jitter over the schedule's step.

    `asked` is the receiver's Retry-After: never sooner than that, within `LEAST_ASKED` and
    `MOST_ASKED`.
    """
    step = DELAYS[attempts - 1] if attempts <= len(DELAYS) else THEN_EVERY
    return max(step * chance(), within_bounds(asked))


def hold(*, probes: int, asked: timedelta | None = None) -> timedelta:
    """Return how long a connection is left alone after so many probes: 30 s, up to 10 minutes."""
    wait = min(FIRST_HOLD * (1 << min(probes, 10)), LONGEST_HOLD)
    return max(wait, within_bounds(asked))


def within_bounds(asked: timedelta | None) -> timedelta:
    """Return how long of what the receiver asked for it is left alone; not at all unasked."""
    if asked is None:
        return timedelta(0)
    return min(max(asked, LEAST_ASKED), MOST_ASKED)
