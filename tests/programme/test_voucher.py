"""The life of a voucher: its window on odd days, its one use, clocks that lie."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.programme.documents.academy import Voucher, VoucherExtension, VoucherRefund
from pocus_desktop.programme.documents.candidate import Application, VoucherEntry
from pocus_desktop.programme.documents.registry import read_document
from pocus_desktop.programme.errors import BadDocumentError
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.voucher import (
    EnteredAlreadyError,
    EnteredTooLateError,
    Life,
    OtherAreasError,
    OtherCandidateError,
    RefundedError,
    VoucherError,
    VoucherState,
    enter,
    life,
)
from pocus_desktop.programme.voucher_code import BadVoucherCodeError, new_code, read_code, voucher_id_of, written
from tests.programme.samples import account, an_id

_DAY_MS = 24 * 60 * 60 * 1000
_CODE = "0123456789ABCDEF"


def _ms(text: str, zone: str = "UTC") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


_ISSUED = _ms("2026-01-01T12:00")


def _voucher(**fields: Any) -> Voucher:
    said = {"voucher_id": voucher_id_of(_CODE), "areas": ["lung"], "issued_at_ms": _ISSUED}
    return Voucher.model_validate(said | fields)


def _application(candidate: str = "C-1001", **fields: Any) -> Application:
    said = {
        "application_id": an_id("app"),
        "candidate_id": candidate,
        "areas": ["lung"],
        "made_at_ms": _ISSUED,
        "zone": "UTC",
        "rules": "0" * 64,
    }
    return Application.model_validate(said | fields)


def _entry(application: Application, at_ms: int, zone: str = "UTC") -> VoucherEntry:
    return VoucherEntry(
        entry_id=an_id("ent"),
        voucher_id=voucher_id_of(_CODE),
        code=_CODE,
        application_id=application.application_id,
        candidate_id=application.candidate_id,
        entered_at_ms=at_ms,
        zone=zone,
    )


def _granted(days: int) -> VoucherExtension:
    return VoucherExtension(
        extension_id=an_id("ext"), voucher_id=voucher_id_of(_CODE), days=days, reason="ill", by="staff", made_at_ms=0
    )


def _live(papers: Portfolio, now_ms: int = _ISSUED, **received: int) -> Life:
    return life(voucher_id_of(_CODE), papers, shipped_rules(), now_ms, received)


def _entered(at: str, zone: str, now_ms: int = _ISSUED, *granted: int) -> Life:
    application = _application()
    papers = Portfolio(
        vouchers=(_voucher(),),
        applications=(application,),
        entries=(_entry(application, _ms(at, zone), zone),),
        extensions=tuple(_granted(days) for days in granted),
    )
    return _live(papers, now_ms)


@pytest.mark.parametrize(
    ("at", "zone", "first", "last", "ends"),
    [
        ("2026-02-01T00:00", "UTC", "2026-02-01", "2026-07-31", "2026-08-01T00:00+00:00"),
        ("2026-02-01T23:59", "UTC", "2026-02-01", "2026-07-31", "2026-08-01T00:00+00:00"),
        ("2027-12-31T10:00", "UTC", "2027-12-31", "2028-06-28", "2028-06-29T00:00+00:00"),  # over 29 February
        ("2028-02-29T10:00", "UTC", "2028-02-29", "2028-08-27", "2028-08-28T00:00+00:00"),
        ("2026-02-01T22:00", "America/Bogota", "2026-02-01", "2026-07-31", "2026-08-01T05:00+00:00"),
        ("2026-02-01T03:00", "Pacific/Kiritimati", "2026-02-01", "2026-07-31", "2026-07-31T10:00+00:00"),
        ("2026-09-26T12:00", "Europe/Madrid", "2026-09-26", "2027-03-25", "2027-03-25T23:00+00:00"),
        ("2026-09-29T12:00", "Europe/Madrid", "2026-09-29", "2027-03-28", "2027-03-28T22:00+00:00"),  # 23 hours long
    ],
)
def test_the_window_is_180_days_after_the_day_of_entry_to_the_end_of_the_last(
    at: str, zone: str, first: str, last: str, ends: str
) -> None:
    window = _entered(at, zone).window
    assert window is not None
    assert (window.first, window.last) == (date.fromisoformat(first), date.fromisoformat(last))
    assert window.ends_at_ms == round(datetime.fromisoformat(ends).timestamp() * 1000)


def test_the_last_moment_is_in_and_the_next_is_out() -> None:
    window = _entered("2026-02-01T09:00", "America/Bogota").window
    assert window is not None
    last = _entered("2026-02-01T09:00", "America/Bogota", window.ends_at_ms - 1)
    assert last.state is VoucherState.ENTERED
    assert window.days_left(window.ends_at_ms - 1) == 0
    assert _entered("2026-02-01T09:00", "America/Bogota", window.ends_at_ms).state is VoucherState.RUN_OUT
    assert window.days_left(window.ends_at_ms) == -1
    moments = (window.entered_at_ms - 1, window.entered_at_ms, window.ends_at_ms - 1, window.ends_at_ms)
    assert [window.is_open(moment) for moment in moments] == [False, True, True, False]


@given(st.integers(_ISSUED, _ISSUED + 1000 * _DAY_MS), st.sampled_from(["UTC", "America/Havana", "Asia/Kathmandu"]))
def test_nobody_has_less_than_180_whole_days(at_ms: int, zone: str) -> None:
    application = _application()
    papers = Portfolio(applications=(application,), entries=(_entry(application, at_ms, zone),))
    window = _live(papers).window
    assert window is not None
    hours = (window.ends_at_ms - at_ms) / 3_600_000
    assert 180 * 24 - 1 < hours <= 181 * 24 + 1  # an hour more or less where clocks are changed


def test_moving_to_another_zone_moves_no_deadline() -> None:
    application = _application()
    entry = _entry(application, _ISSUED + _DAY_MS, "America/Bogota")
    papers = Portfolio(account=account(zone="America/Bogota"), applications=(application,), entries=(entry,))
    moved = replace(papers, account=account(zone="Pacific/Honolulu"))
    assert _live(papers).window == _live(moved).window


def test_extensions_add_up_to_the_most_and_no_further() -> None:
    window = _entered("2026-02-01T09:00", "UTC", _ISSUED, 100, 60).window
    assert window is not None
    assert (window.granted_days, window.last) == (160, date(2026, 7, 31) + timedelta(days=160))
    cut = _entered("2026-02-01T09:00", "UTC", _ISSUED, 100, 100).window
    assert cut is not None
    assert cut.granted_days == 180
    assert cut.notes[0]() == "More days were granted than the rule allows; 180 count."


def test_a_clock_that_was_ahead_does_not_lengthen_the_window() -> None:
    application = _application()
    honest, ahead = _ISSUED + 10 * _DAY_MS, _ISSUED + 100 * _DAY_MS
    entry = _entry(application, ahead)
    papers = Portfolio(vouchers=(_voucher(),), applications=(application,), entries=(entry,))
    window = _live(papers, ahead, **{entry.entry_id: honest}).window
    assert window is not None
    assert window.entered_at_ms == honest
    assert "clock was ahead" in window.notes[0]()


def test_a_clock_that_was_behind_does_not_shorten_it_below_the_issue() -> None:
    application = _application()
    entry = _entry(application, 0)
    papers = Portfolio(vouchers=(_voucher(),), applications=(application,), entries=(entry,))
    window = _live(papers).window
    assert window is not None
    assert window.entered_at_ms == _ISSUED
    assert "clock was behind" in window.notes[0]()


def test_a_voucher_entered_in_two_places_offline_counts_where_the_academy_heard_first() -> None:
    one, other = _application("C-1"), _application("C-2")
    early, late = _entry(one, _ISSUED + 1000), _entry(other, _ISSUED + 2000)
    papers = Portfolio(vouchers=(_voucher(),), applications=(one, other), entries=(early, late))
    heard = {late.entry_id: _ISSUED + _DAY_MS, early.entry_id: _ISSUED + 2 * _DAY_MS}
    found = _live(papers, _ISSUED, **heard)
    assert found.window is not None
    assert found.window.application_id == other.application_id
    assert isinstance(found.refusals[early.entry_id], EnteredAlreadyError)
    # what was not heard of yet never takes it from one that was
    assert _live(papers, _ISSUED, **{late.entry_id: heard[late.entry_id]}).window == found.window


def test_one_candidate_s_two_computers_are_one_entry_and_the_earlier_moment_counts() -> None:
    application = _application()
    first, again = _entry(application, _ISSUED + 1000), _entry(application, _ISSUED + 90 * _DAY_MS)
    papers = Portfolio(vouchers=(_voucher(),), applications=(application,), entries=(again, first))
    heard = {again.entry_id: _ISSUED + 91 * _DAY_MS, first.entry_id: _ISSUED + 92 * _DAY_MS}
    found = _live(papers, _ISSUED, **heard)
    assert found.window is not None
    assert found.window.entered_at_ms == first.entered_at_ms
    assert found.refusals == {}


@pytest.mark.parametrize(
    ("voucher", "application", "error"),
    [
        ({"candidate_id": "C-9"}, {}, OtherCandidateError),
        ({"areas": ["cardiac"]}, {}, OtherAreasError),
        ({"enter_by": "2026-01-31"}, {}, EnteredTooLateError),
    ],
)
def test_an_entry_that_does_not_fit_does_not_count(
    voucher: dict[str, Any], application: dict[str, Any], error: type[VoucherError]
) -> None:
    applied = _application(**application)
    entry = _entry(applied, _ms("2026-02-01T00:00"))
    papers = Portfolio(vouchers=(_voucher(**voucher),), applications=(applied,), entries=(entry,))
    found = _live(papers)
    assert found.window is None
    assert isinstance(found.refusals[entry.entry_id], error)
    with pytest.raises(error):
        enter(_CODE, applied, replace(papers, entries=()), entry_id=an_id("ent"), now_ms=entry.entered_at_ms)


def test_the_last_day_for_entering_is_a_day_where_the_candidate_lives() -> None:
    applied = _application(candidate=" c-1001 ")
    papers = Portfolio(
        account=account(zone="America/Bogota"),
        vouchers=(_voucher(enter_by="2026-01-31", candidate_id="C-1001"),),
        applications=(applied,),
    )
    at = _ms("2026-01-31T23:59", "America/Bogota")
    entry = enter("0123-4567 89ab-cdef", applied, papers, entry_id=an_id("ent"), now_ms=at)
    assert _live(replace(papers, entries=(entry,)), at).state is VoucherState.ENTERED
    assert _live(papers, at).state is VoucherState.ISSUED
    assert _live(papers, at + 60_000).state is VoucherState.LAPSED


def test_a_refund_ends_it_and_an_entry_after_it_counts_for_nothing() -> None:
    application = _application()
    refund = VoucherRefund(
        voucher_id=voucher_id_of(_CODE), reason="left", by="staff", made_at_ms=_ISSUED + 10 * _DAY_MS
    )
    before, after = _entry(application, _ISSUED + _DAY_MS), _entry(application, refund.made_at_ms)
    base = Portfolio(vouchers=(_voucher(),), applications=(application,), refunds=(refund,))
    assert _live(replace(base, entries=(before,))).state is VoucherState.REFUNDED
    found = _live(replace(base, entries=(after,)))
    assert found.window is None
    assert isinstance(found.refusals[after.entry_id], RefundedError)
    with pytest.raises(RefundedError):
        enter(_CODE, application, base, entry_id=an_id("ent"), now_ms=_ISSUED)


def test_a_voucher_is_entered_once_here_as_well() -> None:
    application = _application()
    papers = Portfolio(applications=(application,), entries=(_entry(application, _ISSUED),))
    with pytest.raises(EnteredAlreadyError) as refused:
        enter(_CODE, application, papers, entry_id=an_id("ent"), now_ms=_ISSUED)
    assert refused.value.params == {"day": "2026-01-01"}


def test_a_code_alone_starts_the_clock_where_the_voucher_is_not_at_hand() -> None:
    application = _application()
    entry = enter(_CODE.lower(), application, Portfolio(), entry_id=an_id("ent"), now_ms=_ISSUED)
    assert entry.voucher_id == voucher_id_of(_CODE)
    assert _live(Portfolio(entries=(entry,), applications=(application,))).state is VoucherState.ENTERED


def test_a_clock_that_fell_back_to_1970_is_judged_by_the_first_rule_until_the_voucher_is_known() -> None:
    application = _application()
    entry = _entry(application, 5_000)
    window = _live(Portfolio(applications=(application,), entries=(entry,))).window
    assert window is not None
    assert window.last == date(1970, 6, 30)
    known = _live(Portfolio(vouchers=(_voucher(),), applications=(application,), entries=(entry,))).window
    assert known is not None
    assert known.first == date(2026, 1, 1)


def test_an_entry_without_the_code_is_no_entry() -> None:
    fields = _entry(_application(), _ISSUED).model_dump(mode="json")
    with pytest.raises(BadDocumentError):
        read_document(fields | {"code": "0123456789ABCDEG"})
    with pytest.raises(BadDocumentError):
        read_document(fields | {"code": ""})


@pytest.mark.parametrize(
    "typed",
    ["0123-4567-89AB-CDEF", " o123 4567 89ab cdef ", "ol23‐4567‐89ab‐cdef", "０１２３４５６７８９ＡＢＣＤＥＦ", "O1Z3"],
)
def test_codes_are_read_as_people_type_them(typed: str) -> None:
    if len(typed) < 10:
        with pytest.raises(BadVoucherCodeError):
            read_code(typed)
    else:
        assert read_code(typed) == _CODE


@pytest.mark.parametrize("typed", ["", "0" * 15, "0" * 17, "U" * 16, "é" * 16, "x" * 10_000, "\x00" * 16, "😀" * 16])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(BadVoucherCodeError):
        read_code(typed)


def test_fresh_codes_are_read_back_and_their_ids_fit() -> None:
    codes = {new_code() for _ in range(50)}
    assert len(codes) == 50
    assert {read_code(written(code)) for code in codes} == codes
    assert {Voucher.model_validate(_voucher().model_dump() | {"voucher_id": voucher_id_of(c)}).kind for c in codes}


def test_utc_is_what_a_portfolio_counts_in_until_it_says() -> None:
    assert Portfolio().zone == "UTC"
    assert datetime.fromtimestamp(_ISSUED / 1000, tz=UTC).day == 1
