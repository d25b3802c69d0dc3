"""A real PostgreSQL for the tests: a server of their own, made in a folder that is thrown away.

GUESTBOOK_TEST_DSN names another one, such as a CI's service; its table `entries` is dropped.
"""

import os
from pathlib import Path

import psycopg
import pytest

from . import postgres

SCHEMA = Path(__file__).parents[2] / "schema.sql"


@pytest.fixture(scope="session")
def server():
    """Start the tests' own server."""
    programs = postgres.programs_dir()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine: `apt-get install postgresql`, or set GUESTBOOK_TEST_DSN")
    with postgres.running(programs) as started:
        yield started


@pytest.fixture(scope="session")
def dsn(request):
    """Make the table, and tell the function of the database as its secret."""
    found = os.environ.get("GUESTBOOK_TEST_DSN") or request.getfixturevalue("server").dsn
    with psycopg.connect(found, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS entries")
        connection.execute(SCHEMA.read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUESTBOOK_DSN", found)
        yield found


@pytest.fixture(autouse=True)
def empty(dsn):
    """Begin each test with an empty guestbook."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("TRUNCATE entries RESTART IDENTITY")
