"""What the academy said of itself once for all its certificates: its name, its address, the list that is filled now."""

from typing import Final, Protocol

from pocus_desktop.hub.certificates.errors import NoAddressError, NoNameError
from pocus_desktop.hub.registry.enrolments import HUB_URL
from pocus_desktop.kernel import words
from pocus_desktop.programme.certificate.address import Address

ISSUER: Final = "certificate_issuer"
LIST: Final = "certificate_list"


class Settings(Protocol):
    """The academy's settings: as they are, or held in a transaction."""

    def setting(self, name: str) -> bytes:
        """One of them; empty where it was never made."""


def issuer_of(settings: Settings) -> str:
    """What the academy is called on what it publishes; the product, where nobody said."""
    return settings.setting(ISSUER).decode() or words.say("pages.product", "en")


def required_issuer(settings: Settings) -> str:
    """What the academy is called on certificates.

    Raises:
        NoNameError: Nobody said.
    """
    name = settings.setting(ISSUER).decode()
    if not name:
        raise NoNameError
    return name


def address_of(settings: Settings) -> Address:
    """Under which address certificates are found.

    Raises:
        NoAddressError: Nobody said under which address the hub is reached.
    """
    url = settings.setting(HUB_URL).decode().rstrip("/")
    if not url:
        raise NoAddressError
    return Address(url)


def last_list(settings: Settings) -> int:
    """The status list that is filled now; earlier ones are as full as they become."""
    return int(settings.setting(LIST) or b"1")
