"""
Lighthouse's scores of four screens, with its own default throttling of a slow phone.

It is installed by npm into var/bench, exactly as package-lock.json pins it, and looks by the same
Chromium in which the tablet is signed in. A quick run leaves it out: that needs no npm.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.bench import databases, tablet
from tests.bench.figures import Figure, Scale
from tests.bench.server import free_port
from tests.browser.running import chromium_path

PINNED = Path(__file__).parent / "npm"
INSTALLED = databases.FOLDER / "lighthouse"
SCREENS = ("sign_in", "home", "customer", "return")
CATEGORIES = ("performance", "accessibility", "best-practices")


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the score of every screen in every category, and the least as `lighthouse_min`."""
    if scale.is_quick:
        print("lighthouse is left out of a quick run", flush=True)
        return
    install()
    port, least = free_port(), 100.0
    with tablet.opened(scale.small, f"--remote-debugging-port={port}") as counter:
        paths = tablet.screens(counter)
        for screen in SCREENS:
            for category, score in scores(counter.address + paths[screen], port).items():
                least = min(least, score)
                yield Figure(f"lighthouse_{screen}_{category.replace('-', '_')}", score, "points")
    yield Figure("lighthouse_min", least, "points")


def install() -> None:
    """Have npm install what the lock file pins, unless it did so before."""
    lock = (PINNED / "package-lock.json").read_text()
    stamp = INSTALLED / "installed.json"
    if stamp.exists() and stamp.read_text() == lock:
        return
    if shutil.which("npm") is None:
        raise SystemExit("Lighthouse needs Node 20 or newer and npm: neither is to be found.")
    shutil.copytree(PINNED, INSTALLED, dirs_exist_ok=True)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]
    if subprocess.run(command, cwd=INSTALLED, check=False).returncode:
        raise SystemExit("npm could not install Lighthouse: see what it says above.")
    stamp.write_text(lock)


def scores(address: str, port: int) -> dict[str, float]:
    """Return the points from 0 to 100 in each category."""
    command = [str(INSTALLED / "node_modules/.bin/lighthouse"), address, f"--port={port}"]
    command += ["--disable-storage-reset", "--output=json", "--quiet"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    looked = subprocess.run(
        command,
        cwd=INSTALLED,
        env=os.environ | {"CHROME_PATH": chromium_path()},
        stdout=subprocess.PIPE,
        check=True,
    )
    report = json.loads(looked.stdout)
    if problem := report.get("runtimeError"):
        raise SystemExit(f"Lighthouse could not look at {address}: {problem['message']}")
    return {name: 100 * report["categories"][name]["score"] for name in CATEGORIES}
