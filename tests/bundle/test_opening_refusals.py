"""What a well-formed container is refused for: trust, version, time, members; and the words for each."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pocus_desktop.bundle import container_errors, errors
from pocus_desktop.bundle.manifest import PAYLOAD_TYPE
from pocus_desktop.bundle.trust.policy import ProgrammeKeys
from pocus_desktop.bundle.verifier import TrustPolicy
from pocus_desktop.crypto.dsse import Envelope, sign
from pocus_desktop.kernel import assets, canonical
from pocus_desktop.kernel.errors import PocusError

DAY_MS = 86_400_000
CLIP = "content/media/clip.mp4"


@pytest.fixture
def resigned(press: Any, take_apart: Any) -> Callable[..., Path]:
    """A bundle whose manifest was changed and signed anew by a trusted key."""

    def build(change: Callable[[dict[str, Any]], object], **source: Any) -> Path:
        zip_ = take_apart(press.publish(**source).path)
        member = zip_.member("manifest.dsse.json")
        document = json.loads(Envelope.parse(member.data).payload)
        change(document)
        member.data = sign(PAYLOAD_TYPE, canonical.encode(document), [press.signer]).to_bytes()
        path: Path = press.save(zip_.build())
        return path

    return build


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(PocusError) as refused:
        act()
    assert "{" not in str(refused.value), "the words lack a parameter"
    return refused.value.code


def test_a_stranger_s_signature_is_not_trust(press: Any) -> None:
    path = press.publish(signers=(press.stranger,)).path
    assert code_of(lambda: press.open(path)) == "bundle.not_trusted"


def test_one_person_is_not_two(press: Any) -> None:
    path = press.publish(mode="sealed").path
    policy = replace(press.policy, sealed_threshold=2)
    assert code_of(lambda: press.open(path, policy=policy)) == "bundle.not_trusted"


def test_one_person_signing_twice_is_not_two(press: Any) -> None:
    path = press.publish(mode="sealed", signers=(press.signer, press.signer)).path
    policy = replace(press.policy, sealed_threshold=2)
    assert code_of(lambda: press.open(path, policy=policy)) == "bundle.not_trusted"


def test_two_people_release_a_sealed_bundle(press: Any) -> None:
    path = press.publish(mode="sealed", signers=(press.signer, press.second)).path
    with press.open(path, policy=replace(press.policy, sealed_threshold=2)) as bundle:
        assert set(bundle.signers) == {press.signer.public, press.second.public}


def test_practice_needs_one_where_live_needs_two(press: Any) -> None:
    press.open(press.publish().path, policy=replace(press.policy, sealed_threshold=2)).close()


def test_another_programme_s_key_does_not_sign_for_this_area(press: Any) -> None:
    policy = TrustPolicy(keys=(press.signer.public,), programmes={"lung": ProgrammeKeys(keys=(press.second.public,))})
    path = press.publish(signers=(press.signer,)).path
    assert code_of(lambda: press.open(path, policy=policy)) == "bundle.wrong_programme"
    press.open(press.publish(signers=(press.second,)).path, policy=policy).close()


def test_a_stranger_beside_a_trusted_key_changes_nothing(press: Any) -> None:
    with press.open(press.publish(signers=(press.stranger, press.signer)).path) as bundle:
        assert bundle.signers == (press.signer.public,)


def test_an_altered_payload_is_not_trusted(press: Any, take_apart: Any) -> None:
    zip_ = take_apart(press.publish().path)
    member = zip_.member("manifest.dsse.json")
    envelope = Envelope.parse(member.data)
    forged = replace(envelope, payload=envelope.payload.replace(b'"version":1', b'"version":9'))
    assert forged != envelope
    member.data = forged.to_bytes()
    assert code_of(lambda: press.open(press.save(zip_.build()))) == "bundle.not_trusted"


def test_an_older_version_is_refused_and_the_same_is_not(press: Any) -> None:
    path = press.publish(version=3).path
    assert code_of(lambda: press.open(path, seen_version=4)) == "bundle.rolled_back"
    press.open(path, seen_version=3).close()
    press.open(path, seen_version=2).close()


@pytest.mark.parametrize(
    ("now_ms", "expected"),
    [(DAY_MS - 1, "bundle.not_yet_valid"), (DAY_MS, None), (2 * DAY_MS, None), (2 * DAY_MS + 1, "bundle.expired")],
)
def test_validity_includes_its_first_and_last_millisecond(press: Any, now_ms: int, expected: str | None) -> None:
    path = press.publish(not_before_ms=DAY_MS, not_after_ms=2 * DAY_MS).path
    if expected is None:
        press.open(path, now_ms=now_ms).close()
    else:
        assert code_of(lambda: press.open(path, now_ms=now_ms)) == expected


@pytest.mark.parametrize(
    ("needed", "have", "is_enough"),
    [
        ("1.2", "1.2.0", True),
        ("1.2.0", "1.2", True),
        ("1.10", "1.9", False),
        ("1.9", "1.10.dev3", True),
        ("0.1.0", "unknown", False),
    ],
)
def test_versions_of_the_program_compare_as_numbers(press: Any, needed: str, have: str, is_enough: bool) -> None:
    path = press.publish(minimum_app=needed).path
    if is_enough:
        press.open(path, app_version=have).close()
    else:
        assert code_of(lambda: press.open(path, app_version=have)) == "bundle.app_too_old"


def test_a_member_that_no_one_signed_is_refused(press: Any, take_apart: Any, raw_member: Any) -> None:
    zip_ = take_apart(press.publish().path)
    zip_.members.append(raw_member(name=b"content/zzz", data=b"x"))
    assert code_of(lambda: press.open(press.save(zip_.build()))) == "bundle.member_not_in_manifest"


@pytest.mark.parametrize("name", [CLIP, "segments.sha256"])
def test_a_missing_member_is_refused(press: Any, take_apart: Any, name: str) -> None:
    zip_ = take_apart(press.publish().path)
    zip_.members.remove(zip_.member(name))
    assert code_of(lambda: press.open(press.save(zip_.build()))) == "bundle.member_missing"


def test_a_bundle_without_manifest_is_refused(press: Any, take_apart: Any) -> None:
    zip_ = take_apart(press.publish().path)
    del zip_.members[1]
    assert code_of(lambda: press.open(press.save(zip_.build()))) == "bundle.manifest_missing"


@pytest.mark.parametrize("places", [(1, 2), (3, 4)])
def test_members_in_another_order_are_refused(press: Any, take_apart: Any, places: tuple[int, int]) -> None:
    zip_ = take_apart(press.publish().path)
    one, other = places
    zip_.members[one], zip_.members[other] = zip_.members[other], zip_.members[one]
    assert code_of(lambda: press.open(press.save(zip_.build()))) == "bundle.member_order"


def test_a_member_of_another_size_is_refused(press: Any, take_apart: Any) -> None:
    zip_ = take_apart(press.publish().path)
    zip_.member(CLIP).data += b"x"
    assert code_of(lambda: press.open(press.save(zip_.build()))) == "bundle.member_size"


def test_a_checksum_that_was_not_signed_is_refused(press: Any, take_apart: Any) -> None:
    zip_ = take_apart(press.publish().path)
    zip_.member(CLIP).both(crc=7)
    assert code_of(lambda: press.open(press.save(zip_.build()))) == "bundle.header_disagrees"


def test_an_enormous_manifest_is_not_read(press: Any, take_apart: Any) -> None:
    zip_ = take_apart(press.publish().path)
    zip_.member("manifest.dsse.json").data = b" " * (32 * 1024 * 1024 + 1)
    assert code_of(lambda: press.open(press.save(zip_.build()))) == "bundle.manifest_too_large"


def test_an_envelope_of_another_kind_is_refused(press: Any, take_apart: Any) -> None:
    zip_ = take_apart(press.publish().path)
    member = zip_.member("manifest.dsse.json")
    payload = Envelope.parse(member.data).payload
    member.data = sign("application/vnd.pocus.admission.v1+json", payload, [press.signer]).to_bytes()
    assert code_of(lambda: press.open(press.save(zip_.build()))) == "crypto.wrong_payload_type"


def set_field(name: str, value: Any) -> Callable[[dict[str, Any]], object]:
    return lambda document: document.__setitem__(name, value)


def set_member(name: str, value: Any) -> Callable[[dict[str, Any]], object]:
    return lambda document: document["members"][0].__setitem__(name, value)


MANIFEST_ROWS: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "later format": ("format_too_new", set_field("format", 2)),
    "format zero": ("manifest_invalid", set_field("format", 0)),
    "format true": ("manifest_invalid", set_field("format", True)),
    "no bundle id": ("manifest_invalid", lambda d: d.pop("bundle_id")),
    "bundle id with a bar": ("manifest_invalid", set_field("bundle_id", "a|b")),
    "version zero": ("manifest_invalid", set_field("version", 0)),
    "version as text": ("manifest_invalid", set_field("version", "1")),
    "no title": ("manifest_invalid", set_field("title", {})),
    "blank title": ("manifest_invalid", set_field("title", {"en": " "})),
    "languages as text": ("manifest_invalid", set_field("languages", "en")),
    "another mode": ("manifest_invalid", set_field("mode", "half")),
    "sealed with its key": ("manifest_invalid", set_field("mode", "sealed")),
    "open without key": ("manifest_invalid", lambda d: d.pop("content_key")),
    "key too short": ("manifest_invalid", set_field("content_key", "00")),
    "ends before it begins": (
        "manifest_invalid",
        lambda d: d.update(not_before_ms=20, not_after_ms=10),
    ),
    "program version with a number that no program has": ("manifest_invalid", set_field("minimum_app", "9" * 5000)),
    "program version in other digits": ("manifest_invalid", set_field("minimum_app", "\u0663.\u0661")),
    "negative time": ("manifest_invalid", set_field("not_before_ms", -1)),
    "no members": ("manifest_invalid", set_field("members", [])),
    "members in another order": ("manifest_invalid", lambda d: d["members"].reverse()),
    "a member twice": ("manifest_invalid", lambda d: d["members"].insert(0, d["members"][0])),
    "a member that is text": ("manifest_invalid", lambda d: d["members"].insert(0, "x")),
    "member outside content": ("manifest_invalid", set_member("path", "case.json")),
    "member's media type": ("manifest_invalid", set_member("media_type", "video")),
    "member's digest": ("manifest_invalid", set_member("sha256", "A" * 64)),
    "member's checksum": ("manifest_invalid", set_member("crc32", 7)),
    "member's segments": ("manifest_invalid", set_member("segments_sha256", "")),
    "member's key": ("manifest_invalid", set_member("wrapped_key", "00")),
    "member's sizes apart": ("manifest_invalid", set_member("plain_bytes", 1_000_000)),
    "member's size a fraction": ("manifest_invalid", set_member("stored_bytes", 84.5)),
    "member climbs": ("parent_path", set_member("path", "content/../x")),
}


@pytest.mark.parametrize("name", MANIFEST_ROWS)
def test_a_signed_but_wrong_manifest_is_refused(resigned: Any, press: Any, name: str) -> None:
    code, change = MANIFEST_ROWS[name]
    assert code_of(lambda: press.open(resigned(change))) == f"bundle.{code}"


@pytest.mark.parametrize(
    "change",
    [
        set_field("index", "content/" + "0" * 32),
        lambda d: d.pop("index"),
        set_field("content_key", "0" * 64),
        lambda d: d["members"][-1].update(path="content/zzz"),
    ],
)
def test_a_sealed_manifest_that_tells_too_much_or_too_little_is_refused(resigned: Any, press: Any, change: Any) -> None:
    assert code_of(lambda: press.open(resigned(change, mode="sealed"))) == "bundle.manifest_invalid"


def test_an_enormous_index_is_not_read(resigned: Any, press: Any) -> None:
    large = {"large": ("video/mp4", bytes(16 * 1024 * 1024 + 1))}

    def change(document: dict[str, Any]) -> None:
        document["index"] = max(document["members"], key=lambda member: member["plain_bytes"])["path"]

    path = resigned(change, mode="sealed", files=large)
    key = press.publish("b", mode="sealed", files=large).content_key
    with press.open(path) as bundle, pytest.raises(PocusError) as refused:
        bundle.unlock(key)
    assert refused.value.code == "bundle.index_invalid"
    assert refused.value.params["reason"] == "it is too large"


def test_a_payload_that_is_not_json_is_refused(press: Any, take_apart: Any) -> None:
    for payload in (b"", b"[]", b'{"format":1,"format":1}', b"\xff"):
        zip_ = take_apart(press.publish().path)
        zip_.member("manifest.dsse.json").data = sign(PAYLOAD_TYPE, payload, [press.signer]).to_bytes()
        assert code_of(lambda: press.open(press.save(zip_.build()))) == "bundle.manifest_invalid"  # noqa: B023 - called at once


def test_a_title_with_half_a_character_is_refused(press: Any, take_apart: Any) -> None:
    """JSON can spell it, and nothing could write it again: not the ledger of a library, not the command line."""
    zip_ = take_apart(press.publish().path)
    member = zip_.member("manifest.dsse.json")
    payload = Envelope.parse(member.data).payload.replace(b'"Lung A"', b'"\\ud800"')
    member.data = sign(PAYLOAD_TYPE, payload, [press.signer]).to_bytes()
    assert code_of(lambda: press.open(press.save(zip_.build()))) == "bundle.manifest_invalid"


def test_unknown_fields_are_kept(resigned: Any, press: Any) -> None:
    def change(document: dict[str, Any]) -> None:
        document["later"] = {"x": [1]}
        document["members"][0]["later"] = True

    with press.open(resigned(change)) as bundle:
        assert bundle.manifest.unknown == {"later": {"x": [1]}}
        assert bundle.manifest.members[0].unknown == {"later": True}
        assert canonical.encode(bundle.manifest.as_json()) == bundle.envelope.payload


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_what_cannot_be_read_says_so(press: Any, kind: str) -> None:
    path = press.folder / "x.casebundle"
    if kind == "folder":
        path.mkdir()
    assert code_of(lambda: press.open(path)) == "bundle.unreadable"


def test_every_error_has_words_in_both_languages_and_every_word_an_error() -> None:
    defined = {
        each.code
        for module in (errors, container_errors)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, PocusError) and each is not PocusError
    }
    for language in ("en", "es"):
        rows = tomllib.loads(assets.folder("words", language, "errors.bundle.toml").read_text(encoding="utf-8"))
        assert {f"bundle.{name}" for name in rows["bundle"]} == defined
        assert all(set(row) == {"what", "next"} and all(row.values()) for row in rows["bundle"].values())
