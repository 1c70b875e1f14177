"""The tree of a cue's text: what the WebVTT cue text parsing rules make of it (W3C WebVTT, section 6.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Tag: TypeAlias = Literal["c", "i", "b", "u", "ruby", "rt", "v", "lang"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A piece of text. Two pieces may stand beside each other where a tag between them meant nothing."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """The moment from which what follows is current, in milliseconds of the clip."""

    ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Text inside a tag.

    Attributes:
        tag: The tag: class, italics, bold, underline, ruby, ruby text, voice or language.
        classes: The classes written on the tag, in order.
        language: The language that applies inside, as written (BCP 47), or None where none was said.
        voice: Who speaks, for a voice tag; else "".
        children: What stands inside.
    """

    tag: Tag
    classes: tuple[str, ...] = ()
    language: str | None = None
    voice: str = ""
    children: "tuple[Node, ...]" = ()


Node: TypeAlias = Text | Timestamp | Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The whole text of a cue (the specification's "list of WebVTT Node Objects").

    Attributes:
        children: What the text begins with, in order.
        language: The language of the captions, or None where it is not known.
    """

    children: tuple[Node, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """A walk goes into a span, this many spans deep (0 is the top)."""

    span: Span
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """A walk comes out of a span."""

    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A walk meets text or a timestamp, this many spans deep."""

    node: Text | Timestamp
    depth: int


def walk(tree: Tree) -> Iterator[Enter | Leave | Leaf]:
    """Everything in the tree in reading order, without recursion: a hostile cue may nest tags without end."""
    stack: list[tuple[Span | None, Iterator[Node]]] = [(None, iter(tree.children))]
    while stack:
        span, children = stack[-1]
        node = next(children, None)
        if node is None:
            stack.pop()
            if span is not None:
                yield Leave(span=span)
        elif isinstance(node, Span):
            yield Enter(span=node, depth=len(stack) - 1)
            stack.append((node, iter(node.children)))
        else:
            yield Leaf(node=node, depth=len(stack) - 1)


def plain_text(tree: Tree) -> str:
    """The text alone, without ruby text (the specification's rules for a chapter title)."""
    pieces: list[str] = []
    ruby_texts = 0
    for step in walk(tree):
        match step:
            case Enter():
                ruby_texts += step.span.tag == "rt"
            case Leave():
                ruby_texts -= step.span.tag == "rt"
            case Leaf(node=Text(value=value)) if not ruby_texts:
                pieces.append(value)
            case Leaf():
                pass
    return "".join(pieces)
