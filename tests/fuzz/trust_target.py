"""The trust target: a depot whose metadata has one role in the place of the right one, in memory.

The first byte of an input chooses the role, and whether the rest is what is signed (by all who may) or the whole file.
Whatever comes, a station refuses it by name or goes on to believe it, and never goes back.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from securesystemslib.exceptions import FormatError
from securesystemslib.formats import encode_canonical

from pocus_desktop.bundle.carrier import FolderCarrier, NotCarriedError
from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust import request as signing
from pocus_desktop.bundle.trust.academy import PATH as POLICY
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.kernel.errors import PocusError
from tests.bundle.trust.academy import AREA, NOW_MS, Academy, key

_SIGNERS: Final = {
    "root": ("ann", "ben"),
    "timestamp": ("timestamp",),
    "snapshot": ("snapshot",),
    "targets": ("ann", "ben"),
    AREA: ("dee", "eve"),
}
_ROLES: Final = (*_SIGNERS, "policy")
_IS_SIGNED: Final = 0x10


class WentBackError(AssertionError):
    """A station believes something older than before, or nothing at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Depot:
    """A founded academy's files, and the trust folder of a station that follows it."""

    files: dict[str, bytes]
    station: Path
    versions: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Files:
    """A carrier of files in memory."""

    files: dict[str, bytes]

    @property
    def name(self) -> str:
        return "hostile"

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        if path not in self.files:
            raise NotCarriedError(file=path, carrier=self.name)
        data = self.files[path][offset:]
        return iter((data if size is None else data[:size],))


@cache
def _folder() -> Path:
    _KEPT.append(tempfile.TemporaryDirectory(prefix="pocus-fuzz-trust-"))
    return Path(_KEPT[-1].name)


_KEPT: Final[list[tempfile.TemporaryDirectory[str]]] = []


@cache
def _depot() -> _Depot:
    academy = Academy(folder=_folder() / "depot")
    academy.found(policy=AcademyPolicy(hubs=(key("hub").public,), hub_url="https://hub.example"))
    academy.list_bundle("dvt-swollen-calf", 1)
    academy.withdraw("dvt-swollen-calf", 1, "Spoilt.")
    academy.list_bundle("dvt-swollen-calf", 2)
    client = TrustClient(_folder() / "station")
    client.enrol(academy.root)
    state = client.refresh([FolderCarrier(academy.folder)], now_ms=NOW_MS).state
    files = {
        path.relative_to(academy.folder).as_posix(): path.read_bytes()
        for path in academy.folder.rglob("*.json")
        if path.is_file()
    }
    return _Depot(files=files, station=_folder() / "station", versions=dict(state.versions))


def seeds() -> tuple[bytes, ...]:
    """Every role as it is, to be signed anew and as a file; and the academy's policy."""
    depot = _depot()
    found = [bytes([_ROLES.index("policy")]) + _policy(depot)]
    for number, role in enumerate(_SIGNERS):
        document = json.loads(depot.files[_newest(depot.files, role)])
        document["signed"]["version"] += 1
        found.append(bytes([number | _IS_SIGNED]) + json.dumps(document["signed"]).encode())
        found.append(bytes([number]) + json.dumps(document).encode())
    return tuple(found)


def requests() -> tuple[bytes, ...]:
    """Signing requests for the next version of every role that people sign."""
    _depot()
    folder = _folder() / "staged"
    shutil.copytree(_folder() / "depot", folder, dirs_exist_ok=True)
    repository = Academy(folder=folder).repository
    asked = ("root", "targets", AREA)
    ceremony.renew(repository, asked, now_ms=NOW_MS)
    return tuple(signing.make(repository, role).to_bytes() for role in asked)


def read(data: bytes) -> None:
    """Offer a station the depot that an input describes."""
    depot = _depot()
    first = data[0] if data else 0
    role = _ROLES[(first & 0x0F) % len(_ROLES)]
    files = _with_policy(depot, data[1:]) if role == "policy" else _with_role(depot, role, data[1:], first & _IS_SIGNED)
    folder = _folder() / "tried"
    if not folder.exists():
        shutil.copytree(depot.station, folder, symlinks=True)
    client = TrustClient(folder)
    try:
        client.refresh([_Files(files)], now_ms=NOW_MS)
    finally:
        if (folder / "current").read_bytes() != (depot.station / "current").read_bytes():
            _require_no_way_back(client, depot)
            shutil.rmtree(folder)


def _require_no_way_back(client: TrustClient, depot: _Depot) -> None:
    try:
        after = client.state().versions
    except PocusError as problem:
        raise WentBackError(f"what was adopted cannot be read again: {problem.code}") from problem
    if any(after[name] < version for name, version in depot.versions.items() if name in after):
        raise WentBackError("a role's version went back")


def _newest(files: dict[str, bytes], role: str) -> str:
    if role == "timestamp":
        return "metadata/timestamp.json"
    found = [path for path in files if path.startswith("metadata/") and path.endswith(f".{role}.json")]
    return max(found, key=lambda path: int(path.removeprefix("metadata/").partition(".")[0]))


def _policy(depot: _Depot) -> bytes:
    [path] = [path for path in depot.files if path.startswith("targets/") and path.endswith(_policy_suffix())]
    return depot.files[path]


def _policy_suffix() -> str:
    return "." + POLICY.rpartition("/")[2]


def _with_policy(depot: _Depot, data: bytes) -> dict[str, bytes]:
    """The policy's bytes, listed and signed as they are."""
    digest = hashlib.sha256(data).hexdigest()
    signed = json.loads(depot.files[_newest(depot.files, "targets")])["signed"]
    signed["version"] += 1
    signed["targets"][POLICY] = {"length": len(data), "hashes": {"sha256": digest}}
    files = _with_role(depot, "targets", json.dumps(signed).encode(), _IS_SIGNED)
    folder, _, name = POLICY.rpartition("/")
    return {**files, f"targets/{folder}/{digest}.{name}": data}


def _with_role(depot: _Depot, role: str, data: bytes, is_signed: int) -> dict[str, bytes]:
    """The next version of a role is what came; what stands above it says so."""
    files = dict(depot.files)
    version = _version(files[_newest(files, role)]) + 1
    name = "metadata/timestamp.json" if role == "timestamp" else f"metadata/{version}.{role}.json"
    files[name] = _signed(data, role) if is_signed else data
    above = {"root": (), "timestamp": (), "snapshot": ("timestamp",)}.get(role, ("snapshot", "timestamp"))
    below = role
    for each in above:
        signed = json.loads(files[_newest(files, each)])["signed"]
        signed["version"] += 1
        signed["meta"][f"{below}.json"] = {"version": version}
        version, below = signed["version"], each
        path = "metadata/timestamp.json" if each == "timestamp" else f"metadata/{version}.{each}.json"
        files[path] = _signed(json.dumps(signed).encode(), each)
    return files


def _version(data: bytes) -> int:
    return int(json.loads(data)["signed"]["version"])


def _signed(data: bytes, role: str) -> bytes:
    """Bytes as the signed part of a file; unsigned where they have no canonical form, unread where they are no JSON."""
    signatures: list[Any] = []
    try:
        document = json.loads(data)
        payload = (encode_canonical(document) or "").encode("utf-8", "surrogatepass")
        signatures = [{"keyid": key(name).key_id, "sig": key(name).sign(payload).hex()} for name in _SIGNERS[role]]
    except (FormatError, ValueError, RecursionError):
        pass
    return b'{"signatures":' + json.dumps(signatures).encode() + b',"signed":' + data + b"}"
