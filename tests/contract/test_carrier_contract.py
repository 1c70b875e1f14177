"""What every carrier of a depot keeps: a folder, an address with and without ranges, and links that drop."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from pocus_desktop.bundle.carrier import Carrier, CarrierFailedError, FolderCarrier, NotCarriedError, resumed
from pocus_desktop.sync.direct import DirectTransport
from pocus_desktop.sync.url_carrier import UrlCarrier
from tests.sync.file_server import FileServer

Which = Literal[
    "folder", "url", "url-without-ranges", "folder-that-drops", "url-that-drops", "url-direct", "url-direct-that-drops"
]
_ALL: tuple[Which, ...] = (
    "folder",
    "url",
    "url-without-ranges",
    "folder-that-drops",
    "url-that-drops",
    "url-direct",
    "url-direct-that-drops",
)
DATA = bytes(range(256)) * 2500  # more than two blocks of a folder's carrier


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropping:
    """A carrier that gives so many bytes at a time and then stops."""

    inner: Carrier
    every: int

    @property
    def name(self) -> str:
        return self.inner.name

    def read(self, path: str, *, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        left = self.every
        for piece in self.inner.read(path, offset=offset, size=size):
            yield piece[:left]
            left -= len(piece)
            if left < 0:
                raise CarrierFailedError(file=path, carrier=self.name, reason="the stick was pulled")


@pytest.fixture
def depot(tmp_path: Path) -> Path:
    folder = tmp_path / "depot"
    (folder / "targets" / "lung").mkdir(parents=True)
    (folder / "data.bin").write_bytes(DATA)
    (folder / "empty.bin").write_bytes(b"")
    (folder / "targets" / "lung" / "3.a%2Fb.json").write_bytes(b"quoted")
    (tmp_path / "secret").write_bytes(b"not of the depot")
    return folder


@pytest.fixture(params=_ALL)
def carrier(request: pytest.FixtureRequest, depot: Path) -> Iterator[Carrier]:
    which: Which = request.param
    with ExitStack() as stack:
        if which == "folder":
            yield FolderCarrier(depot)
        elif which == "folder-that-drops":
            yield Dropping(inner=FolderCarrier(depot), every=100_001)
        else:
            server = FileServer(folder=depot, has_ranges="without" not in which)
            server.drop_after = 100_001 if "drops" in which else None
            stack.enter_context(server.running())
            direct = DirectTransport(connect_s=5, stall_s=5) if "direct" in which else None
            url = UrlCarrier(server.url, transport=direct)
            stack.callback(url.close)
            yield url


def read(carrier: Carrier, path: str, *, offset: int = 0, size: int | None = None) -> bytes:
    return b"".join(resumed(carrier, path, offset=offset, size=size))


def test_a_file_is_given_whole(carrier: Carrier) -> None:
    assert read(carrier, "data.bin") == DATA


@pytest.mark.parametrize("offset", [0, 1, 255, 262_144, len(DATA) - 1, len(DATA), len(DATA) + 1])
@pytest.mark.parametrize("size", [None, 0, 1, 1000, 300_000, len(DATA), 10 * len(DATA)])
def test_any_part_is_given(carrier: Carrier, offset: int, size: int | None) -> None:
    end = None if size is None else offset + size
    assert read(carrier, "data.bin", offset=offset, size=size) == DATA[offset:end]


def test_a_file_may_be_empty(carrier: Carrier) -> None:
    assert read(carrier, "empty.bin") == b""
    assert read(carrier, "empty.bin", size=10) == b""
    assert read(carrier, "empty.bin", offset=1) == b""


def test_a_percent_sign_in_a_name_stays_one(carrier: Carrier) -> None:
    assert read(carrier, "targets/lung/3.a%2Fb.json") == b"quoted"


@pytest.mark.parametrize(
    "path",
    [
        "missing.bin",
        "targets",
        "targets/lung",
        "",
        "../secret",
        "targets/../../secret",
        "/data.bin",
        "a\\b",
        "%2E%2E/x",
    ],
)
@pytest.mark.parametrize("size", [None, 0, 5])
def test_what_is_not_there_is_not_carried(carrier: Carrier, path: str, size: int | None) -> None:
    with pytest.raises(NotCarriedError) as told:
        next(carrier.read(path, size=size), b"")
    assert "{" not in str(told.value)


def test_reading_may_stop_at_any_time(carrier: Carrier) -> None:
    pieces = carrier.read("data.bin")
    assert DATA.startswith(next(pieces))
    del pieces
    assert read(carrier, "empty.bin") == b""


def test_it_has_a_name_that_people_know(carrier: Carrier) -> None:
    assert carrier.name
