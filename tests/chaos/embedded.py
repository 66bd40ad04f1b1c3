"""The storm over the embedded default: SQLite, bells in files, one worker with its beat."""

import sqlite3
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.chaos import storm as storms
from tests.chaos.comparing import Verdict
from tests.chaos.storm import Plan, Size, Storm
from tests.chaos.worlds import World, kill

KILL_EVERY = 6.0
DISK_FULL = 6.0
# One writer at a time: two clients are enough of a crowd.
CLIENTS = 2


def rage(size: Size) -> tuple[Verdict, Counter[str]]:
    """Kill the worker, then everything at once, then let the disk be full for a while."""
    with tempfile.TemporaryDirectory() as folder, storms.crm() as crm_url:
        world = World(f"sqlite:///{folder}/chaos.sqlite3", Path(folder))
        world.run("django", "migrate", "--verbosity", "0")
        world.connect(crm_url)
        storm = Storm(world, crm_url, size)
        try:
            world.start_worker()
            storm.tell_crm("_faults", storms.FAULTS)
            storm.start_clients(CLIENTS)
            storms.follow(_plan(storm), storm)
            return storms.calm(storm)
        finally:
            storms.end(storm)


def _plan(storm: Storm) -> Plan:
    length = storm.size.seconds
    kills = [(at, lambda: _kill_worker(storm)) for at in storms._every(KILL_EVERY, 0.6 * length)]
    return [
        *kills,
        (0.35 * length, lambda: _kill_everything(storm)),
        (0.6 * length, lambda: _fill_disk(storm)),
        (0.6 * length + DISK_FULL, lambda: _make_room(storm)),
    ]


def _kill_worker(storm: Storm) -> None:
    storm.world.kill_worker()
    storm.world.start_worker()
    storm.injected["worker killed"] += 1


def _kill_everything(storm: Storm) -> None:
    """The power fails: every process ends at once, in whatever it was doing."""
    _start_anew(storm)
    storm.injected["everything killed at once"] += 1


def _fill_disk(storm: Storm) -> None:
    """Start everything anew on a database that cannot grow by another page."""
    storm.world.more["CHAOS_MAX_PAGES"] = str(_pages(storm.world.database_url))
    _start_anew(storm)


def _make_room(storm: Storm) -> None:
    """End it once a write was refused: where machines are slow, nothing has started before."""
    end = time.monotonic() + storm.size.patience
    while not (refused := _refused(storm)) and time.monotonic() < end:
        time.sleep(0.1)
    storm.injected["write refused by a full database"] += refused
    storm.world.more.clear()
    _start_anew(storm)


def _refused(storm: Storm) -> int:
    return (storm.world.folder / "chaos.log").read_text().count("database or disk is full")


def _start_anew(storm: Storm) -> None:
    for client in storm.clients:
        if client.poll() is None:
            kill(client)
    storm.world.kill_worker()
    storm.clients.clear()
    storm.world.start_worker()
    storm.start_clients(CLIENTS)


def _pages(database_url: str) -> int:
    with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    return int(pages)
