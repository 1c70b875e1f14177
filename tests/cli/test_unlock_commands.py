"""A release from the academy to a station, by file, text, address and words, as people type it."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from threading import Thread

import pytest

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.admission.day_key import DayKey, read_words
from pocus_desktop.app.faces import faces
from pocus_desktop.bundle.writer import BundleSource, SourceMember, Written, write_bundle
from pocus_desktop.cli.main import run
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.kernel.settings import HOME_VARIABLE

pytestmark = pytest.mark.slow

NOW = datetime.now(tz=UTC)


def typed(moment: datetime) -> str:
    """A moment as the options take it."""
    return moment.strftime("%Y-%m-%dT%H:%M%z")


@dataclass(slots=True)
class Town:
    """An academy with one sealed bundle, and a station that trusts it."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    bundle: Written

    def pocus(self, *arguments: object, status: int = 0) -> str:
        self.capsys.readouterr()
        assert run([str(argument) for argument in arguments], faces=faces()) == status, self.capsys.readouterr()
        told = self.capsys.readouterr()
        return told.out + (told.err if status else "")

    def make(self, *more: object, begins: timedelta = -timedelta(hours=1), status: int = 0) -> str:
        return self.pocus(
            "unlock", "make", "--bundle", self.folder / "dvt.casebundle", "--publisher", self.folder / "publisher.json",
            "--content-key", self.bundle.content_key.hex(), "--to", self.folder / "station.request",
            "--not-before", typed(NOW + begins), "--not-after", typed(NOW + begins + timedelta(hours=2)),
            "--out", self.folder / "dvt.unlock", "--keys", self.folder / "academy", *more, status=status,
        )  # fmt: skip


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Town:
    monkeypatch.setenv("POCUS_PASSPHRASE", "correct horse")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    signer, academy = SigningKey.generate(), AcademyKeys.generate()
    academy.save(FileKeyStore(tmp_path / "academy", "correct horse"))
    for name, key in {"publisher": signer.public, "academy": academy.signing.public}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"role": name, "keys": [key.as_json()]}))
    bundle = write_bundle(
        BundleSource(
            bundle_id="dvt", version=3, title={"en": "Leg"}, content_area="dvt", languages=("en",), mode="sealed",
            minimum_app="0", members=(SourceMember(name="case.json", media_type="application/json", data=b"{}"),),
        ),
        line_secret=bytes(32), signers=[signer], destination=tmp_path / "dvt.casebundle",
    )  # fmt: skip
    made = Town(folder=tmp_path, capsys=capsys, bundle=bundle)
    made.pocus("enrol", "--publisher", tmp_path / "publisher.json", "--academy", tmp_path / "academy.json")
    made.pocus("enrol", "request", "--name", "Desk 1", "--out", tmp_path / "station.request")
    return made


def test_a_release_as_a_file(town: Town) -> None:
    assert "dvt version 3 for 1 computer(s)" in town.make()
    assert "Nothing was released" in town.pocus("unlock", "show")
    assert "is here" in town.pocus("unlock", "apply", town.folder / "dvt.unlock")
    assert "dvt version 3: open" in town.pocus("unlock", "show")
    [release] = json.loads(town.pocus("unlock", "show", "--json"))["releases"]
    assert (release["is_open"], release["needs_words"], release["code"]) == (True, False, "")
    assert "[sitting.already_unlocked]" in town.pocus("unlock", "apply", town.folder / "dvt.unlock", status=1)


def test_words_for_the_day(town: Town) -> None:
    told = town.make("--with-words", "--language", "es")
    words = re.findall(r"\d+\. (\w+)", told)
    assert read_words(" ".join(words)).sound() is not None
    assert "pocus unlock apply --words" in town.pocus("unlock", "apply", town.folder / "dvt.unlock")
    assert "[sitting.day_word_count]" in town.pocus("unlock", "apply", "--words", "one two", status=1)
    other = " ".join(DayKey(secret=bytes(16)).words())
    assert "[sitting.words_of_another_day]" in town.pocus("unlock", "apply", "--words", other, status=1)
    assert "waits for the words" in town.pocus("unlock", "show")
    words[3] = "abeja" if words[3] != "abeja" else "abierto"
    told = town.pocus("unlock", "apply", "--words", " ".join(word[:4] for word in words))
    assert "Word number 4 was wrong" in told
    assert "dvt version 3 is open until" in told
    assert "dvt version 3: open" in town.pocus("unlock", "show")


def test_words_are_asked_for_and_serve_a_second_bundle(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    key = DayKey.generate()
    town.make("--words", " ".join(key.words()))
    town.pocus("unlock", "apply", town.folder / "dvt.unlock")
    monkeypatch.setattr("sys.stdin", io.StringIO(" ".join(key.words("es")) + "\n"))
    assert "is open until" in town.pocus("unlock", "apply", "--words")
    town.make("--words", " ".join(key.words()))
    town.pocus("unlock", "apply", town.folder / "dvt.unlock")
    assert town.pocus("unlock", "show").count(": open") == 2


def test_a_release_as_text_from_standard_input(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[object] = []
    for number in range(6):
        keys = {"role": "station", "keys": [SealingKey.generate().public.as_json()]}
        (town.folder / f"{number}.json").write_text(json.dumps(keys))
        others += ["--to", town.folder / f"{number}.json"]
    assert "for 7 computer(s)" in town.make(*others)
    parts = town.pocus("unlock", "text", town.folder / "dvt.unlock").splitlines()
    assert len(parts) > 1

    def paste(text: str, status: int = 0) -> str:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return town.pocus("unlock", "apply", "-", status=status)

    assert "[scan.missing_parts]" in paste("\n".join(parts[1:]), status=1)
    assert "is here" in paste("\n".join(reversed(parts)).lower())


@contextmanager
def served(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_release_from_an_address(town: Town) -> None:
    town.make()
    (town.folder / "public" / "releases").mkdir(parents=True)
    (town.folder / "dvt.unlock").rename(town.folder / "public" / "releases" / "dvt 3.unlock")
    with served(town.folder / "public") as address:
        assert "[depot.not_carried]" in town.pocus("unlock", "apply", f"{address}/releases/no.unlock", status=1)
        assert "is here" in town.pocus("unlock", "apply", f"{address}/releases/dvt%203.unlock")


def test_a_centre_passes_a_release_on_to_a_spare_station(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.make()
    monkeypatch.setenv(HOME_VARIABLE, str(town.folder / "spare"))
    town.pocus("enrol", "--publisher", town.folder / "publisher.json", "--academy", town.folder / "academy.json")
    town.pocus("enrol", "request", "--name", "Spare", "--out", town.folder / "spare.request")
    release, passed = town.folder / "dvt.unlock", town.folder / "spare.unlock"
    to_spare = ("--to", town.folder / "spare.request", "--out", passed)
    assert "[sitting.unlock_not_for_station]" in town.pocus("unlock", "apply", release, status=1)
    assert "[sitting.unlock_not_for_station]" in town.pocus("unlock", "pass-on", release, *to_spare, status=1)
    monkeypatch.setenv(HOME_VARIABLE, str(town.folder / "home"))
    assert "for 1 computer(s)" in town.pocus("unlock", "pass-on", release, *to_spare)
    monkeypatch.setenv(HOME_VARIABLE, str(town.folder / "spare"))
    assert "is here" in town.pocus("unlock", "apply", passed)
    assert "dvt version 3: open" in town.pocus("unlock", "show")


def test_too_early_too_late_and_other_keys(town: Town) -> None:
    town.make(begins=timedelta(hours=1))
    town.pocus("unlock", "apply", town.folder / "dvt.unlock")
    assert "and not before" in town.pocus("unlock", "show")
    town.make(begins=-timedelta(hours=5))
    assert "[sitting.unlock_too_late]" in town.pocus("unlock", "apply", town.folder / "dvt.unlock", status=1)
    other = {"role": "station", "keys": [SealingKey.generate().public.as_json()]}
    (town.folder / "station.request").write_text(json.dumps(other))
    town.make()
    assert "[sitting.unlock_not_for_station]" in town.pocus("unlock", "apply", town.folder / "dvt.unlock", status=1)


def test_what_cannot_be_released_is_refused_at_the_academy(town: Town) -> None:
    assert "[bundle.wrong_content_key]" in town.make("--content-key", "00" * 32, status=1)
    assert "[sitting.day_word_count]" in town.make("--words", "one two", status=1)
    assert "not both" in town.make("--with-words", "--words", " ".join(DayKey.generate().words()), status=2)
    backwards = NOW - timedelta(days=9)
    assert "[sitting.bad_unlock]" in town.make("--not-after", typed(backwards), status=1)
    assert not (town.folder / "dvt.unlock").exists()


def test_what_is_no_release_is_refused_at_the_station(town: Town) -> None:
    (town.folder / "x").write_bytes(b"\xff\x00")
    assert "[scan.nothing]" in town.pocus("unlock", "apply", town.folder / "x", status=1)
    (town.folder / "x").write_bytes(b'{"payload": 1}')
    assert "[crypto.bad_envelope]" in town.pocus("unlock", "apply", town.folder / "x", status=1)
    assert "[kernel.file_refused]" in town.pocus("unlock", "apply", town.folder / "none", status=1)
    assert "or --words" in town.pocus("unlock", "apply", status=2)
    (town.folder / "home" / "unlocks").mkdir()
    (town.folder / "home" / "unlocks" / "a.unlock").write_bytes(b"{")
    assert "[crypto.bad_envelope]" in town.pocus("unlock", "show", status=1)


def test_preflight_tells_of_the_release_until_the_bundle_is_open(town: Town) -> None:
    """The whole morning of a centre, with the real checks of this computer."""
    town.pocus("bundle", "import", town.folder / "dvt.casebundle")
    admission = town.folder / "one.admission"
    town.pocus(
        "admission", "issue", "--candidate", "C-1", "--name", "A. Candidate",
        "--bundle", town.folder / "dvt.casebundle",
        "--publisher", town.folder / "publisher.json", "--mode", "trial",
        "--not-before", typed(NOW + timedelta(hours=2)),
        "--out", admission, "--keys", town.folder / "academy",
    )  # fmt: skip
    town.pocus("admission", "import", admission)

    def found() -> dict[str, str]:
        run(["preflight", "--json"], faces=faces())
        report = json.loads(town.capsys.readouterr().out)
        assert [each for each in report["checks"] if each["level"] == "problem" and each["subject"] != "station"] == []
        return {each["code"]: each["level"] for each in report["checks"]}

    town.capsys.readouterr()
    assert found()["key_to_come"] == "note"
    told = town.make("--with-words", begins=timedelta(hours=1))
    town.pocus("unlock", "apply", town.folder / "dvt.unlock")
    assert found()["key_by_words"] == "note"
    words = " ".join(re.findall(r"\d+\. (\w+)", told))
    assert "[sitting.unlock_too_early]" in town.pocus("unlock", "apply", "--words", words, status=1)
    town.make("--words", words, begins=-timedelta(hours=1), status=0)
    town.pocus("unlock", "apply", town.folder / "dvt.unlock")
    town.pocus("unlock", "apply", "--words", words)
    assert found()["key_here"] == "ok"
