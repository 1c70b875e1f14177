"""What waits for a decision, first thing."""

from starlette.responses import Response

from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.visit import StaffDoors, Visit, done
from pocus_desktop.hub.pages.waiting import Waiting
from pocus_desktop.hub.programme.due import NEWEST
from pocus_desktop.hub.staff.roles import Act


class QueuePages:
    """The first page."""

    def __init__(self, doors: StaffDoors, waiting: Waiting) -> None:
        self._doors = doors
        self._waiting = waiting

    def routes(self) -> list[Page]:
        """For the application."""
        return [self._doors.look("/staff", self.queue, None)]

    def queue(self, visit: Visit) -> Response:
        """Figures, and what came first of each."""
        if not visit.person.may(Act.READ):
            return done("/staff/accounts" if visit.person.may(Act.STAFF) else "/staff/me")
        return visit.page("staff/queue.html", kinds=self._waiting.all(), newest=NEWEST)
