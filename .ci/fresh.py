"""
Run a fresh clone as a newcomer would, and look whether the demo shop lives.

    python3 .ci/fresh.py FOLDER

It needs nothing but Python: `make run` installs the rest.
"""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PATIENCE = 300
STOPPING = 40


def main() -> None:
    folder, port = Path(sys.argv[1]), free_port()
    env = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    began = time.monotonic()
    running = subprocess.Popen(
        ["make", "run"], cwd=folder, env=env | {"PORT": str(port)}, start_new_session=True
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/", running)
        print(f"answers after {time.monotonic() - began:.0f} s", flush=True)
        look_at(folder / "var" / "omnistore.sqlite3")
    finally:
        stop(running)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def wait_for(address: str, running: "subprocess.Popen[bytes]") -> None:
    """Return when the page is there; exit when `make run` ends or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if running.poll() is not None:
            sys.exit(f"make run ended with {running.returncode}.")
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    sys.exit(f"No answer within {PATIENCE} s.")


def look_at(database: Path) -> None:
    """Print what is in the shop; exit when it is empty."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    for table in ("stores_store", "stores_clerk", "customers_customer", "orders_order"):
        (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        print(f"{table}: {rows}")
        if not rows:
            sys.exit(f"The demo shop has nothing in {table}.")
    connection.close()


def stop(running: "subprocess.Popen[bytes]") -> None:
    """Press Ctrl-C, and exit when something goes on running."""
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGINT)
    deadline = time.monotonic() + STOPPING
    while time.monotonic() < deadline:
        running.poll()
        try:
            os.killpg(running.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.5)
    os.killpg(running.pid, signal.SIGKILL)
    sys.exit(f"Ctrl-C did not stop all of it within {STOPPING} s.")


if __name__ == "__main__":
    main()
