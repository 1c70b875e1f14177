"""Candidates' files on the academy's pages: who opens one, how it leaves, and what the trail says of it."""

import re

import pytest

from pocus_desktop.hub.hub import Hub
from tests.hub.pages.browsing import Browser
from tests.hub.programme.applicant import Sender

PDF = b"%PDF-1.7\n<script>alert(1)</script>" + bytes(range(256))


@pytest.fixture
def ana(hub: Hub) -> Sender:
    made = Sender(hub)
    made.register()
    return made


def test_a_file_is_listed_beside_what_it_proves_and_leaves_as_nothing_that_runs(hub: Hub, ana: Sender) -> None:
    digest, person = ana.prove(PDF, 'diploma";X <b>.html'), f"/staff/people/{ana.account_id}"
    application = f"/staff/applications/{ana.apply()}"
    dora = Browser.of(hub, "dora", "decision-maker")
    assert "not sent" in dora.look(application).text
    ana.send_file(PDF)
    for page in (application, person):
        text = dora.look(page).text
        assert "diploma&#34;;X &lt;b&gt;.html" in text
        assert "<b>" not in text
    answer = dora.send(application, f"{person}/files/{digest}")
    assert answer.status_code == 200
    assert answer.content == PDF
    given = answer.headers
    assert given["Content-Type"] == "application/octet-stream"
    assert given["X-Content-Type-Options"] == "nosniff"
    assert given["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert given["Cache-Control"] == "no-store"
    assert given["Content-Disposition"] == (
        "attachment; filename=\"diploma__X _b_.html.pdf\"; filename*=UTF-8''diploma%22%3BX%20%3Cb%3E.html.pdf"
    )
    (opened, received) = hub.academy.tables.trail(about=digest)
    assert (opened.action, opened.who, opened.subject) == ("file opened", "dora", f"account:{ana.account_id}")
    assert received.action == "file received"
    assert dora.look(f"{person}/files/{digest}").status_code == 405, "nothing is opened by a link"


def test_who_may_not_opens_none_and_nobody_opens_anothers(hub: Hub, ana: Sender) -> None:
    digest, person = ana.prove(PDF), f"/staff/people/{ana.account_id}"
    ana.send_file(PDF)
    eve = Sender(hub, name="Eve")
    eve.register()
    rex, olga = Browser.of(hub, "rex", "registrar"), Browser.of(hub, "olga", "appeals-officer")
    assert f"/files/{digest}" not in rex.look(person).text
    tried = rex.web.post(f"{person}/files/{digest}", data={"csrf": rex.token(person)})
    assert tried.status_code == 403
    for path in (f"/staff/people/{eve.account_id}/files/{digest}", f"{person}/files/{'0' * 64}", f"{person}/files/x"):
        assert olga.web.post(path, data={"csrf": olga.token(person)}).status_code == 404
    assert olga.web.post(f"{person}/files/{digest}", data={"csrf": "x"}).status_code == 403
    assert [one.action for one in hub.academy.tables.trail(about=digest)] == ["file received"]


def test_a_file_is_let_go_with_a_reason_or_when_its_time_is_over(hub: Hub, ana: Sender) -> None:
    digest, person = ana.prove(PDF), f"/staff/people/{ana.account_id}"
    ana.send_file(PDF)
    rex = Browser.of(hub, "rex", "registrar", "decision-maker")
    refused = rex.send(person, f"{person}/letting-go", sha256=digest, why="")
    assert refused.status_code == 422
    asked = rex.send(person, f"{person}/letting-go", sha256=digest, why="she asked", sure="")
    assert "diploma.pdf" in asked.text
    assert rex.send(person, f"{person}/letting-go", sha256=digest, why="she asked").status_code == 200
    assert not [path for path in (hub.folder / "evidence").rglob("*") if path.is_file()]
    text = rex.look(person).text
    assert re.search(r"let go</span>", text)
    assert f"{person}/files/{digest}" not in text
    gone = hub.academy.tables.trail(about="she asked")[0]
    assert (gone.action, gone.who, gone.was) == ("file let go", "rex", f"{digest} · application/pdf · {len(PDF)}")
    ana.send_file(PDF)
    assert f"{person}/files/{digest}" in rex.look(person).text, "who sends it again is heard"
    hub.clock.set(wall_ms=ana.now_ms + 1828 * 86_400_000)  # type: ignore[attr-defined]
    assert hub.academy.files.let_go_old() == 1
    assert not [path for path in (hub.folder / "evidence").rglob("*") if path.is_file()]
    assert hub.academy.tables.trail(about="file let go")[0].who == "retention"
