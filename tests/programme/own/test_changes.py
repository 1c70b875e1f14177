"""What a candidate may do, and what is refused by name before anything is written."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.documents.candidate import Application
from pocus_desktop.programme.own import changes, looking_ahead, taking_in
from pocus_desktop.programme.own.desk import PortfolioDesk
from tests.ui.portfolio.desks import CARDIAC, CODE, LUNG, NOW_MS, TODAY, applied, begun, empty, under_way


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[PortfolioDesk]:
    made = under_way(tmp_path)
    yield made
    made.close()


def refused(code: str, action: Callable[[], object]) -> None:
    with pytest.raises(PocusError) as caught:
        action()
    assert caught.value.code == code
    for language in ("en", "es"):
        assert "{" not in "".join(caught.value.explain(language))


def test_nothing_is_written_without_an_account(tmp_path: Path) -> None:
    desk = empty(tmp_path)
    held = desk.portfolio()
    refused("portfolio.no_account", lambda: changes.write_case(held, today=TODAY, performed_on=TODAY, area="lung"))
    refused("portfolio.no_account", lambda: changes.write_credential(held, body="ardms"))
    refused("portfolio.no_account", lambda: taking_in.planned_cases(desk, tmp_path, is_day_first=None, language="en"))
    desk.close()


def test_what_cannot_be_taken_is_told_by_its_field(desk: PortfolioDesk) -> None:
    held = desk.portfolio()
    for fields, field in (
        ({"performed_on": "31.12.2026", "area": "lung"}, "performed_on"),
        ({"performed_on": "2026-12-16", "area": "lung"}, "performed_on"),
        ({"performed_on": "2026-12-15", "area": "elbow"}, "area"),
        ({"performed_on": "2026-12-15", "area": "lung", "findings": "\x00"}, "findings"),
    ):
        with pytest.raises(PocusError) as caught:
            changes.write_case(held, today=TODAY, **fields)
        assert (caught.value.code, caught.value.params["field"]) == ("portfolio.bad_field", field)


def test_a_case_that_is_corrected_stays_corrected_when_its_file_is_read_again(tmp_path: Path) -> None:
    desk = begun(tmp_path / "own")
    log = tmp_path / "log.csv"
    log.write_text("date,area,findings\n2026-11-02,lung,mistyped\n", encoding="utf-8")
    assert taking_in.take(desk, taking_in.planned_cases(desk, log, is_day_first=None, language="en")) == 1
    entry = next(one for one in desk.portfolio().cases if one.findings == "mistyped")
    desk.write(changes.write_case(desk.portfolio(), case_entry_id=entry.case_entry_id, today=TODAY, findings="B-lines"))
    again = taking_in.planned_cases(desk, log, is_day_first=None, language="en")
    assert (again.documents, again.known) == ((), 1)
    assert not any(one.findings == "mistyped" for one in desk.portfolio().cases)
    desk.close()


def test_an_application_needs_every_statement_and_goes_once(tmp_path: Path) -> None:
    desk = applied(tmp_path)
    view = desk.view()
    assert changes.under_way(view.portfolio, LUNG, view.rules, view.lives, view.now_ms)
    assert not changes.under_way(view.portfolio, CARDIAC, view.rules, view.lives, view.now_ms), "it was refused"
    apply = {"attested": (), "language": "en", "lives": view.lives, "now_ms": view.now_ms}
    refused(
        "portfolio.applied_already",
        lambda: changes.apply(view.portfolio, view.rules, areas=[LUNG], **apply),  # type: ignore[arg-type]
    )
    wanted = changes.statements_for(view.portfolio, view.rules, [CARDIAC], view.on)
    assert wanted == (), "they were made today"
    later = view.on.replace(year=view.on.year + 2)
    assert len(changes.statements_for(view.portfolio, view.rules, [CARDIAC], later)) == 4
    desk.close()


def test_the_clock_is_told_before_it_starts_and_starts_once(tmp_path: Path) -> None:
    desk = applied(tmp_path)
    view = desk.view()
    last = looking_ahead.last_day_if_entered(view)
    application_id = looking_ahead.only_application(view.portfolio)
    enter = {"application_id": application_id, "now_ms": NOW_MS}
    refused("voucher.bad_code", lambda: changes.enter_voucher(view.portfolio, code="none", **enter))  # type: ignore[arg-type]
    desk.write(changes.enter_voucher(view.portfolio, code=CODE, **enter))  # type: ignore[arg-type]
    window = desk.view().lives[0].window
    assert window is not None
    assert window.last == last
    again = desk.portfolio()
    refused("voucher.entered_already", lambda: changes.enter_voucher(again, code=CODE, **enter))  # type: ignore[arg-type]
    desk.close()


def test_evaluators_are_named_replaced_and_never_twice(desk: PortfolioDesk) -> None:
    held = desk.portfolio()
    application_id = held.applications[0].application_id
    berta, carlos = sorted(held.nominations, key=lambda one: one.email)

    def named(email: str, **fields: object) -> Callable[[], object]:
        said = {"name": "Eva Sol", "email": email, "background": "Sonographer", "areas": [LUNG], "has_agreed": True}
        said |= fields
        return lambda: changes.nominate(held, application_id=application_id, now_ms=NOW_MS, **said)  # type: ignore[arg-type]

    refused("portfolio.named_already", named("BERTA@example.org"))
    refused("portfolio.named_already", named("Ana@Example.org"))
    refused("portfolio.not_replaceable", named("eva@example.org", replaces=berta.nomination_id))
    refused("portfolio.bad_field", named("eva"))
    refused("portfolio.not_agreed", named("eva@example.org", has_agreed=None))
    refused("portfolio.not_agreed", named("eva@example.org", has_agreed=False))
    desk.write(named("eva@example.org", replaces=carlos.nomination_id)())  # type: ignore[arg-type]
    desk.write(
        changes.nominate(
            desk.portfolio(),
            application_id=application_id,
            now_ms=NOW_MS,
            name="Fe Mar",
            email="fe@example.org",
            background="Radiologist",
            has_agreed=True,
            areas=[LUNG],
        )
    )
    held = desk.portfolio()
    refused("portfolio.enough_named", named("gil@example.org"))


def test_an_appeal_is_about_something_that_was_decided(desk: PortfolioDesk) -> None:
    view = desk.view()
    decision = view.portfolio.decisions[0]
    made = changes.make_appeal(
        view.portfolio,
        view.rules,
        about=decision.decision_id,
        ground="eligibility",
        decided_on=looking_ahead.decided_on(view.portfolio, decision.decision_id),
        words="The log was cut.",
        now_ms=view.now_ms,
    )
    desk.write(made)
    assert desk.portfolio().appeals == (made,)
    refused("portfolio.not_there", lambda: looking_ahead.decided_on(view.portfolio, "dec_none"))


def test_who_did_not_come_through_in_the_window_applies_again(desk: PortfolioDesk) -> None:
    view = desk.view()
    [window] = [one.window for one in view.lives if one.window is not None]
    apply = {"areas": [LUNG], "attested": (), "language": "en", "lives": view.lives}

    def again(now_ms: int) -> Application:
        made = changes.apply(view.portfolio, view.rules, now_ms=now_ms, **apply)  # type: ignore[arg-type]
        return changes.application_in(made)

    refused("portfolio.applied_already", lambda: again(window.ends_at_ms - 1))
    assert again(window.ends_at_ms).areas == (LUNG,)


def test_a_number_that_nobody_confirmed_is_none_yet(tmp_path: Path) -> None:
    desk = begun(tmp_path)
    desk.write(changes.write_account(desk.portfolio(), now_ms=NOW_MS, candidate_id="C-1001"))
    view = desk.view()
    assert view.claimed == "C-1001"
    assert "id-number" in {str(step.kind) for step in view.steps}
    apply = {"areas": [LUNG], "attested": (), "language": "en", "lives": (), "now_ms": NOW_MS}
    refused("portfolio.no_number", lambda: changes.apply(view.portfolio, view.rules, **apply))  # type: ignore[arg-type]
    again = changes.write_account(desk.portfolio(), now_ms=NOW_MS, email="new@example.org")
    assert again.candidate_id == "C-1001", "what is claimed is not lost by writing something else"
    desk.close()


def test_two_windows_make_one_account(tmp_path: Path) -> None:
    desk = empty(tmp_path)
    fields = {"name": "Ana", "email": "ana@example.org", "zone": "UTC"}
    held = desk.portfolio()
    desk.write(changes.write_account(held, now_ms=NOW_MS, **fields))
    refused("portfolio.changed_meanwhile", lambda: desk.write(changes.write_account(held, now_ms=NOW_MS, **fields)))
    assert desk.portfolio().conflicts == ()
    desk.close()


def test_what_is_never_written_again_is_settled_by_the_academy(desk: PortfolioDesk) -> None:
    entry = desk.portfolio().entries[0]
    other = entry.model_copy(update={"entered_at_ms": entry.entered_at_ms + 1})
    desk.take_in([other])
    (conflict,) = desk.portfolio().conflicts
    refused("portfolio.not_settled_here", lambda: changes.settle(conflict.writings, 0))
