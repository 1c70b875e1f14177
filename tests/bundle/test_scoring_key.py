"""Scoring keys: only the academy opens them, only for the version they were made for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.bundle.scoring_key import (
    PAYLOAD_TYPE,
    ScoringKeyFile,
    open_scoring_key,
    read_label,
    seal_scoring_key,
)
from pocus_desktop.crypto.dsse import sign
from pocus_desktop.crypto.encoding import to_base64
from pocus_desktop.crypto.hpke import seal
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import PocusError

SIGNER = SigningKey.from_seed(b"1" * 32)
SECOND = SigningKey.from_seed(b"2" * 32)
ACADEMY = SealingKey.from_seed(b"9" * 32)
GOLDEN = Path(__file__).parent.parent / "vectors" / "bundle" / "format-1.scoringkey"
KEY = b'{"answers":{"q1":"c"}}'


def sealed(version: int = 3, signers: tuple[SigningKey, ...] = (SIGNER,)) -> bytes:
    return seal_scoring_key(KEY, bundle_id="lung-a", version=version, recipient=ACADEMY.public, signers=signers)


def opened(file: bytes, **changes: Any) -> ScoringKeyFile:
    given: dict[str, Any] = {"bundle_id": "lung-a", "version": 3, "keys": [SIGNER.public, SECOND.public], **changes}
    return open_scoring_key(file, given.pop("key", ACADEMY), **given)


def test_the_golden_file_still_opens() -> None:
    """Format 1 for ever: this file never changes; a later program reads it."""
    assert opened(GOLDEN.read_bytes()).data == KEY


def test_the_academy_opens_it() -> None:
    found = opened(sealed())
    assert (found.data, found.signers) == (KEY, (SIGNER.public,))
    assert repr(KEY) not in repr(found)
    label = read_label(sealed())
    assert (label.bundle_id, label.version, label.recipient) == ("lung-a", 3, ACADEMY.public.key_id)
    assert b"answers" not in sealed()


def test_two_people_may_be_asked_for() -> None:
    assert len(opened(sealed(signers=(SIGNER, SECOND)), threshold=2).signers) == 2
    with pytest.raises(PocusError) as refused:
        opened(sealed(), threshold=2)
    assert refused.value.code == "crypto.not_enough_signatures"


def relabelled(**values: Any) -> Callable[[], bytes]:
    def change() -> bytes:
        return json.dumps({**json.loads(sealed()), **values}).encode()

    return change


ROWS: dict[str, tuple[str, Callable[[], bytes], dict[str, Any]]] = {
    "another version": ("bundle.scoring_key_mismatch", sealed, {"version": 4}),
    "another bundle": ("bundle.scoring_key_mismatch", sealed, {"bundle_id": "heart-a"}),
    "relabelled to another version": ("crypto.cannot_open_sealed", relabelled(version=4), {"version": 4}),
    "another recipient": ("crypto.cannot_open_sealed", sealed, {"key": SealingKey.from_seed(b"8" * 32)}),
    "a stranger signed": (
        "crypto.not_enough_signatures",
        lambda: sealed(signers=(SigningKey.from_seed(b"3" * 32),)),
        {},
    ),
    "not json": ("bundle.scoring_key_invalid", lambda: b"\x00", {}),
    "another document": ("bundle.scoring_key_invalid", relabelled(type="text/plain"), {}),
    "later format": ("bundle.format_too_new", relabelled(format=2), {}),
    "later format, of another form": ("bundle.format_too_new", lambda: b'{"format":2}', {}),
    "format zero": ("bundle.scoring_key_invalid", relabelled(format=0), {}),
    "not base64": ("bundle.scoring_key_invalid", relabelled(sealed="!"), {}),
    "field missing": ("bundle.scoring_key_invalid", lambda: b'{"format":1}', {}),
    "too large": ("bundle.scoring_key_invalid", lambda: b" " * (64 * 1024 * 1024 + 1), {}),
}


@pytest.mark.parametrize("name", ROWS)
def test_what_is_refused(name: str) -> None:
    code, file, changes = ROWS[name]
    with pytest.raises(PocusError) as refused:
        opened(file(), **changes)
    assert refused.value.code == code
    assert "{" not in str(refused.value)


def test_what_was_signed_for_another_version_is_refused_whatever_stands_outside() -> None:
    payload: dict[str, Json] = {"format": 1, "bundle_id": "lung-a", "version": 2, "scoring_key": to_base64(KEY)}
    signed = sign(PAYLOAD_TYPE, canonical.encode(payload), [SIGNER]).to_bytes()
    inside = seal(ACADEMY.public, signed, info=canonical.encode([PAYLOAD_TYPE, "lung-a", 3]))
    with pytest.raises(PocusError) as refused:
        opened(relabelled(sealed=to_base64(inside))())
    assert refused.value.code == "bundle.scoring_key_mismatch"
    assert refused.value.params["offered"] == 2


@pytest.mark.parametrize("payload", [b"[]", b'{"format":1}', b"{"])
def test_what_was_signed_in_another_form_is_refused(payload: bytes) -> None:
    signed = sign(PAYLOAD_TYPE, payload, [SIGNER]).to_bytes()
    inside = seal(ACADEMY.public, signed, info=canonical.encode([PAYLOAD_TYPE, "lung-a", 3]))
    with pytest.raises(PocusError) as refused:
        opened(relabelled(sealed=to_base64(inside))())
    assert refused.value.code == "bundle.scoring_key_invalid"


@pytest.mark.parametrize(
    "changes", [{"bundle_id": "Lung A"}, {"version": 0}, {"signers": []}, {"recipient": SIGNER.public}]
)
def test_what_is_not_sealed(changes: dict[str, Any]) -> None:
    given: dict[str, Any] = {"bundle_id": "a", "version": 1, "recipient": ACADEMY.public, "signers": [SIGNER]}
    with pytest.raises(PocusError) as refused:
        seal_scoring_key(KEY, **{**given, **changes})
    assert refused.value.code in ("bundle.bad_source", "crypto.bad_key")


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, len(sealed()) - 1), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused_or_harmless(at: int, bit: int) -> None:
    file = bytearray(sealed())
    file[at] ^= 1 << bit
    try:
        assert opened(bytes(file)).data == KEY
    except PocusError as refused:
        assert refused.code.startswith(("bundle.", "crypto."))  # noqa: PT017 - one of two right outcomes
