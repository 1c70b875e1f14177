"""Results and receipts on their ways: altered, forged, held up; nothing is lost, and the truth arrives."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.app.station import Station
from pocus_desktop.app.workshop import HUB_URL
from pocus_desktop.cli.main import run
from pocus_desktop.cli.options import PASSPHRASE_VARIABLE
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.kernel import words
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.words import explain
from pocus_desktop.sitting.receipt import issue_receipt
from pocus_desktop.sitting.views import HandedInView
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.engine import LONGEST_PLAN_MS, Status
from pocus_desktop.sync.https import HttpsTransport
from tests.e2e.academy import LEFT, Academy, answer, delivered, flip, hand_in, points, require_words, to_case, told


@dataclass
class Road(httpx2.BaseTransport):
    """The network between station and hub, and who sits on it."""

    hub: httpx2.BaseTransport
    is_up: bool = True
    going: Callable[[bytes], bytes] = lambda body: body
    coming: Callable[[bytes], bytes] = lambda body: body
    carried: list[str] = field(default_factory=list)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request, as the road allows."""
        if not self.is_up:
            raise httpx2.ConnectError("no route", request=request)
        self.carried.append(request.method)
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        passed = httpx2.Request(request.method, request.url, headers=headers, content=self.going(request.read()))
        answer = self.hub.handle_request(passed)
        body = self.coming(answer.read())
        kind = {"content-type": answer.headers["content-type"]}
        return httpx2.Response(answer.status_code, headers=kind, stream=httpx2.ByteStream(body))

    def clear(self) -> None:
        """Nobody sits on it any more."""
        self.is_up, self.going, self.coming = True, lambda body: body, lambda body: body


@dataclass
class Way:
    """An academy whose station sends over the road."""

    academy: Academy
    road: Road
    clock: ManualClock

    def station(self) -> Station:
        """The program, started."""
        workshop = self.academy.workshop
        return Station(
            workshop.home,
            keys=workshop.station_keys,
            trusting=Trusting.by_hand(workshop.enrolment),
            transport=HttpsTransport(HUB_URL, transport=self.road),
            clock=self.clock,
        )

    def restart(self) -> None:
        """Close the program, and start it when the next attempt is due."""
        self.academy.leave()
        self.academy.station.close()
        self.clock.advance(ms=LONGEST_PLAN_MS)
        self.academy.station = self.station()

    def sit(self) -> str:
        """A sitting with one right answer, handed in; its admission."""
        admission_id, opened = self.academy.begin()
        answer(opened, LEFT)
        hand_in(opened)
        return admission_id


@pytest.fixture
def way(timed: Academy, clock: ManualClock) -> Way:
    timed.station.close()
    made = Way(academy=timed, road=Road(hub=InProcessTransport(create_app(timed.workshop.hub))), clock=clock)
    timed.station = made.station()
    return made


def _arrives(way: Way, admission_id: str) -> None:
    """Started again on a clear road, the result is received and scored."""
    way.road.clear()
    way.restart()
    opened = way.academy.open(admission_id)
    screen = delivered(opened, "received")
    assert screen.receipt_lines
    assert points(way.academy) == 1


def _waits(way: Way, code: str) -> HandedInView:
    """The screen says that it waits and what to do; the outbox knows why."""
    [opened] = way.academy.opened
    screen = delivered(opened, "waiting")
    require_words(screen.delivery_told)
    assert screen.delivery_told == explain("sitting.delivery_waiting", {})
    assert not screen.receipt_lines
    [entry] = way.academy.station.outbox.rows()
    assert (entry.status, entry.problem) == (Status.FAILED, code)
    for language in words.languages():
        assert words.has(f"errors.{code}.next", language)
    assert Path(screen.sealed_path).is_file()
    return screen


def test_a_hub_that_is_down_is_waited_for(way: Way) -> None:
    way.road.is_up = False
    admission_id = way.sit()
    _waits(way, "sync.no_connection")
    way.restart()
    way.academy.open(admission_id)
    _waits(way, "sync.no_connection")
    assert way.road.carried == []
    assert way.academy.workshop.hub.standings() == ()
    _arrives(way, admission_id)


def test_a_hub_that_comes_back_is_found_without_starting_again(way: Way) -> None:
    way.road.is_up = False
    way.sit()
    _waits(way, "sync.no_connection")
    way.road.clear()
    way.academy.station.outbox.retry(now_ms=way.clock.read().wall_ms)
    way.clock.advance(ms=LONGEST_PLAN_MS)
    _, second = way.academy.begin()
    answer(second, LEFT)
    hand_in(second)
    delivered(second, "received")
    delivered(way.academy.opened[0], "received")
    assert len(way.academy.workshop.hub.standings()) == 2


def _flipped(body: bytes) -> bytes:
    return body[: len(body) // 2] + bytes((body[len(body) // 2] ^ 1,)) + body[len(body) // 2 + 1 :] if body else body


def test_a_result_altered_on_the_way_is_not_taken_and_sent_again(way: Way) -> None:
    way.road.going = _flipped
    admission_id = way.sit()
    _waits(way, "sync.damaged_on_the_way")
    assert way.academy.workshop.hub.standings() == ()
    _arrives(way, admission_id)


def test_a_result_cut_on_the_way_is_not_taken_and_sent_again(way: Way) -> None:
    way.road.going = lambda body: body[: len(body) // 3]
    admission_id = way.sit()
    _waits(way, "sync.damaged_on_the_way")
    assert way.academy.workshop.hub.standings() == ()
    _arrives(way, admission_id)


def _by_a_stranger(way: Way) -> Callable[[bytes], bytes]:
    """A receipt for just this result, signed by someone else."""

    def forge(_receipt: bytes) -> bytes:
        [standing] = way.academy.workshop.hub.standings()
        return issue_receipt(
            SigningKey.generate(),
            sealed_digest=standing.digest,
            sitting=standing.sitting,
            last_seq=1,
            received_at_ms=way.clock.read().wall_ms,
            is_partial=False,
        )

    return forge


def _for_another(way: Way) -> Callable[[bytes], bytes]:
    """A receipt of the hub's own for another result."""
    other = issue_receipt(
        way.academy.workshop.academy.signing,
        sealed_digest="ab" * 32,
        sitting="sit_other",
        last_seq=9,
        received_at_ms=way.clock.read().wall_ms,
        is_partial=False,
    )
    return lambda _receipt: other


def _altered(_way: Way) -> Callable[[bytes], bytes]:
    def alter(receipt: bytes) -> bytes:
        document = json.loads(receipt)
        payload = document["payload"]
        document["payload"] = payload[:40] + ("A" if payload[40] != "A" else "B") + payload[41:]
        return json.dumps(document).encode()

    return alter


FORGERIES = {"by a stranger": _by_a_stranger, "for another result": _for_another, "altered": _altered}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_receipt_is_no_receipt(way: Way, name: str) -> None:
    way.road.coming = FORGERIES[name](way)
    admission_id = way.sit()
    _waits(way, "sync.bad_receipt")
    [entry] = way.academy.station.outbox.rows()
    assert way.academy.station.outbox.receipt(entry.digest) is None
    _arrives(way, admission_id)


def test_a_forged_receipt_put_into_the_outbox_convinces_no_one(way: Way) -> None:
    way.road.is_up = False
    admission_id = way.sit()
    screen = _waits(way, "sync.no_connection")
    way.academy.leave()
    way.academy.station.close()
    forged = way.academy.workshop.home.outbox / f"{screen.sealed_digest}.receipt"
    forged.write_bytes(
        issue_receipt(
            SigningKey.generate(),
            sealed_digest=screen.sealed_digest,
            sitting="sit_x",
            last_seq=1,
            received_at_ms=0,
            is_partial=False,
        )
    )
    way.academy.station = way.station()
    way.academy.open(admission_id)
    _waits(way, "sync.no_connection")
    _arrives(way, admission_id)


def test_a_damaged_file_in_the_outbox_is_set_aside_and_mended_from_the_sitting(way: Way) -> None:
    way.road.is_up = False
    admission_id = way.sit()
    screen = _waits(way, "sync.no_connection")
    flip(way.academy.workshop.home.outbox / screen.sealed_digest, 100)
    _arrives(way, admission_id)


def test_damaged_records_of_the_outbox_are_made_anew_from_its_files(way: Way) -> None:
    way.road.is_up = False
    admission_id = way.sit()
    _waits(way, "sync.no_connection")
    records = way.academy.workshop.home.outbox / "outbox.sqlite"
    way.academy.leave()
    way.academy.station.close()
    for damage in (b"not a database" * 100, records.read_bytes()[:4096] + os.urandom(len(records.read_bytes()) - 4096)):
        records.write_bytes(damage)
        way.academy.station = way.station()
        [entry] = way.academy.station.outbox.rows()
        assert entry.status in {Status.WAITING, Status.ACTIVE, Status.FAILED}
        way.academy.station.close()
    way.academy.station = way.station()
    _arrives(way, admission_id)


def test_an_altered_result_is_refused_by_name_at_the_academy(
    way: Way, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`pocus result open` and `pocus receipt verify`, on files that were carried by hand."""
    way.sit()
    delivered(way.academy.opened[0], "received")
    [standing] = way.academy.workshop.hub.standings()
    workshop = way.academy.workshop
    sealed = next(workshop.home.sittings.glob(f"*/{standing.digest}")).read_bytes()
    receipt = way.academy.station.outbox.receipt(standing.digest)
    assert receipt is not None
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "a passphrase")
    publisher, academy = tmp_path / "publisher.json", tmp_path / "academy.json"
    publisher.write_text(json.dumps({"keys": [workshop.publisher.signing.public.as_json()]}))
    academy.write_text(json.dumps({"keys": [key.as_json() for key in workshop.academy.public]}))
    for name, keys in (("academy", workshop.academy), ("stranger", AcademyKeys.generate())):
        keys.save(FileKeyStore(tmp_path / name, "a passphrase"))

    def refusal(command: list[str], data: bytes) -> str:
        file = tmp_path / "carried"
        file.write_bytes(data)
        capsys.readouterr()
        status = run([*command[:2], str(file), *command[2:]])
        said = capsys.readouterr()
        if status == 0:
            return ""
        what, following = said.err.strip().splitlines()
        assert (status, said.out, bool(what)) == (1, "", True)
        return following.rpartition("[")[2].rstrip("]")

    opening = [
        "result", "open", "--bundle", str(workshop.built.bundle), "--publisher", str(publisher),
        "--content-key", workshop.built.content_key.hex(), "--keys",
    ]  # fmt: skip
    ours = [*opening, str(tmp_path / "academy")]
    assert refusal(ours, sealed) == ""
    assert refusal([*opening, str(tmp_path / "stranger")], sealed) == "sitting.not_for_this_key"
    assert refusal(ours, b"a letter") == "sitting.not_sealed_result"
    places = range(1, len(sealed), len(sealed) // 3)
    found = {refusal(ours, _at(sealed, place)) for place in places} | {refusal(ours, sealed[:end]) for end in places}
    assert "" not in found
    assert found <= {
        "sitting.sealed_result_altered",
        "sitting.sealed_result_cut",
        "sitting.not_sealed_result",
        "sitting.not_for_this_key",
        "sitting.newer_sealed_result",
    }
    checking = ["receipt", "verify", "--academy", str(academy)]
    assert refusal(checking, receipt) == ""
    assert refusal(checking, _by_a_stranger(way)(b"")) == "crypto.not_enough_signatures"
    assert refusal(checking, _altered(way)(receipt)) == "crypto.not_enough_signatures"
    other = tmp_path / "other"
    other.write_bytes(b"another result")
    assert refusal([*checking, "--result", str(other)], receipt) == "sitting.other_receipt"


def _at(data: bytes, place: int) -> bytes:
    return data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]


def test_a_damaged_note_of_the_hand_in_blocks_no_one_else(way: Way) -> None:
    admission_id = way.sit()
    delivered(way.academy.opened[0], "received")
    other = way.academy.admit()
    note = way.academy.journal(admission_id).with_name("handed-in.json")
    whole = note.read_bytes()
    note.write_bytes(whole[: len(whole) // 2])
    way.restart()
    assert {choice.admission_id for choice in way.academy.station.choices("en")} == {admission_id, other}
    answer(to_case(way.academy.open(other)), LEFT)
    screen = delivered(way.academy.open(admission_id), "received")  # the sealed result beside it tells
    result = Path(screen.sealed_path)
    aside = result.rename(result.with_name("aside"))
    way.restart()
    with pytest.raises(PocusError) as refused:
        way.academy.open(admission_id)
    told(refused.value, "sitting.not_sealed_result")
    note.write_bytes(whole)
    aside.rename(result)
    delivered(way.academy.open(admission_id), "received")


def test_a_sealed_result_altered_in_the_sittings_folder_was_sent_before(way: Way) -> None:
    """The outbox keeps its own copy: what happens to the first one afterwards changes nothing."""
    way.road.is_up = False
    admission_id = way.sit()
    screen = _waits(way, "sync.no_connection")
    flip(Path(screen.sealed_path), 50)
    way.road.clear()
    way.restart()
    delivered(way.academy.open(admission_id), "received")
    assert points(way.academy) == 1
