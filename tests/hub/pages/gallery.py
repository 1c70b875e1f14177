"""Pictures of the hub's pages: every one and every state of it, in a real Chromium, in several looks.

Run as `python -m tests.hub.pages.gallery FOLDER [PART-OF-A-NAME]`.
"""

import base64
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel.clock import ManualClock, SystemClock
from tests.browser.chromium import DESKTOP, PHONE, program
from tests.hub.loopback import serving
from tests.hub.pages.everything import furnish
from tests.hub.peers.postbox import Postbox, html_of, running_postbox
from tests.hub.peers.world import BEN, DAVID, World, everything
from tests.hub.school import School
from tests.hub.staff.people import PASSWORD, Person, employ

LARGE = {"width": 640, "height": 450}
"""What a screen of 1280 pixels shows at 200 %."""

LOOKS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": DESKTOP},
    "desk-es": {"viewport": DESKTOP, "locale": "es"},
    "phone-dark-es": {"viewport": PHONE, "locale": "es", "color_scheme": "dark"},
    "large-contrast": {"viewport": LARGE, "device_scale_factor": 2, "contrast": "more"},
}
_WHY = "as the guide says"
_HALF_A_DAY_MS = 12 * 60 * 60 * 1000


@dataclass
class Photographer:
    """Somebody with a camera before a browser of one look."""

    folder: Path
    look: str
    page: Page
    only: str = ""
    url: str = ""
    taken: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page of the hub."""
        self.page.goto(self.url + path)

    def take(self, name: str) -> None:
        """What is shown now."""
        self.taken.append(name)
        if self.only in f"{name}.{self.look}":
            self.page.screenshot(path=self.folder / f"{len(self.taken):03}-{name}.{self.look}.png", full_page=True)

    def see(self, name: str, path: str) -> None:
        """A page, as it is opened."""
        self.go(path)
        self.take(name)

    def fill(self, form: str, **fields: str) -> None:
        """Fields of a form that ends so."""
        for name, text in fields.items():
            self.page.locator(f"form[action$='{form}'] [name='{name}']").first.fill(text)

    def send(self, form: str, **fields: str) -> None:
        """A form as filled in; what the browser itself would hold back goes all the same."""
        self.fill(form, **fields)
        found = self.page.locator(f"form[action$='{form}']").first
        found.evaluate("one => one.setAttribute('novalidate', '')")
        found.locator("button").first.click()


def main(folder: Path, only: str = "") -> None:
    """Write the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, ThreadPoolExecutor(1) as elsewhere:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox", "--disable-gpu"])
        for look, options in LOOKS.items():
            if only.rpartition(".")[2] in LOOKS.keys() - {look}:
                continue
            with browser.new_context(**options) as context:
                camera = Photographer(folder=folder, look=look, page=context.new_page(), only=only)
                with _academy() as (world, paths):
                    _look_at_staff(camera, world, paths)
                    _look_at_evaluators(camera, world, elsewhere)
                with _empty() as world:
                    _look_at_nothing(camera, world)
            print(look, len(camera.taken))  # noqa: T201 - who waits sees how far it is
        browser.close()


@contextmanager
def _world(box: Postbox, folder: str) -> Iterator[World]:
    school = School(folder=Path(folder), clock=ManualClock(wall_ms=SystemClock().read().wall_ms))
    hub: Hub = school.hub()
    box.taken.clear()
    yield World(school=school, hub=hub, postbox=box)
    hub.close()


@contextmanager
def _academy() -> Iterator[tuple[World, list[str]]]:
    """An academy with something on every page, and evaluators who were written to."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_postbox() as box,
        _world(box, folder) as world,
    ):
        box.settings(world.school.folder / "hub", "http://127.0.0.1:1")
        paths = furnish(world.hub, world.school, many=30)
        yield world, paths


@contextmanager
def _empty() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder, running_postbox() as box, _world(box, folder) as world:
        yield world


def _sign_in(camera: Photographer, person: Person) -> None:
    camera.see("sign-in", "/staff/sign-in")
    camera.send("/sign-in", login=person.login, password="wrong")
    camera.take("sign-in-wrong")
    camera.send("/sign-in", login=person.login, password=PASSWORD)
    camera.take("second-factor-new")
    shown = camera.page.inner_text("p.code").replace(" ", "")
    person.secret = base64.b32decode(shown + "=" * (-len(shown) % 8))
    camera.send("/second-factor", code="000000")
    camera.take("second-factor-wrong")
    camera.send("/second-factor", code=person.code())
    camera.take("recovery-codes")


def _look_at_staff(camera: Photographer, world: World, paths: list[str]) -> None:
    chief = employ(world.hub, "chief", "registrar", "decision-maker", "appeals-officer", "administrator")
    with serving(world.hub) as camera.url:
        _sign_in(camera, chief)
        for path in paths:
            name = path.partition("?")[0].strip("/").split("/")
            camera.see("-".join(one if "_" not in one else "one" for one in name[:3]), path)
        _mistake(camera, world, paths)


def _mistake(camera: Photographer, world: World, paths: list[str]) -> None:
    """Forms that were filled in badly, and pages that ask once more."""
    person, waiting = paths[2], paths[paths.index("/staff/vouchers") - 1]
    camera.go("/staff/vouchers/new")
    camera.send("/new", recipient="Department of Medicine", why="")
    camera.take("voucher-new-wrong")
    camera.go(waiting)
    camera.send("/decision")
    camera.take("decision-wrong")
    camera.send("/question", words="")
    camera.take("question-wrong")
    camera.go(person)
    camera.send("/key", key_id="ed25519-nothing", why=_WHY)
    camera.take("person-key-wrong")
    camera.go("/staff/certificates/new")
    camera.send("/new", candidate="C-17", sitting="sit_none", why=_WHY)
    camera.take("certificate-new-wrong")
    camera.go("/staff/accounts")
    camera.send("/accounts", login="ada", name="Ada", password="short", why=_WHY)
    camera.take("account-wrong")
    camera.go("/staff/samples")
    camera.send("/samples", percent="200", since="2026-02-20", until="2026-01-01", seed="", why="")
    camera.take("sample-wrong")
    camera.go("/staff/accounts/olga")
    camera.send("/roles", why=_WHY)
    camera.take("roles-changed")
    camera.send("/end", why=_WHY)
    camera.take("end-look-once-more")
    camera.go("/staff/vouchers/new")
    camera.page.locator("[name=areas]").first.check()
    camera.send("/new", recipient="Department of Medicine", why="invoice 7")
    camera.take("voucher-issued")
    camera.go("/staff/samples")
    camera.fill("/samples", percent="10", since="2026-01-01", until="2026-12-31", seed="4 8", why=_WHY)
    world.school.clock.advance(ms=_HALF_A_DAY_MS)
    camera.send("/samples")
    camera.take("kept-while-signed-out")
    camera.see("nothing-here", "/staff/nothing-here")


def _look_at_evaluators(camera: Photographer, world: World, elsewhere: ThreadPoolExecutor) -> None:
    box = world.postbox
    box.content_replies[DAVID] = "554 5.7.1 looks like spam"
    elsewhere.submit(world.invite).result()  # Playwright holds this thread's event loop
    for message in box.messages()[:2]:
        camera.page.set_content(html_of(message))
        camera.take(f"mail-{message['To'].addresses[0].username}")
    with serving(world.hub) as camera.url:
        world.school.clock.advance(ms=1_000)
        token = world.token(BEN)
        camera.see("peer-landing", f"/peer/{token}")
        language = camera.page.get_attribute("html", "lang") or "en"
        camera.page.locator(f"button[value={language}]").click()
        said = everything(4, remarks="Steady hands; hurries the lateral zones.")
        camera.page.locator("button[value=review]").click()
        camera.take("peer-review-lacking")
        camera.go("/peer/questions")
        number = 1
        while camera.page.locator("button[value=next]").count():
            for name, value in said.items():
                found = camera.page.locator(f"input[name='{name}'][value='{value}']")
                if found.count():
                    found.check()
            camera.take(f"peer-part-{number}")
            camera.page.locator("button[value=next]").click()
            number += 1
        camera.take("peer-review")
        camera.see("peer-decline", "/peer/decline")
        camera.go("/peer/review")
        camera.send("/send")
        camera.take("peer-thanks")
        camera.see("peer-signed-out", "/peer/questions")
        camera.see("peer-no-link", "/peer/" + "x" * 12)
        camera.go(f"/peer/{token}")
        camera.page.locator(f"button[value={language}]").click()
        camera.take("peer-sent-already")
        off = next(one for one in _off_links(world) if one)
        camera.see("peer-off", off)
        camera.page.locator("main button").first.click()
        camera.take("peer-off-done")


def _off_links(world: World) -> list[str]:
    told = [str(one["List-Unsubscribe"]) for one in world.postbox.messages()]
    return ["/peer/off/" + one.partition("/peer/off/")[2].rstrip(">") for one in told]


def _look_at_nothing(camera: Photographer, world: World) -> None:
    chief = employ(world.hub, "chief", "registrar", "decision-maker", "appeals-officer", "administrator")
    with serving(world.hub) as camera.url:
        only, camera.only = camera.only, "none of these"
        before = len(camera.taken)
        camera.page.context.clear_cookies()
        _sign_in(camera, chief)
        del camera.taken[before:]
        camera.only = only
        for name in ("people", "applications", "vouchers", "evaluators", "certificates", "appeals", "samples", "trail"):
            camera.see(f"empty-{name}", f"/staff/{name}")
        camera.see("empty-queue", "/staff")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
