"""The admission: the hub's word on who may sit what, when, where and how."""

import base64
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pocus_desktop.admission import admission as admissions
from pocus_desktop.admission.admission import Accommodations, Admission, Candidate, StationKeys, WalkIn, Window
from pocus_desktop.admission.allowance import PAYLOAD_TYPE as ALLOWANCE_TYPE
from pocus_desktop.admission.allowance import (
    Allowance,
    AllowedBundle,
    issue_allowance,
    open_for_allowance,
    seal_for_allowance,
)
from pocus_desktop.admission.documents import Centre
from pocus_desktop.admission.errors import BadAdmissionError
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.photo import photo_fault
from pocus_desktop.admission.sign_in import is_sign_in_code, new_code, plain_code, sign_in_verifier
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting.session import Sitting
from tests.sitting.world import World

HUB = SigningKey.from_seed(b"\x0b" * 32)
STATION = SealingKey.from_seed(b"\x0c" * 32)
ACADEMY = SealingKey.from_seed(b"\x0d" * 32)
SECRET = b"\x0e" * 32


def admission(**changes: Any) -> Admission:
    """An admission to a trial."""
    given: dict[str, Any] = {
        "admission_id": "adm_1",
        "candidate": Candidate(id="C-17", display_name="Ana Roe"),
        "bundle_id": "dvt-small",
        "minimum_version": 2,
        "mode": Mode.TRIAL,
        "recipients": (ACADEMY.public,),
        "window": Window(not_before_ms=1_000, not_after_ms=2_000),
        "station": STATION.key_id,
    }
    return Admission(**{**given, **changes})


def test_an_admission_comes_back_as_it_was_issued() -> None:
    issued = admission(content_keys=admissions.seal_content_key(SECRET, [STATION.public], admission_id="adm_1"))
    verified = admissions.verify(admissions.issue(issued, [HUB]), [HUB.public])
    assert verified.admission == issued
    assert verified.signers == (HUB.public,)
    assert admissions.recall(verified.envelope).admission == issued


def test_fields_of_a_later_program_are_kept() -> None:
    document = {**admission().model_dump(mode="json"), "invented_later": {"x": 1}}
    envelope = dsse.sign(admissions.PAYLOAD_TYPE, canonical.encode(document), [HUB]).to_bytes()
    again = admissions.issue(admissions.verify(envelope, [HUB.public]).admission, [HUB])
    assert canonical.decode(dsse.Envelope.parse(again).payload) == document


def signed(payload: bytes, *, payload_type: str = admissions.PAYLOAD_TYPE, key: SigningKey = HUB) -> bytes:
    """An envelope."""
    return dsse.sign(payload_type, payload, [key]).to_bytes()


def document(**changes: Any) -> bytes:
    """An admission's document with some fields changed."""
    return canonical.encode({**admission().model_dump(mode="json"), **changes})


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"?", "crypto.bad_envelope"),
        (lambda: signed(document(), payload_type="text/plain"), "crypto.wrong_payload_type"),
        (lambda: signed(document(), key=SigningKey.generate()), "crypto.not_enough_signatures"),
        (lambda: signed(b"["), "sitting.bad_admission"),
        (lambda: signed(b"[]"), "sitting.bad_admission"),
        (lambda: signed(document(format=3)), "sitting.newer_admission"),
        (lambda: signed(document(mode="exam")), "sitting.bad_admission"),
        (lambda: signed(document(admission_id="2026/17")), "sitting.bad_admission"),
        (lambda: signed(document(admission_id="..")), "sitting.bad_admission"),
        (lambda: signed(document(admission_id="adm\0")), "sitting.bad_admission"),
        (lambda: signed(document(candidate={"id": ""})), "sitting.bad_admission"),
        (lambda: signed(document(recipients=[{"algorithm": "x25519", "public": "00" * 32}])), "sitting.bad_admission"),
        (lambda: signed(document(recipients=[HUB.public.as_json()])), "sitting.bad_admission"),
        (lambda: signed(document(accommodations={"time_factor": 0.5})), "sitting.bad_admission"),
        (lambda: signed(document(content_keys=[{"key_id": "k", "sealed": "*"}])), "sitting.bad_admission"),
        (lambda: signed(document(recipients=[])), "sitting.no_recipient"),
        (lambda: signed(document(mode="live")), "sitting.no_start_code"),
        (lambda: signed(document(photo="AAAA")), "sitting.bad_admission"),
        (lambda: signed(document(centre_id="North Clinic")), "sitting.bad_admission"),
        (lambda: signed(document(walk_in={"allowance": "AAAA", "number": 1})), "sitting.bad_admission"),
    ],
    ids=[
        "no envelope",
        "another document",
        "another hub",
        "not JSON",
        "not an object",
        "newer",
        "unknown mode",
        "id with a slash",
        "id that is a folder",
        "id that no file can have",
        "no candidate",
        "weak recipient",
        "recipient that signs",
        "less time",
        "key not base64",
        "no recipient",
        "live without code",
        "photo that is none",
        "centre that is a name",
        "walk-in that the hub signed",
    ],
)
def test_what_is_no_admission_is_refused_by_name(make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(PocusError) as caught:
        admissions.verify(make(), [HUB.public])
    assert caught.value.code == code


FITTING: dict[str, Any] = {
    "now_ms": 1_500,
    "candidate_id": " c-17 ",
    "station_id": STATION.key_id,
    "centre_id": "north",
    "bundle_id": "dvt-small",
    "bundle_version": 2,
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"now_ms": 1_000}, None),
        ({"now_ms": 2_000}, None),
        ({"candidate_id": "C-18"}, "sitting.wrong_candidate"),
        ({"candidate_id": ""}, "sitting.wrong_candidate"),
        ({"station_id": "x25519-0"}, "sitting.wrong_station"),
        ({"centre_id": "south"}, "sitting.wrong_centre"),
        ({"centre_id": ""}, "sitting.wrong_centre"),
        ({"bundle_id": "lung"}, "sitting.wrong_bundle"),
        ({"bundle_version": 1}, "sitting.bundle_too_old"),
        ({"now_ms": 999}, "sitting.too_early"),
        ({"now_ms": 2_001}, "sitting.too_late"),
    ],
)
def test_an_admission_fits_one_candidate_station_bundle_and_time(change: dict[str, Any], code: str | None) -> None:
    north = admission(centre_id="north")
    if code is None:
        admissions.check(north, **{**FITTING, **change})
        return
    with pytest.raises(PocusError) as caught:
        admissions.check(north, **{**FITTING, **change})
    assert caught.value.code == code
    assert "C-1" not in str(caught.value)


def test_the_content_key_opens_at_its_station_for_its_admission_only() -> None:
    keys = admissions.seal_content_key(SECRET, [STATION.public], admission_id="adm_1")
    assert admissions.content_key(admission(content_keys=keys), [SealingKey.generate(), STATION]) == SECRET
    assert admissions.content_key(admission(), [STATION]) is None
    with pytest.raises(PocusError, match=r"sitting\.no_content_key"):
        admissions.content_key(admission(content_keys=keys), [SealingKey.generate()])
    with pytest.raises(PocusError, match=r"crypto\.cannot_open_sealed"):
        admissions.content_key(admission(content_keys=keys, admission_id="adm_2"), [STATION])


def test_a_start_code_is_the_proctors_word_for_one_admission() -> None:
    verifier = admissions.start_code_verifier("Blue fox 7", admission_id="adm_1")
    live = admission(mode=Mode.LIVE, start_code=verifier)
    assert admissions.is_start_code(live, "bluefox7")
    assert not admissions.is_start_code(live, "bluefox8")
    assert not admissions.is_start_code(live, "  ")
    assert "blue" not in verifier.casefold()
    with pytest.raises(PocusError, match=r"crypto\.bad_passphrase_file"):
        admissions.is_start_code(admission(mode=Mode.LIVE, start_code=verifier, admission_id="adm_2"), "bluefox7")
    with pytest.raises(PocusError, match=r"sitting\.no_start_code"):
        admissions.is_start_code(admission(), "bluefox7")


def test_stations_have_names() -> None:
    station = StationKeys.generate()
    assert station.station_id == PublicKey(algorithm="x25519", raw=station.sealing.public.raw).key_id


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"candidate": Candidate(id="C-99", display_name="Someone Else")}, "sitting.wrong_candidate"),
        ({"bundle_id": "lung"}, "sitting.wrong_bundle"),
        ({"minimum_version": 9}, "sitting.bundle_too_old"),
        ({"station": "x25519-other"}, "sitting.wrong_station"),
        ({"window": Window(not_after_ms=5)}, "sitting.too_late"),
        ({"mode": Mode.PRACTICE}, "sitting.no_scoring_key"),
    ],
)
def test_a_sitting_does_not_begin_under_an_admission_that_does_not_fit(
    world: World, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(PocusError) as caught:
        Sitting.open(
            world.folder / "sitting",
            admission=world.admit(**change),
            material=world.material(),
            station=world.station,
            clock=world.clock,
            candidate_id="C-17",
        )
    assert caught.value.code == code
    assert not (world.folder / "sitting").exists()


def test_a_sitting_goes_on_with_what_it_began_with(world: World) -> None:
    world.begin().close()
    other = world.folder / "other"
    world.begin(name="other").close()
    beside = world.folder / "sitting" / "admission.dsse.json"
    kept = beside.read_bytes()
    for wrong in (world.admit(attempt=2).envelope, b"{}", None):
        beside.unlink(missing_ok=True)
        if wrong is not None:
            beside.write_bytes(wrong)
        with pytest.raises(PocusError, match=r"sitting\.other_admission"):
            world.again()
    beside.write_bytes(kept)
    world.again().close()
    assert other.is_dir()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bundle_id": "lung"}, "sitting.wrong_bundle"),
        ({"manifest_digest": "cd" * 32}, "sitting.wrong_bundle"),
        ({"bundle_version": 1}, "sitting.bundle_too_old"),
    ],
)
def test_a_sitting_goes_on_with_the_same_bundle_only(world: World, change: dict[str, Any], code: str) -> None:
    world.begin().close()
    with pytest.raises(PocusError) as caught:
        Sitting.resume(
            Path(world.folder / "sitting"),
            material=world.material(**change),
            station=world.station,
            clock=world.clock,
        )
    assert caught.value.code == code
    world.again()


@pytest.mark.parametrize("wall_ms", [-1, 1_767_225_600_000_000, 2**53 - 1])
def test_a_window_that_no_calendar_has_is_no_admission(wall_ms: int) -> None:
    document = admission().model_dump(mode="json")
    document["window"] = {"not_before_ms": wall_ms, "not_after_ms": None}
    envelope = dsse.sign(admissions.PAYLOAD_TYPE, canonical.encode(document), [HUB]).to_bytes()
    with pytest.raises(BadAdmissionError) as told:
        admissions.verify(envelope, [HUB.public])
    assert "window.not_before_ms" in str(told.value.params["reason"])


GOLDEN = Path(__file__).parent.parent / "golden" / "sitting" / "admission.v1.json"


@pytest.mark.argon2
def test_an_admission_of_the_first_version_still_reads() -> None:
    found = admissions.verify(GOLDEN.read_bytes(), [HUB.public]).admission
    assert (found.format, found.admission_id, found.candidate.id) == (1, "adm_old", "C-17")
    assert (found.sign_in_code, found.photo, found.centre_id, found.walk_in) == (None, None, None, None)
    assert admissions.content_key(found, [STATION]) == SECRET
    assert admissions.is_start_code(found, "blue fox 7")
    assert is_sign_in_code(found, "whatever")


def test_a_sign_in_code_is_short_told_once_and_kept_as_a_verifier_only() -> None:
    code = new_code()
    assert len(code) == 7
    verifier = sign_in_verifier(code, admission_id="adm_1")
    found = admission(sign_in_code=verifier)
    assert is_sign_in_code(found, code.lower().replace("-", " "))
    assert not is_sign_in_code(found, "ZZZ-ZZZ" if code != "ZZZ-ZZZ" else "000-000")
    assert not is_sign_in_code(found, " - ")
    assert plain_code(code) not in verifier
    with pytest.raises(PocusError, match=r"crypto\.bad_passphrase_file"):
        is_sign_in_code(admission(sign_in_code=verifier, admission_id="adm_2"), code)


def test_letters_that_are_read_as_digits_do_no_harm() -> None:
    assert plain_code("oil-0i l") == "011011"


def _picture(kind: str, side: int = 64, **how: Any) -> bytes:
    held = BytesIO()
    Image.effect_noise((side, side), 30 if side < 1000 else 0).convert("RGB").save(held, kind, **how)
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (_picture("PNG"), None),
        (_picture("WEBP", lossless=True), None),
        (_picture("WEBP", quality=50), None),
        (_picture("WEBP", side=1024, quality=1), None),
        (_picture("WEBP", side=1030, quality=1), "it has too many pixels"),
        (_picture("PNG", side=256), "it is too large"),
        (_picture("JPEG"), "it is no PNG or plain WebP"),
        (_picture("WEBP", quality=50)[:-1], "it is no PNG or plain WebP"),
        (b"", "it is no PNG or plain WebP"),
    ],
)
def test_a_photo_is_small_and_of_a_known_size(data: bytes, fault: str | None) -> None:
    assert photo_fault(data) == fault
    if fault is None:
        found = admissions.verify(admissions.issue(admission(photo=data), [HUB]), [HUB.public]).admission
        assert found.photo == data
    else:
        with pytest.raises(ValueError, match="photo"):
            admission(photo=data)


# walk-ins: what a centre signed under the hub's allowance

CENTRE = StationKeys(signing=SigningKey.from_seed(b"\x1b" * 32), sealing=SealingKey.from_seed(b"\x1c" * 32))


def allowance(**changes: Any) -> Allowance:
    """Two walk-ins to a trial."""
    given: dict[str, Any] = {
        "allowance_id": "alw_1",
        "centre": Centre(centre_id="north", name="North", signing=CENTRE.signing.public, sealing=CENTRE.sealing.public),
        "not_before_ms": 1_000,
        "not_after_ms": 2_000,
        "count": 2,
        "bundles": (AllowedBundle(bundle_id="dvt-small", minimum_version=2, mode=Mode.TRIAL),),
        "recipients": (ACADEMY.public,),
        "credit_cap_ms": admissions.CREDIT_CAP_MS,
    }
    return Allowance(**{**given, **changes})


def walk_in(*, allowed: bytes | None = None, number: int = 1, **changes: Any) -> Admission:
    """The first of them."""
    carried = allowed or issue_allowance(allowance(), HUB)
    given = {"centre_id": "north", "walk_in": WalkIn(allowance=carried, number=number), "station": None}
    return admission(**{**given, **changes})


def test_a_walk_in_counts_by_the_hubs_allowance() -> None:
    found = admissions.verify(admissions.issue(walk_in(), [CENTRE.signing]), [HUB.public])
    assert found.allowance == allowance()
    assert found.signers == (CENTRE.signing.public,)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": 3}, "number"),
        ({"bundle_id": "lung"}, "bundle_id"),
        ({"mode": Mode.PRACTICE}, "bundle_id"),
        ({"minimum_version": 1}, "minimum_version"),
        ({"centre_id": "south"}, "centre_id"),
        ({"centre_id": None}, "centre_id"),
        ({"recipients": (ACADEMY.public, CENTRE.sealing.public)}, "recipients"),
        ({"window": Window()}, "window"),
        ({"window": Window(not_before_ms=999, not_after_ms=2_000)}, "window"),
        ({"window": Window(not_before_ms=1_000, not_after_ms=2_001)}, "window"),
        ({"accommodations": Accommodations(time_factor=1.5)}, "accommodations"),
        ({"accommodations": Accommodations(can_pause=True)}, "accommodations"),
        ({"credit_cap_ms": admissions.CREDIT_CAP_MS + 1}, "credit_cap_ms"),
        ({"centre": SealingKey.from_seed(b"\x1d" * 32).public}, "centre"),
    ],
)
def test_a_centre_gives_no_one_more_than_the_hub_allowed(change: dict[str, Any], field: str) -> None:
    envelope = admissions.issue(walk_in(**change), [CENTRE.signing])
    with pytest.raises(PocusError) as caught:
        admissions.verify(envelope, [HUB.public])
    assert (caught.value.code, caught.value.params["field"]) == ("roster.beyond_allowance", field)


def test_an_allowance_helps_no_one_but_its_centre() -> None:
    stranger = SigningKey.generate()
    for envelope, code in (
        (admissions.issue(walk_in(), [stranger]), "crypto.not_enough_signatures"),
        (
            admissions.issue(walk_in(allowed=issue_allowance(allowance(), stranger)), [CENTRE.signing]),
            "crypto.not_enough_signatures",
        ),
        (admissions.issue(walk_in(allowed=b"{}"), [CENTRE.signing]), "crypto.bad_envelope"),
        (admissions.issue(admission(), [CENTRE.signing]), "crypto.not_enough_signatures"),
    ):
        with pytest.raises(PocusError) as caught:
            admissions.verify(envelope, [HUB.public])
        assert caught.value.code == code


def test_the_content_key_of_an_allowance_opens_for_its_centre_only() -> None:
    sealed = seal_for_allowance(SECRET, CENTRE.sealing.public, allowance_id="alw_1")
    assert open_for_allowance(sealed, CENTRE.sealing, allowance_id="alw_1") == SECRET
    for key, name in ((STATION, "alw_1"), (CENTRE.sealing, "alw_2")):
        with pytest.raises(PocusError, match=r"crypto\.cannot_open_sealed"):
            open_for_allowance(sealed, key, allowance_id=name)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [*Admission.model_fields, *Allowance.model_fields]


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4), st.booleans(), st.booleans())
def test_whatever_was_signed_only_our_errors_come_out(
    changes: dict[str, Any], is_centres: bool, is_outer: bool
) -> None:
    inner = dict(allowance().model_dump(mode="json"))
    outer = dict(walk_in().model_dump(mode="json"))
    (outer if is_outer else inner).update(changes)
    with suppress(PocusError):
        carried = dsse.sign(ALLOWANCE_TYPE, canonical.encode(inner), [HUB]).to_bytes()
        if not is_outer:
            outer["walk_in"] = {"allowance": base64.b64encode(carried).decode(), "number": 1}
        admissions.verify(signed(canonical.encode(outer), key=CENTRE.signing if is_centres else HUB), [HUB.public])
