"""What is worth noting: facts come in, notes come out. Pure; time is a parameter.

1. What was there when looking began is noted once: displays beside the first, programs of the list, a virtual
   machine, a remote session.
2. Afterwards each change is noted. What begins and ends is noted at both, at its end with how long it lasted; what
   stood when looking stopped counting (a pause, a break) ends there.
3. Each family of notes has an allowance: `ALLOWED` at once, one more each `REFILL_MS`. What goes beyond is counted, and
   the count is noted as soon as there is allowance again. So no flicker fills a journal, and none is hidden.
4. What cannot be told (None) changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias, assert_never

from pocus_desktop.sitting.integrity.codes import Code, Note, Withheld

ALLOWED: Final = 6
"""So many notes of a family may stand close together."""

REFILL_MS: Final = 60_000
"""After this, one more may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the platform said; None where it cannot be told.

    Attributes:
        displays: How many there are.
        programs: Ids of the programs of the list that run.
        machine: The id of the virtual machine; empty where it seems to be none.
        is_remote: Whether the session is shown on another computer.
        is_home_there: Whether the folder with the answers is there, on the volume it was on.
    """

    displays: int | None = None
    programs: frozenset[str] | None = None
    machine: str | None = None
    is_remote: bool | None = None
    is_home_there: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """Something begins (`is_on`) or ends: the window is without the focus, or not on the whole screen."""

    what: Literal["focus", "full-screen"]
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """Something happened once: the key for a picture of the screen, or another program changed the clipboard."""

    what: Literal["print-screen", "clipboard"]


Fact: TypeAlias = Looked | Stood | Struck
"""What is told to the detector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a family may still write, and what it withheld.

    Attributes:
        left: How many notes.
        since_ms: From when on the next one is earned.
        withheld: What was not written, by code, as (count, how long).
    """

    left: int = ALLOWED
    since_ms: int = 0
    withheld: Mapping[Code, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Something that goes on: since when, and whether its beginning was written."""

    since_ms: int
    is_written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the detector knows; frozen, made by `step`.

    Attributes:
        looked: The last that was told of each.
        open: What goes on, by its family.
        allowances: By family.
    """

    looked: Looked = field(default_factory=Looked)
    open: Mapping[str, Open] = field(default_factory=dict)
    allowances: Mapping[str, Allowance] = field(default_factory=dict)


_BEGINS: Final[Mapping[str, Code]] = {
    "focus": Code.FOCUS_LOST,
    "full-screen": Code.FULL_SCREEN_LEFT,
    "home": Code.HOME_GONE,
}
_ENDS: Final[Mapping[str, Code]] = {
    "focus": Code.FOCUS_RETURNED,
    "full-screen": Code.FULL_SCREEN_RETURNED,
    "home": Code.HOME_RETURNED,
}

_STRUCK: Final[Mapping[str, Code]] = {"print-screen": Code.PRINT_SCREEN, "clipboard": Code.CLIPBOARD_CHANGED}


def step(watch: Watch, fact: Fact, *, now_ms: int) -> tuple[Watch, tuple[Note, ...]]:
    """What one fact makes of the watch, and what is to be written.

    Args:
        watch: What is known.
        fact: What was seen.
        now_ms: Monotonic.
    """
    notes: list[Note] = []
    watch = _told_late(watch, notes, now_ms)
    match fact:
        case Looked():
            watch = _looked(watch, fact, notes, now_ms)
        case Stood(what=what, is_on=is_on):
            watch = _stood(watch, what, notes, is_on=is_on, now_ms=now_ms)
        case Struck(what=what):
            watch, _ = _write(watch, what, Note(what=_STRUCK[what]), notes, now_ms)
        case _:
            assert_never(fact)
    return watch, tuple(notes)


def _looked(watch: Watch, now: Looked, notes: list[Note], now_ms: int) -> Watch:
    was = watch.looked
    if now.displays is not None:
        watch = _displays(watch, was.displays, now.displays, notes, now_ms)
    if now.programs is not None:
        for program in sorted(now.programs - (was.programs or frozenset())):
            watch, _ = _write(watch, "programs", Note(what=Code.PROGRAM_RUNNING, detail=program), notes, now_ms)
        for program in sorted((was.programs or frozenset()) - now.programs):
            watch, _ = _write(watch, "programs", Note(what=Code.PROGRAM_ENDED, detail=program), notes, now_ms)
    if now.machine and now.machine != was.machine:
        watch, _ = _write(watch, "machine", Note(what=Code.VIRTUAL_MACHINE, detail=now.machine), notes, now_ms)
    if now.is_remote and not was.is_remote:
        watch, _ = _write(watch, "remote", Note(what=Code.REMOTE_SESSION), notes, now_ms)
    if now.is_home_there is not None:
        watch = _stood(watch, "home", notes, is_on=not now.is_home_there, now_ms=now_ms)
    known = Looked(
        displays=was.displays if now.displays is None else now.displays,
        programs=was.programs if now.programs is None else now.programs,
        machine=was.machine if now.machine is None else now.machine,
        is_remote=was.is_remote if now.is_remote is None else now.is_remote,
        is_home_there=was.is_home_there if now.is_home_there is None else now.is_home_there,
    )
    return replace(watch, looked=known)


def _displays(watch: Watch, was: int | None, now: int, notes: list[Note], now_ms: int) -> Watch:
    if was is None:
        code = Code.DISPLAYS_PRESENT if now > 1 else None
    else:
        code = Code.DISPLAY_ADDED if now > was else Code.DISPLAY_REMOVED if now < was else None
    return watch if code is None else _write(watch, "displays", Note(what=code, detail=str(now)), notes, now_ms)[0]


def _stood(watch: Watch, what: str, notes: list[Note], *, is_on: bool, now_ms: int) -> Watch:
    """Rule 2."""
    standing = watch.open.get(what)
    if is_on and standing is None:
        watch, is_written = _write(watch, what, Note(what=_BEGINS[what]), notes, now_ms)
        return replace(watch, open={**watch.open, what: Open(since_ms=now_ms, is_written=is_written)})
    if is_on or standing is None:
        return watch
    lasted_ms = max(now_ms - standing.since_ms, 0)
    rest = {name: one for name, one in watch.open.items() if name != what}
    if standing.is_written:
        notes.append(Note(what=_ENDS[what], detail=str(lasted_ms)))
        return replace(watch, open=rest)
    return _withheld(replace(watch, open=rest), what, _BEGINS[what], count=0, lasted_ms=lasted_ms)


def _write(watch: Watch, family: str, note: Note, notes: list[Note], now_ms: int) -> tuple[Watch, bool]:
    """Rule 3: write a note, or count it."""
    allowance = _earned(watch.allowances.get(family, Allowance(since_ms=now_ms)), now_ms)
    if allowance.left == 0:
        watch = _kept(watch, family, allowance)
        return _withheld(watch, family, note.what, count=1, lasted_ms=0), False
    notes.append(note)
    return _kept(watch, family, replace(allowance, left=allowance.left - 1)), True


def _told_late(watch: Watch, notes: list[Note], now_ms: int) -> Watch:
    """The counts of what was withheld, where there is allowance again and it is over."""
    for family, before in watch.allowances.items():
        if not before.withheld or family in watch.open:
            continue
        allowance = _earned(before, now_ms)
        if allowance.left == 0:
            continue
        notes.extend(
            Note(what=Code.WITHHELD, detail=Withheld(code=code, count=count, lasted_ms=lasted_ms).to_detail())
            for code, (count, lasted_ms) in sorted(allowance.withheld.items())
        )
        watch = _kept(watch, family, replace(allowance, left=allowance.left - 1, withheld={}))
    return watch


def _earned(allowance: Allowance, now_ms: int) -> Allowance:
    earned = max(now_ms - allowance.since_ms, 0) // REFILL_MS
    if allowance.left + earned >= ALLOWED:
        return replace(allowance, left=ALLOWED, since_ms=now_ms)
    return replace(allowance, left=allowance.left + earned, since_ms=allowance.since_ms + earned * REFILL_MS)


def _withheld(watch: Watch, family: str, code: Code, *, count: int, lasted_ms: int) -> Watch:
    allowance = watch.allowances[family]
    counted, before_ms = allowance.withheld.get(code, (0, 0))
    more = {**allowance.withheld, code: (counted + count, before_ms + lasted_ms)}
    return _kept(watch, family, replace(allowance, withheld=more))


def _kept(watch: Watch, family: str, allowance: Allowance) -> Watch:
    return replace(watch, allowances={**watch.allowances, family: allowance})
