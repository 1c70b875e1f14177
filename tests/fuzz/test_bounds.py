"""Inputs as large as a reader takes, made to cost it most: processor time stays below a person's patience.

Guided runs keep inputs short; what grows faster than its input is found here.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import pytest

from pocus_desktop.admission import admission, roster
from pocus_desktop.admission.day_key import read_words
from pocus_desktop.admission.scan_text import MAXIMUM_TEXT, from_text
from pocus_desktop.case.webvtt import cue_text, lint, parse, runs
from pocus_desktop.crypto import dsse
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from tests.fuzz.target import HUBS
from tests.hostile import people

SECONDS: Final = 8.0
_CUE: Final = b"WEBVTT\n\n00:00.000 --> 00:01.000\n"


def _captions(text: bytes) -> None:
    for cue in parse(_CUE + text).cues:
        runs(cue_text(cue.text))
    lint(_CUE + text)


def _signatures() -> bytes:
    return canonical.encode(
        {"payload": "", "payloadType": "x", "signatures": [{"keyid": "a", "sig": "AAAA"}] * 100_000}
    )


def _many_admissions() -> bytes:
    [one] = people.rostered()["admissions"]
    return people.signed(people.TYPES["roster"], people.rostered(admissions=[one] * 2000))


def _many_recipients() -> bytes:
    return people.signed(
        people.TYPES["admission"], people.admitted(recipients=[people.ACADEMY.public.as_json()] * 10_000)
    )


COSTLY: Final[dict[str, Callable[[], object]]] = {
    "beginnings of parts": lambda: from_text("POCUS:" * (MAXIMUM_TEXT // 6)),
    "blanks after a beginning": lambda: from_text("POCUS" + " " * (MAXIMUM_TEXT - 5)),
    "fields of a part": lambda: from_text("POCUS:1:" + ":" * (MAXIMUM_TEXT - 8)),
    "words": lambda: read_words("abandon " * 500_000),
    "tags": lambda: _captions(b"<b>" * 50_000),
    "tags that end nothing": lambda: _captions(b"<i></b>" * 20_000),
    "classes in one another": lambda: _captions(b"".join(b"<c.x%d>t" % number for number in range(2000))),
    "references": lambda: _captions(b"&am" * 50_000),
    "cues": lambda: lint(b"WEBVTT\n\n" + b"00:00.000 --> 00:01.000\nx\n\n" * 10_000),
    "regions": lambda: parse(b"WEBVTT\n\n" + b"REGION\nid:a\n\n" * 20_000),
    "signatures": lambda: dsse.Envelope.parse(_signatures()),
    "nesting": lambda: dsse.Envelope.parse(b"[" * 3_000_000),
    "digits": lambda: dsse.Envelope.parse(b"[" + b"9" * 3_000_000 + b"]"),
    "admissions": lambda: roster.verify_roster(_many_admissions(), HUBS),
    "recipients": lambda: admission.verify(_many_recipients(), HUBS),
}


@pytest.mark.parametrize("name", COSTLY)
def test_the_most_that_a_reader_takes_costs_little(name: str) -> None:
    begun = time.process_time()
    with suppress(PocusError):
        COSTLY[name]()
    assert time.process_time() - begun < SECONDS


def test_what_begins_more_parts_than_anyone_scans_is_refused_at_once() -> None:
    with pytest.raises(PocusError, match=r"scan\.bad_part"):
        from_text("POCUS:" * 10_001)
