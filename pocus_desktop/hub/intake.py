"""Intake: bytes in, a signed receipt out; the same bytes give the same receipt (formats/sync 5).

1. What the hub holds already is answered at once with the receipt that was given (5.1).
2. The envelope opens with a key of the academy, and is whole and signed (formats/sealed-result).
3. The admission inside was signed by this hub, and the sitting began as it allows (5.2).
4. The file is durable, then its row, its place in the log and the receipt that proves it, in one transaction; only
   then is there an answer (5.4, formats/log 4).
5. What fails 2 or 3 is kept in quarantine with its reason, as far as there is room, and refused (5.5). Offered again,
   it is judged again.

Several that wait at the same moment go together: one look, one transaction (`take_all`); each is judged by itself.

Whether the hub knows the bundle does not matter here: results must not be lost because a key comes late.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission
from pocus_desktop.admission.mode import Mode
from pocus_desktop.bundle.manifest import LARGEST_INTEGER
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.arrival import Accepted, Arrival
from pocus_desktop.hub.errors import (
    EnvelopeRefusedError,
    HubError,
    NameMismatchError,
    NotAdmittedError,
    ObjectDamagedError,
    QuarantineFullError,
    TooLargeError,
)
from pocus_desktop.hub.moves import FindCentre, Moves, moves_of
from pocus_desktop.hub.orders import Orders, has_any, orders_of
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.records.store_quarantine import PLACE_BYTES, Refused
from pocus_desktop.hub.results_log.result_log import ResultLog
from pocus_desktop.hub.storage.objects import Objects
from pocus_desktop.kernel import canonical, log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.errors import PocusError, Safe
from pocus_desktop.sitting.errors import NotForThisKeyError
from pocus_desktop.sitting.events import Moved
from pocus_desktop.sitting.events import Opened as OpenedEvent
from pocus_desktop.sitting.receipt import issue_receipt, verify_entered
from pocus_desktop.sitting.sealed import Opened, open_sealed_result

MAXIMUM_ENVELOPE_BYTES: Final = 16 * 1024 * 1024
"""A sitting of three hours is below 1 MiB; this is room for one that is ten times as busy."""

MAXIMUM_QUARANTINE_BYTES: Final = 512 * 1024 * 1024
"""Anyone can send rubbish; it must not fill the disk that results need."""

_SITTING: Final = re.compile(r"[A-Za-z0-9_.:-]{1,120}")
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_LONGEST_TEXT: Final = 200
_LARGEST_NUMBER: Final = 2**31 - 1
"""Bounds of the records' columns; PostgreSQL insists on them."""

_UNTIMED: Final = frozenset({Mode.PRACTICE, Mode.DEMO, Mode.REVIEW})
"""Modes in which anyone may pause (`sitting.opening`)."""


class Point(StrEnum):
    """Moments that a test may stop the process at."""

    VERIFIED = "verified"
    STORED = "stored"
    COMMITTED = "committed"
    SETTLED = "settled"


Hook = Callable[[Point], None]
Known: TypeAlias = tuple[bytes | None, bool]
"""What the records hold of an envelope: the receipt that was given, and whether it was refused."""

_UNKNOWN: Final[Known] = (None, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeResult:
    """What the intake answers.

    Attributes:
        receipt: The envelope of the receipt.
        is_new: Whether these bytes came for the first time.
        sitting: Which sitting has to be looked at again; None where nothing changed.
    """

    receipt: bytes
    is_new: bool
    sitting: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An envelope that somebody sends.

    Attributes:
        data: The sealed result, whole.
        digest: What the sender says its SHA-256 is; None where they say nothing.
        about: What every line that is logged about it says besides.
    """

    data: bytes
    digest: str | None = None
    about: Mapping[str, Safe] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """An envelope that may be accepted."""

    data: bytes
    arrival: Arrival


class Intake:
    """Takes sealed results; any thread may call."""

    def __init__(
        self,
        *,
        ring: KeyRing,
        objects: Objects,
        quarantine: Objects,
        store: HubStore,
        log: ResultLog,
        clock: Clock,
        stations: Iterable[PublicKey] | None = None,
        find_centre: FindCentre = lambda _sealing_id: None,
        require_place: Callable[[], None] = lambda: None,
        hook: Hook = lambda _point: None,
        maximum_quarantine_bytes: int = MAXIMUM_QUARANTINE_BYTES,
    ) -> None:
        """Join the parts.

        Args:
            ring: The academy's keys.
            objects: Where accepted envelopes lie.
            quarantine: Where refused ones lie.
            store: The records.
            log: Where accepted envelopes are entered.
            clock: When things arrive.
            stations: Enrolled stations; None takes any station that an admission of ours was given to.
            find_centre: Whose permits to move count.
            require_place: Raises where what was put lies in another place than the hub's.
            hook: Called at each `Point`.
            maximum_quarantine_bytes: How much is kept of what was refused.
        """
        self._ring = ring
        self._objects = objects
        self._quarantine = quarantine
        self._store = store
        self._log = log
        self._clock = clock
        self._stations = None if stations is None else frozenset(stations)
        self._find_centre = find_centre
        self._require_place = require_place
        self._hook = hook
        self._maximum_quarantine_bytes = maximum_quarantine_bytes

    def take(self, data: bytes, digest: str | None = None) -> IntakeResult:
        """Take an envelope; when this returns it is durable.

        Args:
            data: The sealed result, whole.
            digest: What the sender says its SHA-256 is.

        Raises:
            TooLargeError: It is no sitting's.
            NameMismatchError: It is not what the sender says.
            EnvelopeRefusedError: Rule 5; `reason` names the cause.
            QuarantineFullError: Rule 5, and there is no room to keep it.
            StoreUnavailableError: Nothing was promised; the sender keeps it.
            LogDamagedError, PlaceDamagedError: As well, until a person mends the hub.
        """
        (outcome,) = self.take_all([Offer(data=data, digest=digest)])
        if isinstance(outcome, IntakeResult):
            return outcome
        raise outcome

    def take_all(self, offers: Sequence[Offer]) -> list[IntakeResult | Exception]:
        """Take several envelopes with one look, one transaction, and few waits for the disk.

        Returns:
            What became of each; what `take` would have raised where that concerns it alone.

        Raises:
            StoreUnavailableError, LogDamagedError, PlaceDamagedError: As `take`, for all of them.
        """
        found = [canonical.digest(offer.data) for offer in offers]
        known = self._known(found)  # 1
        outcomes: list[IntakeResult | Exception | None] = []
        fresh: dict[int, _Judged] = {}
        for at, (offer, digest) in enumerate(zip(offers, found, strict=True)):
            done: IntakeResult | Exception | None
            with log.about(**offer.about):
                try:
                    done = self._before(offer, digest, known)
                    if done is None:
                        judged = self._judge(offer.data, digest)  # 2, 3
                        self._hook(Point.VERIFIED)
                        if isinstance(judged, IntakeResult):
                            done = judged
                        else:
                            fresh[at] = judged
                except Exception as problem:  # noqa: BLE001 - it concerns this one; the others are taken
                    done = problem
            outcomes.append(done)
        for at, kept in zip(fresh, self._keep(list(fresh.values())), strict=True):  # 4
            with log.about(**offers[at].about):
                try:
                    outcomes[at] = self._settled(fresh[at], kept, known.get(fresh[at].arrival.digest, _UNKNOWN))
                except Exception as problem:  # noqa: BLE001 - as above
                    outcomes[at] = problem
        return [one for one in outcomes if one is not None]

    def still(self, given: bytes) -> bytes:
        """A receipt that was given, or where its key was revoked since, the same word by today's key (5.1)."""
        if not self._ring.revoked:
            return given
        receipt = verify_entered(given, self._ring.verifiers).receipt
        if receipt.key_id not in self._ring.revoked:
            return given
        return issue_receipt(
            self._ring.signer,
            sealed_digest=receipt.sealed_digest,
            sitting=receipt.sitting,
            last_seq=receipt.last_seq,
            received_at_ms=receipt.received_at_ms,
            is_partial=receipt.is_partial,
        )

    def bytes_of(self, digest: str) -> bytes | None:
        """An accepted envelope as it is kept; empty where it is no longer what was accepted, None where it is gone."""
        try:
            return self._objects.get(digest)
        except ObjectDamagedError:
            return b""

    def open(self, digest: str) -> Opened | None:
        """What is inside an accepted envelope; None where it is not held.

        Raises:
            ObjectDamagedError: The file is no longer what was accepted, or the disk does not give it.
        """
        data = self._objects.get(digest)
        return None if data is None else open_sealed_result(data, self._ring.openers)

    def moves_of(self, opened: Opened, admission: Admission | None = None) -> Moves:
        """How the history of an accepted envelope moved between stations (formats/move 6)."""
        if not any(isinstance(one.event, Moved) for one in opened.events):  # as nearly all
            return moves_of(opened, None)
        admitted = admission or admissions.recall(opened.admission).admission
        return moves_of(opened, None if admitted.centre is None else self._find_centre(admitted.centre.key_id))

    def orders_of(self, opened: Opened) -> Orders | None:
        """What a proctor did in the history of an accepted envelope; None where nothing (formats/order 5)."""
        if not has_any(opened.events):  # as in most
            return None
        centre = admissions.recall(opened.admission).admission.centre
        return orders_of(opened, None if centre is None else self._find_centre(centre.key_id))

    def require(self, digest: str) -> None:
        """The bytes of an accepted envelope are there.

        Raises:
            ObjectDamagedError: They are not, or no longer what was accepted.
        """
        if self._objects.get(digest) is None:
            raise ObjectDamagedError(digest=digest)

    def _known(self, digests: Sequence[str]) -> Mapping[str, Known]:
        """What the records hold of envelopes, as far as there is a file that says that they may.

        Most come for the first time, and a file of theirs is asked after in less than a tenth of the time. Whatever
        else the records hold is found when it is entered.
        """
        held = [one for one in digests if self._objects.may_hold(one) or self._quarantine.may_hold(one)]
        return self._store.look(held) if held else {}

    def _before(self, offer: Offer, digest: str, known: Mapping[str, Known]) -> IntakeResult | None:
        """What needs no judging: rule 1; None where the envelope has to be looked into.

        Raises:
            TooLargeError, NameMismatchError: As `take`.
        """
        if len(offer.data) > MAXIMUM_ENVELOPE_BYTES:
            raise TooLargeError(limit_bytes=MAXIMUM_ENVELOPE_BYTES)
        if offer.digest is not None and offer.digest != digest:
            raise NameMismatchError
        return self._held(known.get(digest, _UNKNOWN))

    def _held(self, known: Known) -> IntakeResult | None:
        """Rule 1."""
        given, _ = known
        return None if given is None else IntakeResult(receipt=self.still(given), is_new=False, sitting=None)

    def _judge(self, data: bytes, digest: str) -> "_Judged | IntakeResult":
        """Rules 2 and 3, and 5 where they fail; but for what is held after all, whose file is gone."""
        try:
            opened = self._open(data)
            admission = admissions.verify(opened.admission, self._ring.verifiers).admission
            _require_admitted(opened, admission)
        except PocusError as cause:
            held = self._held(self._store.look([digest])[digest])
            if held is not None:
                return held
            raise self._refuse(data, digest, cause) from cause
        header = opened.header
        moves = self.moves_of(opened, admission)
        arrival = Arrival(
            digest=digest,
            sitting=header.sitting,
            last_seq=header.last_seq,
            is_partial=header.is_partial,
            station=opened.station.key_id,
            received_at_ms=self._clock.read().wall_ms,
            admission_id=admission.admission_id,
            candidate_id=admission.candidate.id,
            attempt=admission.attempt,
            mode=str(admission.mode),
            bundle_id=header.bundle_id,
            bundle_version=header.bundle_version,
            rank=moves.rank,
            centre=moves.centre,
        )
        return _Judged(data=data, arrival=arrival)

    def _open(self, data: bytes) -> Opened:
        try:
            return open_sealed_result(data, self._ring.openers, stations=self._stations)
        except NotForThisKeyError:  # the keys may have been rotated while this process ran
            if not self._ring.refresh():
                raise
            return open_sealed_result(data, self._ring.openers, stations=self._stations)

    def _keep(self, judged: "Sequence[_Judged]") -> Sequence[Accepted | HubError]:
        """Rule 4."""
        if not judged:
            return ()
        self._objects.put_all({one.arrival.digest: one.data for one in judged})
        self._require_place()  # afterwards: where it came loose before, what was put is not in it
        self._hook(Point.STORED)
        signer, origin = self._ring.signer, self._log.origin
        return self._log.enter(
            [
                (
                    one.arrival,
                    issue_receipt(
                        signer,
                        sealed_digest=one.arrival.digest,
                        sitting=one.arrival.sitting,
                        last_seq=one.arrival.last_seq,
                        received_at_ms=one.arrival.received_at_ms,
                        is_partial=one.arrival.is_partial,
                        log=origin,
                    ),
                )
                for one in judged
            ]
        )

    def _settled(self, judged: "_Judged", kept: Accepted | HubError, known: Known) -> IntakeResult:
        _, was_refused = known
        arrival = judged.arrival
        if isinstance(kept, HubError):  # for ever; whatever else fails is the hub's fault, and the sender tries again
            self._objects.remove(arrival.digest)
            raise self._refuse(judged.data, arrival.digest, kept) from kept  # 5
        self._hook(Point.COMMITTED)
        if kept.is_new:
            log.event("hub.accepted", digest=arrival.digest, sitting=arrival.sitting, last_seq=arrival.last_seq)
        if was_refused:
            self._store.quarantine.release(arrival.digest)
            self._quarantine.remove(arrival.digest)
        receipt = kept.receipt if kept.is_new else self.still(kept.receipt)
        return IntakeResult(receipt=receipt, is_new=kept.is_new, sitting=arrival.sitting)

    def _refuse(self, data: bytes, digest: str, cause: PocusError) -> PocusError:
        room = self._store.quarantine.room_bytes() + len(data) + PLACE_BYTES
        if room > self._maximum_quarantine_bytes and not self._store.quarantine.holds(digest):
            return QuarantineFullError(reason=cause.code)
        self._quarantine.put(data)
        self._store.quarantine.keep(
            Refused(digest=digest, reason=cause.code, size_bytes=len(data), received_at_ms=self._clock.read().wall_ms)
        )
        log.event("hub.refused", digest=digest, reason=cause.code)
        return EnvelopeRefusedError(reason=cause.code)


def _require_admitted(opened: Opened, admission: Admission) -> None:
    """The sitting began as its admission says; a station gives no one more time than they were granted.

    Raises:
        NotAdmittedError: It did not.
    """
    first = opened.events[0].event
    if not isinstance(first, OpenedEvent):
        raise NotAdmittedError(field="opened")
    told = {
        "admission_id": (first.admission_id, admission.admission_id),
        "candidate": (first.candidate_id, admission.candidate.id),
        "bundle": (first.bundle_id, admission.bundle_id),
        "attempt": (first.attempt, admission.attempt),
        "mode": (first.mode, admission.mode),
        "time_factor": (first.time_factor, admission.accommodations.time_factor),
        "credit_cap_ms": (first.credit_cap_ms, admission.credit_cap_ms),
        "can_pause": (first.can_pause, admission.accommodations.can_pause or admission.mode in _UNTIMED),
        "start_code": (first.needs_start_code, admission.start_code is not None),
    }
    for field, (found, admitted) in told.items():
        if found != admitted:
            raise NotAdmittedError(field=field)
    if not _SITTING.fullmatch(first.sitting):
        raise NotAdmittedError(field="sitting")
    if not admission.minimum_version <= first.bundle_version <= LARGEST_INTEGER:
        raise NotAdmittedError(field="bundle_version")
    _require_storable(admission)


def _require_storable(admission: Admission) -> None:
    """What the records hold of an admission fits them, in either database.

    Raises:
        NotAdmittedError: It does not.
    """
    walk_in = 1 if admission.walk_in is None else admission.walk_in.number
    for field, number in (("attempt", admission.attempt), ("walk_in", walk_in)):
        if number > _LARGEST_NUMBER:
            raise NotAdmittedError(field=field)
    candidate = admission.candidate
    told = {"candidate": candidate.id, "display_name": candidate.display_name, "bundle": admission.bundle_id}
    for field, text in told.items():
        if _UNSTORABLE.search(text) or len(text) > _LONGEST_TEXT:
            raise NotAdmittedError(field=field)
