"""Portfolios at several points of the way, kept in a folder as the program keeps them."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pocus_desktop.admission.admission import Admission, Candidate, Window
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.models import ContentArea
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel.clock import ManualClock
from pocus_desktop.kernel.ids import new_id
from pocus_desktop.programme.certificate.document import Place
from pocus_desktop.programme.documents.academy import (
    AdmissionNotice,
    AppealDecision,
    AreaDecision,
    CertificateHeld,
    Decision,
    EvaluatorState,
    ResultSummary,
    Voucher,
)
from pocus_desktop.programme.documents.registry import AnyDocument
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.academy import Academy
from pocus_desktop.programme.own.desk import PortfolioDesk
from pocus_desktop.programme.papers import write_papers
from pocus_desktop.programme.places import NO_STATION, Here, ThisComputer
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.signing import sign_document
from pocus_desktop.programme.submission import PortfolioReceipt, issue_receipt
from pocus_desktop.programme.voucher_code import voucher_id_of
from tests.programme.certificate.academy import Issuer

NOW_MS = 1_797_336_000_000
"""15 December 2026, noon (UTC)."""
TODAY = date(2026, 12, 15)
CODE = "0123456789ABCDEF"
LUNG, CARDIAC = ContentArea.LUNG, ContentArea.CARDIAC


class FarAcademy:
    """An academy that signs what a test has it say."""

    def __init__(self) -> None:
        self.signing, self.sealing = SigningKey.generate(), SealingKey.generate()

    @property
    def public(self) -> Academy:
        return Academy(url="https://hub.example.org", keys=(self.signing.public, self.sealing.public))

    def give(self, desk: PortfolioDesk, *documents: AnyDocument, number: str | None = "P123456789") -> None:
        desk.take_papers(write_papers(number, [sign_document(one, self.signing) for one in documents]))

    def hand_over(self, desk: PortfolioDesk, name: str, *, index: int, suspended: Sequence[int] = ()) -> None:
        """A certificate and the lists, as of now."""
        issuer = Issuer(key=self.signing)
        credential = issuer.credential(
            certificate_id=name, valid_from_ms=NOW_MS - 1, place=Place(number=1, index=index)
        )
        lists = [
            issuer.signed_list("revocation", at_ms=NOW_MS),
            issuer.signed_list("suspension", *suspended, at_ms=NOW_MS),
        ]
        desk.take_papers(write_papers("P123456789", [], certificates=[(credential, ())], status_lists=lists))

    def receive(self, desk: PortfolioDesk) -> None:
        """Sign for all that waits."""
        while desk.pack() is not None:
            pass
        for parcel in desk.parcels():
            if parcel.is_waiting:
                account = changes.require_account(desk.portfolio())
                said = PortfolioReceipt(
                    digest=parcel.digest,
                    account_id=account.account_id,
                    candidate_id="P123456789",
                    received_at_ms=desk.now_ms,
                )
                desk.take_receipt(parcel, issue_receipt(said, self.signing))


def empty(folder: Path, clock: ManualClock | None = None, here: ThisComputer = NO_STATION) -> PortfolioDesk:
    """A portfolio of nobody yet."""
    key = SigningKey.generate()
    clock = clock or ManualClock(wall_ms=NOW_MS)
    return PortfolioDesk(folder, key=lambda: key, rules=lambda _keys: shipped_rules(), clock=clock, here=lambda: here)


def begun(folder: Path) -> PortfolioDesk:
    """An account, cases in two areas, a credential; nothing sent."""
    desk = empty(folder)
    fields = {"name": "Ana María Ruiz", "email": "ana@example.org", "zone": "America/Bogota", "language": "es"}
    desk.write(changes.write_account(desk.portfolio(), now_ms=desk.now_ms, **fields))
    held = desk.portfolio()
    for area, count in ((LUNG, 22), (CARDIAC, 12)):
        entries = [
            changes.write_case(
                held,
                today=TODAY,
                performed_on=TODAY - timedelta(days=3 * back + 1),
                area=area,
                findings="B-lines in both upper zones, no effusion",
            )
            for back in range(count)
        ]
        desk.write(*entries)
    desk.write(
        changes.write_credential(
            held, body="ardms", credential="rdms", title="RDMS", issued_on="2024-03-01", expires_on="2027-12-31"
        )
    )
    desk.write(
        changes.write_credit(
            held,
            today=TODAY,
            activity="Lung ultrasound in practice",
            provider_name="AIUM",
            credits="6.5",
            completed_on="2026-05-04",
            approvals=["ardms"],
        ),
        changes.write_credit(
            held, today=TODAY, activity="Local course", provider_name="Hospital", credits="4", completed_on="2026-06-04"
        ),
    )
    return desk


def applied(folder: Path, academy: FarAcademy | None = None) -> PortfolioDesk:
    """Applied for two areas; one approved and one refused, a voucher at hand."""
    academy = academy or FarAcademy()
    desk = begun(folder)
    desk.connect(academy.public)
    academy.receive(desk)
    view = desk.view()
    areas = (LUNG, CARDIAC)
    wanted = changes.statements_for(view.portfolio, view.rules, areas, view.on)
    made = [(row.id, area) for row, area in wanted]
    documents = changes.apply(
        view.portfolio, view.rules, areas=areas, attested=made, language="en", lives=view.lives, now_ms=view.now_ms
    )
    desk.write(*documents)
    application = changes.application_in(documents)
    academy.receive(desk)
    decided = (
        AreaDecision(area=LUNG, is_approved=True, rule_ids=("cases-lung-2020",)),
        AreaDecision(area=CARDIAC, is_approved=False, rule_ids=("cases-cardiac-2020",), reason="18 cases are missing."),
    )
    decision = Decision(
        decision_id=new_id("dec"),
        application_id=application.application_id,
        decided_on=TODAY,
        areas=decided,
        rules=view.rules.digest,
        by="Dora Mora",
        made_at_ms=NOW_MS,
    )
    voucher = Voucher(voucher_id=voucher_id_of(CODE), areas=(LUNG,), candidate_id="P123456789", issued_at_ms=NOW_MS - 1)
    academy.give(desk, decision, voucher)
    return desk


def under_way(folder: Path, academy: FarAcademy | None = None) -> PortfolioDesk:
    """The clock runs: evaluators named, one of whom answered."""
    academy = academy or FarAcademy()
    desk = applied(folder, academy)
    application_id = desk.portfolio().applications[0].application_id
    desk.write(changes.enter_voucher(desk.portfolio(), code=CODE, application_id=application_id, now_ms=desk.now_ms))
    for name in ("Berta Díaz", "Carlos Gil"):
        email = f"{name.split()[0].lower()}@example.org"
        named = changes.nominate(
            desk.portfolio(),
            application_id=application_id,
            now_ms=desk.now_ms,
            areas=[LUNG],
            name=name,
            email=email,
            background="Emergency physician, 9 years of ultrasound",
            has_agreed=True,
        )
        desk.write(named)
    first = next(one.nomination_id for one in desk.portfolio().nominations if one.name == "Berta Díaz")
    academy.give(desk, EvaluatorState(nomination_id=first, state="answered", at_ms=NOW_MS))
    return desk


def to_sit(folder: Path) -> PortfolioDesk:
    """One assessment here and now, one at a centre, one that cannot be sat here, one not admitted to, one to pay."""
    academy = FarAcademy()
    under_way(folder, academy).close()
    admission = Admission(
        admission_id="adm-lung",
        candidate=Candidate(id="P123456789", display_name="Ana María Ruiz"),
        bundle_id="lung-a",
        mode=Mode.LIVE,
        window=Window(not_before_ms=NOW_MS, not_after_ms=NOW_MS + 90 * 86_400_000),
    )
    titles = {"en": "Lung: breathless at night", "es": "Pulmón: sin aliento de noche"}
    desk = empty(folder, here=ThisComputer(here=(Here(admission=admission, area=LUNG, titles=titles),)))
    paid = (ContentArea.MSK_SOFT_TISSUE, ContentArea.RENAL_GENITOURINARY, ContentArea.ABDOMINAL_TRAUMA)
    areas = (*paid, ContentArea.GASTROINTESTINAL)
    view = desk.view()
    wanted = changes.statements_for(view.portfolio, view.rules, areas, view.on)
    made = [(row.id, area) for row, area in wanted]
    documents = changes.apply(
        view.portfolio, view.rules, areas=areas, attested=made, language="en", lives=view.lives, now_ms=view.now_ms
    )
    application = changes.application_in(documents)
    desk.write(*documents)
    code = CODE[::-1]
    decision = Decision(
        decision_id=new_id("dec"),
        application_id=application.application_id,
        decided_on=TODAY,
        areas=tuple(AreaDecision(area=area, is_approved=True, rule_ids=("cases-lung-2020",)) for area in areas),
        rules=view.rules.digest,
        by="Dora Mora",
        made_at_ms=NOW_MS,
    )
    voucher = Voucher(voucher_id=voucher_id_of(code), areas=paid, candidate_id="P123456789", issued_at_ms=NOW_MS - 1)
    notices = [
        AdmissionNotice(
            admission_id=f"adm-{area}",
            candidate_id="P123456789",
            area=area,
            bundle_id=str(area),
            not_before_ms=NOW_MS + 86_400_000,
            not_after_ms=NOW_MS + 40 * 86_400_000,
            centre_id="north" if at_centre else None,
            centre_name="North Hospital, Bogotá" if at_centre else "",
        )
        for area, at_centre in zip(paid, (True, False), strict=False)
    ]
    academy.give(desk, decision, voucher, *notices)
    entered = changes.enter_voucher(
        desk.portfolio(), code=code, application_id=application.application_id, now_ms=desk.now_ms
    )
    desk.write(entered)
    desk.note_synced()
    return desk


def certified(folder: Path) -> PortfolioDesk:
    """A result and a certificate."""
    academy = FarAcademy()
    desk = under_way(folder, academy)
    result = ResultSummary(
        result_id=new_id("res"),
        application_id=desk.portfolio().applications[0].application_id,
        candidate_id="P123456789",
        area=LUNG,
        sitting_id="sit_1",
        sealed_digest="0" * 64,
        sat_on=TODAY,
        score=3850,
        maximum=4400,
        released_on=TODAY,
    )
    failed = result.model_copy(update={"result_id": new_id("res"), "score": 1200})
    certificate = CertificateHeld(
        certificate_id=new_id("crt"),
        candidate_id="P123456789",
        area=LUNG,
        issued_on=TODAY,
        last_on=date(2031, 12, 14),
    )
    first = certificate.model_copy(
        update={"certificate_id": new_id("crt"), "area": CARDIAC, "issued_on": date(2024, 3, 1)}
    )
    academy.give(desk, result, failed, certificate, first)
    appeal(desk, failed, academy)
    academy.hand_over(desk, certificate.certificate_id, index=1)
    academy.hand_over(desk, first.certificate_id, index=2, suspended=(2,))
    return desk


def appeal(desk: PortfolioDesk, result: ResultSummary, academy: FarAcademy) -> None:
    """Against a result, and what came of it."""
    view = desk.view()
    made = changes.make_appeal(
        view.portfolio,
        view.rules,
        about=result.result_id,
        ground="technology",
        decided_on=TODAY,
        words="Three clips did not play.",
        now_ms=desk.now_ms,
    )
    desk.write(made)
    heard = AppealDecision(
        appeal_decision_id=new_id("apd"),
        appeal_id=made.appeal_id,
        is_granted=False,
        reason="The recording shows that every clip was played to its end.",
        by="Olga Petrova",
        decided_on=TODAY,
        made_at_ms=NOW_MS,
    )
    academy.give(desk, heard)


def in_conflict(folder: Path) -> PortfolioDesk:
    """Two computers wrote the account."""
    desk = begun(folder)
    account = changes.require_account(desk.portfolio())
    desk.write(account.model_copy(update={"revision": 2, "email": "ana@clinic.example"}))
    desk.take_in([account.model_copy(update={"revision": 2, "zone": "Europe/Madrid"})])
    return desk


def educated(folder: Path) -> PortfolioDesk:
    """Cycles of three bodies: one met, one that is not, one that is over; evidence of some credits."""
    desk = begun(folder)
    held = desk.portfolio()
    desk.write(
        changes.write_credential(
            held,
            body="arrt",
            credential="rt-s",
            level="sonography",
            title="R.T.(S)",
            number="712345",
            issued_on="2012-06-01",
            cycle_from="2023-03-01",
        ),
        changes.write_credential(
            held, body="cci", credential="rvs", level="registered", title="RVS", issued_on="2024-01-01"
        ),
    )
    proof = folder / "proof.txt"
    proof.write_bytes(b"a certificate")
    taken: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("Vascular ultrasound: from screening to reporting", "2024-09-14", "14", {"approvals": ["arrt", "cci"]}),
        ("Carotid stenosis", "2025-10-02", "24", {"approvals": ["ardms", "arrt"], "subjects": ["sonography"]}),
        ("Carotid stenosis (repeated)", "2026-02-02", "24", {"approvals": ["arrt"]}),
        ("Hospital rounds", "2019-02-28", "3", {}),
    )
    for title, day, credits_, more in taken:
        desk.write(
            changes.write_credit(
                held,
                today=TODAY,
                activity=title,
                activity_id="C-77" if title.startswith("Carotid") else None,
                provider_name="Gulfcoast Ultrasound Institute",
                credits=credits_,
                completed_on=day,
                evidence=[desk.files.keep(proof).model_dump()] if more else [],
                **more,
            )
        )
    return desk


def filed(folder: Path, academy: FarAcademy | None = None) -> PortfolioDesk:
    """Files at every point of their way: received, on its way, waiting, refused, missing, of no kind that is taken."""
    academy = academy or FarAcademy()
    desk = begun(folder)
    desk.connect(academy.public)
    academy.receive(desk)
    academy.give(desk)
    names = ("SPI diploma", "RDMS register", "Fundamentals certificate", "Identity card", "Lung course", "Notes")
    held = []
    for number, name in enumerate(names):
        path = folder / name
        path.write_bytes((b"%PDF-1.7\n" if name != "Notes" else b"") + bytes(200_000 + 90_000 * number))
        held.append(desk.files.keep(path))
    desk.write(
        changes.write_credential(
            desk.portfolio(),
            body="ardms",
            credential="spi",
            title="SPI",
            issued_on="2025-03-01",
            evidence=[one.model_dump() for one in held],
        )
    )
    academy.receive(desk)
    desk.outgoing.agree(desk.academy.identity)
    states = {one.file.name: one for one in desk.file_states()}
    received, cut, refused = (desk.file_parcel(states[name]) for name in names[:3])
    assert received is not None
    assert cut is not None
    assert refused is not None
    said = PortfolioReceipt(
        digest=received.digest,
        account_id=changes.require_account(desk.portfolio()).account_id,
        candidate_id="P123456789",
        received_at_ms=desk.now_ms,
    )
    desk.outgoing.take_receipt(received, issue_receipt(said, academy.signing), desk.academy.verifiers)
    desk.outgoing.moved(cut, "https://hub.example.org/v1/uploads/x", len(cut.sealed) * 2 // 5)
    desk.outgoing.failed(refused, "academy.file_not_as_named", is_refused=True)
    desk.files.path(held[3].sha256).unlink()
    return desk


STAGES: dict[str, Callable[..., PortfolioDesk]] = {
    "empty": empty,
    "begun": begun,
    "applied": applied,
    "under-way": under_way,
    "to-sit": to_sit,
    "certified": certified,
    "conflict": in_conflict,
    "educated": educated,
    "filed": filed,
}
