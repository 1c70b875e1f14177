"""`pocus conform webvtt` and `pocus conform webvtt-cue`: the public WebVTT suite from outside (formats/captions 7)."""

import json
from decimal import Decimal
from typing import Any, Final

import click

from pocus_desktop.case.webvtt.blocks import decoded
from pocus_desktop.case.webvtt.dump import dump
from pocus_desktop.case.webvtt.model import Cue, Document, Region
from pocus_desktop.case.webvtt.parser import NotWebVttError, parse
from pocus_desktop.case.webvtt.tree import cue_text
from pocus_desktop.cli.conform_input import STANDARD_INPUT, read_input, refusing

CUE_HEAD: Final = "WEBVTT\n\n00:00.000 --> 00:01.000\n"
_LARGEST_WRITTEN_OUT: Final = 1e21


@click.command("webvtt")
@click.argument("file", metavar="[FILE]", default=STANDARD_INPUT)
@refusing
def webvtt(file: str) -> None:
    """Parse the WebVTT FILE (standard input where left out or "-") and print cues, regions and style sheets as JSON.

    Names and values are those of VTTCue and VTTRegion: times in seconds, "auto" where the API says so, the region of a
    cue by its id. A file without the WebVTT signature is refused with an error object and exit status 1.
    """
    document = parse(read_input(file))
    if not document.has_signature:
        raise NotWebVttError
    click.echo(json.dumps(as_json(document)))


@click.command("webvtt-cue")
@click.argument("file", metavar="[FILE]", default=STANDARD_INPUT)
@refusing
def webvtt_cue(file: str) -> None:
    """Print the tree of the cue text in FILE (standard input where left out) in the html5lib tree-construction format.

    FILE holds a cue's text and nothing else. It is read as the text of a cue that stands last in a WebVTT file, as the
    public suite does it: a line break at the very end belongs to the file and not to the text, and the text ends before
    the first blank line and before a line with an arrow. The first line printed is "#document-fragment".
    """
    cues = parse(CUE_HEAD + decoded(read_input(file))).cues
    click.echo(dump(cue_text(cues[0].text)).encode())


def as_json(document: Document) -> dict[str, Any]:
    """A document with the names of the WebVTT API."""
    return {
        "cues": [_cue(cue) for cue in document.cues],
        "regions": [_region(region) for region in document.regions],
        "styles": list(document.styles),
    }


def _cue(cue: Cue) -> dict[str, Any]:
    return {
        "id": cue.id,
        "start": _number(cue.start),
        "end": _number(cue.end),
        "pauseOnExit": cue.pause_on_exit,
        "region": cue.region,
        "vertical": cue.vertical,
        "snapToLines": cue.snap_to_lines,
        "line": cue.line if cue.line == "auto" else _number(cue.line),
        "lineAlign": cue.line_align,
        "position": cue.position if cue.position == "auto" else _number(cue.position),
        "positionAlign": cue.position_align,
        "size": _number(cue.size),
        "align": cue.align,
        "text": cue.text,
    }


def _region(region: Region) -> dict[str, Any]:
    return {
        "id": region.id,
        "width": _number(region.width),
        "lines": region.lines,
        "regionAnchorX": _number(region.region_anchor_x),
        "regionAnchorY": _number(region.region_anchor_y),
        "viewportAnchorX": _number(region.viewport_anchor_x),
        "viewportAnchorY": _number(region.viewport_anchor_y),
        "scroll": region.scroll,
    }


def _number(value: float) -> float | int:
    """A number as a browser writes it: the shortest digits that mean it, whole ones without a full stop."""
    if value.is_integer() and abs(value) < _LARGEST_WRITTEN_OUT:
        return int(Decimal(repr(value)))
    return value
