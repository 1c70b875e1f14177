"""Certificates before staff: issued, suspended and revoked in the browser, by whom that is given and nobody else."""

from playwright.sync_api import Browser as Chromium

from pocus_desktop.hub.hub import Hub
from tests.browser.accessible import violations
from tests.browser.chromium import visiting
from tests.hub.pages.browsing import Browser
from tests.hub.school import School
from tests.hub.test_certificates import BY, academy, sat, school

__all__ = ["academy", "school"]
NEW = "/staff/certificates/new"


def test_a_certificate_is_issued_and_revoked_in_the_browser(school: School, academy: Hub) -> None:
    dora, rex = Browser.of(academy, "dora", "decision-maker"), Browser.of(academy, "rex", "registrar")
    sitting = sat(school, academy)
    assert dora.send(NEW, NEW, candidate="C-17", sitting="sit_none", why="passed").status_code == 422
    refused = dora.send(NEW, NEW, candidate="C-17", sitting=sitting, why="passed")
    assert (refused.status_code, academy.certificates.of("C-17")) == (422, ())
    assert "There is no application for this area." in refused.text
    assert f'value="{sitting}"' in refused.text, "what was written is there for the next try"
    issued = dora.send(NEW, NEW, candidate="C-17", sitting=sitting, why="passed", despite=["yes"])
    assert "The certificate is issued." in issued.text
    (record,) = academy.certificates.of("C-17")
    one = f"/staff/certificates/{record.certificate.certificate_id}"
    assert one in rex.look("/staff/certificates", q="c-17").text
    assert rex.look(NEW).status_code == 403
    assert f"{one}/revoke" not in rex.look(one).text
    assert "PDF (Español)" in rex.look(one).text
    paper = rex.look(one + "/paper/es")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    assert rex.look(one + "/paper/fr").status_code == 404
    assert "Suspended." in dora.send(one, one + "/suspend", why="asked").text
    assert "Reinstated." in dora.send(one, one + "/reinstate", why="answered").text
    assert "2030" in dora.send(one, one + "/renewal", why="early", checked=["yes"]).text
    revoked = dora.send(one, one + "/revoke", why="Another person sat it").text
    assert "Revoked." in revoked
    assert "Another person sat it" in revoked
    assert f"{one}/suspend" not in revoked
    token = dora.token(NEW)
    for step, status in (("suspend", 422), ("forget", 404)):
        assert dora.web.post(f"{one}/{step}", data={"csrf": token, "why": "x"}).status_code == status
    assert rex.web.post(f"{one}/revoke", data={"csrf": rex.token(one), "why": "x"}).status_code == 403


def test_structure_and_labels_are_for_everyone(school: School, academy: Hub, browser: Chromium) -> None:
    """Each page by axe-core; without its style, which other pages of the same style show."""
    record = academy.certificates.issue("C-17", sat(school, academy), **BY, is_despite=True)
    dora = Browser.of(academy, "dora", "decision-maker")
    dora.web.post("/staff/language", data={"language": "es", "next": "/staff"})
    pages = ("/staff/certificates", NEW, f"/staff/certificates/{record.certificate.certificate_id}")
    shown = [dora.look(page).text.replace('<link rel="stylesheet"', "<meta") for page in pages]
    assert all('lang="es"' in text.partition("<head")[0] for text in shown)
    with visiting(browser) as visit:
        page = visit("about:blank")
        for text in shown:
            page.set_content(text)
            assert violations(page) == []
