"""Where an academy's certificates are published, and the name by which it signs them (formats/certificate 2.1, 3.3)."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.crypto.multibase import to_multikey
from pocus_desktop.programme.certificate.errors import BadAddressError

CERTIFICATES: Final = "/certificates/"
STATUS: Final = "/certificates/status/"
DID: Final = "/.well-known/did.json"
_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*")
_LOCAL: Final = frozenset({"127.0.0.1", "localhost"})
_MAXIMUM: Final = 300
_NUMBER_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a hub, without a slash at its end.

    Raises:
        BadAddressError: It is no address by HTTPS (by HTTP of this computer alone), or has a query or the like.
    """

    base: str

    def __post_init__(self) -> None:
        if len(self.base) > _MAXIMUM or _ADDRESS.fullmatch(self.base) is None:
            raise BadAddressError(address=self.base)
        split = urlsplit(self.base)
        if split.scheme != "https" and split.hostname not in _LOCAL:
            raise BadAddressError(address=self.base)

    @property
    def did(self) -> str:
        """The academy as a DID of the method `web`."""
        split = urlsplit(self.base)
        path = [quote(part, safe="") for part in split.path.split("/") if part]
        return ":".join(("did:web", quote(split.netloc, safe=""), *path))

    def method(self, key: PublicKey) -> str:
        """A signing key, as a proof names it."""
        return f"{self.did}#{to_multikey(key)}"

    def certificate(self, certificate_id: str) -> str:
        """Of a certificate's public page, which is the credential's `id` too."""
        return self.base + CERTIFICATES + certificate_id

    def status_list(self, number: int, purpose: str) -> str:
        """Of a list."""
        return f"{self.base}{STATUS}{number}-{purpose}"

    def list_number(self, url: str, purpose: str) -> int | None:
        """Which list an address is of; None where it is of none here."""
        number = url.removeprefix(self.base + STATUS).removesuffix(f"-{purpose}")
        is_number = number.isascii() and number.isdigit() and len(number) <= _NUMBER_DIGITS
        return int(number) if is_number and url == self.status_list(int(number), purpose) else None
