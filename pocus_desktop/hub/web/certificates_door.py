"""Certificates over HTTP, for anyone who was given an address (formats/certificate 9).

    GET /certificates/{id}                a page that says how it stands; JSON for who asks for that
    GET /certificates/{id}/{language}     the page in a language
    GET /certificates/{id}/credential     the credential itself
    GET /certificates/status/{name}       a status list, signed as of now
    GET /.well-known/did.json, /did.json  the keys by which the academy signs

Every answer looks at the certificate's row, so that what was revoked at one process of the hub is revoked at all. What
its bytes say, whether they are signed, and the page but for the moment are worked out once (docs/adr/0267).

Nobody finds a certificate that they were not given: ids are random and long, and who asks is counted by address. A page
says what the certificate says, and how it stands; never an ID number, a score, or why it was revoked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.certificates.certificates import Certificates
from pocus_desktop.hub.certificates.errors import NoAddressError, UnknownCertificateError
from pocus_desktop.hub.errors import NotFoundError
from pocus_desktop.hub.pages.page import HEADERS, HTML, Page, language_of
from pocus_desktop.hub.pages.stencil import Stencil, place
from pocus_desktop.hub.pages.templates import LANGUAGES, moment, render
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.gathering import Gathering
from pocus_desktop.hub.web.guard import Guard
from pocus_desktop.hub.web.problem import problem_response
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.certificate import document as documents
from pocus_desktop.programme.certificate import status_list
from pocus_desktop.programme.certificate.document import MEDIA_TYPE, PURPOSES, Certificate
from pocus_desktop.programme.certificate.records import CertificateState
from pocus_desktop.programme.certificate.status_list import FRESH_MS, StatusList
from pocus_desktop.programme.certificate.verify import Finding, Trust, Verdict, read_json, signed, standing

COUNTED: Final = "certificates"
LIST_SECONDS: Final = 300
"""How long what is between may keep a list: it says itself until when it may be relied on."""

REMEMBERED: Final = 1024
"""Certificates whose bytes are not read anew for every visitor, and pages."""

_signed: Final = lru_cache(maxsize=REMEMBERED)(signed)
"""A signature that held, held: of the same bytes under the same keys."""

_JSON: Final = ("application/vc", "application/ld+json", "application/json")
_NAME: Final = re.compile(r"([1-9][0-9]{0,8})-([a-z]+)(?:\.json)?")
_DID: Final = "application/did+json"
_STATES: Final = {"revocation": CertificateState.REVOKED, "suspension": CertificateState.SUSPENDED}
_TONES: Final[Mapping[str, str]] = {"valid": "good", "expired": "wait", "not-yet": "wait", "suspended": "wait"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A certificate as its page tells it."""

    credential: bytes
    certificate: Certificate
    verdict: Verdict


class CertificatesDoor:
    """The endpoints.

    Args:
        certificates: The hub's desk.
        ring: The academy's keys.
        clock: The hub's.
        guard: Counts who asks, by address.
    """

    def __init__(self, certificates: Certificates, ring: KeyRing, clock: Clock, guard: Guard) -> None:
        self._certificates = certificates
        self._ring = ring
        self._clock = clock
        self._guard = guard
        self._asked: Gathering[str, _Shown] = Gathering(self._judged, name="certificate-pages")

    def routes(self) -> tuple[Door, ...]:
        """For the application; the order tells a list from a certificate."""
        guard = self._guard

        def page(path: str) -> Page:
            return Page(path, self.show, guard=guard, counted=COUNTED, refusing=_refused)

        return (
            Door("/certificates/status/{name}", self.status, gives=[MEDIA_TYPE], guard=guard, counted=COUNTED),
            Door(
                "/certificates/{certificate_id}/credential",
                self.credential,
                gives=[MEDIA_TYPE],
                guard=guard,
                counted=COUNTED,
            ),
            page("/certificates/{certificate_id}"),
            page("/certificates/{certificate_id}/{language}"),
            Door("/.well-known/did.json", self.did, gives=[_DID], guard=guard, counted=COUNTED),
            Door("/did.json", self.did, gives=[_DID], guard=guard, counted=COUNTED),
        )

    async def show(self, request: Request) -> Response:
        """How a certificate stands."""
        language = request.path_params.get("language")
        if language is not None and language not in LANGUAGES:
            raise NotFoundError
        found = await self._find(request)
        if language is None and wants_json(request):
            return _credential(found)
        told = language or language_of(request)
        now_ms = self._clock.read().wall_ms
        content = _page(found.credential, found.verdict, told).filled({"moment": moment(now_ms)})
        headers = {**HEADERS, "Vary": "Accept, Accept-Language, Cookie", "Content-Language": told}
        return Response(content, media_type=HTML, headers=headers)

    async def credential(self, request: Request) -> Response:
        """The credential itself."""
        return _credential(await self._find(request))

    async def status(self, request: Request) -> Response:
        """A list, as of now."""
        match = _NAME.fullmatch(request.path_params["name"])
        found = None if match is None else await run_in_threadpool(self._list, int(match[1]), match[2])
        if found is None:
            raise NotFoundError
        headers = {"Cache-Control": f"public, max-age={LIST_SECONDS}", "Access-Control-Allow-Origin": "*"}
        return Response(found, media_type=MEDIA_TYPE, headers=headers)

    async def did(self, _request: Request) -> Response:
        """The keys."""
        try:
            found = await run_in_threadpool(self._certificates.published.controller)
        except NoAddressError as problem:  # nothing is published under a name that nobody gave
            raise NotFoundError from problem
        headers = {"Cache-Control": f"public, max-age={LIST_SECONDS}", "Access-Control-Allow-Origin": "*"}
        return Response(canonical.encode(found), media_type=_DID, headers=headers)

    def _list(self, number: int, purpose: str) -> bytes | None:
        try:
            return self._certificates.published.status_list(number, purpose)
        except NoAddressError:
            return None

    async def _find(self, request: Request) -> _Shown:
        certificate_id = request.path_params["certificate_id"]
        if not documents.is_id(certificate_id):
            raise UnknownCertificateError
        return await self._asked.take(certificate_id)

    def _judged(self, certificate_ids: Sequence[str]) -> Sequence[_Shown | PocusError]:
        """As anyone would judge them who has the keys and today's lists."""
        stands = self._certificates.published.stands(certificate_ids)
        now_ms = self._clock.read().wall_ms
        trust = Trust(
            keys=frozenset(self._ring.believed),
            revoked=frozenset(key for key in self._ring.verifiers if key.key_id in self._ring.revoked),
        )
        found: list[_Shown | PocusError] = []
        for one in certificate_ids:
            stand = stands.get(one)
            try:
                found.append(UnknownCertificateError() if stand is None else _judge(*stand, trust, now_ms))
            except PocusError as problem:  # of this one; the others are shown
                found.append(problem)
        return found


def wants_json(request: Request) -> bool:
    """Whether who asks prefers JSON to a page: the first of both that they name, of what weight ever."""
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("Accept", "").split(",")]
    first = next((kind for kind in accepted if kind in _JSON or kind in {HTML, "*/*", "text/*"}), HTML)
    return first in _JSON


def _judge(state: CertificateState, credential: bytes, trust: Trust, now_ms: int) -> _Shown:
    found = _signed(credential, trust)
    certificate = _read(credential)
    if not isinstance(found, Finding):
        found = standing(found, now_ms=now_ms, lists=_lists_of(certificate, state, now_ms))
    return _Shown(credential=credential, certificate=certificate, verdict=found.verdict)


@lru_cache(maxsize=REMEMBERED)
def _read(credential: bytes) -> Certificate:
    return documents.of_credential(read_json(credential))


@lru_cache(maxsize=REMEMBERED)
def _page(credential: bytes, verdict: Verdict, language: str) -> Stencil:
    """The page, but for the moment."""
    certificate = _read(credential)
    return Stencil(
        render(
            "certificate.html",
            language,
            certificate=certificate,
            areas=[documents.area_name(area, language) for area in certificate.areas],
            verdict=str(verdict),
            tone=_TONES.get(str(verdict), "bad"),
            moment=place("moment"),
        )
    )


def _credential(found: _Shown) -> Response:
    headers = {"Cache-Control": "no-store", "Vary": "Accept", "Access-Control-Allow-Origin": "*"}
    return Response(found.credential, media_type=MEDIA_TYPE, headers=headers)


def _lists_of(certificate: Certificate, state: CertificateState, now_ms: int) -> tuple[StatusList, ...]:
    """What today's lists say of one certificate, without reading those of all others."""
    return tuple(
        StatusList(
            url=certificate.address.status_list(certificate.place.number, purpose),
            purpose=purpose,
            did=certificate.address.did,
            as_of_ms=now_ms,
            until_ms=now_ms + FRESH_MS,
            bits=status_list.to_bits([certificate.place.index] if state is _STATES[purpose] else []),
        )
        for purpose in PURPOSES
    )


def _refused(request: Request, problem: PocusError) -> Response | None:
    return problem_response(problem) if wants_json(request) else None
