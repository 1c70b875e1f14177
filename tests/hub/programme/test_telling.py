"""Whoever has an account is told what they sat, whenever a hub dies and whoever comes first: sitting or account."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DataError, OperationalError

from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.enrolling import request_enrolment
from pocus_desktop.admission.mode import Mode
from pocus_desktop.hub.errors import StoreUnavailableError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.releasing import Releasing
from pocus_desktop.hub.records import store_untold
from pocus_desktop.hub.records.store_tables import RESULT, UNTOLD
from pocus_desktop.hub.work import Worker
from tests.hub.programme.applicant import Applicant
from tests.hub.school import School, with_first
from tests.hub.test_admissions import enrol
from tests.hub.test_rosters import FORM, Day

BOTH = pytest.mark.parametrize("kept_in", ["sqlite", "postgresql"])
BY: Any = {"who": "rex", "why": "looked at"}


def told(hub: Hub, ana: Applicant) -> list[tuple[int, bool]]:
    return [(one.score, one.is_void) for one in hub.academy.portfolios.papers(ana.account_id).results]


def sit(school: School, number: str | None, **changes: Any) -> Any:
    return school.sit(candidate=Candidate(id=number or "", display_name="Ana Ruiz"), mode=Mode.LIVE, **changes)


def dying(monkeypatch: pytest.MonkeyPatch, hub: Hub, what: Callable[[], object]) -> None:
    """Do something with a hub that dies before it tells of it."""

    def die(_self: Releasing, _sitting: str) -> bool:
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(Releasing, "release", die)
        hub.academy.portfolios._when_numbered[:] = [lambda one: die(hub.academy.releasing, one)]
        with pytest.raises(RuntimeError, match="the power went"):
            what()
    hub.close()


@BOTH
def test_a_hub_that_died_between_scoring_and_telling_tells_at_its_next_start(
    hub: Hub, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = Applicant(hub).register()
    sat = sit(school, ana.number)
    dying(monkeypatch, hub, lambda: hub.take(sat.final))
    looking = school.hub(is_registered=False, is_only_read=True)
    assert told(looking, ana) == [], "an audit changes nothing"
    looking.close()
    again = school.hub(is_registered=False)
    assert told(again, ana) == [(400, False)]
    assert again.academy.tables.look(UNTOLD) == ()
    steps = again.academy.tables.trail(about=sat.sitting)
    again.academy.releasing.take_up()
    assert again.academy.tables.trail(about=sat.sitting) == steps
    again.close()


@pytest.mark.parametrize("kept_in", ["postgresql"])
def test_a_worker_tells_what_another_process_left_untold(
    hub: Hub, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = Applicant(hub).register()
    sat = sit(school, ana.number)
    other = school.hub(is_registered=False)
    dying(monkeypatch, other, lambda: other.take(sat.final))
    assert told(hub, ana) == []
    Worker(hub).drain()
    assert told(hub, ana) == [(400, False)]


def test_an_appeal_that_was_granted_is_told_though_the_hub_died(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    sat = sit(school, ana.number)
    hub.take(sat.final)
    appeal = ana.appeal(sat.sitting, ground="technology")
    decide = hub.academy.appeals.decide
    hub.academy.appeals._release = lambda _sitting: None  # as one that dies before it
    decide(appeal.appeal_id, is_granted=True, reason="the probe failed", who="olga", by="Olga")
    assert told(hub, ana) == [(400, False)]
    hub.close()
    again = school.hub(is_registered=False)
    assert told(again, ana) == [(400, True)]
    again.close()


@BOTH
def test_an_account_whose_number_is_confirmed_is_told_what_it_sat_before(hub: Hub, school: School) -> None:
    hub.registry.candidates.add(candidate_id="C-17", name="Ana Ruiz", who="rex")
    hub.take(sit(school, "C-17").final)
    ana = Applicant(hub, claims="C-17").register()
    hub.take(sit(school, "C-18").final)
    assert told(hub, ana) == []
    hub.academy.portfolios.confirm_number(ana.account_id, "c-17", **BY)
    assert told(hub, ana) == [(400, False)]
    assert hub.academy.tables.look(UNTOLD) == ()


def test_who_turns_out_to_have_sat_it_while_it_is_looked_at_is_told(
    hub: Hub, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process confirms the number, and dies, between the look at who sat it and the transaction."""
    hub.registry.candidates.add(candidate_id="C-17", name="Ana Ruiz", who="rex")
    sat = sit(school, "C-17")
    hub.take(sat.final)
    ana = Applicant(hub, claims="C-17").register()
    releasing = hub.academy.releasing
    account_of = releasing._account
    hub.academy.portfolios._when_numbered.clear()

    def late(standing: Any) -> Any:
        found = account_of(standing)
        monkeypatch.setattr(releasing, "_account", account_of)
        hub.academy.portfolios.confirm_number(ana.account_id, "C-17", **BY)
        return found

    monkeypatch.setattr(releasing, "_account", late)
    assert releasing.release(sat.sitting)
    assert told(hub, ana) == [(400, False)]


def test_a_number_confirmed_by_a_hub_that_died_is_told_of_at_its_next_start(
    hub: Hub, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.registry.candidates.add(candidate_id="C-17", name="Ana Ruiz", who="rex")
    hub.take(sit(school, "C-17").final)
    ana = Applicant(hub, claims="C-17").register()
    dying(monkeypatch, hub, lambda: hub.academy.portfolios.confirm_number(ana.account_id, "C-17", **BY))
    again = school.hub(is_registered=False)
    assert told(again, ana) == [(400, False)]
    again.close()


def test_what_waits_for_its_score_stays_noted_until_it_has_one(hub: Hub, school: School) -> None:
    """A number may be confirmed between the arrival of a sitting and its score, by another process."""
    hub.close()
    later = school.hub(is_registered=False, is_scoring_later=True)
    later.registry.candidates.add(candidate_id="C-17", name="Ana Ruiz", who="rex")
    sat = sit(school, "C-17")
    later._intake.take(sat.final)
    ana = Applicant(later, claims="C-17").register()
    later.academy.portfolios.confirm_number(ana.account_id, "C-17", **BY)
    assert [row["sitting"] for row in later.academy.tables.look(UNTOLD)] == [sat.sitting]
    later._settling.settle(sat.sitting)
    later.close()
    again = school.hub(is_registered=False)
    assert told(again, ana) == [(400, False)]
    again.close()


# one sitting that cannot be told


@pytest.mark.parametrize("kept_in", ["postgresql"])
def test_a_sitting_with_the_longest_id_that_is_taken_in_is_told(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    sat = sit(school, ana.number)
    long = "s" * 120
    hub.take(school.seal(with_first(sat.recorded, sitting=long), sat.admission))
    assert [one.sitting_id for one in hub.academy.portfolios.papers(ana.account_id).results] == [long]
    assert hub.academy.tables.look(UNTOLD) == ()


@BOTH
def test_a_report_that_is_not_read_keeps_no_hub_from_starting_and_nobody_else_from_being_told(
    hub: Hub, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, others = Applicant(hub).register(), Applicant(hub, name="Eva Sol").register()
    sittings = [sit(school, one.number) for one in (ana, others)]
    with monkeypatch.context() as broken:
        broken.setattr(Releasing, "release", lambda _self, _sitting: False)
        for sat in sittings:
            hub.take(sat.final)
    first = min(sat.sitting for sat in sittings)
    with hub._store._engine.begin() as connection:
        connection.execute(RESULT.update().where(RESULT.c.sitting == first).values(report='{"of": "another time"}'))
    hub.close()
    again = school.hub(is_registered=False)
    assert sorted(told(again, ana) + told(again, others)) == [(400, False)]
    assert [row["sitting"] for row in again.academy.tables.look(UNTOLD)] == [first]
    assert again.academy.releasing.take_up() == 1
    again.close()


def test_a_database_that_is_away_stops_the_telling_and_a_value_it_cannot_hold_does_not(
    hub: Hub, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = Applicant(hub).register()
    with monkeypatch.context() as broken:
        broken.setattr(Releasing, "release", lambda _self, _sitting: False)
        hub.take(sit(school, ana.number).final)

    def failing(cause: Exception) -> Callable[..., bool]:
        def fail(_self: Releasing, _sitting: str) -> bool:
            raise StoreUnavailableError(reason="x") from cause

        return fail

    monkeypatch.setattr(Releasing, "release", failing(OperationalError("", None, Exception())))
    with pytest.raises(StoreUnavailableError):
        hub.academy.releasing.take_up()
    monkeypatch.setattr(Releasing, "release", failing(DataError("", None, Exception())))
    assert hub.academy.releasing.take_up() == 1


# doubts that end elsewhere


def test_who_sat_it_is_told_once_the_walk_in_that_made_it_doubtful_is_rejected(
    hub: Hub, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = Day(school, hub)
    ana = Applicant(hub, claims="C-17").register()
    hub.academy.portfolios.confirm_number(ana.account_id, "C-17", **BY)
    day.take("north", day.allowing(bundles=((FORM, Mode.LIVE),)))
    walked = day.walk("C-17")
    school.station = day.keys["desk-1"]
    admitted = sit(school, "C-17")
    monkeypatch.setattr("tests.hub.school.START_CODE", walked.start_code)
    school.count += 1
    school.admission = lambda **_: walked.envelope  # type: ignore[method-assign]
    late = school.sit(mode=Mode.LIVE)
    for sat in (late, admitted):
        hub.take(sat.final)
    assert hub.registry.results.doubts_of(admitted.sitting) == {"attempt-sat-twice"}
    assert told(hub, ana) == []
    hub.registry.walk_ins.reject(late.sitting, **BY)
    assert told(hub, ana) == [(400, False)]
    assert hub.academy.tables.look(UNTOLD) == ()


def test_what_an_unknown_station_sealed_stays_noted_until_the_station_is_known(hub: Hub, school: School) -> None:
    enrol(hub.registry, "Desk 1")
    ana = Applicant(hub).register()
    sat = sit(school, ana.number)
    hub.take(sat.final)
    hub.academy.releasing.take_up()
    assert told(hub, ana) == []
    assert [row["sitting"] for row in hub.academy.tables.look(UNTOLD)] == [sat.sitting]
    request = request_enrolment(school.station, kind="station", name="Desk 2", centre_id=None, code=None, now_ms=1)
    hub.registry.enrolments.enrol(request, who="ada")
    hub.academy.releasing.take_up()
    assert told(hub, ana) == [(400, False)]


@BOTH
def test_a_note_that_another_process_enters_meanwhile_is_no_fault(hub: Hub, kept_in: str) -> None:
    engine = hub._store._engine
    with engine.begin() as connection:
        store_untold.note(connection, "sit_1", 1)
        store_untold.note(connection, "sit_1", 2)
    if kept_in == "postgresql":  # SQLite has one writer at a time
        _note_together(engine)
    assert {row["sitting"]: row["since_ms"] for row in hub.academy.tables.look(UNTOLD)}["sit_1"] == 2


def _note_together(engine: Engine) -> None:
    with ThreadPoolExecutor(1) as pool, engine.connect() as one, engine.connect() as watching:
        one.begin()
        store_untold.note(one, "sit_2", 1)

        def note() -> None:
            with engine.begin() as other:
                store_untold.note(other, "sit_2", 2)

        noting = pool.submit(note)
        while not watching.exec_driver_sql(_WAITING).scalar_one():
            assert not noting.done()
            watching.rollback()  # else it is shown what it was shown first
        one.commit()
        noting.result()


_WAITING: Final = """
SELECT count(*) FROM pg_locks, pg_sleep(0.01) WHERE NOT granted AND locktype = 'transactionid'
"""
