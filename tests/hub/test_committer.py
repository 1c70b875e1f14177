"""Group commit: everyone is entered once, with whoever waits, and no one waits for company."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from pocus_desktop.hub.records.committer import Committer


def test_one_alone_is_entered_at_once() -> None:
    batches: list[Sequence[int]] = []

    def enter(batch: Sequence[int]) -> list[int]:
        batches.append(batch)
        return [one * 2 for one in batch]

    committer = Committer[int, int](enter)
    assert [committer.submit(1), committer.submit(2)] == [2, 4]
    assert batches == [[1], [2]]


def test_who_comes_meanwhile_goes_together_in_order() -> None:
    batches: list[Sequence[int]] = []
    begun, go_on = threading.Event(), threading.Event()

    def enter(batch: Sequence[int]) -> list[int]:
        batches.append(batch)
        if batch == [0]:
            begun.set()
            assert go_on.wait(10)
        return [-one for one in batch]

    committer = Committer[int, int](enter, most=3)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(committer.submit, 0)
        assert begun.wait(10)
        others = []
        for number in range(1, 6):
            others.append(pool.submit(committer.submit, number))
            while len(committer._queue) < number:
                threading.Event().wait(0.001)
        go_on.set()
        assert first.result(10) == 0
        assert [other.result(10) for other in others] == [-1, -2, -3, -4, -5]
    assert batches == [[0], [1, 2, 3], [4, 5]]


def test_a_failure_of_one_is_its_own_and_of_the_transaction_is_everyones() -> None:
    committer = Committer[int, int](lambda batch: [ValueError("odd") if one % 2 else one for one in batch])
    assert committer.submit(2) == 2
    with pytest.raises(ValueError, match="odd"):
        committer.submit(3)

    def fail(_batch: Sequence[int]) -> list[int]:
        raise KeyboardInterrupt

    stopped = Committer[int, int](fail)
    for _ in range(2):  # and the next one still gets its turn
        with pytest.raises(KeyboardInterrupt):
            stopped.submit(1)


def test_many_threads_each_get_their_own_outcome_and_each_is_entered_once() -> None:
    entered: list[int] = []

    def enter(batch: Sequence[int]) -> list[int]:
        entered.extend(batch)
        return [one + 1000 for one in batch]

    committer = Committer[int, int](enter, most=5)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(committer.submit, range(2000))) == [one + 1000 for one in range(2000)]
    assert sorted(entered) == list(range(2000))
