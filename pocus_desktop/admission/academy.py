"""The academy's keys: one signs admissions and receipts, the other opens sealed results; today's, and those of before.

All of them lie in the key store as one secret, so that a rotation is one write: whoever reads finds the keys of before
or those of after it, whole (formats/primitives 8.5). A key is never thrown away: what was sealed to it may still come.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pocus_desktop.crypto.encoding import BadEncodingError, from_hex
from pocus_desktop.crypto.keys import BadKeyError, PublicKey, SealingKey, SigningKey
from pocus_desktop.crypto.keystore import KeyStore
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.kernel.errors import Blame, PocusError

RING: Final = "academy-ring"
FORMAT: Final = 1
_SIGNING: Final = "academy-signing"
_SEALING: Final = "academy-sealing"


class NoAcademyKeysError(PocusError):
    """The key store holds no academy's keys."""

    code = "sitting.no_academy_keys"
    blame = Blame.USER


class BadRingError(PocusError):
    """What the key store holds as the academy's keys is something else, or a later program's."""

    code = "ring.bad_ring"
    blame = Blame.CONTENT


class NoSuchKeyError(PocusError):
    """No retired signing key of the academy has that id."""

    code = "ring.no_such_key"
    blame = Blame.USER


class CurrentKeyError(PocusError):
    """The key is the one in use, which can be revoked only after another took its place."""

    code = "ring.current_key"
    blame = Blame.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class AcademyKeys:
    """The academy's secret keys of one time.

    Attributes:
        signing: Ed25519, signs admissions and receipts.
        sealing: X25519, opens sealed results and scoring keys.
    """

    signing: SigningKey
    sealing: SealingKey

    @classmethod
    def generate(cls) -> "AcademyKeys":
        """Fresh keys."""
        return cls(signing=SigningKey.generate(), sealing=SealingKey.generate())

    @classmethod
    def load(cls, store: KeyStore) -> "AcademyKeys":
        """The keys of today; see `AcademyRing.load` for the errors."""
        return AcademyRing.load(store).current

    def save(self, store: KeyStore) -> None:
        """Keep the keys in a key store, as its only ones."""
        AcademyRing(current=self).save(store)

    @property
    def public(self) -> tuple[PublicKey, PublicKey]:
        """The public halves: signing, sealing."""
        return self.signing.public, self.sealing.public


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredKeys:
    """Keys of before: they open what was sealed to them, and what they signed counts unless they were revoked.

    Attributes:
        retired_at_ms: When others took their place, or when they were brought here; wall time.
        revoked_since_ms: From when on the signing key may have been in other hands; None where it never was.
        why: Of the revocation.
    """

    keys: AcademyKeys
    retired_at_ms: int
    revoked_since_ms: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcademyRing:
    """Every key of the academy.

    Attributes:
        current: Of today.
        retired: Of before, the last first.
    """

    current: AcademyKeys
    retired: tuple[RetiredKeys, ...] = ()

    @classmethod
    def of(cls, current: AcademyKeys, retired: Iterable[AcademyKeys]) -> "AcademyRing":
        """Keys of today, and older ones of which no more is known."""
        return cls(current=current, retired=tuple(RetiredKeys(keys=keys, retired_at_ms=0) for keys in retired))

    @classmethod
    def load(cls, store: KeyStore) -> "AcademyRing":
        """The keys of a key store.

        Raises:
            NoAcademyKeysError: They were never made there.
            BadRingError: Something else lies there.
            PocusError: `crypto.*`, as the key store says.
        """
        ring = store.load(RING)
        if ring is not None:
            return _read(ring)
        signing, sealing = store.load(_SIGNING), store.load(_SEALING)  # as programs before rotation kept them
        if signing is None or sealing is None:
            raise NoAcademyKeysError(store=store.describe())
        return cls(current=AcademyKeys(signing=SigningKey.from_seed(signing), sealing=SealingKey.from_seed(sealing)))

    def save(self, store: KeyStore) -> None:
        """Keep the keys in a key store, in one step; a crash leaves those of before or these.

        Raises:
            PocusError: `crypto.*`, as the key store says; nothing has changed then.
        """
        store.store(RING, self._to_bytes())
        for name in (_SIGNING, _SEALING):  # they are in the ring; left here, an older program would sign with them
            store.delete(name)

    def rotated(self, *, now_ms: int) -> "AcademyRing":
        """Fresh keys, and today's among the retired."""
        before = RetiredKeys(keys=self.current, retired_at_ms=now_ms)
        return AcademyRing(current=AcademyKeys.generate(), retired=(before, *self.retired))

    def with_retired(self, keys: AcademyKeys, *, now_ms: int) -> "AcademyRing":
        """Keys that were found again, among the retired; unchanged where they are here already."""
        if any(keys == known for known in (self.current, *(each.keys for each in self.retired))):
            return self
        return replace(self, retired=(*self.retired, RetiredKeys(keys=keys, retired_at_ms=now_ms)))

    def with_revoked(self, key_id: str, *, since_ms: int, why: str) -> "AcademyRing":
        """A retired signing key believed no more from a moment on; an earlier moment stands.

        Raises:
            CurrentKeyError: It is the one in use.
            NoSuchKeyError: There is none of that id.
        """
        if self.current.signing.key_id == key_id:
            raise CurrentKeyError(key=key_id)
        if all(each.keys.signing.key_id != key_id for each in self.retired):
            raise NoSuchKeyError(key=key_id)
        return replace(
            self,
            retired=tuple(
                _revoked(each, since_ms, why) if each.keys.signing.key_id == key_id else each for each in self.retired
            ),
        )

    @property
    def verifiers(self) -> tuple[PublicKey, ...]:
        """Whose signature is believed by itself: today's key, and retired ones that were not revoked."""
        kept = (each.keys for each in self.retired if each.revoked_since_ms is None)
        return tuple(keys.signing.public for keys in (self.current, *kept))

    @property
    def openers(self) -> tuple[SealingKey, ...]:
        """What may open a sealed result or a scoring key, today's first."""
        return tuple(keys.sealing for keys in (self.current, *(each.keys for each in self.retired)))

    @property
    def revoked(self) -> Mapping[str, int]:
        """Ids of revoked signing keys, and since when."""
        return {
            each.keys.signing.key_id: each.revoked_since_ms
            for each in self.retired
            if each.revoked_since_ms is not None
        }

    def public_json(self) -> dict[str, Json]:
        """What others are given: today's signing and sealing key, then retired signing keys; revoked ones apart."""
        current, *kept = self.verifiers
        listed = (current, self.current.sealing.public, *kept)
        revoked: list[Json] = [
            {**each.keys.signing.public.as_json(), "revoked_since_ms": each.revoked_since_ms}
            for each in self.retired
            if each.revoked_since_ms is not None
        ]
        told: dict[str, Json] = {"role": "academy", "keys": [key.as_json() for key in listed]}
        return {**told, "revoked": revoked} if revoked else told

    def _to_bytes(self) -> bytes:
        retired: list[Json] = [
            {
                **_seeds(each.keys),
                "retired_at_ms": each.retired_at_ms,
                "revoked_since_ms": each.revoked_since_ms,
                "why": each.why,
            }
            for each in self.retired
        ]
        return canonical.encode({"format": FORMAT, "current": _seeds(self.current), "retired": retired})


def _revoked(each: RetiredKeys, since_ms: int, why: str) -> RetiredKeys:
    earlier = since_ms if each.revoked_since_ms is None else min(each.revoked_since_ms, since_ms)
    return replace(each, revoked_since_ms=earlier, why=why)


def _seeds(keys: AcademyKeys) -> dict[str, Json]:
    return {"signing": keys.signing.seed.hex(), "sealing": keys.sealing.seed.hex()}


def _read(ring: bytes) -> AcademyRing:
    try:
        document = canonical.decode(ring)
        match document:
            case {"format": 1, "current": current, "retired": list(retired)}:
                return AcademyRing(current=_keys(current), retired=tuple(map(_retired, retired)))
    except (BadJsonError, BadEncodingError, BadKeyError) as problem:
        raise BadRingError(reason=problem.code) from problem
    raise BadRingError(reason="its form is not known to this version")


def _retired(document: Json) -> RetiredKeys:
    match document:
        case {"retired_at_ms": int(at_ms), "revoked_since_ms": int() | None as since_ms, "why": str(why)} if (
            0 <= at_ms <= LATEST_MS
        ):
            return RetiredKeys(keys=_keys(document), retired_at_ms=at_ms, revoked_since_ms=since_ms, why=why)
    raise BadRingError(reason="retired keys have another form")


def _keys(document: Json) -> AcademyKeys:
    match document:
        case {"signing": str(signing), "sealing": str(sealing)}:
            return AcademyKeys(
                signing=SigningKey.from_seed(from_hex(signing, field="signing")),
                sealing=SealingKey.from_seed(from_hex(sealing, field="sealing")),
            )
    raise BadRingError(reason="keys have another form")
