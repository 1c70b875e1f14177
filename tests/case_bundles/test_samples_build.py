"""The samples become bundles: the same bytes every time, with everything that their steps show."""

from hashlib import sha256
from pathlib import Path

import pytest

from pocus_desktop.authoring.build.build import build
from pocus_desktop.authoring.build.publisher import PublisherKeys
from pocus_desktop.bundle.verifier import TrustPolicy, open_bundle
from pocus_desktop.case.models import Assessment
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.media.cine import CineReader

BUNDLES = Path(__file__).parents[2] / "case_bundles"
KEYS = PublisherKeys(signing=SigningKey.from_seed(b"\x01" * 32), line_secret=b"\x02" * 32)
ACADEMY = SealingKey.from_seed(b"\x03" * 32)
NOW_MS = 1_790_000_000_000


def built(name: str, folder: Path) -> Path:
    return build(BUNDLES / name, out=folder, keys=KEYS, academy=ACADEMY.public).bundle


@pytest.mark.parametrize("name", ["dvt-swollen-calf", "echo-real-loop"])
def test_building_twice_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    first, second = (built(name, tmp_path / part).read_bytes() for part in ("a", "b"))
    assert sha256(first).digest() == sha256(second).digest()


def test_the_bundle_holds_the_case_its_media_and_its_practice_key(tmp_path: Path) -> None:
    path = built("dvt-swollen-calf", tmp_path)
    with open_bundle(path, TrustPolicy(keys=(KEYS.signing.public,)), now_ms=NOW_MS, app_version="0.1.0") as bundle:
        bundle.verify_everything()
        content = bundle.unlock()
        assessment = Assessment.from_json(content.read("case.json"))
        assert {"scoring.json", "media/arrival.webm", "media/call.webm", "media/left-groin.cine"} <= set(
            content.names()
        )
        assert not any("walkthrough" in name or name.endswith(".py") for name in content.names())
    clip = next(stage for step in assessment.steps() for stage in step.stage if stage.kind == "clip")
    assert (clip.width_px, clip.height_px) == (960, 540)
    assert clip.duration_ms is not None
    assert 50_000 < clip.duration_ms < 52_500


def test_the_real_loop_becomes_a_cine_of_thirty_frames(tmp_path: Path) -> None:
    path = built("echo-real-loop", tmp_path)
    with open_bundle(path, TrustPolicy(keys=(KEYS.signing.public,)), now_ms=NOW_MS, app_version="0.1.0") as bundle:
        content = bundle.unlock()
        (name,) = (name for name in content.names() if name.endswith(".cine"))
        with CineReader(lambda: content.open(name), len(content.read(name))) as cine:
            assert (cine.info.frame_count, cine.info.width_px, cine.info.height_px) == (30, 320, 240)
            assert cine.info.regions == (), "the header's calibration does not fit the frames"
            assert cine.info.times_us[1] == pytest.approx(33_333, abs=1)
