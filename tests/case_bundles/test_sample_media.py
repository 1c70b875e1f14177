"""The committed media: what a player and a reader find in them."""

from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from case_bundles.media_tools.captions import script, web_vtt
from case_bundles.media_tools.leg_cine import calibration
from case_bundles.media_tools.leg_scans import FRAMES, LEFT_GROIN, RIGHT_GROIN, Run, popliteal_picture, times_us
from case_bundles.media_tools.speech import Line, Utterance
from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.case import webvtt
from pocus_desktop.case.media import Clip
from pocus_desktop.case.script import Speech, parse_script
from pocus_desktop.media.cine import CineReader

pytestmark = pytest.mark.slow

CASE = Path(__file__).parents[2] / "case_bundles" / "dvt-swollen-calf"


@cache
def clips() -> dict[str, Clip]:
    assessment, _ = load_source(CASE).demand()
    stages = [stage for step in assessment.steps() for stage in step.stage]
    return {stage.file: stage for stage in stages if isinstance(stage, Clip)}


def duration_s(path: Path) -> float:
    with av.open(str(path)) as container:
        return float(container.duration or 0) / av.time_base


@pytest.mark.parametrize("file", ["media/arrival.webm", "media/call.webm"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_captions_are_clean_and_end_within_the_clip(file: str, language: str) -> None:
    clip = clips()[file]
    data = (CASE / clip.captions[language]).read_bytes()
    assert webvtt.lint(data) == ()
    cues = webvtt.parse(data).cues
    assert len(cues) > 5
    assert all(cue.text.startswith("<v ") for cue in cues)
    assert all(first.end <= second.start for first, second in pairwise(cues))
    assert cues[-1].end < duration_s(CASE / file)


@pytest.mark.parametrize("file", ["media/arrival.webm", "media/call.webm"])
def test_captions_follow_the_sound(file: str) -> None:
    """Before the first cue it is quiet, and in each cue somebody speaks."""
    with av.open(str(CASE / file)) as container:
        blocks = [frame.to_ndarray().astype(float) for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    scale = 1.0 if np.abs(blocks[0]).max() <= 1 else 32768.0
    joined = np.concatenate(
        [block.reshape(-1, 2)[:, 0] if block.shape[0] == 1 else block[0] for block in blocks], axis=0
    )
    sound = joined / scale
    for cue in webvtt.parse((CASE / clips()[file].captions["en"]).read_bytes()).cues:
        spoken = sound[int(cue.start * rate) : int(cue.end * rate)]
        assert np.sqrt(np.mean(spoken**2)) > 0.02
    lead = sound[: int(0.4 * rate)]
    assert np.sqrt(np.mean(lead**2)) < 0.01


@pytest.mark.parametrize("file", ["media/arrival.webm", "media/call.webm"])
def test_scripts_say_the_same_as_the_captions(file: str) -> None:
    clip = clips()[file]
    for language in ("en", "es"):
        blocks = parse_script((CASE / clip.script[language]).read_text()).blocks
        turns = [block for block in blocks if isinstance(block, Speech)]
        written = " ".join("".join(words.text for words in turn.words) for turn in turns)
        cues = webvtt.parse((CASE / clip.captions[language]).read_bytes()).cues
        spoken = " ".join(cue.text.split(">", 1)[1].replace("\n", " ") for cue in cues)
        assert written.split() == spoken.split()


def test_the_video_is_made_for_seeking() -> None:
    with av.open(str(CASE / "media" / "arrival.webm")) as container:
        video = container.streams.video[0]
        assert video.codec_context.name in {"vp9", "libvpx-vp9"}
        assert (video.width, video.height) == (960, 540)
        packets = [packet for packet in container.demux(video) if packet.size]
    times = [packet.pts for packet in packets if packet.pts is not None]
    assert times == sorted(times), "no frame waits for a later one"
    keys = [float(packet.pts * packet.time_base) for packet in packets if packet.is_keyframe and packet.pts is not None]
    assert keys[0] == 0.0
    assert max(np.diff(keys)) <= 2.01
    assert 30 < duration_s(CASE / "media" / "arrival.webm") < 60


def reader(name: str) -> CineReader:
    path = CASE / "media" / f"{name}.cine"
    return CineReader(lambda: path.open("rb"), path.stat().st_size)


@pytest.mark.parametrize(("name", "run"), [("right-groin", RIGHT_GROIN), ("left-groin", LEFT_GROIN)])
def test_a_cine_holds_the_simulated_run(name: str, run: Run) -> None:
    with reader(name) as cine:
        info = cine.info
        assert (info.frame_count, info.times_us, info.regions) == (FRAMES, times_us(), (calibration(),))
        frames = [
            np.asarray(Image.open(BytesIO(cine.frame_bytes(index))).convert("L"), dtype=int) for index in range(FRAMES)
        ]
    compared = (0, FRAMES // 2)
    for index, simulated in zip(compared, run.pictures(compared), strict=True):
        # Another machine's arithmetic may round a pixel to the neighbouring grey level, and no more than a few.
        difference = np.abs(frames[index] - simulated.astype(int))
        assert np.mean(difference > 0) < 0.01
        assert difference.max() <= 255 / 55 + 1
    assert len({frame.tobytes() for frame in frames}) == FRAMES


def test_the_calibration_measures_what_was_simulated() -> None:
    vein = LEFT_GROIN.lumen_px(0, 0)
    with reader("left-groin") as cine:
        region = cine.info.region_at(vein.x, vein.y)
    assert region is not None
    height = region.distance_mm((vein.x, vein.y - vein.radius_y), (vein.x, vein.y + vein.radius_y))
    assert height == pytest.approx(12.2, abs=0.05)


def test_the_still_is_the_simulated_one() -> None:
    committed = np.asarray(Image.open(CASE / "media" / "left-popliteal.png").convert("L"), dtype=int)
    difference = np.abs(committed - popliteal_picture().astype(int))
    assert np.mean(difference > 0) < 0.01


def test_captions_stay_until_the_next_where_it_follows_closely() -> None:
    said = [
        Utterance(speaker="nurse", words={"en": "One."}, start_s=1.0, end_s=2.0),
        Utterance(speaker="nurse", words={"en": "Two."}, start_s=2.28, end_s=3.0),
        Utterance(speaker="nurse", words={"en": "Three."}, start_s=4.0, end_s=5.0),
    ]
    cues = webvtt.parse(web_vtt(said, {"nurse": {"en": "Nurse"}}, "en")).cues
    assert [(cue.start, cue.end) for cue in cues] == [(1.0, 2.28), (2.28, 3.22), (4.0, 5.22)]


def test_a_script_names_who_speaks() -> None:
    line = Line(speaker="nurse", sentences=({"en": "One."}, {"en": "Two."}), say={})
    written = script({"en": "Title"}, {"en": "A room."}, [line], {"nurse": {"en": "Nurse"}}, "en")
    assert written == "# Title\n\n*A room.*\n\n**Nurse:** One. Two.\n"
