"""What every item shares (QTI 3: item, interaction, response)."""

from pydantic import Field

from pocus_desktop.case.values import Duration, Model, Name, Text


class ItemCore(Model):
    """The fields that every interaction has.

    Attributes:
        id: Unique within the assessment.
        prompt: The question.
        help: A line under the prompt on how to answer.
        required: Whether going on without an answer asks for confirmation.
        time_limit_ms: From when the item is first shown until it locks.
        scored: False for items that are asked but never count.
    """

    id: Name
    prompt: Text
    help: Text | None = None
    required: bool = True
    time_limit_ms: Duration | None = Field(default=None, alias="time_limit")
    scored: bool = True
