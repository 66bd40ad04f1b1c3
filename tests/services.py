"""A PostgreSQL and a Redis of one's own, started and stopped here, not as root."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

PATIENCE = 60
# Who runs them when we are root: PostgreSQL refuses to, and rightly.
STAND_IN = "postgres"
# As a server should: what is committed is on disk.
POSTGRES_SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "200",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}


@dataclass
class Postgres:
    """A server with one empty database."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return self.url_of("omnistore")

    def url_of(self, database: str) -> str:
        return f"postgres://omnistore@127.0.0.1:{self.port}/{database}"

    def cut_connections(self) -> int:
        """End every connection of others, as a failing switch does; return how many."""
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            rows = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = 'omnistore' AND pid <> pg_backend_pid()"
            )
            return int(rows.fetchone()[0])  # type: ignore[index]


class Redis:
    """A server that keeps nothing: restarted, its memory is gone."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [_binary("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.running = subprocess.Popen(as_nobody(command), stdout=subprocess.DEVNULL)
        _wait_for(lambda: redis.Redis(port=self.port).ping())

    def stop(self) -> None:
        if self.running:
            with suppress(redis.ConnectionError):
                redis.Redis(port=self.port).shutdown(nosave=True)
            self.running.wait(PATIENCE)

    def restart(self) -> None:
        """End it as the power does, and start it again with nothing in it."""
        if self.running:
            # setpriv puts the command in its own place: the child is the server.
            self.running.kill()
            self.running.wait(PATIENCE)
        self.start()


@contextmanager
def services() -> Iterator[tuple[Postgres, Redis]]:
    """Start both in a folder of their own, and take them away after the block."""
    folder = Path(tempfile.mkdtemp(prefix="omnistore-services-"))
    _give(folder)
    postgres, broker = _start_postgres(folder), Redis(folder)
    broker.start()
    try:
        yield postgres, broker
    finally:
        broker.stop()
        _postgres_tool("pg_ctl", "-D", str(postgres.folder), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def as_nobody(command: list[str]) -> list[str]:
    """Return the command as run by somebody who is not root."""
    if os.geteuid() != 0:
        return command
    return [
        _binary("setpriv"),
        "--reuid",
        STAND_IN,
        "--regid",
        STAND_IN,
        "--clear-groups",
        *command,
    ]


def _start_postgres(folder: Path) -> Postgres:
    data, port = folder / "postgres", free_port()
    # Trust is for this machine's loopback only, and for as long as the block lasts.
    _postgres_tool("initdb", "-D", str(data), "-U", "omnistore", "-A", "trust", "-E", "UTF8", "-N")
    settings = "\n".join(f"{name} = '{value}'" for name, value in POSTGRES_SETTINGS.items())
    subprocess.run(
        as_nobody(["tee", "-a", str(data / "postgresql.conf")]),
        input=f"\nport = {port}\n{settings}\n".encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    _postgres_tool("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "postgres.log"), "start")
    made = Postgres(port, data)
    with psycopg.connect(made.url_of("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE omnistore")
    return made


def _postgres_tool(name: str, *arguments: str) -> None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    tool = str(found[-1]) if found else _binary(name)
    subprocess.run(as_nobody([tool, *arguments]), stdout=subprocess.DEVNULL, check=True, cwd="/")


def _binary(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not installed.")
    return found


def _give(folder: Path) -> None:
    if os.geteuid() == 0:
        stand_in = pwd.getpwnam(STAND_IN)
        os.chown(folder, stand_in.pw_uid, stand_in.pw_gid)


def _wait_for(is_there: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            is_there()
            return
        except redis.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
