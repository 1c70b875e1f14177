"""Makes the media of this case: `python case_bundles/dvt-swollen-calf/build_media.py [texts|video|call|scans …]`.

Needs flite (Debian: `apt install flite`) for speech, and the project's authoring dependencies for the rest. What it
makes is committed; running it again gives the same pictures, sound, captions and scripts.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from dialogues import (
    ARRIVAL,
    ARRIVAL_SETTING,
    ARRIVAL_TITLE,
    CALL,
    CALL_SETTING,
    CALL_TITLE,
    NAMES,
    PHONE_VOICES,
    VOICES,
)
from PIL import Image
from PySide6.QtGui import QGuiApplication

from case_bundles.media_tools import triage_scene as scene
from case_bundles.media_tools.captions import script, web_vtt
from case_bundles.media_tools.leg_cine import cine
from case_bundles.media_tools.leg_scans import LEFT_GROIN, RIGHT_GROIN, popliteal_picture
from case_bundles.media_tools.pose import Pose
from case_bundles.media_tools.recording import FPS, write_audio, write_video
from case_bundles.media_tools.speech import Line, Recording, record

HERE = Path(__file__).parent
LANGUAGES = ("en", "es")
WIDTH_PX, HEIGHT_PX = 960, 540


def _written(name: str, data: bytes) -> None:
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    print(f"{name}: {len(data)} bytes")


def _texts(
    name: str, recording: Recording, title: dict[str, str], setting: dict[str, str], lines: Sequence[Line]
) -> None:
    for language in LANGUAGES:
        _written(f"captions/{name}.{language}.vtt", web_vtt(recording.utterances, NAMES, language).encode())
        _written(f"scripts/{name}.{language}.md", script(title, setting, lines, NAMES, language).encode())


def _cuts(recording: Recording) -> list[tuple[float, scene.Shot]]:
    """When the camera changes, and to where; a still camera keeps the file small."""
    starts = [utterance.start_s for utterance in recording.utterances]
    close = scene.Shot(x=515, y=285, zoom=1.32)
    plan = [
        (2, scene.PATIENT),
        (3, scene.LEGS),
        (4, scene.NURSE),
        (5, close),
        (7, scene.PATIENT),
        (8, scene.NURSE),
        (9, scene.PATIENT),
        (11, scene.Shot(x=690, y=200, zoom=1.9)),
        (13, close),
    ]
    return [(0.0, scene.WIDE), *((starts[index] - 0.3, shot) for index, shot in plan)]


def _pictures(recording: Recording) -> Iterator[npt.NDArray[np.uint8]]:
    drawing = scene.TriageScene(WIDTH_PX, HEIGHT_PX)
    cuts = _cuts(recording)
    points_at_leg = (recording.utterances[2].start_s, recording.utterances[3].end_s)
    looks = 1.0
    for number in range(int(recording.duration_s * FPS)):
        seconds = number / FPS
        index = max(i for i, cut in enumerate(cuts) if cut[0] <= seconds)
        speaking = next((u for u in recording.utterances if u.start_s - 0.2 <= seconds <= u.end_s), None)
        wanted = -0.7 if speaking is not None and "octor" in speaking.words["en"][:20] else 1.0
        looks += (wanted - looks) * 0.12
        reach = np.clip(min(seconds - points_at_leg[0], points_at_leg[1] + 0.6 - seconds) / 0.6, 0, 1)
        pose = Pose(
            seconds=seconds,
            nurse_mouth=_mouth(recording, "nurse", seconds),
            patient_mouth=_mouth(recording, "patient", seconds),
            nurse_looks=looks,
            patient_hand=float(reach * reach * (3 - 2 * reach)),
        )
        image = drawing.picture(cuts[index][1], pose)
        rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(HEIGHT_PX, image.bytesPerLine())
        yield np.ascontiguousarray(rows[:, : WIDTH_PX * 3].reshape(HEIGHT_PX, WIDTH_PX, 3))


def _mouth(recording: Recording, speaker: str, seconds: float) -> float:
    track = recording.loudness[speaker]
    at = int(seconds * 100)
    return float(np.mean(track[max(at - 3, 0) : at + 4])) if at < len(track) else 0.0


def _arrival() -> Recording:
    return record(ARRIVAL, VOICES, lead_s=1.6, tail_s=1.8, seed=11)


def _call() -> Recording:
    return record(CALL, PHONE_VOICES, lead_s=0.7, tail_s=1.0, seed=12)


def build_texts() -> None:
    """Captions and scripts of both clips."""
    _texts("arrival", _arrival(), ARRIVAL_TITLE, ARRIVAL_SETTING, ARRIVAL)
    _texts("call", _call(), CALL_TITLE, CALL_SETTING, CALL)


def build_video() -> None:
    """The scene of the patient's arrival."""
    recording = _arrival()
    (HERE / "media").mkdir(exist_ok=True)
    target = HERE / "media" / "arrival.webm"
    write_video(target, _pictures(recording), recording.sound, width_px=WIDTH_PX, height_px=HEIGHT_PX)
    print(f"media/arrival.webm: {target.stat().st_size} bytes, {recording.duration_s:.1f} s")


def build_call() -> None:
    """The telephone call."""
    recording = _call()
    (HERE / "media").mkdir(exist_ok=True)
    target = HERE / "media" / "call.webm"
    write_audio(target, recording.sound)
    print(f"media/call.webm: {target.stat().st_size} bytes, {recording.duration_s:.1f} s")


def build_scans() -> None:
    """The ultrasound: two loops and a still."""
    _written("media/right-groin.cine", cine(RIGHT_GROIN))
    _written("media/left-groin.cine", cine(LEFT_GROIN))
    (HERE / "media").mkdir(exist_ok=True)
    target = HERE / "media" / "left-popliteal.png"
    Image.fromarray(popliteal_picture()).save(target, optimize=True)
    print(f"media/left-popliteal.png: {target.stat().st_size} bytes")


def main(wanted: list[str]) -> None:
    """Build what is wanted, or everything."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication(sys.argv[:1])
    parts = {"texts": build_texts, "video": build_video, "call": build_call, "scans": build_scans}
    for name in wanted or parts:
        parts[name]()
    application.quit()


if __name__ == "__main__":
    main(sys.argv[1:])
