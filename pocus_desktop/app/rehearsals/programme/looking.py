"""A look around at the end: every page of the window with large text and in Spanish, every list of the academy."""

from pocus_desktop.app.rehearsals.programme.cast import Cast
from pocus_desktop.app.rehearsals.programme.window import LARGE_PERCENT, open_window
from pocus_desktop.ui.portfolio.window import PAGES


def look_around(cast: Cast) -> None:
    """Pictures of what was not shown on the way."""
    record, audrey = cast.record, cast.officers["audrey"]
    record.begin("A look around: the trail, every list, and every page of the window with large text")
    page = audrey.go("/staff/trail?check=1")
    record.expect_words(page.told(), "entries hold")
    page.picture("staff-trail")
    for name in ("people", "applications", "vouchers", "certificates", "appeals", "samples"):
        page = audrey.go(f"/staff/{name}")
        page.picture(f"staff-list-{name}")
        page.picture_on_phone(f"staff-list-{name}")
    page = audrey.go("/staff/people")
    page.follow("Ana Ruiz")
    page.picture("staff-person")
    for language, percent in (("en", LARGE_PERCENT), ("es", 100)):
        with open_window(cast.home, cast.clock, record, language=language, percent=percent) as at:
            for name in PAGES:
                at.go(name)
                at.picture(f"portfolio-{name}-{language}-{percent}")
