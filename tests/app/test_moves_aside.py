"""Sticks are read beside the window, and what a person asks for is done in its turn."""

import threading
from collections.abc import Sequence

import pytest

from pocus_desktop.app.moves_aside import MovesAside
from pocus_desktop.sitting.moving.errors import NoStickError
from pocus_desktop.ui.candidate.desk import MoveOffer

OFFER = MoveOffer(sitting="sit_1", title="Sore leg", candidate_id="C-1001")


class SlowDesk:
    """A stick that answers when it is let."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.lies: tuple[MoveOffer, ...] = (OFFER,)
        self.threads: list[threading.Thread] = []
        self.problem: Exception | None = None

    def offers(self, language: str) -> Sequence[MoveOffer]:
        del language
        self.threads.append(threading.current_thread())
        assert self.answers.wait(20)
        if self.problem is not None:
            raise self.problem
        return self.lies

    def take_in(self, offer: MoveOffer) -> None:
        self.lies = tuple(other for other in self.lies if other != offer)

    def pack_out(self, admission_id: str) -> None:
        del admission_id
        raise NoStickError


def test_a_stick_that_does_not_answer_holds_up_nobody() -> None:
    slow = SlowDesk()
    desk = MovesAside(slow)
    assert [desk.offers("en") for _ in range(3)] == [(), (), ()]
    slow.answers.set()
    desk.close()
    assert desk.offers("en") == (OFFER,)
    desk.close()
    assert len(slow.threads) == 2, "one look at a time"
    assert threading.main_thread() not in slow.threads


def test_what_was_taken_in_is_not_offered_again_and_refusals_are_told() -> None:
    slow = SlowDesk()
    slow.answers.set()
    desk = MovesAside(slow)
    desk.offers("en")
    desk.close()
    desk.take_in(OFFER)
    assert desk.offers("en") == ()
    with pytest.raises(NoStickError):
        desk.pack_out("adm_1")
    desk.close()


@pytest.mark.parametrize("problem", [NoStickError(), RuntimeError("a mistake")])
def test_a_look_that_fails_is_followed_by_another(problem: Exception) -> None:
    slow = SlowDesk()
    slow.answers.set()
    slow.problem = problem
    desk = MovesAside(slow)
    desk.offers("en")
    desk.close()
    slow.problem = None
    assert desk.offers("en") == ()
    desk.close()
    assert desk.offers("en") == (OFFER,)
    desk.close()
