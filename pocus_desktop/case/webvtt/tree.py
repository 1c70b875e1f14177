"""Make the tree of a cue's text.

Follows "the WebVTT cue text parsing rules" (W3C WebVTT, section 6.4). It never fails and takes linear time.
"""

from dataclasses import dataclass, field
from typing import Final

from pocus_desktop.case.webvtt import timestamps
from pocus_desktop.case.webvtt.nodes import Node, Span, Tag, Text, Timestamp, Tree
from pocus_desktop.case.webvtt.tokens import EndTag, StartTag, StringToken, TimestampTag, tokens

TAGS: Final[dict[str, Tag]] = {
    "c": "c",
    "i": "i",
    "b": "b",
    "u": "u",
    "ruby": "ruby",
    "rt": "rt",
    "v": "v",
    "lang": "lang",
}


@dataclass(slots=True, kw_only=True)
class _Open:
    """A span whose end has not been read. The outermost stands for the whole text and has no tag."""

    tag: Tag | None = None
    classes: tuple[str, ...] = ()
    language: str | None = None
    voice: str = ""
    children: list[Node] = field(default_factory=list)


def cue_text(text: str, *, language: str | None = None) -> Tree:
    """Make the tree of a cue's text.

    Args:
        text: The text of a cue, as `Cue.text` has it.
        language: The language of the captions, where it is known; it applies wherever the text says no other.
    """
    stack = [_Open(language=language)]
    languages: list[str] = [] if language is None else [language]
    for token in tokens(text):
        match token:
            case StringToken():
                stack[-1].children.append(Text(value=token.value))
            case StartTag():
                _start(stack, languages, token)
            case EndTag():
                _finish(stack, languages, token.name)
            case TimestampTag():
                time = timestamps.collect(token.value, 0)
                if isinstance(time, timestamps.Collected) and time.position == len(token.value):
                    stack[-1].children.append(Timestamp(ms=time.ms))
    while len(stack) > 1:
        _close(stack)
    return Tree(children=tuple(stack[0].children), language=language)


def _start(stack: list[_Open], languages: list[str], token: StartTag) -> None:
    tag = TAGS.get(token.name)
    if tag is None or (tag == "rt" and stack[-1].tag != "ruby"):
        return
    if tag == "lang":
        languages.append(token.annotation or "")
    stack.append(
        _Open(
            tag=tag,
            classes=token.classes,
            language=languages[-1] if languages else None,
            voice=(token.annotation or "") if tag == "v" else "",
        )
    )


def _finish(stack: list[_Open], languages: list[str], name: str) -> None:
    current = stack[-1].tag
    if current is None:
        return
    if name == current:
        _close(stack)
        if name == "lang":
            languages.pop()
    elif name == "ruby" and current == "rt":
        _close(stack)
        _close(stack)


def _close(stack: list[_Open]) -> None:
    done = stack.pop()
    if done.tag is not None:
        stack[-1].children.append(
            Span(
                tag=done.tag,
                classes=done.classes,
                language=done.language,
                voice=done.voice,
                children=tuple(done.children),
            )
        )
