"""From the hub's secret to another station, by codes alone: the centre's device, the book, the stick, the academy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.room_code import Purpose
from pocus_desktop.app.moving import Moving
from pocus_desktop.app.station import OpenSitting
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.proctoring.code_book import page
from pocus_desktop.proctoring.code_desk import CodeDesk, ToldBeforeError
from pocus_desktop.sitting import intents
from pocus_desktop.sitting.events import CodeUsed
from pocus_desktop.sitting.moving.errors import NoStickError, SeveralSticksError
from pocus_desktop.sitting.moving.move_stick import FOLDER
from pocus_desktop.sitting.views import CaseView, IdentityView, PausedView, SystemCheckView
from pocus_desktop.ui.candidate.desk import RoomCode
from tests.conftest import small_source
from tests.e2e.academy import CANDIDATE, RIGHT, answer, at, delivered, hand_in, told
from tests.e2e.centre import CENTRE, Centre


@pytest.fixture
def centre(sound: bytes, tmp_path: Path) -> Iterator[Centre]:
    source = small_source(tmp_path / "source" / "sore-leg")
    (source / "media" / "arrival.ogg").write_bytes(sound)
    made = Centre.found(tmp_path / "centre", source=source, clock=ManualClock())
    yield made
    made.close()


def desk(centre: Centre) -> CodeDesk:
    """The centre's device."""
    return CodeDesk(centre.home(CENTRE), centre.keys[CENTRE], centre.trusting().hubs)


def digits(opened: OpenSitting, purpose: Purpose, minutes: int = 0) -> str:
    """What the candidate reads off the screen."""
    (found,) = (one for one in opened.view().challenges if (one.purpose, one.minutes) == (purpose, minutes))
    return found.shown


def tell(centre: Centre, shown: str) -> str:
    """What the proctor reads off the device."""
    device = desk(centre)
    return device.tell(device.find(CANDIDATE), shown, who="Pat Lee", now_ms=centre.now_ms).code


def give(centre: Centre, opened: OpenSitting, purpose: Purpose, minutes: int = 0) -> None:
    code = tell(centre, digits(opened, purpose, minutes))
    opened.handle(intents.UseCode(purpose=purpose, minutes=minutes, code=code))


def test_a_sitting_from_the_sign_in_to_another_station_by_codes_alone(centre: Centre) -> None:
    admitted = centre.admit(mode=Mode.LIVE)
    first = centre.station("desk-1")
    [choice] = first.choices("en")
    assert choice.challenge is not None
    by_code = RoomCode(code=tell(centre, choice.challenge.shown))
    opened = first.open(candidate_id=CANDIDATE, admission_id=admitted.admission_id, language="en", room_code=by_code)
    at(opened, IdentityView)
    give(centre, opened, "start")
    at(opened, SystemCheckView)
    for intent in (
        intents.PassSystemCheck(),
        intents.AcceptAgreement(version="1"),
        intents.FinishComfort(),
        intents.FinishTutorial(),
        intents.StartCase(),
    ):
        opened.handle(intent)
    at(opened, CaseView)
    answer(opened, RIGHT)
    give(centre, opened, "move")
    screen = at(opened, PausedView).screen
    assert isinstance(screen, PausedView)
    assert screen.is_to_move
    opened.close()

    nowhere = Moving(centre.arrival("desk-1"), lambda: iter(()))
    with pytest.raises(NoStickError) as problem:
        nowhere.pack_out(admitted.admission_id)
    told(problem.value, "move.no_stick")
    (centre.stick / FOLDER).mkdir()
    Moving(centre.arrival("desk-1"), lambda: iter([centre.stick])).pack_out(admitted.admission_id)
    with pytest.raises(PocusError) as gone:
        centre.open("desk-1", admitted)
    assert gone.value.code == "sitting.moved_away"
    centre.permit()
    centre.move_in("desk-2")

    again = centre.open("desk-2", admitted)
    at(again, CaseView)  # the pause for the move is over
    assert again.view().challenges[0].number == 3
    book = page(desk(centre).find(CANDIDATE), desk(centre).secret(desk(centre).find(CANDIDATE)), numbers=3)
    entry = next(one for one in book.rows[2] if (one.challenge.purpose, one.challenge.minutes) == ("time", 5))
    assert entry.challenge.shown == digits(again, "time", 5)
    again.handle(intents.UseCode(purpose="time", minutes=5, code=entry.code, start_code=admitted.start_code))
    hand_in(again)
    delivered(again, "received")
    used = [one.event for one in again.sitting.recorded if isinstance(one.event, CodeUsed)]
    assert [(one.purpose, one.number, one.source) for one in used] == [
        ("sign-in", 1, "device"),
        ("start", 1, "device"),
        ("move", 2, "device"),
        ("time", 3, "book"),
    ]
    centre.stop()
    [standing] = centre.workshop.hub.standings()
    assert standing.sitting == again.sitting.state.opened.sitting


def test_two_sticks_are_not_chosen_between(centre: Centre, tmp_path: Path) -> None:
    sticks = [tmp_path / "a", tmp_path / "b"]
    for stick in sticks:
        (stick / FOLDER).mkdir(parents=True)
    with pytest.raises(SeveralSticksError) as problem:
        Moving(centre.arrival("desk-1"), lambda: iter(sticks)).pack_out("adm_1")
    told(problem.value, "move.several_sticks")


def test_the_device_refuses_a_number_that_a_station_asks_for_again(centre: Centre) -> None:
    admitted = centre.admit(mode=Mode.LIVE)
    shown = admissions.recall(centre.home("desk-1").admission(admitted.admission_id).read_bytes())
    [choice] = centre.station("desk-1").choices("en")
    assert choice.challenge is not None
    assert choice.challenge.admission_digest == shown.digest
    tell(centre, choice.challenge.shown)
    with pytest.raises(ToldBeforeError):
        tell(centre, choice.challenge.shown)
