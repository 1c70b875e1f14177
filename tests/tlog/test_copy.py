"""What a copy of a log proves, what it shows to be false, and what it cannot tell."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.copy import Fork, ForkFoundError, LogCopy
from pocus_desktop.tlog.errors import (
    BadProofError,
    DamagedLogError,
    IncompleteLogError,
    NotIncludedError,
    NotSignedError,
    OtherLogError,
    UnprovedLogError,
)
from tests.tlog.world import ENTRIES, LOG, ORIGIN, STRANGER, head_of, published, signed


def copy_of(files: dict[str, bytes]) -> LogCopy:
    return LogCopy(files.get, [LOG.public], origin=ORIGIN)


@pytest.mark.parametrize("size", [1, 2, 200, 256, 257, 600])
def test_a_copy_proves_what_is_in_it_and_nothing_else(size: int) -> None:
    copy = copy_of(published(ENTRIES[:size]))
    for index in {0, size // 2, size - 1}:
        copy.require_entry(ENTRIES[index], index)
        assert copy.find(ENTRIES[index]) == index
        with pytest.raises(NotIncludedError):
            copy.require_entry(ENTRIES[-1], index)
    with pytest.raises(NotIncludedError):
        copy.require_entry(ENTRIES[0], size)
    assert copy.find(ENTRIES[-1]) is None
    assert copy.audit() == size
    for earlier in {0, 1, size // 3, size}:
        copy.require_continues(signed(ENTRIES[:earlier]))


def rewritten() -> dict[str, tuple[bytes, ...]]:
    """What a hub might do to its past, 300 entries of which were shown to someone."""
    past = ENTRIES[:400]
    return {
        "an entry was dropped": (*past[:100], *past[101:]),
        "an entry was altered": (*past[:100], ENTRIES[-1], *past[101:]),
        "two entries changed places": (*past[:100], past[101], past[100], *past[102:]),
        "an entry was put in between": (*past[:100], ENTRIES[-1], *past[100:]),
        "all was begun anew": ENTRIES[-400:],
        "another view of the same size": (*past[:299], ENTRIES[-1]),
    }


@pytest.mark.parametrize("deed", rewritten())
def test_a_rewritten_log_convicts_itself(deed: str) -> None:
    """Shown by the new log's own tiles, and to anyone who has both heads and the keys."""
    shown = signed(ENTRIES[:300])
    with pytest.raises(ForkFoundError) as caught:
        copy_of(published(rewritten()[deed])).require_continues(shown)
    fork = Fork.parse(caught.value.fork.to_bytes())
    assert fork == caught.value.fork
    first, second = fork.verify([LOG.public])
    assert (first.head.size, second.head.size) == (300, len(rewritten()[deed]))
    with pytest.raises(NotSignedError):
        fork.verify([STRANGER.public])


@pytest.mark.parametrize("size", [255, 256, 300, 400])
def test_an_honest_log_cannot_be_accused(size: int) -> None:
    """Not by its own true proof and root, nor by a root that never was, nor by a proof that leads nowhere."""
    shown, later, other = signed(ENTRIES[:size]), signed(ENTRIES[:400]), signed(ENTRIES[1 : size + 1])
    true = merkle.consistency_proof(merkle.in_memory([merkle.leaf_hash(one) for one in ENTRIES[:400]]), size, 400)
    for root, proof in ((shown.head.root, true), (other.head.root, true), (other.head.root, (bytes(32),))):
        with pytest.raises(BadProofError):
            Fork(first=shown.checkpoint, second=later.checkpoint, first_root=root, proof=proof).verify([LOG.public])


def test_heads_of_two_logs_are_no_fork() -> None:
    """What would convict a log, with a head of the same key over another one."""
    with pytest.raises(ForkFoundError) as caught:
        copy_of(published(ENTRIES[:400])).require_continues(signed(ENTRIES[1:301]))
    of_another = replace(caught.value.fork, first=head_of(ENTRIES[1:301], origin="other"))
    with pytest.raises(OtherLogError):
        of_another.verify([LOG.public])
    for entries in (ENTRIES[:300], ENTRIES[:400], ENTRIES[1:301]):
        with pytest.raises(OtherLogError):
            copy_of(published(ENTRIES[:400])).require_continues(signed(entries, origin="other"))


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"first":1}', canonical.encode({"first": "", "second": "", "first_root": "%", "proof": []})],
)
def test_what_shows_no_fork_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(BadProofError):
        Fork.parse(data)


SPOILT: dict[str, tuple[type[PocusError], Callable[[dict[str, bytes]], object]]] = {
    "no checkpoint": (IncompleteLogError, lambda files: files.pop("checkpoint")),
    "a checkpoint of a stranger": (
        NotSignedError,
        lambda files: files.update(checkpoint=published(ENTRIES[:400], signer=STRANGER)["checkpoint"]),
    ),
    "the checkpoint of another log": (
        OtherLogError,
        lambda files: files.update(checkpoint=published(ENTRIES[:400], origin="other")["checkpoint"]),
    ),
    "a tile is gone": (IncompleteLogError, lambda files: files.pop("tile/0/000")),
    "the last tile is cut": (
        IncompleteLogError,
        lambda files: files.update({"tile/0/001.p/144": files["tile/0/001.p/144"][:-32]}),
    ),
    "a tile has another hash": (
        DamagedLogError,
        lambda files: files.update({"tile/0/000": bytes(32) + files["tile/0/000"][32:]}),
    ),
    "the folder is older than the head": (UnprovedLogError, lambda files: files.update(published(ENTRIES[:200]))),
}


@pytest.mark.parametrize("cause", SPOILT)
def test_a_spoilt_copy_proves_nothing_and_alleges_nothing(cause: str) -> None:
    error, spoil = SPOILT[cause]
    files = published(ENTRIES[:400])
    spoil(files)
    with pytest.raises(error):
        copy_of(files).require_continues(signed(ENTRIES[:255]))


def test_an_entry_forged_into_a_copy_is_found_nowhere() -> None:
    """A copy that holds it, in its tile and in its bundle, and does not lead to the signed head."""
    files, forged = published(ENTRIES[:400]), ENTRIES[-1]
    made = published((*ENTRIES[:100], forged, *ENTRIES[101:400]))
    copy = copy_of(files | {path: made[path] for path in ("tile/0/000", "tile/entries/000")})
    with pytest.raises(DamagedLogError):
        copy.require_entry(forged, 100)
    with pytest.raises(DamagedLogError):
        copy.find(forged)
    with pytest.raises(DamagedLogError):  # nor is it said of it that the log lacks what was there
        copy.find(ENTRIES[100])


AUDITED: dict[str, tuple[type[PocusError], Callable[[dict[str, bytes]], object]]] = {
    "a bundle is gone": (IncompleteLogError, lambda files: files.pop("tile/entries/000")),
    "a bundle is cut": (
        DamagedLogError,
        lambda files: files.update({"tile/entries/000": files["tile/entries/000"][:-34]}),
    ),
    "an entry is another": (
        DamagedLogError,
        lambda files: files.update({"tile/entries/000": files["tile/entries/000"][:-1] + b"!"}),
    ),
    "a tile is another": (DamagedLogError, lambda files: files.update({"tile/1/000.p/1": bytes(32)})),
    "the head is of fewer": (
        IncompleteLogError,
        lambda files: files.update(checkpoint=published(ENTRIES[:399])["checkpoint"]),
    ),
}


@pytest.mark.parametrize("cause", AUDITED)
def test_an_audit_names_what_is_wrong(cause: str) -> None:
    error, spoil = AUDITED[cause]
    files = published(ENTRIES[:400])
    spoil(files)
    with pytest.raises(error):
        copy_of(files).audit()


def test_an_audit_needs_no_tiles() -> None:
    files = {path: data for path, data in published(ENTRIES[:400]).items() if "entries" in path or path == "checkpoint"}
    assert copy_of(files).audit() == 400
