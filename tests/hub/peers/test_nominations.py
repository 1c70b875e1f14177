"""From a nomination in the portfolio to mail, answers, and what the portfolio is told, all the real way."""

from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.hub.peers.store import NOTICE
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.documents.candidate import ReminderRequest
from pocus_desktop.programme.errors import BadDocumentError
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.peers.policy import shipped
from pocus_desktop.programme.result import outcome_of
from tests.hub.peers.candidate import Candidate, applied, open_window
from tests.hub.peers.moments import Begin
from tests.hub.peers.world import BEN, CLARA, DAVID, LUNG, World, everything
from tests.programme.own.ana import LUNG as LUNG_AREA

POLICY = shipped()[-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def with_a_window(world: World, folder: Path) -> Candidate:
    made = applied(world, folder)
    open_window(made)
    return made


def with_three_asked(world: World, folder: Path) -> Candidate:
    made = with_a_window(world, folder)
    for email in (BEN, CLARA, DAVID):
        made.name(email, language="es" if email == CLARA else "en")
    made.sync()
    return made


@pytest.fixture
def candidate(begin: Begin) -> Candidate:
    """Her application was sent."""
    return begin(applied)


@pytest.fixture
def admitted(begin: Begin) -> Candidate:
    """Her window is open."""
    return begin(with_a_window)


@pytest.fixture
def asking(begin: Begin) -> Candidate:
    """Three were named in the open window, and written to."""
    return begin(with_three_asked)


def addressed(world: World) -> list[str]:
    return [envelope.rcpt_tos[0] for envelope in world.postbox.taken]


def answer(world: World, email: str, step: int = 5) -> None:
    browser = world.browser(email)
    browser.save_all(everything(step))
    assert browser.send().status_code == 303


def test_from_a_nomination_to_the_outcome_in_the_portfolio(asking: Candidate) -> None:
    world = asking.world
    assert sorted(addressed(world)) == [BEN, CLARA, DAVID]
    assert asking.stages() == ["asked", "asked", "asked"]
    assert "evaluation" in asking.steps()
    world.run_due()
    assert len(addressed(world)) == 3  # nothing twice, whatever is sent again
    answer(world, BEN)
    asking.sync()
    assert asking.stages() == ["answered", "asked", "asked"]
    (panel,) = world.hub.peers.desk.panels()
    with pytest.raises(PocusError) as early:
        world.hub.peers.desk.decide(panel.panel_id, is_supported=True, who="ada", why="read")
    assert early.value.code == "peers.too_few_answers"
    answer(world, CLARA)
    asking.sync()
    assert "evaluation-decision" in asking.steps()
    world.hub.peers.desk.decide(panel.panel_id, is_supported=True, who="ada", why="both support it")
    asking.sync()
    outcome = outcome_of(asking.desk.portfolio().peer_outcomes, asking.application_id, LUNG_AREA)
    assert outcome is not None
    assert (outcome.is_supported, outcome.policy) == (True, POLICY.version)
    assert not {"evaluation", "evaluation-decision", "nominate"} & set(asking.steps())
    assert asking.stages() == ["answered", "answered", "over"]  # nobody is asked any more
    world.pass_days(8)
    world.run_due()
    assert len(addressed(world)) == 3
    steps = [step for step in world.hub.academy.tables.trail(about=panel.panel_id) if step.action == "decided"]
    assert [(step.now, step.who, step.why) for step in steps] == [("supported", "ada", "both support it")]


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_nothing_that_was_said_is_in_what_the_portfolio_is_told(asking: Candidate) -> None:
    world = asking.world
    browser = world.browser(BEN)
    asking.sync()
    assert asking.stages()[0] == "asked", "that the link was opened is not told"
    browser.save_all(everything(1, remarks="never let him scan"))
    browser.send()
    asking.sync()
    told = "".join(one.model_dump_json() for one in asking.desk.portfolio().evaluators)
    assert "never let" not in told
    assert {one.state for one in asking.desk.portfolio().evaluators} == {"named", "asked", "answered"}


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_nobody_is_asked_before_the_window_is_open(candidate: Candidate) -> None:
    world = candidate.world
    candidate.name()
    candidate.sync()
    assert addressed(world) == []
    assert candidate.stages() == ["named"]
    open_window(candidate)
    candidate.sync()
    assert addressed(world) == [BEN]
    assert candidate.stages() == ["asked"]


def test_a_notice_that_was_not_seen_to_before_a_crash_is_seen_to_after_it(
    admitted: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = admitted.world
    admitted.name(BEN)
    admitted.name(DAVID)
    admitted.ana.send()
    desk = world.hub.peers.desk
    seated: list[str] = []

    def dies_at_the_second(*args: object, **named: object) -> str:
        if seated:
            raise KeyboardInterrupt
        seated.append(whole(*args, **named))  # type: ignore[arg-type]
        return seated[0]

    whole = desk.nominate
    monkeypatch.setattr(desk, "nominate", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        world.run_due()
    monkeypatch.undo()
    admitted.sync()
    assert sorted(addressed(world)) == [BEN, DAVID]
    assert admitted.stages() == ["asked", "asked"]
    assert world.hub.academy.tables.look(NOTICE) == ()


def test_another_takes_the_place_of_one_who_declined(asking: Candidate) -> None:
    world = asking.world
    browser = world.browser(DAVID)
    browser.client.post("/peer/decline", data=browser.hidden("/peer/decline") | {"reason": "no-time"})
    asking.sync()
    assert asking.stages() == ["asked", "asked", "declined"]
    assert "nominate" in asking.steps()
    david = asking.evaluators()[2]
    assert david.may_be_replaced
    asking.name("eva@clinic.example", replaces=david.nomination.nomination_id)
    asking.sync()
    assert addressed(world)[3:] == ["eva@clinic.example"]
    assert asking.stages() == ["asked", "asked", "replaced", "asked"]


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_who_was_asked_a_short_time_ago_is_not_replaced_but_may_be_later(asking: Candidate) -> None:
    world = asking.world
    ben = asking.evaluators()[0].nomination.nomination_id
    with pytest.raises(PocusError) as early:
        asking.name("eva@clinic.example", replaces=ben)
    assert early.value.code == "portfolio.not_replaceable"
    world.pass_days(POLICY.replaceable_after_days + 0.1)
    asking.name("eva@clinic.example", replaces=ben)
    world.browser(BEN)  # opens the link before the nomination is sent
    asking.sync()
    assert asking.stages()[0] != "replaced", "who is answering stays"
    assert (asking.stages()[3], asking.evaluators()[3].why) == ("refused", "may-not-replace")


def test_a_reminder_is_sent_where_the_candidate_asks_and_the_policy_allows(asking: Candidate) -> None:
    world = asking.world
    ben = asking.evaluators()[0].nomination.nomination_id
    with pytest.raises(PocusError) as early:
        changes.ask_to_remind(asking.desk.portfolio(), ben, now_ms=asking.desk.now_ms)
    assert early.value.code == "portfolio.not_reminded_now"
    for asked in range(1, POLICY.most_asked_reminders + 1):
        world.pass_days(POLICY.least_days_between_mails + 0.1)
        world.run_due()  # those that come by themselves
        asking.sync()
        if not asking.evaluators()[0].may_be_reminded:
            world.pass_days(POLICY.least_days_between_mails)
            asking.sync()
        before = addressed(world).count(BEN)
        request = changes.ask_to_remind(asking.desk.portfolio(), ben, now_ms=asking.desk.now_ms)
        asking.desk.write(request)
        assert not asking.evaluators()[0].may_be_reminded, "not asked for twice"
        asking.sync()
        assert addressed(world).count(BEN) == before + 1, asked
        assert asking.stages()[0] == "reminded"
    world.pass_days(POLICY.least_days_between_mails + 0.1)
    assert not asking.evaluators()[0].may_be_reminded, "as often as the policy says"
    asking.sync()  # one may come by itself
    world.pass_days(POLICY.least_days_between_mails + 0.1)
    before = addressed(world).count(BEN)
    forged = ReminderRequest(request_id="rem_" + "7" * 20, nomination_id=ben, made_at_ms=asking.desk.now_ms)
    asking.desk.write(forged)  # by another program, which does not look
    asking.sync()
    assert addressed(world).count(BEN) == before


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_an_account_that_cannot_be_seen_to_holds_up_no_other(
    candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = candidate.world
    nominating = world.hub.peers.nominating
    monkeypatch.setattr(nominating, "see_to", lambda _account: (_ for _ in ()).throw(BadDocumentError(reason="test")))
    open_window(candidate)
    candidate.name(BEN)
    world.nominate(application_id="app_" + "9" * 20)  # of another
    world.run_due()
    assert addressed(world)
    assert world.hub.academy.tables.look(NOTICE), "it is seen to again"


def test_two_workers_that_see_to_one_request_send_one_reminder(
    asking: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = asking.world
    peers = world.hub.peers
    remind, ben = peers.desk.remind, asking.evaluators()[0].nomination.nomination_id
    world.pass_days(POLICY.least_days_between_mails + 0.1)
    world.run_due()
    asking.sync()

    def meanwhile(*asked: Any, **how: Any) -> None:
        monkeypatch.setattr(peers.desk, "remind", remind)
        peers.nominating.see_to(asking.desk.portfolio().account.account_id)  # type: ignore[union-attr]
        remind(*asked, **how)

    monkeypatch.setattr(peers.desk, "remind", meanwhile)
    before = addressed(world).count(BEN)
    asking.desk.write(changes.ask_to_remind(asking.desk.portfolio(), ben, now_ms=asking.desk.now_ms))
    asking.sync()
    assert addressed(world).count(BEN) == before + 1


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("ANA+peer@Example.org", "own-address"),
        ("Ben+again@HOSPITAL.example", "same-person"),
    ],
)
def test_one_person_under_several_spellings_is_one(admitted: Candidate, email: str, why: str) -> None:
    world = admitted.world
    admitted.name(BEN)
    with pytest.raises(PocusError) as here:
        admitted.name(email)
    assert here.value.code == "portfolio.named_already"
    first = admitted.desk.portfolio().nominations[0]
    forged = {"nomination_id": "nom_" + "7" * 20, "email": email, "made_at_ms": first.made_at_ms + 1}
    admitted.desk.write(first.model_copy(update=forged))  # by another program, which does not look
    admitted.sync()
    assert addressed(world) == [BEN]
    (state,) = [one for one in admitted.desk.portfolio().evaluators if one.nomination_id == forged["nomination_id"]]
    assert (state.state, state.why) == ("refused", why)


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
@pytest.mark.parametrize(
    ("field", "value", "why"),
    [("has_agreed", False, "agreement"), ("has_agreed", None, "agreement"), ("has_interest", True, "interest")],
)
def test_who_did_not_agree_or_has_an_interest_is_not_written_to(
    admitted: Candidate, field: str, value: bool | None, why: str
) -> None:
    world = admitted.world
    with pytest.raises(PocusError) as here:
        admitted.name(BEN, **{field: value})
    assert here.value.code == ("portfolio.has_interest" if value else "portfolio.not_agreed")
    admitted.name(DAVID)
    first = admitted.desk.portfolio().nominations[0]
    admitted.desk.write(first.model_copy(update={"nomination_id": "nom_" + "7" * 20, "email": BEN, field: value}))
    admitted.sync()
    assert addressed(world) == [DAVID]
    assert ("refused", why) in [(one.stage, one.why) for one in admitted.evaluators()]


def test_days_that_are_granted_reopen_and_a_refund_ends(asking: Candidate) -> None:
    world = asking.world
    world.pass_days(181)
    asking.sync()
    assert asking.stages() == ["over", "over", "over"]
    world.hub.academy.vouchers.extend(asking.voucher_id, 20, who="rex", by="Rex", why="flood")
    asking.sync()
    assert set(asking.stages()) == {"reminded"}
    answer(world, BEN)
    world.hub.academy.vouchers.refund(asking.voucher_id, who="rex", by="Rex", why="returned")
    asking.sync()
    assert asking.stages() == ["answered", "over", "over"]
    assert len(LUNG.sections) > 1  # the questionnaire that was asked


def test_an_address_that_no_server_takes_is_told_and_makes_room(admitted: Candidate) -> None:
    world = admitted.world
    world.postbox.replies[BEN] = "550 5.1.1 no such mailbox"
    admitted.name(BEN)
    admitted.sync()
    assert admitted.stages() == ["unreachable"]
    assert "nominate" in admitted.steps()
    assert admitted.evaluators()[0].may_be_replaced
