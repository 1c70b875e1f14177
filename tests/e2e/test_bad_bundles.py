"""A bad bundle at import: refused by its own name and words, and the good one stays and can be sat."""

import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pocus_desktop import __version__
from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.authoring.build.publisher import PublisherKeys
from pocus_desktop.bundle import zip_records
from pocus_desktop.bundle.container import read_container
from pocus_desktop.bundle.signing import countersign
from pocus_desktop.bundle.stored_file import StoredFile
from pocus_desktop.bundle.trust.policy import TrustPolicy
from pocus_desktop.bundle.verifier import open_bundle
from pocus_desktop.cli.main import run
from pocus_desktop.crypto.dsse import Envelope
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.settings import HOME_VARIABLE
from tests.e2e.academy import LEFT, Academy, answer, flip, told

Spoil = Callable[[Academy, Path], Path]


def _cut(keep: float) -> Spoil:
    def spoil(academy: Academy, good: Path) -> Path:
        del academy
        with good.open("r+b") as file:
            file.truncate(int(good.stat().st_size * keep) if keep < 1 else good.stat().st_size - 1)
        return good

    return spoil


def _place(path: Path, name: str) -> tuple[int, int]:
    """Where a member's stored bytes begin, and how many there are; the last member where no name is given."""
    with StoredFile(path) as file:
        entries = read_container(file)
    entry = next((entry for entry in entries if entry.name == name), max(entries, key=lambda one: one.size))
    return entry.data_offset, entry.size


def _flip_content(academy: Academy, good: Path) -> Path:
    newer = academy.build(version=2, name=good.stem).bundle
    offset, size = _place(newer, "")
    flip(newer, offset + size // 2)
    return newer


def _flip_manifest(academy: Academy, good: Path) -> Path:
    del academy
    offset, size = _place(good, zip_records.MANIFEST_NAME)
    flip(good, offset + size // 2)
    return good


def _rewrite_manifest(academy: Academy, good: Path) -> Path:
    """The clever one: another version in the manifest, and every checksum of the container set right."""
    del academy
    data = good.read_bytes()
    offset, size = _place(good, zip_records.MANIFEST_NAME)
    envelope = data[offset : offset + size]
    signed = Envelope.parse(envelope)
    changed = Envelope(
        payload_type=signed.payload_type,
        payload=signed.payload.replace(b'"version":1', b'"version":2'),
        signatures=signed.signatures,
    ).to_bytes()
    assert len(changed) == len(envelope)
    assert changed != envelope
    old, new = (zlib.crc32(part).to_bytes(4, "little") for part in (envelope, changed))
    assert data.count(old) == 2, "once in the local header, once in the directory"
    good.write_bytes(data.replace(envelope, changed).replace(old, new))
    return good


def _another_signer(academy: Academy, good: Path) -> Path:
    """The same content with the signature of someone else in the place of the publisher's."""
    stranger = PublisherKeys.generate()
    return academy.build(version=2, keys=stranger, name=good.stem).bundle


def _another_signature_too(academy: Academy, good: Path) -> Path:
    """A stranger's own bundle of the same name; a second stranger vouches for it."""
    stranger, friend = PublisherKeys.generate(), PublisherKeys.generate()
    theirs = academy.build(version=2, keys=stranger, name=good.stem).bundle
    with open_bundle(theirs, TrustPolicy(keys=(stranger.signing.public,)), now_ms=0, app_version=__version__) as opened:
        countersign(opened, friend.signing, destination=good)
    return good


def _same_number(academy: Academy, good: Path) -> Path:
    text = (academy.source / "items" / "all.yaml").read_text()
    (academy.source / "items" / "all.yaml").write_text(text.replace("What next?", "What else?"))
    return academy.build(version=1, name=good.stem).bundle


def _no_bundle(academy: Academy, good: Path) -> Path:
    del academy
    good.write_text("A letter, renamed.\n" * 100)
    return good


VECTORS: dict[str, tuple[Spoil, str]] = {
    "cut in the middle": (_cut(0.5), "bundle.truncated"),
    "cut in the first header": (_cut(0.001), "bundle.truncated"),
    "last byte missing": (_cut(1), "bundle.truncated"),
    "byte flipped in the content": (_flip_content, "bundle.content_damaged"),
    "byte flipped in the manifest": (_flip_manifest, "bundle.checksum"),
    "manifest rewritten, checksums set right": (_rewrite_manifest, "bundle.not_trusted"),
    "re-signed by a stranger": (_another_signer, "bundle.not_trusted"),
    "re-signed by two strangers": (_another_signature_too, "bundle.not_trusted"),
    "another bundle under the same number": (_same_number, "bundle.same_version_differs"),
    "another kind of file": (_no_bundle, "bundle.not_a_bundle"),
}


@pytest.fixture
def at_home(academy: Academy, monkeypatch: pytest.MonkeyPatch) -> Academy:
    """The command line on the academy's station."""
    monkeypatch.setenv(HOME_VARIABLE, str(academy.workshop.home.folder))
    return academy


def _require_good_one_sat(academy: Academy) -> None:
    """The library has the good bundle, nothing half copied, and it is sat."""
    [entry] = academy.library.entries()
    assert (entry.bundle_id, entry.problem) == ("sore-leg", None)
    assert list(academy.library.folder.glob(".incoming-*")) == []
    _, opened = academy.begin()
    answer(opened, LEFT)


@pytest.mark.parametrize("name", VECTORS)
def test_a_bad_bundle_is_refused_and_the_good_one_stays(
    at_home: Academy, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    spoil, code = VECTORS[name]
    good = shutil.copy(at_home.workshop.built.bundle, tmp_path / "offered.casebundle")
    bad = spoil(at_home, Path(good))
    capsys.readouterr()
    assert run(["bundle", "import", str(bad)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    what, following = said.err.strip().splitlines()
    assert following.endswith(f"[{code}]")
    with pytest.raises(PocusError) as refused:
        at_home.take_in(bad)
    shown = told(refused.value, code)
    assert (what, following) == (shown.what, f"{shown.next}  [{code}]")
    _require_good_one_sat(at_home)


def test_a_damaged_copy_of_a_bundle_that_is_here_changes_nothing(at_home: Academy, tmp_path: Path) -> None:
    copy = Path(shutil.copy(at_home.workshop.built.bundle, tmp_path / "copy.casebundle"))
    offset, size = _place(copy, "")
    flip(copy, offset + size // 2)
    entry = at_home.take_in(copy)
    assert entry.path.read_bytes() == at_home.workshop.built.bundle.read_bytes()
    _require_good_one_sat(at_home)


def test_an_older_version_is_refused_even_after_the_newer_was_removed(
    at_home: Academy, capsys: pytest.CaptureFixture[str]
) -> None:
    first = at_home.workshop.built.bundle
    newer = at_home.build(version=2)
    at_home.take_in(newer.bundle)
    for _ in range(2):
        capsys.readouterr()
        assert run(["bundle", "import", str(first)]) == 1
        said = capsys.readouterr().err
        assert "[bundle.rolled_back]" in said
        assert "older (version 1)" in said
        assert "version 2 or newer" in said
        at_home.library.remove("sore-leg", 2) if at_home.library.find("sore-leg").version == 2 else None
    at_home.take_in(newer.bundle)
    _, opened = at_home.begin(version=2, content_key=newer.content_key)
    answer(opened, LEFT)


def test_a_bundle_of_another_programme_is_refused(at_home: Academy, capsys: pytest.CaptureFixture[str]) -> None:
    """A station may know for each content area who alone may sign for it."""
    theirs = PublisherKeys.generate()
    workshop = at_home.workshop
    Enrolment(
        publishers=workshop.enrolment.publishers,
        hubs=workshop.enrolment.hubs,
        hub_url=workshop.enrolment.hub_url,
        programmes={"lower-extremity-dvt": (theirs.signing.public,)},
    ).save(workshop.home.trust)
    newer = at_home.build(version=2)
    capsys.readouterr()
    assert run(["bundle", "import", str(newer.bundle)]) == 1
    said = capsys.readouterr().err
    assert "[bundle.wrong_programme]" in said
    assert "lower-extremity-dvt" in said
    with pytest.raises(PocusError) as refused:
        at_home.library.import_bundle(
            newer.bundle, Enrolment.load(workshop.home.trust).policy(), now_ms=0, app_version=__version__
        )
    told(refused.value, "bundle.wrong_programme")
    assert [entry.version for entry in at_home.library.entries()] == [1]
    right = at_home.build(version=3, keys=theirs)
    assert run(["bundle", "import", str(right.bundle)]) == 0


def test_a_person_at_a_terminal_reads_the_refusal(academy: Academy, tmp_path: Path) -> None:
    """The whole program in a process of its own: words on standard error, status 1, no traceback."""
    bad = tmp_path / "cut.casebundle"
    bad.write_bytes(academy.workshop.built.bundle.read_bytes()[:4_000])
    done = subprocess.run(
        [sys.executable, "-c", "from pocus_desktop.app.main import main; main()", "bundle", "import", str(bad)],
        env={**os.environ, HOME_VARIABLE: str(academy.workshop.home.folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "cut.casebundle is incomplete: its end is missing.",
        "Copy or download it again; the first copy was cut off.  [bundle.truncated]",
    ]


def test_a_bundle_damaged_in_the_library_is_told_at_sign_in_and_mended_by_importing_it_again(
    academy: Academy,
) -> None:
    admission_id = academy.admit()
    [entry] = academy.library.entries()
    with entry.path.open("r+b") as file:
        file.truncate(entry.path.stat().st_size // 2)
    [choice] = academy.station.choices("en")
    assert "not on this computer" in choice.told
    with pytest.raises(PocusError) as refused:
        academy.open(admission_id)
    told(refused.value, "bundle.not_in_library")
    academy.take_in(academy.workshop.built.bundle)
    academy.open(admission_id)
