"""Databases for benches: SQLite files in var/bench, or others on the server of DATABASE_URL."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("OMNISTORE_VAR", ROOT / "var")) / "bench"
SERVER = os.environ.get("DATABASE_URL", "")
PREFIX = "omnistore_bench_"
IS_SQLITE = not SERVER.startswith("postgres")


def url(name: str) -> str:
    """Return the DATABASE_URL of the bench database with that name, made or not."""
    if IS_SQLITE:
        return f"sqlite:///{FOLDER / name}.sqlite3"
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{PREFIX}{name}"))


def environment(name: str, **more: str) -> dict[str, str]:
    """Return the environment of a process on that database that rings no bell of ours."""
    env = {key: value for key, value in os.environ.items() if key != "REDIS_URL"}
    env |= {"DATABASE_URL": url(name), "OMNISTORE_ENV": "test"}
    # Collected once for all of them.
    env |= {"OMNISTORE_VAR": str(FOLDER / f"{name}.var"), "BENCH_STATIC": str(FOLDER / "static")}
    return env | more


def empty(name: str) -> str:
    """Make the database anew, with its tables and nothing in them; return its DATABASE_URL."""
    copy(_template(), name)
    return url(name)


def fill(target: str) -> None:
    """Make a test's database with its tables: a file's path, or a name on the server."""
    template = _template()
    erase(target)
    if IS_SQLITE:
        shutil.copyfile(_file(template), target)
    else:
        _on_server("CREATE DATABASE {} TEMPLATE {}", target, PREFIX + template)


def erase(target: str) -> None:
    """Drop what `fill` made."""
    if not IS_SQLITE:
        _on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", target)
    else:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{target}{suffix}").unlink(missing_ok=True)


def _template() -> str:
    """Return the name of a database to copy, migrated once for each state of the migrations."""
    place = _digest(str(FOLDER if IS_SQLITE else ROOT).encode())
    name = f"template_{place}_{_schema()}"
    with _alone(place):
        if not exists(name):
            for old in named(f"template_{place}_"):
                drop(old)
            making = f"making_{place}"
            drop(making)
            FOLDER.mkdir(parents=True, exist_ok=True)
            if not IS_SQLITE:
                _on_server("CREATE DATABASE {}", PREFIX + making)
            manage(making, "migrate", "--verbosity", "0")
            rename(making, name)
    return name


def _schema() -> str:
    sources = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py")]
    sources += [ROOT / "omnistore/appendonly.py", ROOT / "requirements/run.txt"]
    read = (path.read_bytes() for path in sorted(sources) if ".venv" not in path.parts)
    return _digest(django.__version__.encode(), *read)


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


@contextmanager
def _alone(place: str) -> Iterator[None]:
    """Let one process at a time look for the template, and make it."""
    with (Path(tempfile.gettempdir()) / f"omnistore_{place}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def manage(name: str, *command: str) -> None:
    """Run a manage.py command on the database; its failure is ours."""
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment(name), check=True
    )


def exists(name: str) -> bool:
    return name in named(name)


def named(beginning: str) -> list[str]:
    """Return the names of the bench databases that begin so."""
    if IS_SQLITE:
        return [path.stem for path in FOLDER.glob(f"{beginning}*.sqlite3")]
    with psycopg.connect(SERVER) as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
    names = (str(name).removeprefix(PREFIX) for (name,) in rows if str(name).startswith(PREFIX))
    return [name for name in names if name.startswith(beginning)]


def rename(old: str, new: str) -> None:
    """Give a finished database its name, so that a half made one is never taken for it."""
    drop(new)
    if IS_SQLITE:
        _file(old).rename(_file(new))
    else:
        _on_server("ALTER DATABASE {} RENAME TO {}", PREFIX + old, PREFIX + new)


def copy(old: str, new: str) -> None:
    """Make another database like a finished one that nobody is connected to."""
    drop(new)
    if IS_SQLITE:
        shutil.copyfile(_file(old), _file(new))
    else:
        _on_server("CREATE DATABASE {} TEMPLATE {}", PREFIX + new, PREFIX + old)


def drop(name: str) -> None:
    erase(str(_file(name)) if IS_SQLITE else PREFIX + name)


def _file(name: str) -> Path:
    return FOLDER / f"{name}.sqlite3"


def _on_server(statement: str, *names: str) -> None:
    identifiers = [sql.Identifier(name) for name in names]
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*identifiers))
