"""Sealed reports of incidents to the academy: over the network, or by a stick (formats/incident 5)."""

from pathlib import Path

from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import files
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.sync.errors import FolderNotWritableError, NoFolderError, NoReceiptYetError
from pocus_desktop.sync.folder import INCIDENTS, FolderTransport, require_no_links
from pocus_desktop.sync.hub_client import HubClient


class HubIncidents:
    """A hub by its address.

    Args:
        client: Asks it.
        key: The centre's, which signs the question.
        clock: The present.
    """

    def __init__(self, client: HubClient, key: SigningKey, clock: Clock) -> None:
        self._client = client
        self._key = key
        self._clock = clock

    def deliver(self, sealed: bytes, digest: str) -> bytes:
        """Bring a report over; the receipt that came.

        Raises:
            HubNotReachedError, HubAnsweredNoError: Why there is none.
        """
        return self._client.file_incident(sealed, digest, self._key, now_ms=self._clock.read().wall_ms)


class FolderIncidents:
    """A folder that someone carries.

    Args:
        folder: It need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, sealed: bytes, digest: str) -> bytes:
        """Leave a report there, and take up its receipt where one has come back.

        Raises:
            NoFolderError, FolderNotWritableError, FolderDamagedError: It cannot.
            NoReceiptYetError: The report lies there; the receipt has still to come.
        """
        if not self._folder.is_dir():
            raise NoFolderError
        require_no_links(self._folder)
        receipt = FolderTransport(self._folder).receipt(digest)
        if receipt is not None:
            return receipt
        path = self._folder / INCIDENTS / digest
        try:
            if not path.is_file():
                files.write_atomically(path, sealed)
        except OSError as problem:
            raise FolderNotWritableError(reason=problem.strerror or type(problem).__name__) from problem
        raise NoReceiptYetError
