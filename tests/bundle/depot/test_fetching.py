"""From a depot to a library: only what is missing, from whoever gives it right, nothing that was not signed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tuf.api.metadata import Targets

from pocus_desktop.bundle.carrier import TRIES_WITHOUT_PROGRESS, Carrier, CarrierFailedError, FolderCarrier
from pocus_desktop.bundle.depot import paths, publish
from pocus_desktop.bundle.depot.assembly import Assembly, Layout
from pocus_desktop.bundle.depot.fetch import PART_PREFIX, Fetched, fetch, sweep
from pocus_desktop.bundle.errors import CancelledError
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust.listing import WITHDRAWN_FIELD, Listing, Withdrawal, written_withdrawals
from pocus_desktop.bundle.verifier import open_bundle
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.file_lock import try_lock
from tests.bundle.depot.press import APP_VERSION, FILES, MIB, Faulty, Press, noise
from tests.bundle.trust.academy import AREA, NOW_MS, holders


@pytest.fixture
def press(tmp_path: Path) -> Press:
    return Press(folder=tmp_path)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def get(press: Press, library: Library, listing: Listing, *carriers: Carrier, **more: Any) -> Fetched:
    served = carriers or (FolderCarrier(press.depot),)
    policy = press.state().policy()
    return fetch(listing, served, library, policy, now_ms=NOW_MS, app_version=APP_VERSION, **more)


def code_of(action: Callable[[], Any]) -> str:
    with pytest.raises(PocusError) as caught:
        action()
    return caught.value.code


def container(press: Press, listing: Listing) -> Path:
    return press.depot / paths.container(listing.envelope_sha256)


def test_a_fetched_bundle_is_the_published_one_byte_for_byte(press: Press, library: Library) -> None:
    listing = press.publish(1)
    assert press.state().newest("dvt-swollen-calf") == listing
    found = get(press, library, listing)
    assert found.entry.path.read_bytes() == container(press, listing).read_bytes()
    assert (found.reused_bytes, found.kept_bytes, found.told) == (0, 0, ())
    again = get(press, library, listing)
    assert (again.entry, again.received_bytes) == (found.entry, 0)


def test_an_update_costs_what_changed(press: Press, library: Library) -> None:
    get(press, library, press.publish(1))
    changed = noise(3, MIB // 2)
    listing = press.publish(2, {**FILES, "media/b.webm": changed})
    found = get(press, library, listing)
    assert found.entry.path.read_bytes() == container(press, listing).read_bytes()
    assert found.reused_bytes > 3 * MIB
    assert found.received_bytes < len(changed) + 16_384


@pytest.mark.parametrize("every", [1_000, 65_536, 262_144, MIB + 1])
def test_a_link_that_drops_costs_hardly_more_than_the_payload(press: Press, library: Library, every: int) -> None:
    if every == 1_000:  # so many drops take long over all of it
        listing = press.publish(1, {"case.json": FILES["case.json"], "media/c.webm": noise(4, 90_000)})
    else:
        listing = press.publish(1)
    dropping = Faulty(folder=press.depot, drop_every=every)
    found = get(press, library, listing, dropping)
    assert found.entry.path.read_bytes() == container(press, listing).read_bytes()
    assert dropping.given_bytes == found.received_bytes
    assert found.received_bytes <= listing.size_bytes + listing.envelope_bytes


def test_a_carrier_that_lies_is_left_and_another_completes(press: Press, library: Library) -> None:
    listing = press.publish(1)
    lying = Faulty(folder=press.depot, lies_at=listing.size_bytes // 2)
    found = get(press, library, listing, lying, FolderCarrier(press.depot))
    assert [(name, problem.code) for name, problem in found.told] == [("faulty", "depot.wrong_bytes")]
    assert found.entry.path.read_bytes() == container(press, listing).read_bytes()


def test_carriers_complete_one_another_and_across_tries(press: Press, library: Library) -> None:
    listing = press.publish(1)
    half = Faulty(folder=press.depot, cut_at=2 * MIB)
    assert code_of(lambda: get(press, library, listing, half)) == "depot.incomplete"
    rest = Faulty(folder=press.depot)
    found = get(press, library, listing, rest)
    assert found.kept_bytes >= MIB
    assert found.kept_bytes + found.received_bytes <= listing.size_bytes + listing.envelope_bytes
    assert min(offset for path, offset in rest.asked if path.startswith("bundles/")) >= MIB


def test_what_another_process_left_is_verified_before_it_counts(press: Press, library: Library) -> None:
    listing = press.publish(1)
    assert code_of(lambda: get(press, library, listing, Faulty(folder=press.depot, cut_at=3 * MIB))) == (
        "depot.incomplete"
    )
    [part] = library.folder.glob(".fetching-*")
    data = bytearray(part.read_bytes())
    data[MIB] ^= 1
    part.write_bytes(data)
    found = get(press, library, listing)
    assert found.entry.path.read_bytes() == container(press, listing).read_bytes()
    assert list(library.folder.glob(".fetching-*")) == []


def test_a_cancelled_fetch_keeps_what_came(press: Press, library: Library) -> None:
    listing = press.publish(1)
    seen: list[int] = []
    with pytest.raises(CancelledError):
        get(press, library, listing, progress=lambda at: seen.append(at.done_bytes), cancel=lambda: len(seen) > 2)
    assert get(press, library, listing).kept_bytes >= MIB


def test_a_carrier_that_fails_is_asked_last_from_then_on_and_told_once(press: Press, library: Library) -> None:
    clips = {f"media/{n}.webm": noise(n, 20_000) for n in range(8)}
    get(press, library, press.publish(1, clips))
    listing = press.publish(2, {**clips, **{f"media/{n}.webm": noise(100 + n, 20_000) for n in range(0, 8, 2)}})
    dead = Faulty(folder=press.depot, drop_every=0)
    found = get(press, library, listing, dead, FolderCarrier(press.depot))
    assert [(name, problem.code) for name, problem in found.told] == [("faulty", "depot.carrier_failed")]
    assert len(dead.asked) == TRIES_WITHOUT_PROGRESS


class Generous(FolderCarrier):
    """Goes on after what was asked for: with bytes that nobody wants, or by failing."""

    def __init__(self, folder: Path, *, is_endless: bool) -> None:
        super().__init__(folder)
        self._is_endless = is_endless

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        yield from super().read(path, offset=offset, size=size)
        while self._is_endless:
            yield b"more"
        raise CarrierFailedError(file=path, carrier=self.name, reason="it dropped at the very end")


@pytest.mark.parametrize("is_endless", [True, False])
def test_what_comes_after_what_was_asked_for_does_not_count(
    press: Press, library: Library, *, is_endless: bool
) -> None:
    listing = press.publish(1)
    found = get(press, library, listing, Generous(press.depot, is_endless=is_endless))
    assert found.entry.path.read_bytes() == container(press, listing).read_bytes()
    assert found.received_bytes <= listing.size_bytes + listing.envelope_bytes
    assert found.told == ()


def test_a_part_that_another_process_has_just_made_is_left_to_it(
    press: Press, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = press.publish(1)
    part = library.folder / f"{PART_PREFIX}{listing.envelope_sha256}.casebundle"
    library.folder.mkdir()
    part.write_bytes(b"what it has so far")
    monkeypatch.setattr(Path, "exists", lambda _: False)  # it was made after this process had looked
    with part.open("r+b") as theirs:
        assert try_lock(theirs)
        assert code_of(lambda: get(press, library, listing)) == "depot.busy"
    assert part.read_bytes() == b"what it has so far"


@pytest.mark.parametrize("lacks", ["bundles/", ".manifest."])
def test_a_carrier_that_lacks_a_file_is_told(press: Press, library: Library, lacks: str) -> None:
    listing = press.publish(1)
    lacking = Faulty(folder=press.depot, lacks=lacks)
    assert code_of(lambda: get(press, library, listing, lacking)) == "depot.incomplete"
    found = get(press, library, listing, lacking, FolderCarrier(press.depot))
    assert {problem.code for _, problem in found.told} == {"depot.not_carried"}


def test_a_damaged_version_here_is_no_source(press: Press, library: Library) -> None:
    first = get(press, library, press.publish(1))
    data = bytearray(first.entry.path.read_bytes())
    data[len(data) // 2] ^= 1
    first.entry.path.write_bytes(data)
    listing = press.publish(2, {**FILES, "extra.vtt": b"WEBVTT"})
    found = get(press, library, listing)
    assert found.entry.path.read_bytes() == container(press, listing).read_bytes()
    assert 0 < found.reused_bytes < 4 * MIB


def test_one_signature_short_is_refused_before_anything_big_is_fetched(press: Press, library: Library) -> None:
    listing = press.publish(1)
    policy = press.state().policy()
    programmes = {area: type(each)(keys=each.keys[:1], threshold=2) for area, each in policy.programmes.items()}
    strict = type(policy)(keys=(), programmes=programmes)
    carrier = Faulty(folder=press.depot)
    assert code_of(lambda: fetch(listing, [carrier], library, strict, now_ms=NOW_MS, app_version=APP_VERSION)) == (
        "bundle.not_trusted"
    )
    assert not [path for path, _ in carrier.asked if path.startswith("bundles/")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"minimum_app": "9.0.0"}, "bundle.app_too_old"),
        ({"not_after_ms": NOW_MS - 1}, "bundle.expired"),
        ({"not_before_ms": NOW_MS + 1}, "bundle.not_yet_valid"),
        ({}, "bundle.rolled_back"),
    ],
)
def test_what_cannot_be_used_here_is_refused_before_anything_big_is_fetched(
    press: Press, library: Library, changes: dict[str, Any], code: str
) -> None:
    then_ms = changes.get("not_before_ms", changes.get("not_after_ms", NOW_MS))
    written = press.bundle(1, **changes)
    listing = publish.publish(press.academy.repository, written, now_ms=then_ms, app_version="9.0.0")
    press.academy.publish()
    if code == "bundle.rolled_back":
        policy = press.state().policy()
        library.import_bundle(press.bundle(2), policy, now_ms=NOW_MS, app_version=APP_VERSION)
    carrier = Faulty(folder=press.depot)
    assert code_of(lambda: get(press, library, listing, carrier)) == code
    assert not [path for path, _ in carrier.asked if path.startswith("bundles/")]


def test_parts_of_what_is_no_longer_listed_are_swept(press: Press, library: Library) -> None:
    old = press.publish(1)
    assert code_of(lambda: get(press, library, old, Faulty(folder=press.depot, cut_at=2 * MIB))) == "depot.incomplete"
    assert sweep(library, [old]) == 0
    press.publish(2)
    (library.folder / f"{PART_PREFIX}folder").mkdir()  # cannot be removed like a file, and keeps no other from it
    assert sweep(library, press.state().listings()) > 0
    assert [path.name for path in library.folder.glob(".fetching-*")] == [f"{PART_PREFIX}folder"]


def test_what_may_be_published(press: Press, tmp_path: Path) -> None:
    repository = press.academy.repository

    def offer(path: Path) -> str:
        return code_of(lambda: publish.publish(repository, path, now_ms=NOW_MS, app_version=APP_VERSION))

    assert offer(press.bundle(1, signers=("dee",))) == "bundle.not_trusted"
    assert offer(press.bundle(1, content_area="lung")) == "bundle.wrong_programme"
    press.publish(2)
    assert offer(press.bundle(2)) == "depot.version_not_higher"
    damaged = press.bundle(3)
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    assert offer(damaged) == "bundle.content_damaged"
    assert repository.standings() == ()


def test_publishing_again_mends_a_damaged_container(press: Press) -> None:
    repository, path = press.academy.repository, press.bundle(1)
    stored = container(press, publish.publish(repository, path, now_ms=NOW_MS, app_version=APP_VERSION))
    repository.staged_path(AREA).unlink()
    stored.write_bytes(stored.read_bytes()[:-1] + b"?")
    publish.publish(repository, path, now_ms=NOW_MS, app_version=APP_VERSION)
    assert stored.read_bytes() == path.read_bytes()


def test_an_envelope_in_another_form_is_published_as_it_stands(press: Press, library: Library) -> None:
    path = press.bundle(1)
    with open_bundle(path, press.state().policy(), now_ms=NOW_MS, app_version=APP_VERSION) as bundle:
        manifest = bundle.manifest
        table = b"".join(bundle.segment_digests(member.path) for member in manifest.members)
        stored = [bundle.stored(member.path).read_at(0, member.stored_bytes) for member in manifest.members]
        layout = Layout.of(json.dumps(json.loads(bundle.envelope_bytes), indent=1).encode(), manifest)
    with path.open("w+b") as file:
        Assembly(file, layout).complete(table)
        for entry, data in zip(layout.entries[3:], stored, strict=True):
            file.seek(entry.data_offset)
            file.write(data)
    listing = publish.publish(press.academy.repository, path, now_ms=NOW_MS, app_version=APP_VERSION)
    press.academy.publish()
    assert get(press, library, listing).entry.path.read_bytes() == path.read_bytes()


def test_a_withdrawn_version_stays_withdrawn_and_is_not_published_again(press: Press, library: Library) -> None:
    listing = press.publish(1)
    get(press, library, listing)
    repository = press.academy.repository
    assert code_of(lambda: publish.withdraw(repository, "lung-a", 1, reason="no", now_ms=NOW_MS)) == "depot.not_listed"
    publish.withdraw(repository, "dvt-swollen-calf", 1, reason="Two right answers.", now_ms=NOW_MS)
    press.academy.publish()
    state = press.state()
    assert state.newest("dvt-swollen-calf") is None
    [entry] = library.entries()
    assert (
        code_of(lambda: library.open(entry, state.policy(), now_ms=NOW_MS, app_version=APP_VERSION))
        == "trust.withdrawn"
    )
    assert (
        code_of(lambda: publish.publish(repository, press.bundle(1), now_ms=NOW_MS, app_version=APP_VERSION))
        == "depot.version_not_higher"
    )
    press.publish(2)
    assert press.state().policy().programmes[AREA].withdrawn == {("dvt-swollen-calf", 1): "Two right answers."}
    assert [path.name for path in publish.tidy(repository)] == [container(press, listing).name]


def test_no_programme_takes_over_another_s_line(press: Press) -> None:
    academy = press.academy
    listing = press.publish(1)
    ceremony.delegate(academy.repository, "lung", holders("cho"), now_ms=NOW_MS)
    academy.publish()
    foreign = press.bundle(99, content_area="lung", signers=("cho",))
    repository = academy.repository
    assert code_of(lambda: publish.publish(repository, foreign, now_ms=NOW_MS, app_version=APP_VERSION)) == (
        "depot.other_programme"
    )
    academy.list_bundle("dvt-swollen-calf", 99, area="lung")  # as one who writes the role by hand would
    state = press.state()
    assert state.newest("dvt-swollen-calf") == listing
    role = repository.draft("lung", Targets, now_ms=NOW_MS)
    gone = Withdrawal(bundle_id="dvt-swollen-calf", version=1, reason="Not theirs to say.", at_ms=NOW_MS)
    role.unrecognized_fields[WITHDRAWN_FIELD] = written_withdrawals([gone])
    repository.stage("lung", role)
    academy.publish()
    assert get(press, Library(press.folder / "library"), listing).entry.version == 1
