"""What the academy signed for the stations of a room, as the relay hands it out (formats/relay 2)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.handing_out import write_admissions, write_releases
from pocus_desktop.admission.unlock_folder import GRANT_SUFFIX
from pocus_desktop.admission.unlock_grant import MAXIMUM_BYTES
from pocus_desktop.admission.unlock_passing import read_release
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.kernel.settings import ADMISSION_SUFFIX, Home


class Papers:
    """Admissions and releases in a centre's home.

    Args:
        home: The centre's.
        hubs: Who signs them, as it is then; one that nobody signed is not handed out.
        station_id: By a station's device key, its id: that of its sealing key; None where it is no station here.
    """

    def __init__(
        self, home: Home, hubs: Callable[[], Sequence[PublicKey]], station_id: Callable[[PublicKey], str | None]
    ) -> None:
        self._home = home
        self._hubs = hubs
        self._station_id = station_id

    def admissions(self, station: PublicKey) -> bytes:
        """What may be sat at a station; see `HasPapers`."""
        wanted = self._station_id(station)
        found: list[bytes] = []
        for data in _files(self._home.admissions.glob(f"*{ADMISSION_SUFFIX}")):
            try:
                verified = admissions.verify(data, self._hubs())
            except PocusError as problem:  # one that cannot be read keeps no other from being handed out
                log.failure(problem)
                continue
            if verified.admission.station in {None, wanted}:
                found.append(data)
        return write_admissions(tuple(found))

    def releases(self, station: PublicKey) -> bytes:
        """What was released to a station; see `HasPapers`."""
        wanted = self._station_id(station)
        found: list[bytes] = []
        for data in _files(self._home.unlocks.glob(f"[!.]*{GRANT_SUFFIX}"), MAXIMUM_BYTES):
            try:
                verified = read_release(data, self._hubs())
            except PocusError as problem:
                log.failure(problem)
                continue
            recipients = {one.key_id for one in verified.grant.keys} | {one.key_id for one in verified.passed}
            if wanted in recipients:
                found.append(data)
        return write_releases(tuple(found))


def _files(paths: Iterable[Path], limit: int = MAXIMUM_BYTES) -> Iterator[bytes]:
    """Small files, by name.

    Raises:
        FileRefusedError: The disk does not give one.
    """
    for path in sorted(paths):
        try:
            with path.open("rb") as file:
                yield file.read(limit + 1)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
