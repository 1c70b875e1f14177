"""The incidents of a room on the disk: every version of every report, and the academy's receipts (formats/incident 4).

    <folder>/<reference>/<n>.report     the signed report with its first n entries
    <folder>/<reference>/<n>.receipt    the academy's receipt for it
    <folder>/<reference>/<n>-<digest>.other    what another console wrote otherwise as its n entries

A version is durable before it is told, and is never written over: of two consoles that add to one incident at once, the
second is told to look again. A version that cannot be verified is named, and passed over.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import files, log
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.proctoring.incident_reference import as_name, read_reference
from pocus_desktop.proctoring.incident_report import IncidentReceipt, SignedReport, read_receipt, read_report

REPORT_SUFFIX: Final = ".report"
RECEIPT_SUFFIX: Final = ".receipt"
OTHER_SUFFIX: Final = ".other"
_DIGEST_DIGITS: Final = 12
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,2}")


class UnknownIncidentError(PocusError):
    """There is no incident of that reference here."""

    code: ClassVar[str] = "incident.unknown"
    blame: ClassVar[Blame] = Blame.USER


class IncidentChangedError(PocusError):
    """Someone else added to the incident meanwhile."""

    code: ClassVar[str] = "incident.changed_meanwhile"
    blame: ClassVar[Blame] = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """An incident as this folder has it.

    Attributes:
        report: Its latest version.
        receipt: The academy's for exactly that; None while it waits.
    """

    report: SignedReport
    receipt: IncidentReceipt | None

    @property
    def reference(self) -> str:
        """What the candidate was given."""
        return self.report.incident.reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """All of a folder.

    Attributes:
        filed: The latest filed first.
        damaged: Files that are no sound reports of this centre, by their place in the folder.
        disputed: References of incidents to which another console added something else.
    """

    filed: tuple[Filed, ...]
    damaged: tuple[str, ...]
    disputed: tuple[str, ...] = ()


class IncidentFolder:
    """A room's incidents.

    Args:
        folder: Made when first something is kept.
        centres: Keys that sign them: the centre's.
        hubs: Keys that sign receipts.
    """

    def __init__(self, folder: Path, *, centres: Iterable[PublicKey], hubs: Iterable[PublicKey]) -> None:
        self._folder = folder
        self._centres = tuple(centres)
        self._hubs = tuple(hubs)

    def believe(self, hubs: Iterable[PublicKey]) -> None:
        """Let receipts of these keys count from now on."""
        self._hubs = tuple(hubs)

    def keep(self, report: SignedReport) -> Filed:
        """Keep a version; the same one again changes nothing.

        Raises:
            IncidentChangedError: Another version of that number is here, or an earlier one says something else.
            FileRefusedError: The disk does not take it.
        """
        incident = report.incident
        place = self._place(incident.reference)
        path = place / f"{len(incident.entries)}{REPORT_SUFFIX}"
        try:
            if path.exists():
                if path.read_bytes() != report.envelope:
                    raise IncidentChangedError(reference=incident.reference)
            else:
                if any(not incident.extends(one.incident) for one in self._versions(place).values()):
                    raise IncidentChangedError(reference=incident.reference)
                files.make_folder(place)
                files.write_atomically(path, report.envelope, is_private=True)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        return Filed(report=report, receipt=self._receipt(place, report))

    def has(self, reference: str, digest: str) -> bool:
        """Whether a report is here, as a version or as what another console wrote otherwise."""
        place = self._place(reference)
        if any(place.glob(f"*-{digest[:_DIGEST_DIGITS]}{OTHER_SUFFIX}")):
            return True
        return any(one.digest == digest for one in self._versions(place).values())

    def keep_other(self, report: SignedReport) -> None:
        """Keep what another console wrote otherwise, beside what is here.

        Raises:
            FileRefusedError: The disk does not take it.
        """
        incident = report.incident
        name = f"{len(incident.entries)}-{report.digest[:_DIGEST_DIGITS]}{OTHER_SUFFIX}"
        try:
            files.write_atomically(self._place(incident.reference) / name, report.envelope, is_private=True)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem

    def take_receipt(self, report: SignedReport, envelope: bytes) -> IncidentReceipt:
        """Keep the academy's receipt for a version, once it verifies.

        Raises:
            BadIncidentReceiptError: It is none for this report.
            FileRefusedError: The disk does not take it.
        """
        receipt = read_receipt(envelope, self._hubs, digest=report.digest)
        path = self._place(report.incident.reference) / f"{len(report.incident.entries)}{RECEIPT_SUFFIX}"
        try:
            files.write_atomically(path, envelope, is_private=True)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        return receipt

    def all(self) -> Shelf:
        """Everything that is here.

        Raises:
            FileRefusedError: The folder cannot be read.
        """
        filed: list[Filed] = []
        disputed: list[str] = []
        damaged: list[str] = []
        try:
            places = sorted(path for path in self._folder.iterdir() if path.is_dir()) if self._folder.is_dir() else []
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        for place in places:
            versions = self._versions(place, damaged)
            if versions:
                report = versions[max(versions)]
                filed.append(Filed(report=report, receipt=self._receipt(place, report)))
                if any(place.glob(f"*{OTHER_SUFFIX}")):
                    disputed.append(report.incident.reference)
        filed.sort(key=lambda one: one.report.incident.entries[0].at.wall_ms, reverse=True)
        return Shelf(filed=tuple(filed), damaged=tuple(damaged), disputed=tuple(disputed))

    def find(self, said: str) -> Filed:
        """An incident by its reference, however that is typed.

        Raises:
            BadReferenceError: It is no reference.
            UnknownIncidentError: There is none, or none that verifies.
        """
        reference = read_reference(said)
        place = self._place(reference)
        versions = self._versions(place)
        if not versions:
            raise UnknownIncidentError(reference=reference)
        report = versions[max(versions)]
        return Filed(report=report, receipt=self._receipt(place, report))

    def waiting(self) -> tuple[SignedReport, ...]:
        """Versions that the academy has not signed for yet, the oldest incident first."""
        return tuple(one.report for one in reversed(self.all().filed) if one.receipt is None)

    def _place(self, reference: str) -> Path:
        return self._folder / as_name(reference)

    def _versions(self, place: Path, damaged: list[str] | None = None) -> dict[int, SignedReport]:
        found: dict[int, SignedReport] = {}
        for path in sorted(place.glob(f"*{REPORT_SUFFIX}")) if place.is_dir() else ():
            if not _NUMBER.fullmatch(path.stem):
                continue
            try:
                report = read_report(path.read_bytes(), self._centres)
                is_sound = (as_name(report.incident.reference), str(len(report.incident.entries))) == (
                    place.name,
                    path.stem,
                )
            except OSError as problem:
                log.failure(FileRefusedError.of(problem))
                is_sound = False
            except PocusError as error:
                log.failure(error)
                is_sound = False
            if is_sound:
                found[int(path.stem)] = report
            elif damaged is not None:
                damaged.append(f"{place.name}/{path.name}")
        return found

    def _receipt(self, place: Path, report: SignedReport) -> IncidentReceipt | None:
        path = place / f"{len(report.incident.entries)}{RECEIPT_SUFFIX}"
        try:
            return read_receipt(path.read_bytes(), self._hubs, digest=report.digest)
        except FileNotFoundError:
            return None
        except OSError as problem:
            log.failure(FileRefusedError.of(problem))
        except PocusError as error:
            log.failure(error)  # it waits again, and the academy gives the same receipt again
        return None
