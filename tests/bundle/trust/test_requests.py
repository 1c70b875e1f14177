"""Signing requests: what a signer is told, what a file can lie about, and whose signatures come back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tuf.api.metadata import Root, Signature, Targets

from pocus_desktop.bundle.trust import academy as policies
from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust import request as requests
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.ceremony import Holders
from pocus_desktop.bundle.trust.listing import WITHDRAWN_FIELD, Withdrawal, written_withdrawals
from pocus_desktop.bundle.trust.rehearsal import rehearse
from pocus_desktop.bundle.trust.request import SigningRequest
from pocus_desktop.kernel.errors import PocusError
from tests.bundle.trust.academy import AREA, NOW_MS, Academy, holders, key


@pytest.fixture
def academy(tmp_path: Path) -> Academy:
    made = Academy(folder=tmp_path / "depot")
    made.found()
    return made


def named(*names: str, threshold: int = 1) -> Holders:
    return Holders(
        keys=tuple(key(name).public for name in names),
        threshold=threshold,
        names={key(name).key_id: name for name in names},
    )


def carried(academy: Academy, role: str) -> SigningRequest:
    """The request as it comes out of a file elsewhere."""
    return requests.parse(requests.make(academy.repository, role).to_bytes(), file="carried")


def told(academy: Academy, role: str) -> tuple[str, ...]:
    return carried(academy, role).changes().told


def code_of(action: Callable[[], Any]) -> str:
    with pytest.raises(PocusError) as caught:
        action()
    assert "{" not in str(caught.value)
    return caught.value.code


def test_keys_and_thresholds_are_told(academy: Academy) -> None:
    ceremony.rotate(academy.repository, "root", named("ann", "ben", "fay", threshold=3), now_ms=NOW_MS)
    lines = told(academy, "root")
    assert [line.split(":")[0] for line in lines] == [
        "KEY COMES to root",
        "KEY GOES from root",
        "root will need 3 signatures instead of 2.",
    ]
    assert "fay" in lines[0]
    changes = carried(academy, "root").changes()
    assert (changes.version, changes.version_before) == (2, 1)
    root = next(body for body in changes.bodies if body.role == "root")
    assert [member.name for member in root.members] == ["ann", "ben", "fay"]
    assert all(len(member.words.split()) == 12 for member in root.members)


def test_programmes_are_told(academy: Academy) -> None:
    ceremony.delegate(academy.repository, "lung", named("fay", "gus", threshold=2), now_ms=NOW_MS)
    assert told(academy, "targets") == ("NEW: lung will be signed by 2 of 2.",)
    assert told(academy, "lung") == ()
    people = carried(academy, "lung").people()
    assert sorted(member.name for member in people.values()) == ["fay", "gus"]


def test_bundles_and_withdrawals_are_told(academy: Academy) -> None:
    academy.list_bundle("dvt-one", 1)
    academy.list_bundle("dvt-two", 1)
    role = academy.repository.draft(AREA, Targets, now_ms=NOW_MS)
    [one, two] = sorted(role.targets)
    del role.targets[one]
    role.targets[two] = academy.repository.put_target(two, b"other bytes")
    role.targets[f"{AREA}/dvt-new-1.manifest.dsse.json"] = academy.repository.put_target(
        f"{AREA}/dvt-new-1.manifest.dsse.json", b"new"
    )
    gone = Withdrawal(bundle_id="dvt-one", version=1, reason="Wrong\x1b[2J clip.\u202e", at_ms=NOW_MS)
    role.unrecognized_fields[WITHDRAWN_FIELD] = written_withdrawals([gone])
    academy.repository.stage(AREA, role)
    assert told(academy, AREA) == (
        f"LISTED: {AREA}/dvt-new-1.manifest.dsse.json",
        f"NO LONGER LISTED: {one}",
        f"REPLACED under the same name: {two}",
        "WITHDRAWN: dvt-one version 1. Reason: Wrong·[2J clip.·",
    )


def test_the_policy_is_told_whole(academy: Academy) -> None:
    ceremony.set_policy(academy.repository, AcademyPolicy(hub_url="https://new"), now_ms=NOW_MS)
    lines = told(academy, "targets")
    assert "Results are sent to: https://new" in lines[1]
    assert any("live sitting: override" in line for line in lines)


def test_signatures_come_back_and_count(academy: Academy) -> None:
    ceremony.renew(academy.repository, ["root"], now_ms=NOW_MS)
    first = carried(academy, "root").signed_by([key("ann"), key("mallory")])
    second = carried(academy, "root").signed_by([key("ben")])
    assert requests.collect(academy.repository, first, file="a").missing == 2
    assert requests.collect(academy.repository, first, file="a").missing == 2, "again is no more"
    assert requests.collect(academy.repository, second, file="b").is_complete
    staged = academy.repository.staged("root", Root)
    assert staged is not None
    assert key("mallory").key_id not in staged.signatures


def test_a_signature_that_does_not_verify_is_left(academy: Academy) -> None:
    ceremony.renew(academy.repository, ["root"], now_ms=NOW_MS)
    forged = carried(academy, "root")
    forged.metadata.signatures[key("ann").key_id] = Signature(key("ann").key_id, "00" * 64)
    assert requests.collect(academy.repository, forged, file="a").missing == 4
    assert requests.collect(academy.repository, carried(academy, "root").signed_by([key("ann")]), file="a").missing == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda document: document.update(before=None), "not the next version"),
        (lambda document: document.update(authority=None), "the root before it is missing"),
        (lambda document: document.update(metadata=None), "nothing to sign"),
        (lambda document: document.update(role="targets"), "another kind"),
        (lambda document: document.update(role=3), "role is missing"),
        (lambda document: document["metadata"]["signed"].update(version=7), "not the next version"),
        (lambda document: document["authority"]["signed"].update(version=3), "another root"),
        (lambda document: document["metadata"]["signed"].update(x=0.5), "cannot be read"),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    academy: Academy, change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    ceremony.renew(academy.repository, ["root"], now_ms=NOW_MS)
    document = json.loads(requests.make(academy.repository, "root").to_bytes())
    change(document)
    with pytest.raises(PocusError) as caught:
        requests.parse(json.dumps(document).encode(), file="spoilt")
    assert caught.value.code == "trust.bad_request"
    assert reason in str(caught.value)


def test_a_policy_that_is_not_the_one_signed_for_is_refused(academy: Academy) -> None:
    ceremony.set_policy(academy.repository, AcademyPolicy(hub_url="https://new"), now_ms=NOW_MS)
    document = json.loads(requests.make(academy.repository, "targets").to_bytes())
    document["policy"]["hub_url"] = "https://shown-instead"
    assert code_of(lambda: requests.parse(json.dumps(document).encode(), file="x")) == "trust.bad_request"


def test_a_lie_about_the_past_does_not_hide_what_will_be(academy: Academy) -> None:
    """A false `before` that has the new key already leaves no change to tell; the body as it will be has it still."""
    ceremony.rotate(academy.repository, "targets", named("mallory"), now_ms=NOW_MS)
    document = json.loads(requests.make(academy.repository, "root").to_bytes())
    for part in ("before", "authority"):
        document[part]["signed"]["keys"] = document["metadata"]["signed"]["keys"]
        document[part]["signed"]["roles"] = document["metadata"]["signed"]["roles"]
    changes = requests.parse(json.dumps(document).encode(), file="lie").changes()
    assert changes.told == ()
    targets = next(body for body in changes.bodies if body.role == "targets")
    assert [member.name for member in targets.members] == ["mallory"]


def test_nothing_to_request(academy: Academy) -> None:
    for role in ("root", "targets", AREA, "nowhere"):
        assert code_of(lambda: requests.make(academy.repository, role)) == "trust.nothing_staged"  # noqa: B023
        assert code_of(lambda: ceremony.discard(academy.repository, role)) == "trust.nothing_staged"  # noqa: B023


def test_a_discarded_change_leaves_no_trace(academy: Academy) -> None:
    before = ceremony.current_policy(academy.repository)
    ceremony.set_policy(academy.repository, AcademyPolicy(hub_url="https://new"), now_ms=NOW_MS)
    ceremony.discard(academy.repository, "targets")
    assert academy.repository.standings() == ()
    assert ceremony.current_policy(academy.repository) == before


def test_a_rehearsal_refuses_what_stations_would_and_changes_nothing(academy: Academy) -> None:
    def files() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in academy.folder.rglob("*") if path.is_file()}

    role = academy.repository.draft(AREA, Targets, now_ms=NOW_MS)
    role.unrecognized_fields[WITHDRAWN_FIELD] = "everything"
    academy.repository.stage(AREA, role)
    academy.repository.sign(AREA, [key("dee"), key("eve")])
    before = files()
    assert code_of(lambda: rehearse(academy.repository, academy.online, now_ms=NOW_MS)) == "trust.malformed"
    ceremony.discard(academy.repository, AREA)
    ceremony.renew(academy.repository, [AREA], now_ms=NOW_MS)
    academy.repository.sign(AREA, [key("dee"), key("eve")])
    rehearse(academy.repository, academy.online, now_ms=NOW_MS)
    assert {path for path in files() if "staged" not in path} == {path for path in before if "staged" not in path}


def test_a_policy_whose_file_was_changed_is_refused(academy: Academy) -> None:
    [path] = (academy.repository.targets / "academy").iterdir()
    path.write_bytes(b"{}")
    assert policies.PATH.endswith(path.name.partition(".")[2])
    assert code_of(lambda: ceremony.current_policy(academy.repository)) == "trust.malformed"


def test_holders_without_names_are_told_by_their_keys(academy: Academy) -> None:
    ceremony.rotate(academy.repository, "root", holders("ann", "ben", threshold=2), now_ms=NOW_MS)
    root = next(body for body in carried(academy, "root").changes().bodies if body.role == "root")
    assert all(member.key_id.startswith(member.name) for member in root.members)


def test_a_request_with_a_number_that_nobody_can_write_again_is_refused(academy: Academy) -> None:
    ceremony.delegate(academy.repository, "lung", named("cho"), now_ms=NOW_MS)
    document = json.loads(requests.make(academy.repository, "targets").to_bytes())
    document["metadata"]["signed"]["x-note"] = 2**53
    data = json.dumps(document).encode()
    assert code_of(lambda: requests.parse(data, file="carried")) == "trust.bad_request"
