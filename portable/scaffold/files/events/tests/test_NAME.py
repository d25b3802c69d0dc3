from portable.testing import Client

client = Client("$name")
ORDER = {"ce-specversion": "1.0", "ce-id": "1", "ce-type": "order.placed", "ce-source": "/shop"}


def test_event_is_taken(on_every_platform):
    r = client.post("/", json={"item": "lamp"}, headers=ORDER)

    assert (r.status, r.json()) == (200, {"taken": "order.placed", "data": {"item": "lamp"}})


def test_request_that_is_no_event_is_refused(on_every_platform):
    assert client.post("/", json={"item": "lamp"}).status == 400
