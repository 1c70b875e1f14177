"""Documents as text: whole from any mix of their parts, and mistakes named by part."""

import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission import scan_text
from pocus_desktop.admission.scan_text import PART_BYTES, from_text, to_parts
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.errors import PocusError
from tests.admission.test_admission import HUB, _picture, admission

DOCUMENT = admissions.issue(admission(photo=_picture("WEBP", quality=50)), [HUB])
PARTS = to_parts(DOCUMENT)


def test_a_document_comes_back_from_its_parts_in_any_order_and_however_they_are_written() -> None:
    assert len(PARTS) > 2
    mixed = list(PARTS)
    random.Random(3).shuffle(mixed)
    told = "\n".join(f"Read this: {part.lower()}\n" for part in [*mixed, PARTS[0]])
    assert from_text(told).documents == (DOCUMENT,)
    typed = "\n".join(" - ".join([part[:40], part[40:90], part[90:]]) for part in PARTS).replace("0", "o")
    assert from_text(typed.replace("1:", "1 :")).documents == (DOCUMENT,)


def test_parts_are_fit_for_a_qr_code_of_letters_and_are_compact() -> None:
    alphanumeric = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert all(set(part) <= alphanumeric and len(part) < 900 for part in PARTS)
    assert sum(map(len, PARTS)) < 1.35 * len(DOCUMENT)
    plain = admissions.issue(admission(), [HUB])
    assert len(to_parts(plain)) == 1
    assert len(to_parts(plain)[0]) < len(plain)


def test_a_typo_and_a_missing_part_are_named_by_number() -> None:
    for wrong in (
        PARTS[1][:60] + ("7" if PARTS[1][60] != "7" else "8") + PARTS[1][61:],
        PARTS[1][:60] + PARTS[1][61:],
        PARTS[1][:60] + "7" + PARTS[1][60:],
        PARTS[1][:60] + PARTS[1][61] + PARTS[1][60] + PARTS[1][62:]
        if PARTS[1][60] != PARTS[1][61]
        else PARTS[1][:60] + "U" + PARTS[1][61:],
    ):
        found = from_text("\n".join([PARTS[0], wrong, *PARTS[2:]]))
        assert found.documents == ()
        assert [problem.code for problem in found.problems] == ["scan.bad_part", "scan.missing_parts"]
        assert [problem.params["parts"] for problem in found.problems] == ["2", "2"]
        again = from_text("\n".join([PARTS[0], wrong, *PARTS[2:], PARTS[1]]))
        assert (again.documents, again.problems) == ((DOCUMENT,), ())
    (missing,) = from_text(PARTS[0]).problems
    assert missing.params["parts"] == ", ".join(str(number) for number in range(2, len(PARTS) + 1))


def test_several_documents_come_apart() -> None:
    other = admissions.issue(admission(admission_id="adm_2"), [HUB])
    found = from_text("\n".join([*PARTS, *to_parts(other)]))
    assert found.documents == (DOCUMENT, other)
    found = from_text("\n".join([*PARTS[1:], *to_parts(other)]))
    assert found.documents == (other,)
    assert [problem.code for problem in found.problems] == ["scan.missing_parts"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "scan.nothing"),
        ("hello", "scan.nothing"),
        ("x" * (scan_text.MAXIMUM_TEXT + 1), "scan.too_large"),
    ],
)
def test_what_is_no_text_of_parts_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(PocusError) as caught:
        from_text(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("POCUS:", "scan.bad_part"),
        ("POCUS:2:ABCDEF:1/1:00:0000", "scan.newer"),
        ("POCUS:1:ABCDEF:1/1:00", "scan.bad_part"),
        ("POCUS:1:ABCDEF:x/1:00:0000", "scan.bad_part"),
        ("POCUS:1:ABCDEF:1/1::0000", "scan.bad_part"),
    ],
)
def test_what_is_no_part_is_told_by_name(text: str, code: str) -> None:
    assert [problem.code for problem in from_text(text).problems] == [code]


def test_a_text_that_unpacks_to_more_than_anyone_scans_is_no_document() -> None:
    packed = zlib.compress(bytes(10_000_000), 9)
    slices = [packed[at : at + PART_BYTES] for at in range(0, len(packed), PART_BYTES)]
    text = "\n".join(
        scan_text._written("ABCDEF", number, len(slices), data) for number, data in enumerate(slices, start=1)
    )
    assert [problem.code for problem in from_text(text).problems] == ["scan.bad_part"]
    with pytest.raises(PocusError, match=r"scan\.too_large"):
        to_parts(bytes(scan_text.MAXIMUM_BYTES + 1))


@settings(max_examples=150, deadline=None)
@given(st.binary(min_size=1, max_size=3000), st.text(max_size=20), st.integers(0, 3))
def test_every_document_comes_back(payload: bytes, kind: str, signers: int) -> None:
    assert from_text("\n".join(to_parts(payload))).documents == (payload,)
    keys = [SigningKey.from_seed(bytes([number]) * 32) for number in range(signers)]
    try:
        envelope = dsse.sign("t" + kind, payload, keys).to_bytes()
    except (PocusError, UnicodeEncodeError):
        return
    assert from_text(" ".join(to_parts(envelope))).documents == (envelope,)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.integers(0, 900), st.text(max_size=5))
def test_whatever_was_typed_only_our_errors_come_out(text: str, at: int, put: str) -> None:
    spoiled = PARTS[0][:at] + put + PARTS[0][at:]
    for typed in (text, "POCUS:" + text, "POCUS:1:" + text, spoiled):
        try:
            found = from_text(typed)
        except PocusError:
            continue
        for problem in found.problems:
            assert "{" not in "".join(problem.explain())
