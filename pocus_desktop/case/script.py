"""Written scripts of clips: a small part of Markdown as blocks that the screen renders (formats/captions 8).

A script has headings, paragraphs, what people say (`**Dr Ruiz:** Good morning.`), stage directions (a paragraph wholly
in italics) and lists. Inside a line there are **bold** and *italic* words. Nothing else means anything: HTML, links and
images are shown as the text that they are. Reading a script never fails and takes linear time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

_HEADING: Final = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_BULLET: Final = re.compile(r"( *)[-+*][ \t]+(\S.*)$")
_NUMBERED: Final = re.compile(r"( *)([0-9]{1,9})[.)][ \t]+(\S.*)$")
_RULE: Final = re.compile(r" {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
_SPEAKER: Final = re.compile(r"(\*\*|__)([^*_:]{1,80}?)(?::\1|\1:)[ \t]*(.*)$", re.DOTALL)
_MARKS: Final = re.compile(r"\\[!-/:-@\[-`{-~]|\*{1,3}|_{1,3}|[^\\*_]+|\\")
_MOST_LEVELS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A piece of a line in one look."""

    text: str
    is_bold: bool = False
    is_italic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading; level 1 is the highest of 6."""

    level: int
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Plain text: what the narrator says, or what explains the scene."""

    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What somebody says."""

    speaker: str
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """What happens: a paragraph that stands in italics as a whole, without the marks."""

    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItem:
    """A line of a list.

    Attributes:
        level: How deep it is nested, from 0 to 3.
        number: Its number in a numbered list, or None with a bullet.
        words: What it says.
    """

    level: int
    number: int | None
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A break between scenes."""


Block: TypeAlias = Heading | Paragraph | Speech | Direction | ListItem | Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptDocument:
    """A script as blocks, in reading order."""

    blocks: tuple[Block, ...] = ()

    @property
    def text(self) -> str:
        """All that is to be read, one block a line, as a reader aloud would be given it."""
        return "\n".join(filter(None, map(_plain, self.blocks)))

    @property
    def speakers(self) -> tuple[str, ...]:
        """Everybody who speaks, in the order of appearance."""
        return tuple(dict.fromkeys(block.speaker for block in self.blocks if isinstance(block, Speech)))


def parse_script(text: str) -> ScriptDocument:
    """Read a script. Any text is a script; what is not Markdown of the kind above is shown as it stands."""
    clean = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n").replace("\r", "\n")
    return ScriptDocument(blocks=tuple(_blocks(clean.replace("\0", "�").split("\n"))))


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    pending: list[str] = []
    list_item: ListItem | None = None
    for line in (*lines, ""):
        stripped = line.expandtabs(4).rstrip()
        begun = _begun(stripped)
        goes_on = bool(stripped) and begun is None and not (pending and _SPEAKER.match(stripped.lstrip()))
        if goes_on:
            pending.append(stripped.strip())
            continue
        if pending:
            yield from _finished(pending, list_item)
        pending, list_item = [], None
        match begun:
            case ListItem():
                list_item, pending = begun, [_item_text(stripped)]
            case Heading() | Rule():
                yield begun
            case None if stripped:
                pending = [stripped.strip()]
            case _:
                pass


def _begun(line: str) -> Heading | Rule | ListItem | None:
    """The block that a line begins by its form, or None for running text."""
    if _RULE.match(line):
        return Rule()
    heading = _HEADING.match(line)
    if heading:
        title = re.sub(r"(?:^|[ \t])#+$", "", heading[2] or "").strip()
        return Heading(level=len(heading[1]), words=_words(title))
    bullet = _BULLET.match(line)
    if bullet:
        return ListItem(level=_level(bullet[1]), number=None, words=())
    numbered = _NUMBERED.match(line)
    if numbered:
        return ListItem(level=_level(numbered[1]), number=int(numbered[2]), words=())
    return None


def _item_text(line: str) -> str:
    found = _BULLET.match(line)
    if found:
        return found[2]
    numbered = _NUMBERED.match(line)
    return numbered[3] if numbered else line


def _level(indent: str) -> int:
    return min(len(indent) // 2, _MOST_LEVELS - 1)


def _finished(lines: Sequence[str], item: ListItem | None) -> Iterator[Block]:
    """The block that some lines of running text make."""
    if item is not None:
        yield ListItem(level=item.level, number=item.number, words=_words(" ".join(lines)))
        return
    text = " ".join(lines)
    speech = _SPEAKER.match(text)
    if speech and speech[2].strip():
        yield Speech(speaker=_unescaped(speech[2]).strip(), words=_words(speech[3]))
        return
    words = _words(text)
    spoken = [each for each in words if each.text.strip()]
    if spoken and all(each.is_italic for each in spoken):
        yield Direction(words=tuple(Words(text=each.text, is_bold=each.is_bold) for each in words))
    else:
        yield Paragraph(words=words)


@dataclass(slots=True)
class _Mark:
    """Stars or underscores in a line, and whether they may open or close."""

    text: str
    can_open: bool
    can_close: bool
    partner: int | None = None


def _words(line: str) -> tuple[Words, ...]:
    """The pieces of a line by look. A mark without a partner is the text that it is."""
    pieces = _pieces(line)
    _pair(pieces)
    words: list[Words] = []
    bold = italic = 0
    for index, piece in enumerate(pieces):
        if isinstance(piece, _Mark) and piece.partner is not None:
            step = 1 if piece.partner > index else -1
            bold += step * (len(piece.text) >= 2)
            italic += step * (len(piece.text) % 2)
            continue
        text = piece if isinstance(piece, str) else piece.text
        words.append(Words(text=text, is_bold=bold > 0, is_italic=italic > 0))
    return _merged(words)


def _pieces(line: str) -> list[str | _Mark]:
    pieces: list[str | _Mark] = []
    for found in _MARKS.finditer(line):
        text = found.group()
        if text[0] not in "*_":
            pieces.append(text[1:] if len(text) == 2 and text[0] == "\\" else text)
            continue
        before = line[found.start() - 1 : found.start()]
        after = line[found.end() : found.end() + 1]
        can_open = bool(after.strip()) and not (text[0] == "_" and before.isalnum())
        can_close = bool(before.strip()) and not (text[0] == "_" and after.isalnum())
        pieces.append(_Mark(text=text, can_open=can_open, can_close=can_close))
    return pieces


def _pair(pieces: Sequence[str | _Mark]) -> None:
    """Find each closing mark its opening one: the nearest of the same text; those between stay text."""
    waiting: dict[str, list[int]] = {}
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            continue
        openers = waiting.setdefault(piece.text, [])
        if piece.can_close and openers:
            opener = pieces[openers[-1]]
            assert isinstance(opener, _Mark)  # noqa: S101 - only marks wait
            opener.partner, piece.partner = index, openers.pop()
            for others in waiting.values():
                while others and others[-1] > piece.partner:
                    others.pop()
        elif piece.can_open:
            openers.append(index)


def _merged(words: Sequence[Words]) -> tuple[Words, ...]:
    """Neighbours of one look as one."""
    groups: list[tuple[tuple[bool, bool], list[str]]] = []
    for each in words:
        look = (each.is_bold, each.is_italic)
        if groups and groups[-1][0] == look:
            groups[-1][1].append(each.text)
        else:
            groups.append((look, [each.text]))
    return tuple(Words(text="".join(texts), is_bold=bold, is_italic=italic) for (bold, italic), texts in groups)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def _plain(block: Block) -> str:
    if isinstance(block, Rule):
        return ""
    said = "".join(each.text for each in block.words)
    return f"{block.speaker}: {said}" if isinstance(block, Speech) else said
