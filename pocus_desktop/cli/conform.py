"""`pocus conform`: one case of a public suite, from outside.

Every command reads a file or standard input and prints JSON (or bytes); where the input is refused it prints
`{"error": {"code", "blame", "what", "next", "params"}}` and the exit status is 1.
"""

from collections.abc import Mapping
from typing import Final

from pocus_desktop.cli.main import LazyGroup

SUITES: Final[Mapping[str, tuple[str, str]]] = {
    "webvtt": ("pocus_desktop.cli.conform_webvtt:webvtt", "Parse a WebVTT file (W3C WebVTT)."),
    "webvtt-cue": ("pocus_desktop.cli.conform_webvtt:webvtt_cue", "Print the tree of a cue's text."),
    "scxml": ("pocus_desktop.cli.conform_scxml:scxml", "Run a script-free SCXML chart."),
    "chunked": ("pocus_desktop.cli.conform_crypto:chunked", "Open a C2SP Cobblestone-256 ciphertext."),
    "dsse": ("pocus_desktop.cli.conform_crypto:dsse", "Verify one DSSE envelope."),
    "hpke": ("pocus_desktop.cli.conform_crypto:hpke", "Open one HPKE message (RFC 9180)."),
}

conform = LazyGroup("conform", commands=SUITES, help="Run one case of a public test suite from outside.")
