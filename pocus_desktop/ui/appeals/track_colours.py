"""The colours of a drawn timeline, by roles of the theme."""

from typing import NamedTuple

from PySide6.QtGui import QColor

from pocus_desktop.ui.theme.tokens import tokens


class TrackColours(NamedTuple):
    """What a timeline is painted with; shapes and words say the same, for colour alone says nothing."""

    ground: QColor
    lane: QColor
    line: QColor
    text: QColor
    muted: QColor
    run: QColor
    run_line: QColor
    hold: QColor
    hold_line: QColor
    gap: QColor
    gap_line: QColor
    screen: QColor
    other_screen: QColor
    play: QColor
    on_play: QColor
    cursor: QColor


def track_colours(theme: str) -> TrackColours:
    """Those of a theme."""
    roles = tokens().themes[theme]

    def of(role: str) -> QColor:
        return QColor(roles[role])

    return TrackColours(
        ground=of("surface"),
        lane=of("raised"),
        line=of("control_line"),
        text=of("text"),
        muted=of("muted"),
        run=of("success_soft"),
        run_line=of("success"),
        hold=of("warning_soft"),
        hold_line=of("warning"),
        gap=of("danger_soft"),
        gap_line=of("danger"),
        screen=of("accent_soft"),
        other_screen=of("raised"),
        play=of("accent"),
        on_play=of("on_accent"),
        cursor=of("focus"),
    )
