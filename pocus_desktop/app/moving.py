"""Sittings that were moved to this station and lie on a stick: found while the sign-in is shown, taken in when asked.

The screen asks every few seconds, by `app.moves_aside` on a thread beside. A stick is read again only when something on
it has changed; what is for another station, over, used or damaged is not offered here, and says why where it is taken
in by command.
"""

import os
import string
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from pocus_desktop.bundle.library import Library
from pocus_desktop.kernel import log
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.folder import PERMIT
from pocus_desktop.sitting.moving.errors import NoStickError, SeveralSticksError
from pocus_desktop.sitting.moving.move_in import Arrival, MovedIn
from pocus_desktop.sitting.moving.move_stick import CONTENTS, FOLDER, PackedSitting, found_on, only_on
from pocus_desktop.sitting.moving.packing import pack
from pocus_desktop.ui.candidate.desk import MoveOffer

_PLACES: Final = ("/media/*", "/media/*/*", "/run/media/*/*", "/mnt/*", "/Volumes/*")
"""Where desktops put what is plugged in."""

_Stamp: TypeAlias = tuple[tuple[str, int], ...]


def plugged_in() -> Iterator[Path]:
    """The disks that are plugged in, as far as they show; the computer's own may be among them."""
    if sys.platform == "win32":
        yield from (Path(f"{letter}:\\") for letter in string.ascii_uppercase[3:])
        return
    for pattern in _PLACES:
        folders = [Path("/")]
        for part in pattern.strip("/").split("/"):
            folders = [one for folder in folders for one in (_inside(folder) if part == "*" else [folder / part])]
        yield from folders


class Moving:
    """What the sign-in screen is told of sittings that were moved here."""

    def __init__(self, arrival: Arrival, sticks: Callable[[], Iterator[Path]] = plugged_in) -> None:
        self._arrival = arrival
        self._sticks = sticks
        self._stamp: _Stamp = ()
        self._found: tuple[tuple[Path, MovedIn, PackedSitting], ...] = ()

    def offers(self, language: str) -> Sequence[MoveOffer]:
        """What is permitted here, and not yet taken in; see `ui.candidate.desk.MoveDesk`."""
        sticks = [stick for stick in self._sticks() if _has_moves(stick)]
        stamp = _stamp(sticks)
        if stamp != self._stamp:
            self._stamp, self._found = stamp, tuple(self._look(sticks))
        return tuple(
            MoveOffer(
                sitting=moved.permit.sitting,
                title=self._title(packed, language),
                candidate_id=moved.admission.admission.candidate.id,
            )
            for _, moved, packed in self._found
            if not self._arrival.was_used(moved.permit)
        )

    def take_in(self, offer: MoveOffer) -> None:
        """Take it in from the stick that it lies on.

        Raises:
            PocusError: As `only_on` and `Arrival.take_in`.
        """
        stick = next((stick for stick, moved, _ in self._found if moved.permit.sitting == offer.sitting), Path())
        self._stamp = ()
        self._arrival.take_in(only_on(stick, offer.sitting))

    def pack_out(self, admission_id: str) -> None:
        """Write a sitting that is to move to the stick that is plugged in, and let go of it here.

        Raises:
            NoStickError, SeveralSticksError: It is not certain where to.
            PocusError: As `packing.pack`.
        """
        home = self._arrival.home
        sticks = [stick for stick in self._sticks() if _has_moves(stick) or _is_another_disk(stick, home.folder)]
        sticks = [stick for stick in dict.fromkeys(sticks) if os.access(stick, os.W_OK)]
        if not sticks:
            raise NoStickError
        if len(sticks) > 1:
            raise SeveralSticksError(sticks=", ".join(stick.name or str(stick) for stick in sticks))
        now_ms = self._arrival.clock.read().wall_ms
        pack(home.sittings / admission_id, sticks[0], now_ms=now_ms)

    def _look(self, sticks: Sequence[Path]) -> Iterator[tuple[Path, MovedIn, PackedSitting]]:
        for stick in sticks:
            try:
                there = found_on(stick)
            except PocusError as problem:  # a stick that is dying; the others are looked at all the same
                log.failure(problem)
                continue
            for packed in there:
                try:
                    yield stick, self._arrival.verified(packed), packed
                except PocusError as problem:  # for another station, or not permitted yet
                    log.failure(problem)

    def _title(self, packed: PackedSitting, language: str) -> str:
        told = packed.contents
        entry = Library(self._arrival.home.library).held(told.bundle_id, told.bundle_version)
        title = {} if entry is None else entry.title
        return title.get(language) or title.get("en") or told.bundle_id


def _inside(folder: Path) -> Sequence[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # not there, another person's, or a disk that is dying
        return ()


def _is_another_disk(place: Path, own: Path) -> bool:
    """Whether something is mounted there that is not the disk of this program's own folder."""
    try:
        return place.is_mount() and place.stat().st_dev != own.stat().st_dev
    except OSError:  # another person's, or a disk that is dying
        return False


def _has_moves(stick: Path) -> bool:
    try:
        return (stick / FOLDER).is_dir()
    except OSError:  # another person's disk, or one that was pulled out
        return False


def _stamp(sticks: Sequence[Path]) -> _Stamp:
    """What changes when anything on the sticks does that matters here."""
    found: list[tuple[str, int]] = []
    for stick in sticks:
        for path in (place / name for place in _inside(stick / FOLDER) for name in (CONTENTS, PERMIT)):
            try:
                found.append((str(path), path.stat().st_mtime_ns))
            except OSError:  # none there, or pulled out while we look
                continue
    return tuple(found)
