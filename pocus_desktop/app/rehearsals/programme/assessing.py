"""Admission, roster, a sitting at the station, its result; an appeal on technology, and the sitting again."""

import json
import shutil
import time
from pathlib import Path
from typing import Final

from pocus_desktop.app.demo import SAMPLE
from pocus_desktop.app.rehearsals.academy import CENTRE
from pocus_desktop.app.rehearsals.programme.cast import NAME, Cast
from pocus_desktop.app.rehearsals.programme.pages_of_pdf import picture_pages
from pocus_desktop.app.rehearsals.programme.window import open_window, send_and_fetch

PATIENCE_S: Final = 60
WALKTHROUGH: Final = "walkthrough.yaml"
_FEW: Final = "transducer: {type: choice, choices: [linear]}\n"
"""What somebody answers whose sound failed: next to nothing."""

_LOOK_S: Final = 0.5
_SHOWN: Final = ("identity", "case", "review", "receipt")
_MOST_SHOWN: Final = 8


def sit_and_fail(cast: Cast) -> None:
    """The first sitting, of which little comes."""
    cast.record.begin("Admitted from the approved application; the roster; a sitting at the station that goes wrong")
    few = cast.folder / "few-answers"
    few.mkdir()
    (few / WALKTHROUGH).write_text(_FEW, encoding="utf-8")
    _sit(cast, few)
    record = cast.record
    with open_window(cast.home, cast.clock, record) as at:
        send_and_fetch(at, record)
        at.go("assess")
        record.expect_words(at.told(), "not passed")
        at.picture("portfolio-not-passed")


def appeal(cast: Cast) -> None:
    """The candidate appeals; the sitting is attached; somebody decides with it before their eyes."""
    record, olga = cast.record, cast.officers["olga"]
    record.begin("An appeal on technology: the sitting is attached, and it is granted")
    with open_window(cast.home, cast.clock, record) as at:
        at.go("assess")
        at.press("appeal:result")
        at.answer(words="The loudspeakers were silent, and three clips did not play.", picture="portfolio-appeal")
        record.expect_words(at.told(), "The appeal is made")
        send_and_fetch(at, record)
    page = olga.go("/staff/appeals")
    record.expect_words(page.told(), NAME)
    page.follow(NAME)
    page.press("Attach the sitting")
    page.follow("Look at the sitting")
    page.picture("staff-sitting")
    page.picture_on_phone("staff-sitting")
    said = page.save("JSON", cast.folder / "appeal-sitting.json").read_text(encoding="utf-8")
    record.expect("the sitting is attached as it was", "transducer" in said, said[:200])
    picture_pages(page.save("PDF", cast.folder / "appeal-sitting.pdf"), record, "sitting")
    page.follow("Back to the appeal")
    page.tick("choice", "grant")
    page.fill("reason", "The recording shows that three clips failed.")
    page.picture("staff-appeal")
    page.do("Decide")
    record.expect_words(page.told(), "granted")
    page.picture("staff-appeal-decided")
    with open_window(cast.home, cast.clock, record) as at:
        send_and_fetch(at, record)
        at.go("assess")
        record.expect_words(at.told(), "does not count", "Your appeal was granted by Olga Petrova")
        at.picture("portfolio-void")


def sit_and_pass(cast: Cast) -> None:
    """The second attempt."""
    cast.record.begin("Admitted to another attempt; the sitting at the station, sealed, sent, scored, receipted")
    _sit(cast, SAMPLE)
    record = cast.record
    with open_window(cast.home, cast.clock, record) as at:
        send_and_fetch(at, record)
        at.go("assess")
        record.expect_words(at.told(), ": passed")
        at.picture("portfolio-passed")


def _sit(cast: Cast, answers: Path) -> None:
    """From the admission to the receipt."""
    record, rex = cast.record, cast.officers["rex"]
    at = rex.go(f"/staff/applications/{cast.application}")
    at.fill("bundle", SAMPLE.name)
    at.fill("centre", CENTRE)
    at.send("/admission")
    record.expect_words(at.told(), "Admitted", "The codes are shown this once")
    at.picture("staff-admitted")
    admission, sign_in, start = at.page.locator(".code").all_inner_texts()[:3]
    roster = cast.academy.make_roster()
    cast.station.run("roster", "import", roster)
    number = len(cast.sittings) + 1
    screens = f"screens-{number}"
    cast.station.run(
        "rehearse", "candidate", "--id", cast.number, "--admission", admission, "--sign-in-code", sign_in,
        "--start-code", start, "--answers", answers, "--pictures", screens,
    )  # fmt: skip
    cast.station.run("outbox", "send", "--wait", "60")
    cast.station.run("outbox")
    _show(cast, cast.station.folder / screens)
    receipts = sorted((cast.station.folder / "home" / "outbox").glob("*.receipt"))
    record.expect("the receipt of every envelope came back", len(receipts) >= number, receipts)
    scored = _scored(cast)
    until_s = time.monotonic() + PATIENCE_S
    while len(scored) < number and time.monotonic() < until_s:  # workers score beside the hub
        time.sleep(_LOOK_S)
        scored = _scored(cast)
    record.expect("the sitting is scored", len(scored) == number, scored)
    cast.sittings += [one for one in scored if one not in cast.sittings]


def _scored(cast: Cast) -> list[str]:
    listed = cast.academy.computer.run("hub", "list", "--json", is_shown=False).splitlines()
    return [one["sitting"] for one in map(json.loads, listed) if one["status"] == "scored"]


def _show(cast: Cast, screens: Path) -> None:
    """Some of the pictures of the sitting; all of them stay at the station."""
    taken = [path for path in sorted(screens.glob("*.png")) if any(name in path.stem for name in _SHOWN)]
    for path in taken[:: max(len(taken) // _MOST_SHOWN, 1)][:_MOST_SHOWN]:
        shutil.copyfile(path, cast.record.picture(f"station-{path.stem.partition('-')[2]}"))
