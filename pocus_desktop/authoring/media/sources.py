"""What the name of a media source in a case means."""

import importlib.metadata
from pathlib import Path, PurePosixPath
from typing import Final

from pocus_desktop.authoring.media.errors import SourceMissingError, SourceNameError

_PACKAGE: Final = "package:"


def resolve_source(spec: str, folder: Path) -> Path:
    """The file or folder that a case means.

    Args:
        spec: A path inside the case's folder with `/` between its parts, or `package:NAME/PATH` for a file that an
            installed distribution brings, such as `package:pydicom/data/test_files/examples_ybr_color.dcm`.
        folder: The case's folder.

    Raises:
        SourceNameError: The name points elsewhere.
        SourceMissingError: Nothing is there.
    """
    if spec.startswith(_PACKAGE):
        return _in_package(spec)
    path = PurePosixPath(spec)
    if path.is_absolute() or ".." in path.parts or "\\" in spec or ":" in spec or not path.parts:
        raise SourceNameError(source=spec, reason="it points outside the case's folder")
    found = folder.joinpath(*path.parts)
    if not found.resolve().is_relative_to(folder.resolve()):
        raise SourceNameError(source=spec, reason="it points outside the case's folder")
    if not found.exists():
        raise SourceMissingError(source=spec)
    return found


def _in_package(spec: str) -> Path:
    inner = PurePosixPath(spec.removeprefix(_PACKAGE))
    if inner.is_absolute() or ".." in inner.parts or len(inner.parts) < 2:
        raise SourceNameError(source=spec, reason="it is not NAME/PATH")
    try:
        distribution = importlib.metadata.distribution(inner.parts[0])
    except importlib.metadata.PackageNotFoundError as problem:
        raise SourceNameError(source=spec, reason=f"the package {inner.parts[0]} is not installed") from problem
    listed = {str(file): file for file in distribution.files or ()}
    file = listed.get(str(inner)) or listed.get(str(PurePosixPath(*inner.parts[1:])))
    if file is None:
        raise SourceMissingError(source=spec)
    found = Path(str(file.locate()))
    if not found.is_file():
        raise SourceMissingError(source=spec)
    return found
