"""What an account is answered: what was signed for it, its certificates, how they stand today (formats/academy 3.6)."""

from typing import Final

from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.certificates.certificates import Certificates
from pocus_desktop.hub.certificates.errors import NoAddressError, UnknownCertificateError
from pocus_desktop.hub.programme.portfolios import Portfolios
from pocus_desktop.programme.certificate.document import PURPOSES
from pocus_desktop.programme.certificate.paper import to_pdf
from pocus_desktop.programme.certificate.records import CertificateRecord
from pocus_desktop.programme.papers import PAPER_LANGUAGES, sign_paper, write_papers

LANGUAGES: Final = frozenset(PAPER_LANGUAGES)


class Answers:
    """Any thread may call.

    Args:
        portfolios: What accounts sent and were given.
        certificates: The desk of certificates.
        ring: The academy's keys.
    """

    def __init__(self, portfolios: Portfolios, certificates: Certificates, ring: KeyRing) -> None:
        self._portfolios = portfolios
        self._certificates = certificates
        self._ring = ring

    def papers(self, account_id: str) -> bytes:
        """All that an account is to have, as of now."""
        number = self._portfolios.number_of(account_id)
        records = () if number is None else self._certificates.of(number)
        return write_papers(
            number,
            self._portfolios.given(account_id),
            certificates=[(one.credential, [opening.to_bytes() for opening in one.openings]) for one in records],
            status_lists=self._lists(records),
        )

    def paper(self, account_id: str, certificate_id: str, language: str) -> bytes:
        """A certificate's paper, signed.

        Raises:
            UnknownCertificateError: The account has none of that id, or there is no paper in that language.
            PaperFailedError: The typesetter refuses.
        """
        number = self._portfolios.number_of(account_id)
        records = () if number is None else self._certificates.of(number)
        found = next((one for one in records if one.certificate.certificate_id == certificate_id), None)
        if found is None or language not in LANGUAGES:
            raise UnknownCertificateError
        pdf = to_pdf(found.certificate, found.credential, language=language)
        return sign_paper(certificate_id, language, pdf, self._ring.signer)

    def _lists(self, records: tuple[CertificateRecord, ...]) -> list[bytes]:
        """The lists that certificates have their places in; none of an address that the academy has left."""
        numbers = sorted({one.certificate.place.number for one in records})
        try:
            made = [self._certificates.status_list(number, purpose) for number in numbers for purpose in PURPOSES]
        except NoAddressError:
            return []
        return [one for one in made if one is not None]
