"""The walls of the house: floors, and the doors to third-party code. Each is shown to break on a planted fault."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pocus_desktop"

DOORS: Mapping[str, tuple[str, ...]] = {
    "PySide6": ("ui/",),
    "shiboken6": ("ui/",),
    "vlc": ("media/vlc_player.py",),
    "cryptography": ("crypto/",),
    "keyring": ("crypto/",),
    "sqlalchemy": (
        "kernel/store_file.py",
        "sitting/store.py",
        "sync/store.py",
        "proctoring/store.py",
        "programme/own/store.py",
        "programme/own/store_files.py",
        "hub/records/store.py",
        "hub/records/store_database.py",
        "hub/records/store_log_book.py",
        "hub/records/store_quarantine.py",
        "hub/records/store_accept.py",
        "hub/records/store_dump.py",
        "hub/records/store_engine.py",
        "hub/records/store_jobs.py",
        "hub/records/store_log.py",
        "hub/records/store_moves.py",
        "hub/records/store_orders.py",
        "hub/records/store_schema.py",
        "hub/records/store_tables.py",
        "hub/records/store_untold.py",
        "hub/records/upload_store.py",
        "hub/registry/store.py",
        "hub/certificates/store.py",
        "hub/staff/store.py",
        "hub/programme/store.py",
        "hub/peers/store.py",
        "hub/records/migrations/",
    ),
    "alembic": ("hub/records/store_schema.py", "hub/records/migrations/"),
    "boto3": ("hub/storage/s3.py",),
    "typst": ("programme/typesetting.py", "programme/cme/pack/workshop.py"),
    "pypdf": ("programme/certificate/paper_reader.py",),
    "botocore": ("hub/storage/s3.py",),
    "types_boto3_s3": ("hub/storage/s3.py",),
    "psycopg": ("hub/",),
    "procrastinate": ("hub/",),
    "httpx2": ("sync/", "proctoring/link.py", "hub/staff/oidc.py"),
    "starlette": (
        "hub/",
        "proctoring/service.py",
        "proctoring/service_answers.py",
        "proctoring/service_console.py",
        "proctoring/service_http.py",
        "proctoring/service_protocol.py",
        "proctoring/service_relay.py",
        "proctoring/service_uploads.py",
    ),
    "uvicorn": ("hub/", "proctoring/service.py", "proctoring/service_protocol.py"),
    "zeroconf": ("proctoring/discovery.py",),
    "ifaddr": ("proctoring/discovery.py",),
    "jinja2": ("hub/pages/templates.py",),
    "authlib": ("hub/staff/oidc.py",),
    "joserfc": ("hub/staff/oidc.py",),
    "h11": ("hub/web/protocol.py", "proctoring/service_protocol.py"),
    "prometheus_client": ("hub/web/metrics.py",),
    "av": ("authoring/",),
    "pydicom": ("authoring/", "programme/case_log/dicom_folder.py", "app/rehearsals/programme/scans.py"),
    "playwright": ("app/rehearsals/programme/web.py",),
    "aiosmtpd": ("app/rehearsals/programme/post.py",),
    "numpy": ("authoring/",),
    "PIL": ("authoring/",),
    "ruamel": ("authoring/source/",),
    "click": ("cli/",),
    "segno": ("ui/", "hub/pages/signing_in.py", "cli/qr.py", "programme/certificate/paper.py"),
    "mnemonic": ("admission/day_key.py", "bundle/trust/fingerprint.py"),
    "tuf": ("bundle/trust/", "bundle/depot/"),
    "securesystemslib": ("bundle/trust/",),
    "rfc8785": ("kernel/canonical.py",),
    "platformdirs": ("kernel/settings.py",),
    "defusedxml": ("scenario/",),
    "pydantic": (
        "admission/",
        "case/",
        "scenario/",
        "scoring/",
        "sitting/",
        "authoring/",
        "hub/",
        "proctoring/",
        "programme/",
    ),
    "pydantic_core": ("authoring/",),
}
"""Third-party package to the places that may import it; anything not listed has no door."""


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _trespasses(place: str, source: str) -> list[str]:
    found = []
    for name in sorted(set(_imports(source))):
        if name in {"pocus_desktop", "_typeshed"} or name in sys.stdlib_module_names:
            continue
        if not any(place == door or (door.endswith("/") and place.startswith(door)) for door in DOORS.get(name, ())):
            found.append(f"{place} imports {name}")
    return found


def test_third_party_code_comes_in_by_its_door_only() -> None:
    found = [
        trespass
        for path in sorted(PACKAGE.rglob("*.py"))
        for trespass in _trespasses(path.relative_to(PACKAGE).as_posix(), path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("sitting/session.py", "from PySide6.QtCore import QObject"),
        ("media/cine.py", "import vlc"),
        ("bundle/writer.py", "from cryptography.hazmat.primitives import hashes"),
        ("hub/intake.py", "import sqlalchemy as sa"),
        ("cli/main.py", "import httpx2"),
        ("case/models.py", "import requests"),
    ],
)
def test_a_planted_import_breaks_the_wall(place: str, source: str) -> None:
    assert _trespasses(place, source)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("kernel", "pocus_desktop.crypto.keys"),
        ("case", "pocus_desktop.bundle.writer"),
        ("scenario", "pocus_desktop.scoring.score"),
        ("sitting", "pocus_desktop.sync"),
        ("cli", "pocus_desktop.ui"),
    ],
)
def test_a_planted_import_breaks_the_floors(tmp_path: Path, importer: str, imported: str) -> None:
    """The contract in pyproject.toml, run on a house of empty rooms with one wrong import."""
    house = tmp_path / "pocus_desktop"
    for room in PACKAGE.iterdir():
        if (room / "__init__.py").is_file():
            (house / room.name).mkdir(parents=True)
            (house / room.name / "__init__.py").write_text("")
    (house / "__init__.py").write_text("")
    target = house.joinpath(*imported.split(".")[1:])
    if not target.is_dir():
        target.with_suffix(".py").write_text("")
    config = tmp_path / "pyproject.toml"
    config.write_text((ROOT / "pyproject.toml").read_text())
    assert _lint(tmp_path).returncode == 0
    (house / importer / "planted.py").write_text(f"import {imported}\n")
    broken = _lint(tmp_path)
    assert broken.returncode == 1
    assert "floors BROKEN" in broken.stdout


def _lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    code = (
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run(
        [sys.executable, "-P", "-c", code, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
