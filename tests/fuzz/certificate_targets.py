"""Fuzz targets about certificates: credentials, status lists, openings, and the PDFs that carry them."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.certificate.commitment import Opening
from pocus_desktop.programme.certificate.paper import to_pdf
from pocus_desktop.programme.certificate.paper_reader import credential_in
from pocus_desktop.programme.certificate.verify import verified_list, verify
from tests.fuzz.target import KIB, Target
from tests.programme.certificate.academy import CERTIFICATE, NOW_MS, OPENING, Issuer

_ISSUER: Final = Issuer()


def _signed_too(read: Callable[[bytes], object]) -> Callable[[bytes], None]:
    """As it came; and with the academy's own signature, which reaches further."""

    def both(data: bytes) -> None:
        with suppress(PocusError):
            read(data)
        document: Any = canonical.decode(data)
        if isinstance(document, dict):
            document.pop("proof", None)
            with suppress(RecursionError):  # of signing; a reader has a limit of its own
                read(_ISSUER.sign(document))

    return both


CERTIFICATE_TARGETS: Final = (
    Target(
        name="certificate",
        read=_signed_too(lambda data: verify(data, _ISSUER.trust, now_ms=NOW_MS)),
        seeds=lambda: (_ISSUER.credential(),),
    ),
    Target(
        name="status-list",
        read=_signed_too(lambda data: verified_list(data, _ISSUER.trust, now_ms=NOW_MS)),
        seeds=lambda: (_ISSUER.signed_list("revocation", 1, 2, 3), _ISSUER.signed_list("suspension")),
    ),
    Target(name="opening", read=Opening.parse, seeds=lambda: (OPENING.to_bytes(),)),
    Target(
        name="certificate-pdf",
        read=credential_in,
        seeds=lambda: (to_pdf(CERTIFICATE, _ISSUER.credential(), language="en"),),
        maximum_bytes=64 * KIB,
    ),
)
