"""A depot at an address: `GET` with ranges over HTTP or HTTPS (formats/trust 7).

The bytes are verified by whoever asked, so http is allowed; a certificate that is not trusted is refused all the same.
Rules kept here:

1. A path goes into the address byte for byte as it is given, percent-encoded or not; one that leads out is not carried.
2. 404, 403 and 410 mean that the file is not there; every other refusal, drop or stall may be tried again.
3. A range is believed only where `Content-Range` says that it is the one asked for. A server that knows no ranges
   answers with the whole file, of which what is held already is skipped.
4. A file that changed since its beginning was read is not gone on with (`If-Range`, and the validator of the answer).
5. Nothing is decompressed, and no redirection is followed.
6. Time-outs measure stalls, not totals.
"""

import ipaddress
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

import httpx2

from pocus_desktop.bundle.carrier import CarrierFailedError, NotCarriedError
from pocus_desktop.kernel.errors import Blame, PocusError

CONNECT_S: Final = 10.0
STALL_S: Final = 30.0

_WHOLE: Final = 200
_PART: Final = 206
_BEYOND: Final = 416
_ABSENT: Final = frozenset({403, 404, 410})
_NETWORK_SIGN_IN: Final = 511
_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
_PAGES: Final = (".html", ".htm", ".xhtml")
_PLAIN: Final = "/%!$&'()*+,;=:@"
"""What stands in a path as it is; `%` because the path may be percent-encoded already."""

_RANGE: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_BEYOND_RANGE: Final = re.compile(r"bytes \*/(\d{1,18})")


class BadDepotAddressError(PocusError):
    """A depot's address is not one that can be asked: http or https, with a host, without a name or query."""

    code = "depot.bad_address"
    blame = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What an answer holds of what was asked for.

    Attributes:
        skip: Bytes at its beginning that were not asked for.
        length: How many bytes it says that it holds; None where it does not say.
        is_all: Whether nothing that was asked for lies behind it.
    """

    skip: int
    length: int | None
    is_all: bool


class UrlCarrier:
    """A depot at an address."""

    def __init__(
        self,
        url: str,
        *,
        transport: httpx2.BaseTransport | None = None,
        trust: ssl.SSLContext | None = None,
        connect_s: float = CONNECT_S,
        stall_s: float = STALL_S,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            url: Of the depot, such as `https://depot.example.org/academy`.
            transport: Instead of the network.
            trust: Instead of the operating system's store of certificates; then no proxy of the system is asked either.
            connect_s: How long connecting may take, in seconds.
            stall_s: How long nothing may come, in seconds.

        Raises:
            BadDepotAddressError: It is no such address.
        """
        self._base = _base(url)
        self._name = url
        self._validators: dict[str, str] = {}
        self._client = httpx2.Client(
            transport=transport,
            verify=_trust(self._base) if trust is None else trust,
            follow_redirects=False,
            trust_env=trust is None and not _is_this_computer(self._base.host),
            timeout=httpx2.Timeout(stall_s, connect=connect_s),
        )

    @property
    def name(self) -> str:
        """The address."""
        return self._name

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        """As `Carrier.read`; the request is made when the first piece is asked for."""
        address = self._locate(path)
        headers = {"Accept-Encoding": "identity"}
        if offset or size is not None:
            last = "" if size is None else str(offset + max(size, 1) - 1)
            headers["Range"] = f"bytes={offset}-{last}"
            if offset and path in self._validators:
                headers["If-Range"] = self._validators[path]
        with (
            _told_as_ours(path, self._name),
            self._client.stream("GET", address, headers=headers) as answer,
        ):
            content = self._judge(answer, path, offset, size)
            yield from self._pieces(answer, path, content, size)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _locate(self, path: str) -> httpx2.URL:
        """Rule 1."""
        parts = unquote(path).split("/")
        if not path or path.startswith("/") or "\\" in path or "." in parts or ".." in parts:
            raise NotCarriedError(file=path, carrier=self._name)
        raw = self._base.raw_path + quote(path, safe=_PLAIN).encode("ascii")
        try:
            return self._base.copy_with(raw_path=raw)
        except httpx2.InvalidURL as problem:
            raise NotCarriedError(file=path, carrier=self._name) from problem

    def _judge(self, answer: httpx2.Response, path: str, offset: int, size: int | None) -> _Content:
        """Rules 2 to 5: what the answer holds.

        Raises:
            NotCarriedError: The server does not have it.
            CarrierFailedError: The server gives nothing that can be used.
        """
        status = answer.status_code
        if status in _ABSENT:
            raise NotCarriedError(file=path, carrier=self._name)
        if status == _NETWORK_SIGN_IN or (_media_type(answer) in _HTML and not path.endswith(_PAGES)):
            raise self._failed(path, "a web page came instead; the network may ask you to sign in")
        if 300 <= status < 400:
            raise self._failed(path, f"it sends elsewhere ({status})")
        if status == _BEYOND and (found := _BEYOND_RANGE.fullmatch(answer.headers.get("Content-Range", ""))):
            if int(found[1]) <= offset:
                return _Content(skip=0, length=0, is_all=True)
            raise self._failed(path, "it refuses a part that it has")
        if status not in (_WHOLE, _PART):
            raise self._failed(path, f"it answers {status}")
        if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise self._failed(path, "what it sends is compressed")
        self._require_same(answer, path, offset)
        if status == _WHOLE:
            return _Content(skip=offset, length=_length(answer), is_all=True)
        return self._part(answer, path, offset, size)

    def _part(self, answer: httpx2.Response, path: str, offset: int, size: int | None) -> _Content:
        """Rule 3."""
        found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if found is None:
            raise self._failed(path, "it does not say which part it sends")
        first, last = int(found[1]), int(found[2])
        total = None if found[3] == "*" else int(found[3])
        end = None if size is None else offset + max(size, 1)
        is_sound = first == offset and last >= first and (total is None or last < total)
        if not is_sound or (end is not None and last >= end):
            raise self._failed(path, "it sends another part than was asked for")
        ends = [each for each in (total, end) if each is not None]
        return _Content(skip=0, length=last - first + 1, is_all=bool(ends) and last + 1 >= min(ends))

    def _require_same(self, answer: httpx2.Response, path: str, offset: int) -> None:
        """Rule 4."""
        validator: str = answer.headers.get("ETag", "")
        if not offset:
            self._validators.pop(path, None)
            if validator.startswith('"'):  # a weak one says nothing of bytes
                self._validators[path] = validator
        elif validator and self._validators.get(path, validator) != validator:
            raise self._failed(path, "the file was changed while it was read")

    def _pieces(self, answer: httpx2.Response, path: str, content: _Content, size: int | None) -> Iterator[bytes]:
        skip, left, came = content.skip, size, 0
        if content.length == 0 and answer.status_code == _BEYOND:
            return
        for piece in answer.iter_raw():
            came += len(piece)
            if content.length is not None and came > content.length:
                raise self._failed(path, "it sends more than it says")
            kept = piece[skip:]
            skip -= min(skip, len(piece))
            if left is not None:
                kept = kept[:left]
                left -= len(kept)
            if kept:
                yield kept
            if left == 0:
                return
        if content.length is not None and came < content.length:
            raise self._failed(path, "the link was cut")
        if not content.is_all:
            raise self._failed(path, "it sent less than was asked for")

    def _failed(self, path: str, reason: str) -> CarrierFailedError:
        return CarrierFailedError(file=path, carrier=self._name, reason=reason)


def _base(url: str) -> httpx2.URL:
    """The address with a slash at its end, so that a path can be appended."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as problem:
        raise BadDepotAddressError(address=url, reason="it is not an address") from problem
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise BadDepotAddressError(address=url, reason="it must begin with https:// or http://")
    if parsed.userinfo or "?" in url or "#" in url:
        raise BadDepotAddressError(address=parsed.host, reason="it must be without name, query and fragment")
    return parsed if parsed.raw_path.endswith(b"/") else parsed.copy_with(raw_path=parsed.raw_path + b"/")


def _trust(base: httpx2.URL) -> ssl.SSLContext | bool:
    """The operating system's certificates; to read them takes long, so not where none will be asked for."""
    return True if base.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _is_this_computer(host: str) -> bool:
    """Whether a proxy must stay out of it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _media_type(answer: httpx2.Response) -> str:
    given: str = answer.headers.get("Content-Type", "")
    return given.partition(";")[0].strip().lower()


def _length(answer: httpx2.Response) -> int | None:
    given: str = answer.headers.get("Content-Length", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= 18 else None


@contextmanager
def _told_as_ours(path: str, carrier: str) -> Iterator[None]:
    """Third-party errors become ours at the door."""
    try:
        yield
    except httpx2.ConnectTimeout as problem:
        raise CarrierFailedError(file=path, carrier=carrier, reason="it cannot be reached") from problem
    except httpx2.TimeoutException as problem:
        raise CarrierFailedError(file=path, carrier=carrier, reason="nothing came for too long") from problem
    except (httpx2.ConnectError, httpx2.ProxyError) as problem:
        reason = "its certificate is not trusted here" if _is_about_trust(problem) else "it cannot be reached"
        raise CarrierFailedError(file=path, carrier=carrier, reason=reason) from problem
    except httpx2.HTTPError as problem:
        raise CarrierFailedError(file=path, carrier=carrier, reason="the link was cut") from problem


def _is_about_trust(problem: BaseException) -> bool:
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
