"""Whatever comes in place of trust documents, the answer is a value or an error of ours with words."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from securesystemslib.exceptions import FormatError
from securesystemslib.formats import encode_canonical

from pocus_desktop.bundle.carrier import FolderCarrier
from pocus_desktop.bundle.trust import ceremony
from pocus_desktop.bundle.trust import request as requests
from pocus_desktop.bundle.trust.academy import AcademyPolicy
from pocus_desktop.bundle.trust.client import TrustClient
from pocus_desktop.bundle.trust.custody import read_public
from pocus_desktop.bundle.trust.listing import WITHDRAWN_FIELD, Listing, read_withdrawals
from pocus_desktop.bundle.trust.record import Record, document_of
from pocus_desktop.kernel.errors import PocusError
from tests.bundle.trust.academy import AREA, NOW_MS, Academy, holders

pytestmark = pytest.mark.slow

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_FORMS = settings(max_examples=300, deadline=None)
_DEEP = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@contextmanager
def only_ours() -> Iterator[None]:
    """Let errors of ours pass, if they have words; anything else fails the test."""
    try:
        yield
    except PocusError as problem:
        event(problem.code)
        told = problem.explain()
        assert told.what
        assert told.next


def places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON document, as what holds it and the key or number there."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield document, key
            yield from places(value)
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield document, number
            yield from places(value)


@st.composite
def spoiling(draw: st.DrawFn) -> Callable[[Any], Any]:
    """A change of one place of a document: another value, nothing at all, or its neighbour's value."""
    where, value = draw(st.integers(0, 10_000)), draw(_JSON)
    how = draw(st.sampled_from(["other", "gone", "twice", "text", "more"]))

    def spoil(document: Any) -> Any:
        found = list(places(document))
        holder, key = found[where % len(found)]
        if how == "gone":
            del holder[key]
        elif how == "text":
            holder[key] = f"{holder[key]}x"
        elif how == "twice" and isinstance(holder, list):
            holder.append(holder[key])
        elif how == "more" and isinstance(holder[key], dict):
            holder[key]["../" + str(value)] = value
        else:
            holder[key] = value
        return document

    return spoil


@_FORMS
@given(
    area=st.text(max_size=12) | st.just(AREA),
    path=st.text(max_size=40) | st.just(f"{AREA}/x-1.manifest.dsse.json"),
    length=st.integers(),
    hashes=st.dictionaries(st.sampled_from(["sha256", "md5"]), st.text(max_size=70) | st.just("a" * 64)),
    custom=_JSON
    | st.fixed_dictionaries(
        {
            "bundle_id": st.just("x") | _JSON,
            "version": st.just(1) | _JSON,
            "mode": st.just("open") | _JSON,
            "size_bytes": st.just(9) | _JSON,
        }
    ),
)
def test_an_entry(area: str, path: str, length: int, hashes: dict[str, str], custom: Any) -> None:
    with only_ours():
        found = Listing.read(area, path, length=length, hashes=hashes, custom=custom)
        assert found.target_path == path
        assert type(found.version) is int
        assert type(found.size_bytes) is int
        assert len(bytes.fromhex(found.envelope_sha256)) == 32


@_FORMS
@given(
    field=_JSON
    | st.lists(
        st.fixed_dictionaries(
            {
                "bundle_id": st.just("x") | _JSON,
                "version": st.just(1) | _JSON,
                "reason": st.text() | _JSON,
                "at_ms": st.just(1) | _JSON,
            }
        )
    )
)
def test_withdrawals(field: Any) -> None:
    with only_ours():
        for each in read_withdrawals(AREA, {WITHDRAWN_FIELD: field}):
            assert type(each.version) is int


@_FORMS
@given(data=st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_a_policy_of_any_bytes(data: bytes) -> None:
    with only_ours():
        AcademyPolicy.parse(data)


@_FORMS
@given(spoil=spoiling())
def test_a_policy_that_was_spoilt(spoil: Callable[[Any], Any]) -> None:
    document = json.loads(AcademyPolicy(hubs=holders("ann").keys, hub_url="https://hub").to_bytes())
    with only_ours():
        policy = AcademyPolicy.parse(json.dumps(spoil(document)).encode())
        assert AcademyPolicy.parse(policy.to_bytes()) == policy


@_FORMS
@given(data=st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_a_public_file_of_any_bytes(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.pub"
    path.write_bytes(data)
    with only_ours():
        read_public(path)


@pytest.fixture(scope="module")
def academy(tmp_path_factory: pytest.TempPathFactory) -> Academy:
    made = Academy(folder=tmp_path_factory.mktemp("academy") / "depot")
    made.found()
    made.list_bundle("dvt-swollen-calf", 1)
    made.withdraw("dvt-swollen-calf", 1, "Spoilt.")
    return made


@pytest.fixture(scope="module")
def request_documents(academy: Academy, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("requests") / "depot"
    shutil.copytree(academy.folder, folder)
    other = Academy(folder=folder)
    ceremony.renew(other.repository, ["root", "targets", AREA], now_ms=NOW_MS)
    return [requests.make(other.repository, role).to_bytes() for role in ("root", "targets", AREA)]


@settings(parent=_FORMS, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200), which=st.integers(0, 2), spoil=spoiling())
def test_a_signing_request(
    request_documents: list[bytes], data: bytes, which: int, spoil: Callable[[Any], Any]
) -> None:
    with only_ours():
        requests.parse(data, file="any")
    with only_ours():
        spoilt = json.dumps(spoil(json.loads(request_documents[which]))).encode()
        found = requests.parse(spoilt, file="any")
        record = Record(what="signing", at_ms=NOW_MS, documents=(document_of(found),))
        assert all(line.isprintable() for page in record.to_text().split("\f") for line in page.split("\n"))
        again = requests.parse(found.to_bytes(), file="any")
        assert again.metadata.signed_bytes == found.metadata.signed_bytes


_SIGNERS = {
    "root": ("ann", "ben"),
    "timestamp": ("timestamp",),
    "snapshot": ("snapshot",),
    "targets": ("ann", "ben"),
    AREA: ("dee", "eve"),
}


@_DEEP
@given(role=st.sampled_from(sorted(_SIGNERS)), spoil=spoiling(), is_signed=st.booleans())
def test_metadata_that_was_spoilt_and_signed(
    academy: Academy,
    tmp_path_factory: pytest.TempPathFactory,
    role: str,
    spoil: Callable[[Any], Any],
    is_signed: bool,
) -> None:
    """Even the holders of all keys cannot make a station fail in a way that has no name."""
    folder = tmp_path_factory.mktemp("spoilt")
    depot = folder / "depot"
    shutil.copytree(academy.folder, depot)
    station = TrustClient(folder / "trust")
    station.enrol(academy.root)
    station.refresh([FolderCarrier(depot)], now_ms=NOW_MS)
    before = station.state()
    _spoil(Academy(folder=depot), role, spoil, is_signed=is_signed)
    with only_ours():
        station.refresh([FolderCarrier(depot)], now_ms=NOW_MS)
    after = station.state()
    assert all(after.versions[name] >= version for name, version in before.versions.items() if name in after.versions)
    shutil.rmtree(folder)


def _spoil(academy: Academy, role: str, spoil: Callable[[Any], Any], *, is_signed: bool) -> None:
    """Publish a next version of a role with one place changed, and all above it as it should be."""
    metadata_folder = academy.repository.metadata
    name = "timestamp.json"
    version = 1
    if role != "timestamp":
        version = max(int(path.name.partition(".")[0]) for path in metadata_folder.glob(f"*.{role}.json")) + 1
        name = f"{version}.{role}.json"
        document = json.loads((metadata_folder / f"{version - 1}.{role}.json").read_bytes())
        document["signed"]["version"] = version
    else:
        document = json.loads((metadata_folder / name).read_bytes())
        document["signed"]["version"] += 1
    if is_signed:
        document["signed"] = spoil(document["signed"])
        document["signatures"] = _signatures(academy, document["signed"], _SIGNERS[role])
    else:
        document = spoil(document)
    (metadata_folder / name).write_text(json.dumps(document))
    for above in ("snapshot", "timestamp"):
        if role in ("root", "timestamp") or (role == "snapshot" and above == "snapshot"):
            continue
        path = metadata_folder / "timestamp.json"
        if above == "snapshot":
            path = max(metadata_folder.glob("*.snapshot.json"), key=lambda each: int(each.name.partition(".")[0]))
        said = json.loads(path.read_bytes())
        said["signed"]["version"] += 1
        below = role if above == "snapshot" else "snapshot"
        below_version = version if below == role else said["signed"]["meta"]["snapshot.json"]["version"] + 1
        said["signed"]["meta"][f"{below}.json"] = {"version": below_version}
        said["signatures"] = _signatures(academy, said["signed"], _SIGNERS[above])
        if above == "snapshot":
            path = path.with_name(f"{said['signed']['version']}.snapshot.json")
        path.write_text(json.dumps(said))


def _signatures(academy: Academy, signed: Any, names: tuple[str, ...]) -> list[dict[str, str]]:
    """Signatures over the canonical form, whatever is signed; none where it has no such form."""
    try:
        payload = (encode_canonical(signed) or "").encode("utf-8", "surrogatepass")
    except FormatError:
        return []
    return [{"keyid": academy.people[name].key_id, "sig": academy.people[name].sign(payload).hex()} for name in names]
