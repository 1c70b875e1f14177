"""Every code has words for both explanations, in both languages; no detail, whoever wrote it, breaks them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.kernel import words
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting.integrity.codes import DETAILS, Code, read_withheld
from pocus_desktop.sitting.integrity.noted import of_clocks
from pocus_desktop.sitting.integrity.telling import tell
from pocus_desktop.sitting.integrity.watched import watched
from pocus_desktop.sitting.ledger import ClockNote, Entry, Ledger

SAMPLES = {
    "none": "",
    "span": "2000",
    "count": "2",
    "program": "obs",
    "machine": "kvm",
    "withheld": "focus-lost 37 41000",
    "text": "why",
}


def test_every_code_says_how_its_detail_reads() -> None:
    assert set(DETAILS) == set(Code)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("code", Code)
def test_every_code_has_words_with_the_innocent_explanation_beside_the_other(code: Code, language: str) -> None:
    for part in ("what", "innocent", "other"):
        assert words.has(f"integrity.note.{code}.{part}", language), f"{code}.{part}"
    told = tell(code.value, SAMPLES[DETAILS[code]], language)
    assert "{" not in told.what + told.innocent + told.other
    assert told.innocent != told.other


def test_details_are_told_by_name_and_span() -> None:
    assert tell("program-running", "obs", "en").what == "OBS Studio is running"
    assert tell("focus-returned", "62000", "en").what == "The sitting's window was in front again after 1 min 2 s"
    assert tell("clock-changed", "-3600000", "en").what == "The computer's clock was changed by 60 min"
    withheld = tell("withheld", "focus-lost 37 41000", "en").what
    assert withheld == "37 more of the same in short order, 41 s together: Another window came to the front"


def test_a_code_of_a_newer_program_is_told_by_its_own_name() -> None:
    told = tell("eyes-closed", "often", "es")
    assert told.what == "eyes-closed: often"
    assert told.innocent


@given(st.sampled_from([*(code.value for code in Code), "", "nonsense"]), st.text(max_size=60))
def test_no_detail_breaks_the_words(code: str, detail: str) -> None:
    assert isinstance(tell(code, detail, "en").what, str)
    read_withheld(detail)


def test_the_lists_name_each_program_once_and_find_it_as_each_system_writes_it() -> None:
    lists = watched()
    assert lists.programs_of(["OBS64.exe", "bash", "simplescreenrec", "zoom.us"]) == {
        "obs",
        "simplescreenrecorder",
        "zoom",
    }
    assert lists.machine_of("innotek GmbH VirtualBox") == "virtualbox"
    assert lists.machine_of("LENOVO 20XW") == ""
    assert all(name == name.lower() for name in lists.by_process)


def test_the_ledger_shows_changed_clocks_and_sleep_as_notes() -> None:
    last = Reading(monotonic_ms=1, wall_ms=1, boot_id="b")
    ledger = Ledger(
        last=last,
        notes=(ClockNote(kind="set-back", delta_ms=-3_600_000, wall_ms=5),),
        entries=(
            Entry(kind="gap", amount_ms=60_000, at_ms=0, reason="slept"),
            Entry(kind="gap", amount_ms=5_000, at_ms=0, reason="crashed"),
        ),
    )
    assert [(one.what.value, one.detail) for one in of_clocks(ledger)] == [
        ("clock-changed", "-3600000"),
        ("slept", "60000"),
    ]
