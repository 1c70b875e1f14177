"""Forms of the staff's pages: refused beside their fields, bound to what was seen, confirmed, kept over a session."""

import re
from typing import Any

import httpx2

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.pages.visit import SESSION_COOKIE
from pocus_desktop.hub.staff.accounts import MADE_MS
from pocus_desktop.hub.staff.sessions import IDLE_MS
from tests.hub.pages.browsing import URL, Browser, Forms
from tests.hub.programme.applicant import Applicant
from tests.hub.school import School
from tests.hub.staff.people import PASSWORD, employ

NEW = "/staff/vouchers/new"
CHIEF = ("registrar", "decision-maker", "appeals-officer")


def state_of(hub: Hub, application_id: str) -> str:
    return str(hub.academy.applications.judge(application_id).row["state"])


def changes(hub: Hub) -> str:
    return hub.academy.tables.check_trail().head


def test_a_refused_form_keeps_what_was_written_and_says_what_is_wrong_beside_its_field(hub: Hub) -> None:
    ana = Applicant(hub).register()
    path = f"/staff/applications/{ana.apply(how_many=3)}"
    chief = Browser.of(hub, "chief", *CHIEF, "administrator")
    refused = chief.send(path, path + "/decision", **{"choice-lung": "refuse", "reason-lung": " "})
    assert refused.status_code == 422
    assert 'id="e-reason-lung"' in refused.text
    assert re.search(r'<textarea id="f-decision-reason-lung"[^>]*aria-invalid="true" autofocus', refused.text)
    assert re.search(r'value="refuse" checked', refused.text)
    assert "<title>Not done:" in refused.text
    wrong: dict[str, Any] = {"recipient": "", "areas": ["lung"], "why": "invoice <12>", "enter_by": "2031-01-01"}
    shown = chief.send(NEW, NEW, **wrong).text
    assert 'id="e-recipient"' in shown
    assert "invoice &lt;12&gt;" in shown
    assert 'value="lung" checked' in shown
    assert 'value="2031-01-01"' in shown
    person: dict[str, Any] = {
        "login": "nina",
        "name": "Nina",
        "roles": ["auditor"],
        "password": "tooshort",
        "why": "new",
    }
    shown = chief.send("/staff/accounts", "/staff/accounts", **person).text
    assert 'id="e-password"' in shown
    assert 'value="nina"' in shown
    assert person["password"] not in shown, "a password is shown to nobody again"
    assert 'value="auditor" checked' in shown
    taken = chief.send("/staff/accounts", "/staff/accounts", **{**person, "login": "chief", "password": PASSWORD})
    assert 'id="e-login"' in taken.text


def test_a_decision_is_about_what_was_seen(hub: Hub) -> None:
    """Something newer came from the candidate, or somebody else was there: it is shown, and nothing is decided."""
    ana = Applicant(hub).register()
    application_id = ana.apply(how_many=19)
    path = f"/staff/applications/{application_id}"
    dora = Browser.of(hub, "dora", "decision-maker")
    fields = {"choice-lung": "refuse", "reason-lung": "one case is missing"}
    hidden = Forms(dora.look(path).text).found[path + "/decision"]
    ana.send(ana.evidence(how_many=1)[1])
    late = dora.web.post(path + "/decision", data={**hidden, **fields})
    assert late.status_code == 409
    assert "academy.newer_came" not in late.text
    assert "Something came, or was done" in late.text
    assert "one case is missing" in late.text, "what was written is kept"
    assert "20 of 20" in late.text, "what came is shown"
    assert state_of(hub, application_id) == "received"
    ana.send(ana.account(email="new@example.org"))
    sure = dora.web.post(path + "/decision", data={**hidden, **fields, "sure": "yes"})
    assert sure.status_code == 409, "a confirmation is about what was seen too"
    for forged in ({"seen": ""}, {"seen": "0" * 64}):
        assert dora.web.post(path + "/decision", data={**hidden, **fields, **forged}).status_code == 409
    assert dora.web.post(path + "/decision", data={"csrf": hidden["csrf"], **fields}).status_code == 409
    assert "Decided." in dora.send(path, path + "/decision", **{"choice-lung": "approve"}).text


def test_a_decision_on_an_appeal_is_about_what_was_seen(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply(how_many=1)
    dora, olga = Browser.of(hub, "dora", "decision-maker"), Browser.of(hub, "olga", "appeals-officer")
    path = f"/staff/applications/{application_id}"
    dora.send(path, path + "/decision", **{"choice-lung": "refuse", "reason-lung": "cases"})
    appeal = ana.appeal(application_id, words="first words")
    path = f"/staff/appeals/{appeal.appeal_id}"
    school.clock.advance(ms=1)
    ana.send(appeal.model_copy(update={"words": "other words, written later"}))
    assert "first words" in olga.look(path).text
    assert "other words" not in olga.look(path).text, "an appeal is what it was when it came"
    hidden = Forms(olga.look(path).text).found[path + "/decision"]
    wrong = olga.web.post(path + "/decision", data={**hidden, "seen": "0" * 64, "choice": "grant", "reason": "x"})
    assert wrong.status_code == 409
    assert olga.web.post(path + "/decision", data={**hidden, "choice": "", "reason": "x"}).status_code == 400
    asked = olga.web.post(path + "/decision", data={**hidden, "choice": "grant", "reason": "the log was cut"})
    assert "The application waits again and is decided anew." in asked.text
    assert "granted" in olga.confirm(asked, path + "/decision").text


def test_what_cannot_be_undone_is_told_before_it_is_done(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply()
    path = f"/staff/applications/{application_id}"
    dora = Browser.of(hub, "dora", "decision-maker")
    before = changes(hub)
    fields = {"choice-lung": "approve", "reason-lung": "well <b>done</b>"}
    asked = dora.send(path, path + "/decision", sure="", **fields)
    assert "Approved: Lung" in asked.text
    assert "well &lt;b&gt;done&lt;/b&gt;" in asked.text
    assert "may appeal in the time that the rule gives" in asked.text
    back = dora.confirm(asked, path + "/decision", "no")
    assert "well &lt;b&gt;done&lt;/b&gt;" in back.text, "what was written is kept"
    assert re.search(r'value="approve"[^>]* checked', back.text)
    assert changes(hub) == before
    assert "Decided." in dora.confirm(asked, path + "/decision").text
    again = dora.confirm(asked, path + "/decision")
    assert again.status_code == 409, "sent twice it is decided once"


def test_the_same_form_sent_twice_does_it_once(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply()
    rex = Browser.of(hub, "rex", "registrar")
    hidden = Forms(rex.look(NEW).text).found[NEW]
    order = {**hidden, "recipient": "Ana", "areas": ["lung"], "why": "invoice"}
    first, second = (rex.web.post(NEW, data=order) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 409)
    assert "was sent before" in second.text
    assert rex.look("/staff/vouchers").text.count("/staff/vouchers/vch_") == 1
    code = re.search(r'<td class="code"[^>]*>([0-9A-Z-]{19})</td>', first.text)
    assert code is not None
    path = f"/staff/vouchers/{ana.enter(code[1], application_id).voucher_id}"
    extend = {**Forms(rex.look(path).text).found[path + "/extension"], "days": "14", "why": "ill"}
    assert [rex.web.post(path + "/extension", data=extend).status_code for _ in range(2)] == [200, 409]
    assert "14 days granted on top" in rex.look(path).text
    assert rex.web.post(NEW, data={**order, "batch": "bat_of-my-own"}).status_code == 400


def test_a_form_that_comes_after_its_session_ended_is_kept_for_its_writer(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    path = f"/staff/applications/{ana.apply(how_many=3)}"
    dora = Browser.of(hub, "dora", "decision-maker")
    hidden = Forms(dora.look(path).text).found[path + "/question"]
    written = {**hidden, "words": "Please log <seventeen> cases more."}
    school.clock.advance(ms=IDLE_MS + 1)
    before = changes(hub)
    kept = dora.web.post(path + "/question", data=written)
    assert kept.status_code == 401
    assert "Please log &lt;seventeen&gt; cases more." in kept.text
    again = Forms(kept.text).found[path + "/question"]
    assert dora.web.post(path + "/question", data=again).status_code == 401, "not before the sign-in"
    assert changes(hub) == before
    token_of_before = dora.web.cookies.get(SESSION_COOKIE)
    dora.sign_in()
    assert dora.web.cookies.get(SESSION_COOKIE) != token_of_before
    asked = dora.web.post(path + "/question", data=again)
    assert "Asked. The candidate is told." in asked.text
    assert hub.academy.portfolios.papers(ana.account_id).questions[0].words == "Please log <seventeen> cases more."


def test_a_kept_form_is_nobody_elses_and_holds_no_secret(hub: Hub, school: School) -> None:
    root, eve = Browser.of(hub, "root", "administrator"), Browser.of(hub, "eve", "decision-maker", "administrator")
    form = "/staff/accounts/eve/password"
    written = {
        **Forms(root.look("/staff/accounts/eve").text).found[form],
        "password": "a good long password",
        "why": "w",
    }
    school.clock.advance(ms=IDLE_MS + 1)
    kept = root.web.post(form, data=written)
    assert kept.status_code == 401
    assert "a good long password" not in kept.text
    assert 'name="password"' in kept.text, "it is asked for again"
    again = {**Forms(kept.text).found[form], "password": "a good long password"}
    eve.sign_in()
    assert eve.web.post(form, data=again).status_code == 403, "in another browser it is no form of ours"
    root.person = eve.person  # the next one at the same browser
    root.sign_in()
    assert root.web.post(form, data=again).status_code == 403, "the same browser, another person"
    forged = Browser(hub).web.post(form, data={**again, "why": "forged words"})
    assert forged.status_code == 401
    assert "forged words" not in forged.text, "what did not come from a page of this browser is not shown"


def test_a_table_of_recipients_is_asked_for_again_after_the_session_ended(hub: Hub, school: School) -> None:
    rex = Browser.of(hub, "rex", "registrar")
    hidden = Forms(rex.look(NEW).text).found[NEW]
    files = {"table": ("t.csv", b"recipient\nMedicine\n")}
    school.clock.advance(ms=IDLE_MS + 1)
    kept = rex.web.post(NEW, data={**hidden, "areas": ["lung", "cardiac"], "why": "course"}, files=files)
    assert kept.status_code == 401
    assert 'type="file"' in kept.text
    assert kept.text.count('name="areas"') == 2
    rex.sign_in()
    fields = {**Forms(kept.text).found[NEW], "areas": ["lung", "cardiac"]}
    assert "Medicine" in rex.web.post(NEW, data=fields, files=files).text


def test_after_the_sign_in_one_is_where_one_was_whatever_went_wrong_on_the_way(hub: Hub) -> None:
    at = "/staff/trail?who=ada&page=2"
    known = Browser(hub, employ(hub, "ada", "auditor")).sign_in()
    assert known.person is not None
    ada = Browser(hub, known.person)
    shown = ada.look(at)
    for password, status in (("wrong", 403), (PASSWORD, 200)):
        hidden = Forms(shown.text).found["/staff/sign-in"]
        shown = ada.web.post("/staff/sign-in", data={**hidden, "login": "ada", "password": password})
        assert shown.status_code == status
        shown = in_spanish(ada, shown)
    for code in ("000000", known.person.code()):
        hidden = Forms(shown.text).found["/staff/second-factor"]
        shown = ada.web.post("/staff/second-factor", data={**hidden, "code": code})
        shown = in_spanish(ada, shown)
    assert str(shown.url) == URL + at


def test_where_a_form_is_shown_again_no_other_language_leads_away_from_it(hub: Hub) -> None:
    ada = Browser.of(hub, "ada", "auditor")
    again = ada.send("/staff/me", "/staff/me/password", now="wrong", password="another good password")
    assert again.status_code == 422
    assert "/staff/language" not in Forms(again.text).found, "nobody can look at what answers a form"


def in_spanish(browser: Browser, shown: httpx2.Response) -> httpx2.Response:
    """The same page in the other language."""
    answer = browser.web.post("/staff/language", data={**Forms(shown.text).found["/staff/language"], "language": "es"})
    assert answer.status_code == 200
    assert 'lang="es"' in answer.text
    return answer


def test_one_changes_ones_own_password_and_second_factor(hub: Hub) -> None:
    ada = Browser(hub, employ(hub, "ada", "auditor")).sign_in()
    for now, new, status in (("wrong", "another good password", 422), (PASSWORD, "short", 422)):
        assert ada.send("/staff/me", "/staff/me/password", now=now, password=new).status_code == status
    ada.send("/staff/me", "/staff/me/password", now=PASSWORD, password="another good password")
    assert ada.look("/staff").url.path == "/staff/sign-in"
    assert ada.send("/staff/sign-in", "/staff/sign-in", login="ada", password=PASSWORD).status_code == 403
    ada.send("/staff/sign-in", "/staff/sign-in", login="ada", password="another good password")
    ada.set_up_factor()
    assert ada.send("/staff/me", "/staff/me/factor", code="000000").status_code == 403
    assert ada.person is not None
    ada.send("/staff/me", "/staff/me/factor", code=ada.person.code())
    ada.send("/staff/sign-in", "/staff/sign-in", login="ada", password="another good password")
    assert 'role="img"' in ada.look("/staff/second-factor").text, "it is set up anew"
    ada.set_up_factor()
    told = [step.action for step in hub.staff.accounts.history("ada")]
    assert {"own password changed", "own second factor given up", "second factor set up"} <= set(told)


def test_a_lost_second_factor_is_taken_away_by_two(hub: Hub, school: School) -> None:
    employ(hub, "dora", "decision-maker").sign_in()
    one, two = (Browser(hub, employ(hub, name)) for name in ("one", "two"))
    school.clock.advance(ms=MADE_MS)
    one.sign_in()
    two.sign_in()
    path = "/staff/accounts/dora"
    assert "/release" not in one.look(path).text
    assert "Another administrator has to confirm it." in one.send(path, path + "/factor", why="phone lost").text
    assert "/release" not in one.look(path).text
    token = {"csrf": one.token(path), "why": "by myself"}
    assert one.web.post(path + "/release", data=token).status_code == 403
    assert hub.staff.accounts.find("dora").has_factor
    assert "phone lost" in two.look(path).text
    assert "The second factor is taken away." in two.send(path, path + "/release", why="talked to her").text
    assert not hub.staff.accounts.find("dora").has_factor
    assert two.web.post(path + "/release", data={"csrf": two.token(path), "why": "again"}).status_code == 409
