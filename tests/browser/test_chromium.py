"""What other tests build on: scripts are off, nothing leaves this computer, and axe-core sees faults."""

import asyncio
import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.accessible import violations
from tests.browser.chromium import Visit, visiting

GOOD = (
    "<!doctype html><html lang='en'><title>Page</title><main><h1>Page</h1><p id='said'>Nothing ran.</p>"
    "<script>document.getElementById('said').textContent = 'A script ran.'</script></main></html>"
)
PAGES = {
    "/good": GOOD,
    "/bad": "<!doctype html><html><title>Page</title><main><h1>Page</h1><img src='data:,'></main></html>",
    "/abroad": GOOD + "<img alt='' src='http://192.0.2.1/picture.png'>",
}


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = PAGES[self.path].encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'none'; img-src *")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_scripts_are_off_and_axe_runs_all_the_same(visit: Visit, address: str) -> None:
    page = visit(address + "/good")
    assert page.inner_text("#said") == "Nothing ran."
    assert violations(page) == []


def test_axe_sees_faults(visit: Visit, address: str) -> None:
    found = {line.partition(":")[0] for line in violations(visit(address + "/bad"))}
    assert {"html-has-lang", "image-alt"} <= found


def test_a_page_that_asks_another_computer_fails_its_test(browser: Browser, address: str) -> None:
    with pytest.raises(AssertionError, match="asked another computer"), visiting(browser) as visit:
        visit(address + "/abroad")


def test_a_loop_can_run_beside_the_browser(browser: Browser) -> None:
    async def four() -> int:
        return 4

    assert browser.is_connected()
    assert asyncio.run(four()) == 4
