"""Content in plain: names, streams, keys, and the types that prove verification."""

import copy
import io
import threading
from typing import Any

import pytest

from pocus_desktop.bundle import stored_file
from pocus_desktop.bundle.content import BundleContent
from pocus_desktop.bundle.index import decode_index, encode_index
from pocus_desktop.bundle.stored_file import StoredFile
from pocus_desktop.bundle.verifier import Progress, VerifiedBundle
from pocus_desktop.kernel.errors import PocusError

MIB = 1024 * 1024
PATTERN = b"".join(number.to_bytes(4, "big") for number in range(600_000))
FILES = {"clip": ("video/mp4", PATTERN), "note": ("text/plain", b"hello")}


@pytest.mark.parametrize("mode", ["open", "sealed"])
def test_names_kinds_and_sizes(press: Any, mode: str) -> None:
    written = press.publish(files=FILES, mode=mode)
    with press.open(written.path) as bundle:
        content = bundle.unlock(written.content_key)
        assert content.names() == ("clip", "note")
        assert content.media_type("clip") == "video/mp4"
        assert content.size_bytes("clip") == len(PATTERN)
        assert content.read("note") == b"hello"


def test_a_stream_reads_and_seeks_like_a_file(press: Any) -> None:
    with press.open(press.publish(files=FILES).path) as bundle:
        plain = io.BytesIO(PATTERN)
        with bundle.unlock().open("clip") as stream:
            assert (stream.readable(), stream.seekable(), stream.writable()) == (True, True, False)
            for offset, whence, size in [
                (0, 0, 5), (MIB - 30, 0, 100), (-7, 2, 50), (10, 1, 5), (0, 2, 5), (5_000_000, 0, 5), (1_234_567, 0, 3),
                (-1_000_000, 1, 20_000), (16_384, 0, 16_384), (0, 0, -1),
            ]:  # fmt: skip
                assert stream.seek(offset, whence) == plain.seek(offset, whence)
                assert stream.read(size) == plain.read(size)
                assert stream.tell() == plain.tell()
            with pytest.raises(ValueError, match="position"):
                stream.seek(-1)
        with pytest.raises(ValueError, match="closed"):
            stream.read(1)


def test_readers_on_threads_do_not_disturb_each_other(press: Any) -> None:
    with press.open(press.publish(files=FILES).path) as bundle:
        content = bundle.unlock()
        wrong: list[int] = []

        def read(seed: int) -> None:
            with content.open("clip") as stream:
                for step in range(40):
                    at = (seed * 7919 + step * 104_729) % (len(PATTERN) - 100)
                    stream.seek(at)
                    if stream.read(100) != PATTERN[at : at + 100]:
                        wrong.append(at)

        threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


def test_a_sealed_bundle_needs_its_own_key(press: Any) -> None:
    written = press.publish(files=FILES, mode="sealed")
    with press.open(written.path) as bundle:
        for key, code in ((None, "content_locked"), (bytes(32), "wrong_content_key"), (b"", "wrong_content_key")):
            with pytest.raises(PocusError) as refused:
                bundle.unlock(key)
            assert refused.value.code == f"bundle.{code}"


def test_an_unknown_member_says_so(press: Any) -> None:
    with press.open(press.publish(files=FILES).path) as bundle:
        content = bundle.unlock()
        for act in (content.read, content.open, content.media_type, content.size_bytes):
            with pytest.raises(PocusError) as refused:
                act("clip2")
            assert refused.value.code == "bundle.no_such_member"
        for look in (bundle.segment_digests, bundle.stored_range, bundle.stored):
            with pytest.raises(PocusError) as refused:
                look("clip")
            assert refused.value.code == "bundle.no_such_member"


def test_no_one_else_makes_a_verified_bundle(press: Any) -> None:
    with press.open(press.publish(files=FILES).path) as bundle:
        for proof in (None, object(), True, bundle):
            with pytest.raises(TypeError, match="only"):
                VerifiedBundle(proof, None, None)  # type: ignore[arg-type]
            with pytest.raises(TypeError, match="only"):
                BundleContent(proof, bundle.manifest, None, b"", {})  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="no subclasses"):
            type("Forged", (VerifiedBundle,), {})
        with pytest.raises(TypeError, match="no subclasses"):
            type("Forged", (BundleContent,), {})
        for duplicate in (copy.copy, copy.deepcopy, VerifiedBundle.__reduce__):
            with pytest.raises(TypeError, match="copied or pickled"):
                duplicate(bundle)
        with pytest.raises(AttributeError):
            bundle.trusted = True
        empty = object.__new__(VerifiedBundle)
        with pytest.raises(AttributeError):
            empty.unlock()
        with pytest.raises(AttributeError):
            _ = empty.manifest


def test_secrets_stay_out_of_representations(press: Any) -> None:
    written = press.publish(files=FILES)
    told = repr(written) + repr(written.manifest)
    assert repr(written.content_key) not in told
    assert written.content_key.hex() not in told


def test_opening_reads_no_content(press: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that opening reads of the file, written down: nothing of it lies in a member or in the segment table."""
    written = press.publish(files={"large": ("video/mp4", bytes(3 * MIB)), **FILES})
    with press.open(written.path) as bundle:
        places = [bundle.stored_range(member.path) for member in bundle.manifest.members]
    reads: list[tuple[int, int]] = []
    read_into = StoredFile.read_into

    def noted(self: Any, offset: int, buffer: memoryview) -> int:
        reads.append((offset, offset + len(buffer)))
        return read_into(self, offset, buffer)

    monkeypatch.setattr(StoredFile, "read_into", noted)
    with press.open(written.path):
        pass
    for offset, size in places:
        assert not any(start < offset + size and stop > offset for start, stop in reads)
    assert sum(stop - start for start, stop in reads) < 10_000


def test_where_the_system_has_no_positioned_read_nothing_changes(press: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_file, "_PREAD", None)
    with press.open(press.publish(files=FILES).path) as bundle:
        bundle.verify_everything()
        assert bundle.unlock().read("clip") == PATTERN


INDEX_ROWS = {
    "not json": b"{",
    "a list": b"[]",
    "no format": b'{"format":"1","members":{}}',
    "no members": b'{"format":1}',
    "names nothing": b'{"format":1,"members":{}}',
    "an entry is text": b'{"format":1,"members":{"a":"content/x"}}',
    "an entry without kind": b'{"format":1,"members":{"a":{"path":"content/x"}}}',
    "a path that is not there": b'{"format":1,"members":{"a":{"media_type":"a/b","path":"content/x"}}}',
}


@pytest.mark.parametrize("name", INDEX_ROWS)
def test_an_index_that_does_not_name_each_member_once_is_refused(press: Any, name: str) -> None:
    manifest = press.publish(files=FILES, mode="sealed").manifest
    with pytest.raises(PocusError) as refused:
        decode_index(INDEX_ROWS[name], manifest)
    assert refused.value.code == "bundle.index_invalid"


def test_an_index_of_a_later_format_asks_for_a_later_program(press: Any) -> None:
    manifest = press.publish(files=FILES, mode="sealed").manifest
    with pytest.raises(PocusError) as refused:
        decode_index(b'{"format":2}', manifest)
    assert refused.value.code == "bundle.format_too_new"
    assert "{" not in str(refused.value)


def test_an_index_may_not_name_one_member_twice(press: Any) -> None:
    manifest = press.publish(files=FILES, mode="sealed").manifest
    path = next(member.path for member in manifest.members if member.path != manifest.index)
    with pytest.raises(PocusError) as refused:
        decode_index(encode_index({"clip": (path, "video/mp4"), "note": (path, "text/plain")}), manifest)
    assert refused.value.code == "bundle.index_invalid"


def test_whole_verification_tells_how_far_it_is(press: Any) -> None:
    told: list[Progress] = []
    with press.open(press.publish(files=FILES).path) as bundle:
        bundle.verify_everything(told.append)
        total = sum(member.stored_bytes for member in bundle.manifest.members)
    assert [each.done_bytes for each in told] == sorted({each.done_bytes for each in told})
    assert told[-1] == Progress(done_bytes=total, total_bytes=total)


def test_whole_verification_can_be_stopped(press: Any) -> None:
    told: list[Progress] = []
    with press.open(press.publish(files=FILES).path) as bundle:
        with pytest.raises(PocusError) as refused:
            bundle.verify_everything(told.append, lambda: len(told) == 2)
        assert refused.value.code == "bundle.cancelled"
        assert len(told) == 2
        bundle.verify_everything()
