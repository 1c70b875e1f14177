"""The JSON-LD contexts of certificates: shipped, known by their digests, never fetched (formats/certificate 2.2).

`eddsa-jcs-2022` signs JSON, so nothing here needs them to verify. They are there for those who read a certificate as
linked data; a document that names any other context is refused, since that could give its words another meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pocus_desktop.kernel import assets, canonical
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.programme.certificate.errors import UnknownContextError

CREDENTIALS: Final = "https://www.w3.org/ns/credentials/v2"
BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A shipped context: its file below `assets/contexts`, and SHA-256 of its content."""

    file: str
    digest: str


SHIPPED: Final[Mapping[str, Context]] = MappingProxyType(
    {
        CREDENTIALS: Context(
            file="credentials-v2.jsonld", digest="8a9f494a89ecc51db093e90e84713e07e84d6d9204364a9b3c7868b21751236f"
        ),
        BADGES: Context(
            file="open-badges-3.0.3.jsonld", digest="ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761"
        ),
    }
)


def load(address: str) -> Json:
    """A shipped context.

    Raises:
        UnknownContextError: It is not shipped, or its file is not what was shipped.
    """
    context = SHIPPED.get(address)
    content = b"" if context is None else assets.folder("contexts", context.file).read_bytes()
    if context is None or canonical.digest(content) != context.digest:
        raise UnknownContextError(address=address)
    return canonical.decode(content)
