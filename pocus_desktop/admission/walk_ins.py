"""Late walk-ins: a centre's provisional admission within what the hub allowed (formats/roster 3.4). Pure.

Attempts, accommodations and identity are for the hub to settle when the result comes; here no one gets more than the
allowance covers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import ValidationError

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import (
    Admission,
    Candidate,
    SealedContentKey,
    StationKeys,
    WalkIn,
    Window,
    same_candidate,
)
from pocus_desktop.admission.allowance import Allowance, open_for_allowance
from pocus_desktop.admission.errors import BadAdmissionError
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.room_code import new_secret, seal_secret
from pocus_desktop.admission.roster import VerifiedRoster
from pocus_desktop.admission.shape import first_fault
from pocus_desktop.admission.sign_in import new_code, sign_in_verifier
from pocus_desktop.kernel.errors import Blame, PocusError


class WalkInError(PocusError):
    """A walk-in is refused at the centre; always one of the classes below."""

    code: ClassVar[str] = "roster.walk_in_refused"
    blame: ClassVar[Blame] = Blame.USER


class NoAllowanceError(WalkInError):
    """No roster that was taken in allows this centre walk-ins now, to this assessment."""

    code = "roster.no_allowance"


class NotTheCentreError(WalkInError):
    """Walk-ins are admitted with the centre's key, and this computer has another."""

    code = "roster.not_the_centre"


class UsedUpError(WalkInError):
    """As many walk-ins were admitted as were allowed."""

    code = "roster.used_up"


class HasAdmissionError(WalkInError):
    """The candidate has an admission to this assessment already."""

    code = "roster.has_admission"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkInOrder:
    """Who came, and for what.

    Attributes:
        bundle_id: None where only one assessment is allowed.
    """

    candidate_id: str
    name: str
    bundle_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedWalkIn:
    """A walk-in's admission; both codes are told once.

    Attributes:
        start_code: The proctor's; empty where the mode needs none.
    """

    admission: Admission
    envelope: bytes
    sign_in_code: str = field(repr=False)
    start_code: str = field(repr=False)


def require_allowance(roster: VerifiedRoster, own: StationKeys, now_ms: int) -> Allowance:
    """The roster's allowance, if it is this centre's and of now.

    Raises:
        NotTheCentreError: It is another centre's.
        NoAllowanceError: There is none, or not for now.
    """
    if roster.roster.centre.is_of != (own.signing.key_id, own.sealing.key_id):
        raise NotTheCentreError(centre=roster.roster.centre.centre_id)
    allowance = roster.allowance
    if allowance is None or not allowance.not_before_ms <= now_ms <= allowance.not_after_ms:
        raise NoAllowanceError
    return allowance


def issue_walk_in(
    order: WalkInOrder,
    *,
    roster: VerifiedRoster,
    known: Sequence[Admission],
    number: int,
    own: StationKeys,
    now_ms: int,
) -> IssuedWalkIn:
    """Admit who came.

    Args:
        order: Who came, and for what.
        roster: Of the day.
        known: What may still begin: admissions of any roster, and walk-ins that this centre admitted.
        number: A number of the allowance that no walk-in has.
        own: The centre's keys.
        now_ms: Wall time.

    Raises:
        NotTheCentreError, NoAllowanceError, UsedUpError, HasAdmissionError: Why not.
        BadAdmissionError: Number or name have another form than admissions allow.
        CannotOpenSealedError: The content key is not for this centre.
    """
    allowance = require_allowance(roster, own, now_ms)
    if number > allowance.count:
        raise UsedUpError(count=allowance.count)
    fitting = [each for each in allowance.bundles if order.bundle_id in {None, each.bundle_id}]
    if not fitting or (order.bundle_id is None and len(fitting) > 1):
        raise NoAllowanceError
    bundle = fitting[0]
    for other in (*(one.admission for one in roster.admissions), *known):
        if other.bundle_id == bundle.bundle_id and same_candidate(other.candidate.id, order.candidate_id):
            raise HasAdmissionError(admission=other.admission_id)
    admission_id = admissions.new_admission_id()
    sign_in, start = new_code(), new_code() if bundle.mode is Mode.LIVE else ""
    sealed_to = (own.sealing.public, *(station.sealing for station in roster.roster.stations))
    content_keys: tuple[SealedContentKey, ...] = ()
    if bundle.content_key is not None:
        content_key = open_for_allowance(bundle.content_key, own.sealing, allowance_id=allowance.allowance_id)
        content_keys = admissions.seal_content_key(content_key, sealed_to, admission_id=admission_id)
    assert roster.roster.allowance is not None  # noqa: S101 - `require_allowance` saw what it holds
    try:
        admission = Admission(
            admission_id=admission_id,
            candidate=Candidate(id=order.candidate_id.strip(), display_name=order.name),
            bundle_id=bundle.bundle_id,
            minimum_version=bundle.minimum_version,
            mode=bundle.mode,
            window=Window(not_before_ms=allowance.not_before_ms, not_after_ms=allowance.not_after_ms),
            centre=own.sealing.public,
            centre_id=allowance.centre.centre_id,
            recipients=allowance.recipients,
            content_keys=content_keys,
            start_code=admissions.start_code_verifier(start, admission_id=admission_id) if start else None,
            sign_in_code=sign_in_verifier(sign_in, admission_id=admission_id),
            credit_cap_ms=min(admissions.CREDIT_CAP_MS, allowance.credit_cap_ms),
            walk_in=WalkIn(allowance=roster.roster.allowance, number=number),
            code_secrets=seal_secret(new_secret(), sealed_to, admission_id=admission_id),
        )
    except ValidationError as problem:
        raise BadAdmissionError(reason=first_fault(problem)) from problem
    envelope = admissions.issue(admission, [own.signing])
    return IssuedWalkIn(admission=admission, envelope=envelope, sign_in_code=sign_in, start_code=start)
