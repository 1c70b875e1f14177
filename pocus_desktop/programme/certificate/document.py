"""A certificate as a Verifiable Credential 2.0 and Open Badge 3.0, without its proof (formats/certificate 2). Pure.

It says what its holder may show to anyone: a name, the content areas, by which rules, from when until when. It does not
say an ID number, a score, a station, or which sealed result it rests on.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import ids, words
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.programme.certificate import moments
from pocus_desktop.programme.certificate.address import CERTIFICATES, Address
from pocus_desktop.programme.certificate.contexts import BADGES, CREDENTIALS
from pocus_desktop.programme.certificate.errors import BadAddressError, BadCertificateError

CONTEXTS: Final = (CREDENTIALS, BADGES)
TYPES: Final = ("VerifiableCredential", "OpenBadgeCredential")
PURPOSES: Final = ("revocation", "suspension")
MEDIA_TYPE: Final = "application/vc"
AREA: Final = "urn:pocus:content-area:"
RULE: Final = "urn:pocus:rule:"
COMMITMENT: Final = "urn:pocus:commitment:"
_ACHIEVEMENT: Final = "urn:pocus:achievement:clinical-certificate"
_ID: Final = re.compile(r"crt_[0-9a-hjkmnp-tv-z]{20}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,9}")
MAXIMUM_NAME: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A content area, and the commitment to the sealed result of its sitting."""

    area: ContentArea
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRule:
    """A row of rules that was applied: its id, and the day from which it holds."""

    rule_id: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the status stands: the number of the lists, and the place in both."""

    number: int
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate says.

    Attributes:
        certificate_id: Random.
        issuer: The academy's name.
        address: Where it publishes.
        holder: The name of whom it was given.
        proved: The content areas, at least one, each once.
        rules: By which it was decided.
        valid_from_ms: Its first moment.
        valid_until_ms: Its last one, to the second.
        place: In the status lists.
    """

    certificate_id: str
    issuer: str
    address: Address
    holder: str
    proved: tuple[Proved, ...]
    rules: tuple[AppliedRule, ...]
    valid_from_ms: int
    valid_until_ms: int
    place: Place

    @property
    def areas(self) -> tuple[ContentArea, ...]:
        """The content areas."""
        return tuple(one.area for one in self.proved)

    @property
    def url(self) -> str:
        """Of its public page."""
        return self.address.certificate(self.certificate_id)


def new_id() -> str:
    """A fresh id that nobody guesses."""
    return ids.new_id("crt")  # 100 bits


def is_id(text: str) -> bool:
    """Whether a text is such an id."""
    return _ID.fullmatch(text) is not None


def area_name(area: ContentArea, language: str) -> str:
    """A content area in words."""
    return words.say(f"programme.area.{area}", language)


def to_credential(certificate: Certificate) -> dict[str, Json]:
    """The credential without a proof."""
    names = ", ".join(area_name(area, "en") for area in certificate.areas)
    title = words.say("certificate.title", "en")
    return {
        "@context": list(CONTEXTS),
        "id": certificate.url,
        "type": list(TYPES),
        "name": f"{title}: {names}",
        "issuer": {
            "id": certificate.address.did,
            "type": ["Profile"],
            "name": certificate.issuer,
            "url": certificate.address.base,
        },
        "validFrom": moments.told(certificate.valid_from_ms),
        "validUntil": moments.told(certificate.valid_until_ms),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": certificate.holder,
                    "identityType": "name",
                }
            ],
            "achievement": {
                "id": _ACHIEVEMENT,
                "type": ["Achievement"],
                "achievementType": "Certification",
                "name": title,
                "description": words.say("certificate.description", "en"),
                "criteria": {"narrative": words.say("certificate.criteria", "en")},
                "alignment": [*map(_area, certificate.areas), *map(_rule, certificate.rules)],
            },
        },
        "evidence": [_evidence(one) for one in certificate.proved],
        "credentialStatus": [
            {
                "id": f"{certificate.address.status_list(certificate.place.number, purpose)}#{certificate.place.index}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": purpose,
                "statusListIndex": str(certificate.place.index),
                "statusListCredential": certificate.address.status_list(certificate.place.number, purpose),
            }
            for purpose in PURPOSES
        ],
    }


def of_credential(document: Mapping[str, Json]) -> Certificate:
    """What a credential says; its proof is another matter. Members that are not known are passed over.

    Raises:
        BadCertificateError: It is none of this format.
    """
    match document:
        case {
            "@context": list(contexts),
            "id": str(url),
            "type": list(types),
            "issuer": {"id": str(did), "name": str(issuer), "url": str(base)},
            "validFrom": valid_from,
            "validUntil": valid_until,
            "credentialSubject": {
                "identifier": [{"identityType": "name", "identityHash": str(holder), "hashed": False}],
                "achievement": {"id": achievement, "alignment": list(alignments)},
            },
            "evidence": list(evidence),
            "credentialStatus": list(statuses),
        } if tuple(contexts) == CONTEXTS and tuple(types) == TYPES and achievement == _ACHIEVEMENT:
            pass
        case _:
            raise BadCertificateError(reason="it is no certificate of this format")
    from_ms, until_ms = moments.read(valid_from), moments.read(valid_until)
    if from_ms is None or until_ms is None or from_ms > until_ms:
        raise BadCertificateError(reason="its dates are none, or end before they begin")
    try:
        address = Address(base)
    except BadAddressError as problem:
        raise BadCertificateError(reason="its issuer has no address") from problem
    certificate_id = url.removeprefix(base + CERTIFICATES)
    if did != address.did or not is_id(certificate_id) or url != address.certificate(certificate_id):
        raise BadCertificateError(reason="its address is not its issuer's")
    if not is_plain_name(holder) or not is_plain_name(issuer):
        raise BadCertificateError(reason="a name is empty, too long, or not plain text")
    return Certificate(
        certificate_id=certificate_id,
        issuer=issuer,
        address=address,
        holder=holder,
        proved=_proved(alignments, evidence),
        rules=_rules(alignments),
        valid_from_ms=from_ms,
        valid_until_ms=until_ms,
        place=_place(statuses, address),
    )


def is_plain_name(text: str) -> bool:
    """Whether a name can stand on a certificate: printable, neither empty nor without end."""
    return 0 < len(text) <= MAXIMUM_NAME and text.isprintable() and bool(text.strip())


def _area(area: ContentArea) -> dict[str, Json]:
    return {
        "type": ["Alignment"],
        "targetType": "ext:ContentArea",
        "targetName": area_name(area, "en"),
        "targetCode": str(area),
        "targetUrl": AREA + str(area),
    }


def _rule(rule: AppliedRule) -> dict[str, Json]:
    since = rule.since.isoformat()
    return {
        "type": ["Alignment"],
        "targetType": "ext:RuleRow",
        "targetName": f"Rule {rule.rule_id}, in force since {since}",
        "targetCode": rule.rule_id,
        "targetUrl": f"{RULE}{rule.rule_id}:{since}",
    }


def _evidence(one: Proved) -> dict[str, Json]:
    return {
        "id": f"{COMMITMENT}{one.area}:{one.commitment}",
        "type": ["Evidence"],
        "genre": "sealed-result",
        "name": f"Commitment to the sealed result of the assessment in {area_name(one.area, 'en')}",
    }


def _proved(alignments: Sequence[Json], evidence: Sequence[Json]) -> tuple[Proved, ...]:
    areas = [url.removeprefix(AREA) for url in _texts(alignments, "targetUrl") if url.startswith(AREA)]
    rests = [url.removeprefix(COMMITMENT).rpartition(":") for url in _texts(evidence, "id")]
    proved = [
        Proved(area=ContentArea(area), commitment=digest)
        for area, _, digest in rests
        if area in set(ContentArea) and _DIGEST.fullmatch(digest)
    ]
    is_whole = len(proved) == len(evidence) and [str(one.area) for one in proved] == areas
    if not proved or not is_whole or len(set(areas)) != len(areas):
        raise BadCertificateError(reason="its content areas are none, unknown, or not those of its evidence")
    return tuple(proved)


def _rules(alignments: Sequence[Json]) -> tuple[AppliedRule, ...]:
    named = [url.removeprefix(RULE).rpartition(":") for url in _texts(alignments, "targetUrl") if url.startswith(RULE)]
    try:
        return tuple(AppliedRule(rule_id=name, since=date.fromisoformat(since)) for name, _, since in named)
    except ValueError as problem:
        raise BadCertificateError(reason="a rule has no day") from problem


def _place(statuses: Sequence[Json], address: Address) -> Place:
    """Both statuses stand at one place of the issuer's own lists; a list elsewhere could be anybody's."""
    found: list[Place] = []
    for purpose, status in zip(PURPOSES, statuses, strict=False):
        match status:
            case {
                "type": "BitstringStatusListEntry",
                "statusPurpose": said,
                "statusListIndex": str(index),
                "statusListCredential": str(url),
            } if said == purpose and _INDEX.fullmatch(index):
                number = address.list_number(url, purpose)
                if number is not None:
                    found.append(Place(number=number, index=int(index)))
    if len(found) != len(PURPOSES) or len(statuses) != len(PURPOSES) or found[0] != found[1]:
        raise BadCertificateError(reason="its status stands in no list of its issuer")
    return found[0]


def _texts(entries: Sequence[Json], name: str) -> list[str]:
    found = [entry.get(name) if isinstance(entry, Mapping) else None for entry in entries]
    if not all(isinstance(text, str) for text in found):
        raise BadCertificateError(reason=f"{name} is missing")
    return [text for text in found if isinstance(text, str)]
