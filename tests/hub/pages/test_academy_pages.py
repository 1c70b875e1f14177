"""An application is decided in the browser and its voucher issued; every page tells what it must, to whom it may."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import event
from sqlalchemy.engine import Engine

from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.recipients import Recipient
from pocus_desktop.hub.registry import store as registry_store
from pocus_desktop.kernel.ids import new_id
from pocus_desktop.programme.days import day_told, first_day_within, local_day
from tests.hub.pages.browsing import Browser
from tests.hub.programme.applicant import LUNG, ZONE, Applicant
from tests.hub.school import School
from tests.programme import samples


def code_in(text: str) -> str:
    found = re.search(r'<td class="code"[^>]*>([0-9A-Z-]{19})</td>', text)
    assert found is not None
    return found[1]


def test_an_application_is_decided_and_its_voucher_issued_in_the_browser(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply()
    dora, rex = Browser.of(hub, "dora", "decision-maker"), Browser.of(hub, "rex", "registrar")
    queue = dora.look("/staff").text
    assert "Ana Ruiz" in queue
    assert f"/staff/applications/{application_id}" in queue
    path = f"/staff/applications/{application_id}"
    shown = dora.look(path).text
    assert "20 of 20" in shown
    decided = dora.send(path, path + "/decision", **{"choice-lung": "approve", "reason-lung": ""})
    assert "Decided. The candidate is told." in decided.text
    issued = rex.send(
        "/staff/vouchers/new",
        "/staff/vouchers/new",
        recipient="Ana",
        candidate=ana.number,
        areas=["lung"],
        why="invoice 12",
    )
    code = code_in(issued.text)
    ana.enter(code, application_id)
    assert code not in rex.look("/staff/vouchers").text
    admitted = rex.send(path, path + "/admission", bundle="lung-a", version="1")
    assert "shown this once" in admitted.text
    trail = dora.look("/staff/trail", check="1").text
    assert "entries hold" in trail
    assert "dora" in trail


def test_what_waits_is_told_with_its_age_and_its_last_day(hub: Hub, school: School) -> None:
    ana, eve = Applicant(hub).register(), Applicant(hub, name="Eve").register()
    application_id = ana.apply()
    code = hub.academy.vouchers.issue([Recipient(name="Ana")], [LUNG], who="rex", why="invoice 12")[0].code
    ana.enter(code, application_id)
    last = hub.academy.vouchers.of_application(application_id)[0].life.window
    assert last is not None
    school.clock.advance(ms=170 * 86_400_000)
    eve.apply()
    queue = Browser.of(hub, "dora", "decision-maker").look("/staff").text
    first, second = re.findall(r"<tr>.*?</tr>", queue.split("<tbody>")[1], re.DOTALL)
    assert "170 days" in first
    assert str(last.last) in first
    assert '<span class="mark wait">soon</span>' in first
    assert "since today" in second
    assert "no rule sets a day" in second
    school.clock.advance(ms=20 * 86_400_000)
    queue = Browser.of(hub, "dana", "decision-maker").look("/staff").text
    assert '<span class="mark bad">over</span>' in queue


def test_nothing_waits_where_nothing_does(hub: Hub) -> None:
    assert "Nothing waits for anybody." in Browser.of(hub, "dora", "decision-maker").look("/staff").text


def test_the_trail_is_told_and_found_in_the_readers_language(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply(how_many=2)
    dora = Browser.of(hub, "dora", "decision-maker")
    hub.academy.applications.ask(application_id, "More cases, please.", who="dora", by="Dora")
    dora.web.cookies.set("pocus-language", "es")
    shown = dora.look(f"/staff/applications/{application_id}").text
    assert "se pidió más" in shown
    assert ">asked<" not in shown
    found = dora.look("/staff/trail", q="cuenta creada").text
    assert "cuenta creada" in found
    assert "número de identificación asignado" not in found


def test_every_page_opens_in_both_languages(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply(how_many=3)
    chief = Browser.of(hub, "chief", "registrar", "decision-maker", "appeals-officer", "administrator")
    voucher_id = _voucher(chief, ana, application_id)
    path = f"/staff/applications/{application_id}"
    chief.send(path, path + "/question", words="More cases, please.")
    chief.send(path, path + "/decision", **{"choice-lung": "refuse", "reason-lung": "17 cases are missing"})
    appeal = ana.appeal(application_id)
    ana.appeal("sit_x", ground="technology")
    odd = ana.appeal(application_id, ground="dislike")
    pages = [
        "/staff",
        "/staff/people",
        f"/staff/people/{ana.account_id}",
        "/staff/applications",
        path,
        "/staff/vouchers",
        "/staff/vouchers/new",
        f"/staff/vouchers/{voucher_id}",
        "/staff/certificates",
        "/staff/certificates/new",
        "/staff/appeals",
        f"/staff/appeals/{appeal.appeal_id}",
        f"/staff/appeals/{odd.appeal_id}",
        "/staff/samples",
        "/staff/trail",
        "/staff/accounts",
        "/staff/accounts/chief",
        "/staff/me",
    ]
    for language in ("en", "es"):
        chief.web.post("/staff/language", data={"language": language, "next": "/staff"})
        for page in pages:
            answer = chief.look(page)
            assert answer.status_code == 200, (page, answer.text)
            assert f'<html lang="{language}">' in answer.text
            assert "{" not in re.sub(r"<style.*?</style>", "", answer.text), page


def _voucher(chief: Browser, ana: Applicant, application_id: str) -> str:
    issued = chief.send(
        "/staff/vouchers/new", "/staff/vouchers/new", recipient="Ana", areas=["lung", "cardiac"], why="invoice"
    )
    entry = ana.enter(code_in(issued.text), application_id)
    return entry.voucher_id


def test_vouchers_are_issued_from_a_table_extended_and_refunded(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply()
    rex = Browser.of(hub, "rex", "registrar")
    table = b"recipient,areas\nMedicine,lung\nSurgery,cardiac lung\n"
    issued = rex.send(
        "/staff/vouchers/new", "/staff/vouchers/new", why="course", files={"table": ("people.csv", table)}
    )
    assert issued.text.count('<td class="code"') == 2
    voucher_id = ana.enter(code_in(issued.text), application_id).voucher_id
    path = f"/staff/vouchers/{voucher_id}"
    assert "Extended." in rex.send(path, path + "/extension", days="14", why="ill").text
    assert "14 days granted on top" in rex.look(path).text
    assert "at most 166 days more" in rex.send(path, path + "/extension", days="167", why="ill").text
    assert "Refunded." in rex.send(path, path + "/refund", why="course is off").text
    bad = rex.send("/staff/vouchers/new", "/staff/vouchers/new", why="x", files={"table": ("p.csv", b"recipient\n=1")})
    assert bad.status_code == 422
    assert "line 2" in bad.text


def test_lists_are_searched_and_paged(hub: Hub) -> None:
    ana = Applicant(hub).register()
    for number in range(30):
        Applicant(hub, name=f"Candidate {number:02}").register()
    rex = Browser.of(hub, "rex", "registrar")
    first = rex.look("/staff/people").text
    assert first.count("/staff/people/acc_") == 25
    assert "Page 1 of 2, 31 in all" in first
    assert rex.look("/staff/people", page="2").text.count("/staff/people/acc_") == 6
    found = rex.look("/staff/people", q="ANA r").text
    assert found.count("/staff/people/acc_") == 1
    assert ana.account_id in found
    for hostile in ("%", "_", "' OR 1=1 --", "\\", "{{7*7}}", "<script>"):
        shown = rex.look("/staff/people", q=hostile).text
        assert "<script>" not in shown
        assert shown.count("/staff/people/acc_") == 0, hostile
        assert "Nothing matches what you look for." in shown
    for page in ("0", "-1", "9" * 30, "x"):
        assert rex.look("/staff/people", page=page).status_code == 200


def test_samples_and_appeals_in_the_browser(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply()
    dora, olga = Browser.of(hub, "dora", "decision-maker"), Browser.of(hub, "olga", "appeals-officer")
    path = f"/staff/applications/{application_id}"
    dora.send(path, path + "/decision", **{"choice-lung": "approve"})
    day = ana.today.isoformat()
    drawn = dora.send("/staff/samples", "/staff/samples", percent="10", since=day, until=day, seed="1 2 3", why="q")
    assert "1 of 1 drawn" in drawn.text
    assert "gives the same" in drawn.text
    assert "Ana Ruiz</a>: Lung" in drawn.text
    other = ana.apply(how_many=1)
    path = f"/staff/applications/{other}"
    dora.send(path, path + "/decision", **{"choice-lung": "refuse", "reason-lung": "cases"})
    appeal = ana.appeal(other)
    path = f"/staff/appeals/{appeal.appeal_id}"
    decided = olga.send(path, path + "/decision", choice="grant", reason="the log was cut")
    assert "granted" in decided.text
    assert "waits" in dora.look(f"/staff/applications/{other}").text


def test_a_sample_is_shown_however_many_it_has(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    dora = Browser.of(hub, "dora", "decision-maker")
    for name in ("Ana Ruiz", "Eve Ruiz", "Ada Ruiz"):
        path = f"/staff/applications/{Applicant(hub, name=name).register().apply()}"
        dora.send(path, path + "/decision", **{"choice-lung": "approve"})
    day = local_day(hub.clock.read().wall_ms, "UTC").isoformat()
    dora.send("/staff/samples", "/staff/samples", percent="100", since=day, until=day, seed="1", why="q")
    monkeypatch.setattr(registry_store, "_AT_ONCE", 2)
    asked: list[int] = []

    def count(_connection: object, _cursor: object, statement: str, values: Any, *_more: object) -> None:
        asked.extend([len(values)] if " IN (" in statement else [])

    event.listen(Engine, "before_cursor_execute", count)
    try:
        shown = dora.look("/staff/samples").text
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert "3 of 3 drawn" in shown
    assert all(f"{name} Ruiz</a>: Lung" in shown for name in ("Ana", "Eve", "Ada"))
    assert max(asked) == 2


def test_the_sitting_of_an_appeal_is_looked_at_by_who_hears_appeals_and_that_is_in_the_trail(
    hub: Hub, school: School
) -> None:
    ana = Applicant(hub).register()
    sat = school.sit(mode=Mode.LIVE, candidate=Candidate(id=ana.number or "", display_name="Ana"), vein="yes")
    hub.take(sat.final)
    appeal = ana.appeal(sat.sitting, ground="technology", words="The probe failed twice.")
    olga, nina = Browser.of(hub, "olga", "appeals-officer"), Browser.of(hub, "nina", "auditor")
    path = f"/staff/appeals/{appeal.appeal_id}"
    assert olga.look(path + "/sitting").status_code == 404, "it is not attached yet"
    assert "The sitting is attached." in olga.send(path, path + "/attachment").text
    for part, site in (("", "cross-site"), ("/data", "cross-site"), ("/paper/en", "same-site")):
        led = olga.web.get(path + "/sitting" + part, headers={"Sec-Fetch-Site": site})
        assert led.status_code == 403
        assert "page.led_here" in led.text, "a link elsewhere makes nobody look"
    shown = olga.look(path + "/sitting").text
    for told in ("Is the vein compressible?", "1. Is the vein", "Exam time consumed", "<rect", "Interruptions"):
        assert told in shown
    assert "Told now, this sitting is not told" not in shown
    olga.web.cookies.set("pocus-language", "es")
    assert "A escala" in olga.look(path + "/sitting").text
    paper = olga.look(path + "/sitting/paper/es")
    assert paper.content.startswith(b"%PDF-")
    assert paper.headers["Content-Disposition"] == 'attachment; filename="sitting-es.pdf"'
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(paper.content)).pages)
    assert sat.sitting in text
    assert "Is the vein compressible?" in text
    assert olga.look(path + "/sitting/paper/fr").status_code == 404
    assert olga.look(path + "/sitting/data").json()["result"]["sitting"] == sat.sitting
    for part in ("", "/data", "/paper/en"):
        assert nina.look(path + "/sitting" + part).status_code == 403, "who only reads sees no answers"
    assert "Whoever decides appeals looks at it." in nina.look(path).text
    looked = [step for step in hub.academy.tables.trail(about=appeal.appeal_id) if step.action == "sitting viewed"]
    assert [(step.who, step.now) for step in reversed(looked)] == [("olga", "page"), ("olga", "pdf"), ("olga", "json")]


def test_the_cases_of_the_audits_sample_are_listed_one_by_one_and_counted_as_the_rule_says(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application = ana.application()
    young, old = ana.today - timedelta(days=2), ana.today - timedelta(days=800)
    more = [
        samples.case(old, "lung", case_entry_id=new_id("log"), findings="B lines"),
        samples.case(young, "lung", case_entry_id=new_id("log"), did_interpret=False),
        samples.case(young, "cardiac", case_entry_id=new_id("log"), findings="not of this area"),
    ]
    ana.send(*ana.evidence(how_many=30), *more, application)
    path = f"/staff/applications/{application.application_id}"
    nina = Browser.of(hub, "nina", "auditor")
    first = first_day_within(2, hub.academy.applications.judge(application.application_id).on)
    assert f"Cases count that were done from {day_told(first, 'en')} to" in nina.look(path).text
    assert nina.look(path + "/cases/lung").status_code == 404, "it is not in the sample"
    yes = [AreaChoice(area=LUNG, is_approved=True, reason="as read")]
    hub.academy.applications.decide(application.application_id, yes, who="dora", by="Dora")
    span = {"since_ms": 0, "until_ms": ana.now_ms + 1, "who": "dora", "why": "quarter"}
    hub.academy.sampling.make(percent=100, seed="4 8 15", **span)  # type: ignore[arg-type]
    assert path + "/cases/lung" in nina.look(path).text
    page = nina.look(path + "/cases/lung").text
    assert page.count('<th scope="row"') == 25
    assert "Page 1 of 2, 32 in all" in page
    assert "not both performed and interpreted" in page
    last = nina.look(path + "/cases/lung", page="2").text
    assert re.search(rf"{old}.*B lines.*older than the rule allows", last, re.DOTALL)
    assert "not of this area" not in page + last
    assert nina.look(path + "/cases/cardiac").status_code == 404
    assert nina.look(path + "/cases/heart").status_code == 404


def test_an_appeal_that_came_too_late_is_shown_with_its_days(hub: Hub, school: School) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply(how_many=2)
    no = [AreaChoice(area=LUNG, is_approved=False, reason="18 cases are missing")]
    decided_on = local_day(ana.now_ms, ZONE)
    hub.academy.applications.decide(application_id, no, who="dora", by="Dora")
    school.clock.advance(ms=32 * 86_400_000)
    appeal = ana.appeal(application_id)
    shown = Browser.of(hub, "olga", "appeals-officer").look(f"/staff/appeals/{appeal.appeal_id}").text
    for told in (str(decided_on), str(decided_on + timedelta(days=30)), "It was not taken:"):
        assert told in shown
    assert "Decide the appeal" not in shown


def test_an_account_that_claims_a_number_is_confirmed(hub: Hub) -> None:
    hub.registry.candidates.add(candidate_id="C-17", name="Ana Ruiz", who="rex")
    ana = Applicant(hub, claims="C-17").register()
    rex = Browser.of(hub, "rex", "registrar")
    assert ana.account_id in rex.look("/staff").text
    path = f"/staff/people/{ana.account_id}"
    assert "The ID number is confirmed." in rex.send(path, path + "/number", number="C-17", why="document").text
    misheard = rex.send(path, path + "/key", key_id="ed25519-abc", why="lost")
    assert misheard.status_code == 422
    assert 'aria-invalid="true"' in misheard.text
    key_id = f"ED25519-{'0a' * 16}"
    assert "The key is awaited." in rex.send(path, path + "/key", key_id=key_id, why="lost").text


def test_a_second_factor_that_waits_for_a_second_person_shows_in_the_list_which_is_paged(hub: Hub) -> None:
    root = Browser.of(hub, "root", "administrator")
    for number in range(26):
        vouched = ("https://id", str(number))
        hub.staff.accounts.add(
            login=f"zoe{number:02}", name="Zoe", roles=["auditor"], password=None, provider=vouched, who="root"
        )
    hub.staff.accounts.ask_release("zoe25", who="nina", why="phone lost")
    first, last = root.look("/staff/accounts").text, root.look("/staff/accounts", page="2").text
    assert "Page 1 of 2, 27 in all" in first
    assert "to confirm" not in first
    assert "to confirm" in last
    assert "zoe25" in last


def test_staff_are_added_changed_and_ended_by_an_administrator(hub: Hub) -> None:
    root = Browser.of(hub, "root", "administrator")
    added = root.send(
        "/staff/accounts",
        "/staff/accounts",
        login="nina",
        name="Nina",
        roles=["auditor"],
        password="a good long password",
        why="new",
    )
    assert "Added." in added.text
    path = "/staff/accounts/nina"
    assert "The roles are changed." in root.send(path, path + "/roles", roles=["registrar"], why="moved").text
    assert "The password is changed." in root.send(path, path + "/password", password="another good one", why="x").text
    assert "Signed out everywhere." in root.send(path, path + "/sessions", why="left it open").text
    assert "The account has ended." in root.send(path, path + "/end", why="left").text
    back: dict[str, Any] = {"roles": ["auditor"], "password": "a third one, long enough", "why": "returns"}
    assert root.send(path, path + "/return", **{**back, "roles": []}).status_code == 422
    assert "The account is back." in root.send(path, path + "/return", **back).text
    root.send(path, path + "/end", why="left again")
    assert root.send("/staff/accounts/root", "/staff/accounts/root/end", why="x").status_code == 422
    root.send("/staff/me", "/staff/me/sessions")
    assert "/staff/sign-in" in str(root.look("/staff").url)


@pytest.mark.parametrize("path", ["/staff/people/acc_x", "/staff/applications/app_x", "/staff/vouchers/v"])
def test_what_is_not_there_is_told_on_a_page(hub: Hub, path: str) -> None:
    answer = Browser.of(hub, "rex", "registrar").look(path)
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(("path", "status"), [("/", 404), ("/staff/nothing", 404), ("/peer/send", 405), ("/v1/x", 404)])
def test_an_address_that_has_no_page_is_told_on_one_to_a_browser_and_as_a_document_to_a_program(
    hub: Hub, path: str, status: int
) -> None:
    web = Browser(hub).web
    page = web.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "es"})
    assert page.status_code == status
    assert page.headers["Content-Type"].startswith("text/html")
    assert '<html lang="es">' in page.text
    document = web.get(path)
    assert (document.status_code, document.headers["Content-Type"]) == (status, "application/problem+json")
    assert page.headers.get("Allow") == document.headers.get("Allow")
