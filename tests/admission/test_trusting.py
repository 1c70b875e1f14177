"""What a station believes, and what may begin when it has not heard from the academy for long."""

from pathlib import Path

import pytest

from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.admission.trusting import OVERRIDE_MS, Override, Trusting
from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust.academy import AcademyPolicy, StaleRule
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import Home
from tests.bundle.trust.academy import AREA, DAY_MS, NOW_MS, Academy, key

LATE_MS = NOW_MS + 60 * DAY_MS


@pytest.fixture
def academy(tmp_path: Path) -> Academy:
    academy = Academy(folder=tmp_path / "depot")
    academy.found(policy=AcademyPolicy(hubs=(key("new hub").public,), hub_url="https://hub.example"))
    return academy


@pytest.fixture
def home(tmp_path: Path, academy: Academy) -> Home:
    home = Home(folder=tmp_path / "home")
    Enrolment(publishers=(key("by hand").public,), hubs=(key("old hub").public,)).save(home.trust)
    TrustClient(home.trust_state).enrol(academy.root)
    return home


def refresh(home: Home, academy: Academy) -> Trusting:
    TrustClient(home.trust_state).refresh([FolderCarrier(academy.folder)], now_ms=NOW_MS)
    return Trusting.load(home)


def code_of(trusting: Trusting, mode: str, now_ms: int = LATE_MS) -> str:
    with pytest.raises(PocusError) as caught:
        trusting.require_may_begin(mode, now_ms)
    return caught.value.code


def test_the_root_decides_alone_and_hub_keys_add_up(home: Home, academy: Academy) -> None:
    trusting = refresh(home, academy)
    assert set(trusting.policy.everyone()) == {key("dee").public, key("eve").public}
    assert trusting.policy.allowed("lung") == ()
    assert set(trusting.policy.allowed(AREA)) == {key("dee").public, key("eve").public}
    assert set(trusting.hubs) == {key("old hub").public, key("new hub").public}
    assert trusting.hub_url == "https://hub.example"


def test_a_station_that_heard_of_nobody_yet_believes_nobody(home: Home) -> None:
    trusting = Trusting.load(home)
    assert trusting.policy.everyone() == ()
    assert trusting.hubs == (key("old hub").public,)


def test_without_a_root_the_keys_given_by_hand_count(tmp_path: Path) -> None:
    home = Home(folder=tmp_path / "writer")
    Enrolment(publishers=(key("by hand").public,), hubs=()).save(home.trust)
    trusting = Trusting.load(home)
    assert trusting.policy.everyone() == (key("by hand").public,)
    assert trusting.require_may_begin("live", LATE_MS) == ""


def test_practice_goes_on_and_a_live_sitting_waits_for_a_word(home: Home, academy: Academy) -> None:
    trusting = refresh(home, academy)
    assert trusting.require_may_begin("live", NOW_MS) == ""
    assert "timestamp is over since" in trusting.require_may_begin("practice", LATE_MS)
    assert code_of(trusting, "live") == "sitting.stale_needs_override"
    Override(reason=" The stick broke. ", at_ms=LATE_MS).save(home.stale_override)
    told = Trusting.load(home).require_may_begin("live", LATE_MS + 1)
    assert told.endswith("overridden: The stick broke.")


@pytest.mark.parametrize("given_ms", [LATE_MS - OVERRIDE_MS, LATE_MS + 1])
def test_a_word_of_another_day_does_not_count(home: Home, academy: Academy, given_ms: int) -> None:
    refresh(home, academy)
    Override(reason="The stick broke.", at_ms=given_ms).save(home.stale_override)
    assert code_of(Trusting.load(home), "live") == "sitting.stale_needs_override"


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"format":1,"reason":"","at_ms":1}', b'{"format":1,"reason":"x","at_ms":"1"}']
)
def test_a_word_that_cannot_be_read_allows_nothing(home: Home, academy: Academy, data: bytes) -> None:
    refresh(home, academy)
    home.stale_override.write_bytes(data)
    assert code_of(Trusting.load(home), "live") == "sitting.stale_needs_override"


def test_a_word_needs_its_reason(home: Home) -> None:
    with pytest.raises(PocusError) as caught:
        Override(reason="  ", at_ms=LATE_MS).save(home.stale_override)
    assert caught.value.code == "sitting.no_reason"


def test_the_academy_may_refuse_whatever_a_proctor_says(home: Home, academy: Academy) -> None:
    ceremony.set_policy(academy.repository, AcademyPolicy(stale={"live": StaleRule.REFUSE}), now_ms=NOW_MS)
    academy.publish()
    refresh(home, academy)
    Override(reason="The stick broke.", at_ms=LATE_MS).save(home.stale_override)
    trusting = Trusting.load(home)
    assert code_of(trusting, "live") == "sitting.stale_refused"
    assert code_of(trusting, "practice") == "sitting.stale_refused", "a mode that is not named is refused"
