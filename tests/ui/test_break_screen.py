"""The break's screen: calm, counts down, says what comes next, and when the clock runs again."""

from dataclasses import replace

from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.sitting.intents import EndBreak
from pocus_desktop.sitting.views import BreakView, View
from pocus_desktop.ui.candidate.screens.rest import BreakScreen
from tests.ui.conftest import OpenWindow, host_of, named, settle
from tests.ui.gallery import case_chrome, in_comfort, screens
from tests.ui.test_window import last, press, told

CHROME, REST = screens()["21-break"]
assert isinstance(REST, BreakView)


def shown(window: object) -> BreakScreen:
    """The screen in sight."""
    screen = window.screen_shown  # type: ignore[attr-defined]
    assert isinstance(screen, BreakScreen)
    return screen


def test_it_says_what_comes_next_and_counts_down(open_window: OpenWindow, clock: ManualClock) -> None:
    assert isinstance(REST, BreakView)
    window = open_window(CHROME, replace(REST, at_monotonic_ms=clock.read().monotonic_ms))
    screen = shown(window)
    assert "case 2 of 3, Breathless after surgery" in told(screen)
    assert "7:12" in told(screen)
    clock.advance(ms=12_000)
    screen._refresh()
    assert "7:00" in told(screen)


def test_the_keyboard_leads_on_at_once(open_window: OpenWindow) -> None:
    assert isinstance(REST, BreakView)
    window = open_window(CHROME, REST)
    settle()
    assert named(window, "primary").hasFocus()
    press(window, "primary")
    assert last(window) == EndBreak()


def test_a_whole_break_opens_the_way_on_when_it_is_over(open_window: OpenWindow, clock: ManualClock) -> None:
    assert isinstance(REST, BreakView)
    now = clock.read().monotonic_ms
    window = open_window(CHROME, replace(REST, can_leave=False, left_ms=1_000, at_monotonic_ms=now))
    settle()
    assert not named(window, "primary").isVisible()
    clock.advance(ms=1_000)
    shown(window)._refresh()
    assert named(window, "primary").isVisible()
    assert "The break is over, and the clock runs." in told(shown(window))


def test_a_break_that_is_held_does_not_count(open_window: OpenWindow, clock: ManualClock) -> None:
    assert isinstance(REST, BreakView)
    window = open_window(CHROME, replace(REST, is_counting=False, at_monotonic_ms=clock.read().monotonic_ms))
    clock.advance(ms=60_000)
    assert shown(window).left_ms == REST.left_ms


def test_in_spanish(open_window: OpenWindow) -> None:
    assert isinstance(REST, BreakView)
    window = open_window(CHROME, REST)
    host_of(window).show(View(chrome=in_comfort(case_chrome(), language="es"), screen=REST))
    settle()
    assert "Pausa programada" in told(shown(window))
