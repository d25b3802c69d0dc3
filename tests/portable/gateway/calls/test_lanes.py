"""What runs next."""

from __future__ import annotations

from portable.gateway.calls.lanes import NEVER, Lanes


def lanes(limit: int = 2, max_running: int = 100) -> Lanes:
    return Lanes(lambda key: limit, max_running)


def taken(it: Lanes, now_s: float = 10.0) -> list[tuple[str, int]]:
    """Return all that may run now."""
    found = []
    while one := it.take(now_s):
        found.append(one)
    return found


def test_keys_take_turns_however_many_items_each_has() -> None:
    it = lanes(limit=10)
    for item in range(5):
        it.add("many", item, 0)
    it.add("few", 100, 0)
    it.add("other", 200, 0)

    assert taken(it)[:4] == [("many", 0), ("few", 100), ("other", 200), ("many", 1)]


def test_items_of_a_key_come_in_the_order_of_their_time_then_of_their_coming() -> None:
    it = lanes(limit=10)
    for item, due_s in ((1, 5.0), (2, 3.0), (3, 5.0), (4, 11.0)):
        it.add("a", item, due_s)

    assert [item for _, item in taken(it)] == [2, 1, 3]
    assert it.next_due_s() == 11.0


def test_a_full_key_waits_for_itself_alone() -> None:
    it = lanes(limit=1)
    for item in (1, 2):
        it.add("slow", item, 0)
    it.add("quick", 3, 0)

    assert taken(it) == [("slow", 1), ("quick", 3)]
    assert it.next_due_s() == NEVER
    it.release("slow")
    assert taken(it) == [("slow", 2)]


def test_all_keys_together_have_a_limit() -> None:
    it = lanes(limit=5, max_running=2)
    for item, key in enumerate("abc"):
        it.add(key, item, 0)

    assert len(taken(it)) == 2
    assert it.next_due_s() == NEVER
    it.release("a")
    assert taken(it) == [("c", 2)]


def test_a_key_that_is_held_lets_others_run() -> None:
    it = lanes()
    it.add("gone", 1, 0)
    it.take(0.0)
    it.add("gone", 2, 0)
    it.add("there", 3, 0)
    it.hold("gone", 20.0)
    it.release("gone")

    assert taken(it, 10.0) == [("there", 3)]
    assert it.next_due_s() == 20.0
    assert taken(it, 20.0) == [("gone", 2)]


def test_an_item_taken_out_and_put_in_again_runs_once() -> None:
    it = lanes()
    it.add("a", 1, 5.0)
    assert it.discard(1)
    assert not it.discard(1)
    it.add("a", 1, 7.0)

    assert taken(it) == [("a", 1)]


def test_draining_a_key_takes_what_waits_and_leaves_what_runs() -> None:
    it = lanes(limit=1)
    for item in (1, 2, 3):
        it.add("a", item, 0)
    it.take(0.0)
    it.discard(2)

    assert it.drain("a") == [3]
    assert it.drain("a") == it.drain("never seen") == []
    it.release("a")
    assert it.next_due_s() == NEVER
