"""An import killed with -9 again and again ends as one that nobody disturbed."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

from tests.bench import databases

pytestmark = pytest.mark.races

SLICE = settings.BASE_DIR / "tests" / "data" / "uci_slice.csv.gz"
# Everything that says something, and no key that a sequence gave out.
QUESTIONS = (
    "SELECT number, source, customer_id, total, tax, currency, placed_at, id FROM orders_order",
    "SELECT o.number, p.sku, l.position, l.quantity, l.unit_price, l.total, l.tax "
    "FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id "
    "JOIN orders_product p ON p.id = l.product_id",
    "SELECT order_id, tender, amount, captured_at FROM orders_payment",
    "SELECT id, number, customer_id, state, settled_at FROM orders_customerreturn",
    "SELECT r.customer_return_id, r.position, r.units, r.amount, r.tax, l.order_id, l.position "
    "FROM orders_returnline r LEFT JOIN orders_orderline l ON l.id = r.order_line_id",
    "SELECT customer_return_id, amount, state FROM orders_refundplan",
    "SELECT r.id, r.amount, r.state, r.idempotency_key, p.order_id "
    "FROM orders_refund r LEFT JOIN orders_payment p ON p.id = r.payment_id",
    "SELECT sku, name, price, kind, model FROM orders_product",
    "SELECT id, country, created_at FROM customers_customer",
    "SELECT i.kind, i.value, e.customer_id FROM customers_evidence e "
    "JOIN customers_identifier i ON i.id = e.identifier_id",
    "SELECT fingerprint, lines_read, accepted, rejected, reject_bytes FROM orders_salesimport",
)


@pytest.fixture
def names() -> Iterator[tuple[str, str]]:
    """Two empty databases."""
    key = uuid4().hex[:8]
    names = (f"calm_{key}", f"killed_{key}")
    databases.empty(names[0])
    databases.copy(*names)
    yield names
    for name in names:
        databases.drop(name)


def test_ends_the_same_after_every_kill(names: tuple[str, str], tmp_path: Path) -> None:
    calm, killed = names
    begin(calm, tmp_path / "calm.csv").communicate()

    kills = 0
    for lines in (1, 1200, 2400, 3600):
        kills += kill_behind(killed, tmp_path / "killed.csv", lines)
    last = begin(killed, tmp_path / "killed.csv")
    words, _ = last.communicate()

    assert kills >= 2
    assert last.returncode == 0
    assert "rejected = 4,442 read" in words
    assert everything(killed) == everything(calm)
    assert (tmp_path / "killed.csv").read_bytes() == (tmp_path / "calm.csv").read_bytes()


def begin(name: str, rejects: Path) -> "subprocess.Popen[str]":
    """Start the import in a process of its own, in small batches."""
    command = ["manage.py", "import_sales", str(SLICE), "--batch", "50", "--rejects", str(rejects)]
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=databases.environment(name),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def kill_behind(name: str, rejects: Path, lines: int) -> bool:
    """Kill the import as soon as it has kept so many lines; False when it was faster."""
    process = begin(name, rejects)
    while process.poll() is None and lines_read(name) < lines:
        time.sleep(0.002)
    was_alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return was_alive


def lines_read(name: str) -> int:
    return sum(count for (count,) in ask(name, "SELECT lines_read FROM orders_salesimport"))


def everything(name: str) -> dict[str, list[Any]]:
    return {question: sorted(map(repr, ask(name, question))) for question in QUESTIONS}


def ask(name: str, question: str) -> list[Any]:
    with closing(connected(name)) as connection:
        return list(connection.execute(question).fetchall())


def connected(name: str) -> Any:
    if not databases.IS_SQLITE:
        return psycopg.connect(databases.url(name))
    return sqlite3.connect(databases.url(name).removeprefix("sqlite:///"), timeout=20)
