"""The admission: the hub's signed permission to sit (formats/admission).

`verify` answers whether the hub said so; `check` whether it is said of this candidate, bundle, station and moment:

1. The envelope is an admission signed by a trusted hub key, or by the centre that an allowance of the hub names (2.1,
   2.3).
2. Its document has the fields of its version; unknown fields are kept (2.2).
3. The candidate is the one admitted (3.1).
4. The station is the one named, where one is named, and of the centre named, where one is (3.2).
5. The bundle is the one named, at least in the version asked for (3.3).
6. Now is inside the window (3.4).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pocus_desktop.admission.allowance import Allowance, require_allowed, verify_allowance
from pocus_desktop.admission.documents import CentreId
from pocus_desktop.admission.errors import (
    BadAdmissionError,
    BundleTooOldError,
    NewerAdmissionError,
    NoContentKeyError,
    NoRecipientError,
    NoStartCodeError,
    TooEarlyError,
    TooLateError,
    WrongBundleError,
    WrongCandidateError,
    WrongCentreError,
    WrongStationError,
)
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.photo import photo_fault
from pocus_desktop.admission.shape import Base64, Key, first_fault
from pocus_desktop.crypto import dsse, hpke, password
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel import canonical, ids
from pocus_desktop.kernel.clock import LATEST_MS

PAYLOAD_TYPE: Final = "application/vnd.pocus.admission.v1+json"
FORMAT: Final = 2
CREDIT_CAP_MS: Final = 15 * 60_000
"""How much time lost to interruptions is given back where an admission says nothing else."""

_PROOF: Final = b"start"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, extra="allow", arbitrary_types_allowed=True)


class Candidate(_Part):
    """Who is admitted."""

    id: str = Field(min_length=1, max_length=80)
    display_name: str = Field(min_length=1, max_length=200)


class Window(_Part):
    """When the sitting may begin, as wall time in milliseconds (UTC); an open end is None."""

    not_before_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)
    not_after_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)


class Accommodations(_Part):
    """What makes the sitting fair to this candidate: more time, and comfort to begin with.

    Attributes:
        time_factor: Multiplies every limit.
        can_pause: Whether the candidate may take breaks with the clock standing still.
    """

    time_factor: float = Field(default=1.0, ge=1, le=10)
    can_pause: bool = False
    captions: bool = True
    text_percent: int = Field(default=100, ge=50, le=400)
    theme: Literal["light", "dark", "high-contrast"] = "light"
    is_reduced_motion: bool = False
    language: str | None = None


class SealedContentKey(_Part):
    """The bundle's content key, sealed to one station or centre."""

    key_id: str
    sealed: Base64


class WalkIn(_Part):
    """What makes a centre's provisional admission count.

    Attributes:
        allowance: The envelope of the hub's allowance, which names the centre's key.
        number: Of the walk-in among those allowed, from 1.
    """

    allowance: Base64
    number: int = Field(ge=1)


class Admission(_Part):
    """One candidate's permission for one attempt at one assessment.

    Attributes:
        format: 2; 1 where it was written before sign-in codes, photos, centres and walk-ins.
        admission_id: Names this permission, and its files on a station.
        station: Key id of the only station it is for; None for any.
        centre: The centre's sealing key; it too can then resume the sitting.
        recipients: Who may read the result.
        content_keys: The content key, sealed to each station or centre that may open it.
        start_code: What the proctor's start code is checked against (never the code).
        credit_cap_ms: How much time lost to interruptions is given back, in all.
        sign_in_code: What the candidate's own code is checked against (never the code); see `sitting.sign_in`.
        photo: What the proctor compares, a small PNG or WebP.
        centre_id: The only centre at whose stations it may be sat; None for any.
        walk_in: Set where a centre, not the hub, signed it.
        code_secrets: What the room's one-time codes are made with, sealed to the centre and its stations.
    """

    format: Literal[1, 2] = 2
    admission_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    candidate: Candidate
    bundle_id: str = Field(min_length=1)
    minimum_version: int = Field(default=1, ge=1)
    attempt: int = Field(default=1, ge=1)
    mode: Mode
    window: Window = Window()
    accommodations: Accommodations = Accommodations()
    station: str | None = None
    centre: Key | None = None
    recipients: tuple[Key, ...] = ()
    content_keys: tuple[SealedContentKey, ...] = ()
    start_code: str | None = None
    credit_cap_ms: int = Field(default=CREDIT_CAP_MS, ge=0)
    sign_in_code: str | None = Field(default=None, max_length=4000)
    photo: Base64 | None = None
    centre_id: CentreId | None = None
    walk_in: WalkIn | None = None
    code_secrets: tuple[SealedContentKey, ...] = ()

    @field_validator("photo")
    @classmethod
    def _small(cls, photo: bytes | None) -> bytes | None:
        if photo is not None and photo_fault(photo) is not None:
            raise ValueError("not a photo")
        return photo

    @model_validator(mode="after")
    def _sealing_keys(self) -> "Admission":
        keys = (*self.recipients, *((self.centre,) if self.centre else ()))
        if any(key.algorithm != "x25519" for key in keys):
            raise ValueError("recipients and centre must be sealing keys")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedAdmission:
    """An admission that a trusted hub key signed: made by `verify`, and by `recall` for one verified before.

    Attributes:
        admission: What it says.
        envelope: The signed bytes, kept beside the journal.
        signers: The hub keys that signed, or the centre's key; empty where it was recalled.
        allowance: What a walk-in rests on; None for an admission of the hub.
    """

    admission: Admission
    envelope: bytes
    signers: tuple[PublicKey, ...]
    allowance: Allowance | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the envelope."""
        return canonical.digest(self.envelope)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationKeys:
    """The two keys of a station.

    Attributes:
        signing: Signs checkpoints and results.
        sealing: Opens content keys, and the journals of sittings to resume.
    """

    signing: SigningKey
    sealing: SealingKey

    @classmethod
    def generate(cls) -> "StationKeys":
        """Fresh keys, for a station that is being set up."""
        return cls(signing=SigningKey.generate(), sealing=SealingKey.generate())

    @property
    def station_id(self) -> str:
        """What admissions call this station: the id of its sealing key."""
        return self.sealing.key_id


def issue(admission: Admission, signers: Iterable[SigningKey]) -> bytes:
    """The envelope of an admission.

    Raises:
        NoRecipientError: A live or trial admission names no one to read the result.
        NoStartCodeError: A live admission has no start code.
    """
    _require_complete(admission)
    return dsse.sign(PAYLOAD_TYPE, canonical.encode(admission.model_dump(mode="json")), signers).to_bytes()


def verify(envelope: bytes, hub_keys: Iterable[PublicKey]) -> VerifiedAdmission:
    """Rules 1 and 2.

    Raises:
        BadEnvelopeError: Not an envelope.
        WrongPayloadTypeError: Another kind of document.
        NotEnoughSignaturesError: No trusted hub key signed it, nor a centre with an allowance.
        NewerAdmissionError: A newer program wrote it.
        BadAdmissionError: Its document is not an admission.
        NoRecipientError: A live or trial admission without a recipient.
        NoStartCodeError: A live admission without a start code.
        BeyondAllowanceError: A walk-in that its allowance does not cover.
        PocusError: `enrolment.*`: a walk-in whose allowance is none.
    """
    signed = dsse.Envelope.parse(envelope)
    hub_keys = tuple(hub_keys)
    try:
        signers = dsse.verify(signed, payload_type=PAYLOAD_TYPE, keys=hub_keys)
    except dsse.NotEnoughSignaturesError:
        return _verify_walk_in(signed, envelope, hub_keys)
    admission = _read(signed.payload)
    if admission.walk_in is not None:  # the hub does not admit under an allowance that it gave away
        raise BadAdmissionError(reason="walk_in: only a centre issues walk-ins")
    _require_complete(admission)
    return VerifiedAdmission(admission=admission, envelope=envelope, signers=signers)


def recall(envelope: bytes) -> VerifiedAdmission:
    """Read back an admission whose digest a journal vouches for; its signature was verified when the sitting began.

    Raises:
        BadAdmissionError: It is none.
    """
    try:
        admission = Admission.model_validate(canonical.decode(dsse.Envelope.parse(envelope).payload))
    except (dsse.BadEnvelopeError, canonical.BadJsonError, ValidationError) as problem:
        raise BadAdmissionError(reason="it cannot be read back") from problem
    return VerifiedAdmission(admission=admission, envelope=envelope, signers=())


def check(
    admission: Admission,
    *,
    now_ms: int | None = None,
    candidate_id: str | None = None,
    station_id: str | None = None,
    centre_id: str | None = None,
    bundle_id: str | None = None,
    bundle_version: int | None = None,
) -> None:
    """Rules 3 to 6; what is not given is not checked.

    Args:
        admission: Verified before.
        now_ms: Wall time, never earlier than the latest time seen; not given for a sitting that began in its window.
        candidate_id: As typed at sign-in; blanks and case do not count.
        station_id: This station's.
        centre_id: Of the centre that this station is enrolled with; empty where it belongs to none.
        bundle_id: Of the bundle at hand.
        bundle_version: Of the bundle at hand.

    Raises:
        WrongCandidateError: Rule 3.
        WrongStationError: Rule 4.
        WrongCentreError: Rule 4.
        WrongBundleError: Rule 5.
        BundleTooOldError: Rule 5.
        TooEarlyError: Rule 6.
        TooLateError: Rule 6.
    """
    if candidate_id is not None and not same_candidate(candidate_id, admission.candidate.id):
        raise WrongCandidateError
    if station_id is not None and admission.station is not None and station_id != admission.station:
        raise WrongStationError(station=station_id)
    if centre_id is not None and admission.centre_id is not None and centre_id != admission.centre_id:
        raise WrongCentreError(needed=admission.centre_id, found=centre_id or "-")
    if bundle_id is not None and bundle_id != admission.bundle_id:
        raise WrongBundleError(needed=admission.bundle_id, found=bundle_id)
    if bundle_version is not None and bundle_version < admission.minimum_version:
        raise BundleTooOldError(needed=admission.minimum_version, found=bundle_version)
    window = admission.window if now_ms is not None else Window()
    now_ms = now_ms or 0
    if window.not_before_ms is not None and now_ms < window.not_before_ms:
        raise TooEarlyError(begins=_told(window.not_before_ms))
    if window.not_after_ms is not None and now_ms > window.not_after_ms:
        raise TooLateError(ended=_told(window.not_after_ms))


def same_candidate(one: str, other: str) -> bool:
    """Whether two ID numbers are the same person's; blanks and case do not count."""
    return folded(one) == folded(other)


def folded(typed: str) -> str:
    """An ID number or code as it is compared: without blanks, whatever its case."""
    return "".join(typed.split()).casefold()


def seal_content_key(
    content_key: bytes, recipients: Iterable[PublicKey], *, admission_id: str
) -> tuple[SealedContentKey, ...]:
    """The content key, sealed to each station or centre, for this admission only."""
    info = _content_key_info(admission_id)
    return tuple(
        SealedContentKey(key_id=key.key_id, sealed=hpke.seal(key, content_key, info=info)) for key in recipients
    )


def content_key(admission: Admission, keys: Sequence[SealingKey]) -> bytes | None:
    """The content key, opened with a station's or centre's key; None where the admission carries none.

    Raises:
        NoContentKeyError: It is sealed to others.
        CannotOpenSealedError: It was altered, or belongs to another admission.
    """
    if not admission.content_keys:
        return None
    mine = {key.key_id: key for key in keys}
    for entry in admission.content_keys:
        if entry.key_id in mine:
            return hpke.open_sealed(mine[entry.key_id], entry.sealed, info=_content_key_info(admission.admission_id))
    raise NoContentKeyError


def new_admission_id() -> str:
    """A fresh admission id."""
    return ids.new_id("adm")


def start_code_verifier(code: str, *, admission_id: str) -> str:
    """What an admission carries of a start code: an Argon2id-wrapped proof that opens with the code alone."""
    return password.seal_under_passphrase(_PROOF, folded(code), purpose=_code_purpose(admission_id)).decode("utf-8")


def is_start_code(admission: Admission, code: str) -> bool:
    """Whether this is the proctor's start code; blanks and case do not count. Takes about a tenth of a second.

    Raises:
        NoStartCodeError: The admission has none.
        PocusError: Its verifier is damaged (`crypto.bad_passphrase_file`, `crypto.weak_passphrase_file`).
    """
    if admission.start_code is None:
        raise NoStartCodeError
    typed = folded(code)
    if not typed:
        return False
    purpose = _code_purpose(admission.admission_id)
    try:
        proof = password.open_with_passphrase(admission.start_code.encode("utf-8"), typed, purpose=purpose)
    except password.WrongPassphraseError:
        return False
    return proof == _PROOF


def _read(payload: bytes) -> Admission:
    try:
        document = canonical.decode(payload)
    except canonical.BadJsonError as problem:
        raise BadAdmissionError(reason="it is not JSON") from problem
    found = document.get("format") if isinstance(document, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise NewerAdmissionError(found=found, known=FORMAT)
    try:
        return Admission.model_validate(document)
    except ValidationError as problem:
        raise BadAdmissionError(reason=first_fault(problem)) from problem


def _verify_walk_in(signed: dsse.Envelope, envelope: bytes, hub_keys: tuple[PublicKey, ...]) -> VerifiedAdmission:
    """Rule 1 for an admission that no hub key signed: by the allowance that it carries (2.3)."""
    try:
        admission = _read(signed.payload)
    except BadAdmissionError:
        admission = None
    if admission is None or admission.walk_in is None:
        raise dsse.NotEnoughSignaturesError(found=0, needed=1)
    allowance = verify_allowance(admission.walk_in.allowance, hub_keys).allowance
    signers = dsse.verify(signed, payload_type=PAYLOAD_TYPE, keys=[allowance.centre.signing])
    require_allowed(admission, admission.walk_in.number, allowance)
    _require_complete(admission)
    return VerifiedAdmission(admission=admission, envelope=envelope, signers=signers, allowance=allowance)


def _require_complete(admission: Admission) -> None:
    if admission.mode in {Mode.LIVE, Mode.TRIAL} and not admission.recipients:
        raise NoRecipientError
    if admission.mode is Mode.LIVE and admission.start_code is None:
        raise NoStartCodeError


def _content_key_info(admission_id: str) -> bytes:
    return b"pocus content key v1\x00" + admission_id.encode("utf-8")


def _code_purpose(admission_id: str) -> str:
    return f"start code of {admission_id}"


def _told(wall_ms: int) -> str:
    return f"{datetime.fromtimestamp(wall_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"
