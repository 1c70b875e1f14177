"""What a station installs carries a licence that we may ship beside our own: nothing under GPL or AGPL alone."""

import re
from importlib import metadata
from pathlib import Path

LOCK = Path(__file__).resolve().parents[2] / "installer" / "locks" / "station.txt"
ALLOWED = re.compile(
    r"MIT|MIT-0|BSD|BSD-3-Clause|Apache-2\.0|PSF-2\.0|PSFL|LGPL-2\.1\+|LGPL-2\.1-or-later|LGPL-3\.0-only|MPL-2\.0"
    r"|GNU Lesser General Public License v2 or later \(LGPLv2\+\)"
    r"|MIT License|BSD License|Apache Software License|Python Software Foundation License"
)
OTHER_PLATFORMS = frozenset({"httpx2-jsfetch", "pywin32-ctypes", "tzdata"})
"""Locked for platforms that this test does not run on; MIT, BSD and Apache-2.0 by their pages on the package index."""


def _names() -> list[str]:
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    return sorted({match.group(1) for line in lines if (match := re.match(r"([A-Za-z0-9_.-]+)==", line))})


def _offers(name: str) -> list[str]:
    """The licences a distribution may be taken under; one of them is enough."""
    told = metadata.metadata(name)
    expression = (told.get_all("License-Expression") or [""])[0]
    classifiers = [
        line.rpartition("::")[2].strip() for line in told.get_all("Classifier") or () if "License ::" in line
    ]
    stated = (told.get_all("License") or []) if not expression and not classifiers else []
    return [part.strip() for told_so in (expression, *classifiers, *stated) for part in told_so.split(" OR ")]


def test_the_lock_names_what_a_station_needs() -> None:
    assert {"pyside6-essentials", "python-vlc", "sqlalchemy", "cryptography"} <= set(_names())
    assert not {"av", "pydicom", "numpy", "pillow", "starlette", "ruamel-yaml"} & set(_names())


def test_everything_on_a_station_may_be_shipped() -> None:
    offered = {name: _offers(name) for name in _names() if name not in OTHER_PLATFORMS}
    refused = {name: offers for name, offers in offered.items() if not any(map(ALLOWED.fullmatch, offers))}
    assert refused == {}


def test_every_dependency_is_locked_with_hashes() -> None:
    text = LOCK.read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z])", text)
    assert [block.split("==")[0] for block in blocks if "==" in block and "--hash=sha256:" not in block] == []
    assert "://" not in text, "a lock names no registry"
