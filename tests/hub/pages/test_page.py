"""Pages and forms by themselves: what is escaped, refused, and told in whose language."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.hub.pages.forms import Form, read_form
from pocus_desktop.hub.pages.page import Page, page, static_doors
from pocus_desktop.hub.pages.templates import render, static_path
from pocus_desktop.hub.web.application import Application
from pocus_desktop.hub.web.metrics import Metrics
from pocus_desktop.hub.web.observed import Observed
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sync.asgi import InProcessTransport


def client(endpoint: Callable[[Request], Awaitable[Response]]) -> httpx2.Client:
    doors = [Page("/staff/form", endpoint, method="POST"), Page("/staff/look", endpoint), *static_doors()]
    app = Observed(Application(doors), metrics=Metrics(), pages=("/staff",))
    return httpx2.Client(transport=InProcessTransport(app), base_url="https://hub.example.org")


async def echo(request: Request) -> Response:
    form = await read_form(request, "name", "why", lists=("areas",), file="table", maximum_bytes=50_000)
    told = (form.line("name", most=20), form.text("why"), *form.lists.get("areas", ()), str(form.file))
    return page(request, "refused.html", what="|".join(told), next="", code="-")


async def nothing(request: Request) -> Response:
    return page(request, "refused.html", what="", next="", code="-")


def test_what_is_written_is_shown_as_it_is_and_runs_nowhere() -> None:
    hostile = "<script>alert(1)</script>{{ 7*7 }}'\"&"
    shown = render("refused.html", "en", what=hostile, next=hostile, code=hostile, path=hostile)
    assert "<script" not in shown
    assert "49" not in shown
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}&#39;&#34;&amp;") == 3


def test_every_page_forbids_script_frames_and_other_hosts() -> None:
    answer = client(nothing).get("/staff/look")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "en"),
        ({"Accept-Language": "es-MX,es;q=0.9"}, "es"),
        ({"Accept-Language": "de, es"}, "es"),
        ({"Accept-Language": "es", "Cookie": "pocus-language=en"}, "en"),
        ({"Cookie": "pocus-language=xx"}, "en"),
    ],
)
def test_a_page_speaks_its_readers_language(headers: dict[str, str], language: str) -> None:
    assert f'<html lang="{language}">' in client(nothing).get("/staff/look", headers=headers).text


def test_a_form_brings_what_its_page_has() -> None:
    sent = client(echo).post("/staff/form", data={"name": " Ana ", "why": "a\r\nb", "areas": ["lung", "cardiac"]})
    assert "Ana|a\nb|lung|cardiac|None" in sent.text
    filed = client(echo).post("/staff/form", data={"name": "Ana"}, files={"table": ("a.csv", b"x,y")})
    assert "Ana||b&#39;x,y&#39;" in filed.text


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"data": {"name": "Ana", "role": "administrator"}}, 400, "page.bad_form"),
        ({"content": b"name=a&name=b", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400, "page"),
        ({"content": b"name=%ff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400, "page"),
        ({"content": b"name", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400, "page"),
        ({"content": b"{}", "headers": {"Content-Type": "application/json"}}, 400, "page.bad_form"),
        ({"content": b"junk", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400, "page.bad_form"),
        ({"content": b"junk", "headers": {"Content-Type": "multipart/form-data"}}, 400, "page.bad_form"),
        ({"data": {"name": "a\x00b"}}, 400, "page.bad_form"),
        ({"data": {"name": "a\u202eb"}}, 400, "page.bad_form"),
        ({"data": {"name": "two\nlines"}}, 400, "page.bad_form"),
        ({"data": {"name": "x" * 21}}, 422, "page.field_too_long"),
        ({"data": {"why": "x" * 60_000}}, 413, "page.form_too_large"),
        ({"data": {"name": "a"}, "files": {"other": ("a", b"x")}}, 400, "page.bad_form"),
        ({"data": {"name": "a"}, "files": [("table", ("a", b"x")), ("table", ("b", b"y"))]}, 400, "page.bad_form"),
        ({"data": {f"f{n}": "1" for n in range(80)}}, 400, "page.bad_form"),
    ],
)
def test_a_form_that_is_not_its_pages_is_refused_on_a_page(sent: dict[str, object], status: int, code: str) -> None:
    answer = client(echo).post("/staff/form", **sent)  # type: ignore[arg-type]  # each row is right for itself
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<code>{code}" in answer.text


def test_text_is_brought_to_one_form() -> None:
    assert Form(fields={"name": "Jose\u0301"}).line("name") == "José"
    with pytest.raises(PocusError, match=r"page\.field_too_long"):
        Form(fields={"password": "x" * 201}).secret("password")


def test_style_and_fonts_are_given_under_their_version() -> None:
    web = client(nothing)
    style = web.get(static_path("style.css"))
    assert style.status_code == 200
    assert "immutable" in style.headers["cache-control"]
    assert "--accent: #0A5A88" in style.text
    assert web.get("/static/0000000000000000/style.css").status_code == 404
    assert web.get(static_path("..%2f..%2fwords%2fen%2fpages.toml")).status_code == 404
