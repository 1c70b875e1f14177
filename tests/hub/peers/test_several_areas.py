"""One person who is named for two areas: one message, one link, one questionnaire after the other."""

from pathlib import Path

import pytest

from pocus_desktop.case.models import ContentArea
from pocus_desktop.programme.peers.evaluator import Stage
from pocus_desktop.programme.peers.questionnaire_files import shipped
from tests.hub.peers.bounces import report
from tests.hub.peers.candidate import Candidate, applied, open_window
from tests.hub.peers.moments import Begin
from tests.hub.peers.postbox import html_of, text_of
from tests.hub.peers.world import BEN, DAVID, LUNG, World, everything

CARDIAC = shipped().named("cardiac-1")
AREAS = (ContentArea.LUNG, ContentArea.CARDIAC)


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def named_for_both(world: World, folder: Path) -> Candidate:
    made = applied(world, folder, AREAS)
    open_window(made, AREAS)
    made.name(BEN)
    made.sync()
    return made


@pytest.fixture
def candidate(begin: Begin) -> Candidate:
    """Ben was named for both areas, and written to."""
    return begin(named_for_both)


def stages(world: World) -> dict[str, str]:
    """By area, where Ben stands."""
    return {str(one.about.area): str(one.seats[0].standing.stage) for one in world.hub.peers.desk.panels()}


def test_one_message_and_one_link_for_both(candidate: Candidate) -> None:
    world = candidate.world
    (message,) = world.postbox.messages()
    for text in (text_of(message), html_of(message)):
        assert "2 short questionnaires" in text
        assert all(one.title.told("en") in text for one in (LUNG, CARDIAC))
    assert stages(world) == {"lung": "invited", "cardiac": "invited"}
    browser = world.browser(BEN)
    assert stages(world) == {"lung": "opened", "cardiac": "opened"}, "nobody who opened it is replaced"
    asked = browser.look("/peer/questions")
    first, other = (LUNG, CARDIAC) if LUNG.title.told("en") in asked else (CARDIAC, LUNG)
    before = browser.client.cookies["__Host-pocus-peer"]
    for section in first.sections:
        browser.save(section, everything(5, first))
    answer = browser.send()
    assert answer.headers["location"] == "/peer/more"
    assert browser.client.cookies["__Host-pocus-peer"] != before, "the session of what was sent is over"
    assert other.title.told("en") in browser.look("/peer/more")
    candidate.sync()
    assert sorted(stages(world).values()) == ["answered", "opened"]
    assert {*candidate.stages(AREAS[0]), *candidate.stages(AREAS[1])} == {"answered", "asked"}
    browser = world.browser(BEN)  # the same link, another day: what is left
    assert other.title.told("en") in browser.look("/peer/questions")
    for section in other.sections:
        browser.save(section, everything(4, other))
    assert browser.send().headers["location"] == "/peer/thanks"
    assert set(stages(world).values()) == {"answered"}
    again = world.client().post("/peer/begin", data={"token": world.token(), "language": "en"})
    assert again.status_code == 409


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_never_scanned_for_one_area_goes_on_to_the_other(candidate: Candidate) -> None:
    world = candidate.world
    browser = world.browser(BEN)
    form = browser.hidden("/peer/decline") | {"reason": "no-time"}
    assert browser.client.post("/peer/decline", data=form).headers["location"] == "/peer/more"
    assert sorted(stages(world).values()) == ["declined", "opened"]
    assert browser.client.get("/peer/questions").status_code == 303


def test_both_are_reminded_in_one_message_and_one_alone_where_the_other_is_answered(candidate: Candidate) -> None:
    world = candidate.world
    world.pass_days(8)
    world.run_due()
    assert [envelope.rcpt_tos for envelope in world.postbox.taken] == [[BEN]] * 2
    browser = world.browser(BEN)
    browser.client.post("/peer/decline", data=browser.hidden("/peer/decline") | {"reason": "no-time"})
    world.pass_days(15)
    world.run_due()
    assert len(world.postbox.taken) == 3
    assert "2 short questionnaires" not in text_of(world.postbox.messages()[-1])


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_a_message_for_both_that_comes_back_or_is_unwanted_counts_for_both(candidate: Candidate) -> None:
    world = candidate.world
    (mail_id,) = {one.mail_id for panel in world.hub.peers.desk.panels() for one in panel.seats[0].mail} & {
        part.partition("+")[2].partition("@")[0]
        for envelope in world.postbox.taken
        if (part := envelope.mail_from or "")
    }
    world.hub.peers.take_report(report(mail_id))
    assert set(stages(world).values()) == {"bounced"}
    candidate.sync()
    assert {*candidate.stages(AREAS[0]), *candidate.stages(AREAS[1])} == {"unreachable"}


@pytest.mark.parametrize("kept_in", ["sqlite"])  # nothing here depends on the database
def test_who_wants_no_more_mail_gets_none_about_either(candidate: Candidate) -> None:
    world = candidate.world
    off = next(line for line in text_of(world.postbox.messages()[0]).splitlines() if "/peer/off/" in line).rpartition(
        "/"
    )[2]
    assert world.client().post(f"/peer/off/{off}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    world.pass_days(8)
    world.run_due()
    assert len(world.postbox.taken) == 1
    assert all(panel.seats[0].standing.is_quiet for panel in world.hub.peers.desk.panels())


def test_what_is_lost_in_the_middle_is_unsure_for_both_and_sent_again_as_one(candidate: Candidate) -> None:
    world = candidate.world
    candidate.name(DAVID)
    world.postbox.hangs_up = True
    candidate.sync()
    desk = world.hub.peers.desk
    lost = [one for panel in desk.panels() for seat in panel.seats for one in seat.mail if one.state == "unsure"]
    assert len(lost) == 2
    assert len(world.postbox.taken) == 2
    world.postbox.hangs_up = False
    world.run_due()
    assert len(world.postbox.taken) == 2, "nothing twice by itself"
    lead = next(one.mail_id for one in lost if f"<{one.mail_id}@" in world.postbox.messages()[-1]["Message-ID"])
    assert desk.again(lead, who="ada", why="David has none")
    world.run_due()
    assert len(world.postbox.taken) == 3
    assert {seat.standing.stage for panel in desk.panels() for seat in panel.seats} == {Stage.INVITED}
