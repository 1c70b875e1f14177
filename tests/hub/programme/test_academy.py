"""From an application to its voucher and admission, at the desks; and what each desk refuses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from pocus_desktop.admission.admission import Candidate, verify
from pocus_desktop.admission.mode import Mode
from pocus_desktop.appeals.appeal import Appeal as Sitting
from pocus_desktop.case.models import ContentArea
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.admitting import AdmissionOrder
from pocus_desktop.hub.programme.appeals import LOOK_MS
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.recipients import Recipient, read_recipients
from pocus_desktop.hub.programme.sampling import draw
from pocus_desktop.hub.programme.store import VOUCHER
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.ids import new_id
from pocus_desktop.programme.appealing import appeal_until, day_decided
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.documents.academy import Decision, Voucher
from pocus_desktop.programme.voucher import VoucherState
from tests.hub.programme.applicant import LUNG, ZONE, Applicant
from tests.hub.school import CHEAPER_KEY, School

DAY_MS = 86_400_000
CARDIAC = ContentArea.CARDIAC
BY = {"who": "dora", "by": "Dora Mora"}
BOOK: dict[str, Any] = {"who": "rex", "why": "invoice 12"}


def refused(code: str, action: Callable[[], object]) -> PocusError:
    with pytest.raises(PocusError) as caught:
        action()
    assert caught.value.code == code
    for language in ("en", "es"):
        assert "{" not in "".join(caught.value.explain(language))
    return caught.value


def approve(hub: Hub, application_id: str, *areas: ContentArea) -> Decision:
    choices = [AreaChoice(area=area, is_approved=True, reason="looked at") for area in areas or (LUNG,)]
    return hub.academy.applications.decide(application_id, choices, **BY)


def issue(hub: Hub, candidate_id: str | None = None, *areas: ContentArea) -> str:
    recipient = Recipient(name="Ana", candidate_id=candidate_id)
    return hub.academy.vouchers.issue([recipient], areas or (LUNG,), **BOOK)[0].code


def subjects(hub: Hub, about: str) -> list[str]:
    return [step.action for step in reversed(hub.academy.tables.trail(about=about))]


def test_from_application_to_admission(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    assert ana.number is not None
    assert hub.registry.candidates.find(ana.number).name == "Ana Ruiz"
    application_id = ana.apply()
    judged = hub.academy.applications.judge(application_id)
    assert [answer.is_met for answer in judged.answers] == [True]
    decision = approve(hub, application_id)
    code = issue(hub, ana.number)
    ana.enter(code, application_id)
    order = AdmissionOrder(application_id=application_id, area=LUNG, bundle_id="lung-a", minimum_version=1)
    admitted = hub.academy.admitting.admit(order, who="rex")
    admission = verify(admitted.envelope, hub.ring.verifiers).admission
    assert admission.candidate.id == ana.number
    window = hub.academy.admitting.window(application_id, LUNG)
    assert window is not None
    assert (window.last - window.first).days == 180
    assert admission.window.not_after_ms == window.ends_at_ms - 1
    papers = hub.academy.portfolios.papers(ana.account_id)
    assert papers.decisions == (decision,)
    assert [type(one) for one in papers.vouchers] == [Voucher]
    assert subjects(hub, application_id) == ["received", "decided", "entered", "admitted"]
    assert hub.academy.tables.check_trail().broken is None


def test_what_is_missing_is_told_and_approved_only_with_a_reason(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply(how_many=12)
    answer = hub.academy.applications.judge(application_id).answers[0]
    (missing,) = [told for finding in answer.findings for told in finding.missing]
    assert missing() == "Lung: cases to log: 8 (12 of 20 count)."
    decide = hub.academy.applications.decide
    refused("academy.not_eligible", lambda: decide(application_id, [AreaChoice(area=LUNG, is_approved=True)], **BY))
    refused("academy.no_reason", lambda: decide(application_id, [AreaChoice(area=LUNG, is_approved=False)], **BY))
    refused("academy.bad_decision", lambda: decide(application_id, [], **BY))
    other = [AreaChoice(area=CARDIAC, is_approved=True, reason="x")]
    refused("academy.bad_decision", lambda: decide(application_id, other, **BY))
    decide(application_id, [AreaChoice(area=LUNG, is_approved=False, reason="8 cases are missing")], **BY)
    again = [AreaChoice(area=LUNG, is_approved=True, reason="no")]
    refused("academy.not_waiting", lambda: decide(application_id, again, **BY))
    refused("academy.not_waiting", lambda: hub.academy.applications.ask(application_id, "more?", **BY))
    refused("academy.unknown_application", lambda: decide("app_x", again, **BY))


def test_asked_for_more_it_waits_again_when_something_comes(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply(how_many=12)
    hub.academy.applications.ask(application_id, "Please log eight cases more.", **BY)
    refused("academy.no_reason", lambda: hub.academy.applications.ask(application_id, " ", **BY))
    assert hub.academy.applications.judge(application_id).row["state"] == "asked"
    assert hub.academy.portfolios.papers(ana.account_id).questions[0].words == "Please log eight cases more."
    ana.send(*ana.evidence(how_many=8)[1:9])
    judged = hub.academy.applications.judge(application_id)
    assert judged.row["state"] == "received"
    assert judged.answers[0].is_met


def test_a_withdrawn_application_is_not_decided_and_a_decided_one_is_not_written_again(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application = ana.application()
    ana.send(application)
    ana.send(application.model_copy(update={"is_withdrawn": True, "revision": 2}))
    assert hub.academy.applications.judge(application.application_id).row["state"] == "withdrawn"
    refused("academy.not_waiting", lambda: approve(hub, application.application_id))
    decided = ana.application()
    ana.send(decided)
    approve(hub, decided.application_id)
    ana.send(decided.model_copy(update={"areas": (LUNG, CARDIAC), "revision": 2}))
    row = hub.academy.applications.judge(decided.application_id).row
    assert (row["state"], row["approved"], row["areas"]) == ("approved", "lung", "lung")


def test_nobody_is_admitted_by_an_application_that_was_withdrawn_after_an_appeal(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application = ana.application(LUNG, CARDIAC)
    ana.send(*ana.evidence(), application)
    application_id = application.application_id
    some = [
        AreaChoice(area=LUNG, is_approved=True, reason="looked at"),
        AreaChoice(area=CARDIAC, is_approved=False, reason="no cases"),
    ]
    hub.academy.applications.decide(application_id, some, **BY)
    ana.enter(issue(hub), application_id)
    appeal = ana.appeal(application_id)
    hub.academy.appeals.decide(appeal.appeal_id, is_granted=True, reason="anew", who="olga", by="Olga")
    ana.send(application.model_copy(update={"is_withdrawn": True, "revision": 2}))
    order = AdmissionOrder(application_id=application_id, area=LUNG, bundle_id="lung-a", minimum_version=1)
    told = refused("academy.not_admittable", lambda: hub.academy.admitting.admit(order, who="rex"))
    assert told.params["reason"] == "the application was withdrawn"


def test_the_day_of_an_application_is_its_clocks_within_thirty_days(hub: Hub) -> None:
    """Who sets a clock back makes old cases young again; who was without a network for weeks must not lose by it."""
    ana = Applicant(hub).register()
    for days_back, counts in ((0, 0), (20, 20), (30, 30), (31, 30), (800, 30), (-5, 0)):
        application = ana.application(made_at_ms=ana.now_ms - days_back * DAY_MS)
        ana.send(application)
        on = hub.academy.applications.judge(application.application_id).on
        assert (ana.today - on).days - counts in {0, 1}, "one day more where the zone's day is not over"


def test_a_submission_is_taken_once_and_by_its_key_alone(hub: Hub) -> None:
    ana = Applicant(hub)
    data, digest = ana.sealed(ana.account())
    first = hub.academy.portfolios.take(data, digest)
    assert first.is_new
    again = hub.academy.portfolios.take(data, digest)
    assert (again.receipt, again.is_new) == (first.receipt, False)
    ana.register()
    eve = SigningKey.generate()
    refused("academy.other_key", lambda: ana.send(ana.account(name="Eve"), key=eve))
    refused(
        "academy.bad_key_id",
        lambda: hub.academy.portfolios.accept_key(ana.account_id, "ed25519-nothing", who="rex", why="misheard"),
    )
    hub.academy.portfolios.accept_key(ana.account_id, eve.public.key_id, who="rex", why="lost computer")
    ana.send(ana.account(email="new@example.org"), key=eve)
    refused("academy.other_key", lambda: ana.send(ana.account(email="old@example.org")))
    assert subjects(hub, ana.account_id) == [
        "account made", "number given", "key awaited", "key changed", "account changed",
    ]  # fmt: skip


def test_a_key_is_of_one_account(hub: Hub) -> None:
    ana = Applicant(hub).register()
    anew = Applicant(hub, key=ana.key)
    refused("academy.key_of_another_account", anew.register)
    refused("academy.unknown_portfolio", lambda: hub.academy.portfolios.find(anew.account_id))
    ben = Applicant(hub).register()
    hub.academy.portfolios.accept_key(ben.account_id, ana.key.public.key_id, who="rex", why="misheard")
    refused("academy.key_of_another_account", lambda: ben.send(ben.account(name="Ben"), key=ana.key))
    known = hub.academy.portfolios.key_of(ana.key.public.key_id)
    assert known is not None
    assert known[0] == ana.account_id
    ben.send(ben.account(name="Ben"))


def test_a_claimed_number_waits_for_a_registrar(hub: Hub) -> None:
    hub.registry.candidates.add(candidate_id="C-17", name="Ana Ruiz", who="rex")
    ana = Applicant(hub, claims="C-17").register()
    assert ana.number is None
    refused("academy.other_person", lambda: ana.send(ana.application(candidate_id="C-17")))
    confirm = hub.academy.portfolios.confirm_number
    refused("academy.unknown_portfolio", lambda: confirm(ana.account_id, "C-99", who="rex", why="-"))
    confirm(ana.account_id, "c-17", who="rex", why="compared a document")
    ana.send(ana.account(email="b@example.org"))
    assert hub.academy.portfolios.number_of(ana.account_id) == "C-17"
    eve = Applicant(hub, claims="C-17").register()
    refused("academy.other_person", lambda: confirm(eve.account_id, "C-17", who="rex", why="-"))


def test_who_claimed_a_wrong_number_claims_another_or_none(hub: Hub) -> None:
    hub.registry.candidates.add(candidate_id="C-17", name="Ana Ruiz", who="rex")
    ana = Applicant(hub, claims="C-71").register()
    find = hub.academy.portfolios.find
    ana.send(ana.account(candidate_id="C-17"))
    assert (find(ana.account_id)["claimed_id"], find(ana.account_id)["candidate_id"]) == ("C-17", None)
    ana.send(ana.account(candidate_id=None))
    given = find(ana.account_id)["candidate_id"]
    assert find(ana.account_id)["claimed_id"] == ""
    assert given.startswith("P")
    ana.send(ana.account(candidate_id="C-17"))
    assert hub.academy.portfolios.number_of(ana.account_id) == given


def test_nobody_writes_for_somebody_else(hub: Hub) -> None:
    ana, eve = Applicant(hub).register(), Applicant(hub, name="Eve").register()
    application = ana.application()
    ana.send(application)
    refused("academy.other_person", lambda: eve.send(application))
    stolen = application.model_copy(update={"candidate_id": eve.number, "is_withdrawn": True, "revision": 9})
    refused("academy.others_document", lambda: eve.send(stolen))
    refused("academy.other_person", lambda: eve.send(ana.account()))
    refused("academy.unknown_portfolio", lambda: Applicant(hub).send(ana.evidence()[0]))
    assert hub.academy.applications.judge(application.application_id).row["state"] == "received"


def test_what_the_academy_says_is_refused_in_a_submission(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply()
    decision = approve(hub, application_id)
    refused("portfolio.not_its_own", lambda: ana.send(decision.model_copy(update={"decision_id": new_id("dec")})))


def test_a_voucher_entered_in_two_places_without_a_network_counts_for_who_arrived_first(
    hub: Hub, school: School
) -> None:
    """Both are told; a person sees to it."""
    ana, eve = Applicant(hub).register(), Applicant(hub, name="Eve").register()
    code = issue(hub)
    one, two = ana.apply(), eve.apply()
    eve_entered_ms = eve.now_ms
    school.clock.advance(ms=DAY_MS)
    mine = ana.enter(code, one)
    school.clock.advance(ms=3 * DAY_MS)
    late = eve.enter(code, two, entered_at_ms=eve_entered_ms)  # earlier by a clock that anyone may set
    told = hub.academy.vouchers.tell(mine.voucher_id)
    assert told.life.window is not None
    assert told.life.window.application_id == one
    assert told.life.refusals[late.entry_id].code == "voucher.entered_already"
    assert told.is_doubled
    bob = Applicant(hub, name="Bob").register()
    bob.enter(code, bob.apply())
    settle = partial(hub.academy.vouchers.settle, mine.voucher_id, who="rex", why="both were called")
    refused("academy.newer_came", lambda: settle(seen=told.seen))
    assert hub.academy.vouchers.tell(mine.voucher_id).is_doubled, "nobody saw to the third"
    assert [told.row["voucher_id"] for told in hub.academy.vouchers.doubled()] == [mine.voucher_id]
    for person in (ana, eve):
        assert hub.academy.portfolios.papers(person.account_id).vouchers[0].voucher_id == mine.voucher_id
    assert hub.academy.admitting.window(two, LUNG) is None
    refused("academy.no_reason", lambda: hub.academy.vouchers.settle(mine.voucher_id, who="rex", why=""))
    hub.academy.vouchers.settle(mine.voucher_id, who="rex", why="another voucher sent to Eve")
    assert hub.academy.vouchers.doubled() == ()


def test_an_entry_with_a_guessed_code_counts_for_nothing(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply()
    code = issue(hub)
    voucher_id = ana.enter(code, application_id).voucher_id
    ana.enter("0000-0000-0000-0000", application_id)
    assert len(hub.academy.vouchers.tell(voucher_id).entries) == 1
    refused("academy.unknown_voucher", lambda: hub.academy.vouchers.tell("vch_x"))


def test_no_clock_of_a_candidate_stretches_the_window(hub: Hub, school: School) -> None:
    """Set back before the voucher was issued it begins with the issue; set ahead it begins when the entry came."""
    for clock_days, first in ((-400, 0), (-3, 0), (0, 0), (400, 5)):
        ana = Applicant(hub).register()
        application_id = ana.apply()
        code, issued_on = issue(hub), ana.today
        entered_ms = ana.now_ms + clock_days * DAY_MS
        school.clock.advance(ms=5 * DAY_MS)
        ana.enter(code, application_id, entered_at_ms=entered_ms)
        window = hub.academy.admitting.window(application_id, LUNG)
        assert window is not None
        assert (window.first - issued_on).days - first in {-1, 0}
        assert (window.last - window.first).days == 180


def test_a_window_ends_is_extended_with_a_reason_and_up_to_the_rule(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply()
    approve(hub, application_id)
    code = issue(hub)
    vouchers, admitting = hub.academy.vouchers, hub.academy.admitting
    order = AdmissionOrder(application_id=application_id, area=LUNG, bundle_id="lung-a", minimum_version=1)
    refused("academy.not_admittable", lambda: admitting.admit(order, who="rex"))
    voucher_id = ana.enter(code, application_id).voucher_id
    school.clock.advance(ms=182 * DAY_MS)
    refused("academy.not_admittable", lambda: admitting.admit(order, who="rex"))
    assert vouchers.tell(voucher_id).life.state is VoucherState.RUN_OUT
    refused("academy.no_reason", lambda: vouchers.extend(voucher_id, 30, who="rex", by="Rex", why=" "))
    refused("academy.too_many_days", lambda: vouchers.extend(voucher_id, 181, who="rex", by="Rex", why="ill"))
    vouchers.extend(voucher_id, 30, who="rex", by="Rex", why="ill for a month")
    refused("academy.too_many_days", lambda: vouchers.extend(voucher_id, 151, who="rex", by="Rex", why="ill"))
    assert admitting.admit(order, who="rex").sign_in_code
    assert hub.academy.portfolios.papers(ana.account_id).extensions[0].reason == "ill for a month"
    refused("academy.not_admittable", lambda: admitting.admit(replace(order, area=CARDIAC), who="rex"))


def test_a_refunded_voucher_is_worth_nothing(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply()
    approve(hub, application_id)
    code = issue(hub, ana.number)
    voucher_id = hub.academy.portfolios.papers(ana.account_id).vouchers[0].voucher_id
    refused("academy.not_entered", lambda: hub.academy.vouchers.extend(voucher_id, 3, who="r", by="R", why="w"))
    hub.academy.vouchers.refund(voucher_id, who="rex", by="Rex", why="paid twice")
    refused(
        "academy.refunded_already", lambda: hub.academy.vouchers.refund(voucher_id, who="rex", by="Rex", why="again")
    )
    ana.enter(code, application_id)
    told = hub.academy.vouchers.tell(voucher_id)
    assert told.life.state is VoucherState.REFUNDED
    assert hub.academy.admitting.window(application_id, LUNG) is None
    assert hub.academy.portfolios.papers(ana.account_id).refunds[0].reason == "paid twice"


def test_vouchers_are_issued_all_or_none(hub: Hub) -> None:
    ana = Applicant(hub).register()
    table = f"recipient;candidate;areas\nDept of Medicine;;lung cardiac\nAna;{ana.number};\n".encode()
    issued = hub.academy.vouchers.issue(read_recipients(table), [LUNG], **BOOK)
    assert [tuple(one.areas) for one in issued] == [(LUNG, CARDIAC), (LUNG,)]
    bad = [Recipient(name="Ana"), Recipient(name="Nobody", candidate_id="C-404")]
    order = hub.academy.vouchers.issue
    refused("academy.bad_voucher_order", lambda: order(bad, [LUNG], **BOOK))
    refused("academy.bad_voucher_order", lambda: order([Recipient(name="Ana")], [], **BOOK))
    refused("academy.bad_voucher_order", lambda: order([], [LUNG], **BOOK))
    refused("academy.no_reason", lambda: order([Recipient(name="Ana")], [LUNG], who="rex", why=""))
    assert hub.academy.tables.page(VOUCHER, order="issued_ms", most=10)[1] == 2


@pytest.mark.parametrize(
    "table",
    [
        b"",
        b"name\nAna\n",
        b"recipient,recipient\na,b\n",
        b"recipient,price\nAna,3\n",
        b"recipient\n",
        b"recipient\n\n\n",
        b"recipient,areas\nAna,heart\n",
        b"recipient,areas\nAna\n",
        b"recipient,areas\nAna,lung,more\n",
        b"recipient,areas\n,lung\n",
        b"recipient\n=HYPERLINK(1)\n",
        b"recipient\n@SUM(A1)\n",
        b"recipient\n+1\n",
        "recipient\n＝1\n".encode(),
        b"recipient\n\xff\xfe\n",
        b"recipient\nA\x00na\n",
        b'recipient\n"Ana\n',
        b"recipient\n" + b"x" * 201 + b"\n",
        b"recipient\n" + b"Ana\n" * 2001,
        b"recipient\n" + b"x" * 600_000,
        "recipient\nA\u202ena\n".encode(),
    ],
)
def test_a_hostile_table_is_refused_with_its_line(table: bytes) -> None:
    assert refused("academy.bad_recipients", lambda: read_recipients(table)).params["reason"]


def test_the_sample_is_drawn_the_same_again_and_by_nobodys_choice(hub: Hub) -> None:
    ids = [f"app_{number:03}" for number in range(40)]
    assert draw(ids, 10, "seed") == draw(ids[::-1], 10, "seed")
    assert len(draw(ids, 10, "seed")) == 4
    assert draw(ids, 10, "seed") != draw(ids, 10, "another")
    assert draw([], 10, "seed") == ()
    ana = Applicant(hub).register()
    approved = [ana.apply() for _ in range(3)]
    for one in approved:
        approve(hub, one)
    sampling = hub.academy.sampling
    span = {"since_ms": 0, "until_ms": ana.now_ms + 1, "who": "dora", "why": "quarter"}
    sample = sampling.make(percent=34, seed="lottery 4 8 15", **span)  # type: ignore[arg-type]
    assert sample.is_right
    assert len(sample.drawn) == 2
    assert sampling.all() == (sample,)
    assert {hub.academy.applications.judge(one).row["is_sampled"] for one in sample.drawn} == {True}
    for wrong in ({"percent": 0}, {"percent": 101}, {"seed": "x" * 121}, {"until_ms": 1}):
        refused("academy.bad_sample", lambda wrong=wrong: sampling.make(**{"percent": 5, **span, **wrong}))  # type: ignore[misc]


def test_an_appeal_on_eligibility_is_decided_by_somebody_else_and_lets_it_wait_again(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply(how_many=2)
    no = [AreaChoice(area=LUNG, is_approved=False, reason="18 cases are missing")]
    hub.academy.applications.decide(application_id, no, **BY)
    school.clock.advance(ms=30 * DAY_MS)
    appeal = ana.appeal(application_id)
    appeals = hub.academy.appeals
    decide = {"is_granted": True, "reason": "the log was cut"}
    refused("academy.own_decision", lambda: appeals.decide(appeal.appeal_id, **decide, **BY))  # type: ignore[arg-type]
    refused(
        "academy.no_reason", lambda: appeals.decide(appeal.appeal_id, is_granted=True, reason="", who="olga", by="O")
    )
    appeals.decide(appeal.appeal_id, **decide, who="olga", by="Olga")  # type: ignore[arg-type]
    assert hub.academy.applications.judge(application_id).row["state"] == "received"
    refused("academy.not_waiting", lambda: appeals.decide(appeal.appeal_id, **decide, who="olga", by="O"))  # type: ignore[arg-type]
    assert hub.academy.portfolios.papers(ana.account_id).appeal_decisions[0].is_granted


TURNED_AWAY: tuple[tuple[int, dict[str, Any], str], ...] = (
    (32, {}, "appeal.too_late"),
    (32, {"made_at_ms": 0}, "appeal.too_late"),
    (29, {"made_at_ms": 0}, ""),
    (1, {"ground": "dislike"}, "appeal.no_ground"),
    (1, {"about": "app_00000000000000000000"}, "academy.unknown_application"),
    (1, {"ground": "technology", "about": "sit_nobody"}, "academy.unknown_application"),
    (1, {}, ""),
)


def test_an_appeal_that_is_not_taken_is_kept_and_told(hub: Hub, school: School) -> None:
    for days, fields, refusal in TURNED_AWAY:
        ana = Applicant(hub).register()
        application_id = ana.apply(how_many=2)
        no = [AreaChoice(area=LUNG, is_approved=False, reason="18 cases are missing")]
        hub.academy.applications.decide(application_id, no, **BY)
        school.clock.advance(ms=days * DAY_MS)
        appeal = ana.appeal(**{"about": application_id, **fields})
        told = hub.academy.appeals.tell(appeal.appeal_id)
        assert told.row["refusal"] == refusal
        if refusal != "academy.unknown_application":
            assert told.decided_on is not None
            assert told.last_on == told.decided_on + timedelta(days=30)
            assert (told.last_on < ana.today) == (days == 32)
        assert told.row["state"] == ("turned-away" if refusal else "received")
        assert len(hub.academy.portfolios.papers(ana.account_id).appeal_decisions) == bool(refusal)


def test_an_appeal_on_technology_brings_the_sitting_as_it_was(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    sat = school.sit(candidate=Candidate(id=ana.number or "", display_name="Ana Ruiz"))
    hub.take(sat.final)
    appeal = ana.appeal(sat.sitting, ground="technology")
    replay = hub.academy.appeals.attach(appeal.appeal_id)
    assert replay is not None
    assert b"compressible" in replay
    assert hub.academy.appeals.attach(appeal.appeal_id) == replay
    for _ in range(2):
        again = hub.academy.appeals.relive(appeal.appeal_id, who="olga", how="page")
        assert again.is_as_attached, "the same events make the same document"
    assert hub.academy.appeals.attached(appeal.appeal_id, who="olga", how="json") == replay
    looked = [step for step in hub.academy.tables.trail(about=appeal.appeal_id) if step.action == "sitting viewed"]
    assert [(step.who, step.now) for step in reversed(looked)] == [("olga", "page"), ("olga", "json")]
    school.clock.advance(ms=LOOK_MS)
    hub.academy.appeals.relive(appeal.appeal_id, who="olga", how="page")
    assert subjects(hub, appeal.appeal_id).count("sitting viewed") == 3
    eve = Applicant(hub, name="Eve").register()
    stolen = eve.appeal(sat.sitting, ground="technology")
    assert hub.academy.appeals.tell(stolen.appeal_id).row["refusal"] == "academy.unknown_application"
    assert hub.academy.appeals.attach(stolen.appeal_id) is None, "nobody looks at another's sitting by it"
    assert subjects(hub, stolen.appeal_id) == ["turned-away"]
    refused("academy.unknown_appeal", lambda: hub.academy.appeals.tell("apl_x"))


def test_a_sitting_is_attached_once_and_not_after_the_decision(hub: Hub, school: School) -> None:
    ana, appeals = Applicant(hub).register(), hub.academy.appeals
    sat = school.sit(candidate=Candidate(id=ana.number or "", display_name="Ana Ruiz"))
    hub.take(sat.final)
    twice, decided = (ana.appeal(sat.sitting, ground="technology").appeal_id for _ in range(2))
    relive = appeals._relive
    kept: list[bytes | None] = []

    def meanwhile(sitting: str) -> Sitting:  # somebody else, between the look and the transaction
        appeals._relive = relive
        kept.append(appeals.attach(twice))
        return relive(sitting)

    appeals._relive = meanwhile
    assert appeals.attach(twice) == kept[0]
    assert kept[0] is not None
    assert subjects(hub, twice).count("sitting attached") == 1

    def too_late(sitting: str) -> Sitting:
        appeals.decide(decided, is_granted=False, reason="no fault", who="olga", by="Olga")
        return relive(sitting)

    appeals._relive = too_late
    assert appeals.attach(decided) is None
    assert appeals.attach(decided) is None
    assert "sitting attached" not in subjects(hub, decided)


def test_an_appeal_on_technology_has_thirty_days_from_the_score(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    sat = school.sit(candidate=Candidate(id=ana.number or "", display_name="Ana Ruiz"), mode=Mode.LIVE)
    hub.take(sat.final)
    scored_on = local_day(ana.now_ms, ZONE)
    school.clock.advance(ms=30 * DAY_MS)
    in_time = hub.academy.appeals.tell(ana.appeal(sat.sitting, ground="technology").appeal_id)
    school.clock.advance(ms=2 * DAY_MS)
    late = hub.academy.appeals.tell(ana.appeal(sat.sitting, ground="technology").appeal_id)
    assert (in_time.row["state"], late.row["state"]) == ("received", "turned-away")
    assert late.row["refusal"] == "appeal.too_late"
    assert (late.decided_on, late.last_on) == (scored_on, scored_on + timedelta(days=30))
    [told] = hub.academy.portfolios.papers(ana.account_id).appeal_decisions
    assert (told.appeal_id, told.is_granted, told.reason) == (late.row["appeal_id"], False, "appeal.too_late")


def test_the_thirty_days_begin_anew_where_the_score_is_another_and_not_where_it_is_scored_alike(
    hub: Hub, school: School
) -> None:
    ana = Applicant(hub).register()
    sat = school.sit(candidate=Candidate(id=ana.number or "", display_name="Ana Ruiz"), mode=Mode.LIVE)
    hub.take(sat.final)

    def settled() -> int | None:
        standing = hub.standing(sat.sitting)
        return None if standing is None else standing.settled_at_ms

    first = settled()
    school.clock.advance(ms=20 * DAY_MS)
    hub.settle(sat.sitting)
    assert settled() == first
    school.register(hub, CHEAPER_KEY)
    assert settled() == ana.now_ms


def test_appeals_name_what_the_portfolio_was_told(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply(how_many=2)
    school.clock.advance(ms=20 * DAY_MS)  # the thirty days count from the decision, not from the application
    no = [AreaChoice(area=LUNG, is_approved=False, reason="18 cases are missing")]
    decision = hub.academy.applications.decide(application_id, no, **BY)
    sat = school.sit(candidate=Candidate(id=ana.number or "", display_name="Ana Ruiz"), mode=Mode.LIVE)
    hub.take(sat.final)
    papers = hub.academy.portfolios.papers(ana.account_id)
    last = appeal_until(day_decided(decision, ZONE), hub.academy.rules)
    assert last == local_day(ana.now_ms, ZONE) + timedelta(days=30)
    for about, ground, meant in (
        (decision.decision_id, "eligibility", application_id),
        (papers.results[0].result_id, "technology", sat.sitting),
    ):
        appeal = ana.appeal(about, ground=ground)
        row = hub.academy.appeals.tell(appeal.appeal_id).row
        assert (row["state"], row["about"]) == ("received", meant)


def test_a_result_is_told_once_it_stands_and_again_where_it_changes(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    school.clock.advance(ms=DAY_MS)
    sat = school.sit(candidate=Candidate(id=ana.number or "", display_name="Ana Ruiz"), mode=Mode.LIVE)

    def told() -> list[tuple[int, int, bool, int]]:
        found = hub.academy.portfolios.papers(ana.account_id)
        assert found.conflicts == ()
        return [(one.score, one.maximum, one.is_void, one.revision) for one in found.results]

    hub.take(sat.partial)
    assert told() == []
    hub.take(sat.final)
    ((score, maximum, _, _),) = told()
    assert (score, maximum) == (400, 400)
    hub.settle(sat.sitting)
    assert told() == [(400, 400, False, 1)]
    school.register(hub, CHEAPER_KEY)
    assert told() == [(200, 200, False, 2)]
    result = hub.academy.portfolios.papers(ana.account_id).results[0]
    assert (result.sitting_id, result.area) == (sat.sitting, "lower-extremity-dvt")
    appeal = ana.appeal(result.result_id, ground="technology")
    hub.academy.appeals.decide(appeal.appeal_id, is_granted=True, reason="the probe failed", who="olga", by="Olga")
    assert told() == [(200, 200, True, 3)]


def test_a_result_in_doubt_waits_for_somebody_and_none_is_told_without_an_account(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    who = Candidate(id=ana.number or "", display_name="Ana Ruiz")
    twice = [school.sit(candidate=who, mode=Mode.LIVE) for _ in range(2)]
    for one in twice:
        hub.take(one.final)
    papers = hub.academy.portfolios.papers(ana.account_id)
    assert [one.sitting_id for one in papers.results] == [twice[0].sitting], "the second sitting of one attempt"
    assert not hub.academy.releasing.release(twice[1].sitting)
    stranger = school.sit(mode=Mode.LIVE)
    hub.take(stranger.final)
    assert not hub.academy.releasing.release(stranger.sitting)
