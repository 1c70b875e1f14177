"""How a sitting counts."""

from enum import StrEnum


class Mode(StrEnum):
    """How a sitting counts."""

    LIVE = "live"
    TRIAL = "trial"
    PRACTICE = "practice"
    REVIEW = "review"
    DEMO = "demo"
