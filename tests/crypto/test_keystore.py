"""Key stores: what protects nothing is refused, and the first choice is kept."""

from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringLocked

from pocus_desktop.crypto.keystore import (
    CHOICE_FILE,
    BadKeyNameError,
    FileKeyStore,
    KeyStore,
    KeyStoreFailedError,
    KeyStoreUnavailableError,
    OsKeyStore,
    PassphraseNeededError,
    open_keystore,
)
from pocus_desktop.crypto.password import BadPassphraseFileError, EmptyPassphraseError, WrongPassphraseError

PASSPHRASE = "several words together"
NO_STORE: KeyringBackend = fail.Keyring()  # type: ignore[no-untyped-call]
NULL_STORE: KeyringBackend = null.Keyring()  # type: ignore[no-untyped-call]


class Vault(KeyringBackend):
    """A key store of an operating system, in memory; no other test's program finds it by itself."""

    priority = 5.0
    viable = False

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._require_open()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._require_open()
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._require_open()
        del self.entries[service, username]

    def _require_open(self) -> None:
        if self.is_locked:
            raise KeyringLocked("locked")


class PlaintextKeyring(Vault):
    """Named as the one that writes passwords into a file."""


class NotRecommended(Vault):
    """A backend that says of itself that it should not be used."""

    priority = 0.5


class Forgetful(Vault):
    """Takes what it is given and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        del service, username, password


@pytest.fixture(params=["os", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    return OsKeyStore(Vault()) if request.param == "os" else FileKeyStore(tmp_path / "keys", PASSPHRASE)


def test_a_secret_is_kept_replaced_and_forgotten(store: KeyStore) -> None:
    assert store.load("station-signing") is None
    store.store("station-signing", b"\x00\xff" * 16)
    assert store.load("station-signing") == b"\x00\xff" * 16
    assert store.load("station-sealing") is None
    store.store("station-signing", b"new")
    assert store.load("station-signing") == b"new"
    store.delete("station-signing")
    store.delete("station-signing")
    assert store.load("station-signing") is None


@pytest.mark.parametrize("name", ["", "../up", "a/b", "A", "a b", "-a", "a-", ".hidden", "a\n", "ä", 101 * "a"])
def test_a_name_that_could_leave_the_folder_is_refused(store: KeyStore, name: str) -> None:
    for use in (store.load, store.delete, lambda n: store.store(n, b"x")):
        with pytest.raises(BadKeyNameError):
            use(name)


def test_each_store_says_in_words_which_it_is(tmp_path: Path) -> None:
    system, files = OsKeyStore(Vault()), FileKeyStore(tmp_path, PASSPHRASE)
    assert "key store" in system.describe()
    assert str(tmp_path) in files.describe()
    assert system.describe("es") != system.describe("en")
    assert (system.kind, files.kind) == ("os", "file")


@pytest.mark.parametrize(
    "backend",
    [
        pytest.param(NO_STORE, id="fail"),
        pytest.param(NULL_STORE, id="null"),
        pytest.param(PlaintextKeyring(), id="plaintext"),
        pytest.param(NotRecommended(), id="not-recommended"),
    ],
)
def test_a_store_that_protects_nothing_is_refused(backend: KeyringBackend, tmp_path: Path) -> None:
    with pytest.raises(KeyStoreUnavailableError) as refused:
        OsKeyStore(backend)
    assert refused.value.code == "crypto.keystore_unavailable"
    assert open_keystore(tmp_path, PASSPHRASE, backend=backend).kind == "file"


def test_of_a_chain_the_first_link_that_protects_is_used() -> None:
    vault = Vault()

    class Chain(ChainerBackend):
        viable = False  # as above
        backends = (PlaintextKeyring(), vault)

    chain: KeyringBackend = Chain()  # type: ignore[no-untyped-call]
    OsKeyStore(chain).store("a", b"secret")
    assert [name for _, name in vault.entries] == ["a"]


def test_a_locked_store_is_told_by_name() -> None:
    vault = Vault()
    store = OsKeyStore(vault)
    store.store("a", b"secret")
    vault.is_locked = True
    for use in (store.load, store.delete, lambda name: store.store(name, b"x")):
        with pytest.raises(KeyStoreFailedError) as refused:
            use("a")
        assert isinstance(refused.value.__cause__, KeyringLocked)


def test_an_entry_that_is_not_ours_is_refused() -> None:
    vault = Vault()
    store = OsKeyStore(vault)
    vault.set_password("pocus-desktop", "a", "not base64!")
    with pytest.raises(KeyStoreFailedError):
        store.load("a")


def test_files_are_private_and_bound_to_their_names(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path, PASSPHRASE)
    store.store("a", b"secret a")
    path = tmp_path / "key-a.json"
    assert path.stat().st_mode & 0o077 == 0
    assert b"secret" not in path.read_bytes()
    path.rename(tmp_path / "key-b.json")
    with pytest.raises(BadPassphraseFileError):
        store.load("b")


def test_another_passphrase_does_not_open_the_files(tmp_path: Path) -> None:
    FileKeyStore(tmp_path, PASSPHRASE).store("a", b"secret")
    with pytest.raises(WrongPassphraseError):
        FileKeyStore(tmp_path, "other words").load("a")
    with pytest.raises(EmptyPassphraseError):
        FileKeyStore(tmp_path, "")


def test_a_folder_that_cannot_be_used_is_told_by_name(tmp_path: Path) -> None:
    occupied = tmp_path / "keys"
    occupied.write_text("a file")
    store = FileKeyStore(occupied, PASSPHRASE)
    for use in (store.load, lambda name: store.store(name, b"x")):
        with pytest.raises(KeyStoreFailedError):
            use("a")
    with pytest.raises(KeyStoreFailedError):
        open_keystore(occupied, PASSPHRASE, backend=Vault())


def test_the_systems_store_is_picked_first_and_no_passphrase_is_asked(tmp_path: Path) -> None:
    vault = Vault()
    assert open_keystore(tmp_path, backend=vault).kind == "os"
    assert vault.entries == {}
    assert open_keystore(tmp_path, backend=vault).kind == "os"


def test_two_homes_of_one_person_do_not_share_keys(tmp_path: Path) -> None:
    vault = Vault()
    open_keystore(tmp_path / "a", backend=vault).store("station", b"one")
    assert open_keystore(tmp_path / "b", backend=vault).load("station") is None
    assert open_keystore(tmp_path / "a", backend=vault).load("station") == b"one"
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / CHOICE_FILE).write_bytes(b'{"format":1,"store":"os"}')
    OsKeyStore(vault).store("station", b"from before homes had names")
    assert open_keystore(tmp_path / "c", backend=vault).load("station") == b"from before homes had names"


@pytest.mark.parametrize("backend", [NO_STORE, Forgetful()], ids=["none", "keeps-nothing"])
def test_without_one_files_are_used_under_a_passphrase(tmp_path: Path, backend: KeyringBackend) -> None:
    with pytest.raises(PassphraseNeededError):
        open_keystore(tmp_path, backend=backend)
    assert not (tmp_path / CHOICE_FILE).exists()
    open_keystore(tmp_path, PASSPHRASE, backend=backend).store("a", b"secret")
    assert open_keystore(tmp_path, PASSPHRASE, backend=backend).load("a") == b"secret"


def test_the_choice_says_its_format_and_one_of_before_it_did_is_read(tmp_path: Path) -> None:
    open_keystore(tmp_path, PASSPHRASE, backend=NO_STORE)
    assert (tmp_path / CHOICE_FILE).read_bytes() == b'{"format":1,"store":"file"}'
    (tmp_path / CHOICE_FILE).write_bytes(b'{"store":"file"}')
    assert open_keystore(tmp_path, PASSPHRASE, backend=Vault()).kind == "file"


def test_a_locked_store_is_not_picked(tmp_path: Path) -> None:
    vault = Vault()
    vault.is_locked = True
    assert open_keystore(tmp_path, PASSPHRASE, backend=vault).kind == "file"


def test_keys_in_files_stay_in_files_when_a_store_appears(tmp_path: Path) -> None:
    open_keystore(tmp_path, PASSPHRASE, backend=NO_STORE).store("a", b"secret")
    later = open_keystore(tmp_path, PASSPHRASE, backend=Vault())
    assert (later.kind, later.load("a")) == ("file", b"secret")


def test_keys_in_the_systems_store_are_not_replaced_by_files_while_it_is_away(tmp_path: Path) -> None:
    open_keystore(tmp_path, backend=Vault())
    with pytest.raises(KeyStoreUnavailableError):
        open_keystore(tmp_path, PASSPHRASE, backend=NO_STORE)


@pytest.mark.parametrize("written", [b"", b"{", b"[]", b'{"store":"cloud"}', b'{"format":2,"store":"os"}'])
def test_a_damaged_choice_is_told_by_name(tmp_path: Path, written: bytes) -> None:
    (tmp_path / CHOICE_FILE).write_bytes(written)
    with pytest.raises(KeyStoreFailedError):
        open_keystore(tmp_path, PASSPHRASE, backend=Vault())
