"""A transport that does as the story says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import pytest

from pocus_desktop.sync.errors import SyncError

Deed: TypeAlias = Callable[[bytes, str], bytes]


def fails(error: SyncError) -> Deed:
    """This delivery ends with an error."""

    def deed(_envelope: bytes, _digest: str) -> bytes:
        raise error

    return deed


@dataclass
class Story:
    """Deliveries go as told, one after the other; a delivery that was not told of fails the test.

    Attributes:
        delivered: What was handed over, in order.
    """

    deeds: list[Deed] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    is_closed: bool = False

    @property
    def name(self) -> str:
        """What logs call it."""
        return "story"

    def deliver(self, envelope: bytes, digest: str) -> bytes:
        """Do the next deed."""
        if not self.deeds:
            pytest.fail("a delivery that was not told of")
        self.delivered.append(digest)
        return self.deeds.pop(0)(envelope, digest)

    def close(self) -> None:
        """Note it."""
        self.is_closed = True
