"""Envelopes in pieces: what arrived is kept through cuts, processes and deaths, and is judged as any other."""

import asyncio
import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import event
from tusclient.client import TusClient

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.errors import NoUploadError, UploadOffsetError, UploadsFullError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.records.upload_store import ENVELOPE_KIND, Bounds, Upload, UploadStore
from pocus_desktop.hub.web import app, files_door, uploads_door
from pocus_desktop.hub.web.app import Policy, create_app
from pocus_desktop.kernel import words
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sitting.sealed import MEDIA_TYPE
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.errors import NotLetInError
from pocus_desktop.sync.https import HttpsTransport
from tests.hub.loopback import serving
from tests.hub.school import School
from tests.hub.test_admissions import enrol

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest) -> str:
    """Every test runs on both databases."""
    return str(request.param)


@pytest.fixture
def client(hub: Hub) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url="https://hub.invalid", transport=InProcessTransport(create_app(hub))) as made:
        yield made


def _metadata(digest: str, kind: str = MEDIA_TYPE) -> str:
    pairs = (("filename", digest), ("filetype", kind))
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs)


def _begin(client: httpx2.Client, data: bytes, **changes: str) -> httpx2.Response:
    digest = hashlib.sha256(data).hexdigest()
    headers = {**TUS, "Upload-Length": str(len(data)), "Upload-Metadata": _metadata(digest), **changes}
    return client.post("/v1/uploads", headers=headers)


def _begun(client: httpx2.Client, data: bytes) -> str:
    answer = _begin(client, data)
    assert answer.status_code == 201
    return f"/v1/{answer.headers['Location']}"


def _append(client: httpx2.Client, place: str, offset: int, data: bytes, **changes: str) -> httpx2.Response:
    return client.patch(place, headers={**PIECE, "Upload-Offset": str(offset), **changes}, content=data)


def _offset(client: httpx2.Client, place: str) -> int:
    answer = client.head(place, headers=TUS)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return int(answer.headers["Upload-Offset"])


def _code(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_an_envelope_comes_in_pieces_and_is_held(school: School, hub: Hub, client: httpx2.Client) -> None:
    data = school.sit().final
    place = _begun(client, data)
    for begin in range(0, len(data), 1000):
        assert _offset(client, place) == begin
        answer = _append(client, place, begin, data[begin : begin + 1000])
        assert answer.status_code == 204
        assert "GMT" in answer.headers["Upload-Expires"]
    digest = hashlib.sha256(data).hexdigest()
    receipt = client.get(f"/v1/envelopes/{digest}/receipt").content
    verify_receipt(receipt, [school.keys.signing.public], sealed_digest=digest)
    assert len(hub.standings()) == 1
    assert client.head(place, headers=TUS).status_code == 404, "what is held needs no pieces"


def test_any_process_takes_the_next_piece(school: School, tmp_path: Path) -> None:
    data, place, at = school.sit().final, "", 0
    for _ in range(4):  # each time another process, on the same records
        hub = school.hub()
        with httpx2.Client(base_url="https://hub.invalid", transport=InProcessTransport(create_app(hub))) as client:
            place = place or _begun(client, data)
            assert _offset(client, place) == at
            _append(client, place, at, data[at : at + len(data) // 4 + 1])
            at += len(data) // 4 + 1
        if at >= len(data):
            assert len(hub.standings()) == 1
        hub.close()


def test_what_was_refused_is_in_quarantine_like_any_other(hub: Hub, client: httpx2.Client) -> None:
    place = _begun(client, b"rubbish")
    assert _code(_append(client, place, 0, b"rubbish")) == (422, "hub.envelope_refused")
    assert [one.reason for one in hub.quarantined()] == ["sitting.not_sealed_result"]
    assert client.head(place, headers=TUS).status_code == 404


def test_other_bytes_than_were_promised_are_let_go(hub: Hub, client: httpx2.Client) -> None:
    place = _begun(client, b"abcdef")
    assert _code(_append(client, place, 0, b"abcdeX")) == (400, "hub.content_digest_mismatch")
    assert (hub.quarantined(), hub.standings()) == ((), ())


def test_an_empty_last_piece_asks_for_judgement_again(school: School, hub: Hub, client: httpx2.Client) -> None:
    data = school.sit().final
    place = _begun(client, data)
    upload = hub.uploads.find(place.rpartition("/")[2], now_ms=0)
    hub.uploads.append(upload, 0, data, expires_ms=2**50)  # as when the process died before it had judged
    assert _append(client, place, len(data), b"").status_code == 204
    assert len(hub.standings()) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Tus-Resumable": "0.2.2"}, (412, "hub.other_tus_version")),
        ({"Upload-Length": "many"}, (400, "hub.bad_upload")),
        ({"Upload-Length": "-1"}, (400, "hub.bad_upload")),
        ({"Upload-Length": "9" * 400}, (400, "hub.bad_upload")),
        ({"Upload-Length": str(2**30)}, (413, "hub.too_large")),
        ({"Upload-Metadata": ""}, (400, "hub.bad_upload")),
        ({"Upload-Metadata": "filename ***"}, (400, "hub.bad_upload")),
        ({"Upload-Metadata": _metadata("../../etc")}, (400, "hub.bad_upload")),
        ({"Upload-Metadata": _metadata("0" * 64, "text/html")}, (415, "hub.wrong_media_type")),
    ],
)
def test_what_cannot_begin(client: httpx2.Client, changes: dict[str, str], told: tuple[int, str]) -> None:
    assert _code(_begin(client, b"abc", **changes)) == told


@pytest.mark.parametrize(
    ("offset", "content", "changes", "told"),
    [
        (1, b"b", {}, (409, "hub.upload_offset")),
        (0, b"abcd", {}, (413, "hub.too_large")),
        (0, b"a", {"Content-Type": "text/plain"}, (415, "hub.wrong_media_type")),
        (0, b"a", {"Content-Encoding": "gzip"}, (415, "hub.wrong_media_type")),
        (0, b"a", {"Upload-Offset": ""}, (400, "hub.bad_upload")),
        (0, b"a", {"Upload-Checksum": "md5 AAAA"}, (400, "hub.bad_upload")),
        (0, b"a", {"Upload-Checksum": "sha1 *"}, (400, "hub.bad_upload")),
        (0, b"a", {"Upload-Checksum": "sha1 AAAA"}, (460, "hub.checksum_mismatch")),
    ],
)
def test_what_is_no_next_piece(
    client: httpx2.Client, offset: int, content: bytes, changes: dict[str, str], told: tuple[int, str]
) -> None:
    place = _begun(client, b"abc")
    assert _code(_append(client, place, offset, content, **changes)) == told
    assert _offset(client, place) == 0


def test_a_piece_with_a_checksum_is_kept_if_it_fits(client: httpx2.Client) -> None:
    place = _begun(client, b"abc")
    told = base64.b64encode(hashlib.sha1(b"ab").digest()).decode()
    assert _append(client, place, 0, b"ab", **{"Upload-Checksum": f"sha1 {told}"}).status_code == 204
    assert _offset(client, place) == 2


def test_an_upload_may_be_let_go(client: httpx2.Client) -> None:
    place = _begun(client, b"abc")
    assert client.delete(place, headers=TUS).status_code == 204
    assert _code(_append(client, place, 0, b"abc")) == (404, "hub.no_upload")


@pytest.mark.parametrize("name", ["%00", "a" * 42 + "%00", "a" * 44, "a" * 42 + "%C3%B1"])
def test_what_is_no_name_of_an_upload_is_not_looked_for(client: httpx2.Client, name: str) -> None:
    for method in ("DELETE", "PATCH"):
        answer = client.request(method, f"/v1/uploads/{name}", headers={**PIECE, "Upload-Offset": "0"})
        assert _code(answer) == (404, "hub.no_upload")


def test_the_door_says_what_it_can_do(client: httpx2.Client) -> None:
    answer = client.options("/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {"creation", "expiration", "termination", "checksum"}


def test_what_arrived_before_a_cut_is_kept(school: School, tmp_path: Path) -> None:
    """A real connection, closed in the middle of a piece: every byte that left is there."""
    data = bytes(range(256)) * 4000
    hub = school.hub()
    with serving(hub) as url, httpx2.Client(base_url=url) as client:
        place, sent = _begun(client, data), 0

        def half() -> Iterator[bytes]:
            nonlocal sent
            for begin in range(0, len(data), 50_000):
                if begin >= len(data) // 2:
                    raise ConnectionAbortedError
                sent += 50_000
                yield data[begin : begin + 50_000]

        with pytest.raises(ConnectionAbortedError):
            client.patch(
                place, headers={**PIECE, "Upload-Offset": "0", "Content-Length": str(len(data))}, content=half()
            )
        arrived = threading.Event()
        for _ in range(200):
            if _offset(client, place) == sent:
                break
            arrived.wait(0.05)
        assert _offset(client, place) == sent
        upload = hub.uploads.find(place.rpartition("/")[2], now_ms=0)
        assert hub.uploads.read(upload) == data[:sent]
    hub.close()


def test_a_foreign_client_brings_an_envelope(school: School, tmp_path: Path) -> None:
    sat = school.sit()
    digest = hashlib.sha256(sat.final).hexdigest()
    hub = school.hub()
    with serving(hub) as url:
        told = {"filename": digest, "filetype": MEDIA_TYPE}
        client = TusClient(f"{url}/v1/uploads")
        first = client.uploader(file_stream=BytesIO(sat.final), chunk_size=1000, metadata=told)
        first.upload(stop_at=1000)
        again = client.uploader(file_stream=BytesIO(sat.final), chunk_size=1500, url=first.url, upload_checksum=True)
        assert again.offset == 1000
        again.upload()
        receipt = httpx2.get(f"{url}/v1/envelopes/{digest}/receipt").content
    verify_receipt(receipt, [school.keys.signing.public], sealed_digest=digest)
    assert len(hub.standings()) == 1
    hub.close()


UPLOAD = Upload(upload_id="a", digest="0" * 64, owner="", size_bytes=10, arrived_bytes=0, begun_ms=0, expires_ms=1000)


def test_an_upload_expires_and_makes_room(hub: Hub, school: School) -> None:
    uploads = UploadStore(hub._store, Bounds(whole_bytes=15))
    uploads.begin(UPLOAD, now_ms=0)
    uploads.append(UPLOAD, 0, b"12345", expires_ms=1000)
    with pytest.raises(UploadsFullError):
        uploads.begin(replace(UPLOAD, upload_id="b"), now_ms=999)
    uploads.begin(replace(UPLOAD, upload_id="b", expires_ms=2000), now_ms=1000)
    with pytest.raises(NoUploadError):
        uploads.find("a", now_ms=1000)
    with pytest.raises(UploadOffsetError):
        uploads.append(UPLOAD, 5, b"6", expires_ms=3000)
    assert uploads.read(UPLOAD) == b""


def test_the_oldest_upload_of_a_station_makes_room_for_its_newest(hub: Hub) -> None:
    uploads = UploadStore(hub._store, Bounds(each=2))
    for number, name in enumerate("abc"):
        uploads.begin(replace(UPLOAD, upload_id=name, owner="station", begun_ms=number), now_ms=0)
    uploads.begin(replace(UPLOAD, upload_id="d", owner="other"), now_ms=0)
    with pytest.raises(NoUploadError):
        uploads.find("a", now_ms=0)
    assert [uploads.find(name, now_ms=0).owner for name in "bcd"] == ["station", "station", "other"]


def test_of_two_that_bring_the_same_stretch_one_is_told_so(hub: Hub) -> None:
    hub.uploads.begin(UPLOAD, now_ms=0)
    problems: list[Exception] = []
    start = threading.Barrier(4)

    def bring() -> None:
        start.wait()
        try:
            hub.uploads.append(UPLOAD, 0, b"12345", expires_ms=1000)
        except UploadOffsetError as problem:
            problems.append(problem)

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(problems) == 3
    assert hub.uploads.read(UPLOAD) == b"12345"


def test_an_upload_that_is_let_go_while_a_piece_is_being_kept_leaves_nothing_behind(hub: Hub) -> None:
    hub.uploads.begin(UPLOAD, now_ms=0)
    engine = hub._store._engine
    remover = threading.Thread(target=lambda: hub.uploads.remove("a"))

    def remove_meanwhile(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO upload_piece") and remover.ident is None:
            remover.start()
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            while engine.dialect.name == "postgresql" and remover.is_alive():
                with engine.connect() as looking:
                    if looking.exec_driver_sql(waits).scalar_one():  # for the row that this one has changed
                        return

    event.listen(engine, "before_cursor_execute", remove_meanwhile)
    hub.uploads.append(UPLOAD, 0, b"12345", expires_ms=1000)
    remover.join()
    with pytest.raises(NoUploadError):
        hub.uploads.find("a", now_ms=0)
    assert hub.uploads.read(UPLOAD) == b""


def test_pieces_take_their_turn_among_the_envelopes_in_memory(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def client_of(at_once: int) -> httpx2.Client:
        monkeypatch.setattr(app, "READ_AT_ONCE", at_once)
        return httpx2.Client(base_url="https://hub.invalid", transport=InProcessTransport(create_app(hub)))

    with client_of(1) as client:
        place = _begun(client, b"abc")
        for _ in range(3):
            assert _append(client, place, 1, b"b").status_code == 409
        assert _append(client, place, 0, b"a").status_code == 204, "a turn is given back whatever came of it"
    with client_of(0) as client:
        answer = _append(client, place, 1, b"b")
        assert _code(answer) == (503, "hub.too_busy")
        assert answer.headers["Retry-After"]
        assert _offset(client, place) == 1


def test_a_stalling_sender_is_given_up_and_what_came_is_kept(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads_door, "PIECE_BYTES", 4)
    hub = school.hub()
    made = create_app(hub, policy=Policy(stall_s=0.2))
    with httpx2.Client(base_url="https://hub.invalid", transport=InProcessTransport(made)) as client:
        place = _begun(client, b"abcdefgh")

    async def trickle() -> int:
        sent: list[dict[str, object]] = []
        parts = [{"type": "http.request", "body": b"abcde", "more_body": True}]

        async def receive() -> dict[str, object]:
            if parts:
                return parts.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await made(_scope(place, 8), receive, send)  # type: ignore[arg-type] # messages as plain dicts
        return int(str(sent[0]["status"]))

    assert asyncio.run(trickle()) == 408
    assert hub.uploads.find(place.rpartition("/")[2], now_ms=0).arrived_bytes == 5
    hub.close()


def _scope(place: str, size: int) -> dict[str, object]:
    """Of a request that brings the first piece of an upload."""
    headers = {**PIECE, "Upload-Offset": "0", "Content-Length": str(size)}
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "PATCH",
        "path": place,
        "raw_path": place.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "https",
        "server": ("hub.invalid", 443),
        "client": None,
        "headers": [(key.lower().encode(), value.encode()) for key, value in headers.items()],
    }


class Piece:
    """A piece on its way, of which one byte has come."""

    def __init__(self, made: Any, upload_id: str, first: bytes = b"a", *, size: int = 8) -> None:
        self._first, self._came, self._goes_on = first, False, asyncio.Event()
        self._then: dict[str, object] = {"type": "http.disconnect"}
        self.waits = asyncio.Event()
        self.upload_id = upload_id
        self.task = asyncio.create_task(self._ask(made, f"/v1/uploads/{upload_id}", size))

    async def answered(self) -> int:
        return await self.task

    async def cut(self) -> int:
        self._goes_on.set()
        return await self.task

    async def _ask(self, made: Any, place: str, size: int) -> int:
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            if not self._came and self._first:
                self._came = True
                return {"type": "http.request", "body": self._first, "more_body": True}
            self.waits.set()
            await self._goes_on.wait()
            return self._then

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await made(_scope(place, size), receive, send)
        return int(str(sent[0]["status"]))


def test_files_have_turns_of_their_own_and_each_upload_one(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "READ_AT_ONCE", 3)
    monkeypatch.setattr(files_door, "AT_ONCE", 2)
    made = create_app(hub)
    name = {number: f"{number:043}" for number in range(4)}
    for number, kind in enumerate(("file", "file", "file", ENVELOPE_KIND)):
        begun = replace(UPLOAD, upload_id=name[number], expires_ms=2**45, kind=kind)
        hub.uploads.begin(begun, now_ms=0, bounds=files_door.BOUNDS)

    async def come() -> None:
        pieces = [Piece(made, name[0])]
        await pieces[0].waits.wait()
        for _ in range(3):  # of an upload that is at work no second one holds a turn
            assert await Piece(made, name[0]).answered() == 503
        pieces += [Piece(made, name[1]), Piece(made, name[2])]
        await asyncio.wait([one.task for one in pieces], return_when=asyncio.FIRST_COMPLETED)
        (refused,) = (one for one in pieces if one.task.done())
        assert await refused.task == 503
        assert await Piece(made, name[3]).cut() == 400
        assert hub.uploads.find(name[3], now_ms=0).arrived_bytes == 1, "results have their turns"
        assert [await one.cut() for one in pieces if one is not refused] == [400, 400]
        assert await Piece(made, refused.upload_id).cut() == 400
        assert hub.uploads.find(refused.upload_id, now_ms=0).arrived_bytes == 1, "turns are given back"

    asyncio.run(come())


def test_a_piece_of_no_upload_is_answered_before_anything_of_it_comes(hub: Hub) -> None:
    made = create_app(hub, policy=Policy(stall_s=3600))

    async def come() -> int:
        async with asyncio.timeout(60):  # else whoever waits for what comes ends no test
            return await Piece(made, "a" * 43, b"").answered()

    assert asyncio.run(come()) == 404


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_refusal_has_words(language: str) -> None:
    for name in ("no_upload", "bad_upload", "upload_offset", "other_tus_version", "checksum_mismatch", "uploads_full"):
        assert words.has(f"errors.hub.{name}.next", language)


def test_several_stations_at_once(school: School) -> None:
    several = [school.sit() for _ in range(4)]
    hub = school.hub()
    with serving(hub) as url, ExitStack() as stack:
        clients = [stack.enter_context(httpx2.Client(base_url=url)) for _ in several]
        places = [_begun(client, sat.final) for client, sat in zip(clients, several, strict=True)]
        for part in range(2):
            for client, sat, place in zip(clients, several, places, strict=True):
                middle = len(sat.final) // 2
                begin, end = (0, middle) if part == 0 else (middle, len(sat.final))
                assert _append(client, place, begin, sat.final[begin:end]).status_code == 204
    assert len(hub.standings()) == 4
    hub.close()


def test_who_begins_an_upload_signs_and_whoever_knows_its_address_goes_on(school: School, hub: Hub) -> None:
    """The hub's clock is another than this computer's: it is signed again for the hub's time."""
    data, key = school.sit().final, enrol(hub.registry, "Desk 1").signing
    heard: list[tuple[str, int]] = []

    def bring(signer: SigningKey | None) -> bytes:
        inside = InProcessTransport(create_app(hub))
        transport = HttpsTransport("https://hub.invalid", key=signer, transport=inside)
        digest = hashlib.sha256(data).hexdigest()
        return transport.upload(
            data,
            digest,
            upload="",
            offset=0,
            moved=lambda upload, offset: heard.append((upload, offset)),
            is_wanted=lambda: True,
        )

    for stranger in (None, SigningKey.generate()):
        with pytest.raises(NotLetInError):
            bring(stranger)
    assert heard == []
    verify_receipt(bring(key), [school.keys.signing.public])
    assert heard[-1][1] == len(data)
