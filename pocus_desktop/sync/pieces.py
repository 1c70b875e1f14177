"""Envelopes in pieces over HTTP: a client of the tus protocol 1.0.0 (formats/sync 8).

Rules kept here:

1. Before anything is begun, the hub is asked whether it holds the envelope already (8.4).
2. How much the hub holds is the hub's word; nothing before that is sent again (8.5).
3. An upload's address is followed only where it lies below the hub's own (8.3).
4. A cut asks the hub once how far it is, so that the next attempt need not (8.5).
5. What goes first is not kept waiting: between two pieces the sender may be called off (4.9).
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

import httpx2

from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from pocus_desktop.sync.errors import GaveWayError, NoUploadsError, StrangeAnswerError, SyncError
from pocus_desktop.sync.hub_http import bounded_body, media_type, problem_of, told_as_ours
from pocus_desktop.sync.transport import PROBLEM_MEDIA_TYPE, RECEIPT_MEDIA_TYPE

VERSION: Final = "1.0.0"
PIECE_TYPE: Final = "application/offset+octet-stream"
WRITE_BYTES: Final = 1_400
"""So much is handed to the network at a time: one TLS record in one packet, since nothing can be read of a record that
is cut."""

_PLAIN: Final = {"Accept-Encoding": "identity"}
_TUS: Final = {**_PLAIN, "Tus-Resumable": VERSION}
_CREATED: Final = 201
_OK: Final = frozenset({200, 204})
_NOT_FOUND: Final = frozenset({404, 410})
_NOT_HELD: Final = frozenset({"hub.no_receipt", "relay.not_held"})
_FULL: Final = frozenset({"hub.uploads_full", "relay.uploads_full"})
_NO_UPLOADS: Final = frozenset({404, 405, 412, 501})
_CONFLICT: Final = 409
_NOT_THERE: Final = 404
_LONGEST_NUMBER: Final = 15

Moved = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is brought over in pieces.

    Attributes:
        media_type: Its own.
        receipts: The path below which a receipt is asked for.
        receipt_type: The media type of receipts.
        is_large: Whether it is a candidate's file, which goes in pieces alone, and whose receipt is asked for as who
            sent it. The hub is asked how far it is before anything goes on: a request's answer is read when all of it
            was sent, and so much is not sent in vain.
    """

    media_type: str
    receipts: str
    receipt_type: str
    is_large: bool = False


ENVELOPES: Final = Kind(media_type=MEDIA_TYPE, receipts="v1/envelopes", receipt_type=RECEIPT_MEDIA_TYPE)


class _GoneError(Exception):
    """The hub knows no such upload any more."""


class _OtherOffsetError(Exception):
    """The hub holds another number of bytes."""


class Pieces:
    """Talks with one hub about uploads."""

    def __init__(
        self,
        client: httpx2.Client,
        address: httpx2.URL,
        *,
        receipt_in: Callable[[httpx2.Response, str], bytes],
        refusal: Callable[[httpx2.Response, str, Mapping[str, Json]], PocusError],
        authorize: Callable[[str, str], Mapping[str, str]],
        kind: Kind = ENVELOPES,
        progress: Callable[[int], None] = lambda _sent: None,
    ) -> None:
        """Join the parts.

        Args:
            client: The connections to the hub.
            address: The hub's, with a slash at its end.
            receipt_in: Judges an answer that should hold a receipt.
            refusal: What an answer that is none of those expected means.
            authorize: The fields that say who asks, for a method and a path.
            kind: What is brought over.
            progress: Told how many bytes from the beginning were handed to the network, again and again.
        """
        self._client = client
        self._address = address
        self._host = address.host
        self._receipt_in = receipt_in
        self._refusal = refusal
        self._authorize = authorize
        self._kind = kind
        self._progress = progress

    def upload(
        self,
        envelope: bytes,
        digest: str,
        *,
        upload: str,
        offset: int,
        moved: Moved,
        is_wanted: Callable[[], bool],
    ) -> bytes:
        """Bring over what the hub does not hold yet; see `PiecewiseTransport`."""
        if self._is_ours(upload):
            try:
                if self._kind.is_large:
                    offset = self._offset(upload)
                    moved(upload, offset)
                return self._finish(upload, envelope, digest, offset, moved, is_wanted)
            except _GoneError:  # the hub let it go, judged or not: it is asked
                moved("", 0)
        held = self.receipt(digest)  # rule 1
        if held is not None:
            return held
        upload = self._begin(digest, len(envelope))
        moved(upload, 0)
        try:
            return self._finish(upload, envelope, digest, 0, moved, is_wanted)
        except _GoneError as problem:
            moved("", 0)
            raise StrangeAnswerError(host=self._host, status=_NOT_THERE) from problem

    def _finish(
        self,
        upload: str,
        envelope: bytes,
        digest: str,
        offset: int,
        moved: Moved,
        is_wanted: Callable[[], bool],
    ) -> bytes:
        """Send what comes after `offset` to the end, and fetch the receipt.

        Raises:
            _GoneError: The hub knows no such upload any more, and does not hold the envelope.
        """
        try:
            self._send(upload, envelope, offset, moved, is_wanted)
        except _GoneError:
            held = self.receipt(digest)
            if held is None:
                raise
            return held
        moved(upload, len(envelope))
        held = self.receipt(digest)
        if held is None:
            raise StrangeAnswerError(host=self._host, status=_NOT_THERE)
        return held

    def _send(self, upload: str, envelope: bytes, offset: int, moved: Moved, is_wanted: Callable[[], bool]) -> None:
        """Send what comes after `offset`, to the end.

        Raises:
            _GoneError: The hub knows no such upload any more.
        """
        try:
            try:
                self._append(upload, envelope, offset, is_wanted)
            except _OtherOffsetError:  # it holds more or less than was thought: ask, and go on from there
                told = self._offset(upload)
                moved(upload, told)
                self._append(upload, envelope, told, is_wanted)
        except _OtherOffsetError as problem:
            raise StrangeAnswerError(host=self._host, status=_CONFLICT) from problem
        except SyncError as error:
            if error.is_cut:
                self._tell_how_far(upload, moved)  # rule 4
            raise

    def _tell_how_far(self, upload: str, moved: Moved) -> None:
        try:
            moved(upload, self._offset(upload))
        except _GoneError:
            moved("", 0)
        except SyncError:  # the cut itself is what is told; the next attempt asks again
            return

    def receipt(self, digest: str) -> bytes | None:
        """The receipt of an envelope that the hub holds; None where it holds it not."""
        target = f"{self._kind.receipts}/{digest}/receipt"
        headers = {**_PLAIN, "Accept": f"{self._kind.receipt_type}, {PROBLEM_MEDIA_TYPE}"}
        if self._kind.is_large:  # its receipt says whose it is, and is given to nobody else
            headers |= self._authorize("GET", f"/{target}")
        url = self._address.join(target)
        with told_as_ours(self._host), self._client.stream("GET", url, headers=headers) as answer:
            if answer.status_code in _NOT_FOUND and media_type(answer) == PROBLEM_MEDIA_TYPE:
                code = problem_of(answer, self._host).get("code")
                if code in _NOT_HELD:
                    return None
                raise self._refusal(answer, self._host, {"code": code})
            return self._receipt_in(answer, self._host)

    def _begin(self, digest: str, size_bytes: int) -> str:
        said = (("filename", digest), ("filetype", self._kind.media_type))
        told = ",".join(f"{key} {_base64(value)}" for key, value in said)
        size = {"Upload-Length": str(size_bytes), "Content-Length": "0"}
        headers = {**_TUS, **size, "Upload-Metadata": told, **self._authorize("POST", "/v1/uploads")}
        url = self._address.join("v1/uploads")
        with told_as_ours(self._host), self._client.stream("POST", url, headers=headers) as answer:
            if answer.status_code == _CREATED:
                found = urljoin(str(url), answer.headers.get("Location", ""))
                if not self._is_ours(found):
                    raise StrangeAnswerError(host=self._host, status=answer.status_code)
                self._read_out(answer)
                return found
            problem = self._problem(answer)
            is_full = problem.get("code") in _FULL
            if answer.status_code in _NO_UPLOADS or (is_full and not self._kind.is_large):  # it may go whole
                raise NoUploadsError(host=self._host)
            raise self._told(answer, problem)

    def _offset(self, upload: str) -> int:
        """How much the hub holds."""
        with told_as_ours(self._host), self._client.stream("HEAD", upload, headers=_TUS) as answer:
            if answer.status_code in _NOT_FOUND:
                raise _GoneError
            told = answer.headers.get("Upload-Offset", "")
            if answer.status_code in _OK and told.isascii() and told.isdigit() and len(told) <= _LONGEST_NUMBER:
                self._read_out(answer)
                return int(told)
            raise self._told(answer, {})

    def _append(self, upload: str, envelope: bytes, offset: int, is_wanted: Callable[[], bool]) -> None:
        """Send one stretch, to the end."""
        rest = memoryview(envelope)[offset:]
        headers = {
            **_TUS,
            "Content-Type": PIECE_TYPE,
            "Upload-Offset": str(offset),
            "Content-Length": str(len(rest)),
        }
        content = self._pieces(rest, offset, is_wanted)
        with (
            told_as_ours(self._host),
            self._client.stream("PATCH", upload, headers=headers, content=content) as answer,
        ):
            if answer.status_code in _OK and answer.headers.get("Upload-Offset") == str(len(envelope)):
                self._read_out(answer)
                return
            if answer.status_code == _CONFLICT:
                raise _OtherOffsetError
            if answer.status_code in _NOT_FOUND:
                raise _GoneError
            raise self._told(answer, self._problem(answer))

    def _pieces(self, rest: memoryview, offset: int, is_wanted: Callable[[], bool]) -> Iterator[bytes]:
        for begin in range(0, len(rest), WRITE_BYTES):
            if not is_wanted():  # rule 5
                raise GaveWayError(host=self._host)
            self._progress(offset + begin)
            yield bytes(rest[begin : begin + WRITE_BYTES])

    def _read_out(self, answer: httpx2.Response) -> None:
        """To the end, though nothing comes: only then the connection serves the next request."""
        bounded_body(answer, self._host)

    def _problem(self, answer: httpx2.Response) -> Mapping[str, Json]:
        return problem_of(answer, self._host) if media_type(answer) == PROBLEM_MEDIA_TYPE else {}

    def _told(self, answer: httpx2.Response, problem: Mapping[str, Json]) -> PocusError:
        """What an answer means that is none of those expected."""
        if media_type(answer) == PROBLEM_MEDIA_TYPE:
            return self._refusal(answer, self._host, problem)
        try:
            self._receipt_in(answer, self._host)
        except SyncError as error:
            return error
        return StrangeAnswerError(host=self._host, status=answer.status_code)

    def _is_ours(self, upload: str) -> bool:
        """Rule 3."""
        if not upload:
            return False
        try:
            found = httpx2.URL(upload)
        except httpx2.InvalidURL:
            return False
        ours = self._address
        is_same = (found.scheme, found.host, found.port) == (ours.scheme, ours.host, ours.port)
        return is_same and found.path.startswith(ours.path) and not found.userinfo and not found.fragment


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("ascii")).decode("ascii")
