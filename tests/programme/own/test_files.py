"""Files that prove something, from the portfolio to the academy: over a link that breaks, and past whoever lies."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from pocus_desktop.admission.station_request import sign_request
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.hub.errors import NoUploadError, StoreUnavailableError, UploadsFullError
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.errors import FilesFullError
from pocus_desktop.hub.programme.files import Files
from pocus_desktop.hub.programme.store import FILE
from pocus_desktop.hub.programme.sweeping import UNKNOWN_MS
from pocus_desktop.hub.records.upload_store import ENVELOPE_KIND, Upload
from pocus_desktop.hub.storage.objects import Objects
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.hub.web.files_door import BOUNDS
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.own import changes, sending_files
from pocus_desktop.programme.own import outgoing as outgoing_module
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.errors import FileNotHereError
from pocus_desktop.programme.own.outgoing import FileStage, FileState
from pocus_desktop.programme.own.sending import sync_once
from pocus_desktop.programme.sealed_file import (
    MAXIMUM_BYTES,
    MAXIMUM_SEALED_BYTES,
    MOST_TOGETHER_BYTES,
    SEALED_FILE_TYPE,
    open_file,
    read_file,
    seal_file,
)
from pocus_desktop.programme.submission import BadPortfolioReceiptError
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.errors import CutOffError
from pocus_desktop.sync.hub_client import HubClient
from pocus_desktop.sync.pieces import WRITE_BYTES
from pocus_desktop.sync.portfolio_carrier import HubPortfolios
from tests.hub.loopback import serving
from tests.hub.school import School
from tests.programme.own.ana import NOW_MS, Ana

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
LIES = {
    "a picture that is called a PDF": (b"\x89PNG\r\n\x1a\n-", "application/pdf"),
    "a page that is called a PDF": (b"<script>alert(1)</script>", "application/pdf"),
    "a program that is called what it is": (b"MZ\x90\x00", "application/octet-stream"),
}
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 500


class Cutting(httpx2.BaseTransport):
    """A link that breaks in the middle of a piece."""

    def __init__(self, inner: InProcessTransport, *, after: int) -> None:
        self.inner, self.left, self.sent = inner, after, 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method != "PATCH" or self.left <= 0:
            return self.inner.handle_request(request)
        whole = b"".join(request.stream)  # type: ignore[arg-type]
        part, self.left = whole[: self.left], 0
        self.sent += len(part)
        headers = {**request.headers, "Content-Length": str(len(part))}
        self.inner.handle_request(httpx2.Request("PATCH", request.url, headers=headers, content=part))
        raise httpx2.ReadError("cut")


@pytest.fixture
def begun(ana: Ana) -> Ana:
    """Somebody with an ID number and a file that proves a credential; nothing of the file was sent."""
    ana.account()
    assert ana.send().error is None
    return ana


def stages(ana: Ana) -> list[str]:
    return [str(one.stage) for one in ana.desk.view().files]


def only(ana: Ana) -> FileState:
    (found,) = ana.desk.view().files
    return found


def test_what_a_document_names_goes_once_the_candidate_agreed(begun: Ana, hub: Hub) -> None:
    pdf, png = begun.hold(PDF, PNG)
    assert begun.send().files == sending_files.SentFiles()
    assert stages(begun) == ["here", "here"], "nothing leaves before somebody agreed"
    begun.agree()
    assert stages(begun) == ["waiting", "waiting"]
    synced = begun.send()
    assert (synced.problem, synced.files) == (None, sending_files.SentFiles(sent=2))
    assert stages(begun) == ["received", "received"]
    assert begun.send().files == sending_files.SentFiles(), "nothing goes twice"
    papers = hub.academy.portfolios.papers(begun.account_id)
    shown = hub.academy.files.shown(begun.account_id, papers)
    assert [(one.named.about, one.is_here) for one in shown] == [("SPI", True), ("SPI", True)]
    _require_unreadable(hub)
    opened = hub.academy.files.open(begun.account_id, pdf, who="dora")
    assert (opened.name, opened.kind, opened.content) == ("0-diploma.pdf", "application/pdf", PDF)
    assert hub.academy.files.open(begun.account_id, png, who="dora").name == "1-diploma.png"
    actions = [(step.action, step.who) for step in hub.academy.tables.trail(about=pdf)]
    assert actions == [("file opened", "dora"), ("file received", "portfolio")]
    assert not list((begun.folder / "outgoing").iterdir()), "sealed bytes are let go once they are there"


def _require_unreadable(hub: Hub) -> None:
    """Nothing that is kept at the academy can be read without its key."""
    kept = [path for path in (hub.folder / "evidence").rglob("*") if path.is_file()]
    assert len(kept) == 2
    for path in (*kept, hub.folder / "hub.sqlite"):
        assert PDF[:64] not in path.read_bytes()
        assert PNG[:64] not in path.read_bytes()


def test_a_cut_costs_what_had_not_arrived(begun: Ana, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    (pdf,) = begun.hold(PDF)
    begun.agree()
    cutting = Cutting(InProcessTransport(create_app(hub)), after=4_000)
    with HubClient("https://hub.example.org", transport=cutting) as client:
        carrier = HubPortfolios(client, begun.key, hub.clock)
        synced = sync_once(begun.desk, carrier, carrier)
    assert isinstance(synced.problem, CutOffError)
    found = only(begun)
    assert (found.stage, found.arrived_bytes, found.problem) == (FileStage.SENDING, 4_000, "sync.cut_off")
    begun.desk.close()
    begun.desk = begun.opened()  # and the program was ended meanwhile
    assert only(begun).arrived_bytes == 4_000
    sent: list[int] = []
    monkeypatch.setattr(outgoing_module.OutgoingFiles, "progress", lambda _self, _parcel, gone: sent.append(gone))
    assert begun.send().files == sending_files.SentFiles(sent=1)
    assert sent[0] == 4_000
    assert hub.academy.files.open(begun.account_id, pdf, who="dora").content == PDF


def test_an_answer_that_is_lost_is_asked_for_and_nothing_goes_twice(begun: Ana, hub: Hub) -> None:
    begun.hold(PDF)
    begun.agree()
    lost: list[str] = []

    class Losing(InProcessTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            answer = super().handle_request(request)
            if request.method == "PATCH":
                lost.append(request.url.path)
                raise httpx2.ReadError("cut")
            return answer

    with HubClient("https://hub.example.org", transport=Losing(create_app(hub))) as client:
        carrier = HubPortfolios(client, begun.key, hub.clock)
        assert isinstance(sync_once(begun.desk, carrier, carrier).problem, CutOffError)
        assert sync_once(begun.desk, carrier, carrier).problem is None
    assert len(lost) == 1
    assert stages(begun) == ["received"]


def test_what_is_on_its_way_stops_when_asked_to_and_goes_on_from_there(
    begun: Ana, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the window is closed; also where the program was killed before it noted how far it was."""
    outgoing, sent = begun.desk.outgoing, list[int]()

    def progress(_self: object, _parcel: object, gone: int) -> None:
        sent.append(gone)
        if sent[0] == 0 and gone > 4_000:
            outgoing.stop()

    monkeypatch.setattr(outgoing_module.OutgoingFiles, "progress", progress)
    begun.hold(PDF)
    with serving(hub) as url, HubClient(url) as client:
        carrier = HubPortfolios(client, begun.key, hub.clock)
        begun.desk.connect(Academy(url=url, keys=begun.desk.academy.keys))
        begun.agree()
        found = sync_once(begun.desk, carrier, carrier)
        assert (found.files, found.problem) == (sending_files.SentFiles(), None), "nobody is told of a failure"
        begun.agree()
        last = sent[-1]
        sent.clear()
        assert sync_once(begun.desk, carrier, carrier).files == sending_files.SentFiles(sent=1)
    assert sent[0] == last + WRITE_BYTES, "what had arrived does not go again"
    outgoing.disagree()
    begun.hold(PNG, title="other")
    assert begun.send().files == sending_files.SentFiles()
    assert sorted(stages(begun)) == ["here", "received"]


def test_another_academy_is_agreed_to_anew_and_is_sealed_to(begun: Ana) -> None:
    begun.hold(PDF)
    begun.agree()
    sealing, academy = SealingKey.generate(), begun.desk.academy
    begun.desk.file_parcel(only(begun))
    begun.desk.connect(Academy(url=academy.url, keys=(*academy.verifiers, sealing.public)))
    assert stages(begun) == ["here"]
    assert begun.desk.file_parcel(only(begun)) is None
    begun.agree()
    parcel = begun.desk.file_parcel(only(begun))
    assert parcel is not None
    assert read_file(open_file(parcel.sealed, [sealing])).content == PDF
    assert [path.name for path in (begun.folder / "outgoing").iterdir()] == [parcel.digest]


def test_what_another_academy_has_is_not_received_by_this_one(begun: Ana) -> None:
    begun.hold(PDF)
    begun.agree()
    assert begun.send().files == sending_files.SentFiles(sent=1)
    first, other = begun.desk.academy, SigningKey.generate().public
    begun.desk.connect(Academy(url=first.url, keys=(other, SealingKey.generate().public)))
    assert stages(begun) == ["here"]
    begun.desk.connect(Academy(url=first.url, keys=(*first.verifiers, SealingKey.generate().public)))
    assert stages(begun) == ["received"], "another key to seal to, the same academy"
    begun.desk.connect(Academy(url=first.url, keys=(other, *first.readers)))
    assert stages(begun) == ["received"], "and the other way round"
    begun.desk.connect(Academy(url=first.url, keys=(other, SealingKey.generate().public)))
    begun.agree()
    assert begun.desk.file_parcel(only(begun)) is not None
    assert stages(begun) == ["waiting"], "what is sealed anew has no receipt"


def test_a_file_that_the_academy_has_no_more_goes_again_when_asked(begun: Ana, hub: Hub) -> None:
    (pdf,) = begun.hold(PDF)
    begun.agree()
    begun.send()
    hub.academy.files.let_go(begun.account_id, pdf, who="rex", why="the wrong one")
    assert begun.send().files == sending_files.SentFiles(), "not by itself"
    begun.desk.outgoing.send_again(pdf)
    assert stages(begun) == ["waiting"]
    assert begun.send().files == sending_files.SentFiles(sent=1)
    assert hub.academy.files.open(begun.account_id, pdf, who="dora").content == PDF
    begun.desk.files.path(pdf).unlink()
    with pytest.raises(FileNotHereError):
        begun.desk.outgoing.send_again(pdf)
    assert stages(begun) == ["received"], "what cannot go stays as it was"


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("point", ["before it is entered", "before the one from before is removed"])
def test_what_a_killed_hub_left_is_swept(begun: Ana, hub: Hub, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    files, liar = hub.academy.files, Liar(begun)
    (pdf,) = begun.hold(PDF)
    begun.agree()
    begun.send()
    held = _sealed(hub)
    where = Files if point == "before it is entered" else Objects
    with monkeypatch.context() as patched:
        patched.setattr(where, "_enter" if where is Files else "remove", _die)
        with pytest.raises(Killed):
            liar.take(liar.seal(PDF))
    assert len(_sealed(hub)) == 2
    assert files.sweep() == 0, "it may be arriving"
    hub.clock.set(wall_ms=begun.now_ms + UNKNOWN_MS)  # type: ignore[attr-defined]
    assert files.sweep() == 1
    assert (_sealed(hub) == held) == (point == "before it is entered")
    assert files.open(begun.account_id, pdf, who="dora").content == PDF
    files.let_go(begun.account_id, pdf, who="rex", why="she asked")
    assert _sealed(hub) == []


def _die(*_arguments: object) -> None:
    raise Killed


def _sealed(hub: Hub) -> list[str]:
    return sorted(path.name for path in (hub.folder / "evidence").rglob("*") if path.is_file())


def test_a_file_that_another_came_before_leaves_nothing(begun: Ana, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    liar = Liar(begun)
    begun.hold(PDF)
    begun.send()

    def full(*_arguments: object) -> None:
        raise FilesFullError

    monkeypatch.setattr(Files, "_enter", full)
    assert liar.refused(liar.seal(PDF)) == ("academy.files_full", "")
    assert _sealed(hub) == []


def test_what_does_not_go_keeps_no_other_from_coming(begun: Ana, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(*_arguments: object) -> None:
        raise StoreUnavailableError(reason="busy")

    monkeypatch.setattr(Files, "let_go_old", stuck)
    begun.hold(PDF)
    begun.agree()
    assert begun.send().files == sending_files.SentFiles(sent=1)


def test_a_file_that_was_altered_here_is_missing_and_holds_up_no_other(begun: Ana) -> None:
    pdf, _ = begun.hold(PDF, PNG)
    begun.agree()
    path = begun.desk.files.path(pdf)
    path.write_bytes(PDF[:-1] + b"x")
    synced = begun.send()
    assert synced.files is not None
    assert (synced.files.sent, str(synced.problem and synced.problem.code)) == (1, "portfolio.file_not_here")
    path.unlink()
    assert stages(begun) == ["missing", "received"]


def test_a_receipt_of_somebody_else_ends_nothing(begun: Ana) -> None:
    begun.hold(PDF)
    begun.send()
    academy = begun.desk.academy
    stranger = SigningKey.generate().public
    begun.desk.connect(replace(academy, keys=(stranger, *academy.readers)))
    begun.agree()
    with begun.client() as client:
        found = sending_files.send_files(begun.desk, HubPortfolios(client, begun.key, begun.hub.clock))
    assert isinstance(found.error, BadPortfolioReceiptError)
    assert only(begun).problem == "portfolio.bad_receipt"
    begun.desk.connect(academy)
    begun.agree()
    assert begun.send().files == sending_files.SentFiles(sent=1)


def test_what_the_academy_does_not_take_is_told_before_anything_is_sent(begun: Ana) -> None:
    begun.hold(b"plain words", name="notes.txt")
    begun.agree()
    assert stages(begun) == ["not-taken"]
    assert begun.send().files == sending_files.SentFiles()


# whoever signs and seals by themselves


class Liar:
    """Somebody with a key who seals what they like."""

    def __init__(self, ana: Ana) -> None:
        self.ana, self.hub = ana, ana.hub

    def seal(self, content: bytes, **changes: Any) -> bytes:
        said: dict[str, Any] = {
            "account_id": self.ana.account_id,
            "candidate_id": self.ana.number,
            "signer": self.ana.key,
            "recipient": self.hub.ring.current.sealing.public,
            "agreed_at_ms": self.ana.now_ms,
            "now_ms": self.ana.now_ms,
        }
        return seal_file(content, **(said | changes))

    def take(self, sealed: bytes) -> None:
        self.hub.academy.files.take(sealed, canonical.digest(sealed))

    def refused(self, sealed: bytes) -> tuple[str, str]:
        with pytest.raises(PocusError) as caught:
            self.take(sealed)
        for language in ("en", "es"):
            assert "{" not in "".join(caught.value.explain(language))
        return caught.value.code, str(caught.value.params.get("reason", ""))


@pytest.fixture(scope="module")
def liar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Liar]:
    """Whatever they try, nothing of it is kept, so one hub serves all tries."""
    folder = tmp_path_factory.mktemp("liar")
    hub = School(folder=folder / "school", clock=ManualClock(wall_ms=NOW_MS)).hub()
    ana = Ana(hub, folder / "portfolio")
    ana.account()
    ana.hold(PDF)
    for content, said in LIES.values():
        ana.hold(content)
        held = next(
            one for one in ana.desk.portfolio().credentials if one.evidence[0].sha256 == canonical.digest(content)
        )
        lied = held.evidence[0].model_copy(update={"media_type": said})
        ana.desk.write(held.model_copy(update={"evidence": (lied,), "revision": 2}))
    assert ana.send().error is None
    yield Liar(ana)
    assert not [path for path in (hub.folder / "evidence").rglob("*") if path.is_file()], "nothing of it is kept"
    assert hub.academy.files.shown(ana.account_id, ana.desk.portfolio())[0].row is None
    ana.desk.close()
    hub.close()


def test_a_flipped_byte_anywhere_is_refused(liar: Liar) -> None:
    sealed = liar.seal(PDF)
    for at in (0, 18, 40, 80, 200, len(sealed) // 2, len(sealed) - 1):
        code, reason = liar.refused(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
        assert code == "academy.file_unsound", at
        assert reason in {"portfolio.bad_sealed_file", "portfolio.not_for_us", "crypto.cannot_open_sealed"}
    for cut in range(0, len(sealed), 997):
        assert liar.refused(sealed[:cut])[0] == "academy.file_unsound"


def test_a_file_that_no_document_names_is_refused(liar: Liar) -> None:
    assert liar.refused(liar.seal(PDF + b"x")) == ("academy.file_not_named", "")


def test_another_candidates_file_is_refused(liar: Liar) -> None:
    mallory = SigningKey.generate()
    assert liar.refused(liar.seal(PDF, signer=mallory)) == ("academy.file_unsound", "academy.other_key")
    assert liar.refused(liar.seal(PDF, candidate_id="P000000000")) == ("academy.file_unsound", "academy.other_person")
    other = liar.seal(PDF, account_id="acc_" + "0" * 20)
    assert liar.refused(other) == ("academy.file_unsound", "academy.other_key")


def test_a_statement_of_another_file_is_refused(liar: Liar) -> None:
    inner = bytearray(open_file(liar.seal(PDF), liar.hub.ring.openers))
    inner[-1] ^= 1
    with pytest.raises(PocusError) as caught:
        read_file(bytes(inner))
    assert caught.value.code == "portfolio.bad_sealed_file"
    for cut in range(0, len(inner), 499):
        with pytest.raises(PocusError):
            read_file(bytes(inner[:cut]))


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_media_type_is_refused(liar: Liar, lie: str) -> None:
    assert liar.refused(liar.seal(LIES[lie][0])) == ("academy.file_not_as_named", "")


def _begin(ana: Ana, size_bytes: int, key: SigningKey | None = None, digest: str = "0" * 64) -> tuple[int, str]:
    """Begin an upload of a file; the status, and the code of a refusal."""
    pairs = (("filename", digest), ("filetype", SEALED_FILE_TYPE))
    told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size_bytes), "Upload-Metadata": told}
    if key is not None:
        headers["Authorization"] = sign_request(key, method="POST", target="/v1/uploads", now_ms=ana.now_ms)
    with httpx2.Client(base_url="https://hub.invalid", transport=InProcessTransport(create_app(ana.hub))) as web:
        answer = web.post("/v1/uploads", headers=headers)
    return answer.status_code, answer.json()["code"] if answer.content else ""


def test_an_account_has_so_many_files_and_no_more(begun: Ana, hub: Hub) -> None:
    assert _begin(begun, MAXIMUM_SEALED_BYTES + 1, begun.key) == (413, "hub.too_large")
    assert _begin(begun, 100) == (401, "hub.unsigned")
    assert _begin(begun, 100, SigningKey.generate()) == (401, "hub.unknown_sender")
    assert _begin(begun, 100, begun.key) == (201, "")
    row = {"account_id": begun.account_id, "candidate_id": begun.number, "kind": "application/pdf", "receipt": b""}
    with hub.academy.tables.rows() as rows:
        for number in range(MOST_TOGETHER_BYTES // MAXIMUM_BYTES):
            digests = {"sha256": f"{number:064}", "sealed_digest": f"{number:064}"}
            moments = {"agreed_ms": 1, "received_ms": begun.now_ms}
            rows.add(FILE, **row, **digests, **moments, size_bytes=MAXIMUM_BYTES)
    assert _begin(begun, 100, begun.key) == (422, "academy.files_full")
    assert _begin(begun, MAXIMUM_BYTES + 1, begun.key) == (201, ""), "it may be one that is here, sealed anew"
    hub.academy.files.let_go(begun.account_id, "0" * 64, who="rex", why="not needed")
    assert _begin(begun, 100, begun.key) == (201, "")


def test_an_account_without_a_number_sends_no_files(ana: Ana) -> None:
    fields = {"name": "Ana Ruiz", "email": "ana@example.org", "zone": "America/Bogota", "candidate_id": "C-17"}
    ana.desk.write(changes.write_account(ana.desk.portfolio(), now_ms=ana.now_ms, **fields))
    ana.hold(PDF)
    ana.agree()
    assert ana.send().files == sending_files.SentFiles()
    assert stages(ana) == ["waiting"]
    assert _begin(ana, 100, ana.key) == (409, "academy.no_number_yet")


def test_files_that_are_arriving_take_no_room_from_results(hub: Hub) -> None:
    def upload(number: int, kind: str, owner: str) -> Upload:
        return Upload(
            upload_id=f"{number:043}",
            digest="0" * 64,
            owner=owner,
            size_bytes=BOUNDS.whole_bytes // 2,
            arrived_bytes=0,
            begun_ms=number,
            expires_ms=2**40,
            kind=kind,
        )

    for number in range(4):  # one sender's next takes the place of the one before
        hub.uploads.begin(upload(number, "file", "acc_1"), now_ms=1, bounds=BOUNDS)
    for number in range(4, 9):  # what is only promised takes no room
        hub.uploads.begin(upload(number, "file", f"acc_{number}"), now_ms=1, bounds=BOUNDS)
    hub.uploads.begin(upload(9, ENVELOPE_KIND, "acc_1"), now_ms=1)
    assert hub.uploads.find(f"{3:043}", now_ms=1).kind == "file"
    with pytest.raises(NoUploadError):
        hub.uploads.find(f"{2:043}", now_ms=1)


def test_files_that_stand_still_make_room_for_those_that_come(hub: Hub) -> None:
    small = replace(BOUNDS, whole_bytes=10)
    moving = [
        Upload(
            upload_id=f"{number:043}",
            digest="0" * 64,
            owner=f"acc_{number}",
            size_bytes=10,
            arrived_bytes=0,
            begun_ms=1,
            expires_ms=2**40,
            kind="file",
        )
        for number in range(4)
    ]
    for one in moving:
        hub.uploads.begin(one, now_ms=1, bounds=small)
    hub.uploads.begin(replace(moving[0], upload_id="e", kind=ENVELOPE_KIND), now_ms=1)
    hub.uploads.append(replace(moving[0], upload_id="e"), 0, b"12345678", expires_ms=2**40)
    for number, expires_ms in ((0, 300), (1, 200), (2, 400)):
        hub.uploads.append(moving[number], 0, b"123", expires_ms=expires_ms, bounds=small)
    hub.uploads.append(moving[2], 3, b"456", expires_ms=500, bounds=small)
    with pytest.raises(NoUploadError):
        hub.uploads.find(moving[1].upload_id, now_ms=1)
    left = [hub.uploads.find(moving[number].upload_id, now_ms=1).arrived_bytes for number in (0, 2, 3)]
    assert left == [3, 6, 0]
    assert hub.uploads.find("e", now_ms=1).arrived_bytes == 8, "no result makes room for a file"


def test_no_room_for_a_file_is_told_as_that(begun: Ana, monkeypatch: pytest.MonkeyPatch) -> None:
    def begin(*_args: object, **_more: object) -> None:
        raise UploadsFullError

    monkeypatch.setattr(begun.hub.uploads, "begin", begin)
    begun.hold(PDF)
    begun.agree()
    begun.send()
    assert only(begun).problem == "hub.uploads_full"


def test_whoever_finds_a_sealed_file_does_not_learn_whose_it_is(begun: Ana, hub: Hub, tmp_path: Path) -> None:
    begun.hold(PDF)
    begun.agree()
    assert begun.send().files == sending_files.SentFiles(sent=1)
    (row,) = hub.academy.tables.look(FILE, account_id=begun.account_id)
    finder = Ana(hub, tmp_path / "finder")
    finder.account()
    assert finder.send().error is None
    target = f"/v1/files/{row['sealed_digest']}/receipt"

    def asked(key: SigningKey | None) -> tuple[int, bool]:
        signed = {} if key is None else {"Authorization": sign_request(key, method="GET", target=target, now_ms=NOW_MS)}
        with httpx2.Client(base_url="https://hub.invalid", transport=InProcessTransport(create_app(hub))) as web:
            answer = web.get(target, headers=signed)
        return answer.status_code, answer.content == row["receipt"]

    assert asked(None) == (401, False)
    assert asked(SigningKey.generate()) == (401, False)
    assert asked(finder.key) == (404, False)
    assert asked(begun.key) == (200, True)
    finder.desk.close()
