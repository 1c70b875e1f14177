"""Candidates: a list, and one at a glance."""

from starlette.responses import Response

from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.visit import ON_A_PAGE, Fields, StaffDoors, Visit, done
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.programme.store import APPEAL, APPLICATION, ENTRY, PORTFOLIO
from pocus_desktop.hub.registry.errors import UnknownCandidateError
from pocus_desktop.hub.registry.registry import Registry
from pocus_desktop.hub.staff.roles import Act

_STEPS = 30


class PeoplePages:
    """The pages."""

    def __init__(self, doors: StaffDoors, academy: Academy, registry: Registry) -> None:
        self._doors = doors
        self._academy = academy
        self._registry = registry

    def routes(self) -> list[Page]:
        """For the application."""
        one = "/staff/people/{account_id}"
        return [
            self._doors.look("/staff/people", self.people, Act.READ),
            self._doors.look(one, self.person, Act.READ),
            self._doors.do(
                one + "/number", self.confirm, Act.REGISTER, Fields(names=("number", "why")), again=self.person
            ),
            self._doors.do(
                one + "/key", self.accept_key, Act.REGISTER, Fields(names=("key_id", "why")), again=self.person
            ),
        ]

    def people(self, visit: Visit) -> Response:
        """Everybody with an account, the newest first."""
        found, total = self._academy.tables.page(
            PORTFOLIO,
            text=visit.asked("q"),
            within=("name", "candidate_id", "claimed_id", "email"),
            order="-first_ms",
            most=ON_A_PAGE,
            skip=visit.skip,
        )
        return visit.page("staff/people.html", list=visit.listed(found, total, q=visit.asked("q")))

    def person(self, visit: Visit) -> Response:
        """One candidate at a glance."""
        row = self._academy.portfolios.find(visit.part("account_id"))
        account_id, number = row["account_id"], row["candidate_id"]
        tables = self._academy.tables
        entries = tables.look(ENTRY, account_id=account_id)
        vouchers = [self._academy.vouchers.tell(one) for one in sorted({entry["voucher_id"] for entry in entries})]
        papers = self._academy.portfolios.papers(account_id)
        registered = None if number is None else self._registry.candidates.find(number)
        claimed = None
        if number is None and row["claimed_id"]:
            try:
                claimed = self._registry.candidates.find(row["claimed_id"])
            except UnknownCandidateError:
                claimed = None
        return visit.page(
            "staff/person.html",
            account=row,
            registered=registered,
            claimed=claimed,
            papers=papers,
            account_id=account_id,
            files=self._academy.files.shown(account_id, papers),
            applications=tables.look(APPLICATION, account_id=account_id),
            appeals=tables.look(APPEAL, account_id=account_id),
            vouchers=vouchers,
            admissions=() if number is None else self._registry.admissions.of(number),
            steps=tables.trail(about=account_id, most=_STEPS),
        )

    def confirm(self, visit: Visit) -> Response:
        """The account has this number."""
        account_id = visit.part("account_id")
        self._academy.portfolios.confirm_number(
            account_id, visit.form.line("number"), who=visit.person.login, why=visit.reason()
        )
        return done(f"/staff/people/{account_id}", "number")

    def accept_key(self, visit: Visit) -> Response:
        """Another key may come."""
        account_id = visit.part("account_id")
        self._academy.portfolios.accept_key(
            account_id, visit.form.line("key_id", most=120), who=visit.person.login, why=visit.reason()
        )
        return done(f"/staff/people/{account_id}", "key")
