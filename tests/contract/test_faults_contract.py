"""Whatever a carrier meets: each failure has its name, and once it is gone every envelope has its receipt.

The network's faults are real ones, on a real socket between station and hub (`tests.sync.weak_link`); those of a folder
are what happens to sticks. A hub within the process is put behind the same faults one layer higher.
"""

import hashlib
import json
import os
import shutil
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import httpx2
import pytest

from pocus_desktop.hub.carried import take_folder
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.kernel import files, words
from pocus_desktop.sitting.receipt import issue_receipt, verify_receipt
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.engine import LONGEST_PLAN_MS, Status
from pocus_desktop.sync.errors import (
    BadReceiptError,
    CaptivePortalError,
    CutOffError,
    DamagedOnTheWayError,
    FolderDamagedError,
    FolderNotWritableError,
    HubUnavailableError,
    NoConnectionError,
    NoFolderError,
    NoReceiptYetError,
    RedirectedError,
    StalledError,
    StrangeAnswerError,
    SyncError,
    UntrustedServerError,
)
from pocus_desktop.sync.folder import FolderTransport
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.transport import PROBLEM_MEDIA_TYPE, RECEIPT_MEDIA_TYPE, Transport
from tests.hub.certificates import write_certificate
from tests.hub.loopback import serving
from tests.hub.school import School
from tests.sync import weak_link as links
from tests.sync.large import seal_large
from tests.sync.weak_link import Deed, WeakLink, weak_link

LARGE_BYTES: Final = 120_000
Errors: TypeAlias = tuple[type[SyncError], ...]


def _answer(status: str, kind: str, body: bytes, *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close", *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _problem(status: str, code: str, *more: str) -> bytes:
    return _answer(status, PROBLEM_MEDIA_TYPE, json.dumps({"code": code}).encode(), *more)


STRANGER: Final = School(folder=Path()).keys.signing
FORGED: Final = issue_receipt(
    STRANGER, sealed_digest="0" * 64, sitting="sit", last_seq=1, received_at_ms=1, is_partial=False
)

ANSWERS: Final[dict[str, tuple[bytes, Errors]]] = {
    "a portal that answers 200 with HTML": (
        _answer("200 OK", "text/html", b"<html>Welcome</html>"),
        (CaptivePortalError,),
    ),
    "a portal by its status": (_answer("511 Sign In", "text/plain", b""), (CaptivePortalError,)),
    "a redirection": (_answer("302 Found", "text/html", b"", "Location: http://127.0.0.1:9/"), (RedirectedError,)),
    "a proxy that forbids": (_answer("403 No", "text/plain", b"no"), (StrangeAnswerError,)),
    "a page that is not there": (_answer("404 No", "text/plain", b"no"), (StrangeAnswerError,)),
    "too many requests": (_answer("429 Slow", "text/plain", b"", "Retry-After: 7"), (HubUnavailableError,)),
    "a hub in trouble": (_problem("500 Bad", "kernel.unexpected"), (HubUnavailableError,)),
    "a gateway in trouble": (_answer("502 Bad", "text/html", b"<html>"), (HubUnavailableError,)),
    "a hub that is full": (_problem("503 Full", "hub.store_unavailable", "Retry-After: 9"), (HubUnavailableError,)),
    "a receipt by a stranger": (_answer("201 Created", RECEIPT_MEDIA_TYPE, FORGED), (BadReceiptError,)),
    "no receipt at all": (_answer("204 Nothing", "text/plain", b""), (StrangeAnswerError,)),
}
"""What something on the way answers in the hub's place, and by which names that is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """A carrier, its faults, and how they end.

    Attributes:
        settle: Whatever has to be done at the hub's side, such as carrying a stick there.
    """

    transport: Transport
    errors: Errors
    settle: Callable[[], None] = lambda: None
    clear: Callable[[], None] = lambda: None


Break: TypeAlias = Callable[["World"], Road]


@dataclass
class World:
    """Around one test."""

    hub: Hub
    folder: Path
    stack: ExitStack
    after: list[Callable[[], None]] = field(default_factory=list)

    def link(self) -> WeakLink:
        """A link to the hub behind a real server."""
        return self.stack.enter_context(weak_link(self.stack.enter_context(serving(self.hub))))


def _over(deed: Deed, *errors: type[SyncError], then: Callable[[WeakLink], None] = lambda _link: None) -> Break:
    """Every connection meets this, until it is cleared."""

    def make(world: World) -> Road:
        link = world.link()
        link.otherwise = deed
        # what never comes is given up soon; what comes, however busy this computer is, never
        transport = HttpsTransport(link.url, stall_s=0.4 if StalledError in errors else 60)

        def clear() -> None:
            link.clear()
            then(link)

        return Road(transport=transport, errors=errors, clear=clear)

    return make


def _wrong_key(world: World) -> Road:
    """First someone else's certificate on the hub's address, then the hub's own."""
    own, other = (write_certificate(world.folder / name, "127.0.0.1") for name in ("own.pem", "other.pem"))
    url = world.stack.enter_context(serving(world.hub, certificate=own))
    link = world.stack.enter_context(weak_link(url))
    link.otherwise = links.wrong_key(other)
    trust = ssl.create_default_context(cafile=str(own))
    transport = HttpsTransport(f"https://127.0.0.1:{link.port}", trust=trust)
    return Road(transport=transport, errors=(UntrustedServerError,), clear=link.clear)


def _nobody_listens(world: World) -> Road:
    link = world.link()
    reached = link.hub
    transport = HttpsTransport(link.url)
    link.hub = ("127.0.0.1", 9)
    return Road(transport=transport, errors=(CutOffError,), clear=lambda: setattr(link, "hub", reached))


LOOPBACK: Final[dict[str, Break]] = {
    "no fault": _over(links.passes),
    **{f"going, cut after {n}": _over(links.cut_going(n), CutOffError) for n in (1, 300, 4_000, 65_536, 100_000)},
    **{f"coming, cut after {n}": _over(links.cut_coming(n), CutOffError) for n in (1, 120, 500)},
    "hung up at once": _over(links.refuses, CutOffError),
    "nobody listens behind the link": _nobody_listens,
    "nobody answers": _over(links.silent, StalledError),
    "each request twice": _over(links.twice),
    "late, after others": _over(links.late, CutOffError, then=links.arrive),
    "a bit turned": _over(links.changed_going(1_500, 20_000), DamagedOnTheWayError),
    "TLS with the wrong key": _wrong_key,
    **{name: _over(links.answers(answer), *errors) for name, (answer, errors) in ANSWERS.items()},
}


@dataclass
class Inside(httpx2.BaseTransport):
    """A hub within this process, and what stands before it."""

    hub: httpx2.BaseTransport
    fault: str = ""
    kept: list[httpx2.Request] = field(default_factory=list)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request, as the fault allows."""
        match self.fault:
            case "":
                return self.hub.handle_request(request)
            case "out of reach":
                raise httpx2.ConnectError("no route", request=request)
            case "cut going":
                request.read()
                raise httpx2.WriteError("cut", request=request)
            case "cut coming":
                self.hub.handle_request(request)
                raise httpx2.ReadError("cut", request=request)
            case "silent":
                raise httpx2.ReadTimeout("silence", request=request)
            case "the wrong key":
                raise httpx2.ConnectError("no trust", request=request) from ssl.SSLError("certificate verify failed")
            case "twice":
                self.hub.handle_request(request).close()
                return self.hub.handle_request(request)
            case "late":
                request.read()
                self.kept.append(request)
                raise httpx2.ReadError("cut", request=request)
            case "a bit turned":
                body = bytearray(request.read())
                if body:
                    body[len(body) // 2] ^= 1
                headers = {name: value for name, value in request.headers.items() if name != "content-length"}
                turned = httpx2.Request(request.method, request.url, headers=headers, content=bytes(body))
                return self.hub.handle_request(turned)
            case name:
                request.read()
                head, _, body_of = ANSWERS[name][0].partition(b"\r\n\r\n")
                status, *lines = head.decode().split("\r\n")
                told = dict(line.split(": ", 1) for line in lines)
                return httpx2.Response(int(status.split()[1]), headers=told, stream=httpx2.ByteStream(body_of))

    def clear(self) -> None:
        """The fault is gone, and what was kept back arrives."""
        self.fault = ""
        while self.kept:
            self.hub.handle_request(self.kept.pop()).close()


def _inside(fault: str, *errors: type[SyncError]) -> Break:
    def make(world: World) -> Road:
        inside = Inside(hub=InProcessTransport(create_app(world.hub)), fault=fault)
        transport = HttpsTransport("https://hub.invalid", transport=inside)
        return Road(transport=transport, errors=errors, clear=inside.clear)

    return make


IN_PROCESS: Final[dict[str, Break]] = {
    "no fault": _inside(""),
    "out of reach": _inside("out of reach", NoConnectionError),
    "cut going": _inside("cut going", CutOffError),
    "cut coming": _inside("cut coming", CutOffError),
    "silent": _inside("silent", StalledError),
    "the wrong key": _inside("the wrong key", UntrustedServerError),
    "twice": _inside("twice"),
    "late": _inside("late", CutOffError),
    "a bit turned": _inside("a bit turned", DamagedOnTheWayError),
    **{name: _inside(name, *errors) for name, (_, errors) in ANSWERS.items()},
}


def _stick(hurt: Callable[[World, Path], Callable[[], None]], *errors: type[SyncError]) -> Break:
    def make(world: World) -> Road:
        stick = world.folder / "stick"
        stick.mkdir()
        clear = hurt(world, stick)

        def settle() -> None:
            take_folder(world.hub, stick)

        return Road(transport=FolderTransport(stick), errors=errors, settle=settle, clear=clear)

    return make


def _pulled_out(world: World, stick: Path) -> Callable[[], None]:
    away = world.folder / "in a pocket"
    stick.rename(away)
    return lambda: (away.rename(stick), None)[1]


Write: TypeAlias = Callable[[Path, bytes], None]


def _writes(hurt: Callable[[Write, Path, bytes], None]) -> Callable[[World, Path], Callable[[], None]]:
    """Files on the stick are written so, until the fault is gone; those on the station's own disk as ever."""

    def make(world: World, stick: Path) -> Callable[[], None]:
        real, patch = files.write_atomically, pytest.MonkeyPatch()

        def write(path: Path, data: bytes, **more: bool) -> None:
            if path.is_relative_to(stick):
                hurt(real, path, data)
            else:
                real(path, data, **more)

        patch.setattr(files, "write_atomically", write)
        world.stack.callback(patch.undo)
        return patch.undo

    return make


def _no_room(_write: Write, path: Path, _data: bytes) -> None:
    raise OSError(28, os.strerror(28), str(path))


def _half(write: Write, path: Path, data: bytes) -> None:
    """The name is there, and half of what should be in it."""
    write(path, data[: len(data) // 2])
    raise OSError(5, os.strerror(5), str(path))


def _something_else(write: Write, path: Path, data: bytes) -> None:
    """As worn-out sticks do."""
    write(path, bytes(len(data)))


def _of_others(world: World, stick: Path) -> Callable[[], None]:
    """It has been through another centre, and on a computer that leaves files everywhere."""
    (stick / "results").mkdir()
    (stick / "receipts").mkdir()
    (stick / "results" / ("ab" * 32)).write_bytes(b"of another academy")
    (stick / "receipts" / f"{'cd' * 32}.receipt").write_bytes(b"of another academy")
    for name in (".Trashes", "Thumbs.db", "._results", "RESULTS.TXT"):
        (stick / name).write_bytes(b"")

    def unharmed() -> None:
        assert (stick / "results" / ("ab" * 32)).read_bytes() == b"of another academy"
        assert (stick / "receipts" / f"{'cd' * 32}.receipt").read_bytes() == b"of another academy"

    world.after.append(unharmed)
    return lambda: None


def _forged_receipts(world: World, stick: Path) -> Callable[[], None]:
    """Someone put receipts on it that no hub signed."""
    (stick / "receipts").mkdir()
    for path in (world.folder / "sealed").iterdir():
        (stick / "receipts" / f"{path.name}.receipt").write_bytes(FORGED)
    return lambda: shutil.rmtree(stick / "receipts")


FOLDER: Final[dict[str, Break]] = {
    "no fault": _stick(lambda _world, _stick: lambda: None, NoReceiptYetError),
    "not plugged in": _stick(_pulled_out, NoFolderError),
    "full": _stick(_writes(_no_room), FolderNotWritableError),
    "pulled out in the middle": _stick(_writes(_half), FolderNotWritableError),
    "keeps other bytes than it took": _stick(_writes(_something_else), FolderDamagedError),
    "with what other centres left on it": _stick(_of_others, NoReceiptYetError),
    "with forged receipts": _stick(_forged_receipts, BadReceiptError),
}

ROADS: Final = {
    f"{carrier}: {name}": made
    for carrier, faults in (("loopback", LOOPBACK), ("in-process", IN_PROCESS), ("folder", FOLDER))
    for name, made in faults.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What is to be carried: a small envelope and a large one."""

    school: School
    contents: tuple[bytes, bytes]

    @property
    def digests(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(hashlib.sha256(data).hexdigest() for data in self.contents)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    school = School(folder=tmp_path_factory.mktemp("school"))
    first, second = school.sit(), school.sit()
    return Sealed(school=school, contents=(first.final, seal_large(school, second, LARGE_BYTES)))


@pytest.fixture
def world(sealed: Sealed, tmp_path: Path) -> Iterator[World]:
    (tmp_path / "sealed").mkdir()
    for digest, data in zip(sealed.digests, sealed.contents, strict=True):
        (tmp_path / "sealed" / digest).write_bytes(data)
    hub = Hub(tmp_path / "hub", sealed.school.keys, clock=sealed.school.clock)
    with ExitStack() as stack:
        yield World(hub=hub, folder=tmp_path, stack=stack)
    hub.close()


@pytest.mark.parametrize("name", ROADS)
def test_once_the_fault_is_gone_every_envelope_has_its_receipt(sealed: Sealed, world: World, name: str) -> None:
    hub_keys = [sealed.school.keys.signing.public]
    outbox = Outbox(world.folder / "outbox", _Late(), hub_keys, chance=lambda: 0.0)
    for number, digest in enumerate(sealed.digests):
        outbox.enqueue(world.folder / "sealed" / digest, now_ms=number)
    outbox.close()
    road = ROADS[name](world)
    outbox = Outbox(world.folder / "outbox", road.transport, hub_keys, chance=lambda: 0.0)
    world.stack.callback(outbox.close)

    now_ms, problems = 10, list[SyncError]()
    for _ in range(3):  # while the fault lasts
        problems += [attempt.error for attempt in outbox.run_once(now_ms) if attempt.error is not None]
        now_ms += LONGEST_PLAN_MS
    assert {type(problem) for problem in problems} == set(road.errors)
    for problem in problems:
        assert not problem.is_final
        assert all(words.has(f"errors.{problem.code}.next", language) for language in words.languages())
        assert "{" not in problem.explain().what
    for row in outbox.rows():
        assert row.status in {Status.FAILED, Status.WAITING, Status.DONE}
        assert (outbox.receipt(row.digest) is not None) == (row.status is Status.DONE)
        assert (world.folder / "outbox" / row.digest).read_bytes() in sealed.contents, "nothing is lost meanwhile"

    road.clear()
    for _ in range(3):
        outbox.run_once(now_ms)
        road.settle()
        now_ms += LONGEST_PLAN_MS
    assert {row.digest: row.status for row in outbox.rows()} == dict.fromkeys(sealed.digests, Status.DONE)
    for digest in sealed.digests:
        receipt = outbox.receipt(digest)
        assert receipt is not None
        verify_receipt(receipt, hub_keys, sealed_digest=digest)
    held = [one.digest for one in world.hub._store.received()]
    assert sorted(held) == sorted(sealed.digests), "each once, and nothing else"
    for check in world.after:
        check()


class _Late:
    """Nothing leaves yet."""

    name = "nothing"

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        """Never called."""
        raise AssertionError(f"{digest} left, {len(envelope)} bytes")

    def close(self) -> None:
        """Nothing is open."""
