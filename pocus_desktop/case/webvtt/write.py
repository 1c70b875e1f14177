"""Write captions: a document, cue or tree as WebVTT text that reads back as the same (formats/captions 5).

Some values have no way to be written (an id with a line break, an arrow in a cue's text, a region without an id). Those
are refused by name instead of being written as something else.
"""

from decimal import Decimal
from typing import ClassVar, Final

from pocus_desktop.case.webvtt import timestamps
from pocus_desktop.case.webvtt.blocks import ARROW
from pocus_desktop.case.webvtt.model import Cue, Document, Region
from pocus_desktop.case.webvtt.nodes import Enter, Leaf, Leave, Text, Tree, walk
from pocus_desktop.case.webvtt.parser import parse
from pocus_desktop.kernel.errors import Blame, PocusError

_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_LINE_FEED: Final = "&#10;"
_DEFAULT_REGION: Final = Region()


class CaptionsNotWritableError(PocusError):
    """A document holds something that no WebVTT file can say."""

    code: ClassVar[str] = "case.captions_not_writable"
    blame: ClassVar[Blame] = Blame.CONTENT


def write(document: Document) -> str:
    """Write a document as a WebVTT file that `parse` reads back as the same document.

    Raises:
        CaptionsNotWritableError: Something in it cannot be said in WebVTT; the parameter `part` says what, counted
            from 1 in the order regions, styles, cues.
    """
    parts = (
        *((f"region {number}", write_region(region)) for number, region in enumerate(document.regions, 1)),
        *((f"style {number}", f"STYLE\n{style}") for number, style in enumerate(document.styles, 1)),
        *((f"cue {number}", write_cue(cue)) for number, cue in enumerate(document.cues, 1)),
    )
    text = "".join(f"{block}\n\n" for block in ("WEBVTT", *(block for _, block in parts)))
    if parse(text) != document:
        raise CaptionsNotWritableError(part=_first_fault(document))
    return text[:-1]


def write_region(region: Region) -> str:
    """A REGION block, without a line break at its end. Settings at their defaults are left out."""
    said = [f"id:{region.id}"] if region.id else []
    if region.width != _DEFAULT_REGION.width:
        said.append(f"width:{_percentage(region.width)}")
    if region.lines != _DEFAULT_REGION.lines:
        said.append(f"lines:{region.lines}")
    if (region.region_anchor_x, region.region_anchor_y) != (0, 100):
        said.append(f"regionanchor:{_percentage(region.region_anchor_x)},{_percentage(region.region_anchor_y)}")
    if (region.viewport_anchor_x, region.viewport_anchor_y) != (0, 100):
        said.append(f"viewportanchor:{_percentage(region.viewport_anchor_x)},{_percentage(region.viewport_anchor_y)}")
    if region.scroll:
        said.append(f"scroll:{region.scroll}")
    return "\n".join(["REGION", *(said or ["scroll:none"])])


def write_cue(cue: Cue) -> str:
    """A cue's block, without a line break at its end. Settings at their defaults are left out."""
    said = []
    if cue.vertical:
        said.append(f"vertical:{cue.vertical}")
    if cue.line != "auto":
        place = _decimal(cue.line) if cue.snap_to_lines else _percentage(cue.line)
        said.append(f"line:{place}" + (f",{cue.line_align}" if cue.line_align != "start" else ""))
    if cue.position != "auto":
        alignment = f",{cue.position_align}" if cue.position_align != "auto" else ""
        said.append(f"position:{_percentage(cue.position)}{alignment}")
    if cue.size != 100:
        said.append(f"size:{_percentage(cue.size)}")
    if cue.align != "center":
        said.append(f"align:{cue.align}")
    if cue.region is not None:
        said.append(f"region:{cue.region}")
    times = f"{timestamps.written(cue.start_ms)} {ARROW} {timestamps.written(cue.end_ms)}"
    lines = [cue.id] if cue.id else []
    lines.append(" ".join([times, *said]))
    if cue.text:
        lines.append(cue.text)
    return "\n".join(lines)


def write_text(tree: Tree) -> str:
    """The text of a cue that `cue_text` reads back as the same tree, where the tree came from `cue_text`.

    Two texts that stand beside each other are written with an empty tag between them, which means nothing. The text has
    no blank line and no arrow, so that it may stand in a file.
    """
    pieces: list[str] = []
    was_text = False
    for step in walk(tree):
        is_text = False
        match step:
            case Enter(span=span):
                note = span.voice if span.tag == "v" else (span.language or "") if span.tag == "lang" else ""
                classes = "".join(f".{name}" for name in span.classes)
                pieces.append(f"<{span.tag}{classes}{' ' if note else ''}{note.translate(_ESCAPES)}>")
            case Leave(span=span):
                pieces.append(f"</{span.tag}>")
            case Leaf(node=Text(value=value)):
                is_text = True
                pieces.append("<>" + _escaped(value) if was_text else _escaped(value))
            case Leaf(node=node) if not isinstance(node, Text):
                pieces.append(f"<{timestamps.written(node.ms)}>")
            case _:
                pass
        was_text = is_text
    text = "".join(pieces)
    if text.startswith("\n"):
        text = _LINE_FEED + text[1:]
    return text[:-1] + _LINE_FEED if text.endswith("\n") else text


def _first_fault(document: Document) -> str:
    """The first part of a document that does not read back as itself, for the message."""
    for number, region in enumerate(document.regions, 1):
        if parse(f"WEBVTT\n\n{write_region(region)}\n") != Document(regions=(region,)):
            return f"region {number}"
    for number, style in enumerate(document.styles, 1):
        if parse(f"WEBVTT\n\nSTYLE\n{style}\n") != Document(styles=(style,)):
            return f"style {number}"
    for number, cue in enumerate(document.cues, 1):
        known = document.region(cue.region)
        regions = (known,) if known is not None else ()
        head = "".join(f"{write_region(region)}\n\n" for region in regions)
        if parse(f"WEBVTT\n\n{head}{write_cue(cue)}\n") != Document(regions=regions, cues=(cue,)):
            return f"cue {number}"
    return "the signature" if not document.has_signature else "the order of its parts"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES).replace("\n\n", "\n" + _LINE_FEED)


def _percentage(number: float) -> str:
    return f"{_decimal(number)}%"


def _decimal(number: float) -> str:
    """A number without an exponent, in the fewest digits that read back as it."""
    written = format(Decimal(repr(number)), "f")
    return written.removesuffix(".0")
