"""The pages of a sign-in by a provider: there, and back again (formats/academy 2.5)."""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.signing_in import begun
from pocus_desktop.hub.pages.visit import StaffDoors
from pocus_desktop.hub.staff.errors import NoProviderError
from pocus_desktop.hub.staff.oidc import SignInByProvider
from pocus_desktop.hub.staff.sessions import SignedIn, new_token
from pocus_desktop.kernel.clock import Clock

PROVIDER: Final = "/staff/provider"
CALLBACK: Final = "/staff/provider/callback"
_COOKIE: Final = "__Host-pocus-provider"
_TEN_MINUTES_S: Final = 600
_LONGEST: Final = 4096


class ProvidedPages:
    """The pages.

    Args:
        doors: What makes doors for staff.
        provider: Who is asked; None where none is set up.
        clock: Of the hub.
    """

    def __init__(self, doors: StaffDoors, provider: SignInByProvider | None, clock: Clock) -> None:
        self._doors = doors
        self._provider = provider
        self._clock = clock

    def routes(self) -> list[Page]:
        """For the application."""
        guard = self._doors.guard
        return [
            Page(PROVIDER, self.there, guard=guard, counted="sign-in"),
            Page(CALLBACK, self.back, guard=guard, counted="sign-in"),
        ]

    async def there(self, _request: Request) -> Response:
        """To the provider, with a token that only this browser has."""
        provider, token = self._required(), new_token()
        address = await run_in_threadpool(provider.begin, token)
        answer = RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
        answer.set_cookie(_COOKIE, token, max_age=_TEN_MINUTES_S, path="/", secure=True, httponly=True, samesite="lax")
        return answer

    async def back(self, request: Request) -> Response:
        """From the provider; what it says counts once."""
        half = await run_in_threadpool(self._finish, request)
        answer = begun(half, "")
        answer.delete_cookie(_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return answer

    def _finish(self, request: Request) -> SignedIn:
        query = request.query_params
        issuer, subject = self._required().finish(
            request.cookies.get(_COOKIE, ""),
            state=query.get("state", "")[:_LONGEST],
            code=query.get("code", ""),
            issuer=query.get("iss", "")[:_LONGEST],
            now_ms=self._clock.read().wall_ms,
        )
        return self._doors.staff.sessions.begin_provided(issuer, subject)

    def _required(self) -> SignInByProvider:
        if self._provider is None:
            raise NoProviderError
        return self._provider
