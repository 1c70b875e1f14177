"""A station's library: whole or not at all, never back to an older version, and honest about damage."""

import errno
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pocus_desktop.bundle import ledger as ledger_module
from pocus_desktop.bundle import library as library_module
from pocus_desktop.bundle.errors import LibraryBusyError
from pocus_desktop.bundle.ledger import Ledger, Record
from pocus_desktop.bundle.library import LEDGER_NAME, LOCK_NAME, Entry, Library
from pocus_desktop.bundle.library_lock import locked
from pocus_desktop.bundle.verifier import Progress
from pocus_desktop.kernel.errors import PocusError

GOLDEN = Path(__file__).parent.parent / "vectors" / "bundle" / "library-1.json"


class Usage(NamedTuple):
    """What `shutil.disk_usage` gives, in bytes."""

    total: int
    used: int
    free: int


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def bring(library: Library, press: Any, path: Path, **arguments: Any) -> Entry:
    given = {"now_ms": 1_800_000_000_000, "app_version": "0.1.0", **arguments}
    return library.import_bundle(path, given.pop("policy", press.policy), **given)


def code_of(act: Any) -> str:
    with pytest.raises(PocusError) as refused:
        act()
    assert "{" not in str(refused.value), "the words lack a parameter"
    return refused.value.code


def files_of(library: Library) -> set[str]:
    return {path.name for path in library.folder.iterdir()}


def test_an_imported_bundle_is_found_and_opens(library: Library, press: Any) -> None:
    written = press.publish(mode="sealed")
    entry = bring(library, press, written.path)
    assert (entry.bundle_id, entry.version, entry.title["es"], entry.problem) == ("lung-a", 1, "Pulmón A", None)
    assert entry.path.read_bytes() == written.path.read_bytes()
    assert library.entries() == (entry,)
    assert library.find("lung-a") == entry
    with library.open(entry, press.policy, now_ms=0, app_version="0.1.0") as bundle:
        assert bundle.unlock(written.content_key).read("empty.txt") == b""
    assert files_of(library) == {"lung-a-1.casebundle", LEDGER_NAME, LOCK_NAME}


def test_the_same_bundle_twice_is_one_entry(library: Library, press: Any) -> None:
    path = press.publish().path
    assert bring(library, press, path) == bring(library, press, path)
    assert len(library.entries()) == 1


def test_an_empty_library_is_empty(library: Library) -> None:
    assert library.entries() == ()
    assert library.seen_version("lung-a") is None
    assert code_of(lambda: library.find("lung-a")) == "bundle.not_in_library"
    assert code_of(lambda: library.remove("lung-a", 1)) == "bundle.not_in_library"


def test_the_newest_version_is_found_and_a_minimum_is_kept(library: Library, press: Any) -> None:
    for version in (1, 2, 10):
        bring(library, press, press.publish(version=version).path)
    assert [entry.version for entry in library.entries()] == [1, 2, 10]
    assert library.find("lung-a").version == 10
    assert library.find("lung-a", 2).version == 10
    assert code_of(lambda: library.find("lung-a", 11)) == "bundle.not_in_library"


def test_an_older_version_is_refused_even_after_removal(library: Library, press: Any) -> None:
    old, new = press.publish("old", version=4).path, press.publish("new", version=5).path
    entry = bring(library, press, old)
    bring(library, press, new)
    assert code_of(lambda: bring(library, press, old)) == "bundle.rolled_back"
    library.remove("lung-a", 5)
    assert [each.version for each in library.entries()] == [4]
    assert library.seen_version("lung-a") == 5
    assert code_of(lambda: bring(Library(library.folder), press, old)) == "bundle.rolled_back"
    assert code_of(lambda: library.open(entry, press.policy, now_ms=0, app_version="1")) == "bundle.rolled_back"
    bring(library, press, new)


def test_an_import_that_is_overtaken_by_a_newer_version_is_refused(library: Library, press: Any) -> None:
    """While version 1 is being copied, version 2 comes in: what was allowed at the start no longer is at the end."""
    old, new = press.publish("old", version=1).path, press.publish("new", version=2).path

    def overtake(_: Progress) -> None:
        if not library.entries():
            bring(library, press, new)

    assert code_of(lambda: bring(library, press, old, progress=overtake)) == "bundle.rolled_back"
    assert [entry.version for entry in library.entries()] == [2]
    assert files_of(library) == {"lung-a-2.casebundle", LEDGER_NAME, LOCK_NAME}


def test_an_import_that_is_overtaken_by_itself_gives_the_entry_that_is_there(library: Library, press: Any) -> None:
    path = press.publish().path
    told: list[Entry] = []

    def overtake(_: Progress) -> None:
        if not told:
            told.append(bring(library, press, path))

    assert bring(library, press, path, progress=overtake) == told[0]
    assert files_of(library) == {"lung-a-1.casebundle", LEDGER_NAME, LOCK_NAME}


def test_a_ledger_never_forgets_a_higher_version() -> None:
    record = Record(
        bundle_id="a", version=3, title={"en": "A"}, content_area="a", languages=("en",), mode="open", digest="",
        size_bytes=1,
    )  # fmt: skip
    ledger = Ledger().with_record(record).with_record(replace(record, version=2)).without(record)
    assert ledger.seen == {"a": 3}
    assert list(ledger.records) == ["a-2.casebundle"]


def test_another_bundle_of_the_same_version_is_refused(library: Library, press: Any) -> None:
    bring(library, press, press.publish().path)
    other = press.publish("b", files={"other": ("text/plain", b"")}).path
    assert code_of(lambda: bring(library, press, other)) == "bundle.same_version_differs"
    library.remove("lung-a", 1)
    bring(library, press, other)


def test_a_countersigned_copy_is_the_same_bundle(library: Library, press: Any) -> None:
    one = bring(library, press, press.publish().path)
    both = press.publish("b", signers=(press.signer, press.second)).path
    assert bring(library, press, both) == one


@pytest.mark.parametrize("damage", ["missing", "cut", "manifest", "other"])
def test_a_damaged_entry_says_so_and_can_be_imported_again(library: Library, press: Any, damage: str) -> None:
    written = press.publish()
    entry = bring(library, press, written.path)
    whole = entry.path.read_bytes()
    match damage:
        case "missing":
            entry.path.unlink()
        case "cut":
            entry.path.write_bytes(whole[:-10])
        case "manifest":
            entry.path.write_bytes(whole[:300] + b"!" + whole[301:])
        case "other":
            shutil.copy(press.publish("b", version=2).path, entry.path)
    (found,) = library.entries()
    expected = {
        "missing": "bundle.unreadable",
        "cut": "bundle.truncated",
        "manifest": "bundle.checksum",
        "other": "bundle.directory_damaged",
    }
    assert found.problem is not None
    assert found.problem.code == expected[damage]
    assert code_of(lambda: library.find("lung-a")) == "bundle.not_in_library"
    assert bring(library, press, written.path).problem is None
    assert library.find("lung-a").path.read_bytes() == whole


def test_a_bundle_with_damaged_content_does_not_come_in(library: Library, press: Any) -> None:
    path = press.publish().path
    with press.open(path) as bundle:
        offset, _ = bundle.stored_range("content/media/clip.mp4")
    data = bytearray(path.read_bytes())
    data[offset + 1000] ^= 1
    path.write_bytes(data)
    assert code_of(lambda: bring(library, press, path)) == "bundle.content_damaged"
    assert files_of(library) == {LOCK_NAME}
    assert library.entries() == ()


def test_an_untrusted_bundle_does_not_come_in(library: Library, press: Any) -> None:
    path = press.publish(signers=(press.stranger,)).path
    assert code_of(lambda: bring(library, press, path)) == "bundle.not_trusted"
    assert not library.folder.exists()


def test_an_import_tells_how_far_it_is_and_can_be_stopped(library: Library, press: Any) -> None:
    path = press.publish().path
    told: list[Progress] = []
    assert code_of(lambda: bring(library, press, path, progress=told.append, cancel=lambda: True)) == "bundle.cancelled"
    assert code_of(lambda: bring(library, press, path, cancel=lambda: bool(told), progress=told.append)) == (
        "bundle.cancelled"
    )
    assert files_of(library) == {LOCK_NAME}
    told.clear()
    bring(library, press, path, progress=told.append)
    done = [each.done_bytes for each in told]
    assert done == sorted(done)
    assert all(each.done_bytes <= each.total_bytes == 2 * path.stat().st_size for each in told)


def test_too_little_space_is_found_before_copying(
    library: Library, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = press.publish().path
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 64 * 1024 * 1024))
    with pytest.raises(PocusError) as refused:
        bring(library, press, path)
    assert refused.value.code == "bundle.no_space"
    assert refused.value.params["free_mb"] == 67
    assert files_of(library) <= {LOCK_NAME}


def test_a_disk_that_fills_up_while_copying_leaves_nothing(
    library: Library, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = press.publish().path
    monkeypatch.setattr(library_module.os, "fsync", full)  # type: ignore[attr-defined]  # the edge of the system
    assert code_of(lambda: bring(library, press, path)) == "bundle.no_space"
    assert files_of(library) == {LOCK_NAME}


def test_a_ledger_that_cannot_be_written_leaves_the_library_as_it_was(
    library: Library, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = press.publish().path

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(ledger_module, "write_atomically", full)
        assert code_of(lambda: bring(library, press, path)) == "bundle.cannot_write"
        assert files_of(library) == {LOCK_NAME}
    entry = bring(library, press, path)
    entry.path.write_bytes(b"damaged")
    with monkeypatch.context() as patch:
        patch.setattr(ledger_module, "write_atomically", full)
        assert code_of(lambda: bring(library, press, path)) == "bundle.cannot_write"
    assert library.find("lung-a").path.read_bytes() == path.read_bytes(), "a mended copy is not taken away again"


def test_the_golden_ledger_is_still_written_and_read(library: Library, press: Any) -> None:
    """Format 1 for ever: this file never changes; a later program reads it."""
    for version in (1, 2):
        bring(library, press, press.publish(version=version, mode="sealed").path)
    library.remove("lung-a", 1)
    ledger = library.folder / LEDGER_NAME
    assert ledger.read_bytes() == GOLDEN.read_bytes()
    ledger.write_bytes(GOLDEN.read_bytes())
    assert library.find("lung-a").version == library.seen_version("lung-a") == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"format":"1","records":[],"seen":{}}',
        b'{"format":1,"records":{},"seen":{}}',
        b'{"format":1,"records":[],"seen":{"a":"1"}}',
        b'{"format":1,"records":[{"bundle_id":"../x"}],"seen":{}}',
        b'{"format":1,"records":[1],"seen":{}}',
    ],
)
def test_a_damaged_ledger_is_never_taken_for_an_empty_one(library: Library, press: Any, data: bytes) -> None:
    bring(library, press, press.publish().path)
    (library.folder / LEDGER_NAME).write_bytes(data)
    path = press.publish("b", version=2).path
    for act in (library.entries, lambda: bring(library, press, path), lambda: library.remove("lung-a", 1)):
        assert code_of(act) == "bundle.ledger_damaged"


def test_a_ledger_that_cannot_be_read_is_never_taken_for_an_empty_one(library: Library) -> None:
    (library.folder / LEDGER_NAME).mkdir(parents=True)
    assert code_of(library.entries) == "bundle.ledger_damaged"


def test_a_place_that_is_no_folder_is_told_by_name(press: Any, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_bytes(b"a file")
    path = press.publish().path
    assert code_of(lambda: bring(Library(tmp_path / "occupied"), press, path)) == "bundle.cannot_write"


def test_a_bundle_that_the_system_does_not_remove_is_told_by_name(library: Library, press: Any) -> None:
    entry = bring(library, press, press.publish().path)
    entry.path.unlink()
    entry.path.mkdir()
    assert code_of(lambda: library.remove("lung-a", 1)) == "bundle.cannot_write"
    assert library.entries() != ()


def test_a_ledger_of_a_later_format_asks_for_a_later_program(library: Library, press: Any) -> None:
    """Never for moving it away: it knows which versions were seen."""
    bring(library, press, press.publish().path)
    (library.folder / LEDGER_NAME).write_bytes(b'{"format":2}')
    assert code_of(library.entries) == "bundle.format_too_new"


def test_a_ledger_cut_at_any_byte_is_refused(library: Library, press: Any) -> None:
    bring(library, press, press.publish().path)
    ledger = library.folder / LEDGER_NAME
    whole = ledger.read_bytes()
    for size in range(len(whole)):
        ledger.write_bytes(whole[:size])
        assert code_of(library.entries) == "bundle.ledger_damaged"


def test_copies_of_a_dead_process_are_swept(library: Library, press: Any) -> None:
    library.folder.mkdir()
    (library.folder / ".incoming-dead.casebundle").write_bytes(b"half")
    bring(library, press, press.publish().path)
    assert files_of(library) == {"lung-a-1.casebundle", LEDGER_NAME, LOCK_NAME}


def test_the_room_of_a_dead_copy_is_free_for_the_next(
    library: Library, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = library.folder / ".incoming-dead.casebundle"
    library.folder.mkdir()
    dead.write_bytes(b"half of a large bundle")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, 0 if dead.exists() else 10**12))
    assert bring(library, press, press.publish().path).problem is None


def test_a_copy_that_has_only_begun_is_not_swept_by_another(
    library: Library, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process looks around right after the copy's file was made."""
    path, other = press.publish("b", bundle_id="lung-b").path, press.publish().path
    make = tempfile.mkstemp

    def made_and_looked_at(*arguments: Any, **named: Any) -> tuple[int, str]:
        made = make(*arguments, **named)
        monkeypatch.setattr(tempfile, "mkstemp", make)
        with suppress(LibraryBusyError):
            bring(library, press, other)
        return made

    monkeypatch.setattr(tempfile, "mkstemp", made_and_looked_at)
    monkeypatch.setattr(library_module, "locked", partial(locked, patience_s=0))
    assert bring(library, press, path).problem is None


def test_a_source_that_is_exchanged_for_a_countersigned_copy_meanwhile_is_refused(
    library: Library, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same manifest, so the same bundle, but another file than the one that was judged and recorded."""
    path = press.publish().path
    longer = press.publish("b", signers=(press.signer, press.second)).path

    def exchange(_: Path) -> Usage:
        longer.replace(path)
        return Usage(10**12, 0, 10**12)

    monkeypatch.setattr(shutil, "disk_usage", exchange)
    assert code_of(lambda: bring(library, press, path)) == "bundle.content_damaged"
    assert files_of(library) == {LOCK_NAME}


IMPORT = """
import sys
from pathlib import Path
from pocus_desktop.bundle.library import Library
from pocus_desktop.bundle.verifier import TrustPolicy
from pocus_desktop.crypto.keys import PublicKey
folder, key, *paths = sys.argv[1:]
policy = TrustPolicy(keys=(PublicKey(algorithm="ed25519", raw=bytes.fromhex(key)),))
for path in paths:
    Library(Path(folder)).import_bundle(Path(path), policy, now_ms=0, app_version="0.1.0")
"""

HOLD = """
import sys
from pathlib import Path
from pocus_desktop.bundle.library_lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_processes_may_import_at_once(library: Library, press: Any) -> None:
    key = press.signer.public.raw.hex()
    lists: list[list[str]] = [[], []]
    for number in range(12):
        path = press.publish(f"{number}.casebundle", bundle_id=f"lung-{number % 8}").path
        lists[number % 2].append(str(path))
        lists[1 - number % 2].append(str(path))
    command = [sys.executable, "-c", IMPORT, str(library.folder), key]
    running = [subprocess.Popen([*command, *paths], stderr=subprocess.PIPE, text=True) for paths in lists]
    assert [process.communicate()[1] for process in running] == ["", ""]
    assert [entry.bundle_id for entry in library.entries()] == [f"lung-{number}" for number in range(8)]
    assert all(entry.problem is None for entry in library.entries())
    assert not [name for name in files_of(library) if name.startswith(".incoming")]


def test_a_lock_held_by_another_process_is_named(library: Library) -> None:
    lock = library.folder / LOCK_NAME
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        def take() -> None:
            with locked(lock, patience_s=0):
                pass

        assert code_of(take) == "bundle.library_busy"
        holder.kill()
    with locked(lock, patience_s=0):
        """The dead process has let go."""


def test_a_later_policy_is_asked_again_at_opening(library: Library, press: Any) -> None:
    entry = bring(library, press, press.publish().path)
    policy = replace(press.policy, keys=(press.second.public,))
    assert code_of(lambda: library.open(entry, policy, now_ms=0, app_version="0.1.0")) == "bundle.not_trusted"
