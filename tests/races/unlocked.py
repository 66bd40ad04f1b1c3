"""
Take the row locks out one at a time, so that the races can be seen to fail (PostgreSQL).

    python -m tests.races.unlocked [PLACE…]

A lock's place is file:function:rows. For each of `LOCKS` the tests that need it run without this
one lock, and it fails when all of them pass `TRIES` times. `REASONS` are locks no race needs, and
why they stand all the same; a lock of the core that is in neither list fails too.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from django.db.models import QuerySet

ROOT = Path(__file__).resolve().parents[2]
CORE = "tests/races/test_core.py::test_rule_"
RETURNS = "tests/races/test_returns.py::test_"
JOURNAL = "tests/races/test_journal.py::test_"
MONEY = "tests/races/test_money.py::test_"
TOLD = "tests/races/test_told.py::test_"
LOCKS = {
    "orders/returns.py:take:CustomerReturn": [f"{RETURNS}a_double_tap_is_one_return"],
    "orders/returns.py:choose:CustomerReturn": [
        f"{CORE}2_5_choosing_beside_taking_leaves_what_was_taken"
    ],
    "orders/quotes.py:lines_for:OrderLine": [
        f"{CORE}1_1_two_tablets_and_the_api_on_the_last_unit",
        f"{CORE}1_1_a_return_beside_an_exchange",
        f"{RETURNS}two_valid_claims_both_win_and_give_back_every_cent",
        f"{TOLD}gives_the_last_units_to_one_of_two_keys",
    ],
    "orders/promotions.py:recheck:Order": [f"{CORE}2_3_two_lines_of_one_promotion_at_once"],
    "orders/shares.py:plan:Payment": [
        f"{CORE}2_4_refunds_on_one_tender",
        f"{RETURNS}refunds_on_one_tender_never_exceed_what_it_paid",
    ],
    "orders/refunds.py:_locked:Payment": [f"{CORE}2_4_a_retry_beside_another_return_on_one_tender"],
    "orders/refunds.py:_locked:RefundPlan": [f"{CORE}2_5_a_retry_beside_the_registers_answer"],
    "orders/credit.py:_locked:CreditAccount": [
        f"{MONEY}rule_2_8_a_credit_spent_at_two_registers_gives_no_more_than_it_has"
    ],
    "orders/gateways/register.py:answer:Instruction": [
        f"{RETURNS}the_registers_answer_sent_twice_at_once_counts_once"
    ],
    "orders/gateways/register.py:_locked:RefundPlan": [
        f"{RETURNS}the_last_of_two_refunds_settles_the_return",
        f"{CORE}2_5_a_retry_beside_the_registers_answer",
    ],
    "orders/reviews.py:_locked:CustomerReturn": [
        "tests/races/test_core.py::test_approval_beside_cancellation"
    ],
    "orders/journal/writing.py:*:JournalHead": [
        f"{JOURNAL}rule_2_10_many_writers_leave_no_gap_and_no_fork",
        f"{JOURNAL}one_event_written_by_many_at_once_is_written_once",
    ],
}
REASONS = {
    "orders/refunds.py:_locked:Refund": "the plan's lock, taken before it, is enough",
}
# All locks of these files are accounted for above.
ACCOUNTED = ("orders/returns.py", "orders/quotes.py", "orders/shares.py", "orders/promotions.py")
ROUNDS = "20"
TRIES = 3
FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)
LOCKING = QuerySet.select_for_update


def pytest_configure() -> None:
    """Take the lock at the place of UNLOCKED out of this process."""
    place = os.environ["UNLOCKED"]

    def unlocked(rows: QuerySet[Any], *args: Any, **more: Any) -> QuerySet[Any]:
        is_it = _is_at(place, sys._getframe(1), rows.model.__name__)
        return rows if is_it else LOCKING(rows, *args, **more)

    QuerySet.select_for_update = unlocked  # type: ignore[method-assign]


def _is_at(place: str, frame: FrameType | None, model: str) -> bool:
    """Whether the first of our functions above this frame is the lock's place."""
    while frame and "/django/" in frame.f_code.co_filename:
        frame = frame.f_back
    file, function, rows = place.split(":")
    return bool(
        frame
        and frame.f_code.co_filename == str(ROOT / file)
        and function in ("*", frame.f_code.co_name)
        and rows == model
    )


def main(places: list[str]) -> None:
    needless = []
    for place in places:
        red = next(filter(None, (_failing(place) for _ in range(TRIES))), None)
        sys.stdout.write(f"{'red without it' if red else 'GREEN WITHOUT IT'}: {place}\n")
        sys.stdout.flush()
        needless += [] if red else [place]
    forgotten = [file for file in ACCOUNTED if _locks_in(file) != _known_in(file)]
    words = [f"no race needs the lock {place}" for place in needless]
    words += [f"locks are not accounted for in {file}" for file in forgotten]
    sys.exit("\n".join(words) or 0)


def _failing(place: str) -> set[str]:
    command = [sys.executable, "-m", "pytest", "-p", "tests.races.unlocked", "--tb=no", "-rf"]
    ended = subprocess.run(
        [*command, *LOCKS[place]],
        env=os.environ | {"UNLOCKED": place, "RACE_ROUNDS": ROUNDS},
        capture_output=True,
        text=True,
        check=False,
    )
    return set(FAILED.findall(ended.stdout))


def _locks_in(file: str) -> int:
    return (ROOT / file).read_text().count("select_for_update(")


def _known_in(file: str) -> int:
    return sum(place.startswith(f"{file}:") for place in (*LOCKS, *REASONS))


if __name__ == "__main__":
    main(sys.argv[1:] or list(LOCKS))
