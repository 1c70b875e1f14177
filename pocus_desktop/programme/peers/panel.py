"""The evaluators of one application and area: what is to do now, and when next (formats/peer-evaluation 5). Pure.

1. As many as the policy says are written to, in the order in which they were named; each who cannot answer makes room
   for the next.
2. Reminders are due so many days after the invitation, and once before the window closes; none lies closer to the
   message before than the policy says, and one that was missed is not made up for: the latest that is due counts.
3. Who asked for quiet is not reminded.
4. Where fewer than were named can still answer, the applicant is asked for others, as often as the policy says.
5. After the window everyone who has not ended is over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pocus_desktop.programme.peers.evaluator import LOST, WAITING, Stage, Standing
from pocus_desktop.programme.peers.policy import DAY_MS, Policy

SeenStage: TypeAlias = Literal[
    "named", "asked", "reminded", "answered", "declined", "unreachable", "replaced", "over", "refused"
]
"""What an applicant is shown of an evaluator: never what was said, nor why they declined."""

NotTaken: TypeAlias = Literal[
    "own-address", "same-person", "too-many", "may-not-replace", "address", "name", "agreement", "interest"
]
"""Why the academy did not take a nomination, which is `refused` then."""

NO_LONGER: Final[frozenset[SeenStage]] = frozenset({"declined", "unreachable", "replaced", "over", "refused"})
"""Another is to be named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An evaluator among the others.

    Attributes:
        number: In the order in which they were named, from 1.
    """

    evaluator_id: str
    number: int
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Write to an evaluator for the first time."""

    evaluator_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """Remind one; `number` counts from 1."""

    evaluator_id: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The window is over for one."""

    evaluator_id: str


Act: TypeAlias = Invite | Remind | Close


def plan(members: Sequence[Member], policy: Policy, now_ms: int) -> tuple[Act, ...]:
    """What is to do now."""
    ordered = sorted(members, key=lambda one: one.number)
    acts: list[Act] = []
    for one in ordered:
        standing = one.standing
        if now_ms >= standing.closes_ms:
            if standing.stage not in LOST | {Stage.ANSWERED}:
                acts.append(Close(evaluator_id=one.evaluator_id))
        elif standing.stage in WAITING:
            due = reminder_due_ms(standing, policy)
            if due is not None and due <= now_ms:
                acts.append(Remind(evaluator_id=one.evaluator_id, number=standing.reminders + 1))
    room = policy.contacted - sum(one.standing.stage in WAITING | {Stage.ANSWERED} for one in ordered)
    waiting = [one for one in ordered if one.standing.stage is Stage.NOMINATED and not _is_past(one.standing, now_ms)]
    acts += [Invite(evaluator_id=one.evaluator_id) for one in waiting[: max(room, 0)] if not one.standing.is_quiet]
    return tuple(acts)


def standing_by(members: Sequence[Member], policy: Policy, now_ms: int) -> frozenset[str]:
    """Who was named and is not written to now, since enough others are (rule 1)."""
    invited = {act.evaluator_id for act in plan(members, policy, now_ms) if isinstance(act, Invite)}
    named = {one.evaluator_id for one in members if one.standing.stage is Stage.NOMINATED}
    return frozenset(named - invited)


def next_ms(members: Iterable[Member], policy: Policy, now_ms: int) -> int | None:
    """When there is something to do next, if nothing happens before; None where there will be nothing."""
    moments = []
    for one in members:
        if one.standing.stage in LOST | {Stage.ANSWERED}:
            continue
        moments.append(one.standing.closes_ms)
        due = reminder_due_ms(one.standing, policy) if one.standing.stage in WAITING else None
        if due is not None:
            moments.append(due)
    return max(min(moments), now_ms) if moments else None


def reminder_due_ms(standing: Standing, policy: Policy) -> int | None:
    """When the next reminder is due (rules 2 and 3); None where no more is."""
    if standing.is_quiet or not standing.mailed_ms:
        return None
    first, last = standing.mailed_ms[0], standing.mailed_ms[-1]
    before_end = standing.closes_ms - policy.last_reminder_days_before_end * DAY_MS
    moments = sorted({*(first + days * DAY_MS for days in policy.reminded_after_days), before_end})
    gap = policy.least_days_between_mails * DAY_MS
    for moment in moments:
        if moment > last:
            due = max(moment, last + gap)
            return due if due < standing.closes_ms else None
    return None


def wanted(members: Sequence[Member], policy: Policy) -> int:
    """How many more evaluators the applicant has to name (rule 4)."""
    usable = sum(one.standing.stage not in LOST for one in members)
    return max(policy.nominated - usable, 0)


def may_replace(members: Sequence[Member], evaluator_id: str, policy: Policy, now_ms: int) -> bool:
    """Whether another may be named for one: never for one who answered or is answering."""
    replaced = sum(one.standing.stage is Stage.REPLACED for one in members)
    found = next((one.standing for one in members if one.evaluator_id == evaluator_id), None)
    if found is None or replaced >= policy.most_replacements or now_ms >= found.closes_ms:
        return False
    if found.stage in {Stage.NOMINATED, Stage.DECLINED, Stage.BOUNCED}:
        return True
    is_silent = found.stage in {Stage.INVITED, Stage.REMINDED}
    return is_silent and now_ms >= found.mailed_ms[0] + policy.replaceable_after_days * DAY_MS


def may_be_asked_to_remind(standing: Standing, policy: Policy, now_ms: int, *, asked: int) -> bool:
    """Whether a reminder that the applicant, or somebody of the staff, asks for may go out now.

    Args:
        standing: Of the evaluator.
        policy: The rules.
        now_ms: The present.
        asked: How many the applicant asked for before.
    """
    gap_ms = policy.least_days_between_mails * DAY_MS
    is_soon = bool(standing.mailed_ms) and now_ms < standing.mailed_ms[-1] + gap_ms
    is_asked = standing.stage in WAITING and not standing.is_quiet and now_ms < standing.closes_ms
    return is_asked and not is_soon and asked < policy.most_asked_reminders


def seen_by_applicant(standing: Standing) -> SeenStage:
    """What the applicant is shown: whether they opened or began is not theirs to know."""
    if standing.stage in WAITING:
        return "reminded" if standing.reminders else "asked"
    return _SEEN[standing.stage]


_SEEN: Final[dict[Stage, SeenStage]] = {
    Stage.NOMINATED: "named",
    Stage.ANSWERED: "answered",
    Stage.DECLINED: "declined",
    Stage.BOUNCED: "unreachable",
    Stage.REPLACED: "replaced",
    Stage.EXPIRED: "over",
}


def _is_past(standing: Standing, now_ms: int) -> bool:
    return now_ms >= standing.closes_ms
