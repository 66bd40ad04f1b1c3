"""Let several threads do something at the same moment, each with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, get_ident
from typing import TypeVar

from django.db import connections

T = TypeVar("T")
PATIENCE = 60
# The threads that act now; `unlocked` looks at them.
ACTING: set[int] = set()


def at_once(count: int, act: Callable[[int], T]) -> list[T | Exception]:
    """
    Return what `act(0)` … `act(count - 1)` returned or raised, begun together, in that order.

    The test needs `django_db(transaction=True)`: threads do not see what is not committed.
    """
    start = Barrier(count, timeout=PATIENCE)

    def run(number: int) -> T | Exception:
        try:
            connections["default"].ensure_connection()
            ACTING.add(get_ident())
            start.wait()
            return act(number)
        except Exception as error:
            return error
        finally:
            ACTING.discard(get_ident())
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
