"""What axe-core finds wrong with a page, in short."""

from functools import cache
from importlib import resources
from typing import Any

from playwright.sync_api import Page

from tests.browser.chromium import scripts_of_tests


@cache
def _axe() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *rules_off: str) -> list[str]:
    """Every breach of WCAG 2.2 A and AA and of axe-core's best practices: rule, and the element's place in the page.

    Args:
        page: Open; its own scripts may be off.
        rules_off: Rules that do not apply, by axe-core's names; each use says why.
    """
    options = {"rules": {name: {"enabled": False} for name in rules_off}}
    with scripts_of_tests(page):
        page.evaluate(_axe())
        found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    assert found["passes"], "axe-core looked at nothing"
    return [
        f"{one['id']}: {' '.join(map(str, node['target']))}: {node['html'][:120]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
