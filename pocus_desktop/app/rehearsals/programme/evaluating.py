"""Three evaluators: named in the portfolio, written to by real mail, answering in the browser; one is replaced."""

from dataclasses import dataclass
from typing import Final

from pocus_desktop.app.rehearsals.programme.cast import NAME, Cast
from pocus_desktop.app.rehearsals.programme.post import text_of
from pocus_desktop.app.rehearsals.programme.web import PHONE, Visitor
from pocus_desktop.app.rehearsals.programme.window import open_window, send_and_fetch
from pocus_desktop.ui.portfolio.scripted import ScriptedApplicant

REMINDED_AFTER_DAYS: Final = 8
WANTED: Final = 3
_MOST_PARTS: Final = 12
_CHOICES: Final = {
    "relationship": "supervised",
    "seen": "more",
    "last-seen": "half-year",
    "interest": "none",
    "concern": "no",
}
_STEP: Final = "4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluator:
    """Somebody who may know how the candidate scans."""

    name: str
    email: str
    background: str


BERTA: Final = Evaluator(name="Berta Díaz", email="berta.diaz@hospital.example", background="Vascular sonographer")
CARLOS: Final = Evaluator(name="Carlos Gil", email="carlos.gil@hospital.example", background="Emergency physician")
DANA: Final = Evaluator(name="Dana Wolf", email="dana.wolf@clinic.example", background="Radiologist")
ELENA: Final = Evaluator(name="Elena Sánchez", email="elena.sanchez@clinic.example", background="Intensive care")


def name_evaluators(cast: Cast) -> None:
    """Three, in the portfolio; the academy writes to them."""
    record = cast.record
    record.begin("Three evaluators are named in the portfolio, and written to by mail")
    with open_window(cast.home, cast.clock, record) as at:
        at.go("apply")
        for one in (BERTA, CARLOS, DANA):
            _name(at, one)
            record.expect_words(at.told(), f"{one.name} is named.")
        at.picture("portfolio-evaluators")
        send_and_fetch(at, record)
    cast.academy.computer.run("hub", "peers", "invite")
    for one in (BERTA, CARLOS, DANA):
        cast.post.wait_for(one.email, 1)
        record.expect(f"{one.name} has mail with a link", cast.post.link(one.email), cast.post.messages)
    message = cast.post.of(BERTA.email)[0]
    html = message.get_body(("html",))
    record.expect("the message is plain text and HTML", html is not None)
    if html is not None:
        cast.web.visitor(viewport=PHONE).show(str(html.get_content()), picture="mail-phone")
    record.expect("it can be unsubscribed from", "List-Unsubscribe" in message, message.keys())
    record.expect_words(text_of(message), NAME)


def answer(cast: Cast) -> None:
    """One answers at once, one never scanned with the candidate, one is reminded; another is named instead."""
    record = cast.record
    record.begin("Evaluators answer in the browser without script; one is replaced, one is reminded")
    _answer(cast, BERTA, picture="peer")
    _decline(cast, DANA)
    with open_window(cast.home, cast.clock, record) as at:
        send_and_fetch(at, record)
        at.go("apply")
        record.expect_words(at.told(), "answered", "declined")
        at.picture("portfolio-evaluators-answered")
        _name(at, ELENA, instead_of=DANA)
        send_and_fetch(at, record)
    cast.let_days_pass(REMINDED_AFTER_DAYS)
    cast.academy.computer.run("hub", "peers", "invite")
    cast.post.wait_for(CARLOS.email, 2)
    record.expect_words(cast.post.of(CARLOS.email)[-1]["Subject"], "Reminder")
    record.expect("who answered is not reminded", len(cast.post.of(BERTA.email)) == 1, cast.post.messages)
    cast.post.wait_for(ELENA.email, 1)
    _answer(cast, CARLOS)
    _answer(cast, ELENA)
    with open_window(cast.home, cast.clock, record) as at:
        send_and_fetch(at, record)
        at.go("apply")
        record.expect("the candidate sees three answers", at.told().count(": answered") == WANTED, at.told())
        at.picture("portfolio-evaluators-done")


def decide(cast: Cast) -> None:
    """Somebody at the academy decides on what the answers come to; the candidate is told that, and no answer."""
    record, dora = cast.record, cast.officers["dora"]
    record.begin("The academy decides on what the evaluators said; the candidate is told that, and no answer")
    page = dora.go("/staff/evaluators")
    page.picture("staff-evaluators")
    page.follow(NAME)
    page.picture("staff-panel")
    page.picture_on_phone("staff-panel")
    page.fill("why", "the certificate is decided", form="/answers")
    page.send("/answers")
    record.expect_words(page.told(), "Supports the certificate", ELENA.name)
    page.picture("staff-answers")
    page.picture_on_phone("staff-answers")
    page.tick("choice", "supported", form="/decision")
    page.fill("reason", "three answers, none apart", form="/decision")
    page.send("/decision")
    record.expect("the decision is taken", "/decision" not in page.page.url, page.told())
    page.picture("staff-panel-decided")
    with open_window(cast.home, cast.clock, record) as at:
        send_and_fetch(at, record)
        (outcome,) = at.view.portfolio.peer_outcomes
        record.expect("the outcome is in the portfolio", outcome.is_supported, outcome)
        at.go("apply")
        at.picture("portfolio-evaluators-decided")
        at.go("next")
        at.picture("portfolio-next-certificate")


def _name(at: ScriptedApplicant, one: Evaluator, *, instead_of: Evaluator | None = None) -> None:
    at.write({"evaluator:name": one.name, "evaluator:email": one.email, "evaluator:background": one.background})
    if instead_of is not None:
        found = next(each for each in at.view.portfolio.nominations if each.email == instead_of.email)
        at.choose("evaluator:replaces", found.nomination_id)
    at.press("evaluator:has_agreed")
    at.press("evaluator:do")


def _begun(cast: Cast, one: Evaluator) -> Visitor:
    at = cast.web.visitor(viewport=PHONE)
    link = cast.post.link(one.email)
    at.go(link)
    at.press("Begin in English")
    cast.record.expect("the link's secret stays out of the address", link.rpartition("/")[2] not in at.page.url)
    return at


def _answer(cast: Cast, one: Evaluator, *, picture: str = "") -> None:
    """Every part, and send it."""
    record, at = cast.record, _begun(cast, one)
    for number in range(_MOST_PARTS):
        if at.page.get_by_role("button", name="Send to the academy").count():
            break
        _fill(at)
        if picture:
            at.picture(f"{picture}-part-{number + 1}")
        at.press("Save and go on")
    if picture:
        at.picture(f"{picture}-review")
    at.press("Send to the academy")
    record.expect_words(at.told(), "Thank you")
    if picture:
        at.picture(f"{picture}-thanks")


def _decline(cast: Cast, one: Evaluator) -> None:
    """Who never scanned with the candidate says so."""
    at = _begun(cast, one)
    at.tick("identity", "yes")
    at.tick("relationship", "never")
    at.press("Save and go on")
    at.picture("peer-never-scanned")
    at.press("Send to the academy")
    cast.record.expect_words(at.told(), "Thank you")


def _fill(at: Visitor) -> None:
    """Answer whatever the page asks."""
    for box in at.page.locator("input[type=checkbox]").all():
        box.check()
    names = at.page.locator("input[type=radio]").evaluate_all("found => [...new Set(found.map(one => one.name))]")
    for name in names:
        at.tick(name, _CHOICES.get(name, _STEP))
