"""A sitting moves to another station by the centre's permit, once, and goes on as it stood (formats/move)."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission import move_permit
from pocus_desktop.admission.admission import Admission, Candidate, StationKeys
from pocus_desktop.admission.enrolling import request_enrolment
from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.move_permit import issue_permit, told_by
from pocus_desktop.admission.records import Admitted
from pocus_desktop.app.moving import Moving
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import sync_folder
from pocus_desktop.sitting.events import Moved
from pocus_desktop.sitting.folder import ADMISSION, MOVED, PERMIT
from pocus_desktop.sitting.journal import FILE_NAME
from pocus_desktop.sitting.log import lines
from pocus_desktop.sitting.moving.move_in import Point
from pocus_desktop.sitting.moving.move_stick import CONTENTS, FOLDER, only_on
from pocus_desktop.sitting.store import JournalStore
from pocus_desktop.sitting.views import CaseView
from pocus_desktop.ui.candidate.desk import AdmissionChoice
from tests.conftest import small_source
from tests.e2e.academy import CANDIDATE, LEFT, RIGHT, answer, answered, at, hand_in, told
from tests.e2e.centre import CENTRE, Centre

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def building(sound: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """One centre for all stories of this page; each has its own sitting and its own stick."""
    source = small_source(tmp_path_factory.mktemp("source") / "sore-leg")
    (source / "media" / "arrival.ogg").write_bytes(sound)
    made = Centre.found(tmp_path_factory.mktemp("centre"), source=source, clock=ManualClock())
    made.add("desk-3")
    made.add("desk-4", has_bundle=False)
    made.add("south", kind="centre", centre_id="south")
    made.add("desk-9", centre_id="south")
    yield made
    made.close()


@pytest.fixture(scope="module")
def permitted(building: Centre, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """An admission, and a stick with its sitting and a good permit to go on at desk-2."""
    building.stick = tmp_path_factory.mktemp("permitted")
    admitted = building.admit()
    building.begun(admitted, LEFT)
    building.pack(admitted)
    building.permit()
    return admitted.admission_id, building.stick


@pytest.fixture
def centre(building: Centre, tmp_path: Path) -> Iterator[Centre]:
    building.stick = tmp_path / "stick"
    building.stick.mkdir()
    yield building
    building.stop()


@pytest.fixture
def clock(building: Centre) -> ManualClock:
    assert isinstance(building.workshop.clock, ManualClock)
    return building.workshop.clock


def refused(code: str, action: Callable[[], object]) -> PocusError:
    with pytest.raises(PocusError) as problem:
        action()
    told(problem.value, code)
    return problem.value


def untouched(centre: Centre, admission_id: str, name: str = "desk-2") -> None:
    """Nothing of the sitting is at a station, staged or placed."""
    home = centre.home(name)
    assert not list(home.sittings.glob(".*"))
    assert not (home.sittings / admission_id).exists()
    assert not home.begun(admission_id).exists()
    assert not list(home.moves.glob(f"{permit_on(centre.stick)}.*"))


def permit_on(stick: Path) -> str:
    """The id of the permit on a stick; one that no permit has where there is none any more."""
    try:
        return told_by((only_on(stick).path / PERMIT).read_bytes()).permit_id
    except (OSError, PocusError):
        return "mov_none"


def choice_of(centre: Centre, name: str, admitted: Admitted) -> AdmissionChoice:
    """How a station's sign-in lists an admission."""
    choices = centre.station(name).choices("en")
    return next(choice for choice in choices if choice.admission_id == admitted.admission_id)


def resumers(journal: Path) -> set[str]:
    with JournalStore.open(journal) as store:
        return {one.key_id for one in store.wrappings("resume")}


def test_a_sitting_goes_on_at_another_station_and_not_at_the_first(centre: Centre, clock: ManualClock) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    clock.advance(ms=4 * 60_000)
    clock.set(boot_id="another", monotonic_ms=5)
    centre.pack(admitted)
    permit = centre.permit()
    assert (permit.is_fenced, permit.who, permit.from_station) == (
        True,
        "Pat Lee",
        centre.keys["desk-1"].signing.public,
    )
    centre.move_in()
    assert resumers(centre.sitting("desk-2", admitted) / FILE_NAME) == {
        centre.keys["desk-2"].sealing.key_id,
        centre.keys[CENTRE].sealing.key_id,
    }
    assert choice_of(centre, "desk-2", admitted).is_resumable
    opened = centre.open("desk-2", admitted)
    assert answered(at(opened, CaseView, "arrival")) == LEFT
    answer(opened, RIGHT)
    moved = opened.sitting.recorded[permit.last_seq].event
    assert isinstance(moved, Moved)
    assert told_by(moved.permit) == permit
    (gap,) = [entry for entry in opened.sitting.state.ledger.entries if entry.reason == "moved"]
    assert (gap.kind, gap.amount_ms) == ("dark", 4 * 60_000)
    assert opened.sitting.state.ledger.consumed_ms < 60_000
    hand_in(opened)
    [line] = [one for one in lines(opened.sitting.recorded, opened.sitting.course) if " moved to " in one]
    assert line.endswith(f"{permit.permit_id} by north, Pat Lee: the screen stays dark")
    centre.stop()
    first = choice_of(centre, "desk-1", admitted)
    assert not first.is_resumable
    assert "moved" in first.told
    refused("sitting.moved_away", lambda: centre.open("desk-1", admitted))


def test_an_admission_to_one_station_moves_too_with_its_key(centre: Centre) -> None:
    admitted = centre.admit(station="desk-1")
    centre.begun(admitted, LEFT)
    centre.pack(admitted)
    centre.permit()
    centre.move_in()
    assert answered(at(centre.open("desk-2", admitted), CaseView, "arrival")) == LEFT


def test_it_comes_back_to_the_first_station(centre: Centre) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    centre.pack(admitted)
    centre.permit("desk-2")
    centre.move_in()
    answer(centre.open("desk-2", admitted), RIGHT)
    centre.stop()
    centre.pack(admitted, "desk-2")
    back = centre.permit("desk-1")
    assert back.from_station == centre.keys["desk-2"].signing.public
    centre.move_in("desk-1")
    assert answered(at(centre.open("desk-1", admitted), CaseView, "arrival")) == RIGHT
    refused("sitting.moved_away", lambda: centre.open("desk-2", admitted))


@pytest.mark.parametrize("point", list(Point))
def test_killed_at_any_point_of_moving_in_it_is_there_whole_or_not_at_all(centre: Centre, point: Point) -> None:
    admitted = centre.admit(station="desk-1")
    centre.begun(admitted, LEFT)
    centre.pack(admitted)
    centre.permit()
    child = os.fork()
    if child == 0:
        centre.move_in(hook=lambda at: os.kill(os.getpid(), signal.SIGKILL) if at is point else None)
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    if point is Point.STAGED:
        refused("app.no_such_admission", lambda: centre.open("desk-2", admitted))
        assert list(centre.home("desk-2").sittings.glob(".incoming-*"))
    if point is Point.NOTED:
        refused("move.permit_used", centre.move_in)
    else:
        centre.move_in()
    assert answered(at(centre.open("desk-2", admitted), CaseView, "arrival")) == LEFT
    assert not list(centre.home("desk-2").sittings.glob(".*"))


@pytest.mark.parametrize("point", list(Point))
def test_killed_while_an_earlier_copy_makes_way_nobody_goes_on_with_that_copy(
    centre: Centre, tmp_path: Path, point: Point
) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    earlier = centre.sitting("desk-1", admitted)
    shutil.copytree(earlier, tmp_path / "earlier")
    centre.pack(admitted)
    centre.permit("desk-2")
    centre.move_in("desk-2")
    answer(centre.open("desk-2", admitted), RIGHT)
    centre.stop()
    shutil.rmtree(earlier)
    shutil.copytree(tmp_path / "earlier", earlier)  # its disk could only be read when it was packed: no fence
    centre.pack(admitted, "desk-2")
    permit = centre.permit("desk-1")
    child = os.fork()
    if child == 0:
        centre.move_in("desk-1", hook=lambda at: os.kill(os.getpid(), signal.SIGKILL) if at is point else None)
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    if point is not Point.NOTED:
        centre.move_in("desk-1")
    before = earlier.with_name(f".before-{permit.permit_id}")
    assert (before / MOVED).exists()
    assert resumers(before / FILE_NAME) == {centre.keys[CENTRE].sealing.key_id}
    assert answered(at(centre.open("desk-1", admitted), CaseView, "arrival")) == RIGHT


def test_the_folder_that_a_first_sitting_comes_into_is_durable(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    centre.pack(admitted)
    centre.permit()
    sittings = centre.home("desk-2").sittings
    shutil.rmtree(sittings, ignore_errors=True)
    synced: list[tuple[Path, bool]] = []

    def seen(folder: Path) -> None:
        synced.append((folder, sittings.exists()))
        sync_folder(folder)

    def look(point: Point) -> None:
        if point is Point.STAGED:
            assert (sittings.parent, True) in synced

    monkeypatch.setattr("pocus_desktop.kernel.files.sync_folder", seen)
    centre.move_in(hook=look)
    assert synced


def spoil_file(name: str, change: Callable[[bytes], bytes]) -> Callable[[Centre], None]:
    def spoil(centre: Centre) -> None:
        path = only_on(centre.stick).path / name
        path.write_bytes(change(path.read_bytes()))

    return spoil


def sign_as(name: str) -> Callable[[Centre], None]:
    def sign(centre: Centre) -> None:
        permit = told_by((only_on(centre.stick).path / PERMIT).read_bytes())
        (only_on(centre.stick).path / PERMIT).write_bytes(issue_permit(permit, centre.keys[name].signing))

    return sign


def over(centre: Centre) -> None:
    assert isinstance(centre.workshop.clock, ManualClock)
    centre.workshop.clock.advance(ms=5 * HOUR_MS)


def set_back_after_it_was_over(centre: Centre) -> None:
    LatestTime(centre.home("desk-2").latest_time).note(centre.now_ms + 5 * HOUR_MS)


ATTACKS: dict[str, tuple[str, Callable[[Centre], None]]] = {
    "the station's own key in the centre's place": ("move.not_the_centres", sign_as("desk-2")),
    "the first station's key": ("move.not_the_centres", sign_as("desk-1")),
    "over": ("move.permit_over", over),
    "over, and the clock set back": ("move.permit_over", set_back_after_it_was_over),
    "no permit": ("move.no_permit", lambda centre: (only_on(centre.stick).path / PERMIT).unlink()),
    "the journal cut": ("move.stick_altered", spoil_file(FILE_NAME, lambda data: data[:-1])),
    "the journal longer": ("move.stick_altered", spoil_file(FILE_NAME, lambda data: data + b"x")),
    "a bit of the journal flipped": (
        "move.stick_altered",
        spoil_file(FILE_NAME, lambda data: data[:5000] + bytes((data[5000] ^ 1,)) + data[5001:]),
    ),
    "the admission altered": ("move.stick_altered", spoil_file(ADMISSION, lambda data: data.replace(b"a", b"b", 1))),
    "the contents no JSON": ("move.stick_altered", spoil_file(CONTENTS, lambda data: data[:-1])),
    "the contents name another file": (
        "move.stick_altered",
        spoil_file(CONTENTS, lambda data: data.replace(FILE_NAME.encode(), b"../journal.sqlit")),
    ),
    "the contents of a newer program": (
        "move.newer",
        spoil_file(CONTENTS, lambda data: data.replace(b'"format":1', b'"format":2')),
    ),
    "the permit no envelope": ("crypto.bad_envelope", spoil_file(PERMIT, lambda _data: b"{}")),
    "the permit endless": ("move.stick_altered", spoil_file(PERMIT, lambda data: data * 100)),
    "a stick with nothing": ("move.nothing_on_stick", lambda centre: shutil.rmtree(only_on(centre.stick).path)),
}


CUT_OR_CHANGED = {
    "move.stick_altered",
    "move.newer",
    "move.nothing_on_stick",
    "move.not_the_centres",
    "crypto.bad_envelope",
    "crypto.wrong_payload_type",
}


@pytest.mark.parametrize(("code", "attack"), ATTACKS.values(), ids=ATTACKS.keys())
def test_what_is_not_permitted_moves_nowhere(
    permitted: tuple[str, Path],
    centre: Centre,
    clock: ManualClock,
    code: str,
    attack: Callable[[Centre], None],
) -> None:
    admission_id, stick = permitted
    shutil.copytree(stick, centre.stick, dirs_exist_ok=True)
    was = clock.read()
    attack(centre)
    refused(code, centre.move_in)
    untouched(centre, admission_id)
    clock.set(monotonic_ms=was.monotonic_ms, wall_ms=was.wall_ms)
    centre.home("desk-2").latest_time.unlink(missing_ok=True)


@pytest.mark.parametrize(("name", "stride"), [(CONTENTS, 3), (PERMIT, 29)])
def test_a_stick_cut_or_changed_at_any_byte_is_refused_by_name_or_says_the_same(
    permitted: tuple[str, Path], centre: Centre, name: str, stride: int
) -> None:
    admission_id, stick = permitted
    shutil.copytree(stick, centre.stick, dirs_exist_ok=True)
    place = only_on(centre.stick).path
    good = (place / name).read_bytes()
    arrival, right = centre.arrival(), centre.arrival().verified(only_on(centre.stick))
    refusals: dict[str, int] = {}
    for byte in range(0, len(good), stride):
        for bad in (good[:byte], good[:byte] + bytes((good[byte] ^ 1,)) + good[byte + 1 :]):
            (place / name).write_bytes(bad)
            try:
                assert arrival.verified(only_on(centre.stick)) == right
            except PocusError as problem:
                refusals[problem.code] = refusals.get(problem.code, 0) + 1
    assert set(refusals) <= CUT_OR_CHANGED
    assert sum(refusals.values()) > len(good) // stride
    untouched(centre, admission_id)


def test_a_permit_is_for_one_station(centre: Centre) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    centre.pack(admitted)
    centre.permit("desk-3")
    assert refused("move.other_station", centre.move_in).params["station"] == "desk-3"
    permit = told_by((only_on(centre.stick).path / PERMIT).read_bytes())
    forged = permit.model_copy(
        update={"to_station": permit.to_station.model_copy(update={"sealing": centre.keys["desk-2"].sealing.public})}
    )
    (only_on(centre.stick).path / PERMIT).write_bytes(issue_permit(forged, centre.keys[CENTRE].signing))
    refused("move.other_station", centre.move_in)
    untouched(centre, admitted.admission_id)


def test_another_centre_permits_nothing(centre: Centre) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    centre.pack(admitted)
    refused("move.not_this_centre", lambda: centre.permit(centre="south"))
    centre.permit()
    sign_as("south")(centre)
    refused("move.not_the_centres", centre.move_in)
    permit = told_by((only_on(centre.stick).path / PERMIT).read_bytes())
    south = {"signing": centre.keys["desk-9"].signing.public, "sealing": centre.keys["desk-9"].sealing.public}
    forged = permit.model_copy(update={"to_station": permit.to_station.model_copy(update=south)})
    (only_on(centre.stick).path / PERMIT).write_bytes(issue_permit(forged, centre.keys["south"].signing))
    refused("sitting.wrong_centre", lambda: centre.move_in("desk-9"))
    untouched(centre, admitted.admission_id, "desk-9")


def test_a_permit_counts_once(centre: Centre, tmp_path: Path) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    centre.pack(admitted)
    centre.permit()
    shutil.copytree(centre.stick, tmp_path / "copied")
    centre.move_in()
    refused("move.permit_used", centre.move_in)
    answer(centre.open("desk-2", admitted), RIGHT)
    centre.stop()
    refused("move.permit_used", lambda: centre.move_in(stick=tmp_path / "copied"))
    shutil.rmtree(centre.sitting("desk-2", admitted))
    refused("move.permit_used", lambda: centre.move_in(stick=tmp_path / "copied"))
    refused("app.journal_lost", lambda: centre.open("desk-2", admitted))


def test_an_older_copy_does_not_go_on_by_a_newer_permit(centre: Centre, tmp_path: Path) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    older, alive = tmp_path / "older", tmp_path / "alive"
    older.mkdir()
    shutil.copytree(centre.sitting("desk-1", admitted), alive)
    centre.pack(admitted, stick=older)
    shutil.rmtree(centre.sitting("desk-1", admitted))
    shutil.copytree(alive, centre.sitting("desk-1", admitted))
    answer(centre.open("desk-1", admitted), RIGHT)
    centre.stop()
    centre.pack(admitted)
    centre.permit()
    (only_on(older).path / PERMIT).write_bytes((only_on(centre.stick).path / PERMIT).read_bytes())
    refused("move.other_journal", lambda: centre.move_in(stick=older))
    untouched(centre, admitted.admission_id)
    centre.move_in()
    assert answered(at(centre.open("desk-2", admitted), CaseView, "arrival")) == RIGHT


def test_another_sittings_journal_does_not_go_on_by_a_good_permit(centre: Centre, tmp_path: Path) -> None:
    admitted, other = centre.admit(), centre.admit()
    centre.begun(admitted, LEFT)
    centre.begun(other, RIGHT)
    second = tmp_path / "second"
    second.mkdir()
    centre.pack(admitted)
    centre.permit()
    centre.pack(other, stick=second)
    (only_on(second).path / PERMIT).write_bytes((only_on(centre.stick).path / PERMIT).read_bytes())
    refused("move.other_journal", lambda: centre.move_in(stick=second))
    shutil.copyfile(only_on(centre.stick).path / ADMISSION, only_on(second).path / ADMISSION)
    contents = only_on(second).path / CONTENTS
    mine = only_on(centre.stick).contents.files[ADMISSION]
    theirs = only_on(second).contents.files[ADMISSION]
    text = contents.read_bytes().replace(theirs.sha256.encode(), mine.sha256.encode())
    contents.write_bytes(text.replace(f'"size":{theirs.size}'.encode(), f'"size":{mine.size}'.encode()))
    refused("sitting.journal_altered", lambda: centre.move_in(stick=second))
    untouched(centre, admitted.admission_id)


def test_two_sticks_of_one_sitting_make_one(centre: Centre, tmp_path: Path) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    second = tmp_path / "second"
    second.mkdir()
    centre.pack(admitted)
    shutil.copytree(centre.stick, second, dirs_exist_ok=True)
    centre.permit("desk-2")
    refused("move.already_permitted", lambda: centre.permit("desk-3", stick=second))
    centre.permit("desk-2", stick=second, again=True)
    centre.move_in()
    answer(centre.open("desk-2", admitted), RIGHT)
    centre.stop()
    refused("move.diverged", lambda: centre.move_in(stick=second))
    assert answered(at(centre.open("desk-2", admitted), CaseView, "arrival")) == RIGHT


def test_what_cannot_go_on_here_is_told_before_anything_is_done(centre: Centre) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    centre.pack(admitted)
    centre.permit("desk-4")
    refused("move.bundle_missing", lambda: centre.move_in("desk-4"))
    untouched(centre, admitted.admission_id, "desk-4")
    centre.give_bundle("desk-4")
    centre.move_in("desk-4")
    assert answered(at(centre.open("desk-4", admitted), CaseView, "arrival")) == LEFT


def test_without_a_fence_somebody_has_to_say_that_the_first_is_off(centre: Centre) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    packed = centre.pack(admitted)
    (packed.path / CONTENTS).write_bytes(
        (packed.path / CONTENTS).read_bytes().replace(b'"is_fenced":true', b'"is_fenced":false')
    )
    refused("move.not_fenced", centre.permit)
    assert not centre.permit(is_first_off=True).is_fenced


def test_a_spare_station_is_named_by_its_request_and_an_unknown_one_by_nothing(centre: Centre, tmp_path: Path) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    centre.pack(admitted)
    assert refused("move.unknown_station", lambda: centre.permit("desk-77")).params["station"] == "desk-77"
    spare = StationKeys.generate()
    asked = tmp_path / "spare.request"
    asked.write_bytes(request_enrolment(spare, kind="station", name="Spare", centre_id=CENTRE, code=None, now_ms=1))
    permit = centre.permit(str(asked))
    assert permit.to_station.is_of == (spare.signing.public.key_id, spare.sealing.public.key_id)
    assert len(move_permit.sitting_key(permit, spare.sealing)) == 32


def test_the_sign_in_of_the_station_that_is_named_offers_it_and_no_other(centre: Centre, tmp_path: Path) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    here = Moving(centre.arrival("desk-2"), lambda: iter([tmp_path / "nothing", centre.stick]))
    elsewhere = Moving(centre.arrival("desk-3"), lambda: iter([centre.stick]))
    assert here.offers("en") == ()
    centre.pack(admitted)
    assert here.offers("en") == ()
    centre.permit()
    [offer] = here.offers("en")
    assert (offer.title, offer.candidate_id) == ("Sore leg", CANDIDATE)
    assert elsewhere.offers("en") == ()
    here.take_in(offer)
    assert here.offers("es") == ()
    assert choice_of(centre, "desk-2", admitted).is_resumable
    spoil_file(FILE_NAME, lambda data: data[:-1])(centre)
    assert here.offers("en") == ()


def test_a_stick_that_is_dying_hides_no_other(centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    admitted = centre.admit()
    centre.begun(admitted, LEFT)
    centre.pack(admitted)
    centre.permit()
    dead = tmp_path / "dead"
    (dead / FOLDER).mkdir(parents=True)

    def dying(real: Callable[[str | Path], object]) -> Callable[[str | Path], object]:
        def read(path: str | Path) -> object:
            if str(path).startswith(str(dead)):
                raise OSError(5, "Input/output error", str(path))
            return real(path)

        return read

    monkeypatch.setattr(os, "scandir", dying(os.scandir))
    monkeypatch.setattr(os, "listdir", dying(os.listdir))
    assert len(Moving(centre.arrival("desk-2"), lambda: iter([dead, centre.stick])).offers("en")) == 1
    refused("kernel.file_refused", lambda: only_on(dead))


def test_a_sitting_of_no_centre_is_refused_by_name(centre: Centre) -> None:
    keys, workshop = centre.keys["desk-1"], centre.workshop
    envelope = admissions.issue(
        Admission(
            admission_id="adm_alone",
            candidate=Candidate(id=CANDIDATE, display_name="Alex Moreno"),
            attempt=77,
            bundle_id=workshop.built.manifest.bundle_id,
            mode=Mode.TRIAL,
            recipients=(workshop.academy.sealing.public,),
            content_keys=admissions.seal_content_key(
                workshop.built.content_key, [keys.sealing.public], admission_id="adm_alone"
            ),
        ),
        [workshop.academy.signing],
    )
    centre.station("desk-1").admit(envelope)
    alone = Admitted(admission_id="adm_alone", envelope=envelope, sign_in_code="", start_code="")
    centre.begun(alone, LEFT)
    refused("move.no_centre_named", lambda: centre.pack(alone))
    assert answered(at(centre.open("desk-1", alone), CaseView, "arrival")) == LEFT
