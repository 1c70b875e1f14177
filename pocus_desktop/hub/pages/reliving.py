"""The sitting of an appeal: on a page, on paper, and as data; for who hears appeals, and each look is in the trail."""

from functools import partial
from typing import Final

from starlette.responses import Response

from pocus_desktop.appeals.plain import plain
from pocus_desktop.appeals.sheet import Sheet
from pocus_desktop.hub.errors import NotFoundError
from pocus_desktop.hub.pages.drawn import drawn
from pocus_desktop.hub.pages.errors import LedHereError
from pocus_desktop.hub.pages.forms import comes_from_here
from pocus_desktop.hub.pages.page import HEADERS, Page
from pocus_desktop.hub.pages.templates import LANGUAGES
from pocus_desktop.hub.pages.visit import StaffDoors, Visit
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.replay_paper import say, to_pdf
from pocus_desktop.hub.staff.roles import Act

MOST_ROWS: Final = 500
"""So many rows of a table stand on the page; all of them on paper and in the data."""


class RelivingPages:
    """The pages."""

    def __init__(self, doors: StaffDoors, academy: Academy) -> None:
        self._doors = doors
        self._appeals = academy.appeals

    def routes(self) -> list[Page]:
        """For the application."""
        one = "/staff/appeals/{appeal_id}/sitting"
        return [
            self._doors.look(one, self.page, Act.APPEALS),
            self._doors.look(one + "/data", self.data, Act.APPEALS),
            self._doors.look(one + "/paper/{language}", self.paper, Act.APPEALS),
        ]

    def page(self, visit: Visit) -> Response:
        """What was on the screen, what was answered, what went wrong, to scale and in words."""
        _require_meant(visit)
        found = self._appeals.relive(visit.part("appeal_id"), who=visit.person.login, how="page")
        sheet = Sheet(found.sitting, partial(say, visit.language), visit.language)
        return visit.page(
            "staff/sitting.html",
            told=found.told,
            is_as_attached=found.is_as_attached,
            title=sheet.title,
            doubts=[sheet.telling.doubt(one) for one in found.sitting.timeline.doubts],
            before=list(sheet.before_the_drawing()),
            behind=list(sheet.behind_the_drawing()),
            drawn=drawn(found.sitting.timeline, sheet.telling),
            most=MOST_ROWS,
            verify=sheet.how_to_verify(),
            plain=partial(plain, keeps_lines=True),
        )

    def data(self, visit: Visit) -> Response:
        """The sitting as it was told when it was attached."""
        _require_meant(visit)
        replay = self._appeals.attached(visit.part("appeal_id"), who=visit.person.login, how="json")
        return _saved(replay, "application/json", "sitting.json")

    def paper(self, visit: Visit) -> Response:
        """The same as PDF."""
        _require_meant(visit)
        language = visit.part("language")
        if language not in LANGUAGES:
            raise NotFoundError
        found = self._appeals.relive(visit.part("appeal_id"), who=visit.person.login, how="pdf")
        return _saved(to_pdf(found.sitting, language), "application/pdf", f"sitting-{language}.pdf")


def _require_meant(visit: Visit) -> None:
    """The look is noted, so no link of another site brings it about.

    Raises:
        LedHereError: One did.
    """
    if not comes_from_here(visit.request):
        raise LedHereError


def _saved(content: bytes, kind: str, name: str) -> Response:
    saved = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers={**HEADERS, **saved})
