"""A cue's tree as lines of styled runs, so that the screen only draws (formats/captions 6).

A run is a piece of text in which nothing changes. Line breaks in the text begin a new line. Ruby text is not a run: it
hangs on the runs that it stands above.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from pocus_desktop.case.webvtt.nodes import Enter, Leaf, Leave, Span, Text, Timestamp, Tree, walk

COLORS: Final = frozenset({"white", "lime", "cyan", "red", "yellow", "magenta", "blue", "black"})
"""The colours that WebVTT gives to classes of these names (text) and of these names after `bg_` (background).

Of several on one tag the one written last wins (W3C WebVTT, section 5).
"""

MOST_CLASSES: Final = 32
"""How many classes a run tells at most: a hostile cue may pile them up without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruby:
    """Text above a base. Neighbouring runs that carry the same `index` share it."""

    index: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Text of one look.

    Attributes:
        text: The text, without line breaks; empty only where ruby text stands above nothing.
        is_bold: Inside a bold tag.
        is_italic: Inside an italics tag.
        is_underlined: Inside an underline tag.
        voice: Who speaks, or "".
        classes: The classes of all tags around it, outermost first, each once, at most `MOST_CLASSES`.
        language: The language that applies (BCP 47, as written), or None.
        color: The name of the text colour that a class asks for, or None.
        background: The same for the background.
        ruby: The text above it, or None.
        active_from_ms: From when in the clip it is no longer "to come", or None where no timestamp stands before it.
    """

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_underlined: bool = False
    voice: str = ""
    classes: tuple[str, ...] = ()
    language: str | None = None
    color: str | None = None
    background: str | None = None
    ruby: Ruby | None = None
    active_from_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a cue, before any wrapping."""

    runs: tuple[Run, ...] = ()

    @property
    def text(self) -> str:
        """The text of the line, without ruby text."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A run, and the number of the base that it belongs to, if any."""

    run: Run
    base: int | None


@dataclass(slots=True, kw_only=True)
class _Flattener:
    """Where a walk through the tree stands."""

    looks: list[Run]
    lines: list[list[_Piece]] = field(default_factory=lambda: [[]])
    bases: list[int] = field(default_factory=list)
    base_count: int = 0
    bases_with_runs: set[int] = field(default_factory=set)
    ruby_texts: dict[int, str] = field(default_factory=dict)
    ruby_depth: int = 0
    ruby_pieces: list[str] = field(default_factory=list)
    active_from_ms: int | None = None

    def enter(self, span: Span) -> None:
        """Go into a span: what it changes about the look holds until it is left."""
        look = self.looks[-1]
        color, background = _colors(span.classes)
        self.looks.append(
            replace(
                look,
                is_bold=look.is_bold or span.tag == "b",
                is_italic=look.is_italic or span.tag == "i",
                is_underlined=look.is_underlined or span.tag == "u",
                voice=span.voice if span.tag == "v" else look.voice,
                classes=_joined(look.classes, span.classes),
                language=span.language if span.language is not None else look.language,
                color=color or look.color,
                background=background or look.background,
            )
        )
        if span.tag == "ruby":
            self.bases.append(self._next_base())
        self.ruby_depth += span.tag == "rt"

    def leave(self, span: Span) -> None:
        """Come out of a span."""
        self.looks.pop()
        if span.tag == "ruby":
            self.bases.pop()
        if span.tag == "rt":
            self.ruby_depth -= 1
            if not self.ruby_depth:
                self._annotate()

    def text(self, value: str) -> None:
        """Add text in the present look."""
        if self.ruby_depth:
            self.ruby_pieces.append(value)
            return
        for index, piece in enumerate(value.split("\n")):
            if index:
                self.lines.append([])
            if piece:
                self._add(piece)

    def finished(self) -> tuple[Line, ...]:
        """The lines, with the ruby text hung on the runs of its base."""
        return tuple(Line(runs=tuple(map(self._with_ruby, line))) for line in self.lines)

    def _add(self, text: str) -> None:
        base = self.bases[-1] if self.bases else None
        if base is not None:
            self.bases_with_runs.add(base)
        run = replace(self.looks[-1], text=text, active_from_ms=self.active_from_ms)
        self.lines[-1].append(_Piece(run=run, base=base))

    def _next_base(self) -> int:
        self.base_count += 1
        return self.base_count - 1

    def _annotate(self) -> None:
        """Hang ruby text on the base that stands before it, and begin the next base."""
        base, text = self.bases[-1], "".join(self.ruby_pieces)
        self.ruby_pieces = []
        if text:
            if base not in self.bases_with_runs:
                self._add("")
            self.ruby_texts[base] = text
        self.bases[-1] = self._next_base()

    def _with_ruby(self, piece: _Piece) -> Run:
        if piece.base is None or piece.base not in self.ruby_texts:
            return piece.run
        return replace(piece.run, ruby=Ruby(index=piece.base, text=self.ruby_texts[piece.base]))


def runs(tree: Tree) -> tuple[Line, ...]:
    """Flatten a cue's tree into lines of runs; at least one line. Takes no recursion."""
    flattener = _Flattener(looks=[Run(text="", language=tree.language)])
    for step in walk(tree):
        match step:
            case Enter(span=span):
                flattener.enter(span)
            case Leave(span=span):
                flattener.leave(span)
            case Leaf(node=Text(value=value)):
                flattener.text(value)
            case Leaf(node=Timestamp(ms=ms)):
                flattener.active_from_ms = ms
            case _:
                pass
    return flattener.finished()


def plain(lines: Iterable[Line]) -> str:
    """The text of some lines, without ruby text, as a reader aloud would be given it."""
    return "\n".join(line.text for line in lines)


def _colors(classes: Iterable[str]) -> tuple[str | None, str | None]:
    color: str | None = None
    background: str | None = None
    for name in classes:
        if name in COLORS:
            color = name
        elif name.startswith("bg_") and name.removeprefix("bg_") in COLORS:
            background = name.removeprefix("bg_")
    return color, background


def _joined(outer: tuple[str, ...], inner: tuple[str, ...]) -> tuple[str, ...]:
    if not inner or len(outer) == MOST_CLASSES:
        return outer
    return tuple(dict.fromkeys((*outer, *inner)))[:MOST_CLASSES]
