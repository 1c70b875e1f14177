"""The reader beside the specification's steps taken by the letter: one character at a time, no shortcut.

What stands here is slow and plain on purpose, and shares nothing with the reader but timings, settings and character
references, which have tests of their own.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.case.webvtt.blocks import BadTimings, blocks, decoded, has_signature, timings
from pocus_desktop.case.webvtt.model import Cue, Region
from pocus_desktop.case.webvtt.parser import parse
from pocus_desktop.case.webvtt.references import consume
from pocus_desktop.case.webvtt.tokens import EndTag, StartTag, StringToken, TimestampTag, tokens

Plain = tuple[str, ...]


def tokenizer(text: str, position: int) -> tuple[Plain, int]:
    """One run of the cue text tokenizer: a token, and the position after it."""
    state, result, buffer = "data", "", ""
    classes: list[str] = []
    while True:
        c = text[position] if position < len(text) else ""
        match state:
            case "data":
                if c == "&":
                    state = "reference in data"
                elif c == "<":
                    if result:
                        return ("string", result), position
                    state = "tag"
                elif not c:
                    return ("string", result), position
                else:
                    result += c
            case "reference in data" | "reference in annotation":
                read = consume(text, position)
                characters, position = read or ("&", position)
                if state == "reference in data":
                    result, state = result + characters, "data"
                else:
                    buffer, state = buffer + characters, "annotation"
                continue
            case "tag":
                if c and c in "\t\n\f ":
                    state = "annotation"
                elif c == ".":
                    state = "class"
                elif c == "/":
                    state = "end tag"
                elif c and c in "0123456789":
                    result, state = c, "timestamp"
                elif c == ">" or not c:
                    return ("start", "", ""), position + bool(c)
                else:
                    result, state = c, "start tag"
            case "start tag":
                if c and c in "\t\f ":
                    state = "annotation"
                elif c == "\n":
                    buffer, state = c, "annotation"
                elif c == ".":
                    state = "class"
                elif c == ">" or not c:
                    return ("start", result, ""), position + bool(c)
                else:
                    result += c
            case "class":
                if c and c in "\t\f ":
                    classes.append(buffer)
                    buffer, state = "", "annotation"
                elif c == "\n":
                    classes.append(buffer)
                    buffer, state = c, "annotation"
                elif c == ".":
                    classes.append(buffer)
                    buffer = ""
                elif c == ">" or not c:
                    classes.append(buffer)
                    return ("start", result, "", *filter(None, classes)), position + bool(c)
                else:
                    buffer += c
            case "annotation":
                if c == "&":
                    state = "reference in annotation"
                elif c == ">" or not c:
                    note = " ".join(filter(None, collapsed(buffer).split(" ")))
                    return ("start", result, note, *filter(None, classes)), position + bool(c)
                else:
                    buffer += c
            case "end tag" | "timestamp":
                if c == ">" or not c:
                    return (state, result), position + bool(c)
                result += c
        position += 1


def collapsed(text: str) -> str:
    return "".join(" " if c in "\t\n\f\r " else c for c in text)


def by_the_letter(text: str) -> list[Plain]:
    found: list[Plain] = []
    position = 0
    while position < len(text):
        token, position = tokenizer(text, position)
        found.append(token)
    return found


def by_the_reader(text: str) -> list[Plain]:
    found: list[Plain] = []
    for token in tokens(text):
        match token:
            case StringToken(value=value):
                found.append(("string", value))
            case StartTag(name=name, annotation=annotation, classes=classes):
                found.append(("start", name, annotation or "", *classes))
            case EndTag(name=name):
                found.append(("end tag", name))
            case TimestampTag(value=value):
                found.append(("timestamp", value))
    return found


@settings(max_examples=500)
@given(st.text("<>/.& \t\n\f\r\v#;abcv019:\0é", max_size=40))
def test_the_tokens_of_any_text(text: str) -> None:
    assert by_the_reader(text) == by_the_letter(text)


class Walker:
    """The WebVTT parser algorithm's variables, and its steps from the header on."""

    def __init__(self, text: str) -> None:
        self.input = text
        self.position = 0
        self.has_seen_cue = False
        self.found: list[Plain] = []

    def is_past_the_end(self) -> bool:
        return self.position >= len(self.input)

    def collect_line(self) -> str:
        start = self.position
        while not self.is_past_the_end() and self.input[self.position] != "\n":
            self.position += 1
        return self.input[start : self.position]

    def skip_line_feeds(self) -> None:
        while not self.is_past_the_end() and self.input[self.position] == "\n":
            self.position += 1

    def run(self) -> list[Plain]:
        self.collect_line()
        if self.is_past_the_end():
            return self.found
        self.position += 1
        if self.is_past_the_end():
            return self.found
        if self.input[self.position] != "\n":
            self.collect_block(in_header=True)
        else:
            self.position += 1
        self.skip_line_feeds()
        while not self.is_past_the_end():
            block = self.collect_block(in_header=False)
            if block:
                self.found.append(block)
            self.skip_line_feeds()
        return self.found

    def collect_block(self, *, in_header: bool) -> Plain:
        count, previous, buffer = 0, self.position, ""
        has_ended = has_arrow = False
        cue: Plain = ()
        kind = ""
        while True:
            line = self.collect_line()
            count += 1
            if self.is_past_the_end():
                has_ended = True
            else:
                self.position += 1
            if "-->" in line:
                if not in_header and (count == 1 or (count == 2 and not has_arrow)):
                    has_arrow = True
                    previous = self.position
                    times = timings(line)
                    if not isinstance(times, BadTimings):
                        cue = ("cue", buffer, str(times.start_ms), str(times.end_ms))
                        buffer = ""
                        self.has_seen_cue = True
                else:
                    self.position = previous
                    break
            elif line == "":
                break
            else:
                if not in_header and count == 2:
                    for name in ("STYLE", "REGION"):
                        is_named = buffer.startswith(name) and not buffer[len(name) :].strip("\t\n\f\r ")
                        if not self.has_seen_cue and is_named and not kind:
                            kind, buffer = name, ""
                if buffer:
                    buffer += "\n"
                buffer += line
                previous = self.position
            if has_ended:
                break
        if cue:
            return (*cue, buffer)
        return (kind, buffer) if kind else ()


def blocks_by_the_reader(text: str) -> list[Plain]:
    found: list[Plain] = []
    lines = text.split("\n")
    for block in blocks(lines):
        match block.content:
            case Cue() as cue:
                found.append(("cue", cue.id, str(cue.start_ms), str(cue.end_ms), cue.text))
            case Region():
                found.append(("REGION", "\n".join(lines[block.first + 1 : block.last])))
            case None:
                pass
            case sheet:
                found.append(("STYLE", sheet.text))
    return found


LINES = st.sampled_from(
    [
        "",
        "",
        "-->",
        "a-->b",
        "00:01.000 --> 00:02.000",
        "00:01.000 --> 00:02.000 line:1",
        "00:01 --> 00:02.000",
        "STYLE",
        "STYLE \t",
        "STYLEx",
        " STYLE",
        "REGION",
        "REGION ",
        "NOTE x",
        "id:a",
        "text",
        " ",
        "\t",
        "\x0b",
        "é",
    ]
)


@settings(max_examples=500)
@given(st.lists(LINES, max_size=25), st.sampled_from(["", " x", "\t"]))
def test_the_blocks_of_any_file(lines: list[str], rest: str) -> None:
    text = decoded("\n".join([f"WEBVTT{rest}", *lines]))
    assert has_signature(text)
    assert blocks_by_the_reader(text) == Walker(text).run()


@given(st.lists(LINES, max_size=25), st.sampled_from(["\r", "\r\n"]))
def test_line_endings_do_not_matter(lines: list[str], ending: str) -> None:
    text = ["WEBVTT", "", *lines]
    assert parse(ending.join(text)) == parse("\n".join(text))
