"""What a library remembers: the highest version of each bundle ever seen here, and the bundles it holds.

The ledger keeps people from using an old copy by mistake. It is a plain file: whoever may write to the library's
folder may also remove it (formats/bundle 9.4).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from pocus_desktop.bundle.errors import CannotWriteError, LedgerDamagedError, require_known_format
from pocus_desktop.bundle.manifest import Manifest
from pocus_desktop.bundle.whole_file import reason_of
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.kernel.ids import NAME

FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was true of a bundle when it was imported and verified.

    Attributes:
        bundle_id: Its line.
        version: Which of the line.
        title: By language.
        content_area: What it assesses.
        languages: What it speaks.
        mode: `open` or `sealed`.
        digest: SHA-256 of its manifest's payload.
        size_bytes: Of the file.
    """

    bundle_id: str
    version: int
    title: Mapping[str, str]
    content_area: str
    languages: tuple[str, ...]
    mode: str
    digest: str
    size_bytes: int

    @property
    def file_name(self) -> str:
        """The name of its file in the library."""
        return f"{self.bundle_id}-{self.version}.casebundle"

    @classmethod
    def of(cls, manifest: Manifest, *, digest: str, size_bytes: int) -> "Record":
        """The record of a verified bundle."""
        return cls(
            bundle_id=manifest.bundle_id,
            version=manifest.version,
            title=dict(manifest.title),
            content_area=manifest.content_area,
            languages=manifest.languages,
            mode=manifest.mode,
            digest=digest,
            size_bytes=size_bytes,
        )

    def as_json(self) -> dict[str, Json]:
        """The record as the ledger holds it."""
        return {
            "bundle_id": self.bundle_id,
            "version": self.version,
            "title": dict(self.title),
            "content_area": self.content_area,
            "languages": list(self.languages),
            "mode": self.mode,
            "digest": self.digest,
            "size_bytes": self.size_bytes,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A library's memory.

    Attributes:
        seen: For each bundle id the highest version ever imported; outlives the bundle's removal.
        records: The bundles held, by file name.
    """

    seen: Mapping[str, int] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)

    def with_record(self, record: Record) -> "Ledger":
        """The ledger after an import."""
        highest = max(record.version, self.seen.get(record.bundle_id, 0))
        return replace(
            self,
            seen={**self.seen, record.bundle_id: highest},
            records={**self.records, record.file_name: record},
        )

    def without(self, record: Record) -> "Ledger":
        """The ledger after a removal; the version stays seen."""
        return replace(self, records={name: kept for name, kept in self.records.items() if name != record.file_name})

    def save(self, path: Path) -> None:
        """Write the ledger, whole or not at all.

        Raises:
            CannotWriteError: The operating system does not take it.
        """
        document: dict[str, Json] = {
            "format": FORMAT,
            "seen": dict(self.seen),
            "records": [record.as_json() for _, record in sorted(self.records.items())],
        }
        try:
            write_atomically(path, canonical.encode(document))
        except OSError as problem:
            raise CannotWriteError(file=path.name, reason=reason_of(problem)) from problem

    @classmethod
    def load(cls, path: Path) -> "Ledger":
        """Read a ledger; an empty one where there is no file.

        Raises:
            FormatTooNewError: It was written by a later program.
            LedgerDamagedError: The file is something else, or cannot be read.
        """
        try:
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return cls()
        except OSError as problem:
            raise LedgerDamagedError(file=path.name, reason=reason_of(problem)) from problem
        try:
            document = canonical.decode(data)
        except BadJsonError as problem:
            raise LedgerDamagedError(file=path.name, reason="it is not JSON") from problem
        require_known_format(document, known=FORMAT, file=path.name)
        seen = document.get("seen") if isinstance(document, dict) else None
        listed = document.get("records") if isinstance(document, dict) else None
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise LedgerDamagedError(file=path.name, reason="it is in another format")
        if not isinstance(seen, dict) or not isinstance(listed, list):
            raise LedgerDamagedError(file=path.name, reason="a list is missing")
        if not all(NAME.fullmatch(name) and type(version) is int for name, version in seen.items()):
            raise LedgerDamagedError(file=path.name, reason="a version seen is not a number")
        records = [_record(entry, path) for entry in listed]
        return cls(
            seen={name: version for name, version in seen.items() if isinstance(version, int)},
            records={record.file_name: record for record in records},
        )


def _record(entry: Json, path: Path) -> Record:
    match entry:
        case {
            "bundle_id": str(bundle_id),
            "version": int(version),
            "title": dict(title),
            "content_area": str(content_area),
            "languages": list(languages),
            "mode": str(mode),
            "digest": str(digest),
            "size_bytes": int(size_bytes),
        } if NAME.fullmatch(bundle_id):
            return Record(
                bundle_id=bundle_id,
                version=version,
                title={str(language): str(text) for language, text in title.items()},
                content_area=content_area,
                languages=tuple(map(str, languages)),
                mode=mode,
                digest=digest,
                size_bytes=size_bytes,
            )
    raise LedgerDamagedError(file=path.name, reason="a record has the wrong form")
