"""A station is brought up to date: what admissions need first, room made without losing what is begun."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, Candidate, Window
from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.admission.mode import Mode
from pocus_desktop.bundle import library as library_module
from pocus_desktop.bundle.carrier import Carrier, FolderCarrier
from pocus_desktop.bundle.depot import publish
from pocus_desktop.bundle.depot.plan import Need
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from pocus_desktop.sitting.events import Heartbeat
from pocus_desktop.sitting.header import Header
from pocus_desktop.sitting.journal import Journal
from pocus_desktop.sync import stocking
from pocus_desktop.sync.stocking import Stocker, carrier_of
from pocus_desktop.sync.url_carrier import UrlCarrier
from tests.bundle.depot.press import APP_VERSION, FILES, Faulty, Press
from tests.bundle.trust.academy import DAY_MS, NOW_MS

HUB = SigningKey.from_seed(b"h" * 32)
ACADEMY = SealingKey.from_seed(b"a" * 32)


@pytest.fixture
def press(tmp_path: Path) -> Press:
    return Press(folder=tmp_path)


@pytest.fixture
def home(tmp_path: Path, press: Press) -> Home:
    home = Home(folder=tmp_path / "home")
    TrustClient(home.trust_state).enrol(press.academy.root)
    return home


@pytest.fixture
def stocker(home: Home) -> Stocker:
    return Stocker(home=home, app_version=APP_VERSION, wall_ms=NOW_MS)


def admit(home: Home, bundle_id: str, *, begins_ms: int | None = None, ends_ms: int | None = None) -> None:
    admission_id = f"adm_{bundle_id}"
    envelope = admissions.issue(
        Admission(
            admission_id=admission_id,
            candidate=Candidate(id="C-1", display_name="A. Person"),
            bundle_id=bundle_id,
            mode=Mode.TRIAL,
            window=Window(not_before_ms=begins_ms, not_after_ms=ends_ms),
            recipients=(ACADEMY.public,),
        ),
        [HUB],
    )
    path = home.admission(admission_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(envelope)


def begin(folder: Path) -> None:
    """A sitting with version 1 of the bundle that is under way, its program at rest."""
    journal, _ = Journal.create(
        folder,
        Header(
            sitting="sit_1",
            admission_id=folder.name,
            bundle_id="dvt-swollen-calf",
            bundle_version=1,
            mode="trial",
            created_ms=NOW_MS,
            station=HUB.public,
        ),
        (Heartbeat(),),
        Reading(monotonic_ms=0, wall_ms=NOW_MS, boot_id="boot"),
        signer=HUB,
        academy=[ACADEMY.public],
        resume=[ACADEMY.public],
    )
    journal.close()


def stock(stocker: Stocker, *carriers: Carrier, wanted: tuple[str, ...] = ()) -> Any:
    found = stocker.refresh(carriers)
    todo = stocker.plan(found.state, [Need(bundle_id=each) for each in wanted], hubs=[HUB.public])
    return stocker.carry_out(todo, found.state, carriers)


def here(home: Home) -> list[tuple[str, int]]:
    return [(entry.bundle_id, entry.version) for entry in Library(home.library).entries()]


def code_of(action: Callable[[], Any]) -> str:
    with pytest.raises(PocusError) as caught:
        action()
    return caught.value.code


def test_coming_admissions_are_served_the_soonest_first(press: Press, home: Home, stocker: Stocker) -> None:
    for name in ("later-calf", "soon-calf", "asked-calf", "nobodys-calf", "past-calf"):
        press.publish(1, {"case.json": name.encode()}, bundle_id=name)
    admit(home, "later-calf", begins_ms=NOW_MS + 2 * DAY_MS)
    admit(home, "soon-calf", begins_ms=NOW_MS + DAY_MS)
    admit(home, "past-calf", ends_ms=NOW_MS - 1)
    home.admission("adm_torn").write_bytes(b"{")
    done = stock(stocker, FolderCarrier(press.depot), wanted=("asked-calf",))
    assert [each.entry.bundle_id for each in done.fetched] == ["soon-calf", "later-calf", "asked-calf"]
    assert stock(stocker, FolderCarrier(press.depot)).fetched == ()


def test_a_new_version_takes_the_old_one_s_place(press: Press, home: Home, stocker: Stocker) -> None:
    press.publish(1)
    admit(home, "dvt-swollen-calf")
    stock(stocker, FolderCarrier(press.depot))
    press.publish(2, {**FILES, "extra.vtt": b"WEBVTT"})
    done = stock(stocker, FolderCarrier(press.depot))
    assert here(home) == [("dvt-swollen-calf", 2)]
    assert [(each.bundle_id, each.version) for each in done.removed] == [("dvt-swollen-calf", 1)]


def test_a_version_here_that_was_withdrawn_meets_no_need(press: Press, home: Home, stocker: Stocker) -> None:
    press.publish(1)
    admit(home, "dvt-swollen-calf")
    stock(stocker, FolderCarrier(press.depot))
    publish.withdraw(press.academy.repository, "dvt-swollen-calf", 1, reason="Two right answers.", now_ms=NOW_MS)
    press.academy.publish()
    done = stock(stocker, FolderCarrier(press.depot))
    assert [need.bundle_id for need in done.plan.missing] == ["dvt-swollen-calf"]


def test_nothing_is_removed_while_a_sitting_cannot_be_read(press: Press, home: Home, stocker: Stocker) -> None:
    press.publish(1)
    admit(home, "dvt-swollen-calf")
    stock(stocker, FolderCarrier(press.depot))
    journal = home.sittings / "adm_torn" / "journal.sqlite"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"SQLite format 3\0 and then nothing of it")
    press.publish(2, {**FILES, "extra.vtt": b"WEBVTT"})
    stock(stocker, FolderCarrier(press.depot))
    assert here(home) == [("dvt-swollen-calf", 1), ("dvt-swollen-calf", 2)]


def test_what_a_sitting_was_begun_with_during_the_fetch_stays(press: Press, home: Home, stocker: Stocker) -> None:
    press.publish(1)
    admit(home, "dvt-swollen-calf")
    stock(stocker, FolderCarrier(press.depot))
    press.publish(2, {**FILES, "extra.vtt": b"WEBVTT"})

    class WhileSomeoneBegins(FolderCarrier):
        """Between its pieces, a candidate begins a sitting."""

        def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
            if path.startswith("bundles/") and not list(home.sittings.glob("*")):
                begin(home.sittings / "adm_dvt-swollen-calf")
            return super().read(path, offset=offset, size=size)

    done = stock(stocker, WhileSomeoneBegins(press.depot))
    assert done.removed == ()
    assert here(home) == [("dvt-swollen-calf", 1), ("dvt-swollen-calf", 2)]


def test_what_another_process_removed_already_is_no_failure(press: Press, home: Home, stocker: Stocker) -> None:
    press.publish(1)
    admit(home, "dvt-swollen-calf")
    stock(stocker, FolderCarrier(press.depot))
    press.publish(2, {**FILES, "extra.vtt": b"WEBVTT"})
    found = stocker.refresh([FolderCarrier(press.depot)])
    todo = stocker.plan(found.state, hubs=[HUB.public])
    Library(home.library).remove("dvt-swollen-calf", 1)
    stocker.carry_out(todo, found.state, [FolderCarrier(press.depot)])
    assert here(home) == [("dvt-swollen-calf", 2)]


def test_one_that_does_not_come_keeps_no_other_from_coming(press: Press, home: Home, stocker: Stocker) -> None:
    press.publish(1, {"case.json": b"1"}, bundle_id="lost-calf")
    press.publish(1, {"case.json": b"2"}, bundle_id="found-calf")
    admit(home, "lost-calf", begins_ms=NOW_MS)
    admit(home, "found-calf", begins_ms=NOW_MS + DAY_MS)
    [lost] = [each for each in press.state().listings() if each.bundle_id == "lost-calf"]
    done = stock(stocker, Faulty(folder=press.depot, lacks=lost.envelope_sha256))
    assert [(each.bundle_id, problem.code) for each, problem in done.failed] == [("lost-calf", "depot.incomplete")]
    assert here(home) == [("found-calf", 1)]


def test_a_full_disk_is_told_before_anything_is_fetched(
    press: Press, home: Home, stocker: Stocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.publish(1)
    admit(home, "dvt-swollen-calf")
    monkeypatch.setattr(stocking, "SPARE_BYTES", 10**18)
    assert code_of(lambda: stock(stocker, FolderCarrier(press.depot))) == "bundle.no_space"
    assert here(home) == []
    assert library_module.SPARE_BYTES < 10**18


def test_the_time_of_a_signature_is_never_unseen_again(press: Press, home: Home) -> None:
    press.publish(1)
    Stocker(home=home, app_version=APP_VERSION, wall_ms=NOW_MS - 400 * DAY_MS).refresh([FolderCarrier(press.depot)])
    assert LatestTime(home.latest_time).seen_ms() == NOW_MS
    set_back = Stocker(home=home, app_version=APP_VERSION, wall_ms=0)
    assert set_back.now_ms == NOW_MS


def test_a_source_is_a_folder_or_an_address(tmp_path: Path) -> None:
    assert isinstance(carrier_of(str(tmp_path)), FolderCarrier)
    assert isinstance(carrier_of("https://depot.example.org/pocus"), UrlCarrier)
    assert code_of(lambda: carrier_of("http://")) == "depot.bad_address"
