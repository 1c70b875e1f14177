"""The part of the captions linter that looks at the text of a cue: its tags, its lines and its reading speed."""

from collections.abc import Sequence
from typing import Final

from pocus_desktop.case.webvtt import timestamps
from pocus_desktop.case.webvtt.lint_report import Limits, Places, Report, shown
from pocus_desktop.case.webvtt.model import Cue
from pocus_desktop.case.webvtt.nodes import plain_text
from pocus_desktop.case.webvtt.tokens import EndTag, StartTag, TimestampTag, tokens
from pocus_desktop.case.webvtt.tree import TAGS, cue_text

_KNOWN: Final = ", ".join(f"<{tag}>" for tag in TAGS)


def lint_text(report: Report, cue: Cue, lines: Sequence[str], first_line: int, limits: Limits) -> None:
    """Check the text of a cue whose lines begin at an index of the file."""
    text = "\n".join(lines)
    places = Places.of(lines, first_line)
    readable = plain_text(cue_text(text))
    if not readable.strip():
        report.warning((first_line, 0), "empty_cue", "The cue has no text.", "Write its text, or take the cue out.")
    _lint_tags(report, cue, text, places)
    _lint_size(report, readable, first_line, limits)
    _lint_speed(report, cue, readable, first_line, limits)


def _lint_size(report: Report, readable: str, first_line: int, limits: Limits) -> None:
    shown_lines = readable.split("\n")
    if len(shown_lines) > limits.cue_lines:
        report.warning(
            (first_line + limits.cue_lines, 0),
            "too_many_lines",
            f"The cue has {len(shown_lines)} lines; at most {limits.cue_lines} can be read at a glance.",
            "Split it into two cues.",
        )
    for number, line in enumerate(shown_lines):
        if len(line) > limits.line_characters:
            report.warning(
                (first_line + number, limits.line_characters),
                "line_too_long",
                f"The line has {len(line)} characters; at most {limits.line_characters} fit.",
                "Break the line, or split the cue.",
            )


def _lint_speed(report: Report, cue: Cue, readable: str, first_line: int, limits: Limits) -> None:
    duration_ms = cue.end_ms - cue.start_ms
    characters = len(readable.replace("\n", ""))
    if duration_ms <= 0 or not characters:
        return
    speed = characters * 1000 / duration_ms
    if speed > limits.characters_per_second:
        needed_ms = -(-characters * 1000 // limits.characters_per_second)
        report.warning(
            (first_line, 0),
            "too_fast",
            f"It must be read at {speed:.0f} characters a second; people follow {limits.characters_per_second:g}.",
            f"Show it for at least {needed_ms / 1000:g} seconds, or shorten it.",
        )


def _lint_tags(report: Report, cue: Cue, text: str, places: Places) -> None:
    opened: list[StartTag] = []
    latest_ms = cue.start_ms
    for token in tokens(text):
        if isinstance(token, StartTag):
            _lint_start(report, token, opened, text, places)
        elif isinstance(token, EndTag):
            _lint_end(report, token, opened, text, places)
        elif isinstance(token, TimestampTag):
            latest_ms = _lint_timestamp(report, cue, token, latest_ms, places)
        if isinstance(token, StartTag | EndTag | TimestampTag) and not token.is_closed:
            report.error(
                places.at(token.start),
                "unfinished_tag",
                "The text ends inside a tag.",
                'Write the ">" of the tag, or "&lt;" for a "<" that is text.',
            )
    for tag in opened:
        if tag.name != "v":  # a voice that is the whole cue needs no end tag
            report.warning(
                places.at(tag.start),
                "unclosed_tag",
                f"<{tag.name}> is not closed.",
                f"Write </{tag.name}> where it ends.",
            )


def _lint_start(report: Report, token: StartTag, opened: list[StartTag], text: str, places: Places) -> None:
    if token.name not in TAGS:
        report.error(
            places.at(token.start),
            "unknown_tag",
            f"{shown(text[token.start : token.end])} is not a tag of captions and is not shown.",
            f'Use one of {_KNOWN}, or write "&lt;" for a "<" that is text.',
        )
        return
    if token.name == "rt" and (not opened or opened[-1].name != "ruby"):
        report.error(
            places.at(token.start), "rt_outside_ruby", "<rt> means something only in <ruby>.", "Put it inside <ruby>."
        )
        return
    if token.name in {"v", "lang"} and not token.annotation:
        wanted = "who speaks, as in <v Dr Ruiz>" if token.name == "v" else "the language, as in <lang es>"
        report.warning(places.at(token.start), "tag_says_nothing", f"<{token.name}> says nothing.", f"Write {wanted}.")
    opened.append(token)


def _lint_end(report: Report, token: EndTag, opened: list[StartTag], text: str, places: Places) -> None:
    if opened and opened[-1].name == token.name:
        opened.pop()
        return
    if token.name == "ruby" and len(opened) > 1 and opened[-1].name == "rt":
        del opened[-2:]  # </ruby> may close <rt> too
        return
    report.warning(
        places.at(token.start),
        "stray_end_tag",
        f"{shown(text[token.start : token.end])} closes nothing here.",
        f"Close <{opened[-1].name}> first." if opened else "Take it out.",
    )


def _lint_timestamp(report: Report, cue: Cue, token: TimestampTag, latest_ms: int, places: Places) -> int:
    time = timestamps.collect(token.value, 0)
    if isinstance(time, timestamps.NotATimestamp):
        report.error(
            places.at(token.start + 1 + time.position),
            "bad_timestamp",
            f"<{shown(token.value)}> is not a timestamp: {time.expected} should stand here.",
            "Write it as mm:ss.ttt or hh:mm:ss.ttt.",
        )
        return latest_ms
    if time.position != len(token.value):
        report.error(
            places.at(token.start + 1 + time.position),
            "bad_timestamp",
            f"Something stands behind the timestamp in <{shown(token.value)}>.",
            'Put the ">" right behind the milliseconds.',
        )
        return latest_ms
    if not cue.start_ms < time.ms < cue.end_ms:
        report.error(
            places.at(token.start),
            "timestamp_outside_cue",
            "The timestamp lies outside the time of its cue.",
            f"Use a time between {timestamps.written(cue.start_ms)} and {timestamps.written(cue.end_ms)}.",
        )
    elif time.ms < latest_ms:
        report.error(
            places.at(token.start),
            "timestamp_goes_back",
            "The timestamp is earlier than one before it in the cue.",
            "Put the timestamps of a cue in order.",
        )
    return max(latest_ms, time.ms)
