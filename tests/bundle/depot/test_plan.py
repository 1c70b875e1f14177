"""What is fetched first and what may be removed: told as a station's day."""

from hypothesis import given
from hypothesis import strategies as st

from pocus_desktop.bundle.depot.plan import Held, Need, Plan, plan
from pocus_desktop.bundle.trust.listing import Listing

MB = 1_000_000


def listed(bundle_id: str, version: int = 1, *, mb: int = 100) -> Listing:
    return Listing(
        area="lung",
        bundle_id=bundle_id,
        version=version,
        mode="sealed",
        size_bytes=mb * MB,
        envelope_sha256=f"{bundle_id}-{version}",
        envelope_bytes=2000,
    )


def held(bundle_id: str, version: int = 1, *, mb: int = 100) -> Held:
    return Held(bundle_id=bundle_id, version=version, size_bytes=mb * MB)


def names(listings: tuple[Listing, ...]) -> list[str]:
    return [f"{each.bundle_id} {each.version}" for each in listings]


def test_the_soonest_admission_comes_first_and_what_is_here_is_not_fetched() -> None:
    needs = [Need(bundle_id="practice"), Need(bundle_id="dvt", at_ms=2000), Need(bundle_id="lung", at_ms=1000)]
    listings = [listed("dvt"), listed("lung"), listed("practice"), listed("renal")]
    found = plan([*needs, Need(bundle_id="dvt", at_ms=500)], listings, [held("lung")], free_bytes=1000 * MB)
    assert names(found.fetch) == ["dvt 1", "practice 1"]
    assert (found.remove, found.superseded, found.missing, found.short_bytes) == ((), (), (), 0)


def test_an_update_of_what_is_needed_is_fetched_and_the_old_version_goes_after_it() -> None:
    found = plan([Need(bundle_id="dvt")], [listed("dvt", 2)], [held("dvt", 1)], free_bytes=1000 * MB)
    assert names(found.fetch) == ["dvt 2"]
    assert found.remove == ()
    assert plan([], [], [held("dvt", 1), held("dvt", 2)], free_bytes=0).superseded == (held("dvt", 1),)


def test_what_is_listed_and_older_than_what_is_here_is_not_fetched() -> None:
    assert plan([Need(bundle_id="dvt")], [listed("dvt", 2)], [held("dvt", 3)], free_bytes=0) == Plan()


def test_a_need_that_nothing_meets_is_told() -> None:
    need = Need(bundle_id="dvt", minimum_version=3)
    assert plan([need], [listed("dvt", 2)], [held("dvt", 2)], free_bytes=0).missing == (need,)
    assert plan([need], [], [held("dvt", 3)], free_bytes=0) == Plan()


def test_room_is_made_by_what_is_superseded_then_by_what_nobody_needs() -> None:
    here = [held("dvt", 1), held("dvt", 2), held("old", mb=300), held("small", mb=10), held("lung", 4)]
    needs = [Need(bundle_id="renal", at_ms=1), Need(bundle_id="lung")]
    found = plan(needs, [listed("renal", mb=450)], here, free_bytes=100 * MB)
    assert found.remove == (held("dvt", 1), held("old", mb=300))
    assert found.short_bytes == 0
    kept = plan(needs, [listed("renal", mb=450)], here, begun={("dvt", 1), ("old", 1)}, free_bytes=100 * MB)
    assert (kept.fetch, kept.remove) == ((), ()), "nothing is removed for what does not fit anyway"
    assert names(kept.postponed) == ["renal 1"]
    assert kept.short_bytes == (450 - 100 - 110) * MB


def test_what_is_most_urgent_comes_even_if_not_everything_fits() -> None:
    needs = [Need(bundle_id="later", at_ms=3), Need(bundle_id="soon", at_ms=1), Need(bundle_id="huge", at_ms=2)]
    found = plan(needs, [listed("later"), listed("soon"), listed("huge", mb=900)], [], free_bytes=250 * MB)
    assert names(found.fetch) == ["soon 1"]
    assert names(found.postponed) == ["huge 1", "later 1"]
    assert found.short_bytes == (1100 - 250) * MB


def test_what_an_earlier_fetch_left_counts() -> None:
    needs = [Need(bundle_id="dvt")]
    short = plan(needs, [listed("dvt")], [], free_bytes=30 * MB)
    assert short.short_bytes == 70 * MB
    assert plan(needs, [listed("dvt")], [], partly={"dvt-1": 80 * MB}, free_bytes=30 * MB).short_bytes == 0


LINES = st.sampled_from(["a", "b", "c"])
VERSIONS = st.integers(1, 4)


@given(
    needs=st.lists(st.builds(Need, bundle_id=LINES, minimum_version=VERSIONS, at_ms=st.none() | st.integers(0, 9))),
    offered=st.lists(st.tuples(LINES, VERSIONS), unique=True),
    here=st.lists(st.tuples(LINES, VERSIONS), unique=True),
    begun=st.sets(st.tuples(LINES, VERSIONS)),
    free_mb=st.integers(0, 500),
)
def test_whatever_is_removed_nothing_needed_or_begun_is_lost(
    needs: list[Need],
    offered: list[tuple[str, int]],
    here: list[tuple[str, int]],
    begun: set[tuple[str, int]],
    free_mb: int,
) -> None:
    library = [held(line, version) for line, version in here]
    found = plan(needs, [listed(*one) for one in offered], library, begun=begun, free_bytes=free_mb * MB)
    gone = {(each.bundle_id, each.version) for each in (*found.remove, *found.superseded)}
    assert not gone & begun
    assert len(found.remove) + len(found.superseded) == len(gone), "nothing is removed twice"
    after = {(each.bundle_id, each.version) for each in library if each not in found.remove}
    after |= {(each.bundle_id, each.version) for each in (*found.fetch, *found.postponed)}
    for need in needs:
        can_be_met = any(
            line == need.bundle_id and version >= need.minimum_version for line, version in (*here, *offered)
        )
        is_met = any(line == need.bundle_id and version >= need.minimum_version for line, version in after)
        assert is_met == can_be_met
        assert (need in found.missing) == (not can_be_met)
