"""`pocus receipt verify --log`, `pocus log` and `pocus hub audit`: what a candidate, an auditor and the academy run."""

import json
from pathlib import Path

import pytest

from pocus_desktop.cli.main import run
from pocus_desktop.kernel import canonical
from pocus_desktop.sitting.receipt import compact, entry_of, issue_receipt, with_proof
from pocus_desktop.sync.log_watch import LogWatch
from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.errors import TlogError
from pocus_desktop.tlog.head import Head
from pocus_desktop.tlog.proof import Proof
from tests.tlog.world import ENTRIES, LOG, ORIGIN, STRANGER, head_of, published, signed

PLACE = 250


class World:
    """A receipt that was entered between others, as files, and copies of the log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.academy = self.write("academy.json", canonical.encode({"format": 1, "keys": [LOG.public.as_json()]}))
        self.result = self.write("result", b"a sealed result")
        self.bare = issue_receipt(
            LOG,
            sealed_digest=canonical.digest(b"a sealed result"),
            sitting="sit_1",
            last_seq=9,
            received_at_ms=1_790_000_000_000,
            is_partial=False,
            log=ORIGIN,
        )
        self.entries = (*ENTRIES[:PLACE], entry_of(self.bare), *ENTRIES[PLACE : PLACE + 20])
        leaves = [merkle.leaf_hash(entry) for entry in self.entries[: PLACE + 1]]
        head = Head(origin=ORIGIN, size=PLACE + 1, root=merkle.root_of(leaves))
        path = merkle.inclusion_proof(merkle.in_memory(leaves), PLACE, PLACE + 1)
        self.whole = with_proof(self.bare, Proof(index=PLACE, path=path, checkpoint=head.sign([LOG])))
        self.receipt = self.write("receipt.json", self.whole)
        self.head = self.write("head", head.sign([LOG]))

    def write(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return str(self.folder / name)

    def log(self, name: str, entries: tuple[bytes, ...], **changes: bytes) -> str:
        """A copy of a log in a folder."""
        for path, data in (published(entries) | changes).items():
            (self.folder / name / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name / path).write_bytes(data)
        return str(self.folder / name)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def verify(world: World, receipt: str, *more: str) -> int:
    return run(["receipt", "verify", receipt, "--academy", world.academy, *more])


def test_a_receipt_alone_proves_its_place_under_its_head(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(world, world.receipt, "--result", world.result) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["sitting"] == "sit_1"
    assert "It is for this sealed result." in printed.err
    assert "entry 251 of the academy's log, under the signed head of 251 entries" in printed.err


@pytest.mark.parametrize("form", ["whole", "short", "from before the log"])
def test_every_form_of_a_receipt_is_found_in_a_copy_of_the_log(
    world: World, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt, entries = world.receipt, world.entries
    if form == "short":
        receipt = world.write("short.json", compact(world.whole))
    elif form == "from before the log":
        old = issue_receipt(LOG, sealed_digest="ab" * 32, sitting="s", last_seq=1, received_at_ms=1, is_partial=False)
        receipt, entries = world.write("old.json", old), (*ENTRIES[:7], entry_of(old), *ENTRIES[7:30])
    assert verify(world, receipt, "--log", world.log("copy", entries)) == 0
    told = capsys.readouterr().err
    assert f"holds it as entry {8 if 'before' in form else 251}." in told
    assert ("nothing before it was dropped or altered" in told) == (form == "whole")


def test_a_stick_that_carries_the_log_is_a_place_as_well(world: World) -> None:
    world.log("stick/log", world.entries)
    assert verify(world, world.receipt, "--log", str(world.folder / "stick")) == 0


def lies(world: World) -> dict[str, tuple[str, tuple[bytes, ...]]]:
    """What a log may say of the receipt, and by what name it is refused."""
    before, after = world.entries[:PLACE], world.entries[PLACE + 1 :]
    return {
        "the result was dropped": ("tlog.forked", (*before, *after)),
        "the result was exchanged": ("tlog.forked", (*before, ENTRIES[-1], *after)),
        "something before it was dropped": ("tlog.forked", (*before[1:], world.entries[PLACE], *after)),
        "an older log": ("tlog.unproved", before),
    }


@pytest.mark.parametrize(
    "lie",
    ["the result was dropped", "the result was exchanged", "something before it was dropped", "an older log"],
)
def test_a_log_that_does_not_hold_the_receipt_is_named(
    world: World, lie: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, entries = lies(world)[lie]
    assert verify(world, world.receipt, "--log", world.log("copy", entries)) == 1
    assert f"[{code}]" in capsys.readouterr().err


def test_a_short_receipt_is_not_found_where_it_is_not(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    short = world.write("short.json", compact(world.whole))
    assert verify(world, short, "--log", world.log("copy", ENTRIES[:300])) == 1
    assert "[tlog.not_included]" in capsys.readouterr().err
    old = issue_receipt(LOG, sealed_digest="ab" * 32, sitting="s", last_seq=1, received_at_ms=1, is_partial=False)
    assert verify(world, world.write("old.json", old), "--log", str(world.folder / "copy")) == 1
    assert "[tlog.not_in_log]" in capsys.readouterr().err


def test_a_cut_or_foreign_copy_is_named(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    copy = world.log("copy", world.entries)
    (world.folder / "copy" / "tile" / "0" / "000").unlink()
    assert verify(world, world.receipt, "--log", copy) == 1
    assert "[tlog.incomplete]" in capsys.readouterr().err
    foreign = world.log("foreign", world.entries, checkpoint=head_of(world.entries, signer=STRANGER))
    assert verify(world, world.receipt, "--log", foreign) == 1
    assert "[tlog.not_signed]" in capsys.readouterr().err
    assert verify(world, world.receipt, "--log", str(world.folder / "nothing")) == 1
    assert "[tlog.incomplete]" in capsys.readouterr().err


def test_show_and_audit_tell_what_a_log_is(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--log", world.log("copy", world.entries), "--academy", world.academy]
    assert run(["log", "show", *where]) == 0
    assert f"{ORIGIN}\n271 entries" in capsys.readouterr().out
    assert run(["log", "show", "--json", *where]) == 0
    assert json.loads(capsys.readouterr().out)["keys"][0].startswith(f"{ORIGIN}+")
    kept = str(world.folder / "kept")
    assert run(["log", "audit", *where, "--since", world.receipt, "--keep", kept]) == 0
    assert "271 entries make the root that was signed." in capsys.readouterr().out
    grown = ["--log", world.log("grown", (*world.entries, *ENTRIES[-5:])), "--academy", world.academy]
    assert run(["log", "audit", *grown, "--since", kept]) == 0
    other = ["--log", world.log("other", (*world.entries[1:], *ENTRIES[-9:])), "--academy", world.academy]
    assert run(["log", "audit", *other, "--since", kept]) == 1
    printed = capsys.readouterr()
    assert "[tlog.forked]" in printed.err
    evidence = world.write("evidence.json", printed.out.splitlines()[-1].encode())
    assert run(["log", "compare", evidence, "--academy", world.academy]) == 1
    assert "[tlog.forked]" in capsys.readouterr().err


def kept_evidence(world: World) -> dict[str, str]:
    """What a station keeps of each kind, as the station writes it, by its code."""
    shown, found = world.entries, dict[str, str]()
    rewritten = (*ENTRIES[:PLACE], ENTRIES[-1], *world.entries[PLACE:])
    for name, told in {"forked": rewritten, "shrunk": shown[:-1], "other_log": shown}.items():
        watch = LogWatch(world.folder / name, [LOG.public])
        watch.note(signed(shown))
        with pytest.raises(TlogError):
            watch.prove(published(told, origin="other" if name == "other_log" else ORIGIN).get, is_live=True)
        (alarm,) = watch.alarms()
        found[alarm.code] = str(alarm.path)
    return found


def test_evidence_of_each_kind_is_told_and_goes_with_an_audit(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    academy = ["--academy", world.academy]
    copy = ["--log", world.log("copy", (*world.entries, ENTRIES[-1])), *academy]
    old = ["--log", world.log("old", world.entries[:9]), *academy]
    kept = kept_evidence(world)
    assert set(kept) == {"tlog.forked", "tlog.shrunk", "tlog.other_log"}
    for code, path in kept.items():
        assert run(["log", "compare", path, *academy]) == 1
        assert f"[{code}]" in capsys.readouterr().err
        assert run(["log", "audit", *copy, "--since", path]) == (1 if code == "tlog.forked" else 0)
        printed = capsys.readouterr()
        assert ("[tlog.forked]" in printed.err) == (code == "tlog.forked")
        assert "continues the one of 271 entries" in printed.out
        assert run(["log", "audit", *old, "--since", path]) == 1
        assert "[tlog.unproved]" in capsys.readouterr().err


@pytest.mark.parametrize("code", ["tlog.shrunk", "tlog.other_log", "tlog.forked", "else"])
def test_evidence_that_shows_nothing_is_refused(world: World, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    one = head_of(ENTRIES[:3]).decode()
    for heads in ({"first": one, "second": one}, {"first": one}, {}):
        path = world.write("evidence.json", canonical.encode({"format": 1, "code": code, **heads}))
        for command in (["compare", path], ["audit", "--log", world.log("copy", world.entries), "--since", path]):
            assert run(["log", *command, "--academy", world.academy]) == 1
            told = capsys.readouterr().err
            assert "[tlog.bad_proof]" in told or ("[tlog.bad_note]" in told and len(heads) < 2)


def test_heads_are_compared(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    academy = ["--academy", world.academy]
    later = world.write("later", head_of(world.entries))
    assert run(["log", "compare", world.receipt, world.head, *academy]) == 0
    assert "the same head, of 251 entries" in capsys.readouterr().out
    assert run(["log", "compare", later, world.receipt, *academy]) == 1
    assert "[tlog.unproved]" in capsys.readouterr().err
    copy = ["--log", world.log("copy", (*world.entries, ENTRIES[-1]))]
    assert run(["log", "compare", later, world.receipt, *academy, *copy]) == 0
    assert "The head of 271 entries continues the one of 251." in capsys.readouterr().out
    for code, head in {
        "tlog.forked": head_of((*ENTRIES[:PLACE], ENTRIES[-1])),
        "tlog.other_log": head_of(world.entries, origin="other"),
        "tlog.not_signed": head_of(world.entries, signer=STRANGER),
        "tlog.bad_note": b"nothing",
        "tlog.bad_head": compact(world.whole),
    }.items():
        assert run(["log", "compare", world.write("x", head), world.receipt, *academy, *copy]) == 1
        assert f"[{code}]" in capsys.readouterr().err
