"""Where secret keys live: the operating system's key store, or files under a passphrase (formats/primitives 8).

`open_keystore` picks once and remembers in its folder what it picked: a key must not seem lost because a key store
was away for a day. `describe` says which one is in use, in words for the screen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Protocol, TypeAlias

from pocus_desktop.crypto.encoding import BadEncodingError, from_base64, to_base64
from pocus_desktop.crypto.password import EmptyPassphraseError, open_with_passphrase, seal_under_passphrase
from pocus_desktop.kernel import canonical, ids, words
from pocus_desktop.kernel.canonical import BadJsonError, Json
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import sync_folder, write_atomically

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend  # imported when the system's store is asked for: most commands need none

StoreKind: TypeAlias = Literal["os", "file"]

SERVICE: Final = "pocus-desktop"
CHOICE_FILE: Final = "keystore.json"
FORMAT: Final = 1

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?")
_RECOMMENDED_PRIORITY: Final = 1  # keyring's own word for a backend that keeps what it holds protected
_PROBE: Final = "probe"


class BadKeyNameError(PocusError):
    """A key's name has other characters than lower-case letters, digits, dot, hyphen and underscore, or is too long."""

    code: ClassVar[str] = "crypto.bad_key_name"
    blame: ClassVar[Blame] = Blame.BUG


class KeyStoreUnavailableError(PocusError):
    """The operating system offers no key store that protects what it holds."""

    code: ClassVar[str] = "crypto.keystore_unavailable"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


class KeyStoreFailedError(PocusError):
    """A key store is locked, refused, or holds something else under our name."""

    code: ClassVar[str] = "crypto.keystore_failed"
    blame: ClassVar[Blame] = Blame.ENVIRONMENT


class PassphraseNeededError(PocusError):
    """Keys are kept in files here, and no passphrase was given."""

    code: ClassVar[str] = "crypto.passphrase_needed"
    blame: ClassVar[Blame] = Blame.USER


class KeyStore(Protocol):
    """Keeps secrets by name."""

    @property
    def kind(self) -> StoreKind:
        """Which kind of store this is."""

    def load(self, name: str) -> bytes | None:
        """The secret of that name, or None where there is none."""

    def store(self, name: str, secret: bytes) -> None:
        """Keep a secret; one of the same name is replaced."""

    def delete(self, name: str) -> None:
        """Forget a secret; nothing happens where there is none."""

    def describe(self, language: str = words.SOURCE_LANGUAGE) -> str:
        """Where keys are kept, in words for the screen."""


class OsKeyStore:
    """The operating system's key store: Keychain, Credential Manager, Secret Service or KWallet."""

    kind: StoreKind = "os"

    def __init__(self, backend: "KeyringBackend | None" = None, *, service: str = SERVICE) -> None:
        """Use the system's key store.

        Args:
            backend: The store to use; the one that the system offers where omitted.
            service: The name that entries stand under.

        Raises:
            KeyStoreUnavailableError: There is none, or it would keep keys unprotected.
        """
        self._backend = _protecting(backend)
        self._service = service

    def load(self, name: str) -> bytes | None:
        """The secret of that name, or None where there is none.

        Raises:
            BadKeyNameError: The name cannot be used.
            KeyStoreFailedError: The store is locked, refused, or holds something else under the name.
        """
        _require_name(name)
        try:
            text = self._backend.get_password(self._service, name)
        except Exception as problem:  # each backend raises what its bus raises
            raise KeyStoreFailedError(store=self._backend.name, action="load") from problem
        if text is None:
            return None
        try:
            return from_base64(text, field="secret")
        except BadEncodingError as problem:
            raise KeyStoreFailedError(store=self._backend.name, action="load") from problem

    def store(self, name: str, secret: bytes) -> None:
        """Keep a secret; one of the same name is replaced.

        Raises:
            BadKeyNameError: The name cannot be used.
            KeyStoreFailedError: The store is locked or refused.
        """
        _require_name(name)
        try:
            self._backend.set_password(self._service, name, to_base64(secret))
        except Exception as problem:  # as above
            raise KeyStoreFailedError(store=self._backend.name, action="store") from problem

    def delete(self, name: str) -> None:
        """Forget a secret; nothing happens where there is none.

        Raises:
            BadKeyNameError: The name cannot be used.
            KeyStoreFailedError: The store is locked or refused.
        """
        if self.load(name) is None:
            return
        try:
            self._backend.delete_password(self._service, name)
        except Exception as problem:  # as above
            raise KeyStoreFailedError(store=self._backend.name, action="delete") from problem

    def describe(self, language: str = words.SOURCE_LANGUAGE) -> str:
        """Where keys are kept, in words for the screen."""
        return words.say("crypto.keystore.os", language, store=self._backend.name)


class FileKeyStore:
    """One file a secret, each under the passphrase (Argon2id); for computers without a key store."""

    kind: StoreKind = "file"

    def __init__(self, folder: Path, passphrase: str) -> None:
        """Use a folder; it is made when the first secret is stored.

        Raises:
            EmptyPassphraseError: There is no passphrase.
        """
        if not passphrase:
            raise EmptyPassphraseError
        self._folder = folder
        self._passphrase = passphrase

    def load(self, name: str) -> bytes | None:
        """The secret of that name, or None where there is none.

        Raises:
            BadKeyNameError: The name cannot be used.
            KeyStoreFailedError: The file cannot be read.
            BadPassphraseFileError: The file is damaged, or another key's.
            WeakPassphraseFileError: The file asks for too little work per guess.
            WrongPassphraseError: The passphrase is not the one it was stored with.
        """
        path = self._path(name)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise KeyStoreFailedError(store="file", action="load") from problem
        return open_with_passphrase(data, self._passphrase, purpose=name)

    def store(self, name: str, secret: bytes) -> None:
        """Keep a secret; one of the same name is replaced in one step.

        Raises:
            BadKeyNameError: The name cannot be used.
            KeyStoreFailedError: The file cannot be written.
        """
        path = self._path(name)
        try:
            write_atomically(path, seal_under_passphrase(secret, self._passphrase, purpose=name), is_private=True)
        except OSError as problem:
            raise KeyStoreFailedError(store="file", action="store") from problem

    def delete(self, name: str) -> None:
        """Forget a secret; nothing happens where there is none.

        Raises:
            BadKeyNameError: The name cannot be used.
            KeyStoreFailedError: The file cannot be removed.
        """
        path = self._path(name)
        try:
            if path.exists():
                path.unlink()
                sync_folder(path.parent)
        except OSError as problem:
            raise KeyStoreFailedError(store="file", action="delete") from problem

    def describe(self, language: str = words.SOURCE_LANGUAGE) -> str:
        """Where keys are kept, in words for the screen."""
        return words.say("crypto.keystore.file", language, folder=str(self._folder))

    def _path(self, name: str) -> Path:
        _require_name(name)
        return self._folder / f"key-{name}.json"


def open_keystore(folder: Path, passphrase: str | None = None, *, backend: "KeyringBackend | None" = None) -> KeyStore:
    """The store that this computer's keys live in.

    The first time, the operating system's where it works, else files in `folder`; from then on what was picked first.

    Args:
        folder: Where the choice and, where needed, the files stand.
        passphrase: For the files; None where the person was not asked.
        backend: The system's key store to try; the one that it offers where omitted.

    Raises:
        KeyStoreUnavailableError: The system's store was picked before and is not there now.
        KeyStoreFailedError: The folder cannot be read or written.
        PassphraseNeededError: Files are the choice and no passphrase was given.
    """
    chosen = _read_choice(folder / CHOICE_FILE)
    if chosen is not None and chosen.kind == "os":
        return OsKeyStore(backend, service=chosen.service)
    own = ids.new_id(SERVICE)  # another home of the same person has other keys
    if chosen is None and (store := _working(backend, own)) is not None:
        _write_choice(folder / CHOICE_FILE, _Choice(kind="os", service=own))
        return store
    if not passphrase:
        raise PassphraseNeededError
    if chosen is None:
        _write_choice(folder / CHOICE_FILE, _Choice(kind="file"))
    return FileKeyStore(folder, passphrase)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Where the keys of one folder live, and in the system's store, under which name."""

    kind: StoreKind
    service: str = SERVICE


def _working(backend: "KeyringBackend | None", service: str) -> OsKeyStore | None:
    """The system's store if it answers; a first choice only, so that no key can be in it yet."""
    try:
        store = OsKeyStore(backend, service=service)
        store.store(_PROBE, _PROBE.encode())
        is_kept = store.load(_PROBE) == _PROBE.encode()
        store.delete(_PROBE)
    except (KeyStoreUnavailableError, KeyStoreFailedError):
        return None
    return store if is_kept else None


def _read_choice(path: Path) -> _Choice | None:
    try:
        document = canonical.decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, BadJsonError) as problem:
        raise KeyStoreFailedError(store=CHOICE_FILE, action="load") from problem
    if isinstance(document, Mapping) and document.get("format", FORMAT) == FORMAT:
        match document.get("store"), document.get("service", SERVICE):
            case "os", str(service):
                return _Choice(kind="os", service=service)
            case "file", _:
                return _Choice(kind="file")
    raise KeyStoreFailedError(store=CHOICE_FILE, action="load")


def _write_choice(path: Path, choice: _Choice) -> None:
    document: dict[str, Json] = {"format": FORMAT, "store": choice.kind}
    if choice.kind == "os":
        document["service"] = choice.service
    try:
        write_atomically(path, canonical.encode(document))
    except OSError as problem:
        raise KeyStoreFailedError(store=CHOICE_FILE, action="store") from problem


def _protecting(given: "KeyringBackend | None") -> "KeyringBackend":
    """The backend, or of a chain its first link, that protects what it holds; the system's where none is given."""
    import keyring
    from keyring.backends import fail, null
    from keyring.backends.chainer import ChainerBackend

    backend = keyring.get_keyring() if given is None else given
    links = backend.backends if isinstance(backend, ChainerBackend) else [backend]
    for link in links:
        is_empty = isinstance(link, fail.Keyring | null.Keyring)
        is_plain = "plaintext" in type(link).__name__.lower()
        if not is_empty and not is_plain and link.priority >= _RECOMMENDED_PRIORITY:
            return link
    raise KeyStoreUnavailableError(store=backend.name)


def _require_name(name: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise BadKeyNameError(length=len(name))
