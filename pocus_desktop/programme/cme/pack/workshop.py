"""What typesets an audit pack, in a process of its own (formats/audit-pack 3).

Evidence is made by others: a file that is damaged, endless or hostile ends this process, and nothing else. It is given
a folder that holds all it reads, does one thing, and writes into the same folder; else it opens the shipped fonts.

    pictures FOLDER FILE    draws the pages of a file; writes FILE.json, which names the pictures
    set FOLDER              sets `pack.typ` with `said.json`; writes pack.pdf and set.json
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import typst

from pocus_desktop.kernel import assets

MOST_PAGES: Final = 40
"""So many pages of one file are drawn; a certificate has one or two, and the file is attached whole."""

PPI: Final = 150
MOST_AS_IT_IS_BYTES: Final = 4 * 1024**2
"""A larger photograph is drawn: as it is, it stands in the attachment already."""

_MEMORY_BYTES: Final = 3 * 1024**3
_MAGIC: Final = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
_ENCRYPTED: Final = "encrypted"
_NO_SUCH_PAGE: Final = "does not exist"
STANDARDS: Final = ("a-3a", "ua-1")

_PAGE: Final = b"""
#let drawn(..more) = if sys.inputs.page == "0" { image(sys.inputs.file, ..more) } else {
  image(sys.inputs.file, page: int(sys.inputs.page), ..more)
}
#set page(width: 1pt, height: 1pt, margin: 0pt, fill: white)
#context {
  let size = measure(drawn())
  let by = calc.min(1, 180mm / size.width, 240mm / size.height)
  page(width: size.width * by, height: size.height * by, margin: 0pt, drawn(width: size.width * by))
}
"""
_AS_IT_IS: Final = b"""
#set document(title: "-", date: datetime(year: 2000, month: 1, day: 1))
#image(sys.inputs.file, width: 100%, alt: "-")
"""


def kind_of(data: bytes) -> str:
    """What a file is by how it begins, whatever it is called; empty where it is nothing that can be drawn."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), "")


def draw(folder: Path, file: str) -> dict[str, Any]:
    """Draw a file.

    Returns:
        `pages`, pictures in the folder, in order, each with its width in millimetres (0: unknown); `problem`, why not
        all of it is drawn, or nothing.
    """
    with (folder / file).open("rb") as opened:
        kind = kind_of(opened.read(16))
    if not kind:
        return {"pages": [], "problem": "kind"}
    is_small = (folder / file).stat().st_size <= MOST_AS_IT_IS_BYTES
    if kind == "jpg" and is_small and _goes_in_as_it_is(folder, file):
        return {"pages": [(file, 0)], "problem": ""}
    pages: list[tuple[str, float]] = []
    try:
        for picture in _pictures(folder, file, is_pdf=kind == "pdf"):
            if len(pages) == MOST_PAGES:
                return {"pages": pages, "problem": "long"}
            name = f"{file}-{len(pages) + 1}.png"
            (folder / name).write_bytes(picture)
            pages.append((name, int.from_bytes(picture[16:20], "big") / PPI * 25.4))
    except typst.TypstError as problem:
        return {"pages": pages, "problem": "locked" if _ENCRYPTED in problem.message else "damaged"}
    return {"pages": pages, "problem": ""}


def set_pack(folder: Path) -> dict[str, Any]:
    """Set the pack as PDF/A-3a and PDF/UA-1; where a name is in letters that no font here has, as plain PDF.

    Returns:
        `standards`: what the PDF conforms to.
    """
    for standards in (STANDARDS, ()):
        try:
            pdf = _compiler(folder, system_fonts=not standards).compile(
                folder / "pack.typ", pdf_standards=list(standards), sys_inputs={}
            )
        except typst.TypstError:
            if not standards:
                raise
            continue
        assert isinstance(pdf, bytes)  # noqa: S101 - no file was named to write to
        (folder / "pack.pdf").write_bytes(pdf)
        return {"standards": list(standards)}
    raise AssertionError("the last way returns or raises")


def _pictures(folder: Path, file: str, *, is_pdf: bool) -> Iterator[bytes]:
    compiler = _compiler(folder)
    for number in range(1, MOST_PAGES + 2):
        inputs = {"file": file, "page": str(number) if is_pdf else "0"}
        try:
            picture = compiler.compile(_PAGE, format="png", ppi=PPI, sys_inputs=inputs)
        except typst.TypstError as problem:
            if number > 1 and _NO_SUCH_PAGE in problem.message:
                return
            raise
        assert isinstance(picture, bytes)  # noqa: S101 - it is one page, and no file was named
        yield picture
        if not is_pdf:
            return


def _goes_in_as_it_is(folder: Path, file: str) -> bool:
    try:
        _compiler(folder).compile(_AS_IT_IS, sys_inputs={"file": file}, pdf_standards=list(STANDARDS))
    except typst.TypstError:
        return False
    return True


def _compiler(folder: Path, *, system_fonts: bool = False) -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=system_fonts, include_embedded_fonts=system_fonts, font_paths=[assets.folder("fonts")]
    )
    return typst.Compiler(root=folder, font_paths=fonts)


def main(arguments: list[str]) -> int:
    """Do what was asked; the exit status."""
    _bound()
    what, folder = arguments[0], Path(arguments[1])
    work: Callable[[], dict[str, Any]]
    work = (lambda: set_pack(folder)) if what == "set" else (lambda: draw(folder, arguments[2]))
    out = "set.json" if what == "set" else f"{arguments[2]}.json"
    (folder / out).write_text(json.dumps(work()), encoding="utf-8")
    return 0


def _bound() -> None:
    """No more memory than a pack needs, where the system can be asked for it; and no core files."""
    if sys.platform == "win32":
        return
    import resource  # where there is no Windows

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = _MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(_MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
