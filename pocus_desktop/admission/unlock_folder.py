"""What was released to a station, kept in its home (formats/embargo 6).

`<digest>.unlock` is a release as it came; `<name>.words` is a key of the day, sealed to the computer at which it was
typed, so that the folder alone opens nothing. Files are written whole or not at all, and none is ever changed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pocus_desktop.admission.day_key import SECRET_BYTES, DayKey
from pocus_desktop.admission.shape import Base64, first_fault
from pocus_desktop.admission.unlock_errors import AlreadyUnlockedError, BadUnlockError
from pocus_desktop.admission.unlock_grant import MAXIMUM_BYTES, VerifiedGrant
from pocus_desktop.admission.unlock_passing import read_release
from pocus_desktop.admission.unlocking import Held
from pocus_desktop.crypto import hpke
from pocus_desktop.crypto.keys import PublicKey, SealingKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically

GRANT_SUFFIX: Final = ".unlock"
WORDS_SUFFIX: Final = ".words"

_INFO: Final = b"pocus kept day key v1\x00"
_Read = TypeVar("_Read")


class _KeptWords(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid", arbitrary_types_allowed=True)

    format: Literal[1] = 1
    name: str = Field(pattern=r"^[0-9a-f]{16}$")
    key_id: str
    sealed: Base64
    typed_at_ms: int = Field(ge=0, le=LATEST_MS, strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What lies in the folder.

    Attributes:
        held: What can be used.
        problems: For each file that cannot be used, its name and why.
    """

    held: Held
    problems: tuple[tuple[str, PocusError], ...] = ()


class UnlockFolder:
    """The releases and words of one station.

    Args:
        folder: Made when first something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep_grant(self, verified: VerifiedGrant) -> None:
        """Keep a release.

        Raises:
            AlreadyUnlockedError: It is here.
            FileRefusedError: The disk does not take it.
        """
        self._keep(f"{canonical.digest(verified.data)}{GRANT_SUFFIX}", verified.data)

    def keep_words(self, day_key: DayKey, owner: PublicKey, *, now_ms: int) -> None:
        """Keep a key of the day, sealed to this computer.

        Args:
            day_key: From words that opened something here.
            owner: This computer's sealing key.
            now_ms: When they were typed.

        Raises:
            AlreadyUnlockedError: It is here.
            FileRefusedError: The disk does not take it.
        """
        kept = _KeptWords(
            name=day_key.name,
            key_id=owner.key_id,
            sealed=hpke.seal(owner, day_key.secret, info=_INFO + day_key.name.encode("ascii")),
            typed_at_ms=now_ms,
        )
        self._keep(f"{day_key.name}{WORDS_SUFFIX}", canonical.encode(kept.model_dump(mode="json")))

    def load(self, hub_keys: Iterable[PublicKey], keys: Sequence[SealingKey]) -> Kept:
        """Everything that is here, every signature verified again.

        Args:
            hub_keys: Who signs releases.
            keys: This station's and its centre's.
        """
        trusted = tuple(hub_keys)
        problems: list[tuple[str, PocusError]] = []
        grants = self._each(GRANT_SUFFIX, lambda data: read_release(data, trusted), problems)
        day_keys = self._each(WORDS_SUFFIX, lambda data: _day_key(data, keys), problems)
        return Kept(held=Held(keys=tuple(keys), grants=grants, day_keys=day_keys), problems=tuple(problems))

    def _keep(self, name: str, data: bytes) -> None:
        path = self._folder / name
        try:
            if path.exists() and path.read_bytes()[:MAXIMUM_BYTES] == data:
                raise AlreadyUnlockedError
            write_atomically(path, data, is_private=True)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem

    def _each(
        self, suffix: str, read: Callable[[bytes], _Read], problems: list[tuple[str, PocusError]]
    ) -> tuple[_Read, ...]:
        found: list[_Read] = []
        for path in sorted(self._folder.glob(f"[!.]*{suffix}")):
            try:
                with path.open("rb") as file:
                    found.append(read(file.read(MAXIMUM_BYTES + 1)))
            except OSError as problem:
                problems.append((path.name, FileRefusedError.of(problem)))
            except PocusError as problem:
                problems.append((path.name, problem))
        return tuple(found)


def _day_key(data: bytes, keys: Sequence[SealingKey]) -> DayKey:
    try:
        kept = _KeptWords.model_validate(canonical.decode(data))
    except canonical.BadJsonError as problem:
        raise BadUnlockError(reason="the kept words are not JSON") from problem
    except ValidationError as problem:
        raise BadUnlockError(reason=first_fault(problem)) from problem
    mine = [key for key in keys if key.key_id == kept.key_id]
    if not mine:
        raise BadUnlockError(reason="the words were typed at another computer")
    try:
        secret = hpke.open_sealed(mine[0], kept.sealed, info=_INFO + kept.name.encode("ascii"))
    except hpke.CannotOpenSealedError as problem:
        raise BadUnlockError(reason="the kept words were altered") from problem
    if len(secret) != SECRET_BYTES:
        raise BadUnlockError(reason="the kept words were altered")
    return DayKey(secret=secret)
