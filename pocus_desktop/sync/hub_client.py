"""What a station asks the hub besides delivering results: its enrolment, its admissions (formats/enrolment 6, 7)."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar, Final, Self

import httpx2

from pocus_desktop.admission.enrolling import GRANT_TYPE, REQUEST_TYPE
from pocus_desktop.admission.handing_out import ADMISSIONS_PATH, MAXIMUM_BYTES, MEDIA_TYPE, read_admissions
from pocus_desktop.admission.station_request import sign_request
from pocus_desktop.crypto.encoding import to_base64
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical, words
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import Blame, PocusError, Safe
from pocus_desktop.sync.errors import StrangeAnswerError, SyncError
from pocus_desktop.sync.https import receipt_of
from pocus_desktop.sync.hub_http import (
    Connection,
    bounded_body,
    hub_time_ms,
    media_type,
    problem_of,
    told_as_ours,
)
from pocus_desktop.sync.pieces import Kind, Moved, Pieces
from pocus_desktop.sync.transport import PROBLEM_MEDIA_TYPE

ADMISSIONS: Final = ADMISSIONS_PATH
GRANT: Final = "/v1/stations/me/grant"
INCIDENTS: Final = "/v1/incidents"
SEALED_INCIDENT_TYPE: Final = "application/vnd.pocus.sealed-incident.v1+json"
INCIDENT_RECEIPT_TYPE: Final = "application/vnd.pocus.incident-receipt.v1+json"
SUBMISSIONS: Final = "/v1/submissions"
PAPERS: Final = "/v1/portfolios/me"
SEALED_SUBMISSION_TYPE: Final = "application/vnd.pocus.sealed-portfolio.v1+json"
SUBMISSION_RECEIPT_TYPE: Final = "application/vnd.pocus.portfolio-receipt.v1+json"
PAPERS_TYPE: Final = "application/vnd.pocus.portfolio-papers.v1+json"
CERTIFICATE_PAPER_TYPE: Final = "application/vnd.pocus.certificate-paper.v1+json"
SEALED_FILE_TYPE: Final = "application/vnd.pocus.sealed-evidence.v1"
_FILES: Final = Kind(
    media_type=SEALED_FILE_TYPE, receipts="v1/files", receipt_type=SUBMISSION_RECEIPT_TYPE, is_large=True
)
_ENROLMENTS: Final = "/v1/enrolments"
_LONGEST: Final = 200


class HubNotReachedError(PocusError):
    """The hub could not be asked; its `reason` is the code of why."""

    code: ClassVar[str] = "sync.hub_not_reached"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


class HubAnsweredNoError(PocusError):
    """The hub does not do what was asked; its `reason` is the code of why, in whose words it is told."""

    code: ClassVar[str] = "sync.hub_answered_no"
    blame: ClassVar[Blame] = Blame.USER
    _theirs: Mapping[str, Safe] = MappingProxyType({})
    hub_time_ms: int | None = None
    """The hub's time, where that is what was wrong with the question's."""

    def explain(self, language: str = "en") -> words.Explanation:
        """The hub's reason in our words; our own where we have none for it."""
        reason = str(self.params["reason"])
        code = reason if words.has(f"errors.{reason}.what") else self.code
        return words.explain(code, self.params if code == self.code else self._theirs, language)

    @classmethod
    def of(cls, problem: Mapping[str, Json], *, status: int) -> Self:
        """From a problem document; of its members only short, plain values are believed."""
        code, params = problem.get("code"), problem.get("params")
        given = params if isinstance(params, Mapping) else {}
        theirs: dict[str, Safe] = {
            name: value[:_LONGEST] if isinstance(value, str) else value
            for name, value in given.items()
            if isinstance(value, str | int | float) and str(value).isprintable()
        }
        known = isinstance(code, str) and words.has(f"errors.{code}.what")
        error = cls(reason=str(code) if known else "-", status=status)
        error._theirs = theirs
        error.hub_time_ms = hub_time_ms(problem)
        return error


class HubClient(Connection):
    """A hub at a URL."""

    hub_ms: int | None = None
    """The time that the hub named, where the last signed question was signed for another than it takes; else None."""

    def enrol(self, request: bytes) -> bytes:
        """Send a request with a one-time code; the grant that came, not verified.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why not.
        """
        headers = {"Content-Type": REQUEST_TYPE, "Accept": f"{GRANT_TYPE}, {PROBLEM_MEDIA_TYPE}"}
        return self._ask("POST", _ENROLMENTS, headers, content=request, kind=GRANT_TYPE)

    def admissions(self, key: SigningKey, *, now_ms: int) -> tuple[bytes, ...]:
        """The admissions that this station may take in, not verified.

        Args:
            key: The station's.
            now_ms: Wall time; where the hub says that it is another, it is asked again for the hub's.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why not.
            BadDocumentError, NewerDocumentError: What came is no list of admissions.
        """
        return read_admissions(self._ask_signed(key, ADMISSIONS, MEDIA_TYPE, now_ms))

    def grant(self, key: SigningKey, *, now_ms: int) -> bytes:
        """This station's or centre's grant as it stands now, not verified.

        Args:
            key: Its own.
            now_ms: As above.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why not.
        """
        return self._ask_signed(key, GRANT, GRANT_TYPE, now_ms)

    def file_incident(self, sealed: bytes, digest: str, key: SigningKey, *, now_ms: int) -> bytes:
        """Bring a sealed report of an incident over; the receipt that came, not verified.

        Args:
            sealed: The report, sealed to the academy.
            digest: SHA-256 of the signed report inside.
            key: The centre's.
            now_ms: As above.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why not.
        """
        try:
            return self._file_once(sealed, digest, key, now_ms)
        except HubAnsweredNoError as error:
            if error.hub_time_ms is None:
                raise
            return self._file_once(sealed, digest, key, error.hub_time_ms)

    def _file_once(self, sealed: bytes, digest: str, key: SigningKey, now_ms: int) -> bytes:
        target = f"{INCIDENTS}/{digest}"
        checksum = canonical.digest(sealed)
        headers = {
            "Authorization": sign_request(key, method="PUT", target=target, now_ms=now_ms, content_digest=checksum),
            "Content-Type": SEALED_INCIDENT_TYPE,
            "Content-Digest": f"sha-256=:{to_base64(bytes.fromhex(checksum))}:",
            "Accept": f"{INCIDENT_RECEIPT_TYPE}, {PROBLEM_MEDIA_TYPE}",
        }
        return self._ask("PUT", target, headers, content=sealed, kind=INCIDENT_RECEIPT_TYPE)

    def submit(self, sealed: bytes, digest: str, key: SigningKey, *, now_ms: int) -> bytes:
        """Bring a portfolio's sealed submission over; the receipt that came, not verified.

        Args:
            sealed: The submission, sealed to the academy.
            digest: SHA-256 of the signed submission inside.
            key: The portfolio's, which signed it.
            now_ms: As above.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why not.
        """
        try:
            return self._submit_once(sealed, digest, key, now_ms)
        except HubAnsweredNoError as error:
            if error.hub_time_ms is None:
                raise
            return self._submit_once(sealed, digest, key, error.hub_time_ms)

    def _submit_once(self, sealed: bytes, digest: str, key: SigningKey, now_ms: int) -> bytes:
        target = f"{SUBMISSIONS}/{digest}"
        checksum = canonical.digest(sealed)
        headers = {
            "Authorization": sign_request(key, method="PUT", target=target, now_ms=now_ms, content_digest=checksum),
            "Content-Type": SEALED_SUBMISSION_TYPE,
            "Content-Digest": f"sha-256=:{to_base64(bytes.fromhex(checksum))}:",
            "Accept": f"{SUBMISSION_RECEIPT_TYPE}, {PROBLEM_MEDIA_TYPE}",
        }
        return self._ask("PUT", target, headers, content=sealed, kind=SUBMISSION_RECEIPT_TYPE)

    def papers(self, key: SigningKey, *, now_ms: int) -> bytes:
        """What the academy has for a portfolio, not verified.

        Args:
            key: The portfolio's.
            now_ms: As above.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why not.
        """
        return self._ask_signed(key, PAPERS, PAPERS_TYPE, now_ms)

    def certificate_paper(self, key: SigningKey, certificate_id: str, language: str, *, now_ms: int) -> bytes:
        """The paper of one of a portfolio's certificates, not verified.

        Args:
            key: The portfolio's.
            certificate_id: Which one.
            language: `en` or `es`.
            now_ms: As above.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why not.
        """
        target = f"{PAPERS}/certificates/{certificate_id}/{language}"
        return self._ask_signed(key, target, CERTIFICATE_PAPER_TYPE, now_ms)

    def deliver_file(
        self,
        sealed: bytes,
        digest: str,
        key: SigningKey,
        *,
        upload: str,
        offset: int,
        moved: Moved,
        progress: Callable[[int], None],
        is_wanted: Callable[[], bool],
        now_ms: int,
    ) -> bytes:
        """Bring a sealed file of a portfolio over in pieces, from where it was cut; the receipt, not verified.

        Args:
            sealed: The file, sealed to the academy.
            digest: SHA-256 of that.
            key: The portfolio's.
            upload: The upload's address from an earlier attempt; empty where there was none.
            offset: How much of it the hub is thought to hold.
            moved: Told where an upload is and how far, so that the next attempt goes on from there.
            progress: Told how many bytes were handed to the network.
            is_wanted: Whether it shall go on.
            now_ms: As above.

        Raises:
            SyncError: The network, or something else than a hub; trying again can help.
            HubAnsweredNoError: The hub's word.
        """

        def pieces(at_ms: int) -> Pieces:
            begun_s = time.monotonic()  # a file takes its time, and its receipt is asked for at the end

            def authorize(method: str, target: str) -> dict[str, str]:
                moment_ms = at_ms + int((time.monotonic() - begun_s) * 1000)
                return {"Authorization": sign_request(key, method=method, target=target, now_ms=moment_ms)}

            return Pieces(
                self._client,
                self._address,
                receipt_in=lambda answer, host: receipt_of(answer, host, _refusal, kind=SUBMISSION_RECEIPT_TYPE),
                refusal=_refusal,
                authorize=authorize,
                kind=_FILES,
                progress=progress,
            )

        try:
            return pieces(now_ms).upload(sealed, digest, upload=upload, offset=offset, moved=moved, is_wanted=is_wanted)
        except HubAnsweredNoError as error:
            if error.hub_time_ms is None:
                raise
            at_ms = error.hub_time_ms
            return pieces(at_ms).upload(sealed, digest, upload="", offset=0, moved=moved, is_wanted=is_wanted)

    def _ask_signed(self, key: SigningKey, target: str, kind: str, now_ms: int) -> bytes:
        """Ask as who has this key; told that it is another time than now, once more for that time."""
        self.hub_ms = None
        try:
            return self._ask_once(key, target, kind, now_ms)
        except HubAnsweredNoError as error:
            if error.hub_time_ms is None:
                raise
            self.hub_ms = error.hub_time_ms
            return self._ask_once(key, target, kind, error.hub_time_ms)

    def _ask_once(self, key: SigningKey, target: str, kind: str, now_ms: int) -> bytes:
        signature = sign_request(key, method="GET", target=target, now_ms=now_ms)
        headers = {"Authorization": signature, "Accept": f"{kind}, {PROBLEM_MEDIA_TYPE}"}
        return self._ask("GET", target, headers, content=None, kind=kind)

    def _ask(self, method: str, target: str, headers: dict[str, str], *, content: bytes | None, kind: str) -> bytes:
        host = self._address.host
        url = self._address.join(target.removeprefix("/"))
        plain = {**headers, "Accept-Encoding": "identity"}
        try:
            with (
                told_as_ours(host),
                self._client.stream(method, url, content=content, headers=plain) as answer,
            ):
                if answer.is_success and media_type(answer) == kind:
                    return bounded_body(answer, host, MAXIMUM_BYTES)
                problem = problem_of(answer, host) if media_type(answer) == PROBLEM_MEDIA_TYPE else {}
                status = answer.status_code
        except SyncError as error:
            raise HubNotReachedError(host=host, reason=error.code) from error
        if not problem:
            raise HubNotReachedError(host=host, reason=f"status {status}")
        raise HubAnsweredNoError.of(problem, status=status)


def _refusal(answer: httpx2.Response, host: str, problem: Mapping[str, Json]) -> PocusError:
    """What an answer means that is none of those expected."""
    if not problem.get("code"):
        return StrangeAnswerError(host=host, status=answer.status_code)
    return HubAnsweredNoError.of(problem, status=answer.status_code)
