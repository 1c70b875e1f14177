"""What is remembered opened is what the sealed bytes say, and opens with the keys of today alone."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from pocus_desktop.admission.academy import AcademyKeys, AcademyRing
from pocus_desktop.crypto import hpke
from pocus_desktop.crypto.hpke import CannotOpenSealedError
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.peers import vault as rooms
from pocus_desktop.hub.peers.store import PeerStore
from pocus_desktop.hub.peers.vault import Vault


def vault(ring: object) -> Vault:
    return Vault(cast("KeyRing", ring), cast("PeerStore", None))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was opened by a key, and not from memory."""
    found: list[bytes] = []
    whole = hpke.open_sealed

    def watched(key: Any, sealed: bytes, *, info: bytes) -> bytes:
        found.append(sealed)
        return whole(key, sealed, info=info)

    monkeypatch.setattr(hpke, "open_sealed", watched)
    return found


def test_what_was_sealed_or_opened_here_is_opened_once(opened: list[bytes]) -> None:
    ring = KeyRing(AcademyRing(current=AcademyKeys.generate()))
    here, other = vault(ring), vault(ring)
    sealed = here.seal("said", "evl_1", {"a": "b"})
    assert [here.open("said", "evl_1", sealed), opened] == [{"a": "b"}, []]
    assert [other.open("said", "evl_1", sealed) for _ in range(3)] == [{"a": "b"}] * 3
    assert opened == [sealed]
    newer = other.seal("said", "evl_1", {"a": "c"})
    assert here.open("said", "evl_1", newer) == {"a": "c"}, "what another process sealed since is what is shown"


def test_memory_lets_nothing_pass_for_something_else() -> None:
    here = vault(KeyRing(AcademyRing(current=AcademyKeys.generate())))
    sealed = here.seal("said", "evl_1", {"a": "b"})
    for what, name, data in (
        ("said", "evl_2", sealed),
        ("panel", "evl_1", sealed),
        ("said", "evl_1", sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ):
        with pytest.raises(CannotOpenSealedError):
            here.open(what, name, data)
    assert here.open("said", "evl_1", sealed) == {"a": "b"}


def test_what_a_key_opened_is_opened_no_more_once_it_is_taken_away() -> None:
    before, now = AcademyKeys.generate(), AcademyKeys.generate()
    ring = SimpleNamespace(openers=(now.sealing, before.sealing))
    older = vault(SimpleNamespace(openers=(before.sealing,))).seal("said", "evl_1", {"a": "b"})
    here = vault(ring)
    assert here.open("said", "evl_1", older) == {"a": "b"}
    ring.openers = (now.sealing,)
    with pytest.raises(CannotOpenSealedError):
        here.open("said", "evl_1", older)


def test_no_more_is_remembered_than_that_and_the_oldest_goes_first(
    monkeypatch: pytest.MonkeyPatch, opened: list[bytes]
) -> None:
    monkeypatch.setattr(rooms, "REMEMBERED", 2)
    here = vault(KeyRing(AcademyRing(current=AcademyKeys.generate())))
    first, second = (here.seal("said", name, {"is": name}) for name in "ab")
    here.open("said", "a", first)
    here.seal("said", "c", {})
    here.open("said", "a", first)
    assert opened == []
    here.open("said", "b", second)
    assert opened == [second]


def test_what_is_remembered_cannot_be_changed() -> None:
    here = vault(KeyRing(AcademyRing(current=AcademyKeys.generate())))
    found = here.open("said", "a", here.seal("said", "a", {"b": "c"}))
    with pytest.raises(TypeError):
        cast("dict[str, str]", found)["b"] = "d"
