"""What the preview reads: the case as it stands, its problems, and never an exception for what an editor does."""

from pathlib import Path

import numpy as np
import pytest

from pocus_desktop.authoring.media.clip import encode_clip
from pocus_desktop.authoring.preview import NoSuchMemberError, read_preview


@pytest.fixture
def playable(source: Path) -> Path:
    """The sound source, with a clip that plays."""
    samples = (0.2 * np.sin(np.arange(3 * 48_000) / 20)).astype(np.float32)
    (source / "media" / "arrival.ogg").write_bytes(encode_clip(samples=samples).data)
    return source


def test_a_sound_case_comes_with_its_media_and_its_key(playable: Path) -> None:
    preview = read_preview(playable)
    assert (preview.assessment and preview.assessment.id, preview.problems) == ("sore-leg", ())
    assert preview.key is not None
    assert "media/arrival.ogg" in preview.content.names()
    data = (playable / "media" / "arrival.ogg").read_bytes()
    assert preview.content.read("media/arrival.ogg") == data
    assert preview.content.size_bytes("media/arrival.ogg") == len(data)
    assert preview.content.media_type("media/arrival.ogg") == "audio/ogg"
    with preview.content.open("media/arrival.ogg") as file:
        assert file.read() == data
    with pytest.raises(NoSuchMemberError):
        preview.content.read("case.yaml")
    assert {path.name for path in preview.files} >= {"case.yaml", "all.yaml", "arrival.ogg", "a.en.vtt"}


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [("case.yaml", "format: [", "source.cut_off"), ("media/arrival.ogg", "noise", "source.clip_unplayable")],
)
def test_while_there_are_errors_there_is_no_case(playable: Path, file: str, text: str, code: str) -> None:
    (playable / file).write_text(text)
    preview = read_preview(playable)
    assert preview.assessment is None
    assert preview.content.names() == ()
    assert code in [problem.code for problem in preview.problems]
    assert preview.files, "the next save must be seen"


def test_a_file_that_goes_while_it_is_read_is_a_problem(playable: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def gone(path: Path) -> bytes:
        if path.suffix == ".vtt":
            raise FileNotFoundError(2, "No such file", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", gone)
    preview = read_preview(playable)
    assert [(problem.code, problem.file) for problem in preview.problems] == [("source.file_unreadable", "a.en.vtt")]
    assert preview.assessment is None
