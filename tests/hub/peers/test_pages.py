"""The pages of evaluators under attack: guessed and replayed tokens, foreign forms, stored script, two windows."""

import logging
import re
from dataclasses import replace

import httpx2
import pytest

from pocus_desktop.hub.peers.errors import UnwantedMailError
from pocus_desktop.hub.peers.pages import COOKIE
from pocus_desktop.hub.peers.store import EVALUATOR, LINK, PANEL
from pocus_desktop.hub.web.app import Policy
from pocus_desktop.hub.web.guard import Limits
from pocus_desktop.kernel.rate import Rate
from pocus_desktop.programme.peers.evaluator import Stage
from pocus_desktop.programme.peers.questionnaire import Section
from tests.hub.peers.postbox import html_of
from tests.hub.peers.world import ANA, BEN, CLARA, LUNG, YOU, Browsing, World, everything, hidden, people

BOTH = ["sqlite", "postgresql"]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NOBODY = "A" * 43


def section(name: str) -> Section:
    found = LUNG.section(name)
    assert found is not None
    return found


def stage(world: World, number: int = 1) -> Stage:
    (panel,) = world.hub.peers.desk.panels()
    return panel.seats[number - 1].standing.stage


@pytest.mark.parametrize("kept_in", BOTH)
def test_what_is_saved_is_there_and_what_is_sent_is_shown_no_more(world: World) -> None:
    panel_id = world.invite(people()[0])
    browsing = world.browser()
    assert stage(world) is Stage.OPENED
    browsing.save(section("you"), YOU)
    browsing.save(section("whole"), everything(3))
    assert stage(world) is Stage.SAVED
    later = world.browser()  # another day, another browser, the same link
    assert 'id="whole-trust-3" name="whole-trust" value="3" checked' in later.look("/peer/part/whole")
    assert "without an answer" in later.look("/peer/review")
    answer = later.client.post("/peer/send", data=later.hidden("/peer/review"))
    assert (answer.status_code, "have no answer yet" in answer.text) == (409, True)
    later.save_all(everything(5, remarks="ñandú\r\nlínea"))
    assert later.send().headers["location"] == "/peer/thanks"
    assert stage(world) is Stage.ANSWERED
    assert world.hub.peers.desk.said(panel_id, who="ada", why="to decide")[1]["remarks"] == "ñandú\nlínea"
    for page in (browsing.client.get("/peer/review"), later.client.get("/peer/part/whole")):
        assert page.status_code in {403, 409}
        assert "ñandú" not in page.text
    again = world.client().post("/peer/begin", data={"token": world.token()})
    assert (again.status_code, "Your answers were sent" in again.text) == (409, True)
    assert COOKIE not in again.headers.get("set-cookie", "")


def test_a_scanner_that_opens_the_link_neither_uses_nor_learns_anything(world: World) -> None:
    world.invite(people()[0])
    client = world.client()
    pages = {client.get(f"/peer/{token}").text.replace(token, "") for token in (world.token(), NOBODY)}
    assert len(pages) == 1  # a link that is good and one that is not look the same
    assert ANA not in pages.pop()
    assert client.head(f"/peer/{world.token()}").status_code in {200, 405}
    assert stage(world) is Stage.INVITED
    assert not client.cookies


def test_a_token_is_in_no_log_no_later_address_and_no_referrer(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.invite()
    token = world.token()
    client = world.client()
    landing = client.get(f"/peer/{token}")
    assert landing.headers["referrer-policy"] == "no-referrer"
    assert landing.headers["cache-control"] == "no-store"
    browsing = Browsing.begun(client, token)
    browsing.save_all(everything())
    off = str(world.postbox.messages()[0]["List-Unsubscribe"]).partition("/off/")[2].strip(">")
    client.post(f"/peer/off/{off}", data={"List-Unsubscribe": "One-Click"})
    secret = client.cookies.get(COOKIE)
    assert secret
    ours = [record for record in caplog.records if record.name.startswith("pocus_desktop")]
    said = "\n".join(f"{record.getMessage()} {vars(record)}" for record in ours)
    assert "/peer/{token}" in said
    assert not [one for one in (token, off, secret, BEN, CLARA, ANA) if one in said]
    assert token not in browsing.look("/peer/review")


@pytest.mark.parametrize("kept_in", BOTH)
def test_the_database_holds_no_token_no_name_no_address_and_no_answer(world: World) -> None:
    world.invite()
    browsing = world.browser()
    browsing.save_all(everything(remarks="They are careful."))
    store = world.hub.peers._store
    rows = [dict(row) for table in (PANEL, EVALUATOR, LINK) for row in store.look(table)]
    held = repr(rows) + "".join(
        bytes(value).decode("latin-1")
        for row in rows
        for value in row.values()
        if isinstance(value, bytes | memoryview)
    )
    secret = browsing.client.cookies.get(COOKIE)
    assert secret
    for one in (world.token(), secret, BEN, "Okoye", ANA, "careful", "acquire-views"):
        assert one not in held


def test_unknown_links_are_told_the_same_and_guessing_is_limited(world: World) -> None:
    world.invite(people()[0])
    policy = Policy(limits=Limits(doors={"peer-begin": Rate(burst=3, per_minute=1)}))
    client = world.client(policy)
    answers = [client.post("/peer/begin", data={"token": NOBODY[:-1] + letter}) for letter in "BCDEF"]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429, 429]
    assert "Retry-After" in answers[-1].headers
    assert len({answer.text for answer in answers[:3]}) == 1
    for odd in ("", "x", NOBODY + "x", "ñ" * 43, "../../etc", NOBODY.replace("A", "%")):
        found = world.client(peer="192.0.2.9").post("/peer/begin", data={"token": odd})
        assert found.status_code == 404
        assert found.text == answers[0].text


def test_guessing_links_that_unsubscribe_is_limited(world: World) -> None:
    world.invite(people()[0])
    policy = Policy(limits=Limits(doors={"peer-begin": Rate(burst=2, per_minute=1)}))
    for number, (method, path) in enumerate([("POST", "/peer/off/"), ("GET", "/peer/off/")]):
        client = world.client(policy, peer=f"192.0.2.{number}")
        data = {"List-Unsubscribe": "One-Click"} if method == "POST" else None
        answers = [client.request(method, path + NOBODY[:-1] + letter, data=data) for letter in "BCD"]
        assert [answer.status_code for answer in answers] == [404, 404, 429], method
    assert world.hub.peers.desk.panels()[0].seats[0].standing.is_quiet is False


def test_one_evaluator_s_session_shows_nothing_of_another_s(world: World) -> None:
    world.invite()
    ben, clara = world.browser(BEN), world.browser(CLARA)
    ben.save(section("whole"), everything(remarks="Only Ben knows."))
    assert "Only Ben knows." not in clara.look("/peer/part/whole")
    form = {**ben.hidden("/peer/part/whole"), "remarks": "forged"}
    assert clara.client.post("/peer/part/whole", data=form).status_code == 403  # the mark of another session
    assert "forged" not in clara.look("/peer/part/whole")


@pytest.mark.parametrize(
    ("headers", "changes"),
    [
        ({}, {"csrf": "0" * 64}),
        ({}, {"csrf": "ñ"}),
        ({"Sec-Fetch-Site": "cross-site"}, {}),
    ],
)
def test_a_form_of_another_site_does_nothing(headers: dict[str, str], changes: dict[str, str], world: World) -> None:
    world.invite(people()[0])
    browsing = world.browser()
    browsing.save_all(everything())
    for path, form in (
        ("/peer/part/you", browsing.hidden("/peer/part/you") | {"relationship": "never"}),
        ("/peer/send", browsing.hidden("/peer/review")),
        ("/peer/decline", browsing.hidden("/peer/decline") | {"reason": "no-time"}),
        ("/peer/leave", {"csrf": browsing.hidden("/peer/review")["csrf"]}),
    ):
        answer = browsing.client.post(path, data={**form, **changes}, headers=headers)
        assert (path, answer.status_code) == (path, 403)
    assert stage(world) is Stage.SAVED
    assert browsing.send().status_code == 303


def test_no_other_site_begins_a_session_or_changes_the_language(world: World) -> None:
    """Else a browser could be made to answer for somebody whose link the other site has."""
    world.invite(people()[0])
    client = world.client()
    for path, form in (("/peer/begin", {"token": world.token()}), ("/peer/language", {"language": "es"})):
        for site in ("cross-site", "same-site"):
            assert client.post(path, data=form, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert not client.cookies
    assert stage(world) is Stage.INVITED


def test_a_session_ends_by_itself_by_leaving_and_cannot_be_made_up(world: World) -> None:
    world.invite(people()[0])
    browsing = world.browser()
    mark = {"csrf": browsing.hidden("/peer/review")["csrf"]}
    secret = browsing.client.cookies.get(COOKIE)
    assert browsing.client.post("/peer/leave", data=mark).status_code == 200
    for made_up in (secret, "", "x", NOBODY, "ñ"):
        client = world.client()
        answer = client.get("/peer/review", headers={b"Cookie": f"{COOKIE}={made_up}".encode()})
        assert (made_up, answer.status_code) == (made_up, 403)
        assert "signed out" in answer.text
    other = world.browser()
    world.pass_days(0.6)
    assert other.client.get("/peer/review").status_code == 403


def test_the_cookie_is_only_this_host_s_and_no_script_s(world: World) -> None:
    world.invite(people()[0])
    answer = world.client().post("/peer/begin", data={"token": world.token(), "language": "en"})
    given = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE))
    assert COOKIE.startswith("__Host-")
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert part in given
    assert "Domain" not in given


HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}</textarea><img src=x onerror=alert(2)>"


def test_script_in_names_and_comments_is_shown_and_never_run(world: World) -> None:
    ben = replace(people()[0], name="<b>Ben</b>")
    panel_id = world.invite(ben, candidate_name="Ana <script>alert(3)</script>")
    browsing = world.browser()
    browsing.save_all(everything(interest="some", interest_told=HOSTILE, remarks=HOSTILE))
    for path in ("/peer/part/whole", "/peer/part/you", "/peer/review", "/peer/decline"):
        page = browsing.look(path)
        assert not re.search(r"<script|<img|</textarea><", page)
    assert "&lt;script&gt;" in browsing.look("/peer/part/whole")
    assert "{{7*7}}" in browsing.look("/peer/part/whole")
    html = html_of(world.postbox.messages()[0])
    assert "<script" not in html
    browsing.send()
    assert world.hub.peers.desk.said(panel_id, who="ada", why="x")[1]["remarks"] == HOSTILE


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"remarks=" + b"a" * 70_000, 413),
        (b"remarks=" + b"a" * 3_000, 422),
        (b"&".join(b"a%d=b" % number for number in range(100)), 400),
        (b"stage=answered", 400),
        (b"remarks=one&remarks=two", 400),
        (b"\xff\xfe", 400),
        (b"remarks=%ff", 400),
    ],
)
def test_what_the_page_has_no_field_for_is_refused(content: bytes, status: int, world: World) -> None:
    world.invite(people()[0])
    browsing = world.browser()
    form = "&".join(f"{name}={value}" for name, value in browsing.hidden("/peer/part/whole").items()).encode()
    answer = browsing.client.post("/peer/part/whole", content=form + b"&" + content, headers=FORM)
    assert answer.status_code == status
    assert "text/html" in answer.headers["content-type"]
    assert stage(world) is Stage.OPENED


def test_what_two_windows_say_of_one_part_is_shown_before_it_is_lost(world: World) -> None:
    world.invite(people()[0])
    one = world.browser()
    old = one.hidden("/peer/part/whole")  # a second window, opened now
    one.save(section("whole"), everything(5, remarks="first"))
    answer = one.client.post("/peer/part/whole", data={**old, "whole-trust": "2", "remarks": "second"})
    assert answer.status_code == 409
    assert "changed in another window" in answer.text
    assert "second" in answer.text
    assert "first" in one.look("/peer/part/whole")  # nothing was overwritten
    kept = one.client.post("/peer/part/whole", data={**hidden(answer.text), "whole-trust": "2", "remarks": "second"})
    assert kept.status_code == 303
    assert "second" in one.look("/peer/part/whole")


def test_what_was_reviewed_is_what_is_sent(world: World) -> None:
    panel_id = world.invite(people()[0])
    one = world.browser()
    one.save_all(everything(5))
    reviewed = one.hidden("/peer/review")
    one.save(section("whole"), everything(1))
    answer = one.client.post("/peer/send", data=reviewed)
    assert (answer.status_code, "changed in another window" in answer.text) == (409, True)
    assert stage(world) is Stage.SAVED
    twice = [one.client.post("/peer/send", data=form) for form in [one.hidden("/peer/review")] * 2]
    assert [each.status_code for each in twice] == [303, 403]
    assert world.hub.peers.desk.combined(panel_id).answered == 1


def test_pressing_twice_saves_once_and_says_nothing(world: World) -> None:
    world.invite(people()[0])
    one = world.browser()
    form = {**one.hidden("/peer/part/whole"), "whole-trust": "4"}
    assert [one.client.post("/peer/part/whole", data=form).status_code for _ in range(2)] == [303, 303]


def test_what_was_saved_outlives_the_hub(world: World) -> None:
    world.invite(people()[0])
    world.browser().save(section("acquisition"), everything(2))
    hub = world.school.hub(is_registered=False)  # the first one is not even closed
    later = World(school=world.school, hub=hub, postbox=world.postbox).browser()
    assert 'value="2" checked' in later.look("/peer/part/acquisition")
    hub.close()


def test_declining_forgets_what_was_saved(world: World) -> None:
    world.invite(people()[0])
    browsing = world.browser()
    browsing.save(section("whole"), everything(1, remarks="Better not."))
    form = {**browsing.hidden("/peer/decline"), "reason": "conflict"}
    assert browsing.client.post("/peer/decline", data={**form, "reason": "rude"}).status_code == 400
    assert browsing.client.post("/peer/decline", data=form).headers["location"] == "/peer/thanks"
    assert stage(world) is Stage.DECLINED
    assert world.hub.peers._store.look(EVALUATOR)[0]["said"] is None
    again = world.client().post("/peer/begin", data={"token": world.token()})
    assert (again.status_code, "You declined" in again.text) == (409, True)


def test_who_never_scanned_with_them_says_so_and_no_rating_of_theirs_is_kept(world: World) -> None:
    world.invite(people()[0])
    browsing = world.browser()
    browsing.save_all(everything(1))
    answer = browsing.save(section("you"), YOU | {"relationship": "never"})
    assert answer.headers["location"] == "/peer/review"
    browsing.send()
    (panel,) = world.hub.peers.desk.panels()
    standing = panel.seats[0].standing
    assert (standing.stage, standing.reason) == (Stage.DECLINED, "never-scanned")
    assert panel.wanted == 3
    assert world.hub.peers.desk.combined(panel.panel_id).answered == 0


def off_token(world: World) -> str:
    return str(world.postbox.messages()[0]["List-Unsubscribe"]).partition("/off/")[2].strip(">")


def test_one_click_ends_the_mail_and_not_the_evaluation(world: World) -> None:
    world.invite(people()[0])
    off = off_token(world)
    assert world.client().get(f"/peer/off/{off}").status_code == 200
    assert world.hub.peers.desk.panels()[0].seats[0].standing.is_quiet is False  # looking does nothing
    by_the_other = world.client().post(f"/peer/off/{world.token()}", data={"List-Unsubscribe": "One-Click"})
    assert (by_the_other.status_code, world.hub.peers.desk.panels()[0].seats[0].standing.is_quiet) == (404, False)
    answer = world.client().post(f"/peer/off/{off}", data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "no further message" in answer.text) == (200, True)
    world.pass_days(60)
    assert world.hub.peers.run_due() == 0
    assert world.browser().send().status_code == 409  # they may still answer
    assert world.client().post("/peer/begin", data={"token": off}).status_code == 404
    assert world.client().post(f"/peer/off/{NOBODY}", data={"List-Unsubscribe": "One-Click"}).status_code == 404


def test_who_wants_no_mail_ever_is_named_by_nobody(world: World) -> None:
    world.invite(people()[0])
    world.client().post(f"/peer/off/{off_token(world)}", data={"ever": "yes"})
    shouted = replace(people()[0], email=BEN.replace("ben", "Ben"))
    with pytest.raises(UnwantedMailError):
        world.nominate(shouted, application_id="app_2")


def test_the_language_follows_the_reader(world: World) -> None:
    world.invite(people()[0])
    client = world.client()
    client.post("/peer/begin", data={"token": world.token(), "language": "es"})
    browsing = Browsing(client)
    assert '<html lang="es">' in browsing.look("/peer/part/whole")
    answer = browsing.save(section("whole"), everything(4), _language="en")
    assert answer.headers["location"] == "/peer/part/whole"
    page = browsing.look("/peer/part/whole")
    assert '<html lang="en">' in page
    assert 'value="4" checked' in page  # what was chosen before is saved by the way
    for back in ("https://evil.example", "//evil.example", "/staff"):
        moved = client.post("/peer/language", data={"language": "es", "back": back})
        assert moved.headers["location"] == "/peer/questions"


@pytest.mark.parametrize("path", ["/peer/part/nowhere", "/peer/part/%3Cscript%3E", "/peer/x", "/peer/off/x"])
def test_addresses_that_are_none_are_told_on_a_page(path: str, world: World) -> None:
    world.invite(people()[0])
    answer = world.browser().client.get(path)
    assert answer.status_code == 404
    assert "opens nothing" in answer.text
    assert "<script" not in answer.text


def test_nobody_who_was_replaced_can_answer(world: World) -> None:
    panel_id = world.invite(people()[0])
    browsing = world.browser()
    seat = world.hub.peers.desk.panel(panel_id).seats[0]
    form = {**browsing.hidden("/peer/decline"), "reason": "no-time"}
    browsing.client.post("/peer/decline", data=form)
    new = replace(people()[1], name="Eve Park", email="eve@clinic.example")
    world.hub.peers.desk.replace(seat.evaluator_id, new, who="ana", why="declined")
    answer: httpx2.Response = world.client().post("/peer/begin", data={"token": world.token()})
    assert (answer.status_code, "Someone else was asked" in answer.text) == (410, True)
