"""The guide of locks against the code: nothing that keeps a candidate from going on is missing, nothing is made up."""

import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from pocus_desktop.admission import (
    enrolment,
    latest_time,
    move_permit,
    room_code,
    sign_in,
    sign_in_lock,
    trusting,
    unlock_errors,
)
from pocus_desktop.admission import errors as admission_errors
from pocus_desktop.app import station
from pocus_desktop.kernel import volumes, words
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import errors as sitting_errors
from pocus_desktop.sitting import views
from pocus_desktop.sitting.moving import errors as moving_errors
from pocus_desktop.ui.candidate.window import SCREENS

GUIDE: Final = (Path(__file__).parents[2] / "docs" / "guides" / "locks.md").read_text(encoding="utf-8")
CITED: Final = set(re.findall(r"`((?:app|bundle|code|kernel|move|sitting|windows)\.[a-z_]+)`", GUIDE))

ON_THE_WAY: Final[tuple[ModuleType, ...]] = (
    admission_errors,
    enrolment,
    latest_time,
    move_permit,
    moving_errors,
    sign_in,
    sign_in_lock,
    sitting_errors,
    station,
    trusting,
    unlock_errors,
    volumes,
)
"""Where everything is defined that a sign-in, a sitting or a move refuses with."""

OF_RESULTS: Final = frozenset(
    {
        "sitting.bad_receipt",
        "sitting.newer_sealed_result",
        "sitting.not_for_this_key",
        "sitting.not_sealed_result",
        "sitting.other_receipt",
        "sitting.revoked_receipt",
        "sitting.sealed_result_altered",
        "sitting.sealed_result_cut",
        "sitting.sealed_result_too_large",
        "sitting.unfair_history",
        "sitting.unknown_station",
    }
)
"""Met by who reads a result or a receipt, when nobody sits any more."""

STANDSTILLS: Final = {
    views.IdentityView: "start",
    views.PausedView: "resume",
    views.BreakView: "ends by itself",
    views.StoppedView: "move",
}
"""The screens on which a candidate may have to wait for somebody, and what the guide says of them."""


def _codes(module: ModuleType) -> set[str]:
    found = (one for _, one in inspect.getmembers(module, inspect.isclass) if issubclass(one, PocusError))
    return {one.code for one in found if one.__module__ == module.__name__}


@pytest.mark.parametrize("module", ON_THE_WAY, ids=lambda module: module.__name__)
def test_every_refusal_on_the_way_stands_in_the_guide(module: ModuleType) -> None:
    codes = _codes(module)
    assert codes
    assert sorted(codes - CITED - OF_RESULTS) == []


def test_the_guide_makes_nothing_up() -> None:
    known = {key.removeprefix("errors.").rpartition(".")[0] for key in words.table("en") if key.startswith("errors.")}
    assert sorted(CITED - known) == []
    assert set().union(*map(_codes, ON_THE_WAY)) >= OF_RESULTS
    assert CITED.isdisjoint(OF_RESULTS)


def test_the_guide_names_every_deed_of_a_code() -> None:
    assert [
        purpose for purpose in room_code.PURPOSES if f"`{purpose}`" not in GUIDE and f"`{purpose}:" not in GUIDE
    ] == []


def test_each_lock_says_why_and_what_to_do_next() -> None:
    for code in CITED:
        told = words.explain(code, {}, "en")
        assert told.what.strip()
        assert told.next.strip(), code


def test_every_screen_that_may_stand_still_has_its_way_on_in_the_guide() -> None:
    """A new screen has to be thought about: it leads on by the candidate's own deed, or stands here with its way on."""
    leads_on = {
        views.SystemCheckView,
        views.AgreementView,
        views.ComfortView,
        views.TutorialView,
        views.ReadyView,
        views.CaseView,
        views.ReviewView,
        views.HandedInView,
        views.SurveyView,
        views.FarewellView,
    }
    assert set(SCREENS) == leads_on | set(STANDSTILLS)
    assert all(way in GUIDE for way in STANDSTILLS.values())
