"""What an account is answered: what was signed for it, admissions, certificates, as of now (formats/academy 3.6)."""

from collections.abc import Collection
from typing import Final

from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.certificates.certificates import Certificates
from pocus_desktop.hub.certificates.errors import NoAddressError, UnknownCertificateError
from pocus_desktop.hub.programme.noticing import Notices
from pocus_desktop.hub.programme.portfolios import Portfolios
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.certificate.document import PURPOSES
from pocus_desktop.programme.certificate.errors import PaperFailedError
from pocus_desktop.programme.certificate.paper import to_pdf
from pocus_desktop.programme.certificate.records import CertificateRecord
from pocus_desktop.programme.papers import PAPER_LANGUAGES, sign_paper, write_papers

LANGUAGES: Final = frozenset(PAPER_LANGUAGES)
_MOST_BYTES_OF_PAPERS: Final = 4 * 1024 * 1024
"""In an answer that is carried; what is over that comes with the next."""


class Answers:
    """Any thread may call.

    Args:
        portfolios: What accounts sent and were given.
        certificates: The desk of certificates.
        notices: Of admissions, and of entries that do not count.
        ring: The academy's keys.
        clock: The present.
    """

    def __init__(
        self, portfolios: Portfolios, certificates: Certificates, notices: Notices, ring: KeyRing, clock: Clock
    ) -> None:
        self._portfolios = portfolios
        self._certificates = certificates
        self._notices = notices
        self._ring = ring
        self._clock = clock

    def papers(self, account_id: str) -> bytes:
        """All that an account is to have, as of now."""
        number = self._portfolios.number_of(account_id)
        records = () if number is None else self._certificates.of(number)
        admitted = () if number is None else self._notices.of(number)
        notices = (*admitted, *self._notices.refused_entries(account_id))
        return write_papers(
            number,
            (*self._portfolios.given(account_id), *notices),
            certificates=[(one.credential, [opening.to_bytes() for opening in one.openings]) for one in records],
            status_lists=self._lists(records),
            keys=self._ring.say_keys(now_ms=self._clock.read().wall_ms),
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

    def every_paper(self, account_id: str, *, but: Collection[tuple[str, str]]) -> list[tuple[str, str, bytes]]:
        """Id, language and signed paper of the account's certificates, as many as go together.

        Args:
            account_id: Whose.
            but: Those that it has.
        """
        number, found, size = self._portfolios.number_of(account_id), list[tuple[str, str, bytes]](), 0
        for one in () if number is None else self._certificates.of(number):
            name = one.certificate.certificate_id
            for language in PAPER_LANGUAGES:
                if (name, language) in but or size > _MOST_BYTES_OF_PAPERS:
                    continue
                try:
                    pdf = to_pdf(one.certificate, one.credential, language=language)
                except PaperFailedError as error:
                    log.failure(error)
                    continue
                found.append((name, language, sign_paper(name, language, pdf, self._ring.signer)))
                size += len(found[-1][2])
        return found

    def _lists(self, records: tuple[CertificateRecord, ...]) -> list[bytes]:
        """The lists that certificates have their places in; none of an address that the academy has left."""
        numbers = sorted({one.certificate.place.number for one in records})
        try:
            made = [
                self._certificates.published.status_list(number, purpose) for number in numbers for purpose in PURPOSES
            ]
        except NoAddressError:
            return []
        return [one for one in made if one is not None]
