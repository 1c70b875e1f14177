"""The certificate: issued in the browser, fetched, verified without a network, looked up by a stranger."""

from typing import Final

from pocus_desktop.app.rehearsals.computers import Computer
from pocus_desktop.app.rehearsals.programme.cast import NAME, Cast
from pocus_desktop.app.rehearsals.programme.pages_of_pdf import picture_pages
from pocus_desktop.app.rehearsals.programme.window import open_window, send_and_fetch

REVOKED: Final = 12
_STATUS_UNKNOWN: Final = 14


def issue(cast: Cast) -> None:
    """On the sitting that was passed."""
    record, dora = cast.record, cast.officers["dora"]
    record.begin("The certificate is issued in the browser, and comes into the portfolio")
    with open_window(cast.home, cast.clock, record) as at:
        passed = next(one for one in at.view.portfolio.results if not one.is_void)
    page = dora.go("/staff/certificates/new")
    page.fill("candidate", cast.number)
    page.fill("sitting", passed.sitting_id)
    page.fill("why", "assessment passed, three evaluators support it")
    page.picture("staff-certificate-new")
    page.do("Issue")
    record.expect_words(page.told(), NAME, "active")
    cast.certificate_id = page.page.url.partition("?")[0].rpartition("/")[2]
    page.picture("staff-certificate")
    pdf = page.save("PDF (English)", cast.papers / "certificate-en.pdf")
    spanish = page.save("PDF (Español)", cast.papers / "certificate-es.pdf")
    page.save("JSON", cast.papers / "credential.json")
    picture_pages(pdf, record, "certificate")
    picture_pages(spanish, record, "certificate-es")
    with open_window(cast.home, cast.clock, record) as at:
        send_and_fetch(at, record)
        at.go("assess")
        record.expect_words(at.told(), "Valid from", cast.certificate_id)
        at.picture("portfolio-certificate")


def verify(cast: Cast) -> None:
    """By anyone: PDF and JSON without a network, the public page in the browser."""
    record = cast.record
    record.begin("Anyone verifies it: without a network, and on the public page")
    stranger = Computer(name="stranger", folder=cast.folder / "stranger")
    cast.academy.computer.run("certificate", "status", "--out", cast.folder / "stranger" / "lists")
    for name in ("certificate-en.pdf", "certificate-es.pdf", "credential.json"):
        asked = ("certificate", "verify", cast.papers / name, "--academy", cast.academy.public, "--at", _now(cast))
        stranger.run(*asked, status=_STATUS_UNKNOWN)
        told = stranger.run(*asked, "--status", "lists")
        record.expect(f"{name} is genuine and stands, by files alone", NAME in told, told)
    at = cast.web.visitor()
    at.go(f"{cast.url}/certificates/{cast.certificate_id}")
    record.expect_words(at.told(), NAME)
    at.picture("public-certificate")
    at.picture_on_phone("public-certificate")


def revoke(cast: Cast) -> None:
    """At the end, for a reason that stays with the academy."""
    record, dora = cast.record, cast.officers["dora"]
    record.begin("The certificate is revoked: the portfolio, the public page and the lists tell it")
    page = dora.go(f"/staff/certificates/{cast.certificate_id}")
    page.fill("why", "The licence to practise was withdrawn.", form="/revoke")
    page.send("/revoke")
    record.expect_words(page.told(), "revoked")
    page.picture("staff-certificate-revoked")
    at = cast.web.visitor()
    at.go(f"{cast.url}/certificates/{cast.certificate_id}")
    record.expect(
        "the public page says revoked and not why", "licence" not in at.told() and "evoked" in at.told(), at.told()
    )
    at.picture("public-certificate-revoked")
    stranger = Computer(name="stranger", folder=cast.folder / "stranger")
    cast.academy.computer.run("certificate", "status", "--out", cast.folder / "stranger" / "lists-later")
    stranger.run(
        "certificate", "verify", cast.papers / "credential-now.json", "--academy", cast.academy.public,
        "--status", "lists-later", "--at", _now(cast), status=REVOKED,
    )  # fmt: skip
    with open_window(cast.home, cast.clock, record) as mine:
        send_and_fetch(mine, record)
        mine.go("assess")
        record.expect_words(mine.told(), "revoked")
        mine.picture("portfolio-revoked")


def _now(cast: Cast) -> str:
    return f"{cast.clock.read().utc:%Y-%m-%dT%H:%M:%S%z}"
