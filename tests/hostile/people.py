"""The people and documents of the hostile corpus: fixed keys, fixed times, everything right until someone spoils it.

What is sealed here opens for no one, since sealing draws fresh randomness and the corpus must come out the same every
time; what must open is taken from the golden files.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pocus_desktop.admission import (
    admission,
    allowance,
    enrolling,
    proctor_order,
    roster,
    unlock_grant,
    unlock_passing,
)
from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.bundle import scoring_key
from pocus_desktop.crypto import dsse, hpke
from pocus_desktop.crypto.encoding import to_base64
from pocus_desktop.crypto.keys import SealingKey, SigningKey
from pocus_desktop.kernel import canonical
from pocus_desktop.sitting import receipt

HUB: Final = SigningKey.from_seed(b"\x01" * 32)
STRANGER: Final = SigningKey.from_seed(b"\x09" * 32)
STATION: Final = StationKeys(signing=SigningKey.from_seed(b"\x05" * 32), sealing=SealingKey.from_seed(b"\x02" * 32))
CENTRE: Final = StationKeys(signing=SigningKey.from_seed(b"\x06" * 32), sealing=SealingKey.from_seed(b"\x03" * 32))
ACADEMY: Final = SealingKey.from_seed(b"\x07" * 32)
SCORER: Final = SealingKey.from_seed(b"9" * 32)
FROM_MS: Final = 1_000
NOW_MS: Final = 1_500
UNTIL_MS: Final = 2_000
BUNDLE: Final = "dvt-small"
VERSION: Final = 3
DIGEST: Final = "ab" * 32
GOLDEN: Final = Path(__file__).parents[1] / "golden" / "sitting"
VECTORS: Final = Path(__file__).parents[1] / "vectors"

Document = dict[str, Any]
_SEALED: Final = to_base64(bytes(range(80)))


def signed(kind: str, document: object, *signers: SigningKey) -> bytes:
    """The envelope of a document, right or wrong; signed by the hub unless told otherwise."""
    return signed_bytes(kind, canonical.encode(document), *signers)  # type: ignore[arg-type]  # wrong ones too


def signed_bytes(kind: str, payload: bytes, *signers: SigningKey) -> bytes:
    """The envelope of any bytes."""
    return dsse.sign(kind, payload, signers or (HUB,)).to_bytes()


def pair(keys: StationKeys) -> Document:
    return {"signing": keys.signing.public.as_json(), "sealing": keys.sealing.public.as_json()}


def centre() -> Document:
    return {**pair(CENTRE), "centre_id": "north", "name": "North"}


def admitted(**changes: Any) -> Document:
    """An admission to a trial at one station of a centre."""
    return {
        "format": 2,
        "admission_id": "adm_1",
        "candidate": {"id": "C-17", "display_name": "Ana Roe"},
        "bundle_id": BUNDLE,
        "minimum_version": VERSION,
        "attempt": 1,
        "mode": "trial",
        "window": {"not_before_ms": FROM_MS, "not_after_ms": UNTIL_MS},
        "accommodations": {"time_factor": 1.25, "can_pause": True, "language": "es"},
        "station": STATION.station_id,
        "centre": CENTRE.sealing.public.as_json(),
        "centre_id": "north",
        "recipients": [ACADEMY.public.as_json()],
        "content_keys": [{"key_id": STATION.station_id, "sealed": _SEALED}],
        "credit_cap_ms": 60_000,
        **changes,
    }


def ordered(**changes: Any) -> Document:
    """A proctor's order for the sitting that is open at the station."""
    return {
        "format": 1,
        "order_id": "ord_0123456789abcdefghjk",
        "centre_id": "north",
        "console": "console-1",
        "number": 2,
        "after": 1,
        "admission_id": "adm_1",
        "sitting": "sit_1",
        "station": STATION.signing.public.raw.hex(),
        "made_at_ms": NOW_MS,
        "who": "P. Roctor",
        "reason": "Fire alarm",
        "act": {"kind": "add-time", "scope": "sitting", "scope_id": "", "extra_ms": 300_000},
        **changes,
    }


def allowed(**changes: Any) -> Document:
    """An allowance of two walk-ins."""
    return {
        "format": 1,
        "allowance_id": "alw_1",
        "centre": centre(),
        "not_before_ms": FROM_MS,
        "not_after_ms": UNTIL_MS,
        "count": 2,
        "bundles": [{"bundle_id": BUNDLE, "minimum_version": VERSION, "mode": "trial", "content_key": _SEALED}],
        "recipients": [ACADEMY.public.as_json()],
        "credit_cap_ms": 60_000,
        **changes,
    }


def allowance_envelope(*signers: SigningKey, **changes: Any) -> str:
    """The allowance as documents carry it."""
    return to_base64(signed(allowance.PAYLOAD_TYPE, allowed(**changes), *signers))


def walked_in(**changes: Any) -> Document:
    """A walk-in's admission, which the centre signs."""
    return admitted(
        **{
            "station": None,
            "accommodations": {},
            "walk_in": {"allowance": allowance_envelope(), "number": 1},
            **changes,
        }
    )


def rostered(**changes: Any) -> Document:
    """A centre's day with one admission."""
    return {
        "format": 1,
        "roster_id": "ros_1",
        "centre": centre(),
        "day": "2027-01-15",
        "zone": "Europe/Madrid",
        "made_at_ms": FROM_MS,
        "stations": [{**pair(STATION), "enrolment_id": "enr_1", "name": "Desk 1"}],
        "admissions": [to_base64(signed(admission.PAYLOAD_TYPE, admitted()))],
        "allowance": allowance_envelope(),
        **changes,
    }


def requested(**changes: Any) -> Document:
    """A station's request to be enrolled."""
    return {
        "format": 1,
        "kind": "station",
        "name": "Desk 1",
        "centre_id": "north",
        **pair(STATION),
        "made_at_ms": FROM_MS,
        "code": None,
        **changes,
    }


def enrolled(**changes: Any) -> Document:
    """The hub's grant of it."""
    return {
        "format": 1,
        "enrolment_id": "enr_1",
        "kind": "station",
        "name": "Desk 1",
        **pair(STATION),
        "centre": centre(),
        "root": None,
        "publishers": [],
        "hubs": [HUB.public.as_json()],
        "hub_url": "",
        "granted_at_ms": FROM_MS,
        **changes,
    }


def released(**changes: Any) -> Document:
    """A release of the content key to one station."""
    return {
        "format": 1,
        "grant_id": "unl_1",
        "bundle_id": BUNDLE,
        "version": VERSION,
        "window": {"not_before_ms": FROM_MS, "not_after_ms": UNTIL_MS},
        "needs_words": False,
        "keys": [{"key_id": STATION.station_id, "sealed": _SEALED}],
        **changes,
    }


def passed_on(**changes: Any) -> bytes:
    """A release that a centre passed on; nobody signs it anew."""
    grant = signed(unlock_grant.PAYLOAD_TYPE, released(keys=[{"key_id": CENTRE.station_id, "sealed": _SEALED}]))
    passed: Document = {
        "kind": unlock_passing.KIND,
        "format": 1,
        "grant": to_base64(grant),
        "keys": [{"of": CENTRE.station_id, "key_id": STATION.station_id, "sealed": _SEALED}],
        **changes,
    }
    return canonical.encode(passed)


def received(**changes: Any) -> Document:
    """A receipt for a sealed result."""
    return {
        "format": 1,
        "sealed_digest": DIGEST,
        "sitting": "sit_1",
        "last_seq": 9,
        "received_at_ms": NOW_MS,
        "key_id": HUB.key_id,
        "is_partial": False,
        **changes,
    }


def scored(**changes: Any) -> Document:
    """What is signed and sealed in a scoring key file."""
    return {"format": 1, "bundle_id": "lung-a", "version": 3, "scoring_key": to_base64(b"{}"), **changes}


def sealed_anew(signer: SigningKey, payload: bytes) -> bytes:
    """A scoring key file with any bytes inside; another one every time, so no file of the corpus."""
    kind = scoring_key.PAYLOAD_TYPE
    envelope = signed_bytes(kind, payload, signer)
    info = canonical.encode([kind, "lung-a", 3])
    outside: Document = {
        "format": 1,
        "type": kind,
        "bundle_id": "lung-a",
        "version": 3,
        "recipient": SCORER.key_id,
        "sealed": to_base64(hpke.seal(SCORER.public, envelope, info=info)),
    }
    return canonical.encode(outside)


TYPES: Final[Mapping[str, str]] = {
    "admission": admission.PAYLOAD_TYPE,
    "allowance": allowance.PAYLOAD_TYPE,
    "enrolment-request": enrolling.REQUEST_TYPE,
    "enrolment-grant": enrolling.GRANT_TYPE,
    "roster": roster.PAYLOAD_TYPE,
    "unlock": unlock_grant.PAYLOAD_TYPE,
    "receipt": receipt.PAYLOAD_TYPE,
    "order": proctor_order.PAYLOAD_TYPE,
}
