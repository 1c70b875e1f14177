"""Sign-in by a provider of OpenID Connect: authorization code with PKCE (formats/academy 2.5).

1. What is asked and what comes back belong together: state, nonce and the verifier of PKCE are made from one token that
   only the browser has, for one sign-in.
2. What comes back counts where the provider's own key has signed it, for us, now, with the nonce. Algorithms are those
   of public keys; a token that names another is none.
3. A provider vouches for who somebody is. Whether they are of the staff is looked up here, and the second factor is
   asked for here.
"""

import base64
import hmac
import ipaddress
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

import httpx2
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pocus_desktop.hub.staff.errors import ProviderRefusedError

ALGORITHMS: Final = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
SCOPE: Final = "openid"
DISCOVERY: Final = "/.well-known/openid-configuration"
_TIMEOUT_S: Final = 10.0
_LEEWAY_S: Final = 60
_LONGEST: Final = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider as the academy has registered with it.

    Attributes:
        issuer: Its address, as its tokens name it.
        client_id: What it knows the hub by.
        client_secret: Empty for a public client.
        name: As people read it on the sign-in page.
        public_url: Of the hub, without a slash at its end: where browsers come back to.
    """

    issuer: str
    client_id: str
    client_secret: str = ""
    name: str = "OpenID Connect"
    public_url: str = ""


class _ClientAuth(httpx2.Auth, ClientAuth):  # type: ignore[misc]  # the library's has no types
    """Says who the client is, as the HTTP client wants it said."""

    requires_request_body = True

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """The request with what the library puts into it."""
        url, headers, body = self.prepare(request.method, str(request.url), request.headers, request.content)
        headers["Content-Length"] = str(len(body))
        yield httpx2.Request(request.method, url, headers=headers, content=body)


class _Asking(OAuth2Client):  # type: ignore[misc]  # the library's has no types
    """The library's client over the HTTP client of this house."""

    client_auth_class = _ClientAuth


class SignInByProvider:
    """Asks a provider; any thread may call.

    Args:
        provider: Which one.
        callback: The path to which browsers come back.
    """

    def __init__(self, provider: Provider, *, callback: str) -> None:
        self._provider = provider
        self._redirect_uri = provider.public_url.rstrip("/") + callback
        self._known: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """As people read it."""
        return self._provider.name

    def begin(self, token: str) -> str:
        """Where the browser is sent.

        Args:
            token: Fresh, and kept by the browser alone.

        Raises:
            ProviderRefusedError: The provider does not answer, or is another.
        """
        with self._client() as session:
            endpoint = self._endpoint(session, "authorization_endpoint")
            address, _ = self._asking(session).create_authorization_url(
                endpoint, state=_part(token, "state"), nonce=_part(token, "nonce"), code_verifier=_verifier(token)
            )
        return str(address)

    def finish(self, token: str, *, state: str, code: str, issuer: str, now_ms: int) -> tuple[str, str]:
        """Who came back: issuer and subject.

        Args:
            token: The one that `begin` was given.
            state: As it came back.
            code: As it came back.
            issuer: As it came back (RFC 9207); empty where the provider does not say.
            now_ms: The hub's wall time.

        Raises:
            ProviderRefusedError: It does not belong together, or does not count (rules 1 and 2).
        """
        if not token or not hmac.compare_digest(_part(token, "state").encode(), state.encode("utf-8", "replace")):
            raise ProviderRefusedError(reason="it was not begun in this browser")
        if issuer and issuer != self._provider.issuer:
            raise ProviderRefusedError(reason="another provider answered")
        if not code or len(code) > 4096:
            raise ProviderRefusedError(reason="it brings no code")
        with self._client() as session:
            try:
                given = self._asking(session).fetch_token(
                    self._endpoint(session, "token_endpoint"), code=code, code_verifier=_verifier(token)
                )
            except (OAuth2Error, ValueError, httpx2.HTTPError) as problem:
                raise ProviderRefusedError(reason=f"the code was not taken ({type(problem).__name__})") from problem
            claims = self._claims(session, given, _part(token, "nonce"), now_ms)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST:
            raise ProviderRefusedError(reason="it names nobody")
        return self._provider.issuer, subject

    def _claims(self, session: httpx2.Client, given: Mapping[str, Any], nonce: str, now_ms: int) -> Mapping[str, Any]:
        """What the provider says of them (rule 2)."""
        try:
            keys = KeySet.import_key_set(self._json(session, self._endpoint(session, "jwks_uri")))  # type: ignore[arg-type]  # it judges what came
            token = jwt.decode(str(given.get("id_token", "")), keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self._provider.issuer},
                    "aud": {"essential": True, "value": self._provider.client_id},
                },
                params={
                    "nonce": nonce,
                    "client_id": self._provider.client_id,
                    "access_token": given.get("access_token"),
                },
            )
            claims.validate(now=now_ms // 1000, leeway=_LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as problem:
            raise ProviderRefusedError(reason=f"its word does not hold ({type(problem).__name__})") from problem
        return cast(Mapping[str, Any], claims)

    def _asking(self, session: httpx2.Client) -> OAuth2Client:
        return _Asking(
            session,
            client_id=self._provider.client_id,
            client_secret=self._provider.client_secret or None,
            scope=SCOPE,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
        )

    def _endpoint(self, session: httpx2.Client, name: str) -> str:
        """An address of the provider, as it tells of itself."""
        if self._known is None:
            found = self._json(session, self._provider.issuer.rstrip("/") + DISCOVERY)
            if found.get("issuer") != self._provider.issuer:
                raise ProviderRefusedError(reason="it calls itself something else")
            self._known = found
        address = self._known.get(name)
        if not isinstance(address, str):
            raise ProviderRefusedError(reason=f"it has no {name}")
        return _private(address)

    def _json(self, session: httpx2.Client, address: str) -> Mapping[str, Any]:
        try:
            answer = session.get(_private(address))
            answer.raise_for_status()
            found = answer.json()
        except (httpx2.HTTPError, ValueError) as problem:
            raise ProviderRefusedError(reason=f"it does not answer ({type(problem).__name__})") from problem
        if not isinstance(found, dict):
            raise ProviderRefusedError(reason="it does not answer as it should")
        return found

    def _client(self) -> httpx2.Client:
        return httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=False, headers={"Accept": "application/json"})


def _part(token: str, use: str) -> str:
    return hmac.digest(token.encode(), f"pocus provider {use}".encode(), "sha256").hex()


def _verifier(token: str) -> str:
    """43 characters of those that RFC 7636 allows."""
    raw = hmac.digest(token.encode(), b"pocus provider verifier", "sha256")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _private(address: str) -> str:
    """An address over TLS; without it only on this computer."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or "")):
        return address
    raise ProviderRefusedError(reason="its address is not over TLS")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
