"""An academy that issues certificates, and one of them."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pocus_desktop.case.models import ContentArea
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.programme.certificate import document as documents
from pocus_desktop.programme.certificate import status_list
from pocus_desktop.programme.certificate.address import Address
from pocus_desktop.programme.certificate.commitment import Opening
from pocus_desktop.programme.certificate.document import AppliedRule, Certificate, Place, Proved
from pocus_desktop.programme.certificate.status_list import StatusList
from pocus_desktop.programme.certificate.verify import Trust, sign, verified_list

DAY_MS = 86_400_000
NOW_MS = 1_800_000_000_000
"""15 January 2027."""

ADDRESS = Address("https://hub.example.org")
OPENING = Opening(area="cardiac", sealed_digest="ab" * 32, salt="01" * 32)
CERTIFICATE = Certificate(
    certificate_id="crt_0123456789abcdefghjk",
    issuer="Academy of Example",
    address=ADDRESS,
    holder="Ana María Ruiz Peña",
    proved=(Proved(area=ContentArea.CARDIAC, commitment=OPENING.commitment),),
    rules=(AppliedRule(rule_id="certificate-2020", since=date(2020, 1, 1)),),
    valid_from_ms=NOW_MS - DAY_MS,
    valid_until_ms=NOW_MS + 1825 * DAY_MS,
    place=Place(number=1, index=4711),
)


@dataclass
class Issuer:
    """Signs certificates and lists."""

    key: SigningKey = field(default_factory=lambda: SigningKey.from_seed(bytes(range(32))))

    @property
    def trust(self) -> Trust:
        return Trust(keys=frozenset({self.key.public}))

    def credential(self, **changes: Any) -> bytes:
        """The certificate, changed before it is signed."""
        made = documents.to_credential(replace(CERTIFICATE, **changes))
        return sign(made, self.key, ADDRESS, now_ms=NOW_MS - DAY_MS)

    def sign(self, document: dict[str, Any]) -> bytes:
        """Any document."""
        return sign(document, self.key, ADDRESS, now_ms=NOW_MS - DAY_MS)

    def signed_list(self, purpose: str, *indexes: int, at_ms: int = NOW_MS, number: int = 1) -> bytes:
        """A status list."""
        made = status_list.to_credential(ADDRESS, "Academy of Example", number, purpose, indexes, now_ms=at_ms)
        return sign(made, self.key, ADDRESS, now_ms=at_ms)

    def lists(self, *, revoked: bool = False, suspended: bool = False, at_ms: int = NOW_MS) -> tuple[StatusList, ...]:
        """Both lists of the certificate, verified."""
        index = CERTIFICATE.place.index
        signed = (
            self.signed_list("revocation", *([index] if revoked else []), at_ms=at_ms),
            self.signed_list("suspension", *([index] if suspended else []), at_ms=at_ms),
        )
        return tuple(verified_list(one, self.trust, now_ms=at_ms) for one in signed)


def changed(data: bytes, **members: Any) -> bytes:
    """A JSON document with other members; None takes one away."""
    document: Any = canonical.decode(data)
    document.update(members)
    return canonical.encode({name: value for name, value in document.items() if value is not None})
