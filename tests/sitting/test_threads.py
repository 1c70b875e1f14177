"""The writer's thread: a slow disk costs no one time, views come in order, and closing leaves nothing behind."""

import threading
from collections.abc import Callable

from pocus_desktop.sitting import intents, views
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.views import View
from pocus_desktop.sitting.writer import InlineWriter, ThreadWriter
from tests.sitting.world import World, choice, number, to_femoral

LONG_S = 20


def threaded(world: World, hook: Callable[[str], None] | None = None) -> Sitting:
    """A sitting at the timed phase, written by a thread of its own."""
    to_femoral(world.begin()).close()
    sitting = Sitting.resume(
        world.folder / "sitting",
        material=world.material(),
        station=world.station,
        clock=world.clock,
        writer=ThreadWriter(),
        hook=hook,
    )
    world.sittings.append(sitting)
    return sitting


def wait_for(sitting: Sitting, holds: Callable[[View], bool]) -> View:
    """The first view that fits."""
    found: list[View] = []
    there = threading.Event()

    def look(view: View) -> None:
        if not found and holds(view):
            found.append(view)
            there.set()

    sitting.on_view(look)
    look(sitting.view())
    assert there.wait(LONG_S)
    return found[0]


def test_a_slow_disk_costs_no_one_time(world: World) -> None:
    may_write, is_writing = threading.Event(), threading.Event()
    may_write.set()

    def slow(moment: str) -> None:
        if moment == "before-append":
            is_writing.set()
            may_write.wait(LONG_S)

    sitting = threaded(world, slow)
    wait_for(sitting, lambda view: view.chrome.saved == "saved")
    may_write.clear()
    is_writing.clear()
    world.clock.advance(ms=59_000)
    sitting.handle(intents.Flag(item="diameter", is_flagged=True))
    assert is_writing.wait(LONG_S)
    sitting.handle(intents.Answer(item="compressible", response=choice("no")))
    world.clock.advance(ms=60_000)
    sitting.tick()
    sitting.handle(intents.Answer(item="diameter", response=number("11", "mm")))
    assert sitting.view().chrome.saved == "saving"
    assert "compressible" not in sitting.state.responses
    may_write.set()
    wait_for(sitting, lambda view: view.chrome.saved == "saved")
    assert sitting.state.responses["compressible"] == choice("no")
    assert "diameter" not in sitting.state.responses
    assert sitting.state.place.step == "plan"


def test_views_come_in_the_order_of_the_deeds(world: World) -> None:
    sitting = threaded(world)
    seen: list[str] = []

    def look(view: View) -> None:
        if isinstance(view.screen, views.CaseView):
            (answer,) = [item.response for item in view.screen.items if item.item.id == "diameter"]
            seen.append(getattr(answer, "text", ""))

    sitting.on_view(look)
    for count in range(50):
        sitting.handle(intents.Answer(item="diameter", response=number(str(count))))
    sitting.close()
    assert [text for text in seen if text] == [str(count) for count in range(50)]


def test_a_callback_may_answer_at_once(world: World) -> None:
    sitting = threaded(world)
    done = threading.Event()

    def answer_back(view: View) -> None:
        if view.chrome.is_hand_raised:
            done.set()
        elif isinstance(view.screen, views.CaseView) and view.screen.items[1].is_flagged:
            sitting.handle(intents.CallProctor())

    sitting.on_view(answer_back)
    sitting.handle(intents.Flag(item="diameter", is_flagged=True))
    assert done.wait(LONG_S)


def test_closing_finishes_what_was_asked_and_ends_the_thread(world: World) -> None:
    sitting = threaded(world)
    for count in range(30):
        sitting.handle(intents.Answer(item="diameter", response=number(str(count))))
    sitting.close()
    sitting.close()
    sitting.handle(intents.Answer(item="diameter", response=number("too late")))
    sitting.tick()
    assert [thread for thread in threading.enumerate() if thread.name == "journal"] == []
    assert world.again().state.responses["diameter"] == number("29")


def test_inline_work_that_makes_work_waits_its_turn() -> None:
    writer, seen = InlineWriter(), list[str]()

    def outer() -> None:
        writer.submit(lambda: seen.append("inner"))
        seen.append("outer")

    writer.submit(outer)
    writer.close()
    assert seen == ["outer", "inner"]


def test_a_fault_of_the_program_is_told_and_the_sitting_stays_whole(world: World) -> None:
    def faulty(moment: str) -> None:
        if moment == "before-append" and is_faulty.is_set():
            raise ZeroDivisionError

    is_faulty = threading.Event()
    sitting = threaded(world, faulty)
    wait_for(sitting, lambda view: view.chrome.saved == "saved")
    is_faulty.set()
    sitting.handle(intents.Answer(item="diameter", response=number("11")))
    view = wait_for(sitting, lambda view: isinstance(view.screen, views.StoppedView))
    assert isinstance(view.screen, views.StoppedView)
    assert (view.screen.code, "ZeroDivisionError" in view.screen.told.what) == ("kernel.unexpected", True)
    is_faulty.clear()
    sitting.handle(intents.Answer(item="diameter", response=number("12")))
    wait_for(sitting, lambda view: isinstance(view.screen, views.CaseView) and view.chrome.saved == "saved")
    assert sitting.state.responses["diameter"] == number("12")
