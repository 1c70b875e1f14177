"""What a portfolio is told of admissions, and of entries that do not count: as of now, signed when it is asked for."""

from typing import Final, Literal

from pocus_desktop.admission import admission as documents
from pocus_desktop.admission.admission import folded
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.records import AdmissionState, EnrolmentState
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.programme.admitting import AreaOf
from pocus_desktop.hub.programme.errors import UnknownVoucherError
from pocus_desktop.hub.programme.store import DOCUMENT
from pocus_desktop.hub.programme.vouchers import Vouchers
from pocus_desktop.hub.registry.admissions import Admissions
from pocus_desktop.hub.registry.store import ADMISSION, ENROLMENT, RegistryStore, Row
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme import voucher
from pocus_desktop.programme.documents.academy import AdmissionNotice, EntryRefusal
from pocus_desktop.programme.documents.candidate import VoucherEntry
from pocus_desktop.programme.documents.registry import parse_document
from pocus_desktop.programme.signing import sign_document

State = Literal["open", "withdrawn", "sat"]
REVISIONS: Final[dict[State, int]] = {"open": 1, "withdrawn": 2, "sat": 3}
"""A station that holds what was withdrawn may sit it all the same: `sat` is the last word."""


class Notices:
    """The same admission in the same state is the same document, whenever it is asked for. Any thread may call."""

    def __init__(
        self, store: RegistryStore, admissions: Admissions, vouchers: Vouchers, ring: KeyRing, *, area_of: AreaOf
    ) -> None:
        self._store = store
        self._admissions = admissions
        self._vouchers = vouchers
        self._ring = ring
        self._area_of = area_of
        self._areas: dict[tuple[str, int], ContentArea] = {}

    def of(self, candidate_id: str) -> tuple[bytes, ...]:
        """Signed notices of all that somebody is or was admitted to; only what counts, no practice."""
        rows = self._store.look(ADMISSION, folded_id=folded(candidate_id), mode=str(Mode.LIVE))
        ordered = sorted(rows, key=lambda row: (row["issued_ms"], row["admission_id"]))
        return tuple(sign_document(self._notice(row), self._ring.signer) for row in ordered)

    def refused_entries(self, account_id: str) -> tuple[bytes, ...]:
        """Signed, for each entry of a voucher by an account that does not count: why."""
        rows = self._store.look(DOCUMENT, account_id=account_id, kind="voucher-entry")
        entries = [one for row in rows if isinstance(one := parse_document(row["content"]), VoucherEntry)]
        told = [self._refused(one) for one in sorted(entries, key=lambda one: one.entry_id)]
        return tuple(sign_document(one, self._ring.signer) for one in told if one is not None)

    def _refused(self, entry: VoucherEntry) -> EntryRefusal | None:
        try:
            error: PocusError | None = self._vouchers.tell(entry.voucher_id).life.refusals.get(entry.entry_id)
        except UnknownVoucherError:
            error = voucher.UnknownVoucherError()
        if error is None:
            return None
        fields = {"entry_id": entry.entry_id, "voucher_id": entry.voucher_id, "code": error.code, **error.params}
        return EntryRefusal.model_validate(fields)

    def _notice(self, row: Row) -> AdmissionNotice:
        admitted = documents.recall(row["envelope"]).admission
        state = self._state(row)
        return AdmissionNotice(
            admission_id=admitted.admission_id,
            revision=REVISIONS[state],
            state=state,
            candidate_id=row["candidate_id"],
            area=self._area(admitted.bundle_id, admitted.minimum_version),
            bundle_id=admitted.bundle_id,
            minimum_version=admitted.minimum_version,
            attempt=admitted.attempt,
            not_before_ms=admitted.window.not_before_ms,
            not_after_ms=admitted.window.not_after_ms,
            station=admitted.station,
            centre_id=admitted.centre_id,
            centre_name=self._centre_name(admitted.centre_id),
        )

    def _state(self, row: Row) -> State:
        if row["state"] == AdmissionState.WALKED_IN or self._admissions.was_sat(row["admission_id"]):
            return "sat"
        return "withdrawn" if row["state"] == AdmissionState.WITHDRAWN else "open"

    def _area(self, bundle_id: str, version: int) -> ContentArea | None:
        """What an assessment is of; looked up on the shelf once, since a version stays what it is."""
        found = self._areas.get((bundle_id, version))
        if found is None:
            try:
                found = self._area_of(bundle_id, version)
            except PocusError as error:  # what is damaged there keeps nobody from hearing where to go
                log.failure(error)
            if found is not None:
                self._areas[bundle_id, version] = found
        return found

    def _centre_name(self, centre_id: str | None) -> str:
        if centre_id is None:
            return ""
        found = self._store.look(ENROLMENT, kind="centre", centre_id=centre_id, state=EnrolmentState.ACTIVE)
        return str(found[0]["name"]) if found else ""
