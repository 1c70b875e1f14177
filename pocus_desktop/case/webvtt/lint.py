"""Check captions more strictly than a player does: every problem with its line, column and fix (formats/captions 4).

Errors are faults that make a player drop or change something, or captions that cannot be right; warnings are about
comfort: speed, length, gaps. Nothing raises, and time is linear in the size of the file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pocus_desktop.case.problems import Problem
from pocus_desktop.case.webvtt import settings
from pocus_desktop.case.webvtt.blocks import (
    SIGNATURE,
    BadTimings,
    Block,
    blocks,
    decoded,
    has_signature,
    timings,
)
from pocus_desktop.case.webvtt.lint_report import Limits, Report, shown
from pocus_desktop.case.webvtt.lint_text import lint_text
from pocus_desktop.case.webvtt.model import Cue, Region
from pocus_desktop.case.webvtt.timestamps import written

_NOTE: Final = re.compile(r"NOTE(?:[ \t]|$)")
_COMMA_TIME: Final = re.compile(r"[0-9]+:[0-9]+,[0-9]+")
_DEFAULT_LIMITS: Final = Limits()


def lint(
    data: str | bytes, *, file: str = "-", duration_ms: int | None = None, limits: Limits = _DEFAULT_LIMITS
) -> tuple[Problem, ...]:
    """Find what is wrong with captions, in the order of the file.

    Args:
        data: The file's bytes (or its text).
        file: How the author knows the file, for the problems.
        duration_ms: The length of the clip, where it is known: no cue may end after it.
        limits: What people can read.
    """
    report = Report(file=file)
    if isinstance(data, bytes):
        _lint_encoding(report, data)
    text = decoded(data)
    lines = text.split("\n")
    if not has_signature(text):
        report.error(
            (0, 0),
            "no_signature",
            f"The file does not begin with {SIGNATURE}, so players read nothing of it.",
            f"Write {SIGNATURE} as the first line and leave a blank line after it.",
        )
        return tuple(report.problems)
    linter = _Linter(report=report, lines=lines, duration_ms=duration_ms, limits=limits)
    linter.run()
    return tuple(sorted(report.problems, key=lambda problem: (problem.line, problem.column)))


@dataclass(slots=True, kw_only=True)
class _Linter:
    """What has been seen of one file."""

    report: Report
    lines: Sequence[str]
    duration_ms: int | None
    limits: Limits
    previous: Cue | None = None
    latest_end_ms: int = 0
    cue_ids: set[str] = field(default_factory=set)
    region_ids: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Check every block."""
        end_of_previous = 0
        if len(self.lines) > 1 and self.lines[1]:
            self.report.error(
                (1, 0),
                "no_blank_line",
                f"The line after {SIGNATURE} is not blank.",
                f"Leave a blank line after {SIGNATURE}.",
            )
        for block in blocks(self.lines):
            if block.first == block.last:
                continue
            if block.first == end_of_previous:
                self.report.error(
                    (block.first, 0),
                    "no_blank_line",
                    "A cue begins here without a blank line before it.",
                    'Leave a blank line before it, or write "--&gt;" for an arrow that is text.',
                )
            end_of_previous = block.last
            self._lint_block(block)
        if self.previous is None:
            self.report.warning((0, 0), "no_cues", "The file has no cues.", "Write the captions, or take the file out.")

    def _lint_block(self, block: Block) -> None:
        if block.timings is not None:
            self._lint_timings(block, block.timings)
        elif isinstance(block.content, Region):
            self._lint_region(block, block.content)
        elif block.content is None and block.first > 1 and not _NOTE.match(self.lines[block.first]):
            self._lint_stray(block)

    def _lint_stray(self, block: Block) -> None:
        head = self.lines[block.first].rstrip(settings.WHITESPACE)
        if head in {"STYLE", "REGION"} and self.previous is not None:
            what = f"This {head} block stands after a cue, so players pass it over."
            self.report.error((block.first, 0), "late_block", what, "Move it before the first cue.")
        elif head in {"STYLE", "REGION"} and block.last == block.first + 1:
            what = f"This {head} block is empty."
            self.report.error((block.first, 0), "empty_block", what, "Write it without a blank line inside.")
        else:
            self.report.error(
                (block.first, 0),
                "text_outside_cue",
                f'"{shown(head)}" belongs to no cue, so players pass it over.',
                "Put it into a cue (no blank line inside a cue), or begin it with NOTE.",
            )

    def _lint_timings(self, block: Block, at: int) -> None:
        line = self.lines[at]
        times = timings(line)
        if isinstance(times, BadTimings):
            fix = "Write the times as 00:01:02.000 --> 00:01:04.500."
            if _COMMA_TIME.search(line):
                fix = "Write a full stop before the milliseconds, not a comma."
            self.report.error(
                (at, times.position),
                "bad_timestamp",
                f"The times cannot be read, so players drop this cue: {times.expected} should stand here.",
                fix,
            )
            return
        if line[times.settings_position : times.settings_position + 1] not in {"", *settings.WHITESPACE}:
            self.report.error(
                (at, times.settings_position),
                "bad_timestamp",
                "Something stands right behind the end time.",
                "Leave a space between the end time and the settings.",
            )
        if isinstance(block.content, Cue):
            self._lint_settings(at, times.settings_position, block.content)
            self._lint_order(at, times.end_position, block.content)
            self._lint_id(block, block.content)
            first = at + 1
            lint_text(self.report, block.content, self.lines[first : block.last], first, self.limits)
            self.previous = block.content
            self.latest_end_ms = max(self.latest_end_ms, block.content.end_ms)

    def _lint_settings(self, at: int, position: int, cue: Cue) -> None:
        placed = settings.CueSettings()
        names: set[str] = set()
        for setting in settings.split(self.lines[at], position):
            became = placed.apply(setting, self.region_ids)
            place = (at, setting.position)
            self._lint_setting(place, setting, became, settings.CUE_SETTINGS)
            if setting.name in names and became == "applied":
                what = f"{setting.name} is set twice."
                self.report.warning(place, "repeated_setting", what, "Keep one of them.")
            names.add(setting.name or "")
            if setting.name == "region" and became == "applied":
                names.add("region known")
        if "region known" in names and cue.region is None:
            self.report.warning(
                (at, position),
                "region_dropped",
                "line, vertical and size take a cue out of its region.",
                "Keep either the region or those settings.",
            )

    def _lint_setting(
        self, place: tuple[int, int], setting: settings.Setting, became: settings.Applied, known: frozenset[str]
    ) -> None:
        token = shown(setting.token)
        names = ", ".join(sorted(known))
        if setting.name is None:
            what = f'"{token}" is not a setting.'
            self.report.error(place, "bad_setting", what, f"Write name:value without spaces; the names are {names}.")
        elif became == "unknown":
            what = f'There is no setting "{shown(setting.name)}".'
            self.report.error(place, "unknown_setting", what, f"Use one of {names}.")
        elif became == "invalid" and setting.name == "region":
            what = f'There is no region "{shown(setting.value)}" before this cue.'
            self.report.error(place, "unknown_region", what, "Define it in a REGION block before the first cue.")
        elif became == "invalid":
            what = f'"{token}" has a value that players pass over.'
            self.report.error(place, "bad_setting", what, _FIXES[setting.name])

    def _lint_order(self, at: int, end_position: int, cue: Cue) -> None:
        if cue.end_ms <= cue.start_ms:
            what = "The cue ends before it begins, or at once, so it is never shown."
            self.report.error((at, end_position), "no_duration", what, "Make the end later than the beginning.")
        elif cue.end_ms - cue.start_ms < self.limits.shortest_ms:
            what = f"The cue is shown for {cue.end_ms - cue.start_ms} ms only."
            fix = f"Show it for at least {self.limits.shortest_ms} ms, or join it to its neighbour."
            self.report.warning((at, end_position), "too_brief", what, fix)
        if self.duration_ms is not None and cue.end_ms > self.duration_ms:
            what = f"The cue ends after the clip, which ends at {written(self.duration_ms)}."
            self.report.error((at, end_position), "past_the_end", what, "End it with the clip, or check the clip.")
        if self.previous is None:
            return
        gap_ms = cue.start_ms - self.latest_end_ms
        if cue.start_ms < self.previous.start_ms:
            what = f"The cue begins before the one above it ({written(self.previous.start_ms)})."
            self.report.error((at, 0), "out_of_order", what, "Put the cues in the order of their beginnings.")
        elif gap_ms < 0:
            what = f"The cue begins while another is still shown (until {written(self.latest_end_ms)})."
            self.report.warning((at, 0), "overlap", what, "End the other one first, or join the two.")
        elif 0 < gap_ms < self.limits.shortest_gap_ms:
            what = f"There are only {gap_ms} ms between this cue and the one before, which flickers."
            fix = f"Let it begin at {written(self.latest_end_ms)}, or leave {self.limits.shortest_gap_ms} ms."
            self.report.warning((at, 0), "flicker", what, fix)

    def _lint_id(self, block: Block, cue: Cue) -> None:
        if cue.id and cue.id in self.cue_ids:
            what = f'Another cue is called "{shown(cue.id)}" too.'
            self.report.warning((block.first, 0), "repeated_id", what, "Give each cue a name of its own, or none.")
        self.cue_ids.add(cue.id)

    def _lint_region(self, block: Block, region: Region) -> None:
        state = settings.RegionSettings()
        for at in range(block.first + 1, block.last):
            for setting in settings.split(self.lines[at]):
                became = state.apply(setting)
                self._lint_setting((at, setting.position), setting, became, settings.REGION_SETTINGS)
        if not region.id:
            what = "The region has no id, so no cue can use it."
            self.report.error((block.first, 0), "region_without_id", what, "Write id:NAME in it.")
        elif region.id in self.region_ids:
            what = f'Another region is called "{shown(region.id)}" too; cues get the last one.'
            self.report.error((block.first, 0), "repeated_id", what, "Give each region a name of its own.")
        self.region_ids.add(region.id)


_FIXES: Final = {
    "vertical": "Use vertical:rl or vertical:lr.",
    "line": "Use a line number or a percentage up to 100%, then perhaps ,start ,center or ,end.",
    "position": "Use a percentage up to 100%, then perhaps ,line-left ,center or ,line-right.",
    "size": "Use a percentage up to 100%.",
    "align": "Use start, center, end, left or right.",
    "width": "Use a percentage up to 100%.",
    "lines": "Use a whole number.",
    "regionanchor": "Use two percentages with a comma and no space between.",
    "viewportanchor": "Use two percentages with a comma and no space between.",
    "scroll": "Use scroll:up, or leave it out.",
}


def _lint_encoding(report: Report, data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        before = decoded(data[: fault.start]).split("\n")
        report.error(
            (len(before) - 1, len(before[-1])),
            "not_utf8",
            "The file is not in UTF-8 from here on.",
            "Save the file again as UTF-8.",
        )
