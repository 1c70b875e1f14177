"""The admission: the hub's word on who may sit what, when, where and how."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.sitting import admission as admissions
from pocus_desktop.sitting.admission import Admission, Candidate, StationKeys, Window
from pocus_desktop.sitting.errors import BadAdmissionError
from pocus_desktop.sitting.session import Sitting
from pocus_desktop.sitting.views import Mode
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
        (lambda: signed(document(format=2)), "sitting.newer_admission"),
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
        ({"bundle_id": "lung"}, "sitting.wrong_bundle"),
        ({"bundle_version": 1}, "sitting.bundle_too_old"),
        ({"now_ms": 999}, "sitting.too_early"),
        ({"now_ms": 2_001}, "sitting.too_late"),
    ],
)
def test_an_admission_fits_one_candidate_station_bundle_and_time(change: dict[str, Any], code: str | None) -> None:
    if code is None:
        admissions.check(admission(), **{**FITTING, **change})
        return
    with pytest.raises(PocusError) as caught:
        admissions.check(admission(), **{**FITTING, **change})
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
