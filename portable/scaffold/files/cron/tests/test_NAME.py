from portable.testing import Client

client = Client("$name")


def test_run_is_done(on_every_platform):
    r = client.post("/")

    assert (r.status, r.json()) == (200, {"done": True})
