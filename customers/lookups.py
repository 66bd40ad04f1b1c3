"""A lookup both databases answer from a plain index: the beginning of a folded word."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler


class Prefix(Lookup[str]):
    """
    `word__prefix="mor"` finds "moreau".

    Django's `startswith` cannot use an index on SQLite (its LIKE ignores case), and a range
    cannot on PostgreSQL (its order is the locale's): so each gets its own form. The value must be
    folded by `names.fold`, which leaves only small letters and digits.
    """

    lookup_name = "prefix"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        beyond = f"{self.rhs}\U0010ffff"
        return f"({column} >= %s AND {column} < %s)", (*params, *params, self.rhs, beyond)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s", (*params, f"{self.rhs}%")
