"""Reading a copy of a log: from an address, or from a folder (formats/log 5)."""

from pathlib import Path
from typing import Final

import httpx2

from pocus_desktop.sync.errors import StrangeAnswerError
from pocus_desktop.sync.folder import LONGEST_PART, read_regular
from pocus_desktop.sync.hub_http import Connection, bounded_body, told_as_ours

HUB_PATH: Final = "v1/log/"
"""Where a hub gives its log, below its address."""

_OK: Final = 200
_GONE: Final = 404


def read_part(client: httpx2.Client, address: httpx2.URL, path: str) -> bytes | None:
    """A part of the log at an address; None where it says that there is none.

    Raises:
        SyncError: The network, or something else answered.
    """
    host = address.host
    headers = {"Accept-Encoding": "identity", "Cache-Control": "no-cache"}
    with told_as_ours(host), client.stream("GET", address.join(path), headers=headers) as answer:
        if answer.status_code == _GONE:
            return None
        if answer.status_code != _OK:
            raise StrangeAnswerError(host=host, status=answer.status_code)
        return bounded_body(answer, host, LONGEST_PART)


class UrlLog(Connection):
    """The log at an address."""

    def read(self, path: str) -> bytes | None:
        """A part; None where there is none.

        Raises:
            SyncError: It could not be asked.
        """
        return read_part(self._client, self._address, path)


class FolderLog:
    """The copy in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """A part; None where there is none that can be read, or what lies there is too long for one."""
        return read_regular(self._folder / path, LONGEST_PART)
