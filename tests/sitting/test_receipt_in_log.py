"""Receipts that name a log: whole with their proof, short without it, refused with another one."""

from collections.abc import Callable
from typing import Any

import pytest
import segno

from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.receipt import (
    compact,
    entry_of,
    issue_receipt,
    place_of,
    verify_entered,
    verify_receipt,
    with_proof,
)
from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.head import Head
from pocus_desktop.tlog.proof import Proof

HUB = SigningKey.from_seed(b"\x0a" * 32)
STRANGER = SigningKey.from_seed(b"\x0b" * 32)
ORIGIN = "pocus-log/0123456789abcdef0123456789abcdef"
BEFORE = [merkle.leaf_hash(bytes([number]) * 32) for number in range(200)]


def bare(log: str | None = ORIGIN) -> bytes:
    """A receipt that was not entered yet."""
    return issue_receipt(
        HUB,
        sealed_digest="cd" * 32,
        sitting="sit_0123456789abcdef0123",
        last_seq=1234,
        received_at_ms=1_790_000_000_000,
        is_partial=False,
        log=log,
    )


def proof_for(entry: bytes, *, signer: SigningKey = HUB, origin: str = ORIGIN, before: int = 200) -> Proof:
    """Enter something as the last of a log and prove it."""
    growth = merkle.grow(merkle.grow(merkle.Frontier(), BEFORE[:before]).frontier, [merkle.leaf_hash(entry)])
    head = Head(origin=origin, size=before + 1, root=growth.frontier.root)
    return Proof(index=before, path=growth.inclusion(before), checkpoint=head.sign([signer]))


def whole() -> tuple[bytes, Proof]:
    """A receipt that was entered."""
    receipt = bare()
    proof = proof_for(entry_of(receipt))
    return with_proof(receipt, proof), proof


def test_a_whole_receipt_proves_that_it_is_in_the_log() -> None:
    receipt, proof = whole()
    entered = verify_entered(receipt, [HUB.public], sealed_digest="cd" * 32)
    assert entered.head is not None
    assert (entered.index, entered.head.head.size, entered.head.checkpoint) == (200, 201, proof.checkpoint)
    assert verify_receipt(receipt, [HUB.public]) == entered.receipt
    assert place_of(receipt) == 200


def test_a_receipt_from_before_the_log_is_valid_and_says_no_log() -> None:
    receipt = bare(log=None)
    entered = verify_entered(receipt, [HUB.public])
    assert (entered.receipt.log, entered.index, entered.head) == (None, None, None)
    assert verify_receipt(receipt, [HUB.public]).sitting == "sit_0123456789abcdef0123"
    assert (compact(receipt), place_of(receipt)) == (receipt, None)
    document = canonical.decode(dsse.Envelope.parse(receipt).payload)
    assert isinstance(document, dict)
    assert not {"log", "nonce"} & set(document)


def test_two_receipts_that_say_the_same_have_entries_of_their_own() -> None:
    assert entry_of(bare()) != entry_of(bare())


def test_an_entry_cannot_be_found_by_who_knows_all_but_the_receipt() -> None:
    """Result, sitting, time and keys are known to whoever carried them; the number in the receipt is not."""
    document = canonical.decode(dsse.Envelope.parse(bare()).payload)
    assert isinstance(document, dict)
    guessed = dsse.sign("x", canonical.encode({k: v for k, v in document.items() if k != "nonce"}), []).to_bytes()
    assert entry_of(guessed) != entry_of(bare())
    assert len(document["nonce"]) == 32


def test_the_receipt_of_a_large_log_fits_into_a_qr_code_that_a_phone_reads() -> None:
    receipt = bare()
    path = tuple(bytes(32) for _ in range(40))
    proof = Proof(index=2**40, path=path, checkpoint=Head(origin=ORIGIN, size=2**40 + 1, root=bytes(32)).sign([HUB]))
    short = compact(with_proof(receipt, proof))
    entered = verify_entered(short, [HUB.public])
    assert (entered.index, entered.head, place_of(short)) == (2**40, None, 2**40)
    assert len(short) < 1024
    assert segno.make_qr(short.decode(), error="l", boost_error=False).version <= 22  # type: ignore[operator]


def changed(receipt: bytes, **changes: Any) -> bytes:
    """Another envelope around the same signature."""
    document = canonical.decode(receipt)
    assert isinstance(document, dict)
    return canonical.encode({name: value for name, value in {**document, **changes}.items() if value is not None})


BAD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "the proof was left out": ("sitting.bad_receipt", lambda: changed(whole()[0], tlog_proof=None)),
    "the short form": ("sitting.bad_receipt", lambda: compact(whole()[0])),
    "the proof of another receipt": ("tlog.not_included", lambda: changed(whole()[0], tlog_proof=whole()[1].to_text())),
    "another place": (
        "tlog.not_included",
        lambda: changed(whole()[0], tlog_proof=whole()[1].to_text().replace("index 200", "index 199")),
    ),
    "a head that a stranger signed": (
        "tlog.not_signed",
        lambda: with_proof((receipt := bare()), proof_for(entry_of(receipt), signer=STRANGER)),
    ),
    "the head of another log": (
        "tlog.other_log",
        lambda: with_proof((receipt := bare()), proof_for(entry_of(receipt), origin="pocus-log/other")),
    ),
    "a proof that is a number": ("sitting.bad_receipt", lambda: changed(whole()[0], tlog_proof=7)),
    "a proof that is none": ("tlog.bad_proof", lambda: changed(whole()[0], tlog_proof="index 200")),
    "a place that is text": ("sitting.bad_receipt", lambda: changed(bare(), log_index="200")),
    "a place below the first": ("sitting.bad_receipt", lambda: changed(bare(), log_index=-1)),
    "a place that is true": ("sitting.bad_receipt", lambda: changed(bare(), log_index=True)),
}


@pytest.mark.parametrize("cause", BAD)
def test_a_receipt_with_another_proof_is_refused_by_name(cause: str) -> None:
    code, make = BAD[cause]
    with pytest.raises(PocusError) as caught:
        verify_receipt(make(), [HUB.public])
    assert caught.value.code == code


def test_what_lies_beside_a_receipt_without_a_log_proves_nothing() -> None:
    old = bare(log=None)
    entered = verify_entered(changed(old, tlog_proof=proof_for(entry_of(old)).to_text()), [HUB.public])
    assert (entered.index, entered.head) == (None, None)
