"""Where python-tuf gets its files from: what is kept here, or carriers (formats/trust 5.2)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tuf.api import exceptions
from tuf.ngclient.fetcher import FetcherInterface

from pocus_desktop.bundle.carrier import Carrier, CarrierFailedError, NotCarriedError, resumed

TIMESTAMP: Final = "timestamp.json"
_SCHEME: Final = "depot:"
METADATA: Final = _SCHEME + "metadata/"
TARGETS: Final = _SCHEME + "targets/"


class Kept(FetcherInterface):
    """Gives the metadata that is here, so that python-tuf verifies it once more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.removeprefix(METADATA)
        if name == TIMESTAMP:
            return iter([(self._folder / TIMESTAMP).read_bytes()])
        raise exceptions.DownloadHTTPError("kept here or nowhere", 404)


class Carried(FetcherInterface):
    """Gives files from carriers: the timestamp from the one in turn only, anything else from the first that has it."""

    def __init__(self, carrier: Carrier, others: Sequence[Carrier]) -> None:
        self._carrier = carrier
        self._others = others
        self.name = carrier.name
        self.asked = ""
        self.received = b""

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = url.removeprefix(_SCHEME)
        self.asked = path.rpartition("/")[2]
        self.received = b""
        carriers = [self._carrier] if self.asked == TIMESTAMP else [self._carrier, *self._others]
        failure: CarrierFailedError | None = None
        for carrier in carriers:
            try:
                pieces = resumed(carrier, path)
                first = next(pieces, b"")
            except NotCarriedError:
                continue
            except CarrierFailedError as problem:
                failure = failure or problem
                continue
            return self._noted(first, pieces)
        if failure is not None:
            raise failure
        raise exceptions.DownloadHTTPError("no carrier has it", 404)

    def fetch(self, url: str) -> Iterator[bytes]:
        """As the interface says, but our own errors stay what they are."""
        return self._fetch(url)

    def _noted(self, first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
        self.received = first
        yield first
        for piece in pieces:
            self.received += piece
            yield piece
