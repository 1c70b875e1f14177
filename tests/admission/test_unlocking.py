"""The embargo: what opens a bundle, and everything that does not."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Admission, Candidate
from pocus_desktop.admission.day_key import DayKey, read_words
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.unlock_errors import AlreadyUnlockedError
from pocus_desktop.admission.unlock_folder import UnlockFolder
from pocus_desktop.admission.unlock_grant import (
    MAXIMUM_BYTES,
    PAYLOAD_TYPE,
    PassedKey,
    UnlockGrant,
    UnlockWindow,
    VerifiedGrant,
    issue,
    passed_info,
    release,
    verify,
)
from pocus_desktop.admission.unlock_passing import pass_on, read_release
from pocus_desktop.admission.unlocking import Held, content_key_for, hear_words, require_useful
from pocus_desktop.crypto import dsse, hpke
from pocus_desktop.crypto.encoding import to_base64
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError

HUB = SigningKey.from_seed(b"\x01" * 32)
STATION = SealingKey.from_seed(b"\x02" * 32)
CENTRE = SealingKey.from_seed(b"\x03" * 32)
THIEF = SealingKey.from_seed(b"\x04" * 32)
CONTENT = bytes(range(32))
DAY = DayKey(secret=bytes(range(16)))
OTHER_DAY = DayKey(secret=bytes(range(1, 17)))
WINDOW = UnlockWindow(not_before_ms=1_000, not_after_ms=2_000)


def granted(*, recipients: tuple[SealingKey, ...] = (STATION,), **changes: Any) -> VerifiedGrant:
    """A release by the hub."""
    given: dict[str, Any] = {"bundle_id": "dvt", "version": 3, "window": WINDOW, **changes}
    content = given.pop("content", CONTENT)
    return verify(issue(release(content, [key.public for key in recipients], **given), [HUB]), [HUB.public])


def admission(**changes: Any) -> Admission:
    """An admission that came days before, without the key."""
    given: dict[str, Any] = {
        "admission_id": "adm_1",
        "candidate": Candidate(id="C-17", display_name="Ana Roe"),
        "bundle_id": "dvt",
        "mode": Mode.TRIAL,
        "recipients": (CENTRE.public,),
    }
    return Admission(**{**given, **changes})


def held(*grants: VerifiedGrant, keys: tuple[SealingKey, ...] = (STATION,), words: tuple[DayKey, ...] = ()) -> Held:
    return Held(keys=keys, grants=grants, day_keys=words)


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(PocusError) as refused:
        work()
    return refused.value.code


def ask(has: Held, *, version: int = 3, now_ms: int | None = 1_500, admitted: Admission | None = None) -> bytes:
    released = content_key_for(admitted or admission(), has, version=version, now_ms=now_ms)
    assert released is not None
    return released.key


def test_a_release_opens_its_bundle_in_its_window_and_says_by_what() -> None:
    grant = granted()
    released = content_key_for(admission(), held(grant), version=3, now_ms=1_500)
    assert released is not None
    assert (released.key, released.way, released.grant_digest) == (CONTENT, "grant", grant.digest)
    assert CONTENT.hex() not in repr(released)
    assert repr(CONTENT) not in repr(released)
    assert ask(held(grant), now_ms=1_000) == ask(held(grant), now_ms=2_000) == CONTENT


def test_words_open_what_was_delivered_before() -> None:
    grant = granted(day_key=DAY, recipients=(CENTRE, STATION))
    assert code_of(lambda: ask(held(grant))) == "sitting.words_needed"
    spoken = hear_words(read_words(" ".join(DAY.words("es"))), held(grant), now_ms=1_500)
    assert (spoken.key, spoken.opens, spoken.repair) == (DAY, (grant,), None)
    released = content_key_for(admission(), held(grant, words=(OTHER_DAY, DAY)), version=3, now_ms=1_500)
    assert released is not None
    assert (released.key, released.way, released.grant_id) == (CONTENT, "words", grant.grant.grant_id)


def test_an_open_bundle_needs_no_key_and_an_admission_may_carry_one() -> None:
    assert content_key_for(admission(), held(), version=3, now_ms=0, is_sealed=False) is None
    sealed = admissions.seal_content_key(CONTENT, [STATION.public], admission_id="adm_1")
    released = content_key_for(admission(content_keys=sealed), held(), version=3, now_ms=0)
    assert released is not None
    assert (released.key, released.way) == (CONTENT, "admission")
    others = admission(content_keys=admissions.seal_content_key(CONTENT, [THIEF.public], admission_id="adm_1"))
    assert code_of(lambda: ask(held(), admitted=others)) == "sitting.no_content_key"
    assert ask(held(granted()), admitted=others) == CONTENT


def test_a_sitting_that_was_begun_goes_on_whatever_the_window() -> None:
    assert ask(held(granted()), now_ms=None) == CONTENT
    assert code_of(lambda: ask(held(granted(day_key=DAY)), now_ms=None)) == "sitting.words_needed"


MISUSE: dict[str, tuple[Callable[[], object], str]] = {
    "nothing here": (lambda: ask(held()), "sitting.not_released"),
    "another bundle's release": (lambda: ask(held(granted(bundle_id="lung"))), "sitting.not_released"),
    "another version's release": (lambda: ask(held(granted(version=2))), "sitting.unlock_other_version"),
    "before the window": (lambda: ask(held(granted()), now_ms=999), "sitting.unlock_too_early"),
    "replayed after the window": (lambda: ask(held(granted()), now_ms=2_001), "sitting.unlock_too_late"),
    "another station's release": (lambda: ask(held(granted(recipients=(THIEF,)))), "sitting.unlock_not_for_station"),
    "words of another day": (
        lambda: ask(held(granted(day_key=DAY), words=(OTHER_DAY,))),
        "sitting.words_needed",
    ),
    "words without the station's key": (
        lambda: ask(held(granted(day_key=DAY), keys=(THIEF,), words=(DAY,))),
        "sitting.unlock_not_for_station",
    ),
    "words before the window": (
        lambda: ask(held(granted(day_key=DAY), words=(DAY,)), now_ms=999),
        "sitting.unlock_too_early",
    ),
    "words after the window": (
        lambda: ask(held(granted(day_key=DAY), words=(DAY,)), now_ms=2_001),
        "sitting.unlock_too_late",
    ),
    "yesterday's and tomorrow's": (
        lambda: ask(held(granted(window=UnlockWindow(not_before_ms=0, not_after_ms=1)), granted()), now_ms=500),
        "sitting.unlock_too_early",
    ),
}


@pytest.mark.parametrize("name", MISUSE)
def test_what_does_not_open_is_named(name: str) -> None:
    work, code = MISUSE[name]
    assert code_of(work) == code


def test_a_sealed_key_moved_to_another_release_opens_nothing() -> None:
    """Even one that the hub was made to sign: every field is bound to the sealed key."""
    for day_key in (None, DAY):
        grant = granted(day_key=day_key).grant
        changes: list[dict[str, Any]] = [
            {"bundle_id": "lung"},
            {"version": 4},
            {"grant_id": "unl_other"},
            {"window": UnlockWindow(not_before_ms=0, not_after_ms=9_000)},
            {"needs_words": day_key is None},
        ]
        for change in changes:
            moved = verify(issue(grant.model_copy(update=change), [HUB]), [HUB.public])
            asked = admission(bundle_id=change.get("bundle_id", "dvt"))
            has = held(moved, words=(DAY,))
            refused = code_of(lambda a=asked, h=has, c=change: ask(h, admitted=a, version=c.get("version", 3)))  # type: ignore[misc]
            assert refused == "sitting.bad_unlock", change


@given(st.integers(0, 4_000), st.integers(1, 5), st.sampled_from(["dvt", "lung"]), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_key_comes_out_exactly_where_everything_fits(
    now_ms: int, version: int, bundle_id: str, is_mine: bool, needs_words: bool
) -> None:
    grant = granted(recipients=(STATION if is_mine else THIEF,), day_key=DAY if needs_words else None)
    for words in ((), (OTHER_DAY,), (OTHER_DAY, DAY)):
        fits = 1_000 <= now_ms <= 2_000 and version == 3 and bundle_id == "dvt" and is_mine
        fits = fits and (DAY in words or not needs_words)
        has = held(grant, words=words)
        try:
            found = ask(has, version=version, now_ms=now_ms, admitted=admission(bundle_id=bundle_id))
        except PocusError:
            found = b""
        assert found == (CONTENT if fits else b"")


def test_one_slip_in_the_words_is_mended_where_a_release_proves_what_was_meant() -> None:
    words = list(DAY.words())
    has = held(granted(day_key=DAY))
    for slip, typed in {
        "wrong": [*words[:4], "zoo", *words[5:]],
        "missing": [*words[:4], *words[5:]],
        "swapped": [*words[:4], words[5], words[4], *words[6:]],
    }.items():
        spoken = hear_words(read_words(" ".join(typed)), has, now_ms=1_500)
        assert spoken.key == DAY
        assert spoken.repair is not None
        assert (spoken.repair.slip, spoken.repair.place) == (slip, 5)


def test_words_that_open_nothing_are_refused_by_name() -> None:
    typed, other = read_words(" ".join(DAY.words())), read_words(" ".join(OTHER_DAY.words()))
    waiting = granted(day_key=DAY)
    cases = {
        "sitting.nothing_waits_for_words": (typed, held(granted()), 1_500),
        "sitting.words_of_another_day": (other, held(waiting), 1_500),
        "sitting.unlock_too_early": (typed, held(waiting), 999),
        "sitting.unlock_too_late": (typed, held(waiting), 2_001),
        "sitting.unlock_not_for_station": (typed, held(waiting, keys=(THIEF,)), 1_500),
        "sitting.already_unlocked": (typed, held(waiting, words=(DAY,)), 1_500),
    }
    for code, (given_words, has, now_ms) in cases.items():
        assert code_of(lambda w=given_words, h=has, n=now_ms: hear_words(w, h, now_ms=n)) == code  # type: ignore[misc]
    two = read_words(" ".join(["zoo", "zoo", *DAY.words()[2:]]))
    assert code_of(lambda: hear_words(two, held(waiting), now_ms=1_500)).startswith("sitting.day_words_")


def test_one_set_of_words_serves_every_bundle_of_the_day_and_no_key_is_shared() -> None:
    both = (granted(day_key=DAY), granted(day_key=DAY, bundle_id="lung", content=CONTENT[::-1]))
    spoken = hear_words(read_words(" ".join(DAY.words())), held(*both), now_ms=1_500)
    assert spoken.opens == both
    has = held(*both, words=(DAY,))
    assert ask(has) == CONTENT
    assert ask(has, admitted=admission(bundle_id="lung")) == CONTENT[::-1]


def passed_on(grant: VerifiedGrant, *recipients: SealingKey, by: SealingKey = CENTRE) -> VerifiedGrant:
    return read_release(pass_on(grant, by, [key.public for key in recipients]), [HUB.public])


def test_a_centre_passes_a_release_on_to_a_spare_station_and_no_rule_is_lost() -> None:
    spare = THIEF
    plain = passed_on(granted(recipients=(CENTRE,)), spare)
    assert ask(held(plain, keys=(spare,))) == CONTENT
    assert code_of(lambda: ask(held(plain, keys=(spare,)), now_ms=999)) == "sitting.unlock_too_early"
    assert code_of(lambda: ask(held(plain, keys=(spare,)), now_ms=2_001)) == "sitting.unlock_too_late"
    assert code_of(lambda: ask(held(plain, keys=(spare,)), version=4)) == "sitting.unlock_other_version"
    assert code_of(lambda: ask(held(plain))) == "sitting.unlock_not_for_station"
    require_useful(plain, [spare], now_ms=0)
    worded = passed_on(granted(recipients=(CENTRE,), day_key=DAY), spare)
    assert code_of(lambda: ask(held(worded, keys=(spare,)))) == "sitting.words_needed"
    typed = read_words(" ".join(DAY.words()))
    assert hear_words(typed, held(worded, keys=(spare,)), now_ms=1_500).opens == (worded,)
    assert ask(held(worded, keys=(spare,), words=(DAY,))) == CONTENT
    assert plain.digest == canonical.digest(plain.envelope) != canonical.digest(plain.data)


def test_what_was_not_sealed_to_someone_cannot_be_passed_on() -> None:
    grant = granted(recipients=(CENTRE,))
    assert code_of(lambda: passed_on(grant, THIEF, by=STATION)) == "sitting.unlock_not_for_station"
    assert code_of(lambda: passed_on(grant)) == "sitting.bad_unlock"
    assert code_of(lambda: pass_on(grant, CENTRE, [HUB.public])) == "crypto.bad_key"


def test_what_was_passed_on_opens_nothing_but_its_own_release() -> None:
    """Swapped grants, a key of a stranger and an altered wrapping are refused by name."""
    first, other = granted(recipients=(CENTRE,)), granted(recipients=(CENTRE,), bundle_id="lung")
    fields = canonical.decode(pass_on(first, CENTRE, [STATION.public]))
    assert isinstance(fields, dict)
    [key] = fields["keys"]
    assert isinstance(key, dict)

    def read(**changes: Any) -> VerifiedGrant:
        return read_release(canonical.encode({**fields, **changes}), [HUB.public])

    moved = read(grant=to_base64(other.envelope))
    assert code_of(lambda: ask(held(moved), admitted=admission(bundle_id="lung"))) == "sitting.bad_unlock"
    stranger = read(keys=[{**key, "of": THIEF.key_id}])
    assert code_of(lambda: ask(held(stranger))) == "sitting.unlock_not_for_station"
    assert code_of(lambda: read(grant=to_base64(issue(first.grant, [SigningKey.generate()])))).startswith("crypto.")
    assert code_of(lambda: read(format=2)) == "sitting.newer_unlock"
    assert code_of(lambda: read(keys=[])) == "sitting.bad_unlock"
    assert code_of(lambda: read(grant="*")) == "sitting.bad_unlock"
    assert code_of(lambda: read(kind="other")) == "crypto.bad_envelope"
    assert code_of(lambda: read_release(b" " * (MAXIMUM_BYTES + 1), [HUB.public])) == "sitting.bad_unlock"


def test_what_seals_no_content_key_is_refused() -> None:
    grant = granted(recipients=(CENTRE,))
    short = hpke.seal(STATION.public, b"short", info=passed_info(grant.grant, CENTRE.key_id))
    passed = replace(grant, passed=(PassedKey(of=CENTRE.key_id, key_id=STATION.key_id, sealed=short),))
    assert code_of(lambda: ask(held(passed))) == "sitting.bad_unlock"


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_what_is_kept_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = UnlockFolder(tmp_path)
    folder.keep_grant(granted())
    folder.keep_words(DAY, STATION.public, now_ms=1)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_what_was_passed_on_is_kept_as_it_came(tmp_path: Path) -> None:
    folder, passed = UnlockFolder(tmp_path), passed_on(granted(recipients=(CENTRE,)), STATION)
    folder.keep_grant(passed)
    assert folder.load([HUB.public], [STATION]).held.grants == (passed,)
    assert ask(folder.load([HUB.public], [STATION]).held) == CONTENT


def document(**changes: Any) -> bytes:
    return canonical.encode({**granted().grant.model_dump(mode="json"), **changes})


def signed(payload: bytes, *, key: SigningKey = HUB, payload_type: str = PAYLOAD_TYPE) -> bytes:
    return dsse.sign(payload_type, payload, [key]).to_bytes()


SEALED = {"key_id": STATION.key_id, "sealed": ""}


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        (b"", "crypto.bad_envelope"),
        (b" " * (MAXIMUM_BYTES + 1), "sitting.bad_unlock"),
        (signed(document(), key=SigningKey.from_seed(b"\x09" * 32)), "crypto.not_enough_signatures"),
        (signed(document(), payload_type=admissions.PAYLOAD_TYPE), "crypto.wrong_payload_type"),
        (signed(b"{"), "sitting.bad_unlock"),
        (signed(b"[]"), "sitting.bad_unlock"),
        (signed(document(format=2)), "sitting.newer_unlock"),
        (signed(document(grant_id="../x")), "sitting.bad_unlock"),
        (signed(document(version=0)), "sitting.bad_unlock"),
        (signed(document(version=True)), "sitting.bad_unlock"),
        (signed(document(needs_words=1)), "sitting.bad_unlock"),
        (signed(document(window={"not_before_ms": 1, "not_after_ms": None})), "sitting.bad_unlock"),
        (signed(document(window={"not_before_ms": 2, "not_after_ms": 1})), "sitting.bad_unlock"),
        (signed(document(window={"not_before_ms": 2, "not_after_ms": 2**53 - 1})), "sitting.bad_unlock"),
        (signed(document(keys=[])), "sitting.bad_unlock"),
        (signed(document(keys=[SEALED, SEALED])), "sitting.bad_unlock"),
        (signed(document(keys=[{**SEALED, "sealed": "*"}])), "sitting.bad_unlock"),
    ],
)
def test_what_is_no_release_is_refused_by_name(envelope: bytes, code: str) -> None:
    assert code_of(lambda: verify(envelope, [HUB.public])) == code


def test_what_cannot_be_released_is_refused_by_name() -> None:
    for change in ({"recipients": ()}, {"content": b"short"}, {"version": 0}, {"bundle_id": ""}):
        assert code_of(lambda c=change: granted(**c)) == "sitting.bad_unlock"  # type: ignore[misc]
    assert code_of(lambda: release(CONTENT, [HUB.public], bundle_id="d", version=1, window=WINDOW)) == "crypto.bad_key"


def test_fields_of_a_later_program_are_kept() -> None:
    payload = document(invented_later={"x": 1})
    again = issue(verify(signed(payload), [HUB.public]).grant, [HUB])
    assert dsse.Envelope.parse(again).payload == payload


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(UnlockGrant.model_fields)), json_values)
@settings(deadline=None)
def test_any_field_may_hold_anything_and_only_our_errors_come_out(name: str, value: Any) -> None:
    with suppress(PocusError):
        changed = verify(signed(document(**{name: value})), [HUB.public])
        ask(held(changed, words=(DAY,)), version=changed.grant.version)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_may_come_and_only_our_errors_come_out(data: bytes) -> None:
    with suppress(PocusError):
        verify(signed(data), [HUB.public])
    with suppress(PocusError):
        read_release(data, [HUB.public])


def test_a_release_is_taken_in_early_and_not_late_nor_for_others() -> None:
    grant = granted()
    require_useful(grant, [STATION], now_ms=0)
    assert code_of(lambda: require_useful(grant, [STATION], now_ms=2_001)) == "sitting.unlock_too_late"
    assert code_of(lambda: require_useful(grant, [THIEF], now_ms=0)) == "sitting.unlock_not_for_station"


def test_the_folder_keeps_releases_and_words_and_alone_opens_nothing(tmp_path: Path) -> None:
    folder = UnlockFolder(tmp_path / "unlocks")
    assert folder.load([HUB.public], [STATION]).held == Held(keys=(STATION,))
    grant = granted(day_key=DAY)
    folder.keep_grant(grant)
    folder.keep_words(DAY, STATION.public, now_ms=1_500)
    kept = UnlockFolder(tmp_path / "unlocks").load([HUB.public], [STATION])
    assert kept.problems == ()
    assert ask(kept.held) == CONTENT
    with pytest.raises(AlreadyUnlockedError):
        folder.keep_grant(grant)
    assert all(DAY.secret not in path.read_bytes() for path in (tmp_path / "unlocks").iterdir())
    stolen = folder.load([HUB.public], [THIEF])
    assert stolen.held.day_keys == ()
    assert [problem.code for _, problem in stolen.problems] == ["sitting.bad_unlock"]
    assert folder.load([], [STATION]).held.grants == ()


@pytest.mark.parametrize("spoiled", [b"", b"{}", b"[", b"\xff", b'{"format":1}'])
def test_a_damaged_file_is_told_and_harms_no_other(tmp_path: Path, spoiled: bytes) -> None:
    folder = UnlockFolder(tmp_path)
    folder.keep_grant(granted())
    (tmp_path / "a.unlock").write_bytes(spoiled)
    (tmp_path / "b.words").write_bytes(spoiled)
    (tmp_path / "c.words").mkdir()
    kept = folder.load([HUB.public], [STATION])
    assert {name for name, _ in kept.problems} == {"a.unlock", "b.words", "c.words"}
    assert ask(kept.held) == CONTENT


def test_kept_words_are_bound_to_their_name_and_computer(tmp_path: Path) -> None:
    folder = UnlockFolder(tmp_path)
    folder.keep_words(DAY, STATION.public, now_ms=1)
    path = next(tmp_path.glob("*.words"))
    renamed = canonical.decode(path.read_bytes())
    assert isinstance(renamed, dict)
    for change in ({"name": "0" * 16}, {"sealed": "AAAA"}, {"key_id": CENTRE.key_id}, {"more": 1}):
        path.write_bytes(canonical.encode({**renamed, **change}))
        kept = folder.load([HUB.public], [STATION])
        assert kept.held.day_keys == (), change
        assert [problem.code for _, problem in kept.problems] == ["sitting.bad_unlock"]


GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "sitting"


def test_what_the_first_version_wrote_still_opens(tmp_path: Path) -> None:
    for kept, name in {
        "a.unlock": "unlock-words.v1.json",
        "b.unlock": "unlock.v1.json",
        "c.words": "day-key.v1.words",
    }.items():
        (tmp_path / kept).write_bytes((GOLDEN / name).read_bytes())
    both = UnlockFolder(tmp_path).load([HUB.public], [STATION])
    assert both.problems == ()
    for grant, way in zip(both.held.grants, ("words", "grant"), strict=True):
        released = content_key_for(
            admission(), Held(keys=(STATION,), grants=(grant,), day_keys=both.held.day_keys), version=3, now_ms=1_500
        )
        assert released is not None
        assert (released.key, released.way) == (CONTENT, way)
    centre = Held(keys=(CENTRE,), grants=both.held.grants[:1], day_keys=(DAY,))
    assert ask(centre) == CONTENT
