"""A whole station beside a whole console: a live sitting that the proctor lets begin, pauses and sees handed in."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.proctor_order import Act, AddTime, Authorise, LowerHand, Message, Pause, Resume
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.settings import Home
from pocus_desktop.proctoring.documents import SittingReport
from pocus_desktop.proctoring.hosting import OpenConsole, open_console
from pocus_desktop.proctoring.pairing import pair, save_rooms
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.views import CaseView, HandedInView, IdentityView, PausedView, ReviewView
from tests.app.test_station import CODE, World, _at, _until, world
from tests.proctoring.school_room import CENTRE, HOLDER, grant_of

__all__ = ["world"]


class Proctor:
    """Someone at the console."""

    def __init__(self, console: OpenConsole) -> None:
        self.console = console
        self._changed = threading.Condition()
        console.room.on_effects(self._heard)

    def _heard(self, _effects: object) -> None:
        with self._changed:
            self._changed.notify_all()

    def until(self, what: Callable[[SittingReport], object]) -> SittingReport:
        """The sitting as it is told, once that is so."""

        def seen() -> SittingReport | None:
            for station in self.console.room.state.stations.values():
                if station.report is not None and station.report.sitting is not None:
                    return station.report.sitting if what(station.report.sitting) else None
            return None

        with self._changed:
            found = self._changed.wait_for(seen, timeout=30)
        assert found is not None
        return found

    def orders(self, act: Act, reason: str = "") -> None:
        """Order something, and see it done."""
        order_id = self.console.room.order("Desk 1", act, who="P. Roe", reason=reason)
        with self._changed:
            assert self._changed.wait_for(
                lambda: self.console.room.state.orders[order_id].course in {"obeyed", "refused"}, timeout=30
            )
        done = self.console.room.state.orders[order_id]
        assert (done.course, done.reason) == ("obeyed", "")


def test_a_live_sitting_from_authorise_to_receipt(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCUS_ROOM_INTERFACES", "-")
    workshop = world.workshop
    academy = workshop.academy.signing
    grant = grant_of(workshop.station_keys, "Desk 1", hub=academy)
    workshop.home.grant.write_bytes(grant)
    plain = workshop.admission(
        candidate=Candidate(id="C-1001", display_name="Alex Moreno"), mode=Mode.LIVE, start_code=CODE
    )
    admitted = admissions.verify(plain, [academy.public]).admission
    of_centre = admitted.model_copy(update={"centre": CENTRE.sealing})
    admission_id = world.station.admit(admissions.issue(of_centre, [academy]))
    with open_console(
        Home(folder=tmp_path / "centre"),
        holder=replace(HOLDER, hubs=(academy.public,)),
        key=SigningKey.generate(),
        clock=SystemClock(),
        host="127.0.0.1",
        port=0,
        interfaces=(),
    ) as console:
        proctor = Proctor(console)
        now_ms = SystemClock().read().wall_ms
        save_rooms(workshop.home.paired_rooms, [pair(str(console.addresses[0]), centre=CENTRE, now_ms=now_ms)])
        opened: Any = world.station.open(candidate_id="C-1001", admission_id=admission_id, language="en")

        assert proctor.until(lambda told: told.needs_word == "begin").candidate_name == "Alex Moreno"
        proctor.orders(Authorise())
        _until(opened, lambda view: isinstance(view.screen, IdentityView) and view.screen.is_authorised)
        for intent in (
            intents.ConfirmIdentity(),  # with no code
            intents.PassSystemCheck(),
            intents.AcceptAgreement(version="1"),
            intents.FinishComfort(),
            intents.FinishTutorial(),
            intents.StartCase(),
        ):
            opened.handle(intent)
        _at(opened, CaseView, "arrival")
        before = proctor.until(lambda told: told.stage == "case" and told.is_running)

        opened.handle(intents.CallProctor(note="No sound"))
        assert proctor.until(lambda told: told.is_hand_raised).hand_note == "No sound"
        console.room.answer_hand("Desk 1", who="P. Roe")
        proctor.orders(LowerHand(text="On my way"))
        proctor.orders(AddTime(extra_ms=600_000), "The sound was gone")
        granted = proctor.until(lambda told: not told.is_hand_raised and told.times[-1].granted_ms == 600_000)
        assert granted.times[-1].limit_ms == before.times[-1].limit_ms + 600_000
        proctor.orders(Message(text="Please go on"))
        proctor.orders(Pause(), "Fire drill")
        _until(opened, lambda view: isinstance(view.screen, PausedView) and view.screen.by == "P. Roe")
        assert proctor.until(lambda told: told.pause is not None).is_running is False
        proctor.orders(Resume())

        opened.handle(intents.GoNext(is_confirmed=True))
        _at(opened, CaseView, "decision")
        opened.handle(intents.GoNext(is_confirmed=True))
        _at(opened, ReviewView)
        opened.handle(intents.HandIn(is_confirmed=True))
        _at(opened, HandedInView)
        told = proctor.until(lambda told: told.delivery == "received")
        assert (told.stage, told.result == opened.sitting.sealed.sealed_digest) == ("handed-in", True)
        assert [came.kind for came in told.orders] == [
            "authorise",
            "lower-hand",
            "add-time",
            "message",
            "pause",
            "resume",
        ]
        opened.close()
        world.station.close()
    hub = workshop.hub
    [standing] = hub.standings()
    assert hub.report(standing.sitting) is not None
