"""People with fixed names and rights, for every test."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import hypothesis
import pytest
import pytest_django
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils.timezone import now

from stores.http import SIGN_IN_COOKIE, TABLET_COOKIE
from stores.models import Clerk, Register, Store, Tablet
from tests import factories, guards
from tests.bench import databases

# A busy machine is slow, not wrong: nothing here is timed.
hypothesis.settings.register_profile("untimed", parent=hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In .ci/run nothing passes by skipping."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# What the tests of this session counted, by its name.
COUNTED: Counter[str] = Counter()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what tests counted, whichever process they ran in; of a long run say it on the way."""
    for name, value in report.user_properties if report.when == "call" else ():
        if isinstance(value, int):
            COUNTED[name] += value
    if os.environ.get("COUNT_ALOUD") and report.when == "call":
        sys.stdout.write(f"{dict(COUNTED)}\n")
        sys.stdout.flush()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests counted and measured, also when the session was ended early."""
    for name, count in COUNTED.items():
        terminalreporter.write_line(f"{name}: {count:,}")
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if not isinstance(value, int):
                terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The database is there already: a copy of one that was migrated, see below."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> Iterator[None]:
    """
    Give each process of the suite a database of its own, by a suffix to the name.

    The embedded one is a file: in memory, connections lock each other out.
    """
    connection = connections["default"]
    if settings.IS_SQLITE:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        connection.settings_dict["TEST"]["NAME"] = str(settings.VAR_DIR / f"test{worker}.sqlite3")
    target = connection.creation._get_test_db_name()
    databases.fill(target)
    yield
    connection.close()
    databases.erase(target)


@pytest.fixture(scope="session", autouse=True)
def _ledgers_are_emptied(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[None]:
    """
    Between tests, and nowhere else, tables that refuse it are emptied.

    Tests that commit leave it to `flush`, whose statements find the guards put aside.
    """
    operations = connections["default"].ops
    plain = operations.sql_flush

    def sql_flush(style: Any, tables: list[str], **kwargs: Any) -> list[str]:
        aside, back = guards.apart(connections["default"])
        if connections["default"].vendor == "sqlite":
            return [*aside, *plain(style, tables, **kwargs), *back]
        # Of a hundred tables few have rows: TRUNCATE makes a new file of each, twenty times slower.
        emptied = [f"DELETE FROM {operations.quote_name(table)};" for table in tables]
        return [*aside, *emptied, "SET CONSTRAINTS ALL IMMEDIATE;", *back]

    operations.sql_flush = sql_flush
    yield
    operations.sql_flush = plain


@pytest.fixture
def lyon(db: None) -> Store:
    """A French store."""
    return factories.make_store()


@pytest.fixture
def till(lyon: Store) -> Register:
    """The register of the Lyon store."""
    return factories.make_register(lyon)


@pytest.fixture
def nadia(lyon: Store) -> Clerk:
    """A sales clerk in Lyon."""
    return factories.make_clerk(lyon, "Nadia Benali")


@pytest.fixture
def marc(lyon: Store) -> Clerk:
    """The manager in Lyon."""
    return factories.make_clerk(lyon, "Marc Perrin", pin="246801", role=Clerk.Role.MANAGER)


@pytest.fixture
def tablet(lyon: Store, till: Register, nadia: Clerk) -> Tablet:
    """A tablet in Lyon with Nadia signed in."""
    return factories.make_tablet(lyon, nadia)


@pytest.fixture
def counter(client: Client, tablet: Tablet) -> Client:
    """A browser on that tablet."""
    client.cookies[TABLET_COOKIE] = "tablet-secret"
    client.cookies[SIGN_IN_COOKIE] = factories.SIGN_IN
    return client


@pytest.fixture
def recently() -> datetime:
    """Five days ago by the clock that the doors read."""
    return now() - timedelta(days=5)
