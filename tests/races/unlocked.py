"""
Take the row locks out, one at a time, so that the races can be seen to fail (PostgreSQL).

    python -m tests.races.unlocked [PLACE…]

A lock's place is file:function:rows. Every test of `LOCKS` runs without the one lock it is named
for; a lock that all its tests do without fails the run, and so does a lock of `orders` that stands
in none of the lists. Pauses let the threads meet where the lock was: see `TRIES`.
"""

import ast
import os
import random
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

from tests.races import together

ROOT = Path(__file__).resolve().parents[2]
CORE = "tests/races/test_core.py::test_rule_"
GOODS = "tests/races/test_goods.py::test_"
JOURNAL = "tests/races/test_journal.py::test_"
MONEY = "tests/races/test_money.py::test_"
RETURNS = "tests/races/test_returns.py::test_"
REVIEWS = "tests/races/test_reviews.py::test_"
LOCKS = {
    "orders/returns.py:take:CustomerReturn": [f"{RETURNS}a_double_tap_is_one_return"],
    "orders/returns.py:choose:CustomerReturn": [
        f"{CORE}2_5_choosing_beside_taking_leaves_what_was_taken"
    ],
    "orders/quotes/drawing.py:lines_for:OrderLine": [
        f"{CORE}1_1_two_tablets_and_the_api_on_the_last_unit",
        f"{CORE}1_1_a_return_beside_an_exchange",
    ],
    "orders/promotions.py:recheck:Order": [f"{CORE}2_3_two_lines_of_one_promotion_at_once"],
    "orders/shares.py:plan:Payment": [f"{CORE}2_4_refunds_on_one_tender"],
    "orders/refunds.py:_locked:Payment": [f"{CORE}2_4_a_retry_beside_another_return_on_one_tender"],
    # The return's lock, taken before the plan's, is enough; without both nothing is.
    "orders/refunds.py:hold_return:CustomerReturn+orders/refunds.py:_locked:RefundPlan": [
        f"{CORE}2_5_a_retry_beside_the_registers_answer"
    ],
    # Each of the four is enough for these.
    "orders/refunds.py:hold_return:CustomerReturn+orders/refunds.py:_locked:*": [
        f"{MONEY}rule_2_6_a_refund_goes_another_way_once",
        f"{MONEY}rule_2_4_a_retry_beside_another_way_pays_once",
        f"{RETURNS}a_failed_refund_is_asked_again_once",
    ],
    "orders/gateways/register.py:_held:Instruction": [
        f"{RETURNS}the_registers_answer_sent_twice_at_once_counts_once"
    ],
    "orders/credit.py:_locked:CreditAccount": [
        f"{MONEY}rule_2_8_a_credit_spent_at_two_registers_gives_no_more_than_it_has"
    ],
    "orders/credit_codes.py:opened:CreditAccount": [
        f"{MONEY}wrong_codes_said_at_once_are_all_counted"
    ],
    "orders/reviews.py:_locked:CustomerReturn": [
        "tests/races/test_core.py::test_approval_beside_cancellation"
    ],
    "orders/submissions.py:submit:CustomerReturn": [
        f"{REVIEWS}a_return_asked_about_twice_at_once_is_asked_about_once"
    ],
    "orders/goods.py:receive:CustomerReturn": [
        f"{GOODS}of_two_who_receive_the_same_goods_one_does",
        f"{GOODS}goods_that_come_beside_a_cancellation_come_or_are_not_awaited",
    ],
    "orders/cancelling.py:cancel:CustomerReturn": [
        f"{GOODS}goods_that_come_beside_a_cancellation_come_or_are_not_awaited"
    ],
    "orders/awaited.py:_held:CustomerReturn": [
        f"{GOODS}what_never_comes_is_charged_or_written_off"
    ],
    "orders/declarations.py:_found:Declaration": [
        f"{GOODS}a_declared_code_scanned_in_two_stores_opens_in_one"
    ],
    "orders/withdrawals.py:declare:OrderLine": [
        "tests/races/test_withdrawals.py::test_a_withdrawal_declared_by_two_phones_at_once_is_one"
    ],
    "orders/dispositions.py:_locked:Reception": [f"{GOODS}goods_sent_away_twice_go_once"],
    "orders/stock.py:_locked:Stock": [f"{GOODS}the_last_unit_in_stock_is_put_aside_once"],
    "orders/unproven.py:take:Customer": [
        f"{GOODS}rule_1_7_two_drafts_at_once_stay_within_a_customers_limit"
    ],
    "orders/carts.py:_locked:Cart": [
        "tests/races/test_told.py::test_keeps_the_newest_of_a_carts_news_that_come_at_once"
    ],
    "orders/opinions.py:answer:Customer": [
        "tests/races/test_opinions.py::test_of_several_answers_at_once_one_counts"
    ],
    "customers/onetime.py:_open:OneTimeCode": [
        "tests/races/test_onetime.py::test_proves_once_when_it_is_shown_several_times_at_once"
    ],
    "customers/passes.py:_locked:Pass": [
        "tests/races/test_passes.py::test_identifies_once_when_it_is_scanned_several_times_at_once"
    ],
    "customers/passes.py:_hold:Customer": [
        "tests/races/test_passes.py::test_is_one_pass_when_it_is_asked_for_several_times_at_once"
    ],
    "customers/messages.py:claim_due:Message": [
        "tests/races/test_messages.py::test_gives_each_message_to_one_worker"
    ],
    "customers/unsubscribing.py:unsubscribe:Customer": [
        "tests/races/test_messages.py::test_refuses_once_by_two_clicks_at_once"
    ],
    # The point where a customer's points are counted.
    "omnistore/outbox/events.py:hold:Stream": [
        f"{JOURNAL}rule_2_9_two_who_spend_the_last_points_at_once_are_one_too_many"
    ],
    # The stream's lock, taken before the head's, is enough; without both nothing is.
    "omnistore/outbox/events.py:hold:Stream+orders/journal/writing.py:locked:JournalHead": [
        f"{JOURNAL}rule_2_10_many_writers_leave_no_gap_and_no_fork",
        f"{JOURNAL}one_event_written_by_many_at_once_is_written_once",
    ],
}
REASONS = {
    "orders/refunds.py:hold_return:CustomerReturn": "the plan's lock is enough, see the pairs",
    "orders/gateways/register.py:_locked:RefundPlan": "answers meet in the stream they write first",
    "orders/refunds.py:_locked:Refund": "the plan's lock, taken before it, is enough",
    "orders/collecting.py:locked:Collection": "its instruction is locked before it",
    "orders/collecting.py:_hold:CustomerReturn": "first in the order of locks: no deadlock",
    "orders/credit_codes.py:make:CreditAccount": "the last of two codes counts, either is right",
    "orders/exchanges/goods.py:deliver:Replacement": "the stock's lock is enough",
    "orders/gateways/processors.py:settle:ProcessorRequest": "its plan is locked before it",
    "orders/gateways/processors.py:settle:RefundPlan": "as at the register, whose race shows it",
    "orders/photos.py:_keep:CustomerReturn": "a photo too many harms nobody",
    "orders/policies/guarantees.py:_locked:OrderLine": "repairs.finish takes it before",
    "orders/proofs.py:join:CustomerReturn": "a constraint keeps an order from being joined twice",
    "orders/repairs.py:finish:OrderLine": "as in quotes.lines_for, whose races show it",
    "orders/submissions.py:ask_again:CustomerReturn": "as in submit, whose race shows it",
    "orders/cancelling.py:cancel:RefundPlan": "as at the register, whose race shows it",
    "orders/unproven.py:_locked:CustomerReturn": "as in returns.take, whose race shows it",
}
# Seconds at most: the others may themselves wait for what this thread holds.
PAUSE = 1.0
# First only who has read where the lock was waits; then everybody does, a little, at each query.
TRIES = (False, True, True)
JITTER = 0.02
LOCKING = QuerySet.select_for_update
EXECUTING = SQLCompiler.execute_sql


class Unlocked:
    """The tests of `places`, each without the lock it is named for; `red` says what failed."""

    def __init__(self, places: list[str]) -> None:
        self.places = places
        self.place, self.is_jittery = "", False
        self.red: dict[str, str] = {}
        self.paused: set[int] = set()
        # Pytest keeps what tests print.
        self.out = os.fdopen(os.dup(1), "w", buffering=1)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        name = metafunc.definition.nodeid
        mine = [place for place in self.places if name in LOCKS[place]]
        tries = [(place, is_jittery) for is_jittery in TRIES for place in mine]
        metafunc.parametrize("without", tries, ids=str, indirect=True)

    @pytest.fixture(autouse=True)
    def without(self, request: pytest.FixtureRequest) -> Iterator[None]:
        self.place, self.is_jittery = request.param
        yield
        self.place, self.is_jittery = "", False
        self.paused.clear()

    def pytest_runtest_protocol(self, item: pytest.Function) -> bool | None:
        """Pass over what was seen to fail already."""
        return True if item.callspec.params["without"][0] in self.red else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Function, call: pytest.CallInfo[None]) -> Any:
        report = yield
        place, _ = item.callspec.params["without"]
        if report.when == "call":
            self.out.write(f"{report.outcome} without {place}: {item.originalname}\n")
        if report.when == "call" and report.failed:
            self.red.setdefault(place, report.nodeid.split("[")[0])
        return report

    def patch(self) -> None:
        unlocked = self

        def select_for_update(rows: QuerySet[Any], *args: Any, **more: Any) -> QuerySet[Any]:
            if not unlocked.is_at(sys._getframe(1), rows.model.__name__):
                return LOCKING(rows, *args, **more)
            rows = rows.all()
            rows.query.is_unlocked = True  # type: ignore[attr-defined]
            return rows

        def execute_sql(compiler: SQLCompiler, *args: Any, **more: Any) -> Any:
            answer = EXECUTING(compiler, *args, **more)
            if unlocked.is_jittery and threading.get_ident() in together.ACTING:
                time.sleep(random.uniform(0, JITTER))
            elif getattr(compiler.query, "is_unlocked", False):
                unlocked.pause()
            return answer

        QuerySet.select_for_update = select_for_update  # type: ignore[method-assign]
        SQLCompiler.execute_sql = execute_sql  # type: ignore[method-assign]

    def pause(self) -> None:
        me, end = threading.get_ident(), time.monotonic() + PAUSE
        self.paused.add(me)
        while me in together.ACTING and together.ACTING - self.paused and time.monotonic() < end:
            time.sleep(0.01)
        self.paused &= together.ACTING

    def is_at(self, frame: FrameType | None, model: str) -> bool:
        """Whether the first of our functions above this frame is where the lock is out."""
        while frame and "/django/" in frame.f_code.co_filename:
            frame = frame.f_back
        if frame is None:
            return False
        here = (frame.f_code.co_filename, frame.f_code.co_name)
        return any(
            here == (str(ROOT / file), function) and rows in ("*", model)
            for file, function, rows in (one.split(":") for one in self.place.split("+") if one)
        )


def main(places: list[str]) -> None:
    unlocked = Unlocked(places)
    unlocked.patch()
    os.environ["RACE_ROUNDS"] = "80"
    tests = sorted({test for place in places for test in LOCKS[place]})
    quiet = ["-p", "no:xdist", "-p", "no:randomly", "--tb=no", "-rN"]
    pytest.main([*quiet, *os.environ.get("UNLOCKED_OPTIONS", "").split(), *tests], [unlocked])
    needless = [f"no race needs the lock {place}" for place in places if place not in unlocked.red]
    sys.exit("\n".join([*needless, *unaccounted()]) or 0)


def unaccounted() -> list[str]:
    """Return the locks of `orders` that are in no list, and what the lists name that is none."""
    held = {where for file in sorted((ROOT / "orders").rglob("*.py")) for where in _locks_in(file)}
    named: dict[str, set[str]] = defaultdict(set)
    for place in (*LOCKS, *REASONS):
        for one in place.split("+"):
            file, function, rows = one.split(":")
            named[f"{file}:{function}"].add(rows)
    ours = {where for where in named if where.startswith("orders/")}
    return [
        *(f"no race is named for the lock in {where}" for where in sorted(held - ours)),
        *(f"no lock is in {where}" for where in sorted(ours - held)),
    ]


def _locks_in(file: Path) -> Iterator[str]:
    for function in ast.walk(ast.parse(file.read_text())):
        if isinstance(function, ast.FunctionDef) and _is_locking(function):
            yield f"{file.relative_to(ROOT)}:{function.name}"


def _is_locking(function: ast.FunctionDef) -> bool:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(
        isinstance(call, ast.Attribute) and call.attr == "select_for_update" for call in calls
    )


if __name__ == "__main__":
    main(sys.argv[1:] or list(LOCKS))
