"""Certificates in the portfolio: verified without a network when they come, and whenever they are read."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError
from pocus_desktop.programme.certificate.paper_reader import credential_in
from pocus_desktop.programme.certificate.verify import Verdict
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.certificates import NoPaperYetError
from pocus_desktop.programme.own.desk import CERTIFICATES, PortfolioDesk
from pocus_desktop.programme.papers import BadPaperError, sign_paper, write_papers
from tests.programme.certificate.academy import CERTIFICATE, NOW_MS, Issuer, changed
from tests.ui.portfolio.desks import FarAcademy, empty

ISSUER = Issuer()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[PortfolioDesk]:
    made = empty(tmp_path / "own", ManualClock(wall_ms=NOW_MS))
    made.connect(Academy(keys=(ISSUER.key.public, SealingKey.generate().public)))
    yield made
    made.close()


def test_a_certificate_is_kept_and_its_paper_written(desk: PortfolioDesk, tmp_path: Path) -> None:
    given = tmp_path / "credential.json"
    given.write_bytes(ISSUER.credential())
    kept = desk.keep_certificate(given)
    assert (kept.holder, kept.verdict) == (CERTIFICATE.holder, Verdict.STATUS_UNKNOWN)
    assert desk.view().kept == (kept,)
    out = tmp_path / "certificate.pdf"
    desk.save_certificate(kept.certificate_id, out, language="es")
    assert credential_in(out.read_bytes()) == ISSUER.credential()
    again = desk.keep_certificate(out)
    assert again == replace(kept, papers=("es",))
    assert desk.view().kept == (again,)


def test_what_is_not_the_academys_is_refused(desk: PortfolioDesk, tmp_path: Path) -> None:
    given = tmp_path / "credential.json"
    for data in (changed(ISSUER.credential(), name="Chief of everything"), b"{}", b"%PDF-1.7 nothing"):
        given.write_bytes(data)
        with pytest.raises(PocusError):
            desk.keep_certificate(given)
    assert desk.view().kept == ()
    given.write_bytes(ISSUER.credential())
    desk.keep_certificate(given)
    desk.connect(FarAcademy().public)
    assert desk.view().kept == (), "another academy's keys count now"
    with pytest.raises(PocusError) as caught:
        desk.keep_certificate(given)
    assert caught.value.code == "portfolio.not_a_certificate"


def test_a_file_that_was_altered_since_is_not_shown(desk: PortfolioDesk, tmp_path: Path) -> None:
    given = tmp_path / "credential.json"
    given.write_bytes(ISSUER.credential())
    kept = desk.keep_certificate(given)
    path = tmp_path / "own" / CERTIFICATES / f"{kept.certificate_id}.json"
    path.write_bytes(path.read_bytes().replace(b"Ana", b"Eva"))
    assert desk.view().kept == ()
    with pytest.raises(PocusError) as caught:
        desk.save_certificate(kept.certificate_id, tmp_path / "x.pdf", language="en")
    assert caught.value.code == "portfolio.no_certificate_file"


def test_an_older_answer_brings_back_no_older_writing(desk: PortfolioDesk, tmp_path: Path) -> None:
    older = ISSUER.credential()
    newer = ISSUER.credential(valid_from_ms=CERTIFICATE.valid_from_ms + 1000)
    path = tmp_path / "own" / CERTIFICATES / f"{CERTIFICATE.certificate_id}.json"

    def take(credential: bytes, as_of: tuple[int, int] | None) -> bytes:
        desk.take_papers(write_papers(None, [], certificates=[(credential, ())]), as_of=as_of)
        return path.read_bytes()

    assert take(newer, (2, 5)) == newer
    assert take(older, (2, 4)) == newer, "given earlier"
    assert take(older, (1, 9)) == newer, "asked earlier"
    path.write_bytes(newer[:-9])
    assert take(older, (1, 9)) == older, "what was damaged is not here"
    assert take(newer, (2, 5)) == newer, "the same again"
    assert take(older, None) == older, "this comes from the academy now"
    assert take(newer, (NOW_MS - 1, 9)) == older, "that was asked before"


def test_a_paper_that_does_not_go_is_told_and_the_next_time_makes_it_good(desk: PortfolioDesk, tmp_path: Path) -> None:
    """As on Windows, where a file that is open in a viewer is not removed."""
    given, folder = tmp_path / "credential.json", tmp_path / "own" / CERTIFICATES
    given.write_bytes(ISSUER.credential())
    kept = desk.keep_certificate(given)
    held = folder / "papers" / f"{kept.certificate_id}-en.pdf"
    held.mkdir(parents=True)
    newer = ISSUER.credential(valid_from_ms=CERTIFICATE.valid_from_ms + 1000)
    given.write_bytes(newer)
    with pytest.raises(FileRefusedError):
        desk.keep_certificate(given)
    assert desk.view().kept == (kept,), "the one from before is here still"
    held.rmdir()
    desk.keep_certificate(given)
    assert (folder / f"{kept.certificate_id}.json").read_bytes() == newer


def test_where_no_typesetter_is_the_papers_of_the_academy_are_waited_for(
    desk: PortfolioDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, out = tmp_path / "credential.json", tmp_path / "x.pdf"
    given.write_bytes(ISSUER.credential())
    name = desk.keep_certificate(given).certificate_id
    monkeypatch.setitem(sys.modules, "pocus_desktop.programme.certificate.paper", None)
    with pytest.raises(NoPaperYetError):
        desk.save_certificate(name, out, language="en")
    assert desk.wanted_papers() == ((name, "en"), (name, "es"))
    desk.take_paper(name, "en", sign_paper(name, "en", b"%PDF-1.7 set far away", ISSUER.key))
    desk.save_certificate(name, out, language="en")
    assert out.read_bytes() == b"%PDF-1.7 set far away"
    for data in (
        b"{}",
        sign_paper(name, "en", b"%PDF", ISSUER.key),
        sign_paper("crt_" + "0" * 20, "es", b"%PDF", ISSUER.key),
        sign_paper(name, "es", b"%PDF", SigningKey.generate()),
    ):
        with pytest.raises(BadPaperError):
            desk.take_paper(name, "es", data)
    assert desk.wanted_papers() == ((name, "es"),)
