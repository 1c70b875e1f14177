"""WebVTT captions: read a file as a player does, take a cue's text apart, flatten it for drawing, check, write."""

from pocus_desktop.case.webvtt.lint import lint
from pocus_desktop.case.webvtt.lint_report import Limits
from pocus_desktop.case.webvtt.model import Cue, Document, Region
from pocus_desktop.case.webvtt.nodes import Node, Span, Text, Timestamp, Tree, plain_text
from pocus_desktop.case.webvtt.parser import NotWebVttError, parse
from pocus_desktop.case.webvtt.runs import Line, Ruby, Run, runs
from pocus_desktop.case.webvtt.tree import cue_text
from pocus_desktop.case.webvtt.write import CaptionsNotWritableError, write, write_text

__all__ = [
    "CaptionsNotWritableError",
    "Cue",
    "Document",
    "Limits",
    "Line",
    "Node",
    "NotWebVttError",
    "Region",
    "Ruby",
    "Run",
    "Span",
    "Text",
    "Timestamp",
    "Tree",
    "cue_text",
    "lint",
    "parse",
    "plain_text",
    "runs",
    "write",
    "write_text",
]
