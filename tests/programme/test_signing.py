"""What the academy signs, and a book of rules that takes the place of another."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.documents.academy import Voucher, VoucherRefund
from pocus_desktop.programme.errors import (
    BadDocumentError,
    NewerDocumentError,
    NotTheAcademysError,
    RewritesHistoryError,
)
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.keeping import rules_in_use, take_rules
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.rules.model import RuleBook
from pocus_desktop.programme.rules.signed import PAYLOAD_TYPE, read_rules, require_succession, sign_rules
from pocus_desktop.programme.signing import payload_type, read_signed, sign_document
from pocus_desktop.programme.voucher_code import new_code, voucher_id_of

_KEY, _OTHER = SigningKey.generate(), SigningKey.generate()


def _voucher() -> Voucher:
    return Voucher.model_validate({"voucher_id": voucher_id_of(new_code()), "areas": ["lung"], "issued_at_ms": 1})


def test_a_signed_document_is_read_as_it_was() -> None:
    voucher = _voucher()
    assert read_signed(Voucher, sign_document(voucher, _KEY), [_OTHER.public, _KEY.public]) == voucher


def test_what_a_newer_program_added_stays() -> None:
    voucher = Voucher.model_validate(_voucher().model_dump() | {"colour": "blue"})
    assert read_signed(Voucher, sign_document(voucher, _KEY), [_KEY.public]).model_extra == {"colour": "blue"}


@pytest.mark.parametrize("keys", [(), (_OTHER.public,)])
def test_a_document_of_somebody_else_is_refused(keys: Any) -> None:
    with pytest.raises(NotTheAcademysError):
        read_signed(Voucher, sign_document(_voucher(), _KEY), keys)


def test_one_kind_is_not_taken_for_another() -> None:
    with pytest.raises(PocusError) as refused:
        read_signed(VoucherRefund, sign_document(_voucher(), _KEY), [_KEY.public])
    assert refused.value.code == "crypto.wrong_payload_type"
    disguised = dsse.sign(
        payload_type("voucher-refund"), canonical.encode(_voucher().model_dump(mode="json")), [_KEY]
    ).to_bytes()
    with pytest.raises(BadDocumentError):
        read_signed(VoucherRefund, disguised, [_KEY.public])


def test_a_later_format_is_told_as_such() -> None:
    later = canonical.encode(_voucher().model_dump(mode="json") | {"format": 2})
    with pytest.raises(NewerDocumentError):
        read_signed(Voucher, dsse.sign(payload_type("voucher"), later, [_KEY]).to_bytes(), [_KEY.public])


def _book(change: Callable[[dict[str, Any]], object] = lambda _: None, *, published: str = "2026-11-26") -> Rules:
    fields = shipped_rules().book.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    fields["published"] = published
    change(fields)
    return Rules(RuleBook.model_validate(fields))


def _row(since: str, row_id: str = "cases-lung-later", count: int = 25) -> dict[str, Any]:
    old = next(row for row in shipped_rules().book.rules if row.id == "cases-lung-2020")
    return old.model_dump(mode="json", by_alias=True) | {"id": row_id, "from": since, "count": count}


def test_a_book_is_read_as_it_was_signed() -> None:
    read = read_rules(sign_rules(shipped_rules(), _KEY), [_KEY.public])
    assert (read.book, read.digest) == (shipped_rules().book, shipped_rules().digest)


def test_a_book_that_adds_what_begins_later_succeeds() -> None:
    longer = _book(lambda book: book["rules"].append(_row("2027-01-01")), published="2026-12-01")
    require_succession(shipped_rules(), longer)
    require_succession(longer, longer)


@pytest.mark.parametrize(
    ("change", "published", "what"),
    [
        (lambda book: book["rules"].pop(0), "2026-12-01", "foundation-2020"),
        (lambda book: book["rules"][0].update({"from": "2021-01-01"}), "2026-12-01", "foundation-2020"),
        (lambda book: book["rules"][0]["source"].update(words="other"), "2026-12-01", "foundation-2020"),
        (lambda book: book["rules"].append(_row("2026-11-26")), "2026-12-01", "cases-lung-later"),
        (lambda book: book["rules"].append(_row("2019-01-01")), "2026-12-01", "cases-lung-later"),
        (lambda _: None, "2026-11-25", "published 2026-11-25"),
        (lambda book: book.update(book_id="other"), "2026-12-01", "book_id other"),
    ],
)
def test_a_book_that_would_change_what_was_decided_is_refused(
    change: Callable[[dict[str, Any]], object], published: str, what: str
) -> None:
    with pytest.raises(RewritesHistoryError) as refused:
        require_succession(shipped_rules(), _book(change, published=published))
    assert refused.value.params["what"] == what


def test_a_computer_keeps_the_academys_book_and_falls_back_where_it_does_not_verify(tmp_path: Path) -> None:
    kept = tmp_path / "rules.json"
    assert rules_in_use(kept, [_KEY.public]) is shipped_rules()
    longer = _book(lambda book: book["rules"].append(_row("2027-01-01")), published="2026-12-01")
    take_rules(kept, sign_rules(longer, _KEY), [_KEY.public])
    assert rules_in_use(kept, [_KEY.public]).digest == longer.digest
    assert rules_in_use(kept, [_OTHER.public]) is shipped_rules()
    with pytest.raises(RewritesHistoryError):  # the shorter book again
        take_rules(kept, sign_rules(shipped_rules(), _KEY), [_KEY.public])
    kept.write_bytes(kept.read_bytes()[:-20])
    assert rules_in_use(kept, [_KEY.public]) is shipped_rules()


def test_an_academy_may_begin_a_line_of_its_own_once(tmp_path: Path) -> None:
    kept = tmp_path / "rules.json"
    own = _book(lambda book: book.update(book_id="another-academy", rules=[_row("2026-01-01")]))
    take_rules(kept, sign_rules(own, _KEY), [_KEY.public])
    assert rules_in_use(kept, [_KEY.public]).areas(date(2026, 11, 26)) == ("lung",)
    other = _book(lambda book: book.update(book_id="third"))
    with pytest.raises(RewritesHistoryError):
        take_rules(kept, sign_rules(other, _KEY), [_KEY.public])


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"format": 1}', b'"x"', b"\xff", b'{"format":1,"format":1}'])
def test_a_signed_book_that_is_none_is_refused_by_name(payload: bytes) -> None:
    with pytest.raises(BadDocumentError):
        read_rules(dsse.sign(PAYLOAD_TYPE, payload, [_KEY]).to_bytes(), [_KEY.public])
    with pytest.raises(NewerDocumentError):
        read_rules(dsse.sign(PAYLOAD_TYPE, b'{"format": 2}', [_KEY]).to_bytes(), [_KEY.public])
