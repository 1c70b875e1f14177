"""`bundle.yaml`: how a source becomes a bundle; every field has a default, so the file may be left out."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError, model_validator

from pocus_desktop.authoring.source.document import read_document
from pocus_desktop.authoring.source.explain import explain
from pocus_desktop.case.problems import CaseRefusedError
from pocus_desktop.case.values import Model, Name

RECIPE_FILE: Final = "bundle.yaml"
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _version(value: str) -> str:
    if not _VERSION.fullmatch(value):
        raise ValueError("write a version of three numbers, such as 0.1.0")
    return value


class Recipe(Model):
    """The fields of `bundle.yaml`.

    Attributes:
        bundle_id: The id of the bundle's line; the assessment's id where it is left out.
        version: Goes up by one with every release, never down.
        mode: `open` carries its content key and scoring key (tutorials, practice, demonstrations); `sealed` needs an
            admission and never holds the scoring key.
        not_before: When it may first be opened, with its offset from UTC.
        not_after: When it may last be opened.
        minimum_app: The oldest version of this program that can deliver it.
    """

    bundle_id: Name | None = None
    version: int = Field(default=1, ge=1)
    mode: Literal["open", "sealed"] = "sealed"
    not_before: AwareDatetime | None = None
    not_after: AwareDatetime | None = None
    minimum_app: Annotated[str, AfterValidator(_version)] = "0.1.0"

    @model_validator(mode="after")
    def _in_order(self) -> "Recipe":
        if self.not_before is not None and self.not_after is not None and self.not_before >= self.not_after:
            raise ValueError("not_before must be earlier than not_after")
        return self


def read_recipe(folder: Path) -> Recipe:
    """The recipe of a source folder, or the defaults.

    Raises:
        CaseRefusedError: `bundle.yaml` is there and not as it should be.
    """
    path = folder / RECIPE_FILE
    if not path.is_file():
        return Recipe()
    document = read_document(path, RECIPE_FILE)
    if document.problems:
        raise CaseRefusedError(document.problems)
    try:
        return Recipe.model_validate(document.data)
    except ValidationError as refused:
        raise CaseRefusedError(explain(refused, document, Recipe)) from refused


def as_ms(moment: datetime | None) -> int | None:
    """A moment as milliseconds since the epoch."""
    return None if moment is None else (moment - _EPOCH) // timedelta(milliseconds=1)
