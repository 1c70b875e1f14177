"""An order against the policy in force: what would be beyond it, and what that needs (formats/room-policy 3). Pure.

1. What one console ordered for a sitting, and was not refused or withdrawn, counts as granted; time that was taken back
   is given back. Breaks that other consoles ordered count too; their minutes are not known here.
2. An order within the policy is ordered. One beyond it is ordered where its reason names an open incident of this room:
   no lock here is without a way, and each way leaves a report.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from pocus_desktop.admission.proctor_order import Act, AddTime, Break, End, RemoveTime, Void, told_by
from pocus_desktop.admission.room_policy import OlderPolicyError, RoomPolicy, VerifiedPolicy, read_policy
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import log, words
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.proctoring.incident_reference import BadReferenceError, read_reference
from pocus_desktop.proctoring.room_state import RoomState

FILE: Final = "policy.json"
"""Within the room's folder."""

_MINUTE_MS: Final = 60_000
_REFERENCE: Final = re.compile(r"(?<!\d)\d{3}[ .-]?\d{4}[ .-]?\d{4}(?!\d)")


class BeyondPolicyError(PocusError):
    """An order is beyond what the policy lets a proctor grant, and its reason names no incident."""

    code: ClassVar[str] = "policy.beyond"
    blame: ClassVar[Blame] = Blame.USER

    @classmethod
    def of(cls, found: Iterable["Beyond"]) -> "BeyondPolicyError":
        """The refusal of an order that is beyond in these ways."""
        told = tuple(found)
        error = cls(what=_listed(told, words.SOURCE_LANGUAGE))
        error._found = told
        return error

    _found: tuple["Beyond", ...] = ()

    def explain(self, language: str = words.SOURCE_LANGUAGE) -> words.Explanation:
        """As of every error, with the limits in the same language."""
        if not self._found:  # it came from another program, as it told it
            return super().explain(language)
        return words.explain(self.code, {"what": _listed(self._found, language)}, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was granted to a sitting so far."""

    extra_ms: int = 0
    breaks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """One thing that the policy does not let a proctor grant.

    Attributes:
        code: Stands in the words as `policy.<code>`.
    """

    code: str
    asked: int = 0
    allowed: int = 0
    who: str = ""

    def told(self, language: str = words.SOURCE_LANGUAGE) -> str:
        """In words."""
        return words.say(f"policy.{self.code}", language, asked=self.asked, allowed=self.allowed, who=self.who)


def given(state: RoomState, admission_id: str) -> Given:
    """Rule 1."""
    extra_ms = breaks = 0
    for order in state.orders.values():
        if order.asked.admission_id != admission_id or order.course in {"refused", "withdrawn"}:
            continue
        act = _act(order.asked.envelope)
        match act:
            case AddTime():
                extra_ms += act.extra_ms
            case RemoveTime():
                extra_ms -= act.extra_ms
            case Break():
                breaks += 1
            case _:
                pass
    for station in state.stations.values():
        sitting = station.report.sitting if station.report is not None else None
        if sitting is not None and sitting.admission_id == admission_id:
            others = (one for one in sitting.orders if one.console != state.console and one.outcome == "obeyed")
            breaks += sum(one.kind == "break" for one in others)
    return Given(extra_ms=max(extra_ms, 0), breaks=breaks)


def beyond(policy: RoomPolicy, act: Act, before: Given, *, who: str) -> tuple[Beyond, ...]:
    """What of an order is beyond the policy; nothing where it is within."""
    return tuple(_beyond(policy, act, before, who))


def exceeded(policy: RoomPolicy, so_far: Given) -> tuple[Beyond, ...]:
    """What was granted beyond the policy so far."""
    found: list[Beyond] = []
    minutes = _minutes(so_far.extra_ms)
    if minutes > policy.extra_total_minutes:
        found.append(Beyond(code="extra_total", asked=minutes, allowed=policy.extra_total_minutes))
    if so_far.breaks > policy.breaks:
        found.append(Beyond(code="breaks", asked=so_far.breaks, allowed=policy.breaks))
    return tuple(found)


def require_within(policy: RoomPolicy, act: Act, state: RoomState, *, admission_id: str, who: str, reason: str) -> None:
    """An order may be signed (rule 2).

    Raises:
        BeyondPolicyError: It may not.
    """
    found = beyond(policy, act, given(state, admission_id), who=who)
    if found and not names_incident(reason, state):
        raise BeyondPolicyError.of(found)


def names_incident(reason: str, state: RoomState) -> bool:
    """Whether a reason names an open incident of the room by its reference."""
    for said in _REFERENCE.findall(reason):
        try:
            filed = state.incidents.get(read_reference(said))
        except BadReferenceError:
            continue
        if filed is not None and filed.is_open:
            return True
    return False


def keep_policy(folder: Path, envelope: bytes, hubs: tuple[PublicKey, ...], *, centre_id: str) -> VerifiedPolicy:
    """Take a policy in.

    Raises:
        OlderPolicyError: A newer one is here.
        FileRefusedError: The disk does not take it.
        PocusError: As `read_policy`.
    """
    verified = read_policy(envelope, hubs, centre_id=centre_id)
    held = held_policy(folder, hubs, centre_id=centre_id)
    if held is not None and held.policy.made_at_ms > verified.policy.made_at_ms:
        raise OlderPolicyError
    try:
        write_atomically(folder / FILE, envelope)
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    return verified


def held_policy(folder: Path, hubs: tuple[PublicKey, ...], *, centre_id: str) -> VerifiedPolicy | None:
    """The policy in force; None where there is none, or none that verifies (which is logged)."""
    try:
        return read_policy((folder / FILE).read_bytes(), hubs, centre_id=centre_id)
    except FileNotFoundError:
        return None
    except OSError as problem:
        log.failure(FileRefusedError.of(problem))
    except PocusError as error:
        log.failure(error)
    return None


def _listed(found: Iterable[Beyond], language: str) -> str:
    return "; ".join(one.told(language) for one in found)


def _beyond(policy: RoomPolicy, act: Act, before: Given, who: str) -> Iterator[Beyond]:
    match act:
        case AddTime(extra_ms=extra_ms):
            once, whole = _minutes(extra_ms), _minutes(before.extra_ms + extra_ms)
            if once > policy.extra_once_minutes:
                yield Beyond(code="extra_once", asked=once, allowed=policy.extra_once_minutes)
            if whole > policy.extra_total_minutes:
                yield Beyond(code="extra_total", asked=whole, allowed=policy.extra_total_minutes)
        case Break(minutes=minutes, is_clock_held=is_clock_held):
            if before.breaks + 1 > policy.breaks:
                yield Beyond(code="breaks", asked=before.breaks + 1, allowed=policy.breaks)
            if minutes > policy.break_minutes:
                yield Beyond(code="break_minutes", asked=minutes, allowed=policy.break_minutes)
            if is_clock_held and not policy.may_hold_clock:
                yield Beyond(code="break_holds")
        case Void():
            yield from _reserved("void", policy.void_by, who)
        case End():
            yield from _reserved("end", policy.end_by, who)
        case _:
            return


def _reserved(what: str, people: tuple[str, ...] | None, who: str) -> Iterator[Beyond]:
    """Names are what the proctor typed; they are compared as people do."""
    if people is None or who.strip().casefold() in {one.strip().casefold() for one in people}:
        return
    yield Beyond(code=f"{what}_who", who=", ".join(people)) if people else Beyond(code=f"{what}_nobody")


def _act(envelope: bytes) -> Act | None:
    """What an order of this console's own journal does; None for one of a program that this one cannot read."""
    try:
        return told_by(envelope).act
    except PocusError as error:
        log.failure(error)
        return None


def _minutes(ms: int) -> int:
    return -(-ms // _MINUTE_MS)
