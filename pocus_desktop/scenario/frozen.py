"""Makes frozen dataclasses with slots in one go.

The constructor of a frozen dataclass sets each field by a look-up of `object.__setattr__`; making the objects of a step
that way was a large part of the step. This sets the slots themselves, in the order of the fields (docs/adr/0020).
"""

from collections.abc import Callable
from dataclasses import fields
from typing import TypeVar

Made = TypeVar("Made")


def maker(kind: type[Made]) -> Callable[..., Made]:
    """A function that makes a `kind` from the values of all its fields, by position.

    Args:
        kind: A dataclass with slots and without `__post_init__`.
    """
    new = object.__new__
    setters = tuple(vars(kind)[field.name].__set__ for field in fields(kind))  # type: ignore[arg-type]  # a dataclass

    def make(*values: object) -> Made:
        made = new(kind)
        for set_slot, value in zip(setters, values, strict=True):
            set_slot(made, value)
        return made

    return make
