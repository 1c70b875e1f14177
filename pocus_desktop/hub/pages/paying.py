"""Vouchers: a list, issuing singly and from a table, one with what became of it."""

import re
from datetime import date

from starlette.responses import Response

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.pages.errors import BadFormError
from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.visit import ON_A_PAGE, Fields, StaffDoors, Visit, done
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.programme.errors import BadVoucherOrderError
from pocus_desktop.hub.programme.recipients import MAXIMUM_BYTES, Recipient, read_recipients
from pocus_desktop.hub.programme.store import VOUCHER
from pocus_desktop.hub.staff.roles import Act
from pocus_desktop.kernel import words
from pocus_desktop.kernel.ids import new_id

_ISSUE = Fields(
    names=("recipient", "candidate", "enter_by", "why", "batch"),
    lists=("areas",),
    file="table",
    maximum_bytes=MAXIMUM_BYTES + 64 * 1024,
)
_BATCH = re.compile(r"bat_[0-9a-z]{8,32}")


class PayingPages:
    """The pages."""

    def __init__(self, doors: StaffDoors, academy: Academy) -> None:
        self._doors = doors
        self._academy = academy

    def routes(self) -> list[Page]:
        """For the application."""
        one = "/staff/vouchers/{voucher_id}"
        return [
            self._doors.look("/staff/vouchers", self.vouchers, Act.READ),
            self._doors.look("/staff/vouchers/new", self.new, Act.VOUCHERS),
            self._doors.do("/staff/vouchers/new", self.issue, Act.VOUCHERS, _ISSUE, again=self.new),
            self._doors.look(one, self.voucher, Act.READ),
            self._doors.do(
                one + "/extension",
                self.extend,
                Act.VOUCHERS,
                Fields(names=("days", "why", "seen")),
                again=self.voucher,
            ),
            self._doors.do(
                one + "/refund",
                self.refund,
                Act.VOUCHERS,
                Fields(names=("why", "seen")),
                again=self.voucher,
                sure=self.told_before,
            ),
            self._doors.do(
                one + "/settled", self.settle, Act.VOUCHERS, Fields(names=("why", "seen")), again=self.voucher
            ),
        ]

    def vouchers(self, visit: Visit) -> Response:
        """All of them, the newest first."""
        found, total = self._academy.tables.page(
            VOUCHER,
            text=visit.asked("q"),
            within=("voucher_id", "recipient", "batch", "areas"),
            order="-issued_ms",
            most=ON_A_PAGE,
            skip=visit.skip,
        )
        told = [self._academy.vouchers.tell(row["voucher_id"]) for row in found]
        return visit.page("staff/vouchers.html", list=visit.listed(told, total, q=visit.asked("q")))

    def new(self, visit: Visit) -> Response:
        """The form for issuing."""
        return visit.page("staff/voucher_new.html", areas=list(map(str, ContentArea)), batch=new_id("bat"))

    def issue(self, visit: Visit) -> Response:
        """Issued; the codes are shown this once."""
        form = visit.form
        name, candidate = form.line("recipient"), form.line("candidate", most=80)
        batch = form.line("batch", most=40)
        if not _BATCH.fullmatch(batch):
            raise BadFormError(field="batch", reason="not as the page gave it")
        if (form.file is None) == (not name):
            raise BadVoucherOrderError(reason="name one recipient, or choose a table", field="recipient")
        if form.file is not None:
            recipients = read_recipients(form.file)
        else:
            recipients = (Recipient(name=name, candidate_id=candidate or None),)
        issued = self._academy.vouchers.issue(
            recipients,
            _areas(form.lists.get("areas", ())),
            enter_by=_day(form.line("enter_by")),
            who=visit.person.login,
            why=form.text("why"),
            batch=batch,
        )
        return visit.page("staff/vouchers_issued.html", issued=issued)

    def voucher(self, visit: Visit) -> Response:
        """One, with who entered it and what became of it."""
        told = self._academy.vouchers.tell(visit.part("voucher_id"))
        steps = self._academy.tables.trail(about=told.row["voucher_id"])
        return visit.page("staff/voucher.html", told=told, steps=steps)

    def extend(self, visit: Visit) -> Response:
        """More days."""
        voucher_id, text = visit.part("voucher_id"), visit.form.line("days", most=4)
        if not (text.isascii() and text.isdecimal()):
            raise BadFormError(field="days", reason="not a number of days")
        self._academy.vouchers.extend(
            voucher_id,
            int(text),
            who=visit.person.login,
            by=visit.person.name,
            why=visit.form.line("why"),
            seen=visit.form.line("seen", most=64),
        )
        return done(f"/staff/vouchers/{voucher_id}", "extended")

    def told_before(self, visit: Visit) -> list[str]:
        """What the refund will do."""
        told = self._academy.vouchers.require_refundable(
            visit.part("voucher_id"), why=visit.form.line("why"), seen=visit.form.line("seen", most=64)
        )
        keys = ["academy.sure.refund_window"] if told.life.window is not None else []
        said = [words.say(key, visit.language) for key in (*keys, "academy.sure.undone")]
        return [words.say("academy.sure.refund", visit.language, recipient=told.row["recipient"]), *said]

    def refund(self, visit: Visit) -> Response:
        """Worth nothing from now on."""
        voucher_id = visit.part("voucher_id")
        self._academy.vouchers.refund(
            voucher_id,
            who=visit.person.login,
            by=visit.person.name,
            why=visit.form.line("why"),
            seen=visit.form.line("seen", most=64),
        )
        return done(f"/staff/vouchers/{voucher_id}", "refunded")

    def settle(self, visit: Visit) -> Response:
        """Somebody saw to the entries that do not count."""
        voucher_id = visit.part("voucher_id")
        self._academy.vouchers.settle(
            voucher_id,
            who=visit.person.login,
            why=visit.form.text("why"),
            seen=visit.form.line("seen", most=64),
        )
        return done(f"/staff/vouchers/{voucher_id}", "settled")


def _areas(names: tuple[str, ...]) -> tuple[ContentArea, ...]:
    if not set(names) <= set(ContentArea):
        raise BadFormError(field="areas", reason="no such area")
    return tuple(dict.fromkeys(ContentArea(name) for name in names))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise BadFormError(field="enter_by", reason="not a day") from problem
