"""A build: the same bytes every time, everything measured, nothing in a live bundle that must not be there."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pocus_desktop.authoring.build.build import Built, build
from pocus_desktop.authoring.build.members import gather
from pocus_desktop.authoring.build.publisher import NoPublisherKeysError, PublisherKeys
from pocus_desktop.authoring.build.recipe import Recipe, as_ms, read_recipe
from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.authoring.media.import_cine import NoteKind, make_cine
from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.bundle.scoring_key import open_scoring_key
from pocus_desktop.bundle.trust.policy import TrustPolicy
from pocus_desktop.bundle.verifier import open_bundle
from pocus_desktop.case.media import Cine, Clip
from pocus_desktop.case.models import Assessment
from pocus_desktop.case.problems import CaseRefusedError, Problem, Severity
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.kernel import words
from pocus_desktop.media.cine import CineReader, Region
from pocus_desktop.scoring.key import ScoringKey

KEYS = PublisherKeys(signing=SigningKey.from_seed(b"p" * 32), line_secret=b"l" * 32)
ACADEMY = SealingKey.from_seed(b"a" * 32)
OPEN = Recipe(mode="open")
SEALED = Recipe(mode="sealed", version=3)
_ELSEWHERE = """
import sys
from pathlib import Path
from pocus_desktop.authoring.build.build import build
from pocus_desktop.authoring.build.publisher import PublisherKeys
from pocus_desktop.authoring.build.recipe import Recipe
from pocus_desktop.crypto.keys import SealingKey, SigningKey
keys = PublisherKeys(signing=SigningKey.from_seed(b"p" * 32), line_secret=b"l" * 32)
academy = SealingKey.from_seed(b"a" * 32).public
print(build(Path(sys.argv[1]), out=Path(sys.argv[2]), keys=keys, academy=academy, recipe=Recipe(mode="open")).digest)
"""


@pytest.fixture(scope="module")
def tone() -> bytes:
    """Three seconds of a real, encoded tone."""
    time = np.arange(3 * 48_000, dtype=np.float32) / 48_000
    return encode_clip(samples=(0.2 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)).data


@pytest.fixture
def playable(source: Path, tone: bytes) -> Path:
    """The sound source, with a clip that plays."""
    (source / "media" / "arrival.ogg").write_bytes(tone)
    return source


def _show(source: Path, stage: str) -> None:
    """Put something on the stage of the last step; the file it names is no picture."""
    (source / "picture.png").write_bytes(b"not a picture")
    text = (source / "case.yaml").read_text()
    (source / "case.yaml").write_text(
        text.replace("        ask: [next-step]", f"        {stage}\n        ask: [next-step]")
    )


def _build(folder: Path, out: Path, recipe: Recipe) -> Built:
    return build(folder, out=out, keys=KEYS, academy=ACADEMY.public, recipe=recipe)


def test_the_same_source_gives_the_same_bytes(playable: Path, tmp_path: Path) -> None:
    first = _build(playable, tmp_path / "one", SEALED)
    second = _build(playable, tmp_path / "two", SEALED)
    assert first.bundle.name == "sore-leg-v3.casebundle"
    assert first.bundle.read_bytes() == second.bundle.read_bytes()


def test_clips_are_measured_and_the_case_compiled(playable: Path, tmp_path: Path) -> None:
    built = _build(playable, tmp_path, OPEN)
    with open_bundle(built.bundle, TrustPolicy(keys=(KEYS.signing.public,)), now_ms=0, app_version="0.1.0") as bundle:
        content = bundle.unlock()
        assert set(content.names()) == {
            "case.json",
            "scoring.json",
            "captions/a.en.vtt",
            "captions/a.es.vtt",
            "media/arrival.ogg",
            "scripts/a.en.md",
            "scripts/a.es.md",
        }
        assessment = Assessment.from_json(content.read("case.json"))
        assert content.read("media/arrival.ogg") == (playable / "media/arrival.ogg").read_bytes()
    clip = assessment.cases[0].phases[0].steps[0].stage[0]
    assert isinstance(clip, Clip)
    assert clip.duration_ms == pytest.approx(3000, abs=60)
    assert ScoringKey.from_json(_scoring(built)) == built.key


def test_a_sealed_bundle_holds_no_scoring_key_and_opens_with_its_content_key_only(
    playable: Path, tmp_path: Path
) -> None:
    built = _build(playable, tmp_path, SEALED)
    with open_bundle(built.bundle, TrustPolicy(keys=(KEYS.signing.public,)), now_ms=0, app_version="0.1.0") as bundle:
        names = bundle.unlock(built.content_key).names()
    assert "scoring.json" not in names
    assert b"arrival" not in built.bundle.read_bytes()
    assert b"rationale" not in built.scoring_key.read_bytes()
    assert ScoringKey.from_json(_scoring(built)) == built.key


def _scoring(built: Built) -> bytes:
    manifest = built.manifest
    return open_scoring_key(
        built.scoring_key.read_bytes(),
        ACADEMY,
        bundle_id=manifest.bundle_id,
        version=manifest.version,
        keys=[KEYS.signing.public],
    ).data


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(
            lambda source: (source / "media/arrival.ogg").write_bytes(b"noise" * 200),
            "source.clip_unplayable",
            id="a clip that does not decode",
        ),
        pytest.param(
            lambda source: (source / "captions/a.en.vtt").write_text(
                "WEBVTT\n\n00:02.000 --> 00:09.000\nLonger than the clip.\n"
            ),
            "captions.",
            id="captions longer than the clip",
        ),
        pytest.param(
            lambda source: (source / "scripts/a.es.md").write_text(" \n"), "source.script_empty", id="an empty script"
        ),
        pytest.param(
            lambda source: (source / "scripts/a.es.md").write_bytes(b"\xff\xfeH"),
            "source.not_utf8",
            id="a script in another encoding",
        ),
        pytest.param(
            lambda source: _show(source, "image: {file: picture.png, alt: {en: A, es: A}}"),
            "source.image_refused",
            id="an image that does not decode",
        ),
        pytest.param(
            lambda source: _show(
                source,
                "stage: [{kind: cine, frames: picture.png, alt: {en: A, es: A}, fps: 9}, "
                "{kind: cine, frames: picture.png, alt: {en: A, es: A}, fps: 8}]",
            ),
            "source.cine_rates",
            id="a cine at two speeds",
        ),
    ],
)
def test_media_that_cannot_be_used_stop_the_build_by_name(
    playable: Path, tmp_path: Path, spoil: Callable[[Path], object], code: str
) -> None:
    spoil(playable)
    with pytest.raises(CaseRefusedError) as refused:
        _build(playable, tmp_path / "out", SEALED)
    assert any(problem.code.startswith(code) for problem in refused.value.problems), refused.value.problems
    assert not (tmp_path / "out").exists()


def test_the_recipe_is_read_and_its_slips_are_told(source: Path) -> None:
    assert read_recipe(source) == Recipe()
    (source / "bundle.yaml").write_text("version: 2\nmode: open\nnot_after: 2027-01-01T00:00:00+01:00\n")
    recipe = read_recipe(source)
    assert (recipe.version, recipe.mode) == (2, "open")
    assert as_ms(recipe.not_after) == 1_798_758_000_000
    (source / "bundle.yaml").write_text("version: 0\nmood: open\nnot_after: 2027-01-01T00:00:00\n")
    with pytest.raises(CaseRefusedError) as refused:
        read_recipe(source)
    assert [problem.line for problem in refused.value.problems] == [1, 2, 3]
    assert "+01:00" in refused.value.problems[2].fix
    (source / "bundle.yaml").write_text("not_before: 2027-02-01T00:00:00Z\nnot_after: 2027-01-01T00:00:00Z\n")
    with pytest.raises(CaseRefusedError, match="not_before must be earlier"):
        read_recipe(source)


def test_another_process_on_another_machine_gives_the_same_bytes(playable: Path, tmp_path: Path) -> None:
    here = _build(playable, tmp_path / "here", OPEN)
    surroundings = {"PYTHONHASHSEED": "7", "TZ": "Asia/Kolkata", "LC_ALL": "POSIX", "PATH": os.environ["PATH"]}
    told = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE, playable, tmp_path / "there"],
        env=surroundings, cwd=tmp_path, umask=0o077, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == here.digest
    assert (tmp_path / "there" / here.bundle.name).read_bytes() == here.bundle.read_bytes()


def test_a_cine_without_calibration_cannot_be_measured(playable: Path, tmp_path: Path) -> None:
    scale = Region(x0=0, y0=0, x1=16, y1=16, mm_per_px_x=0.5, mm_per_px_y=0.5)
    loop = make_cine([np.full((16, 16), shade, np.uint8) for shade in (10, 90)], fps=20, regions=[scale])
    cine = "kind: cine, frames: loop.cine, alt: {en: A, es: A}"
    _show(playable, f"stage: [{{{cine}}}, {{{cine}, calibration: none}}]")
    (playable / "loop.cine").write_bytes(loop.data)
    built = _build(playable, tmp_path, OPEN)
    with open_bundle(built.bundle, TrustPolicy(keys=(KEYS.signing.public,)), now_ms=0, app_version="0.1.0") as bundle:
        content = bundle.unlock()
        measured, unmeasured = (content.read(cine.frames) for cine in _cines(built))
    assert measured == loop.data
    with CineReader(lambda: io.BytesIO(unmeasured), len(unmeasured)) as reader:
        assert reader.info == replace(loop.info, regions=())


def _cines(built: Built) -> list[Cine]:
    return [shown for step in built.assessment.steps() for shown in step.stage if isinstance(shown, Cine)]


def test_what_an_import_notes_is_told_where_the_case_names_it(playable: Path, tmp_path: Path) -> None:
    _show(playable, "cine: {frames: picture.png, alt: {en: A, es: A}}")
    Image.new("L", (16, 16)).save(playable / "picture.png")
    (warning,) = _build(playable, tmp_path, OPEN).warnings
    line = (playable / "case.yaml").read_text().splitlines()[warning.line - 1]
    assert (warning.file, warning.code) == ("case.yaml", "source.cine_burned_in_unknown")
    assert line[warning.column - 1 :].startswith("picture.png")


def test_every_note_of_an_import_has_words() -> None:
    assert [note for note in NoteKind if not words.has(f"problems.source.cine_{note}.what")] == []


@pytest.mark.parametrize(
    ("mark", "code", "severity"),
    [
        ("x: 8, y: 8, radius_x: 4, radius_y: 4", None, None),
        ("x: 14, y: 8, radius_x: 4, radius_y: 4", "source.area_beside", Severity.WARNING),
        ("x: 80, y: 8, radius_x: 4, radius_y: 4", "source.area_beside", Severity.ERROR),
    ],
)
@pytest.mark.parametrize("kind", ["hotspot", "select-point"])
def test_what_is_marked_lies_on_its_picture(
    playable: Path, kind: str, mark: str, code: str | None, severity: Severity | None
) -> None:
    area = f"area: {{shape: ellipse, {mark}}}"
    _ask_on_a_picture(playable, kind, area)
    found = _gathered(playable)
    assert [(p.code, p.severity) for p in found] == ([] if code is None else [(code, severity)])
    named = "items/all.yaml" if kind == "hotspot" else "scoring/all.yaml"
    assert all(p.file == named and p.line for p in found)


def test_a_frame_that_is_not_there_is_told(playable: Path) -> None:
    _ask_on_a_picture(
        playable, "hotspot", "area: {shape: rect, left: 1, top: 1, right: 9, bottom: 9}", more="frame: 1, "
    )
    assert [p.code for p in _gathered(playable)] == ["source.frame_missing"]


def test_a_medium_that_cannot_be_used_hides_nothing_of_the_others(playable: Path) -> None:
    _ask_on_a_picture(
        playable, "hotspot", "area: {shape: rect, left: 12, top: 1, right: 19, bottom: 9}", more="frame: 1, "
    )
    (playable / "media" / "arrival.ogg").write_bytes(b"not a medium")
    with pytest.raises(CaseRefusedError) as refused:
        gather(load_source(playable))
    assert [(p.code, p.severity) for p in refused.value.problems] == [
        ("source.clip_unplayable", Severity.ERROR),
        ("source.frame_missing", Severity.ERROR),
        ("source.area_beside", Severity.WARNING),
    ]


def test_marks_on_a_picture_that_cannot_be_used_are_not_judged(playable: Path) -> None:
    _ask_on_a_picture(playable, "hotspot", "area: {shape: rect, left: 80, top: 1, right: 90, bottom: 9}")
    (playable / "p.png").write_bytes(b"not a picture")
    with pytest.raises(CaseRefusedError) as refused:
        gather(load_source(playable))
    assert [p.code for p in refused.value.problems] == ["source.image_refused"]


def _gathered(folder: Path) -> list[Problem]:
    """The problems of items, whether they stop the build or not."""
    try:
        problems = gather(load_source(folder)).warnings
    except CaseRefusedError as refused:
        problems = refused.problems
    return [problem for problem in problems if problem.code in {"source.area_beside", "source.frame_missing"}]


def _ask_on_a_picture(source: Path, kind: str, area: str, *, more: str = "") -> None:
    """Put an item on a picture of 16 by 16 pixels in the place of the second one."""
    Image.new("L", (16, 16)).save(source / "p.png")
    text = "{en: A, es: A}"
    head = f"- {{id: next-step, type: {kind}, {more}prompt: {text}, picture: {{kind: image, file: p.png, alt: {text}}}"
    whole = f"{{id: whole, label: {text}, area: {{shape: rect, left: 0, top: 0, right: 16, bottom: 16}}}}"
    regions = f", regions: [{whole}, {{id: part, label: {text}, {area}}}]" if kind == "hotspot" else ""
    right = "correct: [part]" if kind == "hotspot" else f"areas: [{{{area}}}]"
    for name, start, entry in (
        ("items/all.yaml", "- id: next-step", f"{head}{regions}}}\n"),
        ("scoring/all.yaml", "- {item: next-step", f"- {{item: next-step, {right}}}\n"),
    ):
        written = (source / name).read_text()
        (source / name).write_text(written[: written.index(start)] + entry)


def test_a_remark_is_made_once(playable: Path, tmp_path: Path) -> None:
    (playable / "captions/a.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:00.300\nGood morning to all of you.\n")
    warnings = _build(playable, tmp_path, OPEN).warnings
    assert warnings
    assert len(set(warnings)) == len(warnings)


def test_publisher_keys_live_in_a_key_store(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path, "passphrase")
    with pytest.raises(NoPublisherKeysError):
        PublisherKeys.load(store)
    KEYS.save(store)
    assert PublisherKeys.load(FileKeyStore(tmp_path, "passphrase")) == KEYS


def test_the_compiled_case_is_canonical_json(playable: Path, tmp_path: Path) -> None:
    built = _build(playable, tmp_path, OPEN)
    with open_bundle(built.bundle, TrustPolicy(keys=(KEYS.signing.public,)), now_ms=0, app_version="0.1.0") as bundle:
        data = bundle.unlock().read("case.json")
    assert json.dumps(json.loads(data), separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode() == data
