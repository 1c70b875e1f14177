"""What is sealed reaches the hub, and each sitting is told of its own result, whatever ends or fails in between."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pytest

from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.sending import send_waiting
from pocus_desktop.app.station import OpenSitting, Station
from pocus_desktop.app.workshop import HUB_URL, Workshop
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.intents import Intent
from pocus_desktop.sitting.views import CaseView, HandedInView, ReviewView, View
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.backoff import LONGEST_MS
from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.errors import HubRefusedError, NoConnectionError, SyncError
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.outbox import RECEIPT_SUFFIX
from pocus_desktop.sync.transport import Transport

PATIENCE_S = 20


class Gate:
    """The way to the hub, with a gate before it: each delivery is let through, or refused, when the test says so."""

    def __init__(self, way: Transport) -> None:
        self._way = way
        self.arrived: SimpleQueue[str] = SimpleQueue()
        self.verdicts: SimpleQueue[SyncError | None] = SimpleQueue()

    @property
    def name(self) -> str:
        """What logs call it."""
        return "gate"

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        """Wait for the verdict, then deliver."""
        self.arrived.put(digest)
        refusal = self.verdicts.get(timeout=PATIENCE_S)
        if refusal is not None:
            raise refusal
        return self._way.deliver(envelope, digest)

    def close(self) -> None:
        """Close the way."""
        self._way.close()


@pytest.fixture
def workshop(source: Path, tmp_path: Path) -> Iterator[Workshop]:
    samples = (0.2 * np.sin(np.arange(3 * 48_000) / 20)).astype(np.float32)
    (source / "media" / "arrival.ogg").write_bytes(encode_clip(samples=samples).data)
    made = Workshop.open(tmp_path, source=source, recipe=Recipe(mode="open"), clock=SystemClock())
    yield made
    made.close()


@pytest.fixture
def station(workshop: Workshop) -> Iterator[Station]:
    made = workshop.station()
    yield made
    made.close()


def _gated(workshop: Workshop) -> tuple[Station, Gate]:
    gate = Gate(HttpsTransport(HUB_URL, transport=InProcessTransport(create_app(workshop.hub))))
    station = Station(
        workshop.home,
        keys=workshop.station_keys,
        trusting=Trusting.by_hand(workshop.enrolment),
        transport=gate,
        clock=workshop.clock,
    )
    return station, gate


def _open(
    workshop: Workshop, station: Station, candidate: str = "C-1", mode: Mode = Mode.PRACTICE
) -> tuple[OpenSitting, str]:
    admission = workshop.admission(candidate=Candidate(id=candidate, display_name="Alex"), mode=mode)
    admission_id = station.admit(admission)
    return station.open(candidate_id=candidate, admission_id=admission_id, language="en"), admission_id


def _until(opened: OpenSitting, reached: Callable[[View], bool]) -> View:
    views: SimpleQueue[View] = SimpleQueue()
    opened.on_view(views.put)
    view = opened.view()
    while not reached(view):
        view = views.get(timeout=PATIENCE_S)
    return view


def _hand_in(opened: OpenSitting) -> None:
    """From the first screen to the hand-in, by the shortest way; each screen says what comes next."""
    given: set[str] = set()

    def is_over(view: View) -> bool:
        kind = type(view.screen).__name__ + getattr(view.screen, "step", "")
        if isinstance(view.screen, HandedInView):
            return True
        if kind not in given:
            given.add(kind)
            opened.handle(_NEXT[type(view.screen).__name__])
        return False

    _until(opened, is_over)


_NEXT: dict[str, Intent] = {
    "IdentityView": intents.ConfirmIdentity(),
    "SystemCheckView": intents.PassSystemCheck(),
    "AgreementView": intents.AcceptAgreement(version="1"),
    "ComfortView": intents.FinishComfort(),
    "TutorialView": intents.FinishTutorial(),
    "ReadyView": intents.StartCase(),
    CaseView.__name__: intents.GoNext(is_confirmed=True),
    ReviewView.__name__: intents.HandIn(is_confirmed=True),
}


def _delivery(view: View) -> str:
    return view.screen.delivery if isinstance(view.screen, HandedInView) else ""


def _journal_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "journal"}


def test_closing_the_station_ends_a_sitting_under_way(workshop: Workshop) -> None:
    before = _journal_threads()
    station = workshop.station()
    _open(workshop, station)
    assert _journal_threads() - before, "the sitting writes on a thread"
    station.close()
    assert not _journal_threads() - before, "a thread that is left would keep the program from ending"


def test_a_sitting_that_was_left_is_not_kept(workshop: Workshop, station: Station) -> None:
    opened, _ = _open(workshop, station)
    _hand_in(opened)
    _until(opened, lambda view: _delivery(view) == "received")
    opened.close()
    held = weakref.ref(opened.sitting)
    del opened
    gc.collect()
    assert held() is None, "the next candidate's program must not hold the last one's answers"


def test_two_candidates_after_each_other_each_get_their_own_receipt(workshop: Workshop, station: Station) -> None:
    receipts = []
    for candidate in ("C-1", "C-2"):
        opened, _ = _open(workshop, station, candidate)
        _hand_in(opened)
        view = _until(opened, lambda view: _delivery(view) == "received")
        assert isinstance(view.screen, HandedInView)
        receipts.append((view.screen.sealed_digest, view.screen.receipt_qr))
        opened.close()
    assert len(set(receipts)) == 2
    assert len({qr for _, qr in receipts}) == 2
    assert len(workshop.hub.standings()) == 2


def test_a_sitting_closed_during_the_delivery_is_delivered_all_the_same(workshop: Workshop) -> None:
    station, gate = _gated(workshop)
    opened, admission_id = _open(workshop, station)
    _hand_in(opened)
    gate.arrived.get(timeout=PATIENCE_S)
    opened.close()
    gate.verdicts.put(None)
    station.close()
    assert len(workshop.hub.standings()) == 1
    again = workshop.station()
    shown = again.open(candidate_id="C-1", admission_id=admission_id, language="en")
    assert _delivery(_until(shown, lambda view: _delivery(view) == "received"))
    again.close()


def test_a_result_that_never_came_into_the_outbox_is_sent_by_the_next_start(workshop: Workshop) -> None:
    station, gate = _gated(workshop)
    opened, _ = _open(workshop, station)
    _hand_in(opened)
    digest = gate.arrived.get(timeout=PATIENCE_S)
    gate.verdicts.put(HubRefusedError(reason="test"))
    station.close()
    for path in workshop.home.outbox.iterdir():  # as after a crash just before it was put there
        path.unlink()
    again, gate = _gated(workshop)
    assert gate.arrived.get(timeout=PATIENCE_S) == digest
    gate.verdicts.put(None)
    again.close()
    assert [standing.digest for standing in workshop.hub.standings()] == [digest]


def test_a_result_damaged_in_the_outbox_is_taken_again_from_its_sitting_at_the_next_sign_in(workshop: Workshop) -> None:
    station, gate = _gated(workshop)
    opened, _ = _open(workshop, station)
    _hand_in(opened)
    digest = gate.arrived.get(timeout=PATIENCE_S)
    gate.verdicts.put(NoConnectionError(reason="test"))
    _until(opened, lambda view: _delivery(view) == "waiting")
    opened.close()
    (workshop.home.outbox / digest).write_bytes(b"")
    station.outbox.run_once(workshop.clock.read().wall_ms + LONGEST_MS)
    assert [row.status for row in station.outbox.rows()] == [Status.QUARANTINED]
    station.choices("en")
    assert gate.arrived.get(timeout=PATIENCE_S) == digest
    gate.verdicts.put(None)
    station.close()
    assert [standing.digest for standing in workshop.hub.standings()] == [digest]


def test_a_result_that_the_hub_refused_says_so_at_the_next_start(workshop: Workshop) -> None:
    station, gate = _gated(workshop)
    opened, admission_id = _open(workshop, station)
    _hand_in(opened)
    gate.arrived.get(timeout=PATIENCE_S)
    gate.verdicts.put(HubRefusedError(reason="test"))
    _until(opened, lambda view: _delivery(view) == "refused")
    station.close()
    again = workshop.station()
    shown = again.open(candidate_id="C-1", admission_id=admission_id, language="en")
    assert _delivery(_until(shown, lambda view: _delivery(view) != "sending")) == "refused"
    again.close()


def test_a_receipt_damaged_on_the_disk_is_not_believed_and_stops_nothing(workshop: Workshop) -> None:
    station = workshop.station()
    opened, admission_id = _open(workshop, station)
    _hand_in(opened)
    _until(opened, lambda view: _delivery(view) == "received")
    station.close()
    [receipt] = workshop.home.outbox.glob(f"*{RECEIPT_SUFFIX}")
    receipt.write_bytes(receipt.read_bytes()[:-40])
    again = workshop.station()
    shown = again.open(candidate_id="C-1", admission_id=admission_id, language="en")
    assert _delivery(shown.view()) == "waiting"
    again.close()


def test_a_late_receipt_for_an_earlier_result_does_not_count_for_the_one_with_the_survey(workshop: Workshop) -> None:
    station, gate = _gated(workshop)
    opened, _ = _open(workshop, station, mode=Mode.TRIAL)
    _hand_in(opened)
    first = gate.arrived.get(timeout=PATIENCE_S)
    opened.handle(intents.GoNext())
    opened.handle(intents.AnswerSurvey(answers=(("clear", "4"),)))
    _until(opened, lambda _view: opened.sitting.sealed is not None and opened.sitting.sealed.sealed_digest != first)
    gate.verdicts.put(None)
    second = gate.arrived.get(timeout=PATIENCE_S)  # the first attempt was told by now
    assert second != first
    delivery = opened.sitting.sealed
    assert delivery is not None
    assert (delivery.state, delivery.receipt) == ("sending", None)
    gate.verdicts.put(None)
    station.close()
    assert {standing.digest for standing in workshop.hub.standings()} >= {second}


def test_the_link_is_told_as_deliveries_fare(workshop: Workshop) -> None:
    station, gate = _gated(workshop)
    opened, _ = _open(workshop, station)
    assert station.link() == "none", "nothing was tried yet"
    _hand_in(opened)
    digest = gate.arrived.get(timeout=PATIENCE_S)
    gate.verdicts.put(NoConnectionError(reason="test"))
    _until(opened, lambda view: _delivery(view) == "waiting")
    assert station.link() == "offline"
    gate.verdicts.put(None)
    station.outbox.retry(digest, now_ms=workshop.clock.read().wall_ms)
    station.outbox.run_once(workshop.clock.read().wall_ms)
    _until(opened, lambda view: _delivery(view) == "received" or station.link() == "online")
    assert station.link() == "online"
    station.close()
    again = workshop.station()
    assert again.link() == "none", "what was received before this start says nothing of now"
    again.close()


def test_without_an_address_there_is_no_link_to_tell_of(workshop: Workshop) -> None:
    station = Station(
        workshop.home,
        keys=workshop.station_keys,
        trusting=Trusting.by_hand(replace(workshop.enrolment, hub_url="")),
        transport=HttpsTransport(HUB_URL, transport=InProcessTransport(create_app(workshop.hub))),
        clock=workshop.clock,
    )
    opened, _ = _open(workshop, station)
    _hand_in(opened)
    _until(opened, lambda view: _delivery(view) == "received")
    assert station.link() == "none"
    station.close()


def test_a_result_that_was_forgotten_is_not_taken_in_again_at_the_next_sign_in(
    workshop: Workshop, station: Station
) -> None:
    opened, _ = _open(workshop, station)
    _hand_in(opened)
    _until(opened, lambda view: _delivery(view) == "received")
    opened.close()
    [row] = station.outbox.rows()
    station.outbox.forget(row.digest)
    station.choices("en")
    assert station.outbox.rows() == ()
    (workshop.home.outbox / f"{row.digest}.forgotten").write_bytes(b"{}")
    station.choices("en")
    assert [found.digest for found in station.outbox.rows()] == [row.digest], "without a receipt it goes again"


def test_what_waits_is_sent_without_a_window(workshop: Workshop) -> None:
    station, gate = _gated(workshop)
    opened, _ = _open(workshop, station)
    _hand_in(opened)
    gate.arrived.get(timeout=PATIENCE_S)
    gate.verdicts.put(NoConnectionError(reason="test"))
    _until(opened, lambda view: _delivery(view) == "waiting")
    opened.close()
    for _ in range(3):  # whatever is tried until the station is closed
        gate.verdicts.put(NoConnectionError(reason="test"))
    told = send_waiting(station, wait_s=0)
    assert [row.status is Status.DONE for row in told] == [False], "nobody is told of a receipt that is not here"
    station.close()
    again = workshop.station()
    rows = send_waiting(again, wait_s=PATIENCE_S)
    assert [row.status for row in rows] == [Status.DONE]
    again.close()
    assert len(workshop.hub.standings()) == 1
