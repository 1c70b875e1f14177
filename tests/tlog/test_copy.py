"""What a copy of a log proves, what it shows to be false, and what it cannot tell."""

from collections.abc import Callable

import pytest

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
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
from tests.tlog.world import ENTRIES, LOG, ORIGIN, STRANGER, published, signed


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


def test_an_honest_log_cannot_be_accused() -> None:
    shown, later = signed(ENTRIES[:300]), signed(ENTRIES[:400])
    held = signed(ENTRIES[1:301])
    for first, second, root in ((shown, later, shown.head.root), (shown, later, held.head.root)):
        with pytest.raises(BadProofError):
            Fork(first=first.checkpoint, second=second.checkpoint, first_root=root, proof=(bytes(32),)).verify(
                [LOG.public]
            )


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
