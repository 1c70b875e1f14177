"""Keys on separate media: one folder a person, with the secret under a passphrase and the public half beside it.

`ann.pub` is what others are given (formats/trust 2.3). `key-trust-ann.json` stays on the medium; it opens with Ann's
passphrase only (formats/primitives 7). A publisher's folder serves as well, once its public keys lie there as
`publisher.pub`: who signs a programme's bundles signs its role too (formats/trust 2.2).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocus_desktop.bundle.trust.errors import BadCeremonyError, BadKeyFileError, NoKeysHereError, ShortPassphraseError
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.crypto.keystore import FileKeyStore
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.canonical import BadJsonError
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import write_atomically
from pocus_desktop.kernel.ids import NAME

PUBLIC_SUFFIX: Final = ".pub"
SHORTEST_PASSPHRASE: Final = 10
"""In characters. Who finds a stick guesses at leisure; Argon2id makes each guess dear, and four letters stay four."""

_LONGEST_NAME: Final = 60
_MOST_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A person, or a machine, and the key that it signs with."""

    name: str
    key: PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """A key on a medium, still locked.

    Attributes:
        holder: Whose it is.
        folder: Where it lies.
        entry: Its name in the key store of that folder.
    """

    holder: Holder
    folder: Path
    entry: str

    def unlock(self, passphrase: str) -> SigningKey:
        """The key itself.

        Raises:
            BadKeyFileError: The secret is not the one of the public file beside it.
            PocusError: `crypto.*`: the passphrase is another, or the file is damaged.
        """
        seed = FileKeyStore(self.folder, passphrase).load(self.entry)
        if seed is None:
            raise NoKeysHereError(folder=self.folder.name)
        key = SigningKey.from_seed(seed)
        if key.public != self.holder.key:
            raise BadKeyFileError(
                file=f"{self.holder.name}{PUBLIC_SUFFIX}", reason="it is not the other half of the key"
            )
        return key


def make(folder: Path, name: str, passphrase: str) -> KeyFile:
    """Make a key on a medium. Nothing that is there is ever overwritten.

    Raises:
        BadCeremonyError: The name cannot be used, or there is a key of that name.
        ShortPassphraseError: The passphrase is too short to keep a stick that was lost.
        PocusError: `crypto.*`, as the key store says.
    """
    if not NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise BadCeremonyError(reason=f"{name} cannot be a key's name: use lower-case letters, digits and hyphens")
    public, entry = folder / f"{name}{PUBLIC_SUFFIX}", f"trust-{name}"
    if public.exists() or _secret(folder, entry).exists():
        raise BadCeremonyError(reason=f"{folder.name} holds a key of {name} already, and keys are never overwritten")
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise ShortPassphraseError(least=SHORTEST_PASSPHRASE)
    key = SigningKey.generate()
    FileKeyStore(folder, passphrase).store(entry, key.seed)
    holder = Holder(name=name, key=key.public)
    write_atomically(public, public_bytes(holder))
    return KeyFile(holder=holder, folder=folder, entry=entry)


def find(folder: Path) -> tuple[KeyFile, ...]:
    """Every key of a medium, by its holder's name.

    Raises:
        NoKeysHereError: There is none with its public half.
        BadKeyFileError: A public file is something else.
    """
    found: list[KeyFile] = []
    for path in sorted(folder.glob(f"*{PUBLIC_SUFFIX}")):
        for entry in (f"trust-{path.stem}", f"{path.stem}-signing"):
            if _secret(folder, entry).is_file():
                found.append(KeyFile(holder=read_public(path), folder=folder, entry=entry))
                break
    if not found:
        raise NoKeysHereError(folder=folder.name)
    return tuple(found)


def public_bytes(holder: Holder) -> bytes:
    """What stands in a holder's public file."""
    return canonical.encode({"name": holder.name, "keys": [holder.key.as_json()]}) + b"\n"


def read_public(path: Path) -> Holder:
    """The signing key of a public file: a holder's, or one that `pocus keys show` wrote.

    Raises:
        BadKeyFileError: It is something else, or holds several signing keys.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        document = canonical.decode(data) if len(data) <= _MOST_BYTES else None
    except (OSError, BadJsonError) as problem:
        raise BadKeyFileError(file=path.name, reason="it cannot be read") from problem
    match document:
        case {"keys": list(listed), **rest}:
            try:
                keys = [key for key in map(PublicKey.from_json, listed) if key.algorithm == "ed25519"]
            except PocusError as problem:
                raise BadKeyFileError(file=path.name, reason="a key in it is no usable key") from problem
            name = rest.get("name", path.stem)
            if len(keys) == 1 and isinstance(name, str) and name.isprintable() and 0 < len(name) <= _LONGEST_NAME:
                return Holder(name=name, key=keys[0])
    raise BadKeyFileError(file=path.name, reason="it does not hold one public signing key")


def _secret(folder: Path, entry: str) -> Path:
    return folder / f"key-{entry}.json"
