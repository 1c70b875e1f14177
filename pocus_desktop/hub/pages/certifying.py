"""Certificates: a list, issuing one, one with its history and what can be done to it, its paper."""

from typing import Final

from starlette.responses import Response

from pocus_desktop.hub.certificates.certificates import Certificates
from pocus_desktop.hub.certificates.store import CERTIFICATE
from pocus_desktop.hub.errors import NotFoundError
from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.templates import LANGUAGES
from pocus_desktop.hub.pages.visit import ON_A_PAGE, Fields, StaffDoors, Visit, done
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.staff.roles import Act
from pocus_desktop.kernel import words
from pocus_desktop.programme.certificate.paper import to_pdf
from pocus_desktop.programme.certificate.records import CertificateState

ONE: Final = "/staff/certificates/{certificate_id}"
_REASON: Final = Fields(names=("why",))
_STEPS: Final = {
    "suspend": CertificateState.SUSPENDED,
    "reinstate": CertificateState.ACTIVE,
    "revoke": CertificateState.REVOKED,
}


class CertifyingPages:
    """The pages; whoever decides applications decides on certificates."""

    def __init__(self, doors: StaffDoors, certificates: Certificates, academy: Academy) -> None:
        self._doors = doors
        self._certificates = certificates
        self._academy = academy

    def routes(self) -> list[Page]:
        """For the application."""
        new = "/staff/certificates/new"
        return [
            self._doors.look("/staff/certificates", self.certificates, Act.READ),
            self._doors.look(new, self.new, Act.DECIDE),
            self._doors.do(
                new,
                self.issue,
                Act.DECIDE,
                Fields(names=("candidate", "sitting", "why"), lists=("despite",)),
                again=self.new,
            ),
            self._doors.look(ONE, self.certificate, Act.READ),
            self._doors.look(ONE + "/paper/{language}", self.paper, Act.READ),
            self._doors.do(
                ONE + "/renewal",
                self.renew,
                Act.DECIDE,
                Fields(names=("why",), lists=("checked",)),
                again=self.certificate,
            ),
            self._doors.do(
                ONE + "/{step}", self.step, Act.DECIDE, _REASON, again=self.certificate, sure=self.told_before
            ),
        ]

    def certificates(self, visit: Visit) -> Response:
        """All of them, the newest first."""
        found, total = self._academy.tables.page(
            CERTIFICATE,
            text=visit.asked("q"),
            within=("certificate_id", "candidate_id"),
            order="-issued_ms",
            most=ON_A_PAGE,
            skip=visit.skip,
        )
        records = [self._certificates.find(row["certificate_id"]) for row in found]
        return visit.page("staff/certificates.html", list=visit.listed(records, total, q=visit.asked("q")))

    def new(self, visit: Visit) -> Response:
        """The form for issuing."""
        return visit.page("staff/certificate_new.html", candidate=visit.asked("candidate"))

    def issue(self, visit: Visit) -> Response:
        """Issued."""
        record = self._certificates.issue(
            visit.form.line("candidate", most=80),
            visit.form.line("sitting", most=120),
            who=visit.person.login,
            why=visit.reason(),
            is_despite=bool(visit.form.lists.get("despite")),
        )
        return done(f"/staff/certificates/{record.certificate.certificate_id}", "certificate-issued")

    def certificate(self, visit: Visit) -> Response:
        """One of them."""
        record = self._certificates.find(visit.part("certificate_id"))
        steps = self._academy.tables.trail(about=record.certificate.certificate_id)
        return visit.page("staff/certificate.html", record=record, one=record.certificate, steps=steps)

    def paper(self, visit: Visit) -> Response:
        """As PDF, to be handed over."""
        language = visit.part("language")
        if language not in LANGUAGES:
            raise NotFoundError
        record = self._certificates.find(visit.part("certificate_id"))
        pdf = to_pdf(record.certificate, record.credential, language=language)
        name = f"certificate-{language}.pdf"
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(pdf, media_type="application/pdf", headers=headers)

    def renew(self, visit: Visit) -> Response:
        """The next one after it."""
        record = self._certificates.renew(
            visit.part("certificate_id"),
            who=visit.person.login,
            why=visit.reason(),
            knowledge_checked=bool(visit.form.lists.get("checked")),
        )
        return done(f"/staff/certificates/{record.certificate.certificate_id}", "certificate-issued")

    def told_before(self, visit: Visit) -> list[str]:
        """What the step will do."""
        name = visit.part("step")
        if name not in _STEPS:
            raise NotFoundError
        record = self._certificates.require_step(visit.part("certificate_id"), _STEPS[name])
        visit.reason()
        keys = (f"academy.sure.certificate_{name}", *(("academy.sure.undone",) if name == "revoke" else ()))
        return [words.say(key, visit.language, holder=record.certificate.holder) for key in keys]

    def step(self, visit: Visit) -> Response:
        """Suspended, reinstated or revoked."""
        name, certificate_id = visit.part("step"), visit.part("certificate_id")
        if name not in _STEPS:
            raise NotFoundError
        why, who = visit.reason(), visit.person.login
        match name:
            case "suspend":
                self._certificates.suspend(certificate_id, who=who, why=why)
            case "reinstate":
                self._certificates.reinstate(certificate_id, who=who, why=why)
            case _:
                self._certificates.revoke(certificate_id, who=who, why=why)
        return done(f"/staff/certificates/{certificate_id}", f"certificate-{name}")
