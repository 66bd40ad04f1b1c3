"""
Tables that are only added to: the database itself refuses to change or delete a row.

For migrations. On PostgreSQL triggers also refuse TRUNCATE. SQLite drops a table's triggers when a
later migration makes the table anew, which nearly every change of a column does: such a migration
ends with `append_only` again (tests/orders/test_append_only.py finds the one that forgot).
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.migrations import RunPython

FUNCTION = """
CREATE OR REPLACE FUNCTION omnistore_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to: no %', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
ROWS = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION omnistore_refuse_change()
"""
TRUNCATE = """
CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION omnistore_refuse_change()
"""
ON_SQLITE = """
CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is only added to: no {act}'); END
"""
ACTS = ("update", "delete")
BACK = """
CREATE OR REPLACE FUNCTION {table}_refuse_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NOT ({lower}) THEN RETURN NEW; END IF;
    RAISE EXCEPTION '{table} never goes back: no %', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
FORWARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_refuse_back()
"""
FORWARD_ON_SQLITE = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN {lower}
BEGIN SELECT RAISE(ABORT, '{table} never goes back: no update'); END
"""


def append_only(*tables: str) -> RunPython:
    """Return the operation that makes these tables refuse changes; undone, they allow them."""
    return RunPython(_each(tables, guard), _each(tables, unguard), elidable=False)


def forward_only(table: str, *columns: str) -> RunPython:
    """Return the operation that makes the table refuse to delete, and to lower these columns."""

    def run(_apps: Any, schema_editor: Any) -> None:
        guard_forward(schema_editor.connection, table, columns)

    return RunPython(run, _each((table,), unguard), elidable=False)


def guard_forward(connection: Any, table: str, columns: Sequence[str]) -> None:
    """Make the table refuse to go back, on the engine of the connection; safe to call twice."""
    unguard(connection, table)
    lower = " OR ".join(f"NEW.{column} < OLD.{column}" for column in columns)
    on_postgresql = [FUNCTION, BACK, FORWARD, TRUNCATE]
    is_postgresql = connection.vendor == "postgresql"
    parts = on_postgresql if is_postgresql else [FORWARD_ON_SQLITE, ON_SQLITE]
    with connection.cursor() as cursor:
        for statement in parts:
            cursor.execute(statement.format(table=table, lower=lower, act="delete"))


def guard(connection: Any, table: str) -> None:
    """Make the table refuse changes, on the engine of the connection; safe to call twice."""
    unguard(connection, table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for statement in (FUNCTION, ROWS.format(table=table), TRUNCATE.format(table=table)):
                cursor.execute(statement)
        else:
            for act in ACTS:
                cursor.execute(ON_SQLITE.format(table=table, act=act))


def unguard(connection: Any, table: str) -> None:
    """Let the table be changed again; it may not have been guarded."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_never_emptied ON {table}")
        else:
            for act in ACTS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}")


def _each(tables: tuple[str, ...], act: Callable[[Any, str], None]) -> Callable[[Any, Any], None]:
    def run(_apps: Any, schema_editor: Any) -> None:
        for table in tables:
            act(schema_editor.connection, table)

    return run
