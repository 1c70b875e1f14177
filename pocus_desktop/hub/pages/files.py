"""Files that candidates sent: opened by who may, as an attachment that no browser shows; and let go.

1. A file is asked for by a form: that it was opened is in the trail, and no other site can have it opened.
2. It leaves as bytes of no kind, under a name that ends as what it is, with a policy under which nothing of it runs.
"""

from urllib.parse import quote

from starlette.responses import Response

from pocus_desktop.hub.pages.page import HEADERS, Page
from pocus_desktop.hub.pages.people import PeoplePages
from pocus_desktop.hub.pages.visit import Fields, StaffDoors, Visit, done
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.programme.errors import NoFileError
from pocus_desktop.hub.staff.roles import Act
from pocus_desktop.hub.storage.objects import is_digest
from pocus_desktop.kernel import words

_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


class FilePages:
    """The pages.

    Args:
        doors: Of the staff.
        academy: Its desks.
        people: The page of a candidate, where a form that is refused is shown again.
    """

    def __init__(self, doors: StaffDoors, academy: Academy, people: PeoplePages) -> None:
        self._doors = doors
        self._academy = academy
        self._people = people

    def routes(self) -> list[Page]:
        """For the application."""
        one = "/staff/people/{account_id}"
        return [
            self._doors.do(one + "/files/{sha256}", self.open, Act.FILES, Fields()),
            self._doors.do(
                one + "/letting-go",
                self.let_go,
                Act.REGISTER,
                Fields(names=("sha256", "why")),
                again=self._people.person,
                sure=self.told_before,
            ),
        ]

    def open(self, visit: Visit) -> Response:
        """One file."""
        sha256 = visit.part("sha256")
        if not is_digest(sha256):
            raise NoFileError
        found = self._academy.files.open(visit.part("account_id"), sha256, who=visit.person.login)
        saved = f"attachment; filename=\"{_plain(found.name)}\"; filename*=UTF-8''{quote(found.name, safe='')}"
        headers = {**HEADERS, "Content-Security-Policy": _POLICY, "Content-Disposition": saved}
        return Response(found.content, media_type="application/octet-stream", headers=headers)

    def told_before(self, visit: Visit) -> list[str]:
        """What letting go will do."""
        named = self._academy.files.name_of(visit.part("account_id"), visit.form.line("sha256", most=64))
        return [
            words.say("academy.sure.let_go", visit.language, name=named),
            words.say("academy.sure.reason", visit.language, reason=visit.reason()),
        ]

    def let_go(self, visit: Visit) -> Response:
        """One file less."""
        account_id = visit.part("account_id")
        self._academy.files.let_go(
            account_id, visit.form.line("sha256", most=64), who=visit.person.login, why=visit.reason()
        )
        return done(f"/staff/people/{account_id}", "let-go")


def _plain(name: str) -> str:
    """For a program that reads no other: letters and digits of ASCII, and what cannot end the field."""
    return "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in name)
