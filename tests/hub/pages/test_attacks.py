"""What somebody may try on the academy's pages, and how each try ends."""

import re
from itertools import pairwise
from typing import cast

import httpx2
import pytest
from starlette.routing import Route

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.signing_in import local_path
from pocus_desktop.hub.pages.visit import BEGIN_COOKIE, SESSION_COOKIE
from pocus_desktop.hub.staff.roles import TABLE, Act, Role
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.hub.web.application import Application
from tests.hub.pages.browsing import URL, Browser, Forms
from tests.hub.programme.applicant import Applicant
from tests.hub.school import School
from tests.hub.staff.people import PASSWORD, employ

NEEDED: dict[tuple[str, str], Act | None] = {
    ("GET", "/staff"): None,
    ("GET", "/staff/people"): Act.READ,
    ("GET", "/staff/people/{account_id}"): Act.READ,
    ("POST", "/staff/people/{account_id}/number"): Act.REGISTER,
    ("POST", "/staff/people/{account_id}/key"): Act.REGISTER,
    ("POST", "/staff/people/{account_id}/files/{sha256}"): Act.FILES,
    ("POST", "/staff/people/{account_id}/letting-go"): Act.REGISTER,
    ("GET", "/staff/applications"): Act.READ,
    ("GET", "/staff/applications/{application_id}"): Act.READ,
    ("GET", "/staff/applications/{application_id}/cases/{area}"): Act.READ,
    ("POST", "/staff/applications/{application_id}/decision"): Act.DECIDE,
    ("POST", "/staff/applications/{application_id}/question"): Act.DECIDE,
    ("POST", "/staff/applications/{application_id}/admission"): Act.ADMIT,
    ("GET", "/staff/vouchers"): Act.READ,
    ("GET", "/staff/vouchers/new"): Act.VOUCHERS,
    ("POST", "/staff/vouchers/new"): Act.VOUCHERS,
    ("GET", "/staff/vouchers/{voucher_id}"): Act.READ,
    ("POST", "/staff/vouchers/{voucher_id}/extension"): Act.VOUCHERS,
    ("POST", "/staff/vouchers/{voucher_id}/refund"): Act.VOUCHERS,
    ("POST", "/staff/vouchers/{voucher_id}/settled"): Act.VOUCHERS,
    ("GET", "/staff/appeals"): Act.READ,
    ("GET", "/staff/appeals/{appeal_id}"): Act.READ,
    ("GET", "/staff/appeals/{appeal_id}/sitting"): Act.APPEALS,
    ("GET", "/staff/appeals/{appeal_id}/sitting/data"): Act.APPEALS,
    ("GET", "/staff/appeals/{appeal_id}/sitting/paper/{language}"): Act.APPEALS,
    ("POST", "/staff/appeals/{appeal_id}/attachment"): Act.APPEALS,
    ("POST", "/staff/appeals/{appeal_id}/decision"): Act.APPEALS,
    ("GET", "/staff/evaluators"): Act.READ,
    ("GET", "/staff/evaluators/{panel_id}"): Act.READ,
    ("POST", "/staff/evaluators/{panel_id}/reminder/{evaluator_id}"): Act.REGISTER,
    ("POST", "/staff/evaluators/{panel_id}/again/{mail_id}"): Act.REGISTER,
    ("POST", "/staff/evaluators/{panel_id}/answers"): Act.ANSWERS,
    ("POST", "/staff/evaluators/{panel_id}/decision"): Act.ANSWERS,
    ("GET", "/staff/samples"): Act.READ,
    ("POST", "/staff/samples"): Act.SAMPLE,
    ("GET", "/staff/certificates"): Act.READ,
    ("GET", "/staff/certificates/new"): Act.DECIDE,
    ("POST", "/staff/certificates/new"): Act.DECIDE,
    ("GET", "/staff/certificates/{certificate_id}"): Act.READ,
    ("GET", "/staff/certificates/{certificate_id}/paper/{language}"): Act.READ,
    ("POST", "/staff/certificates/{certificate_id}/renewal"): Act.DECIDE,
    ("POST", "/staff/certificates/{certificate_id}/{step}"): Act.DECIDE,
    ("GET", "/staff/trail"): Act.READ,
    ("GET", "/staff/accounts"): Act.STAFF,
    ("POST", "/staff/accounts"): Act.STAFF,
    ("GET", "/staff/accounts/{login}"): Act.STAFF,
    ("POST", "/staff/accounts/{login}/roles"): Act.STAFF,
    ("POST", "/staff/accounts/{login}/password"): Act.STAFF,
    ("POST", "/staff/accounts/{login}/factor"): Act.STAFF,
    ("POST", "/staff/accounts/{login}/release"): Act.STAFF,
    ("POST", "/staff/accounts/{login}/sessions"): Act.STAFF,
    ("POST", "/staff/accounts/{login}/end"): Act.STAFF,
    ("POST", "/staff/accounts/{login}/return"): Act.STAFF,
    ("GET", "/staff/me"): None,
    ("POST", "/staff/me/sessions"): None,
    ("POST", "/staff/me/password"): None,
    ("POST", "/staff/me/factor"): None,
    ("POST", "/staff/sign-out"): None,
}
"""What each address needs; None is being signed in."""

OPEN = {"/staff/sign-in", "/staff/second-factor", "/staff/language", "/staff/provider", "/staff/provider/callback"}
LEAVING = {"/staff/me/sessions", "/staff/me/factor", "/staff/sign-out"}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}${7*7}'\"--"


def doors(hub: Hub) -> list[Page]:
    found = cast(Application, create_app(hub).app).doors
    return [one for one in found if isinstance(one, Page) and one.path.startswith("/staff")]


def path_of(path: str) -> str:
    return re.sub(r"\{\w+\}", "x", path)


def changes(hub: Hub) -> str:
    return hub.academy.tables.check_trail().head


def test_every_address_is_in_the_table(hub: Hub) -> None:
    found = {(method, one.path) for one in doors(hub) for method in (cast(Route, one).methods or set()) - {"HEAD"}}
    assert {one for one in found if one[1] not in OPEN} == set(NEEDED)


def test_without_a_whole_session_nothing_is_shown_and_nothing_done(hub: Hub, school: School) -> None:
    employ(hub, "ada").sign_in()
    strangers = Browser(hub).web
    half = Browser(hub).web
    half.cookies.set(SESSION_COOKIE, hub.staff.sessions.begin("ada", PASSWORD).token, domain="hub.example.org")
    ended = Browser(hub).web
    ended.cookies.set(SESSION_COOKIE, "x" * 43, domain="hub.example.org")
    before = changes(hub)
    for web in (strangers, half, ended):
        for method, path in NEEDED:
            answer = web.request(method, path_of(path), follow_redirects=False)
            if method == "GET":
                assert answer.status_code == 303, path
                assert answer.headers["location"].startswith("/staff/sign-in")
            else:
                assert answer.status_code == 401, path
    assert changes(hub) == before


def test_no_role_does_what_is_anothers(hub: Hub) -> None:
    """Asked with a form that is sound in every other way."""
    browsers = {role: Browser.of(hub, str(role), str(role)) for role in Role}
    tokens = {role: browser.token("/staff/me") for role, browser in browsers.items()}
    before = changes(hub)
    for (method, path), act, role in ((*one, role) for one in NEEDED.items() for role in Role):
        if path in LEAVING:
            continue
        browser, token = browsers[role], tokens[role]
        fields = {"data": {"csrf": token}} if method == "POST" else {}
        answer = browser.web.request(method, path_of(path), follow_redirects=False, **fields)  # type: ignore[arg-type]
        if act is None or act in TABLE[role]:
            assert answer.status_code not in {401, 403}, (role, path)
        else:
            assert answer.status_code == 403, (role, path)
            assert "staff.not_allowed" in answer.text
    assert changes(hub) == before, "an empty form changes nothing, whoever sends it"


def test_a_form_of_another_site_or_session_does_nothing(hub: Hub) -> None:
    root, eve = Browser.of(hub, "root", *map(str, set(Role) - {Role.AUDITOR})), Browser.of(hub, "eve", "auditor")
    mine, theirs = root.token("/staff/me"), eve.token("/staff/me")
    before = changes(hub)
    for method, path in NEEDED:
        if method != "POST":
            continue
        for token in ("", theirs, mine[:-1] + ("1" if mine[-1] == "0" else "0"), mine.upper() + "x"):
            answer = root.web.post(path_of(path), data={"csrf": token})
            assert answer.status_code == 403, path
            assert "page.forged_form" in answer.text
        sent = root.web.post(path_of(path), data={"csrf": mine}, headers={"Sec-Fetch-Site": "cross-site"})
        assert sent.status_code == 403, path
        assert root.web.get(path_of(path) + "?csrf=" + mine).status_code in {200, 404, 405}
    assert changes(hub) == before


def test_nobody_is_signed_in_as_somebody_else_by_a_form_of_another_site(hub: Hub) -> None:
    employ(hub, "eve")
    victim = Browser(hub).web
    forged = victim.post("/staff/sign-in", data={"login": "eve", "password": PASSWORD, "next": "", "csrf": "x"})
    assert forged.status_code == 403
    victim.get("/staff/sign-in")
    forged = victim.post("/staff/sign-in", data={"login": "eve", "password": PASSWORD, "next": "", "csrf": "x"})
    assert forged.status_code == 403
    assert SESSION_COOKIE not in victim.cookies


def test_a_token_that_was_planted_is_not_the_one_of_the_session(hub: Hub) -> None:
    browser = Browser(hub, employ(hub, "ada"))
    browser.web.cookies.set(SESSION_COOKIE, "planted", domain="hub.example.org")
    browser.web.get("/staff/sign-in")
    begun = browser.web.cookies.get(BEGIN_COOKIE)
    browser.sign_in()
    kept = [cookie.value for cookie in browser.web.cookies.jar if cookie.name == SESSION_COOKIE]
    assert "planted" not in kept[-1:]
    other = Browser(hub).web
    other.cookies.set(SESSION_COOKIE, "planted", domain="hub.example.org")
    assert other.get("/staff", follow_redirects=False).status_code == 303
    other.cookies.set(SESSION_COOKIE, begun or "", domain="hub.example.org")
    assert other.get("/staff", follow_redirects=False).status_code == 303


def test_cookies_go_over_tls_to_this_hub_alone_and_no_script_reads_them(hub: Hub) -> None:
    employ(hub, "ada")
    web = httpx2.Client(transport=Browser(hub).web._transport, base_url=URL)
    first = web.get("/staff/sign-in")
    token = Forms(first.text).found["/staff/sign-in"]["csrf"]
    second = web.post("/staff/sign-in", data={"csrf": token, "login": "ada", "password": PASSWORD, "next": ""})
    for answer, name in ((first, BEGIN_COOKIE), (second, SESSION_COOKIE)):
        told = answer.headers["set-cookie"]
        assert told.startswith(f"{name}=")
        assert name.startswith("__Host-")
        for attribute in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
            assert attribute in told
        assert "Domain" not in told


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example",
        "//evil.example",
        "/staff//evil.example\\",
        "/staff@evil.example",
        "/staffevil",
        "javascript:alert(1)",
        "/staff\r\nSet-Cookie: a=b",
        "/staff/x'onload=",
        "/v1/keys",
    ],
)
def test_nobody_is_sent_elsewhere(to: str) -> None:
    assert local_path(to) == ""
    assert local_path("/staff/people?q=a&page=2") == "/staff/people?q=a&page=2"


def test_whoever_signs_in_by_a_link_that_was_made_up_stays_here(hub: Hub) -> None:
    elsewhere = "https://evil.example/staff"
    browser = Browser(hub, employ(hub, "ada"))
    assert "evil.example" not in browser.look("/staff/sign-in", next=elsewhere).text
    to = {"login": "ada", "password": PASSWORD, "next": elsewhere}
    asked = browser.send("/staff/sign-in", "/staff/sign-in", **to)
    assert (asked.url.path, asked.url.query) == ("/staff/second-factor", b"")
    assert "evil.example" not in browser.look("/staff/second-factor", next=elsewhere).text
    browser.set_up_factor(next=elsewhere)
    browser.web.cookies.delete(SESSION_COOKIE)
    browser.send("/staff/sign-in", "/staff/sign-in", **to)
    code = browser.person.code() if browser.person else ""
    answer = browser.send("/staff/second-factor", "/staff/second-factor", code=code, next=elsewhere)
    assert (answer.url.host, answer.status_code) == ("hub.example.org", 200)


def test_what_candidates_and_staff_write_is_shown_as_it_is_and_runs_nowhere(hub: Hub) -> None:
    ana = Applicant(hub, name=HOSTILE[:190]).register()
    application_id = ana.apply(how_many=1)
    chief = Browser.of(hub, "chief", "registrar", "decision-maker", "appeals-officer", "administrator")
    path = f"/staff/applications/{application_id}"
    chief.send(path, path + "/question", words=HOSTILE)
    chief.send(path, path + "/decision", **{"choice-lung": "refuse", "reason-lung": HOSTILE})
    appeal = ana.appeal(application_id, words=HOSTILE)
    chief.send("/staff/vouchers/new", "/staff/vouchers/new", recipient=HOSTILE, areas=["lung"], why=HOSTILE)
    for page in (
        "/staff",
        "/staff/people",
        f"/staff/people/{ana.account_id}",
        path,
        "/staff/vouchers",
        "/staff/appeals",
        f"/staff/appeals/{appeal.appeal_id}",
        "/staff/trail",
        "/staff/trail?q=" + HOSTILE.replace("&", ""),
    ):
        shown = chief.look(page).text
        assert "<script" not in shown, page
        assert "<img" not in shown, page
        assert "49" not in re.sub(r"\d{3,}|[0-9a-z]{20}", "", shown) or "{{7*7}}" in shown, page
        assert "&lt;script&gt;" in shown, page


def test_a_form_cannot_set_what_its_page_does_not_have(hub: Hub) -> None:
    ana = Applicant(hub).register()
    application_id = ana.apply()
    dora = Browser.of(hub, "dora", "decision-maker")
    path = f"/staff/applications/{application_id}"
    for more in ({"is_sampled": "1"}, {"decided_by": "nobody"}, {"state": "approved"}, {"choice-heart": "approve"}):
        answer = dora.send(path, path + "/decision", **{"choice-lung": "approve"}, **more)
        assert answer.status_code == 400
    assert hub.academy.applications.judge(application_id).row["state"] == "received"
    root = Browser.of(hub, "root", "administrator")
    answer = root.send(
        "/staff/accounts", "/staff/accounts", login="x1", name="X", roles=["auditor", "king"], password=PASSWORD
    )
    assert answer.status_code == 422
    assert [one.login for one in hub.staff.accounts.all()] == ["dora", "root"]


def test_a_form_that_is_too_large_is_refused_before_it_is_read_whole(hub: Hub) -> None:
    rex = Browser.of(hub, "rex", "registrar")
    large = {"table": ("t.csv", b"recipient\n" + b"Ana Ruiz\n" * 200_000)}
    answer = rex.send("/staff/vouchers/new", "/staff/vouchers/new", why="x", files=large)
    assert answer.status_code == 413
    assert "page.form_too_large" in answer.text


def test_numbers_and_accounts_cannot_be_counted_through(hub: Hub) -> None:
    """A number that is claimed is answered the same whether anybody has it, and numbers do not follow each other."""
    hub.registry.candidates.add(candidate_id="C-17", name="Ana", who="rex")
    known, unknown = Applicant(hub, claims="C-17").register(), Applicant(hub, claims="C-18").register()
    assert known.number is unknown.number is None
    numbers = [int((Applicant(hub).register().number or "P0")[1:]) for _ in range(12)]
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    assert len(set(numbers)) == 12
    assert len(steps) == 11
    assert min(map(abs, steps)) > 1


QUERIES = ("q=%00", "q=%ff", "page=%00", "before=%27;drop", "state=%27%20or%201=1", "q=" + "%25" * 90)


def test_questions_in_an_address_do_nothing_but_ask(hub: Hub) -> None:
    Applicant(hub).register().apply()
    dora = Browser.of(hub, "dora", "decision-maker")
    before = changes(hub)
    for query in QUERIES:
        for path in ("/staff/people", "/staff/applications", "/staff/vouchers", "/staff/appeals", "/staff/trail"):
            assert dora.web.get(f"{path}?{query}").status_code == 200, (path, query)
    assert changes(hub) == before


def test_no_page_is_framed_kept_or_believed_to_be_elsewhere_and_no_header_changes_the_method(hub: Hub) -> None:
    chief = Browser.of(hub, "chief", *map(str, set(Role) - {Role.AUDITOR}))
    token, before = chief.token("/staff/me"), changes(hub)
    for method, path in NEEDED:
        if method != "GET":
            continue
        answer = chief.web.get(path_of(path), headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert "evil.example" not in answer.text + str(answer.headers), path
    for given in ({"X-HTTP-Method-Override": "POST"}, {"X-Method-Override": "POST"}):
        assert chief.web.get("/staff/accounts", params={"csrf": token}, headers=given).status_code == 200
    assert chief.web.post("/staff/accounts", data={"csrf": token, "_method": "DELETE"}).status_code == 400
    assert chief.web.request("DELETE", "/staff/accounts/chief").status_code == 405
    assert changes(hub) == before


def test_no_name_that_runs_in_a_spreadsheet_gets_a_voucher(hub: Hub) -> None:
    rex = Browser.of(hub, "rex", "registrar")
    for name in ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "＝1"):
        shown = rex.send("/staff/vouchers/new", "/staff/vouchers/new", recipient=name, areas=["lung"], why="x")
        assert shown.status_code == 422, name
        assert 'id="e-recipient"' in shown.text


def test_an_address_that_is_written_out_is_not_taken_for_a_pattern_beside_it(hub: Hub) -> None:
    answer = Browser(hub).web.get("/peer/begin")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
