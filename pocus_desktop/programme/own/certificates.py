"""Certificates as the candidate keeps them: verified when they are taken in, and offline ever after."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.programme.certificate.verify import Trust, Verdict, verify
from pocus_desktop.programme.own.errors import PartMissingError

_MAXIMUM_BYTES: Final = 4 * 1024 * 1024
_BELIEVED: Final = frozenset(
    {Verdict.VALID, Verdict.STATUS_UNKNOWN, Verdict.STATUS_OLD, Verdict.NOT_YET, Verdict.EXPIRED}
)


class NotACertificateError(PocusError):
    """A file is no certificate of the portfolio's academy; `verdict` says why."""

    code: ClassVar[str] = "portfolio.not_a_certificate"
    blame: ClassVar[Blame] = Blame.CONTENT


class NoCertificateFileError(PocusError):
    """The file of a certificate is not here."""

    code: ClassVar[str] = "portfolio.no_certificate_file"
    blame: ClassVar[Blame] = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCertificate:
    """A certificate whose file is here.

    Attributes:
        verdict: How it stands, as far as is known here without a network.
    """

    certificate_id: str
    holder: str
    verdict: Verdict


class CertificateFolder:
    """The certificates of a portfolio.

    Args:
        folder: Made when the first is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, path: Path, keys: Iterable[PublicKey], *, now_ms: int) -> KeptCertificate:
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
        found = _judged(data, keys, now_ms)
        try:
            write_atomically(self._path(found.certificate_id), data)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        return found

    def kept(self, keys: Iterable[PublicKey], *, now_ms: int) -> tuple[KeptCertificate, ...]:
        """Those that are here, verified anew; a file that was altered since is left out, and logged."""
        found, believed = [], tuple(keys)
        for path in sorted(self._folder.glob("*.json")):
            try:
                found.append(_judged(path.read_bytes(), believed, now_ms))
            except OSError as problem:
                log.failure(FileRefusedError.of(problem))
            except PocusError as error:
                log.failure(error)
        return tuple(found)

    def save_pdf(
        self, certificate_id: str, out: Path, keys: Iterable[PublicKey], *, now_ms: int, language: str
    ) -> None:
        """Write the paper of a certificate, with the credential inside.

        Raises:
            NoCertificateFileError: Its file is not here.
            PaperFailedError, PartMissingError: The typesetter refuses, or is not installed.
            FileRefusedError: The disk does not take it.
        """
        try:
            from pocus_desktop.programme.certificate.paper import to_pdf  # the typesetter, of the extra `portfolio`
        except ModuleNotFoundError as problem:
            raise PartMissingError(extra="portfolio") from problem
        try:
            data = self._path(certificate_id).read_bytes()
        except OSError as problem:
            raise NoCertificateFileError from problem
        certificate = verify(data, _trust(keys), now_ms=now_ms).certificate
        if certificate is None:
            raise NoCertificateFileError
        try:
            write_atomically(out, to_pdf(certificate, data, language=language))
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem

    def _path(self, certificate_id: str) -> Path:
        return self._folder / f"{certificate_id}.json"


def _inside(pdf: bytes) -> bytes:
    try:
        from pocus_desktop.programme.certificate.paper_reader import credential_in  # a library of the extra `portfolio`
    except ModuleNotFoundError as problem:
        raise PartMissingError(extra="portfolio") from problem
    return credential_in(pdf)


def _judged(data: bytes, keys: Iterable[PublicKey], now_ms: int) -> KeptCertificate:
    finding = verify(data, _trust(keys), now_ms=now_ms)
    if finding.certificate is None or finding.verdict not in _BELIEVED:
        raise NotACertificateError(verdict=str(finding.verdict))
    return KeptCertificate(
        certificate_id=finding.certificate.certificate_id,
        holder=finding.certificate.holder,
        verdict=finding.verdict,
    )


def _trust(keys: Iterable[PublicKey]) -> Trust:
    return Trust(keys=frozenset(keys), revoked=frozenset())
