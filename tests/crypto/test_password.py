"""A secret under a passphrase: floor and ceiling on read, binding of the whole file, wrong passphrases."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.crypto import password
from pocus_desktop.crypto.password import (
    CEILING,
    DEFAULT,
    FLOOR,
    BadPassphraseFileError,
    Cost,
    EmptyPassphraseError,
    NotEnoughMemoryError,
    WeakPassphraseFileError,
    WrongPassphraseError,
    open_with_passphrase,
    seal_under_passphrase,
)
from tests import stretching

PASSPHRASE, PURPOSE = "correct horse battery staple", "station-signing"
SECRET = bytes(range(32))
with stretching.really():
    SEALED = seal_under_passphrase(SECRET, PASSPHRASE, purpose=PURPOSE)


GOLDEN = Path(__file__).parent.parent / "vectors" / "crypto" / "passphrase-sealed-1.json"


def test_the_golden_file_still_opens() -> None:
    """Version 1 for ever: this file never changes; a later program reads it."""
    assert open_with_passphrase(GOLDEN.read_bytes(), PASSPHRASE, purpose=PURPOSE) == SECRET


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(SEALED)
    change(document)
    return json.dumps(document).encode()


def test_the_secret_comes_back_and_two_files_share_nothing() -> None:
    assert open_with_passphrase(SEALED, PASSPHRASE, purpose=PURPOSE) == SECRET
    again = json.loads(seal_under_passphrase(SECRET, PASSPHRASE, purpose=PURPOSE))
    first = json.loads(SEALED)
    assert again["kdf"]["salt"] != first["kdf"]["salt"]
    assert again["sealed"] != first["sealed"]


def test_keyboards_that_compose_letters_differently_agree() -> None:
    sealed = seal_under_passphrase(SECRET, "n\u0303andu\u0301", purpose=PURPOSE)
    assert open_with_passphrase(sealed, "\u00f1and\u00fa", purpose=PURPOSE) == SECRET


def test_another_passphrase_is_refused() -> None:
    with pytest.raises(WrongPassphraseError) as refused:
        open_with_passphrase(SEALED, PASSPHRASE + " ", purpose=PURPOSE)
    assert refused.value.code == "crypto.wrong_passphrase"


def test_an_empty_passphrase_is_refused() -> None:
    with pytest.raises(EmptyPassphraseError):
        seal_under_passphrase(SECRET, "", purpose=PURPOSE)
    with pytest.raises(EmptyPassphraseError):
        open_with_passphrase(SEALED, "", purpose=PURPOSE)


def test_a_file_for_another_purpose_is_refused_even_when_it_is_renamed() -> None:
    with pytest.raises(BadPassphraseFileError):
        open_with_passphrase(SEALED, PASSPHRASE, purpose="centre-sealing")
    renamed = changed(lambda document: document.update(purpose="centre-sealing"))
    with pytest.raises(WrongPassphraseError):
        open_with_passphrase(renamed, PASSPHRASE, purpose="centre-sealing")


COSTS = {
    "memory-below-the-floor": {"memory_kib": FLOOR.memory_kib - 1},
    "one-pass-less": {"passes": FLOOR.passes - 1},
    "no-lanes": {"lanes": 0},
    "negative-passes": {"passes": -3},
    "memory-above-the-ceiling": {"memory_kib": CEILING.memory_kib + 1},
    "passes-above-the-ceiling": {"passes": CEILING.passes + 1},
    "lanes-above-the-ceiling": {"lanes": CEILING.lanes + 1},
    "memory-past-any-computer": {"memory_kib": 10**30},
}


@pytest.mark.parametrize("cost", COSTS.values(), ids=COSTS)
def test_a_file_that_asks_for_too_little_or_too_much_work_is_refused(cost: dict[str, int]) -> None:
    with pytest.raises(WeakPassphraseFileError) as refused:
        open_with_passphrase(changed(lambda document: document["kdf"].update(cost)), PASSPHRASE, purpose=PURPOSE)
    assert refused.value.code == "crypto.weak_passphrase_file"


def test_a_computer_without_the_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(password, "Argon2id", lambda **_: SimpleNamespace(derive=exhausted))
    with pytest.raises(NotEnoughMemoryError) as refused:
        open_with_passphrase(SEALED, PASSPHRASE, purpose=PURPOSE)
    assert refused.value.params == {"memory_mib": 64}


def test_a_secret_is_never_stored_below_the_floor() -> None:
    with pytest.raises(WeakPassphraseFileError):
        seal_under_passphrase(SECRET, PASSPHRASE, purpose=PURPOSE, cost=Cost(memory_kib=64, passes=1, lanes=1))
    assert DEFAULT.memory_kib >= FLOOR.memory_kib
    assert DEFAULT.passes >= FLOOR.passes


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another-format": lambda d: d.update(format="x"),
    "another-version": lambda d: d.update(version=2),
    "a-field-missing": lambda d: d.pop("nonce"),
    "a-field-more": lambda d: d.update(more=1),
    "another-function": lambda d: d["kdf"].update(name="scrypt"),
    "kdf-not-an-object": lambda d: d.update(kdf=[]),
    "kdf-field-missing": lambda d: d["kdf"].pop("salt"),
    "memory-is-text": lambda d: d["kdf"].update(memory_kib="65536"),
    "passes-is-true": lambda d: d["kdf"].update(passes=True),
    "lanes-is-a-fraction": lambda d: d["kdf"].update(lanes=4.0),
    "salt-short": lambda d: d["kdf"].update(salt="00"),
    "salt-not-hexadecimal": lambda d: d["kdf"].update(salt="zz"),
    "nonce-short": lambda d: d.update(nonce="00"),
    "sealed-is-a-number": lambda d: d.update(sealed=1),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_of_another_form_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(BadPassphraseFileError) as refused:
        open_with_passphrase(changed(change), PASSPHRASE, purpose=PURPOSE)
    assert refused.value.code == "crypto.bad_passphrase_file"


ALTERATIONS: dict[str, Callable[[dict[str, Any]], object]] = {
    "salt": lambda d: d["kdf"].update(salt="00" * 16),
    "nonce": lambda d: d.update(nonce="00" * 12),
    "sealed": lambda d: d.update(sealed=d["sealed"][:-1] + ("1" if d["sealed"][-1] == "0" else "0")),
    "sealed-cut": lambda d: d.update(sealed=d["sealed"][:20]),
    "sealed-empty": lambda d: d.update(sealed=""),
    "lanes": lambda d: d["kdf"].update(lanes=3),
}


@pytest.mark.parametrize("change", ALTERATIONS.values(), ids=ALTERATIONS)
def test_an_altered_file_does_not_open(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(WrongPassphraseError):
        open_with_passphrase(changed(change), PASSPHRASE, purpose=PURPOSE)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_other_bytes_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(BadPassphraseFileError):
        open_with_passphrase(data, PASSPHRASE, purpose=PURPOSE)


def test_every_cut_of_a_file_is_refused() -> None:
    for size in range(len(SEALED)):
        with pytest.raises(BadPassphraseFileError):
            open_with_passphrase(SEALED[:size], PASSPHRASE, purpose=PURPOSE)


def test_threads_that_stretch_at_once_all_come_to_an_end() -> None:
    done: list[bytes] = []

    def work() -> None:
        done.append(seal_under_passphrase(b"secret", "correct horse", purpose="test"))
        done.append(seal_under_passphrase(b"secret", "correct horse", purpose="test"))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)  # for ever, where it hangs
    assert len(done) == 6
