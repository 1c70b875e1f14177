"""Certificates as the candidate keeps them: verified when they come, and offline whenever they are looked at.

    <folder>/<id>.json                    the credential
    <folder>/openings/<id>-<area>.json    what opens its commitment, for the candidate alone
    <folder>/papers/<id>-<language>.pdf   its paper, as the academy set it
    <folder>/papers/<id>-<language>.none  when the academy said last that it cannot set it
    <folder>/status/<digest>.json         a status list, by the digest of its address; the newest that came

What the academy signed is kept, however it stands today: what was taken back is shown as that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.programme.certificate.commitment import Opening
from pocus_desktop.programme.certificate.document import Certificate
from pocus_desktop.programme.certificate.status_list import StatusList
from pocus_desktop.programme.certificate.verify import Trust, Verdict, verified_list, verify
from pocus_desktop.programme.own.errors import PartMissingError
from pocus_desktop.programme.papers import PAPER_LANGUAGES, GivenCertificate, read_paper

_MAXIMUM_BYTES: Final = 4 * 1024 * 1024
_ASK_AGAIN_MS: Final = 30 * 24 * 60 * 60 * 1000
"""How long what the academy could not set is not asked for: its fonts may have changed by then."""


class NotACertificateError(PocusError):
    """A file is no certificate of the portfolio's academy; `verdict` says why."""

    code: ClassVar[str] = "portfolio.not_a_certificate"
    blame: ClassVar[Blame] = Blame.CONTENT


class NoCertificateFileError(PocusError):
    """The file of a certificate is not here."""

    code: ClassVar[str] = "portfolio.no_certificate_file"
    blame: ClassVar[Blame] = Blame.USER


class NoPaperYetError(PocusError):
    """The paper of a certificate is not here, and this installation sets none."""

    code: ClassVar[str] = "portfolio.no_paper_yet"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCertificate:
    """A certificate whose file is here.

    Attributes:
        certificate: What it says.
        verdict: How it stands, as far as is known here without a network.
        as_of_ms: Of when the older of the two status lists is; None where one is missing.
        papers: Languages in which its paper is here.
    """

    certificate: Certificate
    verdict: Verdict
    as_of_ms: int | None = None
    papers: tuple[str, ...] = ()

    @property
    def certificate_id(self) -> str:
        """Its id."""
        return self.certificate.certificate_id

    @property
    def holder(self) -> str:
        """Whose it is, by name."""
        return self.certificate.holder


class CertificateFolder:
    """The certificates of a portfolio.

    Args:
        folder: Made when the first is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, path: Path, trust: Trust, *, now_ms: int) -> KeptCertificate:
        """Take a certificate in, from JSON or from inside a PDF; durable when this returns.

        Raises:
            NotACertificateError: It is not this academy's, or was altered.
            PocusError: `certificate.*`: it is no certificate at all.
            PartMissingError: This installation reads no PDF.
            FileRefusedError: It cannot be read or kept.
        """
        try:
            with path.open("rb") as opened:
                data = opened.read(_MAXIMUM_BYTES + 1)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        if data.startswith(b"%PDF-"):
            data = _inside(data)
        found = self._judged(data, trust, now_ms, self._lists(trust, now_ms))
        self._replace(found.certificate_id, data)
        return found

    def take(
        self,
        certificates: Iterable[GivenCertificate],
        status_lists: Iterable[bytes],
        trust: Trust,
        *,
        now_ms: int,
        may_replace: bool = True,
    ) -> int:
        """Keep what the academy gave; how many certificates are new, or signed anew. The rest is left, and logged.

        Args:
            certificates: Each with its openings.
            status_lists: The newer of two is kept.
            trust: The academy's keys.
            now_ms: The present.
            may_replace: A certificate that is here already may be replaced by another writing of it.

        Raises:
            FileRefusedError: The disk does not take it.
        """
        new = 0
        for one in status_lists:
            try:
                self._take_list(one, trust, now_ms)
            except FileRefusedError:
                raise
            except PocusError as error:
                log.failure(error)
        for given in certificates:
            try:
                new += self._take(given, trust, now_ms, may_replace=may_replace)
            except FileRefusedError:
                raise
            except PocusError as error:
                log.failure(error)
        return new

    def kept(self, trust: Trust, *, now_ms: int) -> tuple[KeptCertificate, ...]:
        """Those that are here, verified anew; a file that was altered since is left out, and logged."""
        found = []
        paths = sorted(self._folder.glob("*.json"))
        lists = self._lists(trust, now_ms) if paths else ()
        for path in paths:
            try:
                found.append(self._judged(path.read_bytes(), trust, now_ms, lists))
            except OSError as problem:
                log.failure(FileRefusedError.of(problem))
            except PocusError as error:
                log.failure(error)
        return tuple(found)

    def wanted_papers(self, trust: Trust, *, now_ms: int) -> Iterator[tuple[str, str]]:
        """Certificates and languages whose paper is not here."""
        for one in self.kept(trust, now_ms=now_ms):
            for language in PAPER_LANGUAGES:
                if language not in one.papers and not self._has_none(one.certificate_id, language, now_ms):
                    yield one.certificate_id, language

    def note_none(self, certificate_id: str, language: str, *, now_ms: int) -> None:
        """The academy cannot set this paper; it is asked for again after a time, or when the certificate changes.

        Raises:
            FileRefusedError: The disk does not take it.
        """
        _write(self._none(certificate_id, language), str(now_ms).encode())

    def take_paper(self, certificate_id: str, language: str, envelope: bytes, trust: Trust) -> None:
        """Keep a certificate's paper.

        Raises:
            BadPaperError: It is none of this academy's for this certificate.
            FileRefusedError: The disk does not take it.
        """
        pdf = read_paper(envelope, trust.keys, certificate_id=certificate_id, language=language)
        _write(self._paper(certificate_id, language), pdf)

    def paper_file(self, certificate_id: str, trust: Trust, *, now_ms: int, language: str) -> Path:
        """Where the paper of a certificate lies: the academy's, or one set here where that is possible.

        Raises:
            NoCertificateFileError: The certificate's file is not here.
            NoPaperYetError: The academy's has not come, and no typesetter is installed.
            PaperFailedError: The typesetter refuses.
            FileRefusedError: The disk does not take it.
        """
        try:
            data = self._path(certificate_id).read_bytes()
        except OSError as problem:
            raise NoCertificateFileError from problem
        certificate = verify(data, trust, now_ms=now_ms).certificate
        if certificate is None:
            raise NoCertificateFileError
        path = self._paper(certificate_id, language)
        if not path.is_file():
            try:
                from pocus_desktop.programme.certificate.paper import to_pdf  # the typesetter, of the extra `portfolio`
            except ModuleNotFoundError as problem:
                raise NoPaperYetError from problem
            _write(path, to_pdf(certificate, data, language=language))
        return path

    def save_pdf(self, certificate_id: str, out: Path, trust: Trust, *, now_ms: int, language: str) -> None:
        """Write a copy of the paper of a certificate; as `paper_file`."""
        path = self.paper_file(certificate_id, trust, now_ms=now_ms, language=language)
        try:
            write_atomically(out, path.read_bytes())
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem

    def _take(self, given: GivenCertificate, trust: Trust, now_ms: int, *, may_replace: bool) -> bool:
        found = self._judged(given.credential, trust, now_ms, ())
        if not may_replace and self._is_here(found.certificate_id, trust, now_ms):
            return False
        commitments = {str(one.area): one.commitment for one in found.certificate.proved}
        for data in given.openings:
            opening = Opening.parse(data)
            if opening.opens(commitments.get(opening.area, "")):
                _write(self._folder / "openings" / f"{found.certificate_id}-{opening.area}.json", data)
        return self._replace(found.certificate_id, given.credential)

    def _is_here(self, certificate_id: str, trust: Trust, now_ms: int) -> bool:
        """Whether its file is here and sound."""
        try:
            self._judged(self._path(certificate_id).read_bytes(), trust, now_ms, ())
        except (OSError, PocusError):
            return False
        return True

    def _take_list(self, data: bytes, trust: Trust, now_ms: int) -> None:
        """Keep a list, unless what is here is newer."""
        found = verified_list(data, trust, now_ms=now_ms)
        path = self._folder / "status" / f"{canonical.digest(found.url.encode())}.json"
        here = self._list(path, trust, now_ms)
        if here is None or here.as_of_ms <= found.as_of_ms:
            _write(path, data)

    def _replace(self, certificate_id: str, data: bytes) -> bool:
        """Keep a credential; what was set from another writing of it goes first.

        Raises:
            FileRefusedError: The disk does not take it, or a paper does not go.
        """
        path = self._path(certificate_id)
        try:
            if path.is_file() and path.read_bytes() == data:
                return False
            for language in PAPER_LANGUAGES:  # one that is open in a viewer cannot go on Windows
                self._paper(certificate_id, language).unlink(missing_ok=True)
                self._none(certificate_id, language).unlink(missing_ok=True)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        _write(path, data)
        return True

    def _judged(self, data: bytes, trust: Trust, now_ms: int, lists: Iterable[StatusList]) -> KeptCertificate:
        finding = verify(data, trust, now_ms=now_ms, lists=tuple(lists))
        if finding.certificate is None:
            raise NotACertificateError(verdict=str(finding.verdict))
        of = finding.certificate.certificate_id
        return KeptCertificate(
            certificate=finding.certificate,
            verdict=finding.verdict,
            as_of_ms=finding.as_of_ms,
            papers=tuple(language for language in PAPER_LANGUAGES if self._paper(of, language).is_file()),
        )

    def _lists(self, trust: Trust, now_ms: int) -> tuple[StatusList, ...]:
        found = (self._list(path, trust, now_ms) for path in sorted((self._folder / "status").glob("*.json")))
        return tuple(one for one in found if one is not None)

    def _list(self, path: Path, trust: Trust, now_ms: int) -> StatusList | None:
        """A list that is here; None where it is none any more, which says no more than that none is here."""
        try:
            return verified_list(path.read_bytes(), trust, now_ms=now_ms)
        except FileNotFoundError:
            return None
        except OSError as problem:
            log.failure(FileRefusedError.of(problem))
        except PocusError as error:
            log.failure(error)
        return None

    def _path(self, certificate_id: str) -> Path:
        return self._folder / f"{certificate_id}.json"

    def _has_none(self, certificate_id: str, language: str, now_ms: int) -> bool:
        try:
            said_ms = int(self._none(certificate_id, language).read_bytes())
        except (OSError, ValueError):
            return False
        return said_ms <= now_ms < said_ms + _ASK_AGAIN_MS

    def _none(self, certificate_id: str, language: str) -> Path:
        return self._folder / "papers" / f"{certificate_id}-{language}.none"

    def _paper(self, certificate_id: str, language: str) -> Path:
        return self._folder / "papers" / f"{certificate_id}-{language}.pdf"


def _write(path: Path, data: bytes) -> None:
    """Keep a file, durably.

    Raises:
        FileRefusedError: The disk does not take it.
    """
    try:
        if not path.is_file() or path.read_bytes() != data:
            write_atomically(path, data)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem


def _inside(pdf: bytes) -> bytes:
    try:
        from pocus_desktop.programme.certificate.paper_reader import credential_in  # a library of the extra `portfolio`
    except ModuleNotFoundError as problem:
        raise PartMissingError(extra="portfolio") from problem
    return credential_in(pdf)
