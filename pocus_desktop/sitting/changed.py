"""Changes frozen dataclasses with slots quickly, where a replay does it for every event (docs/adr/0036)."""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import TypeVar

Made = TypeVar("Made")


def changer(kind: type[Made]) -> Callable[..., Made]:
    """A function like `dataclasses.replace` for one class, several times as fast: it copies the slots themselves.

    Args:
        kind: A dataclass with slots, at least two fields and no `__post_init__`.
    """
    new = object.__new__
    names = tuple(field.name for field in fields(kind))  # type: ignore[arg-type]  # a dataclass
    by_name = {name: vars(kind)[name].__set__ for name in names}
    setters = tuple(by_name.values())
    values_of = attrgetter(*names)

    def change(one: Made, **changes: object) -> Made:
        made = new(kind)
        for set_slot, value in zip(setters, values_of(one), strict=True):
            set_slot(made, value)
        for name, value in changes.items():
            by_name[name](made, value)
        return made

    return change
