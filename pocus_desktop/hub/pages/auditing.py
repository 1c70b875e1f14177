"""The audit's samples, and the trail."""

from datetime import UTC, date, datetime

from starlette.responses import Response

from pocus_desktop.hub.pages.errors import BadFormError
from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.visit import Fields, StaffDoors, Visit, done
from pocus_desktop.hub.pages.waiting import people_of
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.programme.store import APPLICATION
from pocus_desktop.hub.registry.trail import ACTIONS, key_of
from pocus_desktop.hub.staff.roles import Act
from pocus_desktop.kernel import words

_STEPS = 50
_DAY_MS = 86_400_000
_SAMPLE = Fields(names=("percent", "since", "until", "seed", "why"))


class AuditingPages:
    """The pages."""

    def __init__(self, doors: StaffDoors, academy: Academy) -> None:
        self._doors = doors
        self._academy = academy

    def routes(self) -> list[Page]:
        """For the application."""
        return [
            self._doors.look("/staff/samples", self.samples, Act.READ),
            self._doors.do("/staff/samples", self.draw, Act.SAMPLE, _SAMPLE, again=self.samples),
            self._doors.look("/staff/trail", self.trail, Act.READ),
        ]

    def samples(self, visit: Visit) -> Response:
        """Every sample with its seed, and whether drawing again gives the same."""
        samples = self._academy.sampling.all()
        ids = {each for one in samples for each in one.drawn}
        drawn = self._academy.tables.look_among(APPLICATION, "application_id", ids)
        return visit.page(
            "staff/samples.html",
            samples=samples,
            drawn={row["application_id"]: row for row in drawn},
            people=people_of(self._academy, drawn),
        )

    def draw(self, visit: Visit) -> Response:
        """A sample more."""
        form = visit.form
        percent = form.line("percent", most=3)
        if not (percent.isascii() and percent.isdecimal()):
            raise BadFormError(field="percent", reason="not a number")
        self._academy.sampling.make(
            percent=int(percent),
            since_ms=_ms(form.line("since"), "since"),
            until_ms=_ms(form.line("until"), "until") + _DAY_MS,
            seed=form.line("seed"),
            who=visit.person.login,
            why=form.text("why"),
        )
        return done("/staff/samples", "drawn")

    def trail(self, visit: Visit) -> Response:
        """What was changed, the last first; and whether the links hold."""
        before = visit.asked("before")
        is_number = before.isascii() and before.isdecimal() and len(before) < 19
        steps = self._academy.tables.trail(
            about=visit.asked("q"),
            deeds=_deeds(visit.asked("q"), visit.language),
            before=int(before) if is_number else None,
            most=_STEPS,
        )
        check = self._academy.tables.check_trail() if visit.asked("check") else None
        return visit.page(
            "staff/trail.html",
            steps=steps,
            q=visit.asked("q"),
            older=steps[-1].number if len(steps) == _STEPS else None,
            check=check,
        )


def _deeds(text: str, language: str) -> list[str]:
    """Actions whose words in a language have this text."""
    return [one for one in ACTIONS if text and text.casefold() in words.say(key_of(one), language).casefold()]


def _ms(text: str, field: str) -> int:
    try:
        day = date.fromisoformat(text)
    except ValueError as problem:
        raise BadFormError(field=field, reason="not a day") from problem
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
