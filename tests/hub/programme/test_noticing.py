"""What a portfolio is told of admissions: where to go, until when, and what became of them."""

from dataclasses import replace

from pocus_desktop.admission.mode import Mode
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.noticing import Notices
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.programme.documents.academy import AdmissionNotice
from pocus_desktop.programme.portfolio import gather
from pocus_desktop.programme.signing import read_signed
from tests.hub.school import START_CODE, School
from tests.hub.test_admissions import ORDER, enrol


class ShelfError(PocusError):
    code = "hub.shelf_damaged"
    blame = Blame.ENVIRONMENT


def told(hub: Hub, envelopes: tuple[bytes, ...]) -> list[AdmissionNotice]:
    return [read_signed(AdmissionNotice, one, hub.ring.verifiers) for one in envelopes]


def notices(hub: Hub) -> Notices:
    return hub.answers._notices


def test_an_admission_is_told_with_its_place_its_time_and_what_became_of_it(hub: Hub, school: School) -> None:
    hub.registry.candidates.add(candidate_id="C-17", name="Ana Roe", who="ada")
    enrol(hub.registry, "North Hospital", kind="centre", centre_id="north")
    order = replace(ORDER, mode=Mode.LIVE, start_code=START_CODE)
    at_centre = hub.registry.admissions.admit(replace(order, centre_id="north"), who="rex")
    hub.registry.admissions.admit(ORDER, who="rex")  # a trial, which nothing comes of
    [first] = told(hub, notices(hub).of("c-17"))
    assert (first.admission_id, first.state, first.area) == (at_centre.admission_id, "open", "lower-extremity-dvt")
    assert (first.centre_id, first.centre_name) == ("north", "North Hospital")
    assert notices(hub).of("C-17") == notices(hub).of("C-17"), "the same state is the same document"
    hub.registry.admissions.withdraw(at_centre.admission_id, who="rex", why="moved")
    [withdrawn] = told(hub, notices(hub).of("C-17"))
    assert (withdrawn.state, withdrawn.revision) == ("withdrawn", 2)
    assert gather([first, withdrawn]).admissions == (withdrawn,)
    again = hub.registry.admissions.admit(order, who="rex")
    school.admission = lambda **_: again.envelope  # type: ignore[method-assign]
    hub.take(school.sit(mode=Mode.LIVE).final)
    assert {one.state for one in told(hub, notices(hub).of("C-17"))} == {"withdrawn", "sat"}


def test_a_shelf_that_is_damaged_keeps_nobody_from_hearing_where_to_go(hub: Hub) -> None:
    hub.registry.candidates.add(candidate_id="C-17", name="Ana Roe", who="ada")
    hub.registry.admissions.admit(replace(ORDER, mode=Mode.LIVE), who="rex")

    def damaged(_bundle: str, _version: int) -> None:
        raise ShelfError

    desk = notices(hub)
    broken = Notices(desk._store, hub.registry.admissions, hub.academy.vouchers, hub.ring, area_of=damaged)
    [unknown] = told(hub, broken.of("C-17"))
    [known] = told(hub, desk.of("C-17"))
    assert (unknown.area, known.area) == (None, "lower-extremity-dvt")
    assert gather([known, unknown]).admissions == gather([unknown, known]).admissions == (known,)
    assert gather([known, unknown]).conflicts == ()
