"""The guards of tables that are only added to, put aside for the moment tests empty them."""

from typing import Any

ON_POSTGRESQL = """
SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgname LIKE '%\\_append\\_only' AND NOT tgisinternal
"""
ON_SQLITE = """
SELECT name, sql FROM sqlite_master WHERE type = 'trigger'
AND (name LIKE '%\\_no\\_update' ESCAPE '\\' OR name LIKE '%\\_no\\_delete' ESCAPE '\\')
"""


def apart(connection: Any) -> tuple[list[str], list[str]]:
    """Return the statements that put all guards aside, and those that put them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(ON_POSTGRESQL)
            tables = [name for (name,) in cursor.fetchall()]
            return tuple(
                [f"ALTER TABLE {table} {act} TRIGGER USER;" for table in tables]
                for act in ("DISABLE", "ENABLE")
            )
        cursor.execute(ON_SQLITE)
        guards = cursor.fetchall()
    return [f"DROP TRIGGER {name};" for name, _ in guards], [sql for _, sql in guards]
