"""A row of the room as the grid writes it: figures in the proctor's language, beside each the sign of what is wrong."""

from typing import Final

from pocus_desktop.appeals.plain import plain
from pocus_desktop.proctoring.check_in import plain as searchable
from pocus_desktop.proctoring.view import Mark, RoomRow, Urgency
from pocus_desktop.ui.formats import Formats
from pocus_desktop.ui.proctor.rows import SIGNS, Cell, GridRow, Level
from pocus_desktop.ui.words import Words

_LEVELS: Final[dict[Urgency, Level]] = {
    Urgency.LOST: "lost",
    Urgency.ACT: "asks",
    Urgency.WATCH: "watch",
    Urgency.WELL: "running",
    Urgency.IDLE: "idle",
}
_MARK_SIGNS: Final = {
    "hand": "hand",
    "hand-answered": "hand",
    "paused": "circle-pause",
    "silent": "wifi-off",
    "unheard": "wifi-off",
    "battery": "battery",
    "disk": "hard-drive",
    "media": "volume-x",
    "identity": "id-card",
    "barred": "lock",
    "asks-in": "log-in",
    "other-seat": "id-card",
    "unsent": "send",
    "clock": "clock",
    "little-time": "hourglass",
    "notes": "eye",
    "order-waits": "loader",
    "incident": "flag",
}
"""The icon of what is wrong; a mark that is not here has that of its level."""

_NOTHING: Final = "–"


def sign_of(mark: Mark) -> str:
    """The icon of what is wrong."""
    return _MARK_SIGNS.get(mark.code, SIGNS[level_of(mark)])


def level_of(mark: Mark) -> Level:
    """How much it wants someone."""
    return _LEVELS[mark.urgency]


class RowTelling:
    """Tells rows in one language.

    Args:
        words: Of the window.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self._formats = Formats(words)

    def row(self, row: RoomRow) -> GridRow:
        """One station, ready to be painted."""
        level: Level = "done" if row.is_over and row.urgency >= Urgency.WELL else _LEVELS[row.urgency]
        worst = row.marks[0] if row.marks else None
        state = self._state(row, worst)
        cells = (
            Cell(plain(row.name)),
            Cell(state, level=level),
            self._candidate(row),
            self._step(row),
            self._time(row),
            self._saved(row),
            self._link(row),
            self._disk(row),
            self._battery(row),
            self._media(row),
            self._unsent(row),
        )
        icon = SIGNS[level] if worst is None else sign_of(worst)
        return GridRow(
            station_id=row.station_id,
            name=plain(row.name),
            level=level,
            icon=icon,
            is_held=row.urgency <= Urgency.ACT or row.has_incident,
            cells=cells,
            spoken=self._spoken(row, level, cells),
            searched=searchable(f"{row.name} {row.candidate_id} {row.candidate_name}"),
        )

    def _state(self, row: RoomRow, worst: Mark | None) -> str:
        """The worst mark, where there is one, and what else there is; else where the sitting is."""
        if worst is None:
            return plain(row.state_told)
        told, more = plain(worst.told), len(row.marks) - 1
        return told if not more else self._words("console.and_more", told=told, count=more)

    def _spoken(self, row: RoomRow, level: Level, cells: tuple[Cell, ...]) -> str:
        said = [row.name, self._words(f"console.level.{level}"), row.candidate_name or row.candidate_id]
        said += [mark.told for mark in row.marks] or [row.state_told]
        said += [cells[4].spoken, cells[5].spoken]
        return plain(". ".join(one.rstrip(".") for one in said if one))

    def _candidate(self, row: RoomRow) -> Cell:
        name = plain(row.candidate_name or row.candidate_id)
        return Cell(name or _NOTHING, spoken=name or self._words("console.nobody"))

    def _step(self, row: RoomRow) -> Cell:
        if not row.step_count:
            return Cell(_NOTHING, spoken=self._words("console.no_step"))
        number, count = self._formats.number(row.step_number), self._formats.number(row.step_count)
        spoken = self._words("console.step_spoken", number=number, count=count)
        if row.case_count > 1:
            case = self._formats.number(row.case_number)
            return Cell(self._words("console.case_and_step", case=case, step=number, count=count), spoken=spoken)
        return Cell(self._words("console.step", number=number, count=count), spoken=spoken)

    def _time(self, row: RoomRow) -> Cell:
        if row.left_ms is None:
            return Cell(_NOTHING, spoken="")
        clock = self._formats.clock(row.left_ms)
        if not row.is_running:
            spoken = self._words("console.time_held", time=self._formats.spoken(row.left_ms))
            return Cell(clock, level="idle", icon="pause", spoken=spoken)
        is_little = any(mark.code == "little-time" for mark in row.marks)
        spoken = self._words("console.time_left", time=self._formats.spoken(row.left_ms))
        return Cell(clock, level="watch" if is_little else "running", spoken=spoken)

    def _saved(self, row: RoomRow) -> Cell:
        if row.saved_at_ms is None:
            return Cell(_NOTHING, spoken="")
        at = self._formats.time_of_day(row.saved_at_ms)
        minutes = row.saved_ago_ms // 60_000
        ago = self._words("console.minutes_ago", count=self._formats.number(minutes))
        text = ago if minutes else self._words("console.just_now")
        if any(mark.code == "save-failed" for mark in row.marks):
            return Cell(text, level="lost", icon="circle-x", spoken=self._words("console.not_saved_since", time=at))
        return Cell(text, spoken=self._words("console.saved_at", time=at))

    def _link(self, row: RoomRow) -> Cell:
        if row.is_linked:
            return Cell(self._words("console.good"), icon="wifi", spoken=self._words("console.link_good"))
        if row.silent_ms is None:
            return Cell(self._words("console.link_never"), level="idle" if row.is_over else "watch", icon="wifi-off")
        silent = self._formats.clock(row.silent_ms // 1000 * 1000)
        spoken = self._words("console.link_silent", time=self._formats.spoken(row.silent_ms))
        return Cell(silent, level="watch", icon="wifi-off", spoken=spoken)

    def _disk(self, row: RoomRow) -> Cell:
        free = row.health.disk_free_bytes
        if free is None:
            return Cell(_NOTHING, spoken=self._words("console.not_told"))
        is_short = any(mark.code == "disk" for mark in row.marks)
        return Cell(self._formats.size(free), level="asks" if is_short else "running", icon="hard-drive" * is_short)

    def _battery(self, row: RoomRow) -> Cell:
        percent = row.health.battery_percent
        if percent is None:
            return Cell(_NOTHING, spoken=self._words("console.no_battery"))
        text = self._formats.percent(percent)
        if not row.health.is_on_battery:
            spoken = self._words("console.plugged_in", percent=text)
            return Cell(text, icon="battery-charging", spoken=spoken)
        low = next((mark for mark in row.marks if mark.code == "battery"), None)
        spoken = self._words("console.on_battery", percent=text)
        return Cell(text, level="running" if low is None else _LEVELS[low.urgency], icon="battery", spoken=spoken)

    def _media(self, row: RoomRow) -> Cell:
        if row.health.media_fault:
            return Cell(
                self._words("console.media_fault"), level="asks", icon="volume-x", spoken=row.health.media_fault
            )
        return Cell(self._words("console.good"))

    def _unsent(self, row: RoomRow) -> Cell:
        count = self._formats.number(row.unsent)
        is_late = any(mark.code == "unsent" for mark in row.marks)
        return Cell(count if row.unsent else _NOTHING, level="watch" if is_late else "running", spoken=count)
