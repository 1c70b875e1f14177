"""Many bundles verified at once: each tells for itself, and all of them stop when asked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pocus_desktop.app.library_check import verify_all
from pocus_desktop.bundle.verifier import Progress, TrustPolicy, VerifiedBundle, open_bundle
from pocus_desktop.bundle.writer import BundleSource, SourceMember, write_bundle
from pocus_desktop.crypto.keys import SigningKey

SIGNER = SigningKey.generate()
SIZE = 3 * 1024 * 1024


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    made = []
    for number in range(6):
        source = BundleSource(
            bundle_id=f"b{number}", version=1, title={"en": "B"}, content_area="b", languages=("en",), mode="sealed",
            minimum_app="0", members=(SourceMember(name="m", media_type="video/mp4", data=bytes(SIZE)),),
        )  # fmt: skip
        made.append(tmp_path / f"{number}.casebundle")
        write_bundle(source, line_secret=bytes(32), signers=[SIGNER], destination=made[-1])
    return made


def jobs(paths: list[Path]) -> list[Callable[[], VerifiedBundle]]:
    policy = TrustPolicy(keys=(SIGNER.public,))
    return [lambda path=path: open_bundle(path, policy, now_ms=0, app_version="1") for path in paths]  # type: ignore[misc]


def test_every_bundle_is_read_and_progress_ends_at_the_whole(paths: list[Path]) -> None:
    told: list[Progress] = []
    assert verify_all(jobs(paths), total_bytes=6 * SIZE, progress=told.append) == (None,) * 6
    done = [each.done_bytes for each in told]
    assert done == sorted(done)
    assert done[-1] >= 6 * SIZE
    assert all(each.done_bytes <= each.total_bytes for each in told)


def test_one_damaged_byte_is_told_of_its_bundle_alone(paths: list[Path]) -> None:
    data = bytearray(paths[2].read_bytes())
    data[SIZE // 2] ^= 1
    paths[2].write_bytes(data)
    paths[4].write_bytes(b"")
    paths[5].unlink()
    found = [problem.code if problem is not None else "" for problem in verify_all(jobs(paths))]
    assert found[:4] == ["", "", "bundle.content_damaged", ""]
    assert found[4].startswith("bundle.")
    assert found[5] == "bundle.unreadable"


def test_a_stop_stops_all(paths: list[Path]) -> None:
    found = verify_all(jobs(paths * 20), cancel=lambda: True, threads=1)
    assert found[-1] is not None
    assert found[-1].code == "bundle.cancelled"


def test_what_the_teller_raises_stops_all_and_comes_out(paths: list[Path]) -> None:
    def interrupted(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify_all(jobs(paths * 20), progress=interrupted, threads=1)


def test_nothing_to_do_is_done() -> None:
    assert verify_all([]) == ()
