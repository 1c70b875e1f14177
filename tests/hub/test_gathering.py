"""What waits goes together: everyone is taken once, with whoever waits, and no one waits for company."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import TypeAlias

import pytest

from pocus_desktop.hub.intake import IntakeResult, Offer
from pocus_desktop.hub.web import gathering
from pocus_desktop.hub.web.gathering import Gathering

Outcome: TypeAlias = IntakeResult | Exception
TakeAll: TypeAlias = Callable[[Sequence[Offer]], Sequence[Outcome]]


def result(offer: Offer) -> IntakeResult:
    return IntakeResult(receipt=offer.data, is_new=True, sitting=None)


def gathered(take_all: TakeAll) -> Gathering[Offer, IntakeResult]:
    return Gathering(take_all, name="test", size_of=lambda offer: len(offer.data))


def test_one_alone_is_taken_at_once() -> None:
    batches: list[Sequence[Offer]] = []

    def take_all(offers: Sequence[Offer]) -> list[Outcome]:
        batches.append(offers)
        return [result(offer) for offer in offers]

    async def ask() -> list[bytes]:
        hub = gathered(take_all)
        return [(await hub.take(Offer(data=data))).receipt for data in (b"one", b"two")]

    assert asyncio.run(ask()) == [b"one", b"two"]
    assert [[offer.data for offer in batch] for batch in batches] == [[b"one"], [b"two"]]


def test_one_thread_takes_who_come_one_after_the_other_and_ends_when_nobody_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers: list[threading.Thread] = []

    def take_all(offers: Sequence[Offer]) -> list[Outcome]:
        workers.append(threading.current_thread())
        return [result(offer) for offer in offers]

    hub = gathered(take_all)

    async def ask() -> None:
        for data in (b"one", b"two", b"three"):
            await hub.take(Offer(data=data))

    monkeypatch.setattr(gathering, "LINGER_S", 30)
    asyncio.run(ask())
    assert len(set(workers)) == 1
    monkeypatch.setattr(gathering, "LINGER_S", 0)
    asyncio.run(ask())
    for worker in workers:
        worker.join(30)
    assert not any(worker.is_alive() for worker in workers)
    asyncio.run(ask())
    assert workers[-1] is not workers[0], "who comes later is taken all the same"


@pytest.mark.parametrize(("together", "room", "batches"), [(3, 99, [3, 2]), (9, 4, [4, 1]), (9, 0, [1] * 5)])
def test_who_comes_meanwhile_goes_together_in_order_as_far_as_there_is_room(
    monkeypatch: pytest.MonkeyPatch, together: int, room: int, batches: list[int]
) -> None:
    monkeypatch.setattr(gathering, "TOGETHER", together)
    monkeypatch.setattr(gathering, "TOGETHER_BYTES", room)
    taken: list[list[bytes]] = []
    go_on, begun = threading.Event(), threading.Event()

    def take_all(offers: Sequence[Offer]) -> list[Outcome]:
        taken.append([offer.data for offer in offers])
        begun.set()
        assert go_on.wait(10)
        return [result(offer) for offer in offers]

    async def ask() -> list[bytes]:
        hub = gathered(take_all)
        asking = [asyncio.create_task(hub.take(Offer(data=b"0")))]
        await asyncio.to_thread(begun.wait, 10)
        asking += [asyncio.create_task(hub.take(Offer(data=b"%d" % number))) for number in range(1, 6)]
        await asyncio.sleep(0)  # all have asked by then
        go_on.set()
        return [(await one).receipt for one in asking]

    assert asyncio.run(ask()) == [b"%d" % number for number in range(6)]
    assert taken[0] == [b"0"]
    assert [len(batch) for batch in taken[1:]] == batches
    assert [data for batch in taken for data in batch] == [b"%d" % number for number in range(6)]


def test_who_comes_in_one_turn_of_the_loop_goes_together() -> None:
    batches: list[int] = []

    def take_all(offers: Sequence[Offer]) -> list[Outcome]:
        batches.append(len(offers))
        return [result(offer) for offer in offers]

    async def ask() -> None:
        hub = gathered(take_all)
        await asyncio.gather(*(hub.take(Offer(data=b"%d" % number)) for number in range(6)))

    asyncio.run(ask())
    assert batches == [6]


def test_a_failure_of_one_is_its_own_and_of_the_batch_is_everyones() -> None:
    def take_all(offers: Sequence[Offer]) -> list[Outcome]:
        if offers[0].data == b"fail":
            raise KeyError("all")
        return [ValueError("odd") if offer.data == b"odd" else result(offer) for offer in offers]

    async def ask() -> None:
        hub = gathered(take_all)
        assert (await hub.take(Offer(data=b"even"))).receipt == b"even"
        with pytest.raises(ValueError, match="odd"):
            await hub.take(Offer(data=b"odd"))
        for _ in range(2):  # and the next one still gets its turn
            with pytest.raises(KeyError):
                await hub.take(Offer(data=b"fail"))

    asyncio.run(ask())


def test_who_gave_up_meanwhile_harms_no_one() -> None:
    go_on, begun = threading.Event(), threading.Event()

    def take_all(offers: Sequence[Offer]) -> list[Outcome]:
        begun.set()
        assert go_on.wait(10)
        return [result(offer) for offer in offers]

    async def ask() -> bytes:
        hub = gathered(take_all)
        given_up = asyncio.create_task(hub.take(Offer(data=b"gone")))
        await asyncio.to_thread(begun.wait, 10)
        given_up.cancel()
        other = asyncio.create_task(hub.take(Offer(data=b"here")))
        await asyncio.sleep(0)
        go_on.set()
        return (await other).receipt

    assert asyncio.run(ask()) == b"here"


def test_many_of_several_loops_each_get_their_own_outcome_and_each_is_taken_once() -> None:
    taken: list[bytes] = []

    def take_all(offers: Sequence[Offer]) -> list[Outcome]:
        taken.extend(offer.data for offer in offers)
        return [result(offer) for offer in offers]

    hub = gathered(take_all)

    async def ask(loop: int) -> None:
        wanted = [b"%d-%d" % (loop, number) for number in range(300)]
        assert [one.receipt for one in await asyncio.gather(*(hub.take(Offer(data=data)) for data in wanted))] == wanted

    threads = [threading.Thread(target=lambda loop=loop: asyncio.run(ask(loop))) for loop in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(b"%d-%d" % (loop, number) for loop in range(3) for number in range(300))
