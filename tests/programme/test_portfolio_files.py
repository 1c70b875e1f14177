"""A portfolio as files: all that can be read is, and what cannot is told with its line."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocus_desktop.case.problems import Severity
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.programme.documents.academy import Voucher
from pocus_desktop.programme.documents.registry import KINDS, encode_document, parse_document, read_document
from pocus_desktop.programme.errors import BadDocumentError, NewerDocumentError
from pocus_desktop.programme.portfolio_files import append_documents, read_portfolio
from pocus_desktop.programme.signing import sign_document
from pocus_desktop.programme.voucher_code import new_code, voucher_id_of
from tests.programme.samples import account, case, cases, credential

_KEY = SigningKey.generate()


def _json(*documents: object) -> str:
    return json.dumps(documents if len(documents) != 1 else documents[0], indent=1)


def test_a_folder_is_read_with_all_its_files(tmp_path: Path) -> None:
    held = account()
    (tmp_path / "account.json").write_bytes(encode_document(held))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "credentials.json").write_text(_json(credential("spi", "2025-01-01").model_dump(mode="json")))
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.json").write_text("{")
    (tmp_path / "notes.txt").write_text("{")
    append_documents(tmp_path / "cases.jsonl", cases(3, date(2026, 1, 1)))
    voucher = Voucher.model_validate({"voucher_id": voucher_id_of(new_code()), "areas": ["lung"], "issued_at_ms": 1})
    (tmp_path / "voucher.dsse.json").write_bytes(sign_document(voucher, _KEY))
    found = read_portfolio(tmp_path, [_KEY.public])
    assert found.problems == ()
    papers = found.portfolio
    assert (papers.account, len(papers.credentials), len(papers.cases), papers.vouchers) == (held, 1, 3, (voucher,))


def test_one_bad_document_takes_none_of_the_others_away(tmp_path: Path) -> None:
    good, other = case("2026-01-01"), case("2026-01-02")
    lines = [
        encode_document(good),
        b"",
        b"{not json",
        encode_document(other),
        b'{"kind":"case"}',
        b'{"kind":"spell"}',
        b'{"kind":"case","format":9}',
    ]
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"\n".join(lines))
    found = read_portfolio(path)
    assert found.portfolio.cases == (good, other)
    assert [(one.file, one.line, one.code) for one in found.problems] == [
        ("cases.jsonl", 3, "programme.bad_document"),
        ("cases.jsonl", 5, "programme.bad_document"),
        ("cases.jsonl", 6, "programme.bad_document"),
        ("cases.jsonl", 7, "programme.newer_document"),
    ]


@pytest.mark.parametrize(
    ("text", "taken", "lines"),
    [
        ("[]", 0, []),
        ("", 0, [1]),
        ("[{}]", 0, [1]),
        ("\n\n[\n{},\n\n{}\n]", 0, [4, 6]),
        ("[{} {}]", 0, [1, 1]),
        ("[] []", 0, [1]),
        ("[" * 100_000, 0, [1]),
        ("[1, 2", 0, [1, 1, 1]),
    ],
)
def test_lists_are_read_piece_by_piece(tmp_path: Path, text: str, taken: int, lines: list[int]) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    found = read_portfolio(path)
    assert len(found.portfolio.cases) == taken
    assert [one.line for one in found.problems] == lines


def test_what_the_academy_says_unsigned_is_told_so_and_what_others_signed_is_not_taken(tmp_path: Path) -> None:
    voucher = Voucher.model_validate({"voucher_id": voucher_id_of(new_code()), "areas": ["lung"], "issued_at_ms": 1})
    two = b"[\n" + encode_document(account()) + b",\n" + b",".join([encode_document(voucher)] * 2) + b"]"
    (tmp_path / "plain.json").write_bytes(two)
    [warning] = read_portfolio(tmp_path).problems
    assert (warning.severity, warning.line, warning.code) == (Severity.WARNING, 3, "programme.unsigned")
    assert warning.what.endswith("2 documents.")
    (tmp_path / "plain.json").unlink()
    (tmp_path / "a.dsse.json").write_bytes(sign_document(voucher, SigningKey.generate()))
    (tmp_path / "b.dsse.json").write_bytes(sign_document(account(), _KEY))
    (tmp_path / "c.dsse.json").write_bytes(b"{}")
    found = read_portfolio(tmp_path, [_KEY.public])
    assert (found.portfolio.vouchers, found.portfolio.account) == ((), None)
    assert [one.code for one in found.problems] == [
        "programme.not_the_academys",
        "programme.bad_document",
        "crypto.bad_envelope",
    ]


def test_a_line_that_was_cut_is_not_joined_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(encode_document(case("2026-01-01"))[:-5])
    append_documents(path, [case("2026-01-02")])
    append_documents(path, [case("2026-01-03")])
    found = read_portfolio(path)
    assert [str(one.performed_on) for one in found.portfolio.cases] == ["2026-01-02", "2026-01-03"]
    assert [one.line for one in found.problems] == [1]


def test_a_path_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError):
        read_portfolio(tmp_path / "gone.json")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=120), st.sampled_from(["x.json", "x.jsonl", "x.dsse.json"]))
def test_no_bytes_are_more_than_told(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    found = read_portfolio(path, [_KEY.public])
    assert found.portfolio.cases == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"performed_on": "2026-02-29"},
        {"performed_on": 1_700_000_000},
        {"performed_on": "20260228"},
        {"area": "spleen"},
        {"approach": "sideways"},
        {"findings": "a\x00b"},
        {"findings": "x" * 10_001},
        {"case_entry_id": "log_1"},
        {"study": "A" * 64},
        {"did_perform": "perhaps"},
        {"format": 0},
        {"format": "1x"},
        {"kind": ["case"]},
        {"revision": 0},
    ],
)
def test_a_document_that_is_not_as_it_must_be_is_refused_without_its_value(changed: dict[str, object]) -> None:
    fields = case("2026-02-28").model_dump(mode="json") | changed
    with pytest.raises(BadDocumentError) as refused:
        read_document(fields)
    assert "sideways" not in str(refused.value)


@pytest.mark.parametrize(
    "email", ["a@b", "a b@c.org", "a@b..org", "@c.org", "a@c.org\n", "a@c.org,b@c.org", "<a@c.org>"]
)
def test_an_address_that_is_none_is_refused(email: str) -> None:
    with pytest.raises(BadDocumentError):
        read_document(account().model_dump(mode="json") | {"email": email})


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(BadDocumentError):
        read_document(account().model_dump(mode="json") | {"zone": "Mars/Olympus"})


def test_every_kind_is_named_by_its_class_and_written_as_it_is_read() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "formats", "programme.md").read_text(encoding="utf-8")
    listed = page[page.index("## 3 Documents") : page.index("## 4 ")]
    assert {kind for kind in KINDS if f"`{kind}`" not in listed} == set()
    for document in (account(), credential("spi", "2025-01-01"), case("2026-01-01", approach="transvaginal")):
        assert parse_document(encode_document(document)) == document
    with pytest.raises(NewerDocumentError):
        read_document(account().model_dump(mode="json") | {"format": 2})
