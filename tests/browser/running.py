"""`manage.py serve` in a folder of its own, as `make run` starts it, and a browser to look at."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180


@contextmanager
def demo_shop(var: Path) -> Iterator[str]:
    """Run the demo shop on SQLite with everything in `var`; yield its address."""
    port = _free_port()
    env = {key: value for key, value in os.environ.items() if not key.endswith(("_URL", "_MODULE"))}
    env |= {"OMNISTORE_ENV": "demo", "OMNISTORE_VAR": str(var)}
    # Ctrl-C goes to the whole group, as in a terminal.
    running = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(f"http://localhost:{port}/", running)
        yield f"http://localhost:{port}"
    finally:
        os.killpg(running.pid, signal.SIGINT)
        running.wait(PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield Debian's Chromium; a missing one is an error, not a reason to skip."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise RuntimeError("Chromium is needed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(address: str, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and running.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"The demo shop did not start (exit {running.poll()}).")
