"""The centre's device answers what a station asks (formats/code 7): finds the admission, and remembers what was told.

It remembers because a station cannot: whoever sets a station's disk back to an earlier day has it ask for a number
again that was used. The number is written down here before the code is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, StationKeys, VerifiedAdmission, same_candidate
from pocus_desktop.admission.latest_time import moment
from pocus_desktop.admission.proctor_order import AddTime
from pocus_desktop.admission.room_code import (
    MAXIMUM_NUMBER,
    Challenge,
    NoCodesError,
    Purpose,
    open_secret,
    read_challenge,
    response,
)
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical, checked, log
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.kernel.settings import ADMISSION_SUFFIX, Home
from pocus_desktop.proctoring.incident_reference import read_reference
from pocus_desktop.proctoring.policy import BeyondPolicyError, Given, beyond, held_policy

_TOLD: Final = ".told"
_MINUTE_MS: Final = 60_000


class NoneHereError(PocusError):
    """Nobody of this ID is admitted by an admission that this computer has."""

    code: ClassVar[str] = "code.none_here"
    blame: ClassVar[Blame] = Blame.USER


class SeveralHereError(PocusError):
    """A candidate has several admissions here."""

    code: ClassVar[str] = "code.several"
    blame: ClassVar[Blame] = Blame.USER


class ToldBeforeError(PocusError):
    """A number was told before: misheard, or the station's disk was set back."""

    code: ClassVar[str] = "code.told_before"
    blame: ClassVar[Blame] = Blame.USER


class BadTellingsError(PocusError):
    """The note of what was told for an admission cannot be read."""

    code: ClassVar[str] = "code.bad_tellings"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


class _Telling(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: Purpose
    minutes: int
    number: int = Field(ge=1, le=MAXIMUM_NUMBER)
    at_ms: int
    who: str = Field(max_length=200)
    incident: str = Field(default="", max_length=40)


class _Tellings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    told: tuple[_Telling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A code, whose it is, and what it does."""

    admission: Admission
    challenge: Challenge
    code: str = field(repr=False)


class CodeDesk:
    """Answers challenges with the centre's key.

    Args:
        home: The centre's.
        own: Its keys.
        hubs: Whose admissions count.
    """

    def __init__(self, home: Home, own: StationKeys, hubs: Iterable[PublicKey]) -> None:
        self._home = home
        self._own = own
        self._hubs = tuple(hubs)

    def admitted(self) -> tuple[VerifiedAdmission, ...]:
        """The admissions that are here, by candidate; one that does not verify is passed over and logged."""
        found: list[VerifiedAdmission] = []
        for path in sorted(self._home.admissions.glob(f"*{ADMISSION_SUFFIX}")):
            try:
                found.append(admissions.verify(path.read_bytes(), self._hubs))
            except OSError as problem:
                log.failure(FileRefusedError.of(problem))
            except PocusError as problem:
                log.failure(problem)
        return tuple(sorted(found, key=lambda one: (one.admission.candidate.id, one.admission.admission_id)))

    def find(self, candidate_id: str, admission_id: str | None = None) -> VerifiedAdmission:
        """The admission of a candidate.

        Raises:
            NoneHereError, SeveralHereError: There is none, or not one only.
        """
        fitting = [
            one
            for one in self.admitted()
            if same_candidate(one.admission.candidate.id, candidate_id)
            and admission_id in {None, one.admission.admission_id}
        ]
        if not fitting:
            raise NoneHereError(candidate=candidate_id)
        if len(fitting) > 1:
            named = ", ".join(one.admission.admission_id for one in fitting)
            raise SeveralHereError(candidate=candidate_id, admissions=named)
        return fitting[0]

    def secret(self, admitted: VerifiedAdmission) -> bytes:
        """What the codes of an admission are made with.

        Raises:
            NoCodesError: The centre's key opens none.
        """
        secret = open_secret(admitted.admission, [self._own.sealing])
        if secret is None:
            raise NoCodesError(admission=admitted.admission.admission_id)
        return secret

    def tell(
        self,
        admitted: VerifiedAdmission,
        typed: str,
        *,
        who: str,
        now_ms: int,
        again: bool = False,
        incident: str = "",
    ) -> Told:
        """The code for what a station shows; written down before it is told.

        Args:
            admitted: Whose.
            typed: The challenge, off the station's screen.
            who: The proctor.
            now_ms: Wall time.
            again: Tell it although the number was told before.
            incident: The reference of one, where more time is given than the academy's policy lets a proctor grant.

        Raises:
            BadChallengeError: It is no challenge of this admission.
            NoCodesError: The centre's key opens no secret.
            ToldBeforeError: This number, or a later one, was told before.
            BadTellingsError: What was told before cannot be read.
            BeyondPolicyError: It is more time than a proctor may grant here, and no incident is named.
            BadReferenceError: There can be no incident of that reference.
            FileRefusedError: The disk does not take the note; nothing is told.
        """
        challenge = read_challenge(typed, admitted.digest)
        secret = self.secret(admitted)
        place = self._home.codes / f"{admitted.admission.admission_id}{_TOLD}"
        before = _read(place)
        is_sign_in = challenge.purpose == "sign-in"
        passed = [
            one for one in before.told if (one.purpose == "sign-in") == is_sign_in and one.number >= challenge.number
        ]
        if passed and not again:
            candidate = admitted.admission.candidate.id
            raise ToldBeforeError(number=challenge.number, candidate=candidate, at=moment(passed[-1].at_ms))
        self._require_within(admitted.admission, challenge, before, who=who, incident=incident)
        telling = _Telling(
            purpose=challenge.purpose,
            minutes=challenge.minutes,
            number=challenge.number,
            at_ms=now_ms,
            who=who[:200],
            incident=incident,
        )
        _keep(place, _Tellings(told=(*before.told, telling)))
        log.event("code.told", admission=admitted.admission.admission_id, purpose=challenge.purpose)
        return Told(admission=admitted.admission, challenge=challenge, code=response(secret, "device", challenge))

    def _require_within(
        self, admission: Admission, challenge: Challenge, before: _Tellings, *, who: str, incident: str
    ) -> None:
        """More time keeps to the policy as an order would (formats/room-policy 3), counting the codes told here."""
        if incident:
            read_reference(incident)
            return
        if challenge.purpose != "time" or admission.centre_id is None:
            return
        held = held_policy(self._home.room, self._hubs, centre_id=admission.centre_id)
        if held is None:
            return
        told = {one.number: one.minutes for one in before.told if one.purpose == "time"}
        told.pop(challenge.number, None)  # told again: it counts once
        so_far = Given(extra_ms=sum(told.values()) * _MINUTE_MS)
        found = beyond(held.policy, AddTime(extra_ms=challenge.minutes * _MINUTE_MS), so_far, who=who)
        if found:
            raise BeyondPolicyError(what="; ".join(one.told() for one in found))


def _read(place: Path) -> _Tellings:
    try:
        return _Tellings.model_validate(checked.decode(place.read_bytes()))
    except FileNotFoundError:
        return _Tellings()
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    except (canonical.BadJsonError, ValidationError) as problem:
        raise BadTellingsError(file=place.name) from problem


def _keep(place: Path, tellings: _Tellings) -> None:
    try:
        write_atomically(place, checked.encode(tellings.model_dump(mode="json")))
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
