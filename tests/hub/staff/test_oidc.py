"""Sign-in by a real provider program on the loopback; and what a provider that lies does not bring about."""

import base64
import contextlib
import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.staff import oidc
from pocus_desktop.hub.staff.oidc import DISCOVERY, Provider, SignInByProvider
from pocus_desktop.hub.web.app import Policy
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from tests.hub.pages.browsing import URL, Browser
from tests.hub.school import School
from tests.hub.staff.people import Person
from tests.ports import port_for_later

CLIENT = "pocus-hub"
SECRET = "a secret of the tests"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider, as a program of its own."""
    port = port_for_later()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        while not _answers(address):
            assert program.poll() is None, "the provider ended"
            time.sleep(0.02)
        yield address
    finally:
        program.terminate()
        program.wait()


def _answers(address: str) -> bool:
    with contextlib.suppress(httpx2.HTTPError):
        return httpx2.get(address + DISCOVERY).is_success
    return False


@pytest.fixture(autouse=True)
def real_time(school: School) -> None:
    """The provider's clock is this computer's."""
    school.clock.set(wall_ms=SystemClock().read().wall_ms)


def provider(at: str, **changes: str) -> Provider:
    given = {"issuer": at, "client_id": CLIENT, "client_secret": SECRET, "name": "Clinic", "public_url": URL}
    return Provider(**{**given, **changes})


def allow(address: str, subject: str) -> str:
    """Somebody signs in at the provider; where it sends their browser back."""
    with httpx2.Client() as web:
        answer = web.post(address, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def there(browser: Browser) -> str:
    answer = browser.web.get("/staff/provider", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def staff(hub: Hub, issuer: str) -> Person:
    hub.staff.accounts.add(
        login="nina", name="Nina", roles=["auditor"], password=None, provider=(issuer, "nina-at-clinic"), who="t"
    )
    return Person(hub, "nina")


def test_who_the_provider_vouches_for_signs_in_with_a_second_factor(hub: Hub, issuer: str) -> None:
    nina = staff(hub, issuer)
    browser = Browser(hub, nina, policy=Policy(provider=provider(issuer)))
    assert "Sign in with Clinic" in browser.look("/staff/sign-in").text
    address = there(browser)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid"]
    assert asked["redirect_uri"] == [URL + "/staff/provider/callback"]
    back = allow(address, "nina-at-clinic")
    page = browser.web.get(back)
    assert page.url.path == "/staff/second-factor"
    browser.set_up_factor()
    assert browser.look("/staff").status_code == 200
    again = browser.web.get(back)
    assert again.status_code == 403, "what came back counts once"


def test_who_is_not_of_the_staff_is_refused_though_the_provider_knows_them(hub: Hub, issuer: str) -> None:
    staff(hub, issuer)
    browser = Browser(hub, policy=Policy(provider=provider(issuer)))
    answer = browser.web.get(allow(there(browser), "somebody-else"))
    assert answer.status_code == 403
    assert "nobody here is known by that account" in answer.text


def test_what_was_begun_in_another_browser_is_refused(hub: Hub, issuer: str) -> None:
    """Else somebody could be signed in as the attacker, by a link."""
    staff(hub, issuer)
    policy = Policy(provider=provider(issuer))
    mine, theirs = Browser(hub, policy=policy), Browser(hub, policy=policy)
    back = allow(there(theirs), "nina-at-clinic")
    assert mine.web.get(back).status_code == 403
    there(mine)
    assert mine.web.get(back).status_code == 403
    assert mine.web.get("/staff/provider/callback").status_code == 403


def test_without_a_provider_there_is_none(hub: Hub) -> None:
    browser = Browser(hub)
    assert "Sign in with" not in browser.look("/staff/sign-in").text
    assert browser.look("/staff/provider").status_code == 404


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(PocusError, match=r"staff\.provider_refused") as caught:
        action()
    assert "{" not in "".join(caught.value.explain("es"))
    return str(caught.value.params["reason"])


def test_a_provider_that_is_another_or_does_not_answer_is_refused(issuer: str) -> None:
    def begin(**changes: str) -> str:
        return refused(lambda: SignInByProvider(provider(issuer, **changes), callback="/c").begin("t"))

    assert "calls itself" in begin(issuer=issuer + "/")
    assert "does not answer" in begin(issuer="http://127.0.0.1:9")
    assert "TLS" in begin(issuer="http://hub.example.org")
    assert "TLS" in begin(issuer="ftp://localhost")


KEY = RSAKey.generate_key(2048)
OTHER = RSAKey.generate_key(2048)
NOW_S = 1_800_000_000


class Liar(SignInByProvider):
    """The real one, before a provider whose answers are the test's."""

    def __init__(self, provider: Provider, *, callback: str) -> None:
        super().__init__(provider, callback=callback)
        self.answers: dict[str, Any] = {}
        self.requests: list[httpx2.Request] = []

    def _client(self) -> httpx2.Client:
        def answer(request: httpx2.Request) -> httpx2.Response:
            self.requests.append(request)
            return httpx2.Response(200, json=self.answers[request.url.path])

        return httpx2.Client(transport=httpx2.MockTransport(answer))


def known(issuer: str) -> dict[str, Any]:
    """What a provider says of itself."""
    return {
        "/.well-known/openid-configuration": {
            "issuer": issuer,
            "authorization_endpoint": issuer + "/a",
            "token_endpoint": issuer + "/t",
            "jwks_uri": issuer + "/k",
        },
        "/k": {"keys": [KEY.as_dict(private=False)]},
    }


@pytest.mark.parametrize(
    ("claims", "key", "algorithm"),
    [
        ({"iss": "https://evil.example"}, KEY, "RS256"),
        ({"aud": "another client"}, KEY, "RS256"),
        ({"aud": "another client", "azp": CLIENT}, KEY, "RS256"),
        ({"exp": NOW_S - 61}, KEY, "RS256"),
        ({"iat": NOW_S + 3600}, KEY, "RS256"),
        ({"nonce": "another"}, KEY, "RS256"),
        ({"nonce": None}, KEY, "RS256"),
        ({"sub": ""}, KEY, "RS256"),
        ({"sub": 7}, KEY, "RS256"),
        ({"sub": "x" * 300}, KEY, "RS256"),
        ({"aud": [CLIENT, "another"]}, KEY, "RS256"),
        ({}, OTHER, "RS256"),
        ({}, KEY, "RS512"),
        ({}, None, "none"),
        (None, KEY, "RS256"),
        ({}, KEY, "RS256"),
    ],
)
def test_only_the_providers_own_fresh_word_for_us_counts(
    claims: dict[str, Any] | None, key: RSAKey | None, algorithm: str
) -> None:
    issuer = "https://id.example"
    asking = Liar(provider(issuer), callback="/c")
    asking.answers = known(issuer)
    asked = parse_qs(urlsplit(asking.begin("token")).query)
    good = {
        "iss": issuer,
        "aud": CLIENT,
        "sub": "nina",
        "exp": NOW_S + 300,
        "iat": NOW_S,
        "nonce": asked["nonce"][0],
    }
    if claims is None:
        word = "no token"
    elif key is None:
        word = "eyJhbGciOiJub25lIn0." + jwt.encode({"alg": "RS256"}, good, KEY).split(".")[1] + "."
    else:
        told = {name: value for name, value in {**good, **claims}.items() if value is not None}
        word = jwt.encode({"alg": algorithm}, told, key, algorithms=[algorithm])
    asking.answers["/t"] = {"access_token": "a", "token_type": "Bearer", "id_token": word}

    def finish(said: str = "") -> tuple[str, str]:
        return asking.finish("token", state=asked["state"][0], code="c", issuer=said, now_ms=NOW_S * 1000)

    if claims == {} and key is KEY and algorithm == "RS256":
        assert finish("") == finish(issuer) == (issuer, "nina")
        assert refused(lambda: finish("https://evil.example")) == "another provider answered"
        return
    assert refused(finish)


@pytest.mark.parametrize(("token", "state"), [("token", "another"), ("token", ""), ("", ""), ("another", None)])
def test_nothing_is_asked_of_the_provider_where_the_state_is_anothers(token: str, state: str | None) -> None:
    asking = Liar(provider("https://id.example"), callback="/c")  # it has no answers: to ask it would be seen
    begun = oidc._part("token", "state") if state is None else state
    assert refused(lambda: asking.finish(token, state=begun, code="c", issuer="", now_ms=0)) == (
        "it was not begun in this browser"
    )


def test_a_code_is_exchanged_with_the_verifier_of_its_challenge_alone() -> None:
    """Whoever takes a code on its way cannot use it: the provider compares (RFC 7636)."""
    issuer = "https://id.example"
    asking = Liar(provider(issuer), callback="/c")
    asking.answers = known(issuer) | {"/t": {"access_token": "a", "token_type": "Bearer", "id_token": "none"}}
    challenges = []
    for token in ("one", "other"):
        asked = parse_qs(urlsplit(asking.begin(token)).query)
        assert asked["code_challenge_method"] == ["S256"]
        challenges += asked["code_challenge"]
        refused(lambda: asking.finish(token, state=asked["state"][0], code="c", issuer="", now_ms=0))  # noqa: B023
    sent = [parse_qs(one.content.decode()) for one in asking.requests if one.url.path == "/t"]
    proved = [base64.urlsafe_b64encode(hashlib.sha256(one["code_verifier"][0].encode()).digest()) for one in sent]
    assert [one.decode().rstrip("=") for one in proved] == challenges
    assert challenges[0] != challenges[1]
    assert [one["code"] for one in sent] == [["c"], ["c"]]
