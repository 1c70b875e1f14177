"""A room with a few incidents, for the tests of their page and for looking at it.

`python tests/ui/proctor/incidents.py FOLDER` writes PNGs of the page, the sheet and the report.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.documents import Centre
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.proctoring import events
from pocus_desktop.proctoring.documents import Head, Noted
from pocus_desktop.proctoring.incident_desk import IncidentDesk
from pocus_desktop.proctoring.incidents import Draft
from pocus_desktop.proctoring.live_room import Holder, LiveRoom
from tests.proctoring.reports import order_came, report, sitting

ACADEMY = AcademyKeys.generate()
WALL_MS = 1_767_225_600_000


def open_room(folder: Path, clock: ManualClock, *, stations: int = 3) -> LiveRoom:
    """A room in which candidates sit."""
    keys = StationKeys.generate()
    centre = Centre(centre_id="north", name="North", signing=keys.signing.public, sealing=keys.sealing.public)
    room = LiveRoom(folder, holder=Holder(centre=centre, keys=keys, hubs=(ACADEMY.signing.public,)), clock=clock)
    for number in range(1, stations + 1):
        station = f"x25519-{number:032x}"
        stamp: dict[str, Any] = {"at_ms": clock.read().monotonic_ms, "wall_ms": WALL_MS}
        came = events.StationCame(
            station_id=station,
            name=f"Station {number}",
            signing=SigningKey.generate().public,
            is_ours=True,
            **stamp,
        )
        room.do(came)
        body = sitting(
            sitting=f"sit_{number}",
            candidate_id=f"C-{number}",
            candidate_name=("Maria Álvarez", "John O’Neill", "Li Wei")[number % 3],
            head=Head(seq=40 + number, digest=f"{number:x}" * 64),
            orders=(order_came(),),
            notes=(
                Noted(what="focus-lost", at_ms=WALL_MS),
                Noted(what="focus-returned", detail="4000", at_ms=WALL_MS + 4_000),
            ),
        )
        room.report(report(station_id=station, name=f"Station {number}", sitting=body))
    return room


def draft(**changes: Any) -> Draft:
    """The fire alarm."""
    fields: dict[str, Any] = {
        "who": "P. Roctor",
        "category": "environment",
        "kind": "alarm",
        "told": "The fire alarm rang for four minutes. Everyone stayed seated; the clocks were paused.",
        "happened_ms": WALL_MS,
    }
    return Draft(**(fields | changes))


def fill(desk: IncidentDesk) -> None:
    """Three incidents, one of them closed."""
    desk.file(draft(), [f"x25519-{number:032x}" for number in (1, 2, 3)])
    one = desk.file(
        draft(category="candidate", kind="illness", told="Felt faint; water, a break of ten minutes, went on."),
        [f"x25519-{2:032x}"],
    )
    desk.amend(one.reference, draft(category="candidate", kind="illness", told="Well again by the next case."))
    two = desk.file(
        draft(category="technical", kind="playback", told="A recording did not play; it did after a restart."),
        [f"x25519-{3:032x}"],
    )
    settled = draft(category="technical", kind="playback", told="The clock had stood still.", is_closed=True)
    desk.amend(two.reference, settled)


def main(folder: Path) -> None:
    """Write the pictures."""
    import tempfile

    from pocus_desktop.ui.errand import Errands
    from pocus_desktop.ui.launch import make_application
    from pocus_desktop.ui.proctor.incident_page import IncidentPage
    from pocus_desktop.ui.proctor.incident_paper import incident_pdf
    from pocus_desktop.ui.theme import look
    from pocus_desktop.ui.words import Words
    from tests.ui.proctor.conftest import settle

    make_application()
    folder.mkdir(parents=True, exist_ok=True)
    errands = Errands()
    kept: list[Callable[[], None]] = []
    with tempfile.TemporaryDirectory() as place:
        clock = ManualClock()
        room = open_room(Path(place), clock)
        kept.append(room.close)
        desk = IncidentDesk.of(room, Path(place), clock=clock)
        for name, language, worn in (
            ("light", "en", look.Look()),
            ("dark-es", "es", look.Look(theme="dark")),
            ("contrast-200", "en", look.Look(theme="high-contrast", text_percent=200)),
        ):
            look.wear(worn)
            if name == "light":
                empty = IncidentPage(desk, Words(language), errands=errands)
                empty.resize(1280, 800)
                empty.show()
                settle()
                empty.grab().save(str(folder / "empty.png"))
                empty.close()
                fill(desk)
            page = IncidentPage(desk, Words(language), errands=errands)
            page.resize(1280, 800)
            page.show()
            settle()
            page.grab().save(str(folder / f"page-{name}.png"))
            sheet = page.file([f"x25519-{2:032x}"])
            settle()
            sheet.grab().save(str(folder / f"sheet-{name}.png"))
            sheet.reject()
            page.close()
            settle()
        data, _ = incident_pdf(desk.all().filed[-1], words=Words("en"))
        (folder / "report.pdf").write_bytes(data)
        errands.close()
        for let_go in kept:
            let_go()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
