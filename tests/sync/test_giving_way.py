"""A partial envelope and the newer one of its sitting: which goes, which stays, and that none holds the other up."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pocus_desktop.sync.engine import Status
from pocus_desktop.sync.errors import HubRefusedError, NoConnectionError
from pocus_desktop.sync.outbox import Outbox
from pocus_desktop.sync.store import OutboxStore
from tests.hub.school import Sat, School
from tests.sync.carriers import Deed, Story, fails
from tests.sync.test_outbox import HUB, NOW, _receipt, _signed

OFFLINE = fails(NoConnectionError(host="hub"))


@pytest.fixture
def sat(tmp_path: Path) -> Sat:
    return School(folder=tmp_path).sit()


def _outbox(folder: Path, *deeds: Deed) -> Outbox:
    return Outbox(folder / "outbox", Story(deeds=list(deeds)), [HUB.public], chance=lambda: 1.0)


def _digests(outbox: Outbox) -> set[str]:
    return {row.digest for row in outbox.rows()}


def _unlink(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("hurt", [_unlink, _cut])
def test_a_part_stays_where_the_newer_ones_file_is_of_no_use(
    tmp_path: Path, sat: Sat, hurt: Callable[[Path], None]
) -> None:
    outbox = _outbox(tmp_path, OFFLINE)
    final = outbox.take_in(sat.final, now_ms=NOW)
    hurt(tmp_path / "outbox" / final)
    part = outbox.take_in(sat.partial, now_ms=NOW + 1)
    outbox.run_once(NOW + 1)
    assert _digests(outbox) == {final, part}
    assert outbox.envelope(part) == sat.partial
    outbox.close()


def test_a_part_stays_where_the_newer_one_was_set_aside(tmp_path: Path, sat: Sat) -> None:
    outbox = _outbox(tmp_path, fails(HubRefusedError(host="hub", status=422, reason="x")), OFFLINE)
    final = outbox.take_in(sat.final, now_ms=NOW)
    outbox.run_once(NOW)
    part = outbox.take_in(sat.partial, now_ms=NOW + 1)
    outbox.run_once(NOW + 1)
    assert {row.digest: row.status for row in outbox.rows()} == {final: Status.QUARANTINED, part: Status.FAILED}
    outbox.close()


def test_a_part_that_comes_after_the_newer_one_goes_at_once(tmp_path: Path, sat: Sat) -> None:
    outbox = _outbox(tmp_path, _signed)
    final = outbox.take_in(sat.final, now_ms=NOW)
    outbox.take_in(sat.partial, now_ms=NOW + 1)
    assert _digests(outbox) == {final}
    outbox.run_once(NOW + 1)
    part = outbox.take_in(sat.partial, now_ms=NOW + 2)
    assert _digests(outbox) == {final}
    assert not (tmp_path / "outbox" / part).exists()
    outbox.close()


def test_a_receipt_by_stick_lets_go_of_the_parts_that_were_received(tmp_path: Path, sat: Sat) -> None:
    outbox = _outbox(tmp_path, _signed)
    part = outbox.take_in(sat.partial, now_ms=NOW)
    outbox.run_once(NOW)
    final = outbox.take_in(sat.final, now_ms=NOW + 1)
    assert _digests(outbox) == {part, final}
    outbox.take_receipt(final, _receipt(final), now_ms=NOW + 2)
    assert _digests(outbox) == {final}
    assert sorted(path.name for path in (tmp_path / "outbox").iterdir()) == [final, f"{final}.receipt", "outbox.sqlite"]
    outbox.close()


def test_a_part_that_a_crash_left_beside_the_newer_one_goes_at_the_next_start(
    tmp_path: Path, sat: Sat, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = _outbox(tmp_path)
    outbox.take_in(sat.partial, now_ms=NOW)
    with monkeypatch.context() as until_the_crash:
        until_the_crash.setattr(OutboxStore, "remove", lambda *_: False)
        final = outbox.take_in(sat.final, now_ms=NOW + 1)
    outbox.close()
    again = _outbox(tmp_path)
    assert _digests(again) == {final}
    again.close()
