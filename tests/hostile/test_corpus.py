"""The hostile corpus: each file is refused by its own name, changes nothing, and is what the code here makes."""

from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from pocus_desktop.admission import (
    allowance,
    day_key,
    documents,
    enrolling,
    proctor_order,
    roster,
    scan_text,
    unlock_errors,
)
from pocus_desktop.admission import errors as admission_errors
from pocus_desktop.bundle import container_errors
from pocus_desktop.bundle import errors as bundle_errors
from pocus_desktop.bundle.depot import errors as depot_errors
from pocus_desktop.bundle.trust import errors as trust_errors
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import errors as sitting_errors
from tests.fuzz.tellable import require_tellable
from tests.hostile.corpus import FOLDER, as_files, on_disk, rows
from tests.hostile.everything import all_cases
from tests.hostile.readers import READERS, refusal

MAXIMUM_BYTES: Final = 1_500_000
ROWS: Final = {row["file"]: row for row in rows()}


@pytest.mark.parametrize("file", ROWS)
def test_a_hostile_file_is_refused_by_name(file: str, tmp_path: Path) -> None:
    row = ROWS[file]
    problem, reason = refusal(row["kind"], FOLDER / file, tmp_path)
    assert problem is not None, "it was taken in"
    assert (problem.code, reason) == (row["code"], row.get("reason", ""))
    require_tellable(problem)


def test_the_files_are_what_the_code_makes() -> None:
    made, found = as_files(all_cases()), on_disk()
    assert sorted(made) == sorted(found)
    assert [name for name in made if made[name] != found[name]] == [], "make them anew: python -m tests.hostile"


def test_the_corpus_is_small_and_names_every_reader() -> None:
    assert sum(map(len, on_disk().values())) < MAXIMUM_BYTES
    assert {row["kind"] for row in ROWS.values()} == set(READERS)


PROGRAM = "a fault of the program"
PERSON = "what a person does, not what a file holds"
COMPUTER = "the state of this computer: its disk, or another process"
PUBLISHER = "met by whoever makes or publishes, before there is a file; tests/bundle holds it"
BASE = "never raised: the class of those below it"
RESULT = "of journals, events and sealed results: tests/e2e/test_broken_journal.py and test_bad_results.py hold it"
UNREACHED: Final[dict[str, str]] = {
    "bundle.manifest_too_large": "the file would be larger than 32 MiB; 5.4 asks for what is signed before that",
    "bundle.unreadable": COMPUTER,
    "bundle.closed": PROGRAM,
    "bundle.cancelled": PERSON,
    "bundle.bad_source": PUBLISHER,
    "bundle.source_unreadable": PUBLISHER,
    "bundle.source_changed": PUBLISHER,
    "bundle.cannot_write": COMPUTER,
    "bundle.library_busy": COMPUTER,
    "bundle.not_in_library": "what is asked for is not here; no file came",
    "bundle.content_locked": "a key is missing, which no file brings about",
    "bundle.no_such_member": "a program asks for a name that the bundle does not have",
    "trust.never_refreshed": "nothing but a root is here yet",
    "trust.damaged": "what a station kept was changed on its own disk; tests/bundle/trust/test_refusals.py does that",
    "trust.not_enrolled": "no root was pinned",
    "trust.unknown_programme": PUBLISHER,
    "trust.bad_ceremony": PERSON,
    "trust.busy": COMPUTER,
    "trust.no_keys_here": PERSON,
    "trust.key_may_not_sign": PERSON,
    "trust.bad_request": "tests/bundle/trust/test_fuzz.py spoils signing requests in every place",
    "trust.other_request": "two right files that do not belong together",
    "trust.nothing_staged": PERSON,
    "depot.not_listed": "what is asked for is not listed; no file came",
    "depot.busy": COMPUTER,
    "depot.version_not_higher": PUBLISHER,
    "depot.other_programme": PUBLISHER,
    "depot.stick_full": COMPUTER,
    "depot.stick_is_depot": PERSON,
    "order.refused": BASE,
    "order.reason_needed": "told to whoever makes one; one that comes without its reason is no order: see the files",
    "sitting.unlock_refused": BASE,
    "sitting.nothing_waits_for_words": PERSON,
    "sitting.already_unlocked": PERSON,
    "sitting.refused": BASE,
    "sitting.day_words_wrong": "hardly any words have none like them: tests/admission/test_day_key.py",
    "sitting.day_words_refused": BASE,
    "trust.short_passphrase": PERSON,
    "enrolment.already_enrolled": "what a person asks of a computer that was enrolled before",
    "enrolment.older_grant": "judged against the grant that was taken in before: tests/hub/test_enrolments.py",
    "scan.refused": BASE,
    "scan.too_large": "the text would be larger than 4 MiB",
    "sitting.already_open": COMPUTER,
    "sitting.already_exists": PROGRAM,
    "sitting.no_sitting": COMPUTER,
    "sitting.other_admission": "of two right files: tests/e2e/test_bad_admissions.py",
    "sitting.disk_full": COMPUTER,
    "sitting.disk_read_only": COMPUTER,
    "sitting.disk_failed": COMPUTER,
    "sitting.append_only": PROGRAM,
    "sitting.handed_in": PERSON,
    "sitting.moved_away": "the computer's own note that it let go of a sitting; tests/sitting/test_packing.py",
    "sitting.revoked_receipt": "a key that was revoked later, which no file brings about; tests/hub/test_rotation.py",
    "sitting.bad_content": "of a bundle's case, which authoring checks: tests/authoring",
    **dict.fromkeys(
        (
            "sitting.not_a_journal",
            "sitting.journal_damaged",
            "sitting.journal_altered",
            "sitting.journal_cut",
            "sitting.newer_journal",
            "sitting.cannot_resume",
            "sitting.bad_event",
            "sitting.newer_event",
            "sitting.bad_history",
            "sitting.unfair_history",
            "sitting.not_sealed_result",
            "sitting.newer_sealed_result",
            "sitting.sealed_result_cut",
            "sitting.sealed_result_altered",
            "sitting.not_for_this_key",
            "sitting.unknown_station",
            "sitting.sealed_result_too_large",
            "sitting.no_scoring_key",
        ),
        RESULT,
    ),
}
MODULES: Final = (
    container_errors,
    bundle_errors,
    trust_errors,
    depot_errors,
    sitting_errors,
    admission_errors,
    unlock_errors,
    allowance,
    documents,
    enrolling,
    proctor_order,
    roster,
    scan_text,
    day_key,
)


def _codes(module: ModuleType) -> set[str]:
    found = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, PocusError)]
    return {each.code for each in found if each.__module__ == module.__name__ and "code" in vars(each)}


def test_every_error_has_a_file_or_a_reason_why_it_has_none() -> None:
    met = {row["code"] for row in ROWS.values()} | {row.get("reason", "") for row in ROWS.values()}
    defined = set().union(*map(_codes, MODULES))
    assert sorted(defined - met - set(UNREACHED)) == []
    assert sorted(set(UNREACHED) - defined) == [], "a reason without an error"
    assert sorted(set(UNREACHED) & met) == [], "a reason beside a file"
