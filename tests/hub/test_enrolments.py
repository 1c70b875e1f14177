"""Stations and centres in the hub's registry: granted once, changed with a history, ended for good."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolling import (
    GRANT_TYPE,
    REQUEST_TYPE,
    EnrolmentGrant,
    Kind,
    read_grant,
    read_request,
    request_enrolment,
)
from pocus_desktop.admission.enrolment import Enrolment
from pocus_desktop.admission.records import EnrolmentState
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.registry.enrolments import Enrolments
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from tests.hub.school import School

HOUR_MS = 3_600_000


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest) -> str:
    """Everything here holds on both."""
    return str(request.param)


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(PocusError) as caught:
        action()
    return caught.value.code


def asking(
    keys: StationKeys | None = None,
    *,
    kind: Kind = "station",
    name: str = "Desk 1",
    centre_id: str | None = None,
    code: str | None = None,
) -> bytes:
    """A request."""
    keys = keys or StationKeys.generate()
    return request_enrolment(keys, kind=kind, name=name, centre_id=centre_id, code=code, now_ms=1_000)


@pytest.fixture
def enrolments(hub: Hub) -> Enrolments:
    return hub.registry.enrolments


@pytest.fixture
def north(enrolments: Enrolments) -> StationKeys:
    """A centre."""
    keys = StationKeys.generate()
    enrolments.enrol(asking(keys, kind="centre", name="North Clinic", centre_id="north"), who="ada")
    return keys


def granted(envelope: bytes, keys: StationKeys | None = None) -> EnrolmentGrant:
    return read_grant(envelope, own=keys).grant


def test_a_station_is_granted_with_its_centre_the_hub_and_the_root(
    school: School, enrolments: Enrolments, north: StationKeys
) -> None:
    enrolments.set_terms(root=b"{root}", hub_url="https://hub.example.org")
    keys = StationKeys.generate()
    grant = granted(enrolments.enrol(asking(keys, centre_id="north"), who="ada", why="new desk"), keys)
    assert grant.centre is not None
    assert (grant.centre.centre_id, grant.centre.signing) == ("north", north.signing.public)
    assert (grant.hubs, grant.root) == ((school.keys.signing.public,), b"{root}")
    assert (grant.hub_url, grant.publishers) == ("https://hub.example.org", ())
    (entry,) = enrolments.history(grant.enrolment_id)
    assert (entry.action, entry.now, entry.who, entry.why) == ("enrolled", "Desk 1", "ada", "new desk")


def test_the_same_request_gives_the_same_grant_and_other_words_for_the_same_keys_are_refused(
    enrolments: Enrolments,
) -> None:
    keys = StationKeys.generate()
    first = enrolments.enrol(asking(keys), who="ada")
    assert enrolments.enrol(asking(keys), who="bob") == first
    assert code_of(lambda: enrolments.enrol(asking(keys, name="Desk 2"), who="ada")) == "registry.keys_taken"
    borrowed = StationKeys(signing=SigningKey.generate(), sealing=keys.sealing)
    assert code_of(lambda: enrolments.enrol(asking(borrowed), who="ada")) == "registry.keys_taken"
    assert len(enrolments.all()) == 1


def test_a_centre_has_its_id_alone_and_a_station_needs_one_that_is_there(
    enrolments: Enrolments, north: StationKeys
) -> None:
    again = asking(kind="centre", name="Other", centre_id="north")
    assert code_of(lambda: enrolments.enrol(again, who="ada")) == "registry.centre_taken"
    assert code_of(lambda: enrolments.enrol(asking(centre_id="south"), who="ada")) == "registry.unknown_centre"
    assert granted(enrolments.enrol(asking(), who="ada", centre_id="north")).centre is not None
    assert granted(enrolments.enrol(asking(), who="ada")).centre is None


def test_a_code_enrols_once_until_it_is_over(school: School, enrolments: Enrolments, north: StationKeys) -> None:
    made = enrolments.new_code(kind="station", centre_id="north", valid_ms=HOUR_MS, who="ada")
    request = asking(code=made.code.lower().replace("-", " "))
    grant = enrolments.enrol_by_code(request)
    assert granted(grant).centre is not None, "the code names the centre"
    assert enrolments.enrol_by_code(request) == grant, "an answer that was lost is given again"
    assert code_of(lambda: enrolments.enrol_by_code(asking(code=made.code))) == "registry.bad_code"
    late = enrolments.new_code(kind="station", centre_id=None, valid_ms=HOUR_MS, who="ada")
    school.clock.advance(ms=HOUR_MS + 1)
    assert code_of(lambda: enrolments.enrol_by_code(asking(code=late.code))) == "registry.bad_code"
    for wrong in (None, "", "0000-0000-0000-0000", "ß"):
        assert code_of(partial(enrolments.enrol_by_code, asking(code=wrong))) == "registry.bad_code"


def test_a_code_for_something_else_is_not_used_up(enrolments: Enrolments, north: StationKeys) -> None:
    made = enrolments.new_code(kind="station", centre_id="north", valid_ms=HOUR_MS, who="ada")
    for other in (asking(kind="centre", centre_id="x", code=made.code), asking(centre_id="south", code=made.code)):
        assert code_of(partial(enrolments.enrol_by_code, other)) == "registry.code_mismatch"
    enrolments.enrol_by_code(asking(code=made.code))


def test_the_code_itself_is_kept_nowhere(school: School, enrolments: Enrolments) -> None:
    made = enrolments.new_code(kind="station", centre_id=None, valid_ms=HOUR_MS, who="ada")
    for file in (school.folder / "hub").glob("hub.sqlite*"):
        data = file.read_bytes()
        assert made.code.encode() not in data
        assert made.code.replace("-", "").encode() not in data


def test_every_change_has_a_dated_line_and_shows_in_the_next_grant(
    school: School, enrolments: Enrolments, north: StationKeys
) -> None:
    enrolments.enrol(asking(kind="centre", name="South Clinic", centre_id="south"), who="ada")
    keys = StationKeys.generate()
    one = granted(enrolments.enrol(asking(keys, centre_id="north"), who="ada")).enrolment_id
    school.clock.advance(ms=5)
    enrolments.rename("Desk 1", name="Desk A", who="bob", why="painted")
    enrolments.move("Desk A", centre_id="south", who="bob", why="carried over")
    again = granted(enrolments.grant_again(keys.station_id), keys)
    assert (again.enrolment_id, again.name, again.centre and again.centre.centre_id) == (one, "Desk A", "south")
    enrolments.move(one, centre_id=None, who="bob", why="sold")
    enrolments.retire(one, who="cyd", why="broken")
    told = [(entry.action, entry.was, entry.now, entry.who) for entry in enrolments.history(one)]
    assert told == [
        ("enrolled", "", "Desk 1", "ada"),
        ("renamed", "Desk 1", "Desk A", "bob"),
        ("moved", "north", "south", "bob"),
        ("moved", "south", "", "bob"),
        ("retired", "active", "retired", "cyd"),
    ]
    assert enrolments.find(one).state is EnrolmentState.RETIRED


def test_what_ended_is_changed_no_more_but_a_retired_one_can_still_be_revoked(enrolments: Enrolments) -> None:
    request = asking()
    one = granted(enrolments.enrol(request, who="ada")).enrolment_id
    enrolments.retire(one, who="ada", why="old")
    for action in (
        lambda: enrolments.rename(one, name="x", who="ada", why=""),
        lambda: enrolments.move(one, centre_id=None, who="ada", why=""),
        lambda: enrolments.retire(one, who="ada", why=""),
        lambda: enrolments.grant_again(one),
        lambda: enrolments.enrol(request, who="ada"),
    ):
        assert code_of(action) == "registry.enrolment_ended"
    assert enrolments.revoke(one, who="ada", why="stolen", since_ms=7).ended_ms == 7
    assert code_of(lambda: enrolments.revoke(one, who="ada", why="")) == "registry.enrolment_ended"


def test_a_change_that_is_refused_leaves_nothing_behind(enrolments: Enrolments) -> None:
    one = granted(enrolments.enrol(asking(), who="ada")).enrolment_id
    assert code_of(lambda: enrolments.rename(one, name="\x00", who="a", why="")) == "enrolment.bad_document"
    assert enrolments.find(one).name == "Desk 1"
    assert len(enrolments.history(one)) == 1


def test_stations_are_found_by_id_key_or_a_name_that_only_one_has(enrolments: Enrolments) -> None:
    enrolments.enrol(asking(), who="ada")
    assert code_of(lambda: enrolments.find("Desk 9")) == "registry.unknown_enrolment"
    enrolments.enrol(asking(), who="ada")
    assert code_of(lambda: enrolments.find("Desk 1")) == "registry.ambiguous_enrolment"
    for one in enrolments.all():
        assert enrolments.find(one.signing_id) == enrolments.find(one.sealing_id) == one


def test_the_registry_is_there_after_a_restart(school: School) -> None:
    hub = school.hub()
    hub.registry.enrolments.enrol(asking(), who="ada")
    before = hub.registry.enrolments.all()
    hub.close()
    hub = school.hub()
    assert hub.registry.enrolments.all() == before
    hub.close()


# the documents


def _spoiled(payload_type: str, signer: SigningKey, envelope: bytes, **changes: Any) -> bytes:
    document = canonical.decode(dsse.Envelope.parse(envelope).payload)
    assert isinstance(document, dict)
    return dsse.sign(payload_type, canonical.encode({**document, **changes}), [signer]).to_bytes()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"format": 2}, "enrolment.newer_document"),
        ({"format": "1"}, "enrolment.bad_document"),
        ({"kind": "hub"}, "enrolment.bad_document"),
        ({"name": ""}, "enrolment.bad_document"),
        ({"name": "a\nb"}, "enrolment.bad_document"),
        ({"centre_id": "../x"}, "enrolment.bad_document"),
        ({"kind": "centre"}, "enrolment.bad_document"),
        ({"signing": None}, "enrolment.bad_document"),
        ({"sealing": SigningKey.from_seed(b"s" * 32).public.as_json()}, "enrolment.bad_document"),
        ({"made_at_ms": -1}, "enrolment.bad_document"),
        ({"signing": SigningKey.from_seed(b"t" * 32).public.as_json()}, "crypto.not_enough_signatures"),
    ],
)
def test_what_is_no_request_is_refused_by_name(changes: dict[str, Any], code: str) -> None:
    keys = StationKeys.generate()
    assert code_of(lambda: read_request(_spoiled(REQUEST_TYPE, keys.signing, asking(keys), **changes))) == code


def test_a_grant_is_for_these_keys_and_from_this_academy(school: School, enrolments: Enrolments) -> None:
    keys = StationKeys.generate()
    grant = enrolments.enrol(asking(keys), who="ada")
    assert read_grant(grant, own=keys, academy=[school.keys.signing.public]).grant.name == "Desk 1"
    assert code_of(lambda: read_grant(grant, own=StationKeys.generate())) == "enrolment.other_computer"
    stranger = SigningKey.generate()
    assert code_of(lambda: read_grant(grant, academy=[stranger.public])) == "enrolment.other_academy"
    forged = _spoiled(GRANT_TYPE, stranger, grant, name="Desk 2")
    assert code_of(lambda: read_grant(forged)) == "crypto.not_enough_signatures"
    hubless = _spoiled(GRANT_TYPE, school.keys.signing, grant, hubs=[])
    assert code_of(lambda: read_grant(hubless)) == "enrolment.bad_document"
    assert code_of(lambda: read_request(grant)) in {"crypto.wrong_payload_type", "enrolment.bad_document"}
    assert code_of(lambda: read_grant(b" " * 2_000_000)) == "enrolment.bad_document"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted({*EnrolmentGrant.model_fields, "code", "made_at_ms"})


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4), st.booleans())
def test_whatever_was_signed_only_our_errors_come_out(changes: dict[str, Any], is_grant: bool) -> None:
    signer = StationKeys(signing=SigningKey.from_seed(b"a" * 32), sealing=StationKeys.generate().sealing)
    kind = GRANT_TYPE if is_grant else REQUEST_TYPE
    try:
        hubs = {"hubs": [signer.signing.public.as_json()]}
        envelope = _spoiled(kind, signer.signing, asking(signer), **{**hubs, **changes})
    except PocusError:  # no canonical JSON
        return
    with suppress(PocusError):
        read_grant(envelope, own=signer) if is_grant else read_request(envelope)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_came_only_our_errors_come_out(data: bytes) -> None:
    for read in (read_grant, read_request):
        with pytest.raises(PocusError):
            read(data)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=60), JSON.map(lambda value: json.dumps(value).encode())), st.data())
def test_whatever_lies_in_the_file_of_trusted_keys_only_our_errors_come_out(data: bytes, draw: st.DataObject) -> None:
    fields = st.sampled_from(["format", "publishers", "hubs", "hub_url", "programmes"])
    document = {"format": 1, **draw.draw(st.dictionaries(fields, JSON, max_size=4))}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trust.json"
        for content in (data, json.dumps(document).encode()):
            path.write_bytes(content)
            with suppress(PocusError):
                Enrolment.load(path)
