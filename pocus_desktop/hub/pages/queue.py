"""What waits for a decision, first thing (formats/academy 7)."""

from collections.abc import Iterable

from starlette.responses import Response

from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.visit import ON_A_PAGE, StaffDoors, Visit, done
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.programme.appeals import RECEIVED
from pocus_desktop.hub.programme.store import APPEAL, APPLICATION, PORTFOLIO
from pocus_desktop.hub.registry.store import Row
from pocus_desktop.hub.staff.roles import Act


class QueuePages:
    """The first page."""

    def __init__(self, doors: StaffDoors, academy: Academy) -> None:
        self._doors = doors
        self._academy = academy

    def routes(self) -> list[Page]:
        """For the application."""
        return [self._doors.look("/staff", self.queue, None)]

    def queue(self, visit: Visit) -> Response:
        """Figures, and what came first of each."""
        if not visit.person.may(Act.READ):
            return done("/staff/accounts" if visit.person.may(Act.STAFF) else "/staff/me")
        page = self._academy.tables.page
        waiting, applications = page(APPLICATION, state="received", order="received_ms", most=ON_A_PAGE)
        heard, appeals = page(APPEAL, state=RECEIVED, order="received_ms", most=ON_A_PAGE)
        claiming, claims = page(PORTFOLIO, folded_id=None, order="first_ms", most=ON_A_PAGE)
        return visit.page(
            "staff/queue.html",
            waiting=waiting,
            applications=applications,
            heard=heard,
            appeals=appeals,
            claiming=claiming,
            claims=claims,
            doubled=self._academy.vouchers.doubled(),
            people=people_of(self._academy, [*waiting, *heard]),
        )


def people_of(academy: Academy, rows: Iterable[Row]) -> dict[str, Row]:
    """The account of each row that has one, by its id."""
    ids = tuple({row["account_id"] for row in rows})
    if not ids:
        return {}
    found, _ = academy.tables.page(PORTFOLIO, account_id=ids, order="account_id", most=len(ids))
    return {row["account_id"]: row for row in found}
