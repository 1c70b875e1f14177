"""`pocus sitting replay` and `pocus hub replay`, as a clerk types them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.app.faces import faces
from pocus_desktop.cli.main import run
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel import canonical
from pocus_desktop.scoring.key import ScoringKey
from tests.appeals.eventful import eventful
from tests.appeals.sealed import sealed_of
from tests.sitting.conftest import world
from tests.sitting.world import KEY, World

__all__ = ["world"]


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POCUS_PASSPHRASE", "correct horse")


@pytest.fixture
def academy(world: World, tmp_path: Path) -> Path:
    """The academy's folder of keys."""
    AcademyKeys(signing=world.hub, sealing=world.academy).save(FileKeyStore(tmp_path / "keys", "correct horse"))
    return tmp_path / "keys"


@pytest.fixture
def sealed(world: World, tmp_path: Path) -> Path:
    """A sealed result in a file."""
    path = tmp_path / "result"
    path.write_bytes(sealed_of(world, eventful(world).recorded))
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> str:
    """What a command says."""
    capsys.readouterr()
    assert run([str(argument) for argument in arguments], faces=faces()) == status, capsys.readouterr()
    said = capsys.readouterr()
    return said.out + (said.err if status else "")


def test_a_file_alone_tells_what_the_journal_holds(
    capsys: pytest.CaptureFixture[str], academy: Path, sealed: Path
) -> None:
    found = json.loads(told(capsys, "sitting", "replay", sealed, "--keys", academy, "--json"))
    assert found["has_content"] is False
    assert [one["code"] for one in found["doubts"]] == ["appeals.no_content"]
    assert len(found["answers"]) == 6


def test_the_hub_needs_nothing_but_the_sittings_id(
    capsys: pytest.CaptureFixture[str], world: World, academy: Path, sealed: Path, tmp_path: Path
) -> None:
    hub = Hub(tmp_path / "hub", AcademyKeys(signing=world.hub, sealing=world.academy))
    sitting = hub.take(sealed.read_bytes()).sitting
    material = world.material()
    hub.register(
        bundle_id=material.bundle_id,
        bundle_version=material.bundle_version,
        assessment=material.assessment,
        key=ScoringKey.model_validate(KEY),
        manifest_digest=material.manifest_digest,
    )
    hub.close()
    where = ("--keys", academy, "--folder", tmp_path / "hub")
    found = json.loads(told(capsys, "hub", "replay", sitting, *where, "--json", "--blind"))
    assert found["has_content"] is True
    assert found["doubts"] == []
    assert found["result"]["receipt"]["last_seq"] == found["result"]["last_seq"]
    assert found["result"]["candidate"] is None
    beside = json.loads(
        told(capsys, "sitting", "replay", sealed, "--hub", tmp_path / "hub", "--keys", academy, "--json", "--blind")
    )
    assert beside == found
    assert "[hub.not_found]" in told(capsys, "hub", "replay", "sit_none", *where, "--json", status=1)


def test_the_hub_says_which_of_several_files_speaks_and_a_receipt_is_for_the_one_it_names(
    capsys: pytest.CaptureFixture[str], world: World, academy: Path, tmp_path: Path
) -> None:
    """Two that go equally far: alone the lower digest decides, at the hub the one that came first."""
    recorded = eventful(world).recorded
    lower, higher, neither = sorted((sealed_of(world, recorded) for _ in range(3)), key=canonical.digest)
    hub = Hub(tmp_path / "hub", AcademyKeys(signing=world.hub, sealing=world.academy))
    files, receipts = [], []
    for name, envelope in (("higher", higher), ("lower", lower), ("neither", neither)):
        files.append(tmp_path / name)
        files[-1].write_bytes(envelope)
        receipts.append(tmp_path / f"{name}.receipt.json")
        receipts[-1].write_bytes(hub.take(envelope).receipt)
    hub.close()

    def asked(*more: object) -> dict[str, Any]:
        said = told(capsys, "sitting", "replay", *files[:2], "--keys", academy, "--json", *more)
        found: dict[str, Any] = json.loads(said)["result"]
        return found

    at_hub = ("--hub", tmp_path / "hub")
    assert asked()["digest"] == canonical.digest(lower)
    assert asked(*at_hub)["digest"] == canonical.digest(higher)
    of_higher, of_lower, of_neither = receipts
    received = asked("--receipt", of_lower)["receipt"]
    assert received is not None
    assert asked("--receipt", of_higher)["receipt"] is None
    assert asked(*at_hub, "--receipt", of_lower)["receipt"] == asked(*at_hub, "--receipt", of_higher)["receipt"]
    refused = ("sitting", "replay", *files[:2], "--keys", academy, "--json", "--receipt", of_neither)
    assert "[sitting.other_receipt]" in told(capsys, *refused, status=1)


def test_a_report_is_written_without_a_window(
    capsys: pytest.CaptureFixture[str], academy: Path, sealed: Path, tmp_path: Path
) -> None:
    pdf = tmp_path / "report.pdf"
    told(capsys, "sitting", "replay", sealed, "--keys", academy, "--pdf", pdf, "--language", "es", "--paper", "letter")
    assert pdf.read_bytes().startswith(b"%PDF-")


SPOILT: Mapping[str, Callable[[bytes], bytes]] = {
    "sitting.not_sealed_result": lambda data: b"PK" + data,
    "sitting.newer_sealed_result": lambda data: data[:7] + b"\x09" + data[8:],
    "sitting.sealed_result_cut": lambda data: data[:200],
    "sitting.sealed_result_altered": lambda data: data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
}


def test_what_cannot_be_looked_at_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], academy: Path, sealed: Path
) -> None:
    whole = sealed.read_bytes()
    for code, spoil in SPOILT.items():
        sealed.write_bytes(spoil(whole))
        assert f"[{code}]" in told(capsys, "sitting", "replay", sealed, "--keys", academy, "--json", status=1)


def test_a_result_for_another_academy_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], sealed: Path, tmp_path: Path
) -> None:
    AcademyKeys.generate().save(FileKeyStore(tmp_path / "others", "correct horse"))
    said = told(capsys, "sitting", "replay", sealed, "--keys", tmp_path / "others", "--json", status=1)
    assert "[sitting.not_for_this_key]" in said
