"""One connection to PostgreSQL: opened by the first call, kept for the next, and opened again when it was cut."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

import psycopg
from psycopg.rows import dict_row

# with autocommit every statement is a transaction of its own: calls that share the connection share none
_SETTINGS: dict[str, Any] = {"autocommit": True, "connect_timeout": 5, "fallback_application_name": "guestbook"}


class Database:
    """Runs one statement at a time, for a process that serves several calls at once."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[dict[str, Any]] | None = None
        self._opening = Lock()

    def run(self, dsn: str, statement: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of a statement that may run twice: it does, if the connection was cut under the first.

        A server that was started again, a failover, a firewall that forgets: the kept connection is dead, and only
        its use tells.
        """
        connection = self._open(dsn)
        try:
            return connection.execute(statement, values).fetchall()
        except psycopg.OperationalError:
            if not connection.closed:
                raise  # the server's answer
        return self._open(dsn).execute(statement, values).fetchall()

    def _open(self, dsn: str) -> psycopg.Connection[dict[str, Any]]:
        with self._opening:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(dsn, row_factory=dict_row, **_SETTINGS)
            return self._connection
