"""What stands readable in a journal's file (formats/journal 2.1)."""

from dataclasses import dataclass
from typing import Final

from pocus_desktop.crypto.keys import BadKeyError, PublicKey, WeakKeyError
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.sitting.errors import NewerJournalError, NotAJournalError

FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands readable in a journal's file: enough to find the content and the key, and nothing of the candidate.

    Attributes:
        station: The station's signing key, which signs the checkpoints.
    """

    sitting: str
    admission_id: str
    bundle_id: str
    bundle_version: int
    mode: str
    created_ms: int
    station: PublicKey

    def to_text(self) -> str:
        """Canonical JSON."""
        document: dict[str, Json] = {
            "format": FORMAT,
            "sitting": self.sitting,
            "admission_id": self.admission_id,
            "bundle_id": self.bundle_id,
            "bundle_version": self.bundle_version,
            "mode": self.mode,
            "created_ms": self.created_ms,
            "station": self.station.as_json(),
        }
        return canonical.encode(document).decode("utf-8")

    @classmethod
    def from_text(cls, text: str) -> "Header":
        """Read it.

        Raises:
            NewerJournalError: A newer program wrote it.
            NotAJournalError: It is something else.
        """
        try:
            document = canonical.decode(text.encode("utf-8", "surrogatepass"))
        except BadJsonError as problem:
            raise NotAJournalError from problem
        if not isinstance(document, dict):
            raise NotAJournalError
        found = _whole(document, "format")
        if found > FORMAT:
            raise NewerJournalError(found=found, known=FORMAT)
        try:
            return cls(
                sitting=_text(document, "sitting"),
                admission_id=_text(document, "admission_id"),
                bundle_id=_text(document, "bundle_id"),
                bundle_version=_whole(document, "bundle_version"),
                mode=_text(document, "mode"),
                created_ms=_whole(document, "created_ms"),
                station=PublicKey.from_json(document.get("station")),
            )
        except (BadKeyError, WeakKeyError) as problem:
            raise NotAJournalError from problem


def _text(document: dict[str, Json], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise NotAJournalError
    return value


def _whole(document: dict[str, Json], name: str) -> int:
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotAJournalError
    return value
