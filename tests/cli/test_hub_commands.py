"""The hub by its commands: serve with TLS, list what came, take what was carried."""

import errno
import hashlib
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pocus_desktop.app.faces import faces
from pocus_desktop.cli.main import run
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.hub.carried import Carried
from pocus_desktop.hub.carried_portfolios import take_portfolios
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.settings import HOME_VARIABLE
from pocus_desktop.sitting.receipt import verify_receipt
from pocus_desktop.sync.errors import NoReceiptYetError
from pocus_desktop.sync.folder import FolderTransport
from pocus_desktop.sync.https import HttpsTransport
from pocus_desktop.sync.portfolio_stick import PortfolioStick
from tests.hub.certificates import write_certificate
from tests.hub.school import Sat, School

PROGRAM = "from pocus_desktop.app.main import main; main()"


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """An academy whose keys lie in a folder, and whose hub knows the assessment."""
    monkeypatch.setenv("POCUS_PASSPHRASE", "correct horse")
    made = School(folder=tmp_path)
    made.keys.save(FileKeyStore(tmp_path / "keys", "correct horse"))
    made.hub().close()
    return made


def _options(school: School) -> list[str]:
    return ["--folder", str(school.folder / "hub"), "--keys", str(school.folder / "keys")]


def _out(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    capsys.readouterr()
    found = run(["hub", *arguments], faces=faces())
    told = capsys.readouterr()
    assert found == status, told
    return told.out + told.err


@contextmanager
def _served(school: School, *more: str) -> Iterator[str]:
    command = [sys.executable, "-c", PROGRAM, "hub", "serve", "--port", "0", *_options(school), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().removeprefix("The hub listens at ")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        finally:
            if process.poll() is None:
                process.kill()


def _deliver(url: str, sat: Sat, trust: ssl.SSLContext | None = None) -> bytes:
    transport = HttpsTransport(url, trust=trust)
    try:
        return transport.deliver(sat.final, hashlib.sha256(sat.final).hexdigest())
    finally:
        transport.close()


def _carry(stick: Path, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    with pytest.raises(NoReceiptYetError):
        FolderTransport(stick).deliver(data, digest)
    return digest


@pytest.mark.skipif(os.name != "posix", reason="the process is stopped by a signal")
@pytest.mark.argon2
def test_serve_speaks_tls_with_a_certificate(school: School) -> None:
    both = write_certificate(school.folder / "both.pem", "127.0.0.1").read_bytes()
    border = both.index(b"-----BEGIN CERTIFICATE")
    (school.folder / "key.pem").write_bytes(both[:border])
    certificate = school.folder / "certificate.pem"
    certificate.write_bytes(both[border:])
    sat = school.sit()
    with _served(school, "--certificate", str(certificate), "--private-key", str(school.folder / "key.pem")) as url:
        assert url.startswith("https://127.0.0.1:")
        receipt = _deliver(url, sat, ssl.create_default_context(cafile=str(certificate)))
    verify_receipt(receipt, [school.keys.signing.public])


@pytest.mark.skipif(os.name != "posix", reason="the process is stopped by a signal")
@pytest.mark.argon2
def test_serve_behind_a_proxy_listens_openly_and_keeps_its_records_where_it_is_told(school: School) -> None:
    sat = school.sit()
    elsewhere = f"sqlite:///{school.folder / 'elsewhere.sqlite'}"
    with _served(school, "--host", "0.0.0.0", "--behind-tls", "--database-url", elsewhere) as url:
        _deliver(url.replace("0.0.0.0", "127.0.0.1"), sat)
    hub = school.hub(is_registered=False)
    assert hub.standings() == ()
    hub.close()
    hub = school.hub(is_registered=False, database_url=elsewhere)
    assert [one.sitting for one in hub.standings()] == [sat.sitting]
    hub.close()


def test_serve_refuses_to_listen_openly_without_tls(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    told = _out(capsys, "serve", "--host", "0.0.0.0", *_options(school), status=1)
    assert "[hub.needs_tls]" in told
    assert "--behind-tls" in told


def test_serve_names_a_certificate_that_cannot_be_used(
    school: School, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    told = _out(capsys, "serve", "--port", "0", "--certificate", str(wrong), *_options(school), status=1)
    assert "[hub.bad_certificate]" in told
    assert "listens" not in told
    told = _out(capsys, "serve", "--private-key", str(wrong), *_options(school), status=2)
    assert "--certificate" in told


def test_list_tells_where_every_sitting_stands(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No results yet" in _out(capsys, "list", *_options(school))
    scored, partial = school.sit(), school.sit()
    hub = school.hub()
    hub.take(scored.final)
    hub.take(partial.partial)
    hub.close()
    lines = {line.split()[0]: line for line in _out(capsys, "list", *_options(school)).splitlines()}
    assert set(lines) == {scored.sitting, partial.sitting}
    assert "C-1  attempt 1  trial" in lines[scored.sitting]
    assert " scored " in lines[scored.sitting]
    assert "pass" in lines[scored.sitting]
    assert "partial" not in lines[scored.sitting]
    assert "partial" in lines[partial.sitting]
    told = [json.loads(line) for line in _out(capsys, "list", "--json", *_options(school)).splitlines()]
    found = {one["sitting"]: one for one in told}
    assert (found[scored.sitting]["candidate"], found[scored.sitting]["status"]) == ("C-1", "scored")
    assert found[scored.sitting]["points"] == found[scored.sitting]["max_points"]


def test_take_leaves_receipts_and_tells_what_it_refused(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    stick = school.folder / "stick"
    stick.mkdir()
    sat = school.sit()
    good, bad = _carry(stick, sat.final), _carry(stick, b"rubbish")
    told = _out(capsys, "take", str(stick), *_options(school), status=1)
    assert f"{good}  taken" in told
    assert f"{bad}  refused" in told
    assert "[hub.envelope_refused]" in told
    receipt = FolderTransport(stick).deliver(sat.final, good)
    verify_receipt(receipt, [school.keys.signing.public], sealed_digest=good)
    (stick / "results" / bad).unlink()
    assert f"{good}  known" in _out(capsys, "take", str(stick), *_options(school))


def test_a_stick_may_be_pulled_out_once_everything_is_on_it(
    school: School, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = school.folder / "stick"
    stick.mkdir()
    _carry(stick, school.sit().final)
    assert _out(capsys, "take", str(stick), *_options(school)).splitlines()[-1].endswith("then pull it out.")

    def fail() -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("pocus_desktop.sync.sticks.os.sync", fail)
    told = _out(capsys, "take", str(stick), *_options(school), status=1)
    assert "pull it out" in told
    assert "could not say that everything is on the stick" in told


def test_take_names_a_folder_without_results(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    stick = school.folder / "stick"
    stick.mkdir()
    assert "[sync.no_folder]" in _out(capsys, "take", str(stick), *_options(school), status=1)
    (stick / "results").mkdir()
    assert "nothing for the academy" in _out(capsys, "take", str(stick), *_options(school))


def test_take_answers_portfolios_beside_results(
    school: School, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def portfolio(*arguments: str, status: int = 0) -> str:
        assert run(["portfolio", *arguments], faces=faces()) == status
        told = capsys.readouterr()
        return told.out + told.err

    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    keys = tmp_path / "academy.json"
    found = [school.keys.signing.public, school.keys.sealing.public]
    keys.write_text(json.dumps({"keys": [key.as_json() for key in found]}), encoding="utf-8")
    stick = tmp_path / "stick"
    (stick / "results").mkdir(parents=True)
    result = school.sit()
    (stick / "results" / canonical.digest(result.final)).write_bytes(result.final)
    assert "[portfolio.no_account]" in portfolio("put", str(stick), status=1)
    portfolio("account", "--name", "Ana Ruiz", "--email", "ana@example.org", "--zone", "UTC")
    assert "[portfolio.no_academy]" in portfolio("put", str(stick), status=1)
    portfolio("connect", str(keys))
    assert "[portfolio.no_address]" in portfolio("sync", status=1)
    assert "[portfolio.stick_without_answers]" in portfolio("read", str(stick), status=1)
    assert "What waits is on the stick, sealed" in portfolio("put", str(stick))
    (stick / "answers").write_text("in the way")

    def after_results(hub: Hub, of: PortfolioStick) -> tuple[Carried, ...]:
        assert list((stick / "receipts").iterdir()), "a receipt has its place before answers take it"
        return take_portfolios(hub, of)

    monkeypatch.setattr("pocus_desktop.app.hub.take_portfolios", after_results)
    told = _out(capsys, "take", str(stick), *_options(school), status=1)
    assert "unanswered" in told
    assert "Not all answers are on the stick" in told
    assert "pull it out" not in told
    (stick / "answers").unlink()
    told = _out(capsys, "take", str(stick), *_options(school))
    assert sorted(line.split()[1] for line in told.splitlines() if len(line.split()[0]) == 64) == [
        "answered",
        "known",
        "known",
    ]
    assert "Received by the academy: 1." in portfolio("read", str(stick))
    assert "Nothing new" in portfolio("read", str(stick))
    assert "Nada nuevo" in portfolio("read", str(stick), "--language", "es")
    assert "Nada espera" in portfolio("put", str(stick), "--language", "es")
