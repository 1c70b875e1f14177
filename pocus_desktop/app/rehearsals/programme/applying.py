"""The candidate: account, credentials, case log, application; the academy decides, and a voucher is entered."""

import re
from datetime import timedelta
from typing import Final

from pocus_desktop.app.rehearsals.programme.cast import AREA, EMAIL, NAME, ZONE, Cast
from pocus_desktop.app.rehearsals.programme.scans import write_log, write_paper, write_scans
from pocus_desktop.app.rehearsals.programme.window import open_window, send_and_fetch
from pocus_desktop.ui.portfolio.scripted import ScriptedApplicant

FROM_TABLE: Final = 14
FROM_SCANS: Final = 5
NEEDED: Final = 20
WINDOW_DAYS: Final = 180
REFUSED_AREA: Final = "lung"
PROOF: Final = "pocus-fundamentals"
_CODE: Final = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")


def open_account(cast: Cast) -> None:
    """The account, without a network first; then the academy, and the ID number that it gives."""
    record = cast.record
    record.begin("The candidate opens an account, and is given an ID number")
    with open_window(cast.home, cast.clock, record) as at:
        record.expect_words(at.told(), "No account yet")
        at.picture("portfolio-empty")
        at.press("go:first")
        at.write({"account:name": NAME, "account:email": EMAIL, "account:zone": ZONE})
        at.press("account:do")
        record.expect_words(at.told(), "The account is saved.")
        at.write({"academy:url": cast.url, "academy-keys": str(cast.academy.public)})
        at.press("academy-keys:do")
        record.expect_words(at.told(), f"Connected: {cast.url}")
        send_and_fetch(at, record)
        account = at.view.portfolio.account
        cast.number = (account.candidate_id if account is not None else None) or ""
        record.expect("the academy gave an ID number", cast.number, at.told())
        at.picture("portfolio-account")


def gather_evidence(cast: Cast) -> None:
    """Credentials with their files; cases by hand, from a table and from DICOM."""
    record, today = cast.record, cast.today
    record.begin("Credentials with files; a case log by hand, from CSV and from a DICOM folder")
    with open_window(cast.home, cast.clock, record) as at:
        at.go("account")
        _hold(cast, at, body="pocus-academy", credential=PROOF, title="POCUS Fundamentals Certificate")
        _hold(cast, at, body="ardms", credential="rdms", title="RDMS", years=1)
        at.picture("portfolio-credentials")
        record.expect_words(at.told(), "You have not agreed: no file is sent.", f"go to {cast.url}, sealed")
        at.press("files:agree")
        record.expect_words(at.told(), "You agreed. The files go with the next sync.")
        at.go("log")
        at.write({"case:performed_on": today.isoformat(), "case:findings": "Popliteal vein does not close"})
        at.choose("case:area", AREA)
        at.press("case:do")
        record.expect_words(at.told(), "The case is logged.")
        log = write_log(cast.papers / "log.csv", area=AREA, until=today, how_many=FROM_TABLE)
        at.write({"csv": str(log)})
        at.press("csv:do")
        record.expect_words(at.told(), f"New: {FROM_TABLE}. Known already: 0. Cannot be taken: 1.")
        at.picture("portfolio-table")
        at.press("table:take")
        record.expect_words(at.told(), f"New: {FROM_TABLE}. Known already: 0. Not taken: 1.")
        scans = write_scans(cast.papers / "scans", until=today, how_many=FROM_SCANS)
        at.choose("dicom:area", AREA)
        at.write({"dicom": str(scans)})
        at.press("dicom:do")
        record.expect_words(at.told(), f"New: {FROM_SCANS}.")
        at.picture("portfolio-log")
        at.go("eligibility")
        record.expect_words(at.told(), f"Cases that count: {NEEDED} of {NEEDED}.")
        at.press(f"open:{AREA}")
        at.picture("portfolio-eligibility")


def apply(cast: Cast) -> None:
    """For two areas, of which one lacks its cases."""
    record = cast.record
    record.begin("An application for two certificates, with statements; one lacks its cases")
    with open_window(cast.home, cast.clock, record) as at:
        at.go("apply")
        for area in (AREA, REFUSED_AREA):
            at.press(f"apply:{area}")
        at.press("apply:go")
        at.answer(picture="portfolio-statements")
        record.expect_words(at.told(), "The application is made.")
        send_and_fetch(at, record)
        (application,) = at.view.portfolio.applications
        cast.application = application.application_id
        at.picture("portfolio-applied")
        at.go("account")
        record.expect_words(at.told(), "The academy has it, since")
        at.picture("portfolio-files")


def decide(cast: Cast) -> None:
    """One area is approved, the other refused with a reason; then a sample is drawn."""
    record, dora = cast.record, cast.officers["dora"]
    record.begin("The academy decides in the browser, with reasons, and draws an audit sample")
    at = dora.go("/staff")
    record.expect_words(at.told(), NAME)
    at.picture("staff-queue")
    at.follow(NAME)
    at.picture("staff-application")
    at.picture_on_phone("staff-application")
    saved = at.save(f"Save {PROOF}.pdf", cast.papers / "as-saved.pdf", role="button").read_bytes()
    sent = (cast.papers / f"{PROOF}.pdf").read_bytes()
    record.expect("the file that proves a credential is what the candidate holds", saved == sent, len(saved))
    at.tick(f"choice-{AREA}", "approve")
    at.tick(f"choice-{REFUSED_AREA}", "refuse")
    at.fill(f"reason-{REFUSED_AREA}", "No lung examinations are logged.")
    at.send("/decision")
    record.expect_words(at.told(), "Decided.")
    at.picture("staff-application-decided")
    at = dora.go("/staff/samples")
    at.fill("percent", "100")
    at.fill("since", (cast.today - timedelta(days=2)).isoformat())
    at.fill("until", (cast.today + timedelta(days=2)).isoformat())
    at.fill("seed", "4 8 15 16 23 42")
    at.fill("why", "the month's audit")
    at.press("Draw")
    record.expect_words(at.told(), "1 of 1 drawn", f"{NAME}: ")
    at.picture("staff-samples")
    with open_window(cast.home, cast.clock, record) as mine:
        send_and_fetch(mine, record)
        mine.go("apply")
        record.expect_words(mine.told(), "Lung: refused", "No lung examinations are logged.", "You may appeal until")
        mine.picture("portfolio-decided")


def pay(cast: Cast) -> None:
    """A voucher is issued in the browser and entered in the portfolio: the clock of 180 days starts."""
    record, rex = cast.record, cast.officers["rex"]
    record.begin("A voucher is issued, and entered: the clock of 180 days starts")
    at = rex.go("/staff/vouchers/new")
    at.tick("areas", AREA)
    at.fill("recipient", "Department of Medicine")
    at.fill("candidate", cast.number)
    at.fill("why", "invoice 2026-118")
    at.picture("staff-voucher-new")
    at.do("Issue")
    found = _CODE.search(at.told())
    record.expect("the voucher's code is shown", found, at.told())
    at.picture("staff-voucher-issued")
    code = found.group(0) if found is not None else ""
    with open_window(cast.home, cast.clock, record) as mine:
        send_and_fetch(mine, record)
        mine.go("apply")
        mine.write({"voucher:code": code})
        mine.press("voucher:do")
        mine.answer(picture="portfolio-voucher-question")
        record.expect_words(mine.told(), "The clock runs.")
        send_and_fetch(mine, record)
        (life,) = mine.view.lives
        last = life.window.last if life.window is not None else None
        wanted = cast.today + timedelta(days=WINDOW_DAYS)
        record.expect(f"the last day is {WINDOW_DAYS} days from today", last == wanted, last)
        mine.picture("portfolio-window")
        mine.go("next")
        record.expect_words(mine.told(), f"days left: {WINDOW_DAYS}")
        mine.picture("portfolio-next")
        calendar = cast.papers / "deadlines.ics"
        mine.write({"calendar": str(calendar)})
        mine.press("calendar:do")
        record.expect("deadlines leave as a calendar", "BEGIN:VEVENT" in calendar.read_text(encoding="utf-8"))


def _hold(cast: Cast, at: ScriptedApplicant, *, body: str, credential: str, title: str, years: int = 2) -> None:
    """A credential, with the paper that proves it."""
    paper = write_paper(cast.papers / f"{credential}.pdf", f"{title}, held by {NAME}")
    issued = cast.today - timedelta(days=365 * years)
    at.write(
        {
            "credential:title": title,
            "credential:body": body,
            "credential:credential": credential,
            "credential:issued_on": issued.isoformat(),
            "credential:file": str(paper),
        }
    )
    at.press("credential:do")
    cast.record.expect_words(at.told(), "The credential is added.", f"File: {paper.name}")
