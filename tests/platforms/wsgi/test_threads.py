"""The pool runs what it is given, in as few threads as do; the mailbox loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

from platforms.wsgi.threads import Mailbox, Pool


def threads_running(pool: Pool, tasks: int) -> set[str]:
    """Return the names of the threads that `tasks` tasks at the same time run in."""
    together = threading.Barrier(tasks + 1)
    names: set[str] = set()

    def task() -> None:
        names.add(threading.current_thread().name)
        together.wait(10)

    for _ in range(tasks):
        pool.submit(task)
    together.wait(10)
    return names


class TestPool:
    def test_pool_runs_tasks_at_the_same_time_in_threads_of_their_own(self) -> None:
        assert len(threads_running(Pool(3), 3)) == 3

    def test_pool_keeps_its_threads(self) -> None:
        pool = Pool(1)
        names: list[str] = []
        for _ in range(3):
            done = threading.Event()
            pool.submit(lambda: names.append(threading.current_thread().name))
            pool.submit(done.set)
            assert done.wait(10)

        assert len(set(names)) == 1

    def test_pool_of_one_runs_tasks_in_the_order_given(self) -> None:
        pool, done, order = Pool(1), threading.Event(), list[int]()
        for number in range(50):
            pool.submit(lambda number=number: order.append(number))  # type: ignore[misc]
        pool.submit(done.set)

        assert done.wait(10)
        assert order == list(range(50))

    def test_pool_beyond_its_size_waits_for_a_free_thread(self) -> None:
        pool, go_on, third = Pool(2), threading.Event(), threading.Event()
        both = threading.Barrier(3)

        def busy() -> None:
            both.wait(10)
            go_on.wait(10)

        pool.submit(busy)
        pool.submit(busy)
        both.wait(10)
        pool.submit(third.set)
        assert not third.is_set()
        go_on.set()

        assert third.wait(10)

    def test_pool_grows_again_after_it_was_idle(self) -> None:
        pool = Pool(4)
        threads_running(pool, 1)

        assert len(threads_running(pool, 4)) == 4

    def test_pool_threads_do_not_hold_up_the_process(self) -> None:
        seen: list[bool] = []
        done = threading.Event()
        pool = Pool(1)
        pool.submit(lambda: seen.append(threading.current_thread().daemon))
        pool.submit(done.set)

        assert done.wait(10)
        assert seen == [True]


class TestMailbox:
    def test_mailbox_wakes_once_for_all_that_arrived(self) -> None:
        wakes: list[Callable[[], None]] = []
        got: list[int] = []
        mailbox: Mailbox[int] = Mailbox(wakes.append, got.append)
        for number in range(3):
            mailbox.put(number)

        assert (len(wakes), got) == (1, [])
        wakes[0]()
        assert got == [0, 1, 2]

    def test_mailbox_emptied_wakes_again(self) -> None:
        wakes: list[Callable[[], None]] = []
        got: list[int] = []
        mailbox: Mailbox[int] = Mailbox(wakes.append, got.append)
        mailbox.put(1)
        wakes.pop()()
        mailbox.put(2)
        wakes.pop()()

        assert got == [1, 2]

    def test_mailbox_put_while_it_is_emptied_is_delivered_once(self) -> None:
        wakes: list[Callable[[], None]] = []
        got: list[int] = []

        def deliver(number: int) -> None:
            got.append(number)
            if number < 3:
                mailbox.put(number + 1)

        mailbox: Mailbox[int] = Mailbox(wakes.append, deliver)
        mailbox.put(1)
        while wakes:
            wakes.pop()()

        assert got == [1, 2, 3]

    def test_mailbox_failing_delivery_does_not_hold_back_the_others(self) -> None:
        """Each value is another request's answer."""
        wakes: list[Callable[[], None]] = []
        got: list[int] = []

        def deliver(number: int) -> None:
            if number == 1:
                raise RuntimeError("undeliverable")
            got.append(number)

        mailbox: Mailbox[int] = Mailbox(wakes.append, deliver)
        mailbox.put(1)
        mailbox.put(2)
        while wakes:
            try:
                wakes.pop()()
            except RuntimeError:
                continue

        assert got == [2]

    def test_mailbox_of_many_threads_loses_nothing(self) -> None:
        got: list[int] = []
        lock = threading.Lock()

        def wake(empty: Callable[[], None]) -> None:
            with lock:
                empty()

        mailbox: Mailbox[int] = Mailbox(wake, got.append)
        start = threading.Barrier(4)

        def put(first: int) -> None:
            start.wait(10)
            for number in range(first, first + 500):
                mailbox.put(number)

        threads = [threading.Thread(target=put, args=(first,)) for first in (0, 500, 1000, 1500)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert sorted(got) == list(range(2000))
