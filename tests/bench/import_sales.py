"""
The sales import over a raw `executemany` of the same final rows, and its peak memory.

Both fill an empty database of the same kind. The import is a whole process, from its start to its
end; the floor is the driver alone, its rows ready in memory, one transaction.
"""

import gzip
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg

from tests.bench import databases
from tests.bench.figures import Figure, Scale

WHOLE_FILE = databases.ROOT / "tests/data/uci_online_retail_2010_2011.csv.gz"
# In the order of their foreign keys.
TABLES = (
    *("customers_customer", "customers_identifier", "customers_evidence"),
    *("orders_product", "orders_order", "orders_orderline", "orders_payment"),
    *("orders_customerreturn", "orders_returnline", "orders_refundplan", "orders_refund"),
)
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8000;"


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield `import_over_raw` and `import_peak_mb`, and the seconds they come from."""
    databases.empty("import")
    seconds, peak = _import(_file(scale))
    raw = _raw()
    yield Figure("import_over_raw", seconds / raw, "x")
    yield Figure("import_peak_mb", peak, "MB")
    yield Figure("import_seconds", seconds, "s")
    yield Figure("import_raw_seconds", raw, "s")
    databases.drop("import")
    databases.drop("import_raw")


def _file(scale: Scale) -> Path:
    if scale.sales_lines is None:
        return WHOLE_FILE
    path = databases.FOLDER / "some_sales.csv"
    with gzip.open(WHOLE_FILE, "rb") as whole:
        path.write_bytes(b"".join(islice(whole, scale.sales_lines + 1)))
    return path


def _import(path: Path) -> tuple[float, float]:
    """Return the seconds and the peak memory in MB of the import's process."""
    rejects = str(databases.FOLDER / "rejects.csv")
    command = [sys.executable, "manage.py", "import_sales", str(path), "--rejects", rejects]
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=databases.ROOT,
        env=databases.environment("import"),
        stdout=subprocess.DEVNULL,
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


def _raw() -> float:
    """Return the seconds that the driver needs for the rows the import left."""
    with closing(_connected("import")) as imported:
        rows = {table: _rows(imported, table) for table in TABLES}
    databases.empty("import_raw")
    with closing(_connected("import_raw")) as connection:
        cursor = connection.cursor()
        begun = time.perf_counter()
        cursor.execute("BEGIN")
        for table, (columns, values) in rows.items():
            marks = ", ".join(["?" if databases.IS_SQLITE else "%s"] * columns)
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
        cursor.execute("COMMIT")
        return time.perf_counter() - begun


def _rows(connection: Any, table: str) -> tuple[int, list[tuple[Any, ...]]]:
    cursor = connection.cursor()
    cursor.execute(f"SELECT * FROM {table}")
    return len(cursor.description), cursor.fetchall()


def _connected(name: str) -> Any:
    if not databases.IS_SQLITE:
        return psycopg.connect(databases.url(name), autocommit=True)
    connection = sqlite3.connect(
        databases.url(name).removeprefix("sqlite:///"), isolation_level=None
    )
    connection.executescript(PRAGMAS)
    return connection
