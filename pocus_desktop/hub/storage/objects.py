"""Bytes by their digest: what was accepted, as it came, for ever."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pocus_desktop.hub.errors import ObjectDamagedError, PlaceDamagedError
from pocus_desktop.hub.storage.places import Place
from pocus_desktop.kernel import canonical

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def is_digest(text: str) -> bool:
    """Whether a text is a SHA-256 as documents write it."""
    return _DIGEST.fullmatch(text) is not None


class Objects:
    """Immutable bytes in a place, each under the SHA-256 of its bytes."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def put(self, data: bytes) -> str:
        """Keep bytes; durable when this returns. The same bytes are kept once.

        Returns:
            Their digest.

        Raises:
            StoreUnavailableError: The place does not take them.
        """
        digest = canonical.digest(data)
        self.put_all({digest: data})
        return digest

    def put_all(self, several: Mapping[str, bytes]) -> None:
        """The same for several, by their digests.

        Raises:
            StoreUnavailableError: The place does not take one of them; others may be kept.
        """
        self._place.put_all({_name(digest): data for digest, data in several.items()})

    def get(self, digest: str) -> bytes | None:
        """The bytes of a digest, checked against it; None where there are none.

        Raises:
            ObjectDamagedError: They are no longer those that were put, or the place does not give them.
            StoreUnavailableError: The place does not answer now.
        """
        try:
            data = self._place.get(_name(digest))
        except PlaceDamagedError as problem:
            raise ObjectDamagedError(digest=digest) from problem
        if data is not None and canonical.digest(data) != digest:
            raise ObjectDamagedError(digest=digest)
        return data

    def may_hold(self, digest: str) -> bool:
        """Whether there may be bytes of a digest; False is certain, and costs next to nothing."""
        return self._place.may_have(_name(digest))

    def get_or_none(self, digest: str) -> bytes | None:
        """The bytes of a digest; None also where they are no longer those that were put.

        Raises:
            StoreUnavailableError: The place does not answer now.
        """
        try:
            return self.get(digest)
        except ObjectDamagedError:
            return None

    def remove(self, digest: str) -> None:
        """Forget bytes: of a quarantine that was settled, or what was refused after all.

        Raises:
            StoreUnavailableError: The place does not let them go.
        """
        self._place.remove(_name(digest))

    def digests(self) -> Iterator[str]:
        """Of everything that is kept, in order; whatever else lies there is passed over.

        Raises:
            StoreUnavailableError: The place does not answer now.
        """
        return (name.replace("/", "") for name in self._place.names() if is_digest(name.replace("/", "")))


def _name(digest: str) -> str:
    if not is_digest(digest):
        raise ValueError("not a digest")
    return f"{digest[:2]}/{digest[2:]}"
