"""The kiosk's files are what their readers take: systemd's own check, XML, and the commands that this program has."""

import configparser
import shutil
import subprocess
import tomllib
from pathlib import Path

import defusedxml.ElementTree
import pytest

KIOSK = Path(__file__).resolve().parents[2] / "installer" / "kiosk"
SCRIPTS = tomllib.loads((KIOSK.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MICROSOFT = "{http://schemas.microsoft.com/AssignedAccess/2017/config}"


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(KIOSK / "pocus-kiosk.service", encoding="utf-8")
    return parser


def test_the_unit_starts_the_candidates_window_and_leaves_no_other_terminal() -> None:
    service = unit()["Service"]
    assert service["ExecStart"].endswith("pocus sit")
    assert "cage -d --" in service["ExecStart"], "cage -s would let the candidate change to a terminal"
    assert service["Restart"] == "always"
    assert service["User"] == "pocus"
    assert (KIOSK / f"{service['PAMName']}.pam").is_file()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    told = subprocess.run(
        ["systemd-analyze", "verify", KIOSK / "pocus-kiosk.service"], capture_output=True, text=True, cwd=tmp_path
    ).stderr
    wrong = [line for line in told.splitlines() if "pocus-kiosk" in line and "is not executable" not in line]
    assert wrong == []


def test_assigned_access_allows_one_account_and_starts_the_script_that_is_installed() -> None:
    root = defusedxml.ElementTree.parse(KIOSK / "assigned-access.xml").getroot()
    assert root is not None
    assert root.tag == f"{MICROSOFT}AssignedAccessConfiguration"
    apps = [app.get("DesktopAppPath") or "" for app in root.iter(f"{MICROSOFT}App")]
    script = next(iter(SCRIPTS["gui-scripts"]))
    assert apps[0].endswith(rf"\{script}.exe")
    profile = root.find(f".//{MICROSOFT}Profile")
    default = root.find(f".//{MICROSOFT}DefaultProfile")
    assert profile is not None
    assert default is not None
    assert profile.get("Id") == default.get("Id")
    assert [one.text for one in root.iter(f"{MICROSOFT}Account")] == ["pocus"]
