"""From nomination to the combined result: real mail on the loopback, real pages in a real browser."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page

from pocus_desktop.programme.peers.evaluator import Stage
from tests.browser.accessible import violations
from tests.browser.chromium import PHONE, Visit
from tests.hub.loopback import serving
from tests.hub.peers.world import ANA, BEN, CLARA, DAVID, World, everything

pytestmark = pytest.mark.slow


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with serving(world.hub) as url:
        world.postbox.settings(world.school.folder / "hub", url)
        yield url


def fill(page: Page, said: dict[str, str]) -> None:
    """Answer everything that a part asks, by its controls."""
    for name, answer in said.items():
        one = page.locator(f"#{name}-{answer}")
        if one.count():
            one.check()


def sound(page: Page) -> None:
    assert violations(page) == []


def test_from_nomination_by_mail_and_browser_to_what_it_comes_to(world: World, address: str, visit: Visit) -> None:
    panel_id = world.invite()
    assert sorted(envelope.rcpt_tos[0] for envelope in world.postbox.taken) == [BEN, CLARA, DAVID]
    token = world.token(BEN)

    page = visit(f"{address}/peer/{token}", viewport=PHONE)
    sound(page)
    page.get_by_role("button", name="Begin in English").press("Enter")
    assert token not in page.url
    said = everything(5)
    for number in range(7):
        if number in {0, 1, 6}:  # the kinds of questions there are
            sound(page)
        assert ANA in page.inner_text("main")
        fill(page, said)
        page.get_by_role("button", name="Save and go on").click()
    sound(page)
    assert "Everything you said" in page.inner_text("h1")
    page.get_by_role("button", name="Send to the academy").click()
    assert page.inner_text("h1") == "Thank you"
    sound(page)

    spanish = visit(f"{address}/peer/{world.token(CLARA)}", viewport=PHONE, language="es")
    spanish.get_by_role("button", name="Empezar en español").click()
    assert "Usted y la persona evaluada" in spanish.inner_text("h1")
    fill(spanish, {"identity": "yes", "relationship": "never"})
    spanish.get_by_role("button", name="Guardar y seguir").click()
    sound(spanish)
    spanish.get_by_role("button", name="Enviar a la academia").click()
    assert spanish.inner_text("h1") == "Gracias"

    with ThreadPoolExecutor(1) as elsewhere:  # Playwright holds this thread's event loop
        elsewhere.submit(lambda: world.browser(DAVID).save_all(everything(4))).result()
    desk = world.hub.peers.desk
    seats = desk.panel(panel_id).seats
    assert [seat.standing.stage for seat in seats] == [Stage.ANSWERED, Stage.DECLINED, Stage.SAVED]
    assert desk.combined(panel_id).outcome == "waiting"
    with ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(lambda: world.browser(DAVID).send()).result().headers["location"] == "/peer/thanks"
    found = desk.combined(panel_id)
    assert (found.outcome, found.answered) == ("supports", 2)
    (seen,) = desk.seen_by_applicant("C-17")
    assert [seat.stage for seat in seen.seats] == ["answered", "declined", "answered"]
    assert seen.wanted == 1
