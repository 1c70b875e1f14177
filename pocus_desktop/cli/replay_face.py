"""What the commands of an appeal ask for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Paper = Literal["a4", "letter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRequest:
    """What to look at, and how.

    Attributes:
        results: Sealed results of one sitting; none where the hub holds them.
        sitting: Its id at the hub; empty where files are given.
        hub: The hub's folder, for its results and its shelf; None without a hub.
        database_url: The hub's database, where it is another than SQLite in its folder.
        keys: The academy's, with their passphrase.
        bundle: The bundle that was sat; None where only the hub's shelf, or nothing, has the texts.
        content_key: Of a sealed bundle, in hexadecimal; may be empty.
        receipt: The hub's, for one of the results.
        pdf: Where to write the report; None for none.
        as_json: Print the timeline as JSON.
        is_blind: Leave out who the candidate is.
        language: Of the window and the report.
        theme: Of the window.
    """

    results: tuple[Path, ...] = ()
    sitting: str = ""
    hub: Path | None = None
    database_url: str | None = None
    keys: Path
    passphrase: str
    bundle: Path | None = None
    content_key: str = ""
    receipt: Path | None = None
    pdf: Path | None = None
    paper: Paper = "a4"
    as_json: bool = False
    is_blind: bool = False
    language: str = "en"
    theme: str = "light"


class Replay(Protocol):
    """A sitting told from its sealed result."""

    def __call__(self, request: ReplayRequest) -> int:
        """Print, write or show it; the exit status."""
