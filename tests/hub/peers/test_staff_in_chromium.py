"""The staff's pages of evaluators in a real Chromium: by keyboard, on a phone, and as axe-core sees them."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Page

from pocus_desktop.kernel.clock import SystemClock
from tests.browser.accessible import violations
from tests.browser.chromium import DESKTOP, PHONE, Visit
from tests.hub.loopback import serving
from tests.hub.pages.test_in_chromium import sign_in
from tests.hub.peers.world import BEN, CLARA, DAVID, World, everything
from tests.hub.staff.people import employ


def answered(world: World) -> str:
    world.postbox.content_replies[DAVID] = "554 5.7.1 looks like spam"
    panel_id = world.invite()
    for email, step in ((BEN, 5), (CLARA, 2)):
        browser = world.browser(email)
        browser.save_all(everything(step, remarks="Steady hands; hurries the lateral zones."))
        assert browser.send().status_code == 303
    return panel_id


def test_answers_are_read_and_decided_by_keyboard(world: World, visit: Visit) -> None:
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright holds this thread's event loop
        panel_id = elsewhere.submit(answered, world).result()
    world.school.clock.set(wall_ms=SystemClock().read().wall_ms)  # as the browser's cookies want it
    chief = employ(world.hub, "chief", "registrar", "decision-maker")
    with serving(world.hub) as url:
        page = visit(url + "/staff", viewport=DESKTOP)
        sign_in(page, chief)
        page.goto(url + "/staff/evaluators")
        sound(page, "list")
        page.goto(f"{url}/staff/evaluators/{panel_id}")
        page.set_viewport_size(PHONE)
        sound(page, "panel-phone")
        page.fill("form[action$='/answers'] input[name=why]", "to decide on it")
        page.press("form[action$='/answers'] input[name=why]", "Enter")
        page.wait_for_selector("#combined")
        page.set_viewport_size(DESKTOP)
        sound(page, "answers")
        page.focus("#yes")
        page.keyboard.press("Space")
        page.fill("textarea[name=reason]", "The low ratings are of one who saw little")
        page.press("form[action$='/decision'] button", "Enter")
        page.wait_for_selector("button[value=yes]")
        page.press("button[value=yes]", "Enter")
        page.wait_for_selector("[role=status]")
        assert "supported" in page.inner_text("main .lead")


def sound(page: Page, name: str) -> None:
    assert violations(page) == [], name
    if folder := os.environ.get("POCUS_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"staff-{name}.png"), full_page=True)
