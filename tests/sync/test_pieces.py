"""Our client of tus: it resumes where the server is, at ours and at a foreign one, and follows no one elsewhere."""

import hashlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI, Response
from tuspyserver import create_tus_router

from pocus_desktop.hub.hub import Hub
from pocus_desktop.sync.engine import Stage, Status, Way
from pocus_desktop.sync.errors import CutOffError, GaveWayError, NoUploadsError, StrangeAnswerError, SyncError
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.transport import RECEIPT_MEDIA_TYPE, PiecewiseTransport
from tests.hub.loopback import answering, running, serving
from tests.hub.school import School
from tests.sync.large import seal_large
from tests.sync.weak_link import cut_going, read_request, weak_link

SIZE_BYTES = 300_000


class Ear:
    """Hears how far an upload is."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []

    def __call__(self, upload: str, offset: int) -> None:
        self.heard.append((upload, offset))

    @property
    def offset(self) -> int:
        return self.heard[-1][1]


def _bring(
    url: str,
    data: bytes,
    ear: Ear,
    *,
    upload: str = "",
    offset: int = 0,
    is_wanted: Callable[[], bool] = lambda: True,
) -> bytes:
    transport = HttpsTransport(url, stall_s=5)
    assert isinstance(transport, PiecewiseTransport)
    try:
        digest = hashlib.sha256(data).hexdigest()
        return transport.upload(data, digest, upload=upload, offset=offset, moved=ear, is_wanted=is_wanted)
    finally:
        transport.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[School, bytes]:
    school = School(folder=tmp_path_factory.mktemp("school"))
    return school, seal_large(school, school.sit(), SIZE_BYTES)


def _hub(school: School, folder: Path) -> Hub:
    """One that holds nothing yet."""
    return Hub(folder / "hub", school.keys, clock=school.clock)


def test_a_link_that_cuts_costs_what_was_cut_and_no_more(large: tuple[School, bytes], tmp_path: Path) -> None:
    school, data = large
    hub = _hub(school, tmp_path)
    sent: list[int] = []
    with serving(hub) as url, weak_link(url) as link:
        link.otherwise = cut_going(65_536)
        outbox = Outbox(tmp_path / "outbox", HttpsTransport(link.url), [school.keys.signing.public])
        path = tmp_path / "sealed"
        path.write_bytes(data)
        outbox.enqueue(path, now_ms=0)
        now_ms = 0
        for _ in range(50):
            outbox.run_once(now_ms)
            [row] = outbox.rows()
            sent.append(row.offset)
            if row.status is Status.DONE:
                break
            assert (row.stage, row.way, row.problem) == (Stage.SENDING, Way.PIECES, "sync.cut_off")
            now_ms = row.due_ms
        outbox.close()
    hub.close()
    assert sent == sorted(sent)
    assert sent[-1] == len(data)
    assert len(sent) <= len(data) // 60_000 + 2, "each connection carries nearly all it can"
    assert now_ms < 5_000, "it goes on at once while it gets on"


def test_a_foreign_server_is_brought_an_envelope_through_cuts(tmp_path: Path) -> None:
    """`tuspyserver` keeps the bytes; the receipt's door beside it stands for a hub."""
    data = bytes(range(256)) * 1200
    whole: list[bytes] = []
    app = FastAPI()
    files = tmp_path / "files"
    files.mkdir()
    app.include_router(
        create_tus_router(
            prefix="v1/uploads",
            files_dir=str(files),
            on_upload_complete=lambda path, _told: whole.append(Path(path).read_bytes()),
        )
    )

    @app.get("/v1/envelopes/{digest}/receipt")
    def receipt(digest: str) -> Response:
        if any(hashlib.sha256(found).hexdigest() == digest for found in whole):
            return Response(b"a receipt", media_type=RECEIPT_MEDIA_TYPE)
        return Response(b'{"code": "hub.no_receipt"}', status_code=404, media_type="application/problem+json")

    ear = Ear()
    with running(uvicorn.Config(app, log_config=None, lifespan="off")) as port, weak_link(_address(port)) as link:
        link.deeds.extend([cut_going(100_000)] * 2)
        with pytest.raises(CutOffError):
            _bring(link.url, data, ear)
        first = ear.offset
        for _ in range(5):
            try:
                assert _bring(link.url, data, ear, upload=ear.heard[-1][0], offset=ear.offset) == b"a receipt"
                break
            except CutOffError:
                continue
    assert ear.offset == len(data) > first >= 0
    assert whole == [data]


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def test_a_hub_without_uploads_is_told_apart(large: tuple[School, bytes]) -> None:
    def old_hub(connection: socket.socket) -> None:
        head = connection.recv(65_536)
        code = b"hub.no_receipt" if head.startswith(b"GET") else b"hub.not_found"
        body = b'{"code":"' + code + b'"}'
        connection.sendall(
            b"HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
            b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
        )

    with answering(old_hub) as url, pytest.raises(NoUploadsError):
        _bring(url, large[1], Ear())


def _answers(*answers: bytes) -> Callable[[socket.socket], None]:
    told = iter(answers)

    def reply(connection: socket.socket) -> None:
        connection.recv(65_536) if answers[0].startswith(b"HTTP/1.1 404") else read_request(connection)
        connection.sendall(next(told))

    return reply


NO_RECEIPT = (
    b"HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
    b'Content-Length: 25\r\n\r\n{"code":"hub.no_receipt"}'
)


@pytest.mark.parametrize(
    "place",
    ["https://elsewhere.example/v1/uploads/x", "//elsewhere.example/x", "http://127.0.0.1:1/v1/uploads/x", "mailto:x"],
)
def test_an_upload_is_followed_nowhere_else(place: str) -> None:
    begun = f"HTTP/1.1 201 Created\r\nLocation: {place}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode()
    with answering(_answers(NO_RECEIPT, begun)) as url, pytest.raises(StrangeAnswerError):
        _bring(url, b"abc", Ear())


def test_an_upload_at_another_address_is_begun_anew(large: tuple[School, bytes], tmp_path: Path) -> None:
    school, data = large
    hub, ear = _hub(school, tmp_path), Ear()
    with serving(hub) as url:
        assert _bring(url, data, ear, upload="https://the.old.hub/v1/uploads/x", offset=5)
    assert ear.heard[0][1] == 0
    hub.close()


def test_what_the_hub_holds_already_is_not_sent_again(large: tuple[School, bytes], tmp_path: Path) -> None:
    school, data = large
    hub, ear = _hub(school, tmp_path), Ear()
    held = hub.receive(data)
    with serving(hub) as url:
        assert _bring(url, data, ear) == held
    assert ear.heard == []
    hub.close()


def test_one_that_goes_first_calls_the_sender_off_between_two_pieces(
    large: tuple[School, bytes], tmp_path: Path
) -> None:
    school, data = large
    hub, looks = _hub(school, tmp_path), iter([True, True, True, False])
    with serving(hub) as url, pytest.raises(GaveWayError):
        _bring(url, data, Ear(), is_wanted=lambda: next(looks))
    hub.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 Nothing\r\nUpload-Offset: 1\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 204 Nothing\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 422 No\r\nContent-Type: application/problem+json\r\nConnection: close\r\nContent-Length: 1\r\n\r\n{",
        b"HTTP/1.1 409 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["less than was sent", "nothing said", "a page", "half a problem", "a conflict without end"],
)
def test_no_answer_to_a_piece_is_believed_that_is_none(answer: bytes) -> None:
    told: Iterator[bytes] = iter([answer] * 5)

    def reply(connection: socket.socket) -> None:
        read_request(connection) if answer else None
        connection.sendall(next(told))

    def serve(connection: socket.socket) -> None:
        try:
            reply(connection)
        except (OSError, StopIteration, ValueError):
            return

    ear = Ear()
    with answering(serve) as url, pytest.raises(SyncError) as told_error:
        _bring(url, b"abc", ear, upload=f"{url}/v1/uploads/x", offset=0)
    assert not told_error.value.is_final
    assert (f"{url}/v1/uploads/x", 3) not in ear.heard
