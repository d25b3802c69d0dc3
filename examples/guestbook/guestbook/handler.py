"""A guestbook in PostgreSQL: GET reads the newest entries, as JSON or as a page, and POST writes one."""

from collections.abc import Mapping

import entries
import psycopg
from database import Database
from page import page

from platforms import BadRequest

LAST_ID = 2**63 - 1  # PostgreSQL's bigint
database = Database()  # of the process: its connection is kept from one call to the next


def handle(event, context):
    try:
        if event.method == "GET":
            return read(event, context)
        if event.method == "POST":
            return write(event, context)
    except psycopg.OperationalError:
        context.log.exception("the database does not answer")
        return {"error": "the guestbook is closed for the moment"}, 503, {"Retry-After": "5"}
    return {"error": f"{event.method} is not allowed"}, 405, {"Allow": "GET, POST"}


def read(event, context):
    before, limit = whole(event, "before", LAST_ID, most=LAST_ID), whole(event, "limit", 20, most=100)
    found = entries.read(database, context.secret("guestbook-dsn"), before=before, limit=limit)
    # links are seen from this page: what stands before its path, such as /function/guestbook, is the platform's
    older = f"?before={found[-1]['id']}&limit={limit}" if len(found) == limit else None
    if wants_page(event):
        return page(found, older), 200, {"Content-Type": "text/html; charset=utf-8"}
    return {"entries": found, "older": older}


def write(event, context):
    fields = event.json() if "json" in event.headers.get("content-type", "") else event.form()
    if not isinstance(fields, Mapping):
        raise BadRequest("an entry is an object with name and message")
    name, message = text(fields, "name", most=80), text(fields, "message", most=2000)
    entry = entries.write(database, context.secret("guestbook-dsn"), name=name, message=message)
    if wants_page(event):
        return None, 303, {"Location": "?"}
    return entry, 201


def wants_page(event):
    return "text/html" in event.headers.get("accept", "")


def whole(event, name, default, *, most):
    """Return a whole number of the query, from 1 to `most`."""
    value = event.query.get(name, str(default))
    if not (value.isascii() and value.isdecimal() and len(value) < 20 and 1 <= int(value) <= most):
        raise BadRequest(f"{name} is a whole number from 1 to {most}, not {value!r:.40}")
    return int(value)


def text(fields, name, *, most):
    """Return a text of the entry without the space around it; PostgreSQL keeps all but NUL and halves of surrogates."""
    value = fields.get(name)
    value = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(value) <= most or any(one == "\0" or "\ud800" <= one <= "\udfff" for one in value):
        raise BadRequest(f"{name} is a text of 1 to {most} characters")
    return value
