"""A candidate with a portfolio: writes documents, signs and seals them, sends them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pocus_desktop.case.models import ContentArea
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.ids import new_id
from pocus_desktop.programme.documents.candidate import Account, Appeal, Application, Credential, VoucherEntry
from pocus_desktop.programme.documents.parts import EvidenceFile
from pocus_desktop.programme.documents.registry import AnyDocument
from pocus_desktop.programme.sealed_file import seal_file
from pocus_desktop.programme.submission import read_receipt, seal_submission, sign_submission
from pocus_desktop.programme.voucher_code import read_code, voucher_id_of
from tests.programme import samples

LUNG = ContentArea.LUNG
ZONE = "America/Bogota"


@dataclass
class Applicant:
    """Somebody who applies.

    Attributes:
        number: The ID number, once the academy gave one.
    """

    hub: Hub
    name: str = "Ana Ruiz"
    key: SigningKey = field(default_factory=SigningKey.generate)
    account_id: str = field(default_factory=lambda: new_id("acc"))
    number: str | None = None
    claims: str | None = None

    @property
    def today(self) -> date:
        """In UTC."""
        return datetime.fromtimestamp(self.now_ms / 1000, tz=UTC).date()

    @property
    def now_ms(self) -> int:
        """The candidate's clock is the hub's."""
        return self.hub.clock.read().wall_ms

    def account(self, **fields: Any) -> Account:
        """The account."""
        said = {
            "account_id": self.account_id,
            "name": self.name,
            "email": "ana@example.org",
            "zone": ZONE,
            "made_at_ms": self.now_ms,
            "candidate_id": self.number or self.claims,
        }
        return Account.model_validate(said | fields)

    def sealed(self, *documents: AnyDocument, key: SigningKey | None = None) -> tuple[bytes, str]:
        """A sealed submission, and the digest that it goes by."""
        envelope = sign_submission(self.account_id, documents, key or self.key, now_ms=self.now_ms)
        return seal_submission(envelope, [self.hub.ring.current.sealing.public]), canonical.digest(envelope)

    def send(self, *documents: AnyDocument, key: SigningKey | None = None) -> None:
        """Send, and read the receipt."""
        data, digest = self.sealed(*documents, key=key)
        taken = self.hub.academy.portfolios.take(data, digest)
        receipt = read_receipt(taken.receipt, self.hub.ring.verifiers, digest=digest)
        self.number = receipt.candidate_id

    def register(self) -> "Applicant":
        """Make the account."""
        self.send(self.account())
        return self

    def evidence(self, area: ContentArea = LUNG, how_many: int = 20) -> list[AnyDocument]:
        """All that an area needs today: credential, cases, attestations."""
        day = self.today - timedelta(days=2)
        issued = (day - timedelta(days=400)).isoformat()
        return [
            samples.credential("pocus-fundamentals", issued, body="pocus-academy", credential_id=new_id("crd")),
            *(
                samples.case(day - timedelta(days=back), str(area), case_entry_id=new_id("log"))
                for back in range(how_many)
            ),
            *(
                one.model_copy(update={"attestation_id": new_id("ats")})
                for one in samples.attestations(day.isoformat(), str(area))
            ),
        ]

    def application(self, *areas: ContentArea, **fields: Any) -> Application:
        """An application."""
        said = {
            "application_id": new_id("app"),
            "candidate_id": self.number,
            "areas": [*(areas or (LUNG,))],
            "made_at_ms": self.now_ms,
            "zone": ZONE,
            "rules": self.hub.academy.rules.digest,
        }
        return Application.model_validate(said | fields)

    def apply(self, *areas: ContentArea, how_many: int = 20) -> str:
        """Send an application with its evidence; its id."""
        application = self.application(*areas)
        self.send(*self.evidence((areas or (LUNG,))[0], how_many), application)
        return application.application_id

    def enter(self, code: str, application_id: str, **fields: Any) -> VoucherEntry:
        """Enter a voucher, and send that."""
        said = {
            "entry_id": new_id("ent"),
            "voucher_id": voucher_id_of(read_code(code)),
            "code": read_code(code),
            "application_id": application_id,
            "candidate_id": self.number,
            "entered_at_ms": self.now_ms,
            "zone": ZONE,
        }
        entry = VoucherEntry.model_validate(said | fields)
        self.send(entry)
        return entry

    def appeal(self, about: str, ground: str = "eligibility", **fields: Any) -> Appeal:
        """Appeal, and send that."""
        said = {
            "appeal_id": new_id("apl"),
            "candidate_id": self.number,
            "ground": ground,
            "about": about,
            "decided_on": self.today,
            "made_at_ms": self.now_ms,
            "zone": ZONE,
            "words": "The probe failed twice.",
        }
        appeal = Appeal.model_validate(said | fields)
        self.send(appeal)
        return appeal


class Sender(Applicant):
    """Somebody who sends files too."""

    def prove(self, content: bytes, name: str = "diploma.pdf") -> str:
        digest = canonical.digest(content)
        file = EvidenceFile(name=name, media_type="application/pdf", size_bytes=len(content), sha256=digest)
        held: Credential = samples.credential("spi", "2024-05-02", body="ardms", credential_id=new_id("crd"))
        self.send(held.model_copy(update={"evidence": (file,)}))
        return digest

    def send_file(self, content: bytes) -> None:
        sealed = seal_file(
            content,
            account_id=self.account_id,
            candidate_id=self.number or "",
            signer=self.key,
            recipient=self.hub.ring.current.sealing.public,
            agreed_at_ms=self.now_ms,
            now_ms=self.now_ms,
        )
        self.hub.academy.files.take(sealed, canonical.digest(sealed))
