"""The academy's pages in a real Chromium: without script, by keyboard, on a phone, and as axe-core sees them."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.recipients import Recipient
from pocus_desktop.kernel.clock import ManualClock, SystemClock
from tests.browser.accessible import violations
from tests.browser.chromium import PHONE, Visit, browser, visit
from tests.hub.loopback import serving
from tests.hub.pages.everything import furnish
from tests.hub.programme.applicant import Applicant
from tests.hub.school import School
from tests.hub.staff.people import PASSWORD, Person, employ

pytestmark = pytest.mark.slow

__all__ = ["browser", "visit"]

EVERY = "POCUS_EVERY_PAGE"
HOSTILE = "<script>document.title='ran'</script>"


@pytest.fixture
def real(tmp_path: Path) -> Iterator[tuple[Hub, str]]:
    """A hub behind a real server; its clock is the computer's of now, as the browser's cookies want it."""
    hub = School(folder=tmp_path, clock=ManualClock(wall_ms=SystemClock().read().wall_ms)).hub()
    with serving(hub) as url:
        yield hub, url
    hub.close()


def sign_in(page: Page, person: Person) -> None:
    """By keyboard alone: the fields are reached by Tab, the form is sent by Enter."""
    page.focus("#f-login")
    page.keyboard.type(person.login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_selector("#f-code")
    assert violations(page) == []
    shown = page.inner_text("p.code").replace(" ", "")
    person.secret = base64.b32decode(shown + "=" * (-len(shown) % 8))
    page.fill("#f-code", person.code())
    page.press("#f-code", "Enter")
    page.wait_for_selector("ol li.code")
    assert violations(page) == []


def test_an_application_is_decided_by_keyboard_and_every_page_is_accessible(
    real: tuple[Hub, str], visit: Visit
) -> None:
    hub, url = real
    ana = Applicant(hub, name=f"Ana {HOSTILE}").register()
    application_id = ana.apply()
    issued = hub.academy.vouchers.issue([Recipient(name="Medicine")], [ContentArea.LUNG], who="rex", why="invoice 12")
    voucher_id = ana.enter(issued[0].code, application_id).voucher_id
    refused = ana.apply(how_many=1)
    appeal = ana.appeal(refused)
    chief = employ(hub, "chief", "registrar", "decision-maker", "appeals-officer", "administrator")
    page = visit(url + "/staff")
    sign_in(page, chief)
    page.goto(f"{url}/staff/applications/{application_id}")
    page.focus("#y-lung")
    page.keyboard.press("Space")
    page.locator("form[action$='/decision'] button").press("Enter")
    page.wait_for_selector("button[value=yes]")
    assert violations(page) == []
    page.press("button[value=yes]", "Enter")
    page.wait_for_selector("[role=status]")
    assert "Decided." in page.inner_text("[role=status]")
    assert page.locator("script").count() == 0, "a name made no element"
    for path in (
        "/staff",
        f"/staff/people/{ana.account_id}",
        f"/staff/applications/{application_id}",
        f"/staff/vouchers/{voucher_id}",
        "/staff/vouchers/new",
        f"/staff/appeals/{appeal.appeal_id}",
        "/staff/trail?check=1",
        "/staff/accounts",
    ):
        page.goto(url + path)
        assert violations(page) == [], path
    page.set_viewport_size(PHONE)
    for path in (f"/staff/applications/{application_id}", "/staff/trail"):
        page.goto(url + path)
        assert page.locator("main").bounding_box()["width"] <= PHONE["width"]  # type: ignore[index]  # it is shown
        assert violations(page) == [], path


def test_every_page_is_accessible_in_both_languages_on_a_desk_and_on_a_phone(tmp_path: Path, visit: Visit) -> None:
    """English on a desk, Spanish on a dark phone, in the real style; `make soak` looks at every page."""
    step = 1 if EVERY in os.environ else 12
    school = School(folder=tmp_path, clock=ManualClock(wall_ms=SystemClock().read().wall_ms))
    hub = school.hub()
    paths = furnish(hub, school)
    chief = employ(hub, "chief", "registrar", "decision-maker", "appeals-officer", "administrator")
    with serving(hub) as url:
        page = visit(url + "/staff/sign-in")
        page.fill("#f-login", chief.login)
        page.fill("#f-password", PASSWORD)
        page.press("#f-password", "Enter")
        page.wait_for_selector("#f-code")
        shown = page.inner_text("p.code").replace(" ", "")
        chief.secret = base64.b32decode(shown + "=" * (-len(shown) % 8))
        page.fill("#f-code", chief.code())
        page.press("#f-code", "Enter")
        page.wait_for_selector("ol li.code")
        for path in paths[::step]:
            page.goto(url + path)
            assert violations(page) == [], path
        page.goto(url + "/staff")
        page.locator("button[name=language][value=es]").click()
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(PHONE)
        for path in paths[::-step]:
            page.goto(url + path)
            assert page.get_attribute("html", "lang") == "es", path
            assert violations(page) == [], path
            assert page.locator("main").bounding_box()["width"] <= PHONE["width"], path  # type: ignore[index]  # it is shown
    hub.close()
