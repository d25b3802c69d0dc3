from portable.testing import Client

client = Client("$name")


def test_get_greets(on_every_platform):
    r = client.get("/?name=Ada")

    assert (r.status, r.json()) == (200, {"hello": "Ada"})


def test_post_adds_up(on_every_platform):
    r = client.post("/sum", json={"numbers": [1, 2, 3]})

    assert (r.status, r.json()) == (200, {"sum": 6})


def test_no_json_is_refused(on_every_platform):
    assert client.post("/sum", content="{").status == 400
