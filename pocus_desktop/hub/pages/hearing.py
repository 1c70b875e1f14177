"""Appeals: a list, one with what it is about and until when it could be made, its decision."""

from starlette.responses import Response

from pocus_desktop.hub.pages.errors import BadFormError
from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.visit import ON_A_PAGE, Fields, StaffDoors, Visit, done
from pocus_desktop.hub.pages.waiting import people_of
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.programme.appeals import GRANTED, RECEIVED, REFUSED, TECHNOLOGY, TURNED_AWAY
from pocus_desktop.hub.programme.store import APPEAL
from pocus_desktop.hub.staff.roles import Act
from pocus_desktop.kernel import words
from pocus_desktop.programme.appealing import reason_told

_DECISION = Fields(names=("choice", "reason", "seen"))
_STATES = (RECEIVED, GRANTED, REFUSED, TURNED_AWAY)


class HearingPages:
    """The pages."""

    def __init__(self, doors: StaffDoors, academy: Academy) -> None:
        self._doors = doors
        self._academy = academy

    def routes(self) -> list[Page]:
        """For the application."""
        one = "/staff/appeals/{appeal_id}"
        return [
            self._doors.look("/staff/appeals", self.appeals, Act.READ),
            self._doors.look(one, self.appeal, Act.READ),
            self._doors.do(one + "/attachment", self.attach, Act.APPEALS, Fields()),
            self._doors.do(
                one + "/decision", self.decide, Act.APPEALS, _DECISION, again=self.appeal, sure=self.told_before
            ),
        ]

    def appeals(self, visit: Visit) -> Response:
        """All of them, the newest first."""
        state = visit.asked("state")
        where = {"state": state} if state in _STATES else {}
        found, total = self._academy.tables.page(
            APPEAL,
            text=visit.asked("q"),
            within=("appeal_id", "ground", "about"),
            order="-received_ms",
            most=ON_A_PAGE,
            skip=visit.skip,
            **where,
        )
        return visit.page(
            "staff/appeals.html",
            list=visit.listed(found, total, q=visit.asked("q"), state=state),
            people=people_of(self._academy, found),
            states=_STATES,
        )

    def appeal(self, visit: Visit) -> Response:
        """One."""
        told = self._academy.appeals.tell(visit.part("appeal_id"))
        code: str = told.row["refusal"]
        account_id, appeal_id = told.row["account_id"], told.row["appeal_id"]
        papers = self._academy.portfolios.papers(account_id)
        return visit.page(
            "staff/appeal.html",
            told=told,
            refusal=reason_told(code, visit.language),
            decisions=[one for one in papers.appeal_decisions if one.appeal_id == appeal_id],
            account_id=account_id,
            files=[one for one in self._academy.files.shown(account_id, papers) if one.named.document_id == appeal_id],
            is_technology=told.row["ground"] == TECHNOLOGY,
            steps=self._academy.tables.trail(about=told.row["appeal_id"]),
        )

    def attach(self, visit: Visit) -> Response:
        """Tell the sitting from its sealed result, and keep that."""
        appeal_id = visit.part("appeal_id")
        found = self._academy.appeals.attach(appeal_id)
        return done(f"/staff/appeals/{appeal_id}", "attached" if found is not None else "not-attached")

    def told_before(self, visit: Visit) -> list[str]:
        """What the decision will do."""
        choice, reason = _choice(visit), visit.form.text("reason")
        told = self._academy.appeals.require_sound(
            visit.part("appeal_id"), reason=reason, who=visit.person.login, seen=visit.form.line("seen", most=64)
        )
        keys = [f"academy.sure.appeal_{choice}", "academy.sure.appeal"]
        if choice == "grant":
            keys.insert(1, f"academy.sure.appeal_grant_{told.row['ground']}")
        said = [words.say(key, visit.language) for key in keys]
        title = words.say("academy.appeal.title", visit.language, name=told.account["name"])
        return [title, f"{said[0]}\n{words.say('academy.sure.reason', visit.language, reason=reason)}", *said[1:]]

    def decide(self, visit: Visit) -> Response:
        """Granted or refused."""
        appeal_id = visit.part("appeal_id")
        self._academy.appeals.decide(
            appeal_id,
            is_granted=_choice(visit) == "grant",
            reason=visit.form.text("reason"),
            who=visit.person.login,
            by=visit.person.name,
            seen=visit.form.line("seen", most=64),
        )
        return done(f"/staff/appeals/{appeal_id}", "decided")


def _choice(visit: Visit) -> str:
    choice = visit.form.line("choice")
    if choice not in {"grant", "refuse"}:
        raise BadFormError(field="choice", reason="choose one")
    return choice
