"""Read a captions file as a player does: the W3C WebVTT parser algorithm. It never fails and takes linear time."""

from typing import ClassVar

from pocus_desktop.case.webvtt.blocks import Stylesheet, blocks, decoded, has_signature
from pocus_desktop.case.webvtt.model import Cue, Document, Region
from pocus_desktop.kernel.errors import Blame, PocusError


class NotWebVttError(PocusError):
    """A file does not begin with the WebVTT signature. For those who must refuse it; `parse` never raises."""

    code: ClassVar[str] = "case.captions_not_webvtt"
    blame: ClassVar[Blame] = Blame.CONTENT


def parse(data: str | bytes) -> Document:
    """Read a file's bytes (or its text) into cues, regions and style sheets.

    What does not parse is passed over, as the W3C algorithm says; `lint` tells the author about it. A file without the
    WebVTT signature gives an empty document with `has_signature` false.
    """
    text = decoded(data)
    if not has_signature(text):
        return Document(has_signature=False)
    cues: list[Cue] = []
    regions: list[Region] = []
    styles: list[str] = []
    for block in blocks(text.split("\n")):
        match block.content:
            case Cue():
                cues.append(block.content)
            case Region():
                regions.append(block.content)
            case Stylesheet():
                styles.append(block.content.text)
            case None:
                pass
    return Document(cues=tuple(cues), regions=tuple(regions), styles=tuple(styles))
