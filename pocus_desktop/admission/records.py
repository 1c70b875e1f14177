"""What a hub's registry tells of stations, candidates, admissions and walk-ins: read by the hub and by the faces."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from pocus_desktop.admission.admission import Window
from pocus_desktop.admission.enrolling import Kind
from pocus_desktop.admission.forms import Form
from pocus_desktop.admission.mode import Mode
from pocus_desktop.crypto.keys import PublicKey


class EnrolmentState(StrEnum):
    """How an enrolment stands."""

    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRecord:
    """A station or centre in the registry.

    Attributes:
        signing_id: Key id that signs its results.
        sealing_id: Key id that admissions name it by.
        ended_ms: When it was retired or revoked, or since when its revocation counts; None while it is active.
    """

    enrolment_id: str
    kind: Kind
    name: str
    centre_id: str | None
    signing_id: str
    sealing_id: str
    state: EnrolmentState
    granted_ms: int
    ended_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One dated line of a history: what was done, by whom and why.

    Attributes:
        was: The value before; empty where there was none.
        now: The value after.
    """

    at_ms: int
    action: str
    was: str
    now: str
    who: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeCode:
    """A fresh code, which is told once and not kept."""

    code: str
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRecord:
    """A person in the registry.

    Attributes:
        accommodations: As admissions carry them, as JSON.
        photo_bytes: Size of the photo; 0 where there is none.
    """

    candidate_id: str
    name: str
    accommodations: str
    photo_bytes: int


class AdmissionState(StrEnum):
    """How an admission stands."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    WALKED_IN = "sat-as-walk-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionRecord:
    """An admission that the hub issued.

    Attributes:
        state: Only an open one is handed out; a withdrawn one leaves its attempt free again.
        sittings: What was received under it; more than one is a double sitting.
    """

    admission_id: str
    candidate_id: str
    bundle_id: str
    attempt: int
    mode: str
    not_before_ms: int | None
    not_after_ms: int | None
    station: str | None
    centre_id: str | None
    issued_ms: int
    state: AdmissionState
    sittings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the hub shall admit.

    Attributes:
        forms: The bundle that is sat, or several of which one is drawn; attempts count over all of them.
        attempt: None for the next one.
        station: The only station, by anything that names it; None for any.
        centre_id: The only centre; None for any.
        recipients: Who may read the result beside the academy.
        content_keys: Of sealed bundles, by bundle id; sealed to the station, or to the centre and its stations.
        start_code: The proctor's; one is made where a live sitting has none.
        voucher_ms: When the candidate's voucher was entered, where the rules count from it.
        zone: Of the centre, for rules that count days.
    """

    candidate_id: str
    forms: tuple[Form, ...]
    mode: Mode
    window: Window = field(default_factory=Window)
    attempt: int | None = None
    station: str | None = None
    centre_id: str | None = None
    recipients: tuple[PublicKey, ...] = ()
    content_keys: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    start_code: str = field(default="", repr=False)
    voucher_ms: int | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """What admitting gave; both codes are told once and kept nowhere.

    Attributes:
        start_code: For the proctor; empty where the mode needs none.
    """

    admission_id: str
    envelope: bytes
    sign_in_code: str
    start_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterOrder:
    """What a centre's roster shall hold beside the day's admissions.

    Attributes:
        day: The civil day, in the centre's zone.
        walk_ins: How many are allowed; 0 for none.
        bundles: What walk-ins may sit, each with its mode.
        content_keys: Of sealed bundles, by bundle id; sealed to the centre.
    """

    centre_id: str
    day: date
    walk_ins: int = 0
    bundles: tuple[tuple[Form, Mode], ...] = ()
    content_keys: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRoster:
    """A roster's file, and what is in it."""

    roster_id: str
    envelope: bytes
    admissions: int
    stations: int


class WalkInState(StrEnum):
    """What became of a walk-in at the hub."""

    WAITING = "waiting"
    MATCHED = "matched"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkInRecord:
    """A sitting that began with a centre's provisional admission.

    Attributes:
        candidate_id: As the centre wrote it.
        number: Of the allowance.
        is_doubled: Whether another walk-in came under the same number of the same allowance.
        candidate: Whom it was matched to; empty while it waits.
        matched: The admission it was matched to; empty while it waits.
        attempt: Of that admission; 0 while it waits.
    """

    admission_id: str
    sitting: str
    centre_id: str
    allowance_id: str
    number: int
    candidate_id: str
    candidate_name: str
    bundle_id: str
    state: WalkInState
    is_doubled: bool
    candidate: str
    matched: str
    attempt: int
    who: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Why a person has to look at a result that was accepted.

    Attributes:
        reason: `revoked-station`, `unknown-station`, `revoked-key`, for a walk-in `revoked-centre`; or of what a
            proctor did `unsigned-order`, `unsigned-act`, `void`.
        decision: `keep` or `set-aside`; empty while no one decided.
    """

    digest: str
    sitting: str
    reason: str
    station: str
    received_ms: int
    decision: str
    who: str
    why: str
