"""Small values of rules and documents: days, credits, names of kinds."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from pocus_desktop.programme.days import FIRST_DAY, LAST_DAY

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CREDITS: Final = re.compile(r"\d{1,5}(\.\d{1,2})?", re.ASCII)


class Approach(StrEnum):
    """How an examination of the first trimester is made."""

    TRANSVAGINAL = "transvaginal"
    TRANSABDOMINAL = "transabdominal"


class CreditKind(StrEnum):
    """How continuing education is taken."""

    ONLINE = "online"
    IN_PERSON = "in-person"
    CORRESPONDENCE = "correspondence"


class Topic(StrEnum):
    """What it is about."""

    PROFESSIONAL_SKILLS = "professional-skills"
    ADVANCED_IMAGING = "advanced-imaging"
    CERTIFICATION_PREPARATION = "certification-preparation"


class Cost(StrEnum):
    """What it costs."""

    FREE = "free"
    PAID = "paid"
    MEMBER_DISCOUNT = "member-discount"


def parse_day(value: object) -> date:
    """`2026-02-28`, and nothing else that a library might take for a day.

    Raises:
        ValueError: It is no day of the calendar between 1900 and 2999.
    """
    if isinstance(value, str) and _DAY.fullmatch(value):
        day = date.fromisoformat(value)
    elif isinstance(value, date) and not isinstance(value, datetime):
        day = value
    else:
        raise ValueError("write a day as year-month-day, such as 2026-02-28")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError("a day lies between 1900 and 2999")
    return day


def parse_credits(value: object) -> Decimal:
    """Credits, to a hundredth: `1.25` as text, or a whole number.

    Raises:
        ValueError: It is something else; a binary fraction is, since it says something near what was meant.
    """
    is_exact = isinstance(value, int | str | Decimal) and not isinstance(value, bool)
    if not is_exact or not _CREDITS.fullmatch(str(value)):
        raise ValueError('write credits as text with at most two digits behind the point, such as "1.25"')
    return Decimal(str(value))


def format_credits(value: Decimal) -> str:
    """As it is written: no zeros behind the point that say nothing."""
    return f"{value.normalize():f}"


Day = Annotated[
    date,
    BeforeValidator(parse_day),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-02-28"]}),
]
"""A day of the calendar, without a zone."""

Credits = Annotated[
    Decimal,
    BeforeValidator(parse_credits),
    PlainSerializer(format_credits, return_type=str),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^\d{1,5}(\.\d{1,2})?$", "examples": ["1.25"]}),
]
"""Hours of continuing education, to a hundredth."""
