"""Portfolios over HTTP (formats/academy 3).

PUT /v1/submissions/{sha256}    a sealed submission, by who signed it; 201 with a receipt; 200 with the same one again
GET /v1/portfolios/me           what the academy has for the account whose key signed the question
GET /v1/portfolios/me/certificates/{id}/{language}      the paper of one of its certificates
"""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.errors import (
    BadDigestError,
    ContentDigestMismatchError,
    HubError,
)
from pocus_desktop.hub.programme.answers import Answers
from pocus_desktop.hub.programme.portfolios import Portfolios
from pocus_desktop.hub.storage.objects import is_digest
from pocus_desktop.hub.web.asking import account_asking, signer_of, told_to_senders
from pocus_desktop.hub.web.body import read_body
from pocus_desktop.hub.web.digest_field import sha256_of
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.guard import Guard
from pocus_desktop.hub.web.observed import refuse
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.certificate.errors import PaperFailedError
from pocus_desktop.programme.papers import PAPER_TYPE, PAPERS_TYPE
from pocus_desktop.programme.submission import MAXIMUM_SEALED_BYTES, RECEIPT_TYPE, SEALED_TYPE, open_submission
from pocus_desktop.programme.submission import signer_of as submission_signer

SUBMISSIONS: Final = "/v1/submissions/{digest}"
ME: Final = "/v1/portfolios/me"
PAPER: Final = ME + "/certificates/{certificate_id}/{language}"
_UNSOUND: Final = 422
_PRIVATE: Final = {"Cache-Control": "no-store"}


class PortfolioDoor:
    """The endpoints."""

    def __init__(self, portfolios: Portfolios, answers: Answers, clock: Clock, guard: Guard, *, stall_s: float) -> None:
        self._portfolios = portfolios
        self._answers = answers
        self._clock = clock
        self._guard = guard
        self._stall_s = stall_s

    def routes(self) -> list[Door]:
        """For the application."""
        return [
            Door(
                SUBMISSIONS,
                self.put,
                method="PUT",
                takes=SEALED_TYPE,
                gives=[RECEIPT_TYPE],
                guard=self._guard,
                counted="submissions",
            ),
            Door(ME, self.papers, gives=[PAPERS_TYPE], guard=self._guard, counted="portfolios"),
            Door(PAPER, self.paper, gives=[PAPER_TYPE], guard=self._guard, counted="portfolios"),
        ]

    async def put(self, request: Request) -> Response:
        """Take a submission."""
        digest: str = request.path_params["digest"]
        if not is_digest(digest):
            raise BadDigestError
        named = sha256_of(", ".join(request.headers.getlist("Content-Digest")) or None)
        data = await read_body(request, maximum_bytes=MAXIMUM_SEALED_BYTES, stall_s=self._stall_s)
        if canonical.digest(data) != named:
            raise ContentDigestMismatchError
        try:
            await run_in_threadpool(self._require_signer, request, data, named)
            taken = await run_in_threadpool(self._portfolios.take, data, digest)
        except HubError:
            raise
        except PocusError as problem:  # the submission is unsound: the sender's, not the hub's
            log.failure(problem)
            return refuse(request.scope, problem, status=_UNSOUND)
        status = 201 if taken.is_new else 200
        return Response(taken.receipt, status_code=status, media_type=RECEIPT_TYPE, headers=_PRIVATE)

    async def papers(self, request: Request) -> Response:
        """What the academy has for whoever asks."""
        data = await run_in_threadpool(lambda: self._answers.papers(self._asker(request)))
        return Response(data, media_type=PAPERS_TYPE, headers=_PRIVATE)

    async def paper(self, request: Request) -> Response:
        """A certificate of whoever asks, to be printed."""
        wanted = request.path_params

        def made() -> bytes:
            return self._answers.paper(self._asker(request), wanted["certificate_id"], wanted["language"])

        try:
            data = await run_in_threadpool(made)
        except PaperFailedError as problem:
            return refuse(request.scope, problem, status=_UNSOUND)
        return Response(data, media_type=PAPER_TYPE, headers=_PRIVATE)

    def _require_signer(self, request: Request, data: bytes, content_digest: str) -> None:
        """Who sends has the key inside: the receipt tells whose it is, and somebody may have found the sealed bytes.

        Raises:
            UnknownSenderError, ClockDiffersError, UnsignedError: Somebody else sends it, or at another time.
            PocusError: Nothing sound is inside.
        """
        key = submission_signer(self._portfolios.opened(data, open_submission))
        now_ms = self._clock.read().wall_ms

        def find(key_id: str) -> tuple[PublicKey, PublicKey] | None:
            return (key, key) if key_id == key.key_id else None

        with told_to_senders(now_ms):
            signer_of(request, find, now_ms=now_ms, content_digest=content_digest)

    def _asker(self, request: Request) -> str:
        """The account whose key signed the question; as `account_asking`."""
        return account_asking(request, self._portfolios, self._clock)
