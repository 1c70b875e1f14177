"""Makes an audit pack: evidence drawn file by file, then all of it set as one PDF (formats/audit-pack 3).

Both happen in processes of their own, in a folder that is there only meanwhile: whatever a file of evidence does to its
reader, the pack is made, and the file is named in it and attached as it is.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from pocus_desktop.kernel import assets, log
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.programme.cme.activity_report import activity_report
from pocus_desktop.programme.cme.errors import PackFailedError
from pocus_desktop.programme.cme.pack.contents import Picture, Shown, claimed, contents
from pocus_desktop.programme.cme.progress import Progress
from pocus_desktop.programme.documents.candidate import Account
from pocus_desktop.programme.documents.parts import EvidenceFile
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.choose import Rules

LANGUAGES: Final = ("en", "es")
MOST_ATTACHED_BYTES: Final = 128 * 1024**2
"""Of all files together; what comes after is named with its digest and stays beside the pack."""

MOST_SHOWN_BYTES: Final = 128 * 1024**2
"""Of all pictures together; files that come after are attached and not shown."""

DRAW_S: Final = 30
"""So long one file may take."""

SET_S: Final = 300
_PROGRAM: Final = (sys.executable, "-P", "-m", "pocus_desktop.programme.cme.pack.workshop")

Read = Callable[[str], bytes | None]
"""Gives the bytes of a file by its digest; None where it is not here, or is no longer what it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """An audit pack.

    Attributes:
        pdf: Its bytes.
        is_archival: Whether it is PDF/A-3a and PDF/UA-1; it is not where a name is in letters that no shipped font has.
        credits: How many credits it claims.
        shown: What became of each file of evidence.
    """

    pdf: bytes
    is_archival: bool
    credits: int
    shown: tuple[Shown, ...]

    @property
    def told_only(self) -> int:
        """How many files are named and not shown whole."""
        return sum(bool(one.problem) for one in self.shown)


def can_make() -> bool:
    """Whether this installation has the typesetter."""
    return find_spec("typst") is not None


def make_pack(
    claims: Sequence[Progress],
    portfolio: Portfolio,
    account: Account,
    rules: Rules,
    read: Read,
    *,
    now_ms: int,
    on: date,
    language: str,
    draw_s: float = DRAW_S,
) -> Pack:
    """Make a pack.

    Args:
        claims: The cycles that are claimed; one at least.
        portfolio: Whose they are.
        account: Of the holder.
        rules: Whose providers' approvals count.
        read: Gives the evidence.
        now_ms: The present.
        on: Today, where the holder lives.
        language: `en` or `es`.
        draw_s: So long one file may take.

    Raises:
        NothingToReportError: None of the cycles has a credit that counts.
        PackFailedError: The typesetter fails.
        FileRefusedError: The disk does not take what is made meanwhile.
    """
    taken = claimed(claims, portfolio)
    report = activity_report(account, portfolio.credentials, taken, now_ms=now_ms)
    try:
        with tempfile.TemporaryDirectory(prefix="pocus-pack-") as place:
            folder = Path(place)
            drawn = _Drawn(folder, read, draw_s)
            shown = {one.credit_id: [drawn.show(file) for file in one.evidence] for one in taken}
            (folder / "report.xml").write_bytes(report)
            (folder / "pack.typ").write_bytes(assets.folder("pack", "pack.typ").read_bytes())

            def typeset() -> Mapping[str, Any] | None:
                said = contents(claims, portfolio, rules, shown, on=on, language=language)
                (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")
                return _run("set", folder, limit_s=SET_S)

            done = typeset()
            if done is None:  # a picture that was drawn cannot be set: the pack is made without any
                shown = {credit_id: [_told_only(one) for one in files] for credit_id, files in shown.items()}
                done = typeset()
            if done is None:
                raise PackFailedError
            return Pack(
                pdf=(folder / "pack.pdf").read_bytes(),
                is_archival=bool(done["standards"]),
                credits=len(taken),
                shown=tuple(one for each in shown.values() for one in each),
            )
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem


class _Drawn:
    """Files of evidence as they are drawn, each once."""

    def __init__(self, folder: Path, read: Read, limit_s: float) -> None:
        self._folder, self._read, self._limit_s = folder, read, limit_s
        self._found: dict[str, tuple[str, tuple[Picture, ...], str]] = {}
        self._attached_bytes = self._shown_bytes = 0

    def show(self, file: EvidenceFile) -> Shown:
        """One file."""
        if file.sha256 not in self._found:
            self._found[file.sha256] = self._draw(file)
        stored, pages, problem = self._found[file.sha256]
        is_attached = bool(stored) and self._attached_bytes + file.size_bytes <= MOST_ATTACHED_BYTES
        self._attached_bytes += file.size_bytes if is_attached else 0
        return Shown(file=file, stored=stored, pages=pages, problem=problem, is_attached=is_attached)

    def _draw(self, file: EvidenceFile) -> tuple[str, tuple[Picture, ...], str]:
        data = self._read(file.sha256)
        if data is None:
            return "", (), "gone"
        name = f"e{len(self._found)}"
        (self._folder / name).write_bytes(data)
        done = _run("pictures", self._folder, name, limit_s=self._limit_s)
        if done is None:
            return name, (), "stuck"
        self._shown_bytes += sum((self._folder / path).stat().st_size for path, _ in done["pages"])
        if self._shown_bytes > MOST_SHOWN_BYTES:
            return name, (), "room"
        pages = tuple(Picture(path=path, width_mm=width_mm) for path, width_mm in done["pages"])
        return name, pages, str(done["problem"])


def _told_only(one: Shown) -> Shown:
    return replace(one, pages=(), problem=one.problem or "stuck") if one.pages else one


def _run(what: str, folder: Path, *more: str, limit_s: float) -> Mapping[str, Any] | None:
    """What the workshop wrote; None where it ended otherwise than it should."""
    out = folder / (f"{more[0]}.json" if more else f"{what}.json")
    unseen: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        ended = subprocess.run(  # noqa: S603 - this program itself
            [*_PROGRAM, what, str(folder), *more],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limit_s,
            check=False,
            creationflags=unseen,
        )
    except subprocess.TimeoutExpired:
        log.event("pack.stuck", what=what)
        return None
    if ended.returncode:
        log.event("pack.ended", what=what, status=ended.returncode)
        return None
    found: Mapping[str, Any] = json.loads(out.read_bytes())
    return found
