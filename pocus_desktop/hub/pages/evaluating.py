"""Evaluators: who was named, where each stands and why; their mail and what to do; what they said, and the decision.

What was said is shown only to who may, in answer to a form that says why; that they looked is noted before they see it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from starlette.responses import Response

from pocus_desktop.hub.pages.errors import BadFormError
from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.visit import ON_A_PAGE, Fields, StaffDoors, Visit, done
from pocus_desktop.hub.peers.answer_words import answer_told
from pocus_desktop.hub.peers.panels import Mailed, Panel, Seat
from pocus_desktop.hub.peers.peers import Peers
from pocus_desktop.hub.peers.store import PANEL
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.programme.store import APPLICATION
from pocus_desktop.hub.staff.roles import Act
from pocus_desktop.kernel import words
from pocus_desktop.programme.peers.combining import Reason
from pocus_desktop.programme.peers.evaluator import WAITING, Stage
from pocus_desktop.programme.peers.panel import Member, may_be_asked_to_remind, reminder_due_ms, standing_by

_OUTCOMES: Final = ("undecided", "supported", "not-supported")
_REASON: Final = Fields(names=("why",))
_DECISION: Final = Fields(names=("choice", "reason", "seen"))


class EvaluatingPages:
    """The pages."""

    def __init__(self, doors: StaffDoors, academy: Academy, peers: Peers) -> None:
        self._doors = doors
        self._academy = academy
        self._peers = peers

    def routes(self) -> list[Page]:
        """For the application."""
        one = "/staff/evaluators/{panel_id}"
        return [
            self._doors.look("/staff/evaluators", self.panels, Act.READ),
            self._doors.look(one, self.panel, Act.READ),
            self._doors.do(one + "/reminder/{evaluator_id}", self.remind, Act.REGISTER, _REASON, again=self.panel),
            self._doors.do(one + "/again/{mail_id}", self.send_again, Act.REGISTER, _REASON, again=self.panel),
            self._doors.do(one + "/answers", self.answers, Act.ANSWERS, _REASON, again=self.panel),
            self._doors.do(
                one + "/decision", self.decide, Act.ANSWERS, _DECISION, again=self.panel, sure=self.told_before
            ),
        ]

    def panels(self, visit: Visit) -> Response:
        """All of them, the newest first."""
        state = visit.asked("state")
        where = {"outcome": None if state == "undecided" else state} if state in _OUTCOMES else {}
        found, total = self._academy.tables.page(
            PANEL,
            text=visit.asked("q"),
            within=("candidate_id", "application_id", "area"),
            order="-begun_ms",
            most=ON_A_PAGE,
            skip=visit.skip,
            **where,
        )
        panels = [self._peers.desk.panel(row["panel_id"]) for row in found]
        return visit.page(
            "staff/evaluators.html",
            list=visit.listed(found, total, q=visit.asked("q"), state=state),
            panels=panels,
            wants={one.panel_id: list(_wants(one)) for one in panels},
            states=_OUTCOMES,
        )

    def panel(self, visit: Visit) -> Response:
        """One: each evaluator, why they are asked or not, their mail and what to do about it."""
        panel = self._peers.desk.panel(visit.part("panel_id"))
        now_ms = self._peers.now_ms
        names = [seat.person.name.casefold() for seat in panel.seats]
        return visit.page(
            "staff/panel.html",
            panel=panel,
            account_id=self._account_of(panel),
            why={seat.evaluator_id: _why(panel, seat, now_ms) for seat in panel.seats},
            to_do={mail.mail_id: _to_do(mail) for seat in panel.seats for mail in seat.mail},
            may_remind={
                seat.evaluator_id
                for seat in panel.seats
                if may_be_asked_to_remind(seat.standing, panel.policy, now_ms, asked=0)
            },
            same_name={seat.evaluator_id for seat in panel.seats if names.count(seat.person.name.casefold()) > 1},
            answered=sum(seat.standing.stage is Stage.ANSWERED for seat in panel.seats),
            steps=self._steps(panel),
        )

    def remind(self, visit: Visit) -> Response:
        """One more reminder."""
        self._peers.desk.remind(visit.part("evaluator_id"), who=visit.person.login, why=visit.form.line("why"))
        return done(_of(visit), "reminded")

    def send_again(self, visit: Visit) -> Response:
        """A message that failed or may have gone out, once more."""
        self._peers.desk.again(visit.part("mail_id"), who=visit.person.login, why=visit.form.line("why"))
        return done(_of(visit), "sent-again")

    def answers(self, visit: Visit) -> Response:
        """What was said and what it comes to; that somebody looked is in the trail before it is shown."""
        panel_id = visit.part("panel_id")
        judged = self._peers.desk.judged(panel_id, who=visit.person.login, why=visit.form.line("why"))
        panel, language = judged.panel, visit.language
        asked = [
            (
                question,
                {
                    number: answer_told(panel.questionnaire, question, said.get(question.id, ""), language)
                    for number, said in judged.said.items()
                },
            )
            for question in panel.questionnaire.questions()
        ]
        return visit.page(
            "staff/answers.html",
            judged=judged,
            panel=panel,
            asked=asked,
            figures={one.question: one for one in judged.combined.questions},
            reasons=[_told(reason, panel, language) for reason in judged.combined.reasons],
            names={seat.number: seat.person.name for seat in panel.seats},
        )

    def told_before(self, visit: Visit) -> list[str]:
        """What the decision will do."""
        choice, reason = _choice(visit), visit.form.text("reason")
        self._peers.desk.require_decidable(visit.part("panel_id"), why=reason, seen=visit.form.line("seen", most=64))
        return [
            words.say(f"academy.sure.peers_{choice}", visit.language),
            words.say("academy.sure.reason", visit.language, reason=reason),
            words.say("academy.sure.peers", visit.language),
        ]

    def decide(self, visit: Visit) -> Response:
        """Supported or not."""
        self._peers.desk.decide(
            visit.part("panel_id"),
            is_supported=_choice(visit) == "supported",
            who=visit.person.login,
            why=visit.form.text("reason"),
            seen=visit.form.line("seen", most=64),
        )
        return done(_of(visit), "decided")

    def _account_of(self, panel: Panel) -> str:
        rows = self._academy.tables.look(APPLICATION, application_id=panel.about.application_id)
        return str(rows[0]["account_id"]) if rows else ""

    def _steps(self, panel: Panel) -> Sequence[object]:
        about = (panel.panel_id, *(seat.evaluator_id for seat in panel.seats))
        found = [step for one in about for step in self._academy.tables.trail(about=one)]
        return sorted({step.number: step for step in found}.values(), key=lambda step: -step.number)


def _of(visit: Visit) -> str:
    return f"/staff/evaluators/{visit.part('panel_id')}"


def _choice(visit: Visit) -> str:
    choice = visit.form.line("choice")
    if choice not in {"supported", "not-supported"}:
        raise BadFormError(field="choice", reason="choose one")
    return choice


def _wants(panel: Panel) -> Iterator[str]:
    """What somebody has to see to."""
    mail = [one.state for seat in panel.seats for one in seat.mail]
    if panel.outcome is None:
        if sum(seat.standing.stage is Stage.ANSWERED for seat in panel.seats) >= panel.policy.least_answers:
            yield "decide"
        if any(seat.standing.stage is Stage.BOUNCED for seat in panel.seats):
            yield "bounced"
        if panel.wanted:
            yield "wanted"
    if "failed" in mail:
        yield "failed"
    if "unsure" in mail:
        yield "unsure"


def _why(panel: Panel, seat: Seat, now_ms: int) -> tuple[str, int | None]:
    """Why somebody is written to or not: the words' key, and the moment that stands in them."""
    standing = seat.standing
    if panel.outcome is not None and standing.stage is Stage.EXPIRED:
        return "decided", None
    if standing.is_quiet and standing.stage in WAITING | {Stage.NOMINATED}:
        return "quiet", None
    if standing.stage is Stage.NOMINATED:
        members = [
            Member(evaluator_id=one.evaluator_id, number=one.number, standing=one.standing) for one in panel.seats
        ]
        by = standing_by(members, panel.policy, now_ms)
        return "stands-by" if seat.evaluator_id in by else "next", None
    if standing.stage in WAITING:
        due_ms = reminder_due_ms(standing, panel.policy)
        return ("no-more", None) if due_ms is None else ("reminder", max(due_ms, now_ms))
    if standing.stage is Stage.DECLINED:
        return f"declined-{standing.reason or 'not-said'}", None
    return str(standing.stage), None


def _to_do(mail: Mailed) -> str:
    """What to do about a message; empty where nothing is."""
    if mail.problem == "bounced":
        return "bounced"
    return mail.state if mail.state in {"unsure", "failed"} else "later" if mail.problem else ""


def _told(reason: Reason, panel: Panel, language: str) -> str:
    """A reason, with the question or the domain that it is about in words."""
    where = reason.where
    for question in panel.questionnaire.questions():
        if question.id == where:
            where = f"“{question.prompt.told(language)}”"
    if words.has(f"academy.peers.domain.{where}"):
        where = f"“{words.say(f'academy.peers.domain.{where}', language)}”"
    figures = {"found": f"{reason.found:g}", "needed": f"{reason.needed:g}"}
    return words.say(f"peers.reason.{reason.code}", language, where=where, number=reason.number, **figures)
