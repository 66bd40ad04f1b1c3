"""
Take every row lock out, so that the races can be seen to fail (PostgreSQL).

    python -m tests.races.unlocked

runs the tests of `NEED_LOCKS` without locks and fails when one of them passes three times.
"""

import re
import subprocess
import sys
from typing import Any

from django.db.models import QuerySet

NEED_LOCKS = {
    "tests/races/test_money.py::test_rule_2_8_a_credit_spent_at_two_registers_gives_no_more_than_it_has",
    "tests/races/test_money.py::test_rule_2_6_a_refund_goes_another_way_once",
    "tests/races/test_money.py::test_rule_2_4_a_retry_beside_another_way_pays_once",
    "tests/races/test_returns.py::test_of_two_claims_on_the_last_unit_exactly_one_wins",
    "tests/races/test_returns.py::test_two_valid_claims_both_win_and_give_back_every_cent",
    "tests/races/test_returns.py::test_a_double_tap_is_one_return",
    "tests/races/test_returns.py::test_refunds_on_one_tender_never_exceed_what_it_paid",
    "tests/races/test_returns.py::test_the_registers_answer_sent_twice_at_once_counts_once",
    "tests/races/test_returns.py::test_a_failed_refund_is_asked_again_once",
    "tests/races/test_journal.py::test_rule_2_10_many_writers_leave_no_gap_and_no_fork",
    "tests/races/test_journal.py::test_one_event_written_by_many_at_once_is_written_once",
    "tests/races/test_journal.py::test_rule_2_9_two_who_spend_the_last_points_at_once_are_one_too_many",
    "tests/races/test_told.py::test_gives_the_last_units_to_one_of_two_keys",
}
TRIES = 3
FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)


def pytest_configure() -> None:
    def unlocked(rows: QuerySet[Any], *_: Any, **__: Any) -> QuerySet[Any]:
        return rows

    QuerySet.select_for_update = unlocked  # type: ignore[method-assign]


def main() -> None:
    left = set(NEED_LOCKS)
    for _ in range(TRIES):
        left -= _failing(left) if left else set()
    sys.exit("\n".join(f"passes without locks: {test}" for test in sorted(left)) or 0)


def _failing(tests: set[str]) -> set[str]:
    command = [sys.executable, "-m", "pytest", "-p", "tests.races.unlocked", "--tb=no", "-rf"]
    ended = subprocess.run([*command, *tests], capture_output=True, text=True, check=False)
    return set(FAILED.findall(ended.stdout))


if __name__ == "__main__":
    main()
