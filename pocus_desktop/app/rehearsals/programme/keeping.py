"""Years pass: credits by hand and from CSV, a cycle that is filled, the next one, and the certificate renewed."""

from datetime import date, timedelta
from typing import Final

from pocus_desktop.app.rehearsals.programme.cast import NAME, Cast
from pocus_desktop.app.rehearsals.programme.pages_of_pdf import picture_pages
from pocus_desktop.app.rehearsals.programme.scans import write_credits, write_paper
from pocus_desktop.app.rehearsals.programme.window import open_window, send_and_fetch
from pocus_desktop.programme.cme.progress import Progress
from pocus_desktop.ui.portfolio.scripted import ScriptedApplicant

BODY: Final = "ardms"
NEEDED: Final = 30
YEAR_DAYS: Final = 366


def earn_credits(cast: Cast) -> None:
    """One by hand with its certificate, others from a table, over the years of a cycle."""
    record = cast.record
    record.begin("Continuing education: credits by hand and from CSV fill a cycle, and the next one begins")
    with open_window(cast.home, cast.clock, record) as at:
        at.go("education")
        first = _cycle(at)
        record.expect("a cycle runs for the credential that asks for education", not first.is_met, at.told())
        at.picture("portfolio-education-begun")
    cast.let_days_pass(120)
    with open_window(cast.home, cast.clock, record) as at:
        at.go("education")
        paper = write_paper(cast.papers / "course.pdf", "10 credits, Gulfcoast Ultrasound Institute")
        at.write(
            {
                "credit:completed_on": (cast.today - timedelta(days=3)).isoformat(),
                "credit:activity": "Venous duplex, hands on",
                "credit:provider_name": "Gulfcoast Ultrasound Institute",
                "credit:credits": "10",
                "credit:approvals": "ACCME",
                "credit:file": str(paper),
            }
        )
        at.choose("credit:way", "in-person")
        at.press("credit:do")
        record.expect_words(at.told(), "It is added.", f"10 of {NEEDED} credits count")
        at.write({"providers:search": "gulf"})
        record.expect_words(at.told(), "Gulfcoast Ultrasound Institute")
        at.picture("portfolio-education")
    cast.let_days_pass(YEAR_DAYS)
    _import(cast, first)
    cast.let_days_pass((first.cycle.last - cast.today).days + 5)
    with open_window(cast.home, cast.clock, record) as at:
        send_and_fetch(at, record)
        at.go("education")
        following = _cycle(at)
        record.expect("the next cycle runs, and is empty", following.cycle.first > first.cycle.last, at.told())
        at.picture("portfolio-education-next-cycle")


def renew(cast: Cast) -> None:
    """Half a year before the certificate ends."""
    record, dora = cast.record, cast.officers["dora"]
    record.begin("The certificate is renewed half a year before its last day")
    with open_window(cast.home, cast.clock, record) as at:
        (held,) = at.view.portfolio.certificates
        cast.let_days_pass((held.last_on - cast.today).days - 150)
    with open_window(cast.home, cast.clock, record) as at:
        at.go("next")
        at.picture("portfolio-renewal-due")
    page = dora.go(f"/staff/certificates/{cast.certificate_id}")
    page.fill("why", "knowledge check passed, attestations made", form="/renewal")
    page.tick("checked", "yes", form="/renewal")
    page.send("/renewal")
    record.expect_words(page.told(), NAME, "active")
    renewed = page.page.url.partition("?")[0].rpartition("/")[2]
    record.expect("it is another certificate", renewed != cast.certificate_id, page.page.url)
    page.picture("staff-certificate-renewed")
    cast.certificate_id = renewed
    page.save("JSON", cast.papers / "credential-now.json")
    with open_window(cast.home, cast.clock, record) as at:
        send_and_fetch(at, record)
        at.go("assess")
        record.expect("both certificates are shown", len(at.view.portfolio.certificates) == 2, at.told())
        at.picture("portfolio-renewed")


def _import(cast: Cast, first: Progress) -> None:
    record = cast.record
    day = cast.today
    rows: list[tuple[date, str, str, str, str]] = [
        (day - timedelta(days=200), "Artifacts and how to use them", "AIUM", "8", "aium"),
        (day - timedelta(days=90), "Venous ultrasound update", "SDMS", "12", "sdms"),
        (day - timedelta(days=30), "A course that nobody approved", "Siemens", "6", ""),
    ]
    with open_window(cast.home, cast.clock, record) as at:
        at.go("education")
        at.write({"credits": str(write_credits(cast.papers / "credits.csv", rows))})
        at.press("credits:do")
        record.expect_words(at.told(), "New: 3. Known already: 0. Cannot be taken: 0.")
        at.picture("portfolio-education-table")
        at.press("table:take")
        record.expect_words(at.told(), f"30 of {NEEDED} credits count", "Credits that do not count: 1.")
        record.expect("the cycle is met", _cycle(at).is_met and _cycle(at).cycle == first.cycle, at.told())
        at.picture("portfolio-education-met")
        _give_away(cast, at)
        send_and_fetch(at, record)


def _give_away(cast: Cast, at: ScriptedApplicant) -> None:
    """What an auditor is given, and what another program reads."""
    record, pack, report = cast.record, cast.papers / "audit-pack.pdf", cast.papers / "education.xml"
    at.write({"pack": str(pack)})
    at.press("pack:do")
    record.expect_words(at.told(), "Credits claimed: 3. Files of evidence: 1.")
    record.expect("the audit pack is a PDF", pack.read_bytes().startswith(b"%PDF-"))
    picture_pages(pack, record, "audit-pack")
    at.write({"report": str(report)})
    at.press("report:do")
    record.expect_words(at.told(), "education.xml. Credits: 4.")
    record.expect("the report is an activity report", b"ActivityReport" in report.read_bytes())


def _cycle(at: ScriptedApplicant) -> Progress:
    return next(one for one in at.view.cycles if one.cycle.body == BODY)
