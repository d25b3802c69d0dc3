"""Test the guestbook on a real PostgreSQL and on every platform."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from portable.testing import Client

ROBERT = "Robert'); DROP TABLE entries;--"

client = Client("guestbook")


def write(name="Ada", message="I was here"):
    return client.post("/", json={"name": name, "message": message})


def test_an_entry_is_read_again(on_every_platform):
    written = write()
    (entry,) = client.get("/").json()["entries"]

    assert written.status == 201
    assert written.json() == entry
    assert (entry["id"], entry["name"], entry["message"]) == (1, "Ada", "I was here")


@pytest.mark.parametrize(
    "text", [ROBERT, "%(name)s %s %%", "naïve 漢字 🎉 ‮", "a\tb\r\nc", "\\x00", "<script>alert(1)</script>"]
)
def test_a_text_is_kept_as_it_is(text, on_every_platform):
    write(name=text, message=text)
    (entry,) = client.get("/").json()["entries"]

    assert (entry["name"], entry["message"]) == (text, text)


def test_entries_come_newest_first_and_page_by_page(on_every_platform):
    for number in range(1, 6):
        write(message=str(number))
    first = client.get("/", params={"limit": "2"}).json()
    second = client.get("/" + first["older"]).json()
    last = client.get("/" + second["older"]).json()

    assert [entry["message"] for page in (first, second, last) for entry in page["entries"]] == list("54321")
    assert last["older"] is None


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "101"}, {"limit": "1; DROP TABLE entries"}, {"before": "x"}, {"before": str(2**63)}],
)
def test_a_page_that_there_is_not_is_a_400(query, on_every_platform):
    r = client.get("/", params=query)

    assert r.status == 400
    assert next(iter(query)) in r.json()["error"]


@pytest.mark.parametrize(
    "entry",
    [
        {"message": "no name"},
        {"name": " ", "message": "blank"},
        {"name": "Ada", "message": 7},
        {"name": "Ada", "message": "x" * 2001},
        {"name": "Ada", "message": "a\0b"},  # PostgreSQL's text holds no NUL
        {"name": "Ada", "message": "\ud800"},
        ["Ada", "a list"],
    ],
)
def test_what_is_no_entry_is_a_400_and_not_kept(entry):
    assert client.post("/", json=entry).status == 400
    assert client.get("/").json()["entries"] == []


def test_a_form_leads_back_to_the_page(on_every_platform):
    html = {"Accept": "text/html"}
    written = client.post("/", data={"name": "Ada & <b>Bob</b>", "message": "from a form"}, headers=html)
    page = client.get("/", headers=html)

    assert (written.status, written.headers["location"]) == (303, "?")
    assert page.headers["content-type"].startswith("text/html")
    assert "<h2>Ada &amp; &lt;b&gt;Bob&lt;/b&gt;</h2>" in page.text


def test_calls_at_once_are_all_kept():
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda number: write(message=str(number)), range(40)))

    assert {reply.status for reply in replies} == {201}
    assert {entry["message"] for entry in client.get("/", params={"limit": "100"}).json()["entries"]} == set(
        map(str, range(40))
    )


def test_a_process_keeps_one_connection_and_opens_another_when_it_was_cut(dsn, on_every_platform):
    write()
    before = connections(dsn)
    write()
    kept = connections(dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid, 5000) FROM (VALUES (%s::int)) AS cut (pid)", kept)
    after_the_cut = write()

    assert before == kept
    assert len(kept) == 1
    assert after_the_cut.status == 201
    assert len(client.get("/").json()["entries"]) == 3


def test_a_database_that_is_down_is_a_503_until_it_is_up(dsn, server):
    write()
    server.stop()
    try:
        down = client.get("/")
    finally:
        server.start()

    assert (down.status, down.headers["retry-after"]) == (503, "5")
    assert len(client.get("/").json()["entries"]) == 1


def connections(dsn):
    """Return the server's processes for the function's connections."""
    functions = "SELECT pid FROM pg_stat_activity WHERE application_name = 'guestbook'"
    with psycopg.connect(dsn) as connection:
        return [pid for (pid,) in connection.execute(functions)]
