"""Applications: a list, one with what its decision rests on, the decision, the admission that follows."""

from collections import Counter
from datetime import date

from starlette.responses import Response

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.errors import NotFoundError
from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.visit import ON_A_PAGE, Fields, StaffDoors, Visit, done
from pocus_desktop.hub.pages.waiting import people_of
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.programme.admitting import AdmissionOrder
from pocus_desktop.hub.programme.applications import ApplicationState, AreaChoice, Judged
from pocus_desktop.hub.programme.errors import BadDecisionError, NotAdmittableError
from pocus_desktop.hub.programme.store import APPLICATION
from pocus_desktop.hub.staff.roles import Act
from pocus_desktop.kernel import words
from pocus_desktop.programme.documents.candidate import CaseEntry
from pocus_desktop.programme.eligibility import weigh_cases
from pocus_desktop.programme.grounds import grounds

_DECISION = Fields(names=("seen", *(f"{what}-{area}" for area in ContentArea for what in ("choice", "reason"))))
_ADMISSION = Fields(names=("area", "bundle", "version", "station", "centre"))
_VERSION_DIGITS = 6


class ApplyingPages:
    """The pages."""

    def __init__(self, doors: StaffDoors, academy: Academy) -> None:
        self._doors = doors
        self._academy = academy

    def routes(self) -> list[Page]:
        """For the application."""
        one = "/staff/applications/{application_id}"
        return [
            self._doors.look("/staff/applications", self.applications, Act.READ),
            self._doors.look(one, self.application, Act.READ),
            self._doors.look(one + "/cases/{area}", self.cases, Act.READ),
            self._doors.do(
                one + "/decision", self.decide, Act.DECIDE, _DECISION, again=self.application, sure=self.told_before
            ),
            self._doors.do(one + "/question", self.ask, Act.DECIDE, Fields(names=("words",)), again=self.application),
            self._doors.do(one + "/admission", self.admit, Act.ADMIT, _ADMISSION, again=self.application),
        ]

    def applications(self, visit: Visit) -> Response:
        """All of them, those that wait longest first where those that wait are asked for."""
        state = visit.asked("state")
        known = {str(one) for one in ApplicationState}
        where = {"state": state} if state in known else {}
        found, total = self._academy.tables.page(
            APPLICATION,
            text=visit.asked("q"),
            within=("application_id", "areas", "decided_by"),
            order="received_ms" if state == ApplicationState.RECEIVED else "-received_ms",
            most=ON_A_PAGE,
            skip=visit.skip,
            **where,
        )
        return visit.page(
            "staff/applications.html",
            list=visit.listed(found, total, q=visit.asked("q"), state=state),
            people=people_of(self._academy, found),
            states=sorted(known),
        )

    def application(self, visit: Visit) -> Response:
        """One, with each requirement and by what it is met or what is missing."""
        application_id = visit.part("application_id")
        judged = self._academy.applications.judge(application_id)
        windows = {
            area: self._academy.admitting.window(application_id, ContentArea(area))
            for area in judged.row["approved"].split()
        }
        papers = judged.papers
        return visit.page(
            "staff/application.html",
            judged=judged,
            account_id=judged.account["account_id"],
            files=self._academy.files.shown(judged.account["account_id"], papers, "credential"),
            decisions=[one for one in papers.decisions if one.application_id == application_id],
            questions=[one for one in papers.questions if one.application_id == application_id],
            vouchers=self._academy.vouchers.of_application(application_id),
            windows=windows,
            grounds=[grounds(papers, answer.findings) for answer in judged.answers],
            weighed=[self._weighed(judged, answer.area)[0] for answer in judged.answers],
            is_open=judged.row["state"] in {"received", "asked"},
            steps=self._academy.tables.trail(about=application_id),
        )

    def cases(self, visit: Visit) -> Response:
        """The cases of an area one by one, of an application that was drawn for the audit."""
        judged = self._academy.applications.judge(visit.part("application_id"))
        area = next((one for one in judged.application.areas if one == visit.part("area")), None)
        if area is None or not judged.row["is_sampled"]:
            raise NotFoundError
        first, weighed = self._weighed(judged, area)
        answer = next(one for one in judged.answers if one.area == area)
        return visit.page(
            "staff/cases.html",
            judged=judged,
            area=area,
            first=first,
            finding=next(one for one in answer.findings if one.requirement == "cases"),
            left=Counter(why for _, why in weighed if why is not None),
            list=visit.listed(weighed[visit.skip : visit.skip + ON_A_PAGE], len(weighed)),
        )

    def _weighed(self, judged: Judged, area: ContentArea) -> tuple[date, tuple[tuple[CaseEntry, str | None], ...]]:
        """The window of an area's cases, and each case with why it is left out."""
        return weigh_cases(judged.papers.cases_of(area), self._academy.rules.cases(area, judged.on), judged.on)

    def told_before(self, visit: Visit) -> list[str]:
        """What the decision will do."""
        choices = _choices(visit)
        judged = self._academy.applications.require_sound(visit.part("application_id"), choices, seen=_seen(visit))
        told = [words.say("academy.application.title", visit.language, name=judged.account["name"])]
        for choice in choices:
            area = words.say(f"programme.area.{choice.area}", visit.language)
            key = "academy.sure.approve" if choice.is_approved else "academy.sure.refuse"
            reason = words.say("academy.sure.reason", visit.language, reason=choice.reason) if choice.reason else ""
            told.append(f"{words.say(key, visit.language, area=area)}\n{reason}".strip())
        return [*told, words.say("academy.sure.decision", visit.language)]

    def decide(self, visit: Visit) -> Response:
        """Each area is approved or refused."""
        application_id = visit.part("application_id")
        self._academy.applications.decide(
            application_id, _choices(visit), who=visit.person.login, by=visit.person.name, seen=_seen(visit)
        )
        return done(f"/staff/applications/{application_id}", "decided")

    def ask(self, visit: Visit) -> Response:
        """More is asked for."""
        application_id = visit.part("application_id")
        self._academy.applications.ask(
            application_id, visit.form.text("words"), who=visit.person.login, by=visit.person.name
        )
        return done(f"/staff/applications/{application_id}", "asked")

    def admit(self, visit: Visit) -> Response:
        """Admitted; the codes are shown this once."""
        application_id, form = visit.part("application_id"), visit.form
        area, version = form.line("area"), form.line("version")
        is_number = version.isascii() and version.isdecimal() and len(version) <= _VERSION_DIGITS
        if area not in set(ContentArea) or not is_number or not int(version) or not form.line("bundle"):
            raise NotAdmittableError(reason="area, assessment or version is none")
        admitted = self._academy.admitting.admit(
            AdmissionOrder(
                application_id=application_id,
                area=ContentArea(area),
                bundle_id=form.line("bundle"),
                minimum_version=int(version),
                station=form.line("station") or None,
                centre_id=form.line("centre") or None,
            ),
            who=visit.person.login,
        )
        name = self._academy.applications.judge(application_id).account["name"]
        return visit.page("staff/admitted.html", admitted=admitted, application_id=application_id, area=area, name=name)


def _choices(visit: Visit) -> list[AreaChoice]:
    found = []
    for area in ContentArea:
        choice, reason = visit.form.line(f"choice-{area}"), visit.form.text(f"reason-{area}")
        if choice:
            if choice not in {"approve", "refuse"}:
                raise BadDecisionError
            found.append(AreaChoice(area=area, is_approved=choice == "approve", reason=reason))
    return found


def _seen(visit: Visit) -> str:
    return visit.form.line("seen", most=64)
