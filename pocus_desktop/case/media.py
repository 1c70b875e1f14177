"""What stands on the stage of a step: clips, ultrasound cines, still images, the patient's summary."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from pocus_desktop.case.values import Duration, FileName, Language, Model, Text


class Clip(Model):
    """A recorded scene with sound, shown as video or heard alone, with captions and a written script.

    `duration`, `width_px` and `height_px` are measured when the bundle is built; an item writer leaves them out.
    """

    kind: Literal["clip"] = "clip"
    video: FileName | None = None
    audio: FileName | None = None
    title: Text | None = None
    captions: dict[Language, FileName] = Field(default_factory=dict)
    script: dict[Language, FileName] = Field(default_factory=dict)
    plays: int | None = Field(
        default=None, ge=1, description="How often it may be played; without it, as often as one likes."
    )
    seek: Literal["free", "back", "none"] = "back"
    required: bool = Field(default=False, description="Whether the candidate must start it before going on.")
    duration_ms: Duration | None = Field(default=None, alias="duration")
    width_px: int | None = Field(default=None, ge=1)
    height_px: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_source(self) -> "Clip":
        if (self.video is None) == (self.audio is None):
            raise ValueError("give either video or audio")
        return self

    @property
    def file(self) -> str:
        """The media file."""
        return self.video or self.audio or ""


class Cine(Model):
    """An ultrasound loop, shown frame by frame.

    `frames` names a `.cine` file, a DICOM file, a video, a folder of images, or `package:DISTRIBUTION/PATH` for a file
    of an installed Python package; the build turns all of them into a `.cine` member.
    """

    kind: Literal["cine"] = "cine"
    frames: str
    alt: Text = Field(description="What the loop shows, for those who cannot see it, without giving the answer away.")
    title: Text | None = None
    fps: float | None = Field(default=None, gt=0, le=240, description="Frames a second, where the source does not say.")
    calibration: Literal["from-source", "none"] = "from-source"
    loop: bool = True


class Image(Model):
    """A still picture."""

    kind: Literal["image"] = "image"
    file: FileName
    alt: Text = Field(description="What the picture shows, without giving the answer away.")
    title: Text | None = None


class PatientSummary(Model):
    """The patient's summary and present vital signs."""

    kind: Literal["patient"] = "patient"


Stage: TypeAlias = Annotated[Clip | Cine | Image | PatientSummary, Field(discriminator="kind")]
"""One thing on the stage; a step may have several, shown as tabs in this order."""

Picture: TypeAlias = Annotated[Cine | Image, Field(discriminator="kind")]
"""What a point or region is marked on."""
