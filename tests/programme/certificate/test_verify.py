"""How a certificate stands, and what is refused by name."""

import gzip
import json
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from pocus_desktop.case.models import ContentArea
from pocus_desktop.crypto.data_integrity import BadProofError
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.crypto.multibase import to_base64url
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.certificate import contexts
from pocus_desktop.programme.certificate import document as documents
from pocus_desktop.programme.certificate.address import Address
from pocus_desktop.programme.certificate.commitment import Opening
from pocus_desktop.programme.certificate.document import Place, Proved
from pocus_desktop.programme.certificate.errors import (
    BadAddressError,
    BadCertificateError,
    BadOpeningError,
    BadStatusListError,
    UnknownContextError,
)
from pocus_desktop.programme.certificate.status_list import ENTRIES, FRESH_MS, to_bits
from pocus_desktop.programme.certificate.verify import MAXIMUM_BYTES, Trust, Verdict, verified_list, verify
from tests.programme.certificate.academy import ADDRESS, CERTIFICATE, DAY_MS, NOW_MS, OPENING, Issuer, changed

ISSUER = Issuer()
BOMB_BYTES = 20_000_000
CREDENTIAL = ISSUER.credential()
DOCUMENT: dict[str, Any] = json.loads(CREDENTIAL)
BARE = {name: value for name, value in DOCUMENT.items() if name != "proof"}


def _verdict(data: bytes, *, now_ms: int = NOW_MS, **given: Any) -> Verdict:
    return verify(data, given.pop("trust", ISSUER.trust), now_ms=now_ms, **given).verdict


def test_it_says_what_was_put_in_and_no_more() -> None:
    found = verify(CREDENTIAL, ISSUER.trust, now_ms=NOW_MS, lists=ISSUER.lists())
    assert found.verdict is Verdict.VALID
    assert found.certificate == CERTIFICATE
    assert found.as_of_ms == NOW_MS
    assert found.key_id == ISSUER.key.key_id
    assert OPENING.sealed_digest.encode() not in CREDENTIAL


def test_it_reads_as_linked_data_without_a_term_that_falls_out() -> None:
    def load(address: str, _options: object) -> dict[str, Any]:
        return {"contextUrl": None, "documentUrl": address, "document": contexts.load(address)}

    given: Any = ISSUER.signed_list("revocation")
    for document in (DOCUMENT, json.loads(given)):
        expanded = jsonld.expand(document, {"documentLoader": load})
        compact = jsonld.compact(expanded, {"@context": document["@context"]}, {"documentLoader": load})
        assert _leaves(compact) == _leaves(document)


def _leaves(value: Any) -> list[str]:
    """Every text and number of a document, however it is grouped."""
    if isinstance(value, dict):
        return sorted(leaf for name, member in value.items() if name != "@context" for leaf in _leaves(member))
    if isinstance(value, list):
        return sorted(leaf for member in value for leaf in _leaves(member))
    return [str(value)]


@pytest.mark.parametrize(
    ("now_ms", "verdict"),
    [
        pytest.param(CERTIFICATE.valid_from_ms - 1, Verdict.NOT_YET, id="a moment before its first"),
        pytest.param(CERTIFICATE.valid_from_ms, Verdict.STATUS_UNKNOWN, id="its first moment"),
        pytest.param(CERTIFICATE.valid_until_ms + 999, Verdict.STATUS_UNKNOWN, id="the end of its last second"),
        pytest.param(CERTIFICATE.valid_until_ms + 1000, Verdict.EXPIRED, id="the moment after"),
    ],
)
def test_dates_hold_to_the_last_second(now_ms: int, verdict: Verdict) -> None:
    assert _verdict(CREDENTIAL, now_ms=now_ms) is verdict


def test_a_status_is_told_with_its_age() -> None:
    assert _verdict(CREDENTIAL, lists=ISSUER.lists(revoked=True)) is Verdict.REVOKED
    assert _verdict(CREDENTIAL, lists=ISSUER.lists(suspended=True)) is Verdict.SUSPENDED
    assert _verdict(CREDENTIAL, lists=ISSUER.lists()[:1]) is Verdict.STATUS_UNKNOWN
    at_ms = NOW_MS + FRESH_MS
    assert _verdict(CREDENTIAL, lists=ISSUER.lists(), now_ms=at_ms) is Verdict.VALID
    old = verify(CREDENTIAL, ISSUER.trust, now_ms=at_ms + 1000, lists=ISSUER.lists())
    assert (old.verdict, old.as_of_ms) == (Verdict.STATUS_OLD, NOW_MS)


def test_revocation_outlives_expiry_and_an_old_list() -> None:
    long_after = CERTIFICATE.valid_until_ms + DAY_MS
    assert _verdict(CREDENTIAL, lists=ISSUER.lists(revoked=True), now_ms=long_after) is Verdict.REVOKED
    assert _verdict(CREDENTIAL, lists=ISSUER.lists(suspended=True), now_ms=long_after) is Verdict.EXPIRED


def test_of_two_lists_the_newer_counts_in_either_order() -> None:
    lists = (*ISSUER.lists(revoked=True, at_ms=NOW_MS), *ISSUER.lists(at_ms=NOW_MS - DAY_MS))
    assert _verdict(CREDENTIAL, lists=lists) is Verdict.REVOKED
    assert _verdict(CREDENTIAL, lists=lists[::-1]) is Verdict.REVOKED


def test_another_list_says_nothing_of_it() -> None:
    for number, index in ((2, 4711), (1, 4712)):
        purposes = (ISSUER.signed_list(purpose, index, number=number) for purpose in documents.PURPOSES)
        lists = [verified_list(one, ISSUER.trust, now_ms=NOW_MS) for one in purposes]
        expected = Verdict.STATUS_UNKNOWN if number == 2 else Verdict.VALID
        assert _verdict(CREDENTIAL, lists=lists) is expected
    of_another = [replace(one, did="did:web:other.example.org") for one in ISSUER.lists(revoked=True)]
    assert _verdict(CREDENTIAL, lists=of_another) is Verdict.STATUS_UNKNOWN


def test_who_signed_is_told_apart_from_what_was_altered() -> None:
    other = Issuer(key=SigningKey.generate())
    assert _verdict(other.credential()) is Verdict.NOT_OURS
    assert _verdict(changed(CREDENTIAL, name="Another")) is Verdict.ALTERED
    stranger = Trust(keys=frozenset({other.key.public}))
    assert _verdict(CREDENTIAL, trust=stranger) is Verdict.NOT_OURS


def test_a_retired_key_still_counts_and_a_revoked_one_does_not() -> None:
    today = SigningKey.generate().public
    rotated = Trust(keys=frozenset({today, ISSUER.key.public}))
    assert _verdict(CREDENTIAL, trust=rotated, lists=ISSUER.lists()) is Verdict.VALID
    revoked = Trust(keys=frozenset({today}), revoked=frozenset({ISSUER.key.public}))
    assert _verdict(CREDENTIAL, trust=revoked) is Verdict.KEY_REVOKED
    assert _verdict(changed(CREDENTIAL, name="Another"), trust=revoked) is Verdict.ALTERED
    with pytest.raises(BadStatusListError):
        verified_list(ISSUER.signed_list("revocation"), revoked, now_ms=NOW_MS)


def test_a_key_under_another_name_is_not_the_issuers() -> None:
    document = {**BARE, "issuer": {**BARE["issuer"], "id": "did:web:other.example"}}
    assert _verdict(ISSUER.sign(document)) is Verdict.NOT_OURS


def _without(path: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(BARE))
    *parents, last = path.split(".")
    place: Any = document
    for name in parents:
        place = place[int(name)] if name.isdigit() else place[name]
    del place[int(last) if last.isdigit() else last]
    return document


def _putting(path: str, value: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(BARE))
    *parents, last = path.split(".")
    place: Any = document
    for name in parents:
        place = place[int(name)] if name.isdigit() else place[name]
    place[int(last) if last.isdigit() else last] = value
    return document


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(_without("validUntil"), id="without an end"),
        pytest.param(_putting("validUntil", "2020-01-01T00:00:00Z"), id="ends before it begins"),
        pytest.param(_putting("validUntil", "2032-13-01T00:00:00Z"), id="a month that is none"),
        pytest.param(_putting("type", ["VerifiableCredential"]), id="no badge"),
        pytest.param(_without("credentialStatus"), id="without status"),
        pytest.param(_without("credentialStatus.1"), id="without suspension"),
        pytest.param(
            _putting(
                "credentialStatus.0.statusListCredential", "https://other.example/certificates/status/1-revocation"
            ),
            id="a list elsewhere",
        ),
        pytest.param(_putting("credentialStatus.0.statusListIndex", "4712"), id="two places"),
        pytest.param(_putting("credentialStatus.0.statusListIndex", "-1"), id="a place before the first"),
        pytest.param(_putting("credentialStatus.0.statusListIndex", 4711), id="a number for a text"),
        pytest.param(_putting("evidence", []), id="without evidence"),
        pytest.param(
            _putting("evidence.0.id", "urn:pocus:commitment:lung:" + "00" * 32), id="evidence of another area"
        ),
        pytest.param(_putting("evidence.0.id", "urn:pocus:commitment:cardiac:00"), id="a short commitment"),
        pytest.param(_putting("credentialSubject.identifier.0.identityHash", ""), id="no name"),
        pytest.param(_putting("credentialSubject.identifier.0.identityHash", "Ana\u202eziuR"), id="a name that steers"),
        pytest.param(_putting("credentialSubject.identifier.0.hashed", True), id="a name that is a hash"),
        pytest.param(_putting("id", "https://hub.example.org/certificates/1"), id="an id that can be guessed"),
        pytest.param(
            _putting("id", "https://other.example/certificates/" + CERTIFICATE.certificate_id), id="elsewhere"
        ),
        pytest.param(
            _putting("credentialSubject.achievement.alignment.1.targetUrl", "urn:pocus:rule:x:yesterday"),
            id="a rule without a day",
        ),
        pytest.param(_putting("credentialSubject.achievement.id", "urn:other"), id="another achievement"),
    ],
)
def test_what_the_academy_would_not_sign_is_no_certificate(document: dict[str, Any]) -> None:
    with pytest.raises(BadCertificateError):
        verify(ISSUER.sign(document), ISSUER.trust, now_ms=NOW_MS)


def test_a_list_is_no_certificate_and_a_certificate_no_list() -> None:
    with pytest.raises(BadCertificateError):
        verify(ISSUER.signed_list("revocation"), ISSUER.trust, now_ms=NOW_MS)
    with pytest.raises(BadStatusListError):
        verified_list(CREDENTIAL, ISSUER.trust, now_ms=NOW_MS)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        pytest.param(b"", BadCertificateError, id="empty"),
        pytest.param(b"[]", BadCertificateError, id="a list"),
        pytest.param(b" " * (MAXIMUM_BYTES + 1), BadCertificateError, id="huge"),
        pytest.param(b"[" * 60_000, BadCertificateError, id="deep"),
        pytest.param(b'{"a":' * 9_000 + b"1" + b"}" * 9_000, BadCertificateError, id="deep objects"),
        pytest.param(CREDENTIAL.replace(b'"name"', b'"id":"x","name"', 1), BadCertificateError, id="a key twice"),
        pytest.param(b"\xff\xfe{}", BadCertificateError, id="not UTF-8"),
        pytest.param(changed(CREDENTIAL, proof=None), BadProofError, id="unsigned"),
        pytest.param(
            changed(CREDENTIAL, **{"@context": [*documents.CONTEXTS, "https://other.example/v1"]}),
            UnknownContextError,
            id="another context",
        ),
        pytest.param(
            changed(CREDENTIAL, **{"@context": [*documents.CONTEXTS, {"name": "urn:x"}]}),
            UnknownContextError,
            id="a context of its own",
        ),
        pytest.param(changed(CREDENTIAL, **{"@context": "x"}), BadCertificateError, id="no list of contexts"),
    ],
)
def test_hostile_files_are_refused_by_name(data: bytes, refusal: type[PocusError]) -> None:
    with pytest.raises(refusal):
        verify(data, ISSUER.trust, now_ms=NOW_MS)


@given(st.data())
def test_any_byte_that_is_changed_is_noticed(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(CREDENTIAL) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != CREDENTIAL[at]))
    spoilt = CREDENTIAL[:at] + bytes([other]) + CREDENTIAL[at + 1 :]
    try:
        found = _verdict(spoilt)
    except PocusError:
        return
    assert found in {Verdict.ALTERED, Verdict.NOT_OURS}


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda subject: {**subject, "encodedList": "uH4sIAAAA"}, id="cut off"),
        pytest.param(lambda subject: {**subject, "encodedList": "z" + subject["encodedList"][1:]}, id="another base"),
        pytest.param(lambda subject: {**subject, "encodedList": _packed(bytes(16))}, id="too few bits"),
        pytest.param(lambda subject: {**subject, "encodedList": _packed(bytes(BOMB_BYTES))}, id="a bomb"),
        pytest.param(lambda subject: {**subject, "encodedList": _packed(bytes(ENTRIES // 8), b"more")}, id="and more"),
    ],
)
def test_a_list_that_lies_about_its_bits_is_refused(spoil: Any) -> None:
    document: Any = json.loads(ISSUER.signed_list("revocation"))
    del document["proof"]
    document["credentialSubject"] = spoil(document["credentialSubject"])
    with pytest.raises(BadStatusListError):
        verified_list(ISSUER.sign(document), ISSUER.trust, now_ms=NOW_MS)


def test_no_more_of_a_list_that_is_a_bomb_is_unpacked_than_the_largest_has() -> None:
    document: Any = json.loads(ISSUER.signed_list("revocation"))
    del document["proof"]
    document["credentialSubject"]["encodedList"] = _packed(bytes(BOMB_BYTES))
    bomb = ISSUER.sign(document)
    tracemalloc.start()
    try:
        with pytest.raises(BadStatusListError):
            verified_list(bomb, ISSUER.trust, now_ms=NOW_MS)
        assert tracemalloc.get_traced_memory()[1] < BOMB_BYTES // 4
    finally:
        tracemalloc.stop()


def _packed(bits: bytes, more: bytes = b"") -> str:
    return to_base64url(gzip.compress(bits) + more)


def test_a_list_from_the_future_is_refused() -> None:
    ahead = ISSUER.signed_list("revocation", at_ms=NOW_MS + DAY_MS)
    with pytest.raises(BadStatusListError, match="time to come"):
        verified_list(ahead, ISSUER.trust, now_ms=NOW_MS)


@given(st.sets(st.integers(0, ENTRIES - 1), max_size=30))
def test_a_bit_stands_for_each_place(indexes: set[int]) -> None:
    lists = verified_list(ISSUER.signed_list("revocation", *indexes), ISSUER.trust, now_ms=NOW_MS)
    assert lists.bits == to_bits(indexes)
    assert all(lists.is_set(index) for index in indexes)
    assert sum(byte.bit_count() for byte in lists.bits) == len(indexes)
    assert lists.is_set(ENTRIES) is None


def test_an_opening_opens_its_commitment_alone() -> None:
    assert Opening.parse(OPENING.to_bytes()) == OPENING
    assert OPENING.opens(CERTIFICATE.proved[0].commitment)
    for other in (
        replace(OPENING, area="lung"),
        replace(OPENING, salt="02" * 32),
        replace(OPENING, sealed_digest="cd" * 32),
        Opening.fresh("cardiac", OPENING.sealed_digest),
    ):
        assert not other.opens(OPENING.commitment)
    assert OPENING.salt not in repr(OPENING)


@pytest.mark.parametrize("data", [b"", b"{}", b" " * 5000, OPENING.to_bytes().replace(b"01", b"0g", 1)])
def test_what_is_no_opening_is_refused(data: bytes) -> None:
    with pytest.raises(BadOpeningError):
        Opening.parse(data)


@pytest.mark.parametrize(
    ("base", "did"),
    [
        ("https://hub.example.org", "did:web:hub.example.org"),
        ("https://hub.example.org:8443", "did:web:hub.example.org%3A8443"),
        ("https://example.org/pocus/hub", "did:web:example.org:pocus:hub"),
        ("http://127.0.0.1:8080", "did:web:127.0.0.1%3A8080"),
    ],
)
def test_an_address_is_a_did(base: str, did: str) -> None:
    assert Address(base).did == did
    assert Address(base).list_number(Address(base).status_list(17, "revocation"), "revocation") == 17


@pytest.mark.parametrize(
    "base",
    [
        "",
        "hub",
        "http://hub.example.org",
        "https://hub.example.org/",
        "https://h?x",
        "https://h#x",
        "https://a b",
        "https://u@h",
    ],
)
def test_other_addresses_are_refused(base: str) -> None:
    with pytest.raises(BadAddressError):
        Address(base)


def test_a_certificate_of_several_areas_is_read_back() -> None:
    proved = tuple(Proved(area=area, commitment=canonical.digest(area.encode())) for area in ContentArea)
    place = Place(number=12, index=ENTRIES - 1)
    data = ISSUER.credential(proved=proved, place=place)
    assert len(data) < MAXIMUM_BYTES
    found = verify(data, ISSUER.trust, now_ms=NOW_MS).certificate
    assert found is not None
    assert (found.proved, found.place, found.address) == (proved, place, ADDRESS)
