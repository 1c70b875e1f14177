"""What crosses on the way: decisions, vouchers, clocks, submissions. Each ends in an answer that both sides hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.recipients import Recipient
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.sending import sync_once
from pocus_desktop.programme.voucher import VoucherState
from pocus_desktop.programme.voucher_code import new_code
from pocus_desktop.sync.portfolio_carrier import HubPortfolios
from tests.programme.own.ana import LUNG, NOW_MS, Ana

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def ben(hub: Hub, tmp_path: Path) -> Iterator[Ana]:
    made = Ana(hub, tmp_path / "ben")
    yield made
    made.desk.close()


def applied(one: Ana) -> str:
    one.account()
    one.send()
    application_id = one.apply()
    one.send()
    return application_id


def decide(hub: Hub, application_id: str) -> None:
    choices = [AreaChoice(area=LUNG, is_approved=True, reason="looked at")]
    hub.academy.applications.decide(application_id, choices, who="dora", by="Dora Mora")


def voucher(hub: Hub) -> str:
    """For whoever has it."""
    return hub.academy.vouchers.issue([Recipient(name="Ward 3")], (LUNG,), who="rex", why="paid")[0].code


def enter(one: Ana, code: str, application_id: str) -> str:
    entry = changes.enter_voucher(
        one.desk.portfolio(), code=code, application_id=application_id, now_ms=one.desk.now_ms
    )
    one.desk.write(entry)
    return entry.entry_id


def test_a_voucher_entered_by_two_without_a_network_counts_once_and_the_other_is_told(
    hub: Hub, ana: Ana, ben: Ana
) -> None:
    code, applications = voucher(hub), [applied(ana), applied(ben)]
    for application_id in applications:
        decide(hub, application_id)
    entries = [enter(one, code, of) for one, of in zip((ana, ben), applications, strict=True)]
    assert [one.desk.view().lives[0].state for one in (ana, ben)] == [VoucherState.ENTERED] * 2, "neither knows better"
    ben.send()
    ana.send()
    for one in (ben, ana):
        assert one.send().error is None
    mine, other = ben.desk.view(), ana.desk.view()
    assert mine.lives[0].window is not None
    assert (other.lives[0].state, other.lives[0].window) == (VoucherState.REFUSED, None)
    assert other.lives[0].refusals[entries[0]].code == "voucher.entered_already"
    assert "voucher" in [str(step.kind) for step in other.steps]
    [place] = other.places
    assert place.refusal is not None
    assert "{" not in place.explain("es").what
    assert other.portfolio.conflicts == ()
    assert hub.academy.vouchers.doubled()
    enter(ana, voucher(hub), applications[0])
    ana.send()
    ana.send()
    assert [one.state for one in ana.desk.view().lives if one.window is not None] == [VoucherState.ENTERED]


def test_a_code_that_the_academy_does_not_know_starts_no_clock(hub: Hub, ana: Ana) -> None:
    application_id = applied(ana)
    decide(hub, application_id)
    enter(ana, new_code(), application_id)
    ana.send()
    [found] = ana.desk.view().lives
    assert (found.state, found.window) == (VoucherState.REFUSED, None)
    assert [error.code for error in found.refusals.values()] == ["voucher.unknown"]


def test_one_candidate_who_enters_it_on_both_computers_has_entered_it_once(hub: Hub, ana: Ana, ben: Ana) -> None:
    application_id, code = applied(ana), voucher(hub)
    decide(hub, application_id)
    ben.desk.take_in(ana.desk.documents())
    ana.wait(2 * DAY_MS)
    enter(ana, code, application_id)
    ana.wait(DAY_MS)
    enter(ben, code, application_id)
    ana.desk.take_in(ben.desk.documents())
    ana.send()
    ana.send()
    [found] = ana.desk.view().lives
    assert found.window is not None
    assert (found.window.entered_at_ms, dict(found.refusals)) == (NOW_MS + 2 * DAY_MS, {})
    assert hub.academy.admitting.window(application_id, LUNG) == found.window


def test_a_withdrawal_that_crosses_the_decision_is_told_beside_it(hub: Hub, ana: Ana) -> None:
    application_id = applied(ana)
    ana.desk.write(changes.withdraw(ana.desk.portfolio(), application_id))
    decide(hub, application_id)
    assert ana.send().error is None
    held = ana.desk.view()
    assert held.portfolio.applications[0].is_withdrawn
    assert [one.application_id for one in held.portfolio.decisions] == [application_id], (
        "and the card says what it means"
    )
    assert hub.academy.applications.judge(application_id).row["state"] == "approved"
    assert held.places == ()
    ana.apply()
    assert ana.send().refused == 0, "who goes on after all applies again"


def test_what_came_after_the_decision_is_here_and_there_and_changes_nothing(hub: Hub, ana: Ana) -> None:
    application_id = applied(ana)
    choices = [AreaChoice(area=LUNG, is_approved=False, reason="cases are missing")]
    ana.log_by_csv(20)
    hub.academy.applications.decide(application_id, choices, who="dora", by="Dora Mora")
    assert ana.send().error is None
    [place] = ana.desk.view().places
    assert place.code == "refused"
    assert len(hub.academy.portfolios.papers(ana.account_id).cases) == 20
    assert hub.academy.applications.judge(application_id).row["state"] == "refused"


@pytest.mark.parametrize(("days_off", "note"), [(400, "note.clock-ahead"), (-90, None)])
def test_a_clock_that_is_wrong_is_told_and_gives_and_takes_no_day(
    hub: Hub, ana: Ana, days_off: int, note: str | None
) -> None:
    application_id, code = applied(ana), voucher(hub)
    decide(hub, application_id)
    ana.send()
    wrong = ManualClock(wall_ms=NOW_MS + days_off * DAY_MS)
    ana.desk.close()
    ana.desk = ana.opened(clock=wrong)
    enter(ana, code, application_id)
    with ana.client() as client:
        carrier = HubPortfolios(client, ana.key, wrong)
        assert sync_once(ana.desk, carrier).error is None
        view = ana.desk.view()
        assert view.trouble is not None
        assert view.trouble.code == "portfolio.clock_off"
        window = view.lives[0].window
        assert window is not None
        assert (window.first.isoformat(), window.last.isoformat()) == ("2026-12-15", "2027-06-13")
        assert [one.code for one in window.notes] == ([note] if note else [])
        assert hub.academy.admitting.window(application_id, LUNG) is not None
        wrong.set(wall_ms=NOW_MS + DAY_MS)
        hub.clock.set(wall_ms=NOW_MS + DAY_MS)  # type: ignore[attr-defined]
        assert sync_once(ana.desk, carrier).error is None
    assert ana.desk.view().trouble is None
    assert [one.code for one in ana.desk.view().places] == ["no-admission"]


def test_submissions_that_come_twice_late_and_out_of_order_count_once_each(hub: Hub, ana: Ana) -> None:
    ana.account()
    first = ana.desk.pack()
    assert first is not None
    ana.hold_fundamentals()
    second = ana.desk.pack()
    ana.desk.write(
        changes.write_account(ana.desk.portfolio(), now_ms=NOW_MS, name="Ana R", email="a@b.example", zone="UTC")
    )
    third = ana.desk.pack()
    assert second is not None
    assert third is not None
    receipts: dict[str, set[bytes]] = {}
    for parcel in (third, second, first, first, third, second):
        taken = hub.academy.portfolios.take(ana.desk.sealed(parcel), parcel.digest)
        receipts.setdefault(parcel.digest, set()).add(taken.receipt)
        ana.desk.take_receipt(parcel, taken.receipt)
    assert [len(one) for one in receipts.values()] == [1, 1, 1]
    known = hub.academy.portfolios.papers(ana.account_id)
    assert (changes.require_account(known).name, len(known.credentials), known.conflicts) == ("Ana R", 1, ())
    view = ana.desk.view()
    assert (view.waiting, view.portfolio.conflicts) == (0, ())
