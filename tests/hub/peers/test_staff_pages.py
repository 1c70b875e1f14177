"""The staff's pages of evaluators: who sees what, what is noted, and that nothing that was written runs."""

import re
from datetime import UTC, datetime

import pytest

from pocus_desktop.hub.peers.people import Person
from pocus_desktop.hub.peers.store import MAIL_ROW
from pocus_desktop.hub.programme.errors import NewerCameError
from tests.hub.pages.browsing import Browser
from tests.hub.peers.world import BEN, CLARA, DAVID, World, everything

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"


def answered(world: World, *emails: str, comment: str = "steady hands") -> str:
    panel_id = world.invite()
    for email in emails:
        browser = world.browser(email)
        browser.save_all(everything(5, remarks=comment))
        assert browser.send().status_code == 303
    return panel_id


def test_answers_are_read_by_who_decides_alone_and_that_is_noted_first(world: World) -> None:
    panel_id = answered(world, BEN, CLARA)
    path = f"/staff/evaluators/{panel_id}"
    rex = Browser.of(world.hub, "rex", "registrar")
    shown = rex.look(path).text
    assert "answered" in shown
    assert "steady hands" not in shown
    assert f"{path}/answers" not in shown
    assert rex.web.post(f"{path}/answers", data={"csrf": rex.token("/staff/me"), "why": "x"}).status_code == 403
    dora = Browser.of(world.hub, "dora", "decision-maker")
    unsaid = dora.send(path, f"{path}/answers", why=" ")
    assert "steady hands" not in unsaid.text
    trail = world.hub.academy.tables.trail
    assert not [step for step in trail(about=panel_id) if step.action == "answers-read"]
    read = dora.send(path, f"{path}/answers", why="to decide on it").text
    assert read.count("steady hands") == 2
    assert re.search(r"Agreement \(alpha\)</dt><dd>[^<]+</dd>", read)
    assert "By version 1 of the rules" in read
    (step,) = [step for step in trail(about=panel_id) if step.action == "answers-read"]
    assert (step.who, step.why) == ("dora", "to decide on it")
    assert "answers read" in dora.look(path).text


def test_what_enough_have_answered_waits_for_a_decision_until_it_is_decided(world: World) -> None:
    panel_id = answered(world, BEN)
    path = f"/staff/evaluators/{panel_id}"
    dora = Browser.of(world.hub, "dora", "decision-maker")
    assert path not in dora.look("/staff").text, "one answer is not combined"
    browser = world.browser(CLARA)
    browser.save_all(everything(5))
    browser.send()
    world.pass_days(3)
    dora = Browser.of(world.hub, "dana", "decision-maker")
    queue = dora.look("/staff").text
    assert path in queue.split('id="evaluations"')[1]
    assert "3 days" in queue
    closes_ms = world.hub.peers.desk.panel(panel_id).about.closes_ms
    assert f"{datetime.fromtimestamp((closes_ms - 1) / 1000, tz=UTC):%Y-%m-%d}" in queue
    world.hub.peers.desk.decide(panel_id, is_supported=True, who="dora", why="both say so")
    assert path not in dora.look("/staff").text


def test_mail_that_somebody_has_to_see_to_waits(world: World) -> None:
    panel_id = world.nominate()
    world.hub.peers.look_after()
    [row, *_] = world.hub.academy.tables.look(MAIL_ROW)
    with world.hub.academy.tables.rows() as rows:
        rows.change(MAIL_ROW, {"mail_id": row["mail_id"]}, state="unsure")
    queue = Browser.of(world.hub, "rex", "registrar").look("/staff").text
    assert f"/staff/evaluators/{panel_id}" in queue.split('id="mail"')[1]


def test_what_was_read_is_decided_and_not_what_came_since(world: World) -> None:
    panel_id = answered(world, BEN, CLARA)
    path = f"/staff/evaluators/{panel_id}"
    dora = Browser.of(world.hub, "dora", "decision-maker")
    read = dora.send(path, f"{path}/answers", why="to decide on it")
    browser = world.browser(DAVID)
    browser.save_all(everything(1))
    browser.send()
    form = dict(re.findall(r'<input type="hidden" name="(csrf|seen)" value="([^"]*)"', read.text))
    late = dora.web.post(f"{path}/decision", data={**form, "choice": "supported", "reason": "both say so"})
    assert late.status_code == 409
    assert world.hub.peers.desk.panel(panel_id).outcome is None
    read = dora.send(path, f"{path}/answers", why="again")
    assert "safety-patient" not in read.text.split("What it comes to")[1].split("</ul>")[0]
    form = dict(re.findall(r'<input type="hidden" name="(csrf|seen)" value="([^"]*)"', read.text))
    form |= {"choice": "not-supported", "reason": "David would not let her scan alone"}
    asked = dora.web.post(f"{path}/decision", data=form)
    assert "does not support" in asked.text
    assert world.hub.peers.desk.panel(panel_id).outcome is None
    done = dora.confirm(asked, f"{path}/decision")
    assert "Decided." in done.text
    assert world.hub.peers.desk.panel(panel_id).outcome == "not-supported"
    assert "not supported" in dora.look("/staff/evaluators", state="not-supported").text


def test_of_two_who_read_the_same_one_decides(world: World) -> None:
    panel_id = answered(world, BEN, CLARA)
    desk = world.hub.peers.desk
    seen = desk.judged(panel_id, who="dora", why="to decide").seen
    desk.decide(panel_id, is_supported=False, who="dora", why="not alone", seen=seen)
    with pytest.raises(NewerCameError):
        desk.decide(panel_id, is_supported=True, who="max", why="both say so", seen=seen)
    assert desk.panel(panel_id).outcome == "not-supported"


@pytest.mark.parametrize("meanwhile", ["decided", "answered"])
def test_a_decision_rests_on_what_stands_when_it_is_written(
    world: World, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    panel_id = answered(world, BEN, CLARA)
    desk = world.hub.peers.desk
    before = desk.require_decidable(panel_id, why="x")
    if meanwhile == "decided":
        desk.decide(panel_id, is_supported=False, who="dora", why="not alone")
    else:
        browser = world.browser(DAVID)
        browser.save_all(everything(1))
        assert browser.send().status_code == 303
    monkeypatch.setattr(desk, "require_decidable", lambda *_, **__: before)
    with pytest.raises(NewerCameError):
        desk.decide(panel_id, is_supported=True, who="max", why="both say so")


def test_mail_that_is_lost_is_told_with_what_to_do_and_sent_again(world: World) -> None:
    world.postbox.replies[BEN] = "550 5.1.1 no such mailbox"
    world.postbox.content_replies[DAVID] = "554 5.7.1 looks like spam"
    panel_id = world.invite()
    path = f"/staff/evaluators/{panel_id}"
    rex = Browser.of(world.hub, "rex", "registrar")
    shown = rex.look(path).text
    assert "names another, or the same person with the right address" in shown
    assert "refuses it for good" in shown
    assert "an address takes no mail" in rex.look("/staff/evaluators").text
    world.postbox.content_replies.clear()
    again = re.search(rf'action="({path}/again/mail_\w+)"', shown)
    assert again is not None
    assert "on its way again" in rex.send(path, again[1], why="their filter is mended").text
    world.hub.peers.run_due()
    assert [envelope.rcpt_tos[0] for envelope in world.postbox.taken].count(DAVID) == 2
    assert "refuses it for good" not in rex.look(path).text


def test_nothing_that_people_wrote_runs_in_mail_or_pages(world: World) -> None:
    named = [
        Person(name=f"Ben {HOSTILE}", email=BEN, background=HOSTILE),
        Person(name=f"Ben {HOSTILE}", email=CLARA, background="x"),
    ]
    panel_id = world.invite(*named, candidate_name=f"Ana {HOSTILE}")
    for email in (BEN, CLARA):
        browser = world.browser(email)
        pages = [browser.look("/peer/questions"), browser.look("/peer/decline")]
        browser.save_all(everything(5, remarks=HOSTILE))
        pages.append(browser.look("/peer/review"))
        browser.send()
        assert not any("<script" in one or "<img" in one for one in pages)
    for message in world.postbox.messages():
        html = message.get_body(("html",))
        assert html is not None
        assert "<script" not in html.get_content()
        assert "<img" not in html.get_content()
        assert len(message.get_all("To") or ()) == 1
    path = f"/staff/evaluators/{panel_id}"
    dora = Browser.of(world.hub, "dora", "decision-maker")
    shown = [dora.look("/staff/evaluators").text, dora.look(path).text]
    shown.append(dora.send(path, f"{path}/answers", why=HOSTILE).text)
    shown.append(dora.look(path).text)
    for text in shown:
        assert "alert(1)" in text
        assert "<script" not in text
        assert "<img" not in text
        assert (
            "49"
            not in re.sub(r'content="[^"]*"|value="[^"]*"|id="[^"]*"|href="[^"]*"', "", text).split("alert(2)")[1][:30]
        )
    assert "Another evaluator here has the same name" in shown[1]
