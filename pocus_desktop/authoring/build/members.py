"""The members of a bundle: the compiled case and every file it names, measured and imported."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pocus_desktop.authoring.build.pictures import Size, check_pictures
from pocus_desktop.authoring.media.clip_probe import ClipFacts, probe_clip
from pocus_desktop.authoring.media.import_cine import Imported, NoteKind, import_cine, read_image
from pocus_desktop.authoring.media.sources import resolve_source
from pocus_desktop.authoring.source.document import not_utf8
from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.load import Loaded
from pocus_desktop.authoring.source.place import Place
from pocus_desktop.bundle.writer import SourceMember
from pocus_desktop.case.models import Assessment
from pocus_desktop.case.problems import CaseRefusedError, Problem, Severity
from pocus_desktop.case.values import format_duration
from pocus_desktop.case.webvtt.lint import lint
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.media.cine import MEDIA_TYPE, CineInfo, CineReader, write_cine

CASE_MEMBER: Final = "case.json"
SCORING_MEMBER: Final = "scoring.json"
LONGEST_GROUP_MS: Final = 2_000
"""From one key picture of a clip to the next; what is longer is warned of."""

_UNMEASURED: Final = ".unmeasured.cine"
_ON_CALIBRATION: Final = frozenset({NoteKind.CALIBRATION_REFUSED, NoteKind.CALIBRATION_TRIMMED})
_TYPES: Final[Mapping[str, str]] = {
    ".vtt": "text/vtt",
    ".md": "text/markdown",
    ".webm": "video/webm",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".oga": "audio/ogg",
    ".ogv": "video/ogg",
    ".mkv": "video/matroska",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
"""Written out here, since the system's own table differs between machines and the manifest must not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What goes into the bundle, and what was remarked on the way."""

    assessment: Assessment
    members: tuple[SourceMember, ...]
    warnings: tuple[Problem, ...]


def gather(loaded: Loaded) -> Gathered:
    """Measure clips, import cines, and name every file by its place in the source folder.

    Raises:
        CaseRefusedError: The source has errors, or a medium cannot be used; all problems at once, errors first.
    """
    assessment, key = loaded.demand()
    gathering = _Gathering(loaded.folder, loaded.places.files)
    compiled = assessment.model_dump(mode="json", by_alias=True, exclude_none=True)
    for case, prefix in zip(compiled["cases"], loaded.case_folders, strict=True):
        gathering.take_in(case, prefix)
    found = Assessment.model_validate(compiled)
    places = loaded.places
    gathering.problems += check_pictures(found, key, gathering.sizes, items=places.items, entries=places.entries)
    errors = [problem for problem in gathering.problems if problem.severity is Severity.ERROR]
    if errors:
        raise CaseRefusedError(dict.fromkeys((*errors, *gathering.problems)))
    return Gathered(
        assessment=found,
        members=tuple(gathering.members[name] for name in sorted(gathering.members)),
        warnings=tuple(dict.fromkeys((*loaded.problems, *gathering.problems))),
    )


class _Gathering:
    def __init__(self, folder: Path, mentions: Mapping[str, Place]) -> None:
        self._folder = folder
        self.members: dict[str, SourceMember] = {}
        self.problems: list[Problem] = []
        self._mentions = mentions
        self.sizes: dict[str, Size] = {}
        self._rates: dict[str, float | None] = {}
        self._cines: dict[str, Imported] = {}

    def take_in(self, data: Any, prefix: str) -> None:
        """Walk compiled data; replace file names by member names and add the members."""
        if isinstance(data, list):
            for inner in data:
                self.take_in(inner, prefix)
        elif isinstance(data, dict):
            take = self._TAKERS.get(str(data.get("kind")))
            if take is not None and isinstance(data.get("kind"), str):
                take(self, data, prefix)
            for inner in data.values():
                self.take_in(inner, prefix)

    def _clip(self, clip: dict[str, Any], prefix: str) -> None:
        kind = "video" if "video" in clip else "audio"
        name = clip[kind] = prefix + clip[kind]
        path = self._folder / name
        try:
            found = probe_clip(path, kind=kind)
        except PocusError as error:
            self._refuse("source.clip_unplayable", name, error)
            return
        clip["duration"] = format_duration(found.duration_ms)
        if found.width_px and found.height_px:
            clip["width_px"], clip["height_px"] = found.width_px, found.height_px
        self._warn_of_traps(name, found)
        self._add(name)
        for part in ("captions", "script"):
            clip[part] = {language: prefix + file for language, file in clip.get(part, {}).items()}
            for file in clip[part].values():
                self._add(file)
                if part == "captions":
                    data = (self._folder / file).read_bytes()
                    self.problems += lint(data, file=file, duration_ms=found.duration_ms)
                else:
                    self._check_script(file)

    def _check_script(self, file: str) -> None:
        data = (self._folder / file).read_bytes()
        try:
            is_empty = not data.decode("utf-8-sig").strip()
        except UnicodeDecodeError as problem:
            self.problems.append(not_utf8(problem, file))
            return
        if is_empty:
            self.problems.append(fault("source.script_empty", Place(file, 1, 1), file=file))

    def _warn_of_traps(self, name: str, found: ClipFacts) -> None:
        """A clip that will play, but seeks slowly or is shown in another shape than it was made in (docs/media.md)."""
        place = self._mentions.get(name, Place(name, 0, 0))
        if found.has_b_frames:
            self.problems.append(fault("source.clip_b_frames", place, severity=Severity.WARNING, file=name))
        if found.longest_group_ms > LONGEST_GROUP_MS:
            self.problems.append(
                fault(
                    "source.clip_long_group",
                    place,
                    severity=Severity.WARNING,
                    file=name,
                    seconds=f"{found.longest_group_ms / 1000:.1f}",
                    most=LONGEST_GROUP_MS // 1000,
                )
            )
        if found.pixel_aspect != 1:
            told = f"{found.pixel_aspect.numerator}:{found.pixel_aspect.denominator}"
            self.problems.append(fault("source.clip_pixels", place, severity=Severity.WARNING, file=name, aspect=told))

    def _cine(self, cine: dict[str, Any], prefix: str) -> None:
        named = cine["frames"]
        place = self._mentions.get(prefix + named, Place(named, 0, 0))
        cine["frames"] = member = prefix + _member_name(named)
        if self._rates.setdefault(member, cine.get("fps")) != cine.get("fps"):
            self.problems.append(fault("source.cine_rates", place, file=named))
        if member not in self._cines:
            try:
                self._cines[member] = _imported(resolve_source(named, self._folder / prefix), cine.get("fps"))
            except PocusError as error:
                self._refuse("source.cine_refused", prefix + named, error)
                return
        imported = self._cines[member]
        data, is_measured = imported.data, cine.get("calibration") != "none"
        if imported.info.regions and not is_measured:
            cine["frames"] = member = member.removesuffix(".cine") + _UNMEASURED
            data = _without_regions(imported.data)
        self.problems += [
            fault(f"source.cine_{note.kind}", place, severity=Severity.WARNING, file=named, detail=note.detail)
            for note in imported.notes
            if is_measured or note.kind not in _ON_CALIBRATION
        ]
        info = imported.info
        self.sizes[member] = Size(info.width_px, info.height_px, info.frame_count)
        self.members[member] = SourceMember(name=member, media_type=MEDIA_TYPE, data=data)

    def _image(self, image: dict[str, Any], prefix: str) -> None:
        name = image["file"] = prefix + image["file"]
        if name in self.members:
            return
        try:
            height, width = read_image(self._folder / name).shape[:2]
        except PocusError as error:
            self._refuse("source.image_refused", name, error)
            return
        self.sizes[name] = Size(width, height)
        self._add(name)

    _TAKERS: Final[Mapping[str, Callable[["_Gathering", dict[str, Any], str], None]]] = {
        "clip": _clip,
        "cine": _cine,
        "image": _image,
    }

    def _add(self, name: str) -> None:
        media_type = _TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
        self.members[name] = SourceMember(name=name, media_type=media_type, data=self._folder / name)

    def _refuse(self, code: str, name: str, error: PocusError) -> None:
        told, place = error.explain(), self._mentions.get(name, Place(name, 0, 0))
        self.problems.append(fault(code, place, file=name, reason=told.what, next=told.next))


def _imported(path: Path, fps: float | None) -> Imported:
    """A cine as it stands, once every frame of it was read; anything else is imported."""
    if path.suffix != ".cine":
        return import_cine(path, fps=fps)
    data = path.read_bytes()
    info, _ = _frames(data)
    return Imported(data=data, info=info)


def _frames(data: bytes) -> tuple[CineInfo, list[bytes]]:
    with CineReader(lambda: io.BytesIO(data), len(data)) as reader:
        return reader.info, [reader.frame_bytes(index) for index in range(reader.info.frame_count)]


def _without_regions(data: bytes) -> bytes:
    """The same cine, in which nothing can be measured (`calibration: none`)."""
    info, frames = _frames(data)
    return write_cine(replace(info, regions=()), frames)


def _member_name(named: str) -> str:
    """The bundle's name for an imported cine: `package:` sources go under `imported/`, and all end in `.cine`."""
    plain = "imported/" + named.removeprefix("package:") if named.startswith("package:") else named
    return plain if plain.endswith(".cine") else plain + ".cine"
