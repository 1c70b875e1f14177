"""The audit pack: whatever the evidence is, the pack is made, names it, and carries it as it was."""

import hashlib
import os
import sys
import zlib
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from pocus_desktop.programme.cme.pack import making, workshop
from pocus_desktop.programme.cme.pack.making import Pack, make_pack
from pocus_desktop.programme.cme.progress import Progress, progress
from pocus_desktop.programme.documents.candidate import CmeCredit, Credential
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.rules.load import shipped_rules
from tests.programme.samples import account, credential, credit

_ON = date(2026, 11, 26)
_NOW_MS = 1_795_680_000_000


def _pdf(*marks: str, password: str = "") -> bytes:
    """A page for each mark, A4; each says its own."""
    writer = PdfWriter()
    for mark in marks:
        page = writer.add_blank_page(595, 842)
        content = DecodedStreamObject()
        content.set_data(f"0.1 0.4 0.8 rg 60 60 {100 + len(mark)} 300 re f".encode())
        page[NameObject("/Contents")] = writer._add_object(content)
    if password:
        writer.encrypt(password)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _png(width: int, height: int) -> bytes:
    """Black, one bit a dot: small however many dots it claims."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x01\x00\x00\x00\x00"
    rows = zlib.compress(bytes(-(-width // 8) + 1) * height, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class _Files:
    """Evidence as a portfolio keeps it."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def keep(self, name: str, data: bytes, media_type: str = "application/pdf") -> dict[str, Any]:
        digest = hashlib.sha256(data).hexdigest()
        self.held[digest] = data
        return {"name": name, "media_type": media_type, "size_bytes": len(data), "sha256": digest}

    def read(self, digest: str) -> bytes | None:
        return self.held.get(digest)


def _claims(*credits_: CmeCredit, held: tuple[Credential, ...] = ()) -> tuple[tuple[Progress, ...], Portfolio]:
    held = held or (credential("rdms", "2024-01-01", number="R-77"),)
    portfolio = Portfolio(account=account(), credentials=held, credits=credits_)
    return progress(portfolio, shipped_rules(), _ON), portfolio


def _made(files: _Files, *credits_: CmeCredit, language: str = "en", **more: Any) -> Pack:
    claims, portfolio = _claims(*credits_)
    assert portfolio.account is not None
    return make_pack(
        claims,
        portfolio,
        portfolio.account,
        shipped_rules(),
        files.read,
        now_ms=_NOW_MS,
        on=_ON,
        language=language,
        **more,
    )


def _attached(pdf: bytes) -> dict[str, bytes]:
    return {name: contents[0] for name, contents in PdfReader(BytesIO(pdf)).attachments.items()}


def _text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_whatever_the_evidence_is_the_pack_is_made_and_carries_it_as_it_was() -> None:
    files, good = _Files(), _pdf("one", "two")
    evidence = {
        "good.pdf": good,
        "locked.pdf": _pdf("x", password="secret"),
        "junk.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 8,
        "letter.docx": b"PK\x03\x04" + bytes(60),
        "not a picture.png": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "lies.jpg": good,  # what it is called says nothing
    }
    credits_ = [
        credit("2026-02-28", "5", activity=f"#panic[{name}] \\ *bold*", evidence=[files.keep(name, data)])
        for name, data in evidence.items()
    ]
    gone = files.keep("gone.pdf", _pdf("gone"))
    del files.held[gone["sha256"]]
    left = credit("2026-02-28", "4", activity="Not approved", approvals=["nobody"])
    pack = _made(files, *credits_, credit("2026-03-01", evidence=[gone]), credit("2026-03-02"), left)
    assert pack.is_archival
    assert {one.file.name: (len(one.pages), one.problem) for one in pack.shown} == {
        "good.pdf": (2, ""),
        "locked.pdf": (0, "locked"),
        "junk.pdf": (0, "damaged"),
        "letter.docx": (0, "kind"),
        "not a picture.png": (0, "damaged"),
        "lies.jpg": (2, ""),
        "gone.pdf": (0, "gone"),
    }
    attached = _attached(pack.pdf)
    assert sorted(attached.values()) == sorted([*evidence.values(), attached["activity-report.xml"]])
    assert b"Not approved" not in attached["activity-report.xml"]
    text = _text(pack.pdf)
    for wanted in ("cme-ardms-2020", "R-77", "32 of 30", "#panic[good.pdf] \\ *bold*", "locked with a password"):
        assert wanted in text
    for one in pack.shown:
        assert one.file.sha256[:40] in text.replace("\n", "")
    assert "accepts none" in text
    assert "No file of evidence is kept" in text


def test_a_reader_that_hangs_or_dies_is_told_and_the_pack_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stuck = tmp_path / "stuck.py"
    stuck.write_text(
        "import os, sys, signal\n"
        "from pathlib import Path\n"
        "from pocus_desktop.programme.cme.pack import workshop\n"
        "if sys.argv[1] == 'pictures':\n"
        "    data = (Path(sys.argv[2]) / sys.argv[3]).read_bytes()\n"
        "    signal.pause() if b'hang' in data else os.abort()\n"
        "sys.exit(workshop.main(sys.argv[1:]))\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(making, "_PROGRAM", (sys.executable, str(stuck)))
    files = _Files()
    held = [files.keep("hangs.pdf", b"%PDF-hang"), files.keep("dies.pdf", b"%PDF-die")]
    pack = _made(files, credit("2026-02-28", evidence=held), language="es", draw_s=0.5)
    assert [(one.file.name, one.problem) for one in pack.shown] == [("hangs.pdf", "stuck"), ("dies.pdf", "stuck")]
    assert sorted(_attached(pack.pdf).values())[:2] == [b"%PDF-die", b"%PDF-hang"]
    assert "ábralo con cuidado" in _text(pack.pdf)


def test_what_would_make_it_too_large_is_named_and_stays_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST_ATTACHED_BYTES", 100)
    files = _Files()
    small, large = files.keep("small.txt", b"x" * 60), files.keep("large.txt", b"y" * 60)
    pack = _made(files, credit("2026-02-28", evidence=[small, large]))
    assert [one.is_attached for one in pack.shown] == [True, False]
    assert b"y" * 60 not in _attached(pack.pdf).values()
    assert "Hand it over beside it" in _text(pack.pdf)


def test_pictures_that_would_make_it_too_large_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOST_SHOWN_BYTES", 1)
    files = _Files()
    pack = _made(files, credit("2026-02-28", evidence=[files.keep("a.pdf", _pdf("a"))]))
    assert [(one.pages, one.problem, one.is_attached) for one in pack.shown] == [((), "room", True)]
    assert next(iter(files.held.values())) in _attached(pack.pdf).values()


def test_a_picture_that_cannot_be_set_breaks_no_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    run = making._run

    def drawn_badly(what: str, folder: Path, *more: str, limit_s: float) -> Any:
        done = run(what, folder, *more, limit_s=limit_s)
        for picture in folder.glob("*.png") if more else ():
            picture.write_bytes(b"\x89PNG\r\n\x1a\n")
        return done

    monkeypatch.setattr(making, "_run", drawn_badly)
    files = _Files()
    pack = _made(files, credit("2026-02-28", evidence=[files.keep("a.pdf", _pdf("a"))]))
    assert [one.problem for one in pack.shown] == ["stuck"]
    assert "a.pdf" in _text(pack.pdf)


def test_letters_that_no_shipped_font_has_make_a_plain_pdf() -> None:
    pack = _made(_Files(), credit("2026-02-28", activity="超音波"))
    assert not pack.is_archival
    assert PdfReader(BytesIO(pack.pdf)).pages


def test_the_workshop_draws_in_bounds(tmp_path: Path) -> None:
    (tmp_path / "e0").write_bytes(_png(2500, 2500))
    drawn = workshop.draw(tmp_path, "e0")
    assert drawn["problem"] == ""
    picture = (tmp_path / drawn["pages"][0][0]).read_bytes()
    assert int.from_bytes(picture[16:20], "big") <= 180 / 25.4 * workshop.PPI + 1
    (tmp_path / "e1").write_bytes(_png(30, 20))
    [(_, width_mm)] = workshop.draw(tmp_path, "e1")["pages"]
    assert 10 < width_mm < 11  # 30 dots at 72 to the inch: not blown up


def test_a_long_file_is_shown_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "MOST_PAGES", 2)
    (tmp_path / "e0").write_bytes(_pdf("1", "2", "3"))
    (tmp_path / "e1").write_bytes(_pdf("1", "2"))
    assert (len(workshop.draw(tmp_path, "e0")["pages"]), workshop.draw(tmp_path, "e0")["problem"]) == (2, "long")
    assert workshop.draw(tmp_path, "e1")["problem"] == ""


@pytest.mark.skipif(os.name != "posix", reason="only there a process can be bounded")
def test_the_workshop_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    asked: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", asked.__setitem__)
    workshop._bound()
    assert asked[resource.RLIMIT_AS][0] == workshop._MEMORY_BYTES
    assert asked[resource.RLIMIT_CORE] == (0, 0)
