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
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180


@contextmanager
def demo_shop(
    var: Path, port: int = 0, *, lan: bool = False, said: Path | None = None
) -> Iterator[str]:
    """
    Run the demo shop on SQLite with everything in `var`; yield its address.

    What it says, mails and text messages among it, goes into the file `said`.
    """
    port = port or free_port()
    env = {key: value for key, value in os.environ.items() if not key.endswith(("_URL", "_MODULE"))}
    env |= {"OMNISTORE_ENV": "demo", "OMNISTORE_VAR": str(var)}
    # Ctrl-C goes to the whole group, as in a terminal.
    with (said or Path(os.devnull)).open("wb") as out:
        running = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port), *(["--lan"] * lan)],
            cwd=ROOT,
            env=env,
            stdout=out,
            # The worker, which mails, says everything there.
            stderr=out if said else None,
            start_new_session=True,
        )
    try:
        # With https, the plain port beside it is the last to answer.
        _wait_for(f"http://localhost:{port + lan}/", running)
        yield f"http{'s' if lan else ''}://localhost:{port}"
    finally:
        os.killpg(running.pid, signal.SIGINT)
        running.wait(PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield Debian's Chromium by itself."""
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@contextmanager
def launched(
    playwright: Playwright, *arguments: str, program: str = "chromium"
) -> Iterator[Browser]:
    """Yield Debian's Chromium, started with these arguments."""
    flags = ["--no-sandbox", *arguments]
    browser = playwright.chromium.launch(executable_path=chromium_path(program), args=flags)
    yield browser
    browser.close()


def chromium_path(program: str = "chromium") -> str:
    """Return where Chromium is; a missing one is an error, not a reason to skip."""
    path = shutil.which(program) or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise RuntimeError("Chromium is needed: apt-get install chromium")
    return path


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def stopped(address: str) -> Iterator[None]:
    """Hold the web server of the running shop: connections are taken, and nothing is answered."""
    group = _web_at(address.rpartition(":")[2])
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


def _web_at(port: str) -> int:
    """Return the process group of the web server at the port."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = path.read_text().split("\0")
            if "granian" in words and port in words:
                return os.getpgid(int(path.parent.name))
    raise RuntimeError(f"No web server at port {port}.")


def _wait_for(address: str, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and running.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"The demo shop did not start (exit {running.poll()}).")
