"""Same source, same bytes; unchanged members keep their ciphertext; one version's key opens nothing new in the next."""

import json
import shutil
import subprocess
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocus_desktop.bundle.signing import countersign
from pocus_desktop.bundle.writer import SourceMember, write_bundle
from pocus_desktop.crypto.chunked import decrypt
from pocus_desktop.crypto.wrap import CannotUnwrapError, unwrap
from pocus_desktop.kernel.errors import PocusError

MIB = 1024 * 1024
GOLDEN = Path(__file__).parent.parent / "vectors" / "bundle"


def test_building_twice_gives_the_same_bytes(press: Any) -> None:
    for mode in ("open", "sealed"):
        one = press.publish("one.casebundle", mode=mode).path.read_bytes()
        other = press.publish("other.casebundle", mode=mode).path.read_bytes()
        assert one == other


def test_order_and_kind_of_the_source_do_not_matter(press: Any) -> None:
    one = press.publish("one.casebundle").path.read_bytes()
    source = press.source()
    turned = []
    for member in reversed(source.members):
        file = press.folder / "source.bin"
        file = file.with_name(member.name.replace("/", "-"))
        file.write_bytes(member.data)
        turned.append(SourceMember(name=member.name, media_type=member.media_type, data=file))
    again = press.source(members=tuple(turned))
    path = press.folder / "other.casebundle"
    write_bundle(again, line_secret=bytes(range(32)), signers=[press.signer], destination=path)
    assert path.read_bytes() == one


@pytest.mark.parametrize("mode", ["open", "sealed"])
def test_the_golden_bundle_is_still_written_and_read(press: Any, mode: str) -> None:
    """Format 1 for ever: these files never change; a later program reads them."""
    told = json.loads((GOLDEN / f"format-1-{mode}.json").read_text(encoding="utf-8"))
    golden = GOLDEN / f"format-1-{mode}.casebundle"
    assert press.publish(mode=mode).path.read_bytes() == golden.read_bytes()
    with press.open(golden) as bundle:
        assert bundle.digest_of_manifest == told["digest"]
        content = bundle.unlock(bytes.fromhex(told["content_key"]))
        assert {name: content.read(name).hex() for name in content.names()} == told["members"]
        bundle.verify_everything()


def test_other_tools_read_the_container(press: Any) -> None:
    path = press.publish().path
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:3] == ["mimetype", "manifest.dsse.json", "segments.sha256"]
        assert archive.read("mimetype") == b"application/vnd.pocus.casebundle+zip"
    assert path.read_bytes()[30:38] == b"mimetype"
    assert path.read_bytes()[38:74] == b"application/vnd.pocus.casebundle+zip"
    if shutil.which("unzip"):
        tested = subprocess.run(["unzip", "-t", str(path)], capture_output=True, text=True, check=True)
        assert "No errors detected" in tested.stdout


def stored(press: Any, path: Path) -> dict[str, bytes]:
    with press.open(path) as bundle:
        return {each.path: bundle.stored(each.path).read_at(0, each.stored_bytes) for each in bundle.manifest.members}


@pytest.mark.parametrize("mode", ["open", "sealed"])
def test_an_unchanged_member_keeps_its_ciphertext(press: Any, mode: str) -> None:
    files = {"same": ("text/plain", bytes(2 * MIB)), "changes": ("text/plain", b"one"), "goes": ("text/plain", b"x")}
    first = press.publish("1.casebundle", files=files, mode=mode)
    after = {"same": files["same"], "changes": ("text/plain", b"two"), "comes": ("text/plain", b"y")}
    second = press.publish("2.casebundle", files=after, mode=mode, version=2)
    one, two = stored(press, first.path), stored(press, second.path)
    names = {len(data): path for path, data in one.items()}
    same = names[max(names)]
    assert one[same] == two[same]
    shared = [path for path in one.keys() & two.keys() if one[path] == two[path]]
    assert shared == [same]


def test_the_key_of_one_version_opens_nothing_new_in_the_next(press: Any) -> None:
    first = press.publish("1.casebundle", mode="sealed")
    files = {"case.json": ("application/json", b'{"format":1}'), "new": ("text/plain", b"secret")}
    second = press.publish("2.casebundle", mode="sealed", version=2, files=files)
    assert first.content_key != second.content_key
    with press.open(second.path) as bundle:
        with pytest.raises(PocusError) as refused:
            bundle.unlock(first.content_key)
        assert refused.value.code == "bundle.wrong_content_key"
        known = {unwrap(first.content_key, bytes.fromhex(each.wrapped_key)) for each in first.manifest.members}
        for member in bundle.manifest.members:
            with pytest.raises(CannotUnwrapError):
                unwrap(first.content_key, bytes.fromhex(member.wrapped_key))
        opened = [
            unwrap(second.content_key, bytes.fromhex(each.wrapped_key)) in known for each in bundle.manifest.members
        ]
        assert opened.count(True) == 1, "only the unchanged member has a key that was known"


def test_an_open_build_of_a_version_does_not_give_away_the_sealed_one(press: Any) -> None:
    practice, live = press.publish("p.casebundle"), press.publish("l.casebundle", mode="sealed")
    assert practice.content_key != live.content_key
    practice_keys = {unwrap(practice.content_key, bytes.fromhex(m.wrapped_key)) for m in practice.manifest.members}
    live_keys = {unwrap(live.content_key, bytes.fromhex(m.wrapped_key)) for m in live.manifest.members}
    assert not practice_keys & live_keys


def test_equal_files_under_two_names_share_no_ciphertext(press: Any) -> None:
    both = stored(press, press.publish(files={"a": ("text/plain", b"x"), "b": ("text/plain", b"x")}).path)
    assert len(set(both.values())) == 2


def test_a_sealed_bundle_shows_no_name_kind_or_plaintext(press: Any) -> None:
    files = {"answer-is-dvt.mp4": ("video/mp4", b"visible words" * 100)}
    data = press.publish(files=files, mode="sealed").path.read_bytes()
    for told in (b"answer", b"video", b"visible"):
        assert told not in data


def test_members_are_cobblestone_256_under_the_wrapped_key(press: Any) -> None:
    written = press.publish()
    with zipfile.ZipFile(written.path) as archive:
        for member in written.manifest.members:
            key = unwrap(written.content_key, bytes.fromhex(member.wrapped_key))
            plain = decrypt(key, f"lung-a|{member.path}".encode(), archive.read(member.path))
            assert len(plain) == member.plain_bytes


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.dictionaries(
        st.from_regex(r"[a-zé]{1,6}(/[a-z0-9]{1,4}){0,2}", fullmatch=True).filter(str.isprintable),
        st.one_of(st.binary(max_size=50), st.sampled_from([16 * 1024, 16 * 1024 - 1, MIB, MIB - 72]).map(bytes)),
        min_size=1,
        max_size=5,
    ),
    mode=st.sampled_from(["open", "sealed"]),
)
def test_what_goes_in_comes_out(press: Any, files: dict[str, bytes], mode: str) -> None:
    written = press.publish(files={name: ("text/plain", data) for name, data in files.items()}, mode=mode)
    with press.open(written.path) as bundle:
        bundle.verify_everything()
        content = bundle.unlock(written.content_key)
        assert {name: content.read(name) for name in content.names()} == files


def test_large_members_take_no_memory(press: Any) -> None:
    large = press.folder / "large.bin"
    with large.open("wb") as file:
        file.truncate(40 * MIB)
    tracemalloc.start()
    try:
        written = press.publish(files={"large": ("video/mp4", large)})
        with press.open(written.path) as bundle:
            bundle.verify_everything()
            with bundle.unlock().open("large") as stream:
                while stream.read(MIB):
                    pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * MIB


def test_a_second_person_signs_without_changing_the_content(press: Any) -> None:
    written = press.publish(mode="sealed")
    both = press.folder / "both.casebundle"
    with press.open(written.path) as bundle:
        countersign(bundle, press.second, destination=both)
    at_once = press.publish("at-once.casebundle", mode="sealed", signers=(press.signer, press.second))
    assert both.read_bytes() == at_once.path.read_bytes()
    with press.open(both) as bundle:
        assert bundle.digest_of_manifest == written.digest
        assert len(bundle.signers) == 2


def test_countersigning_in_place_replaces_the_whole_file(press: Any) -> None:
    written = press.publish()
    with press.open(written.path) as bundle:
        countersign(bundle, press.second, destination=written.path)
    with press.open(written.path) as bundle:
        assert len(bundle.signers) == 2
        bundle.verify_everything()


def test_no_one_signs_a_damaged_bundle(press: Any) -> None:
    written = press.publish()
    with press.open(written.path) as bundle:
        offset, _ = bundle.stored_range("content/media/clip.mp4")
        with written.path.open("r+b") as file:
            file.seek(offset + 100)
            file.write(b"xx")
        with pytest.raises(PocusError) as refused:
            countersign(bundle, press.second, destination=press.folder / "both.casebundle")
    assert refused.value.code == "bundle.content_damaged"
    assert not (press.folder / "both.casebundle").exists()


BAD_SOURCES: dict[str, tuple[str, dict[str, Any]]] = {
    "bundle id": ("bad_source", {"bundle_id": "Lung A"}),
    "content area": ("bad_source", {"content_area": ""}),
    "version": ("bad_source", {"version": 0}),
    "no title": ("bad_source", {"title": {}}),
    "blank title": ("bad_source", {"title": {"en": ""}}),
    "title in no language": ("bad_source", {"title": {"English": "x"}}),
    "no language": ("bad_source", {"languages": ()}),
    "no such language": ("bad_source", {"languages": ("english!",)}),
    "mode": ("bad_source", {"mode": "ajar"}),
    "minimum app": ("bad_source", {"minimum_app": "v1"}),
    "no members": ("bad_source", {"members": ()}),
    "more members than a reader takes": (
        "bad_source",
        {"files": {f"m{number}": ("text/plain", b"") for number in range(9_997)}},
    ),
    "time order": ("bad_source", {"not_before_ms": 5, "not_after_ms": 5}),
    "negative time": ("bad_source", {"not_before_ms": -5}),
    "media type": ("bad_source", {"files": {"a": ("video", b"")}}),
    "two names, one file": ("bad_source", {"files": {"a": ("text/plain", b""), "A": ("text/plain", b"")}}),
    "parent": ("parent_path", {"files": {"../a": ("text/plain", b"")}}),
    "control character": ("bad_name", {"files": {"a\x07": ("text/plain", b"")}}),
    "file not there": ("source_unreadable", {"files": {"a": ("text/plain", Path("/no/such/file"))}}),
}


@pytest.mark.parametrize("name", BAD_SOURCES)
def test_a_source_that_does_not_fit_is_refused(press: Any, name: str) -> None:
    code, changes = BAD_SOURCES[name]
    with pytest.raises(PocusError) as refused:
        press.publish(**changes)
    assert refused.value.code == f"bundle.{code}"
    assert list(press.folder.iterdir()) == []


def test_a_secret_or_signers_that_do_not_fit_are_refused(press: Any) -> None:
    for secret, signers in ((b"short", [press.signer]), (bytes(32), [])):
        with pytest.raises(PocusError) as refused:
            write_bundle(press.source(), line_secret=secret, signers=signers, destination=press.folder / "x")
        assert refused.value.code == "bundle.bad_source"


def test_a_source_that_changes_meanwhile_is_refused(press: Any) -> None:
    """One file that is a link to the other's place: the second pass reads other bytes than the first."""

    class Restless(type(Path())):  # type: ignore[misc]  # Path picks its class at run time
        opened = 0

        def open(self, *arguments: Any, **named: Any) -> Any:
            type(self).opened += 1
            self.write_bytes(b"x" * 10 if type(self).opened == 1 else b"y" * 10)
            return Path(self).open(*arguments, **named)

        def write_bytes(self, data: Any) -> int:
            return Path(self).write_bytes(data)

    with pytest.raises(PocusError) as refused:
        press.publish(files={"a": ("text/plain", Restless(press.folder / "a"))})
    assert refused.value.code == "bundle.source_changed"
    assert not (press.folder / "a.casebundle").exists()


def test_a_folder_that_cannot_be_written_says_so(press: Any) -> None:
    (press.folder / "file").write_bytes(b"")
    with pytest.raises(PocusError) as refused:
        press.publish("file/a.casebundle")
    assert refused.value.code == "bundle.cannot_write"


def test_an_older_bundle_stays_where_writing_fails(press: Any) -> None:
    before = press.publish().path.read_bytes()
    with pytest.raises(PocusError):
        press.publish(files={"a": ("text/plain", Path("/no/such/file"))})
    assert (press.folder / "a.casebundle").read_bytes() == before
    assert [path.name for path in press.folder.iterdir()] == ["a.casebundle"]
