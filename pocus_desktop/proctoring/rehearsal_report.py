"""The report of a rehearsal that a console ran (formats/rehearsal): signed by its centre, kept in the room's folder."""

from pathlib import Path
from typing import Final, Literal, TypeAlias

from pydantic import Field

from pocus_desktop.admission.documents import Moment, Part, read_payload
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically

PAYLOAD_TYPE: Final = "application/vnd.pocus.rehearsal-report.v1+json"
FOLDER: Final = "rehearsals"
"""Within the room's."""

SUFFIX: Final = ".dsse.json"
MOST_LINES: Final = 400
_LONGEST_LINE: Final = 500

Outcome: TypeAlias = Literal["passed", "failed", "stopped"]


class RehearsalReport(Part):
    """What came of it.

    Attributes:
        began_at_ms, ended_at_ms: Wall time.
        desks: How many candidates.
        steps, step: How many steps there are, and the last that was begun; 0 for none.
        application: The program's version.
        told: What it told, line by line; the last ones.
    """

    format: Literal[1] = 1
    began_at_ms: Moment
    ended_at_ms: Moment
    desks: int = Field(ge=1, le=100)
    outcome: Outcome
    steps: int = Field(ge=1, le=100)
    step: int = Field(ge=0, le=100)
    application: str
    told: tuple[str, ...] = ()


def bounded(lines: list[str]) -> tuple[str, ...]:
    """Lines as a report takes them."""
    return tuple("".join(c if c.isprintable() else " " for c in one)[:_LONGEST_LINE] for one in lines[-MOST_LINES:])


def file_rehearsal(room: Path, report: RehearsalReport, key: SigningKey) -> Path:
    """Keep it, signed; where.

    Raises:
        FileRefusedError: The disk does not take it.
    """
    envelope = dsse.sign(PAYLOAD_TYPE, canonical.encode(report.model_dump(mode="json")), [key]).to_bytes()
    path = room / FOLDER / f"{report.ended_at_ms}{SUFFIX}"
    try:
        write_atomically(path, envelope)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    return path


def read_rehearsal(envelope: bytes, key: PublicKey) -> RehearsalReport:
    """A report that this centre signed.

    Raises:
        PocusError: `crypto.*`: it is no envelope, of another type, or signed by another.
        BadDocumentError: It says something else.
    """
    signed = dsse.Envelope.parse(envelope)
    dsse.verify(signed, payload_type=PAYLOAD_TYPE, keys=[key])
    return read_payload(RehearsalReport, signed.payload)


def latest_rehearsal(room: Path, key: PublicKey) -> tuple[Path, RehearsalReport] | None:
    """The newest report that can be read; None where there is none."""
    found: list[tuple[int, Path, RehearsalReport]] = []
    for path in (room / FOLDER).glob(f"*{SUFFIX}"):
        try:
            report = read_rehearsal(path.read_bytes(), key)
        except OSError as problem:
            log.failure(FileRefusedError.of(problem))
        except PocusError as error:
            log.failure(error)
        else:
            found.append((report.ended_at_ms, path, report))
    return max(found)[1:] if found else None
