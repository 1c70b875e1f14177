"""Stations and centres: granted by request or one-time code, renamed, moved, retired, revoked (formats/enrolment 4, 5).

A result sealed by a retired station is accepted as any other. One of a revoked station that comes after the moment its
revocation counts from is accepted and marked for a person; what came before stays as it is.
"""

import secrets
from typing import Any, Final

from pocus_desktop.admission.documents import BadDocumentError, checked
from pocus_desktop.admission.enrolling import EnrolmentGrant, Kind, VerifiedRequest, issue_grant, read_request
from pocus_desktop.admission.records import EnrolmentRecord, EnrolmentState, Entry, OneTimeCode
from pocus_desktop.admission.windows import zone_of
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.registry.enrolment_rows import (
    Enrolled,
    as_centre,
    centre_row,
    enrolled,
    entries,
    granted_before,
    living_row,
    record_of,
    still,
    wanted_row,
)
from pocus_desktop.hub.registry.errors import (
    BadCodeError,
    CentreTakenError,
    CodeMismatchError,
    EnrolmentEndedError,
    KeysTakenError,
    UnknownCentreError,
)
from pocus_desktop.hub.registry.store import CODE, ENROLMENT, RegistryRows, RegistryStore, Row, TakenError
from pocus_desktop.kernel import canonical, ids, log
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.clock import Clock

ROOT: Final = "root"
HUB_URL: Final = "hub_url"
PUBLISHERS: Final = "publishers"
ZONE: Final = "zone:"
NETWORK: Final = "network"
"""Who enrolled, in the history, where a code did it without a person."""

CODE_CHARACTERS: Final = 16
CODE_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DEFAULT_VALID_MS: Final = 24 * 3_600_000


class Enrolments:
    """The registry's stations and centres."""

    def __init__(self, store: RegistryStore, ring: KeyRing, clock: Clock) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock

    def set_terms(
        self,
        *,
        root: bytes | None = None,
        hub_url: str | None = None,
        publishers: tuple[PublicKey, ...] | None = None,
    ) -> None:
        """What every later grant tells; what is not given stays."""
        with self._store.rows() as rows:
            if root is not None:
                rows.put(ROOT, root)
            if hub_url is not None:
                rows.put(HUB_URL, hub_url.encode("utf-8"))
            if publishers is not None:
                listed: list[Json] = [key.as_json() for key in publishers]
                rows.put(PUBLISHERS, canonical.encode(listed))

    def set_zone(self, centre_id: str, zone: str, *, who: str) -> None:
        """In which time zone a centre's days are reckoned.

        Raises:
            UnknownCentreError: There is no such active centre.
            UnknownZoneError: There is no such zone.
        """
        zone_of(zone)
        with self._store.rows() as rows:
            centre = centre_row(rows, centre_id)
            was = rows.setting(ZONE + centre_id).decode("utf-8")
            rows.put(ZONE + centre_id, zone.encode("utf-8"))
            subject = centre.record.enrolment_id
            rows.note(subject, at_ms=self._now(), action="zoned", was=was, now=zone, who=who, why="")

    def zone(self, centre_id: str) -> str:
        """The time zone of a centre; UTC where none was said.

        Raises:
            UnknownCentreError: There is no such active centre.
        """
        with self._store.rows() as rows:
            centre_row(rows, centre_id)
            return rows.setting(ZONE + centre_id).decode("utf-8") or "UTC"

    def new_code(self, *, kind: Kind, centre_id: str | None, valid_ms: int, who: str) -> OneTimeCode:
        """A code for one enrolment over the network; only its digest is kept.

        Raises:
            UnknownCentreError: The station's centre is not enrolled.
        """
        now_ms = self._now()
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS))
        with self._store.rows() as rows:
            if kind == "station" and centre_id is not None:
                centre_row(rows, centre_id)
            rows.add(
                CODE,
                digest=_digest(code),
                kind=kind,
                centre_id=centre_id,
                made_ms=now_ms,
                expires_ms=now_ms + valid_ms,
                who=who,
            )
        shown = "-".join(code[at : at + 4] for at in range(0, CODE_CHARACTERS, 4))
        return OneTimeCode(code=shown, expires_ms=now_ms + valid_ms)

    def enrol(
        self, request: bytes, *, who: str, why: str = "", name: str | None = None, centre_id: str | None = None
    ) -> bytes:
        """Grant a request that was brought as a file; the same request again gives the same grant.

        Args:
            request: Its envelope.
            who: Who grants it.
            why: For the history.
            name: Instead of the name that it asks for.
            centre_id: Instead of the centre that it asks for.

        Raises:
            KeysTakenError, CentreTakenError, UnknownCentreError: It contradicts what is enrolled.
            EnrolmentEndedError: It was granted, and has been retired or revoked since.
            PocusError: `enrolment.*`, `crypto.*`: it is no sound request.
        """
        verified = read_request(request)
        with self._store.rows() as rows:
            return self._grant(rows, verified, name=name, centre_id=centre_id, who=who, why=why)

    def enrol_by_code(self, request: bytes) -> bytes:
        """Grant a request that brings a one-time code, and use the code up, in one transaction.

        Raises:
            BadCodeError: The code is unknown, used or expired.
            CodeMismatchError: It was made for another kind or centre; it is not used up.
            PocusError: As `enrol`.
        """
        verified = read_request(request)
        asked = verified.request
        now_ms = self._now()
        with self._store.rows() as rows:
            digest = _digest(asked.code or "")
            found = rows.find(CODE, digest=digest)
            if not found:
                raise BadCodeError
            given = granted_before(rows, verified)
            if given is not None and found[0]["used_for"] == given["enrolment_id"]:
                return still(given)  # the answer was lost on the way
            code = found[0]
            if code["used_ms"] is not None or now_ms > code["expires_ms"]:
                raise BadCodeError
            is_other_centre = code["centre_id"] is not None and asked.centre_id not in {None, code["centre_id"]}
            if code["kind"] != asked.kind or is_other_centre:
                raise CodeMismatchError(kind=code["kind"], centre=code["centre_id"] or "-")
            grant = self._grant(rows, verified, name=None, centre_id=code["centre_id"], who=NETWORK, why=code["who"])
            granted = rows.find(ENROLMENT, signing_id=asked.signing.key_id)[0]
            rows.change(CODE, {"digest": digest}, used_ms=now_ms, used_for=granted["enrolment_id"])
        return grant

    def all(self) -> tuple[EnrolmentRecord, ...]:
        """Every station and centre there ever was."""
        with self._store.rows() as rows:
            return tuple(record_of(row) for row in rows.find(ENROLMENT))

    def find(self, wanted: str) -> EnrolmentRecord:
        """By enrolment id, key id, or a name that only one active one has.

        Raises:
            UnknownEnrolmentError, AmbiguousEnrolmentError: There is none, or there are several.
        """
        with self._store.rows() as rows:
            return record_of(wanted_row(rows, wanted))

    def history(self, wanted: str) -> tuple[Entry, ...]:
        """What happened to a station or centre, oldest first.

        Raises:
            UnknownEnrolmentError, AmbiguousEnrolmentError: As `find`.
        """
        with self._store.rows() as rows:
            return entries(rows, wanted_row(rows, wanted)["enrolment_id"])

    def active(self, *, kind: Kind | None = None, centre_id: str | None = None) -> tuple[Enrolled, ...]:
        """Active stations and centres with their keys."""
        where: dict[str, Any] = {"state": EnrolmentState.ACTIVE}
        if kind is not None:
            where["kind"] = kind
        if centre_id is not None:
            where["centre_id"] = centre_id
        with self._store.rows() as rows:
            return tuple(enrolled(row) for row in rows.find(ENROLMENT, **where))

    def sender(self, signing_id: str) -> Enrolled | None:
        """Whoever has this device key, however it stands; None where nobody ever had it."""
        found = self._store.look(ENROLMENT, signing_id=signing_id)
        return enrolled(found[0]) if found else None

    def is_any(self) -> bool:
        """Whether anyone was ever enrolled."""
        return self._store.has_any(ENROLMENT)

    def rename(self, wanted: str, *, name: str, who: str, why: str) -> EnrolmentRecord:
        """Call it something else; the next grant says so.

        Raises:
            UnknownEnrolmentError, AmbiguousEnrolmentError, EnrolmentEndedError: There is no such active one.
            BadDocumentError: The name has another form than documents allow.
        """
        if "\x00" in name:  # PostgreSQL keeps no such text, so the grant would not come to judge it
            raise BadDocumentError(reason="name")
        with self._store.rows() as rows:
            row = living_row(rows, wanted)
            return self._change(rows, row, "renamed", {"name": name}, was=row["name"], now=name, who=who, why=why)

    def move(self, wanted: str, *, centre_id: str | None, who: str, why: str) -> EnrolmentRecord:
        """Let a station belong to another centre, or to none.

        Raises:
            UnknownEnrolmentError, AmbiguousEnrolmentError, EnrolmentEndedError: There is no such active one.
            UnknownCentreError: There is no such centre, or it is a centre that shall be moved.
        """
        with self._store.rows() as rows:
            row = living_row(rows, wanted)
            if row["kind"] == "centre":
                raise UnknownCentreError(centre=centre_id or "-")
            if centre_id is not None:
                centre_row(rows, centre_id)
            was, now = row["centre_id"] or "", centre_id or ""
            return self._change(rows, row, "moved", {"centre_id": centre_id}, was=was, now=now, who=who, why=why)

    def retire(self, wanted: str, *, who: str, why: str) -> EnrolmentRecord:
        """End it in good standing: no new admissions, and its results are still believed.

        Raises:
            UnknownEnrolmentError, AmbiguousEnrolmentError, EnrolmentEndedError: There is no such active one.
        """
        with self._store.rows() as rows:
            return self._end(rows, living_row(rows, wanted), EnrolmentState.RETIRED, self._now(), who=who, why=why)

    def revoke(self, wanted: str, *, who: str, why: str, since_ms: int | None = None) -> EnrolmentRecord:
        """End it in distrust; a retired one can be revoked too.

        Args:
            wanted: As `find`.
            who: Who does it.
            why: For the history.
            since_ms: Results received from then on are marked; now where omitted.

        Raises:
            UnknownEnrolmentError, AmbiguousEnrolmentError: There is no such one.
            EnrolmentEndedError: It is revoked already.
        """
        with self._store.rows() as rows:
            row = wanted_row(rows, wanted)
            if row["state"] == EnrolmentState.REVOKED:
                raise EnrolmentEndedError(enrolment=row["enrolment_id"], state=row["state"])
            since = self._now() if since_ms is None else since_ms
            return self._end(rows, row, EnrolmentState.REVOKED, since, who=who, why=why)

    def centre_key(self, sealing_id: str) -> PublicKey | None:
        """The signing key of a centre by the id of its sealing key, however it stands; None where none is enrolled."""
        with self._store.rows() as rows:
            found = rows.find(ENROLMENT, kind="centre", sealing_id=sealing_id)
            return enrolled(found[0]).signing if found else None

    def grant_again(self, wanted: str) -> bytes:
        """The grant as it stands now, after a rename, a move or new terms.

        Raises:
            UnknownEnrolmentError, AmbiguousEnrolmentError, EnrolmentEndedError: There is no such active one.
        """
        self._ring.refresh()  # the academy's keys may have been exchanged while this process ran
        with self._store.rows() as rows:
            return self._written(rows, living_row(rows, wanted))

    def _grant(
        self,
        rows: RegistryRows,
        verified: VerifiedRequest,
        *,
        name: str | None,
        centre_id: str | None,
        who: str,
        why: str,
    ) -> bytes:
        before = granted_before(rows, verified)
        if before is not None:
            return still(before)
        asked = verified.request
        centre_id = centre_id or asked.centre_id
        if asked.kind == "centre":
            if rows.find(ENROLMENT, kind="centre", centre_id=centre_id, state=EnrolmentState.ACTIVE):
                raise CentreTakenError(centre=centre_id or "-")
        elif centre_id is not None:
            centre_row(rows, centre_id)
        now_ms = self._now()
        enrolment_id = ids.new_id("enr")
        try:
            rows.add(
                ENROLMENT,
                enrolment_id=enrolment_id,
                kind=asked.kind,
                name=name or asked.name,
                centre_id=centre_id,
                signing_id=asked.signing.key_id,
                sealing_id=asked.sealing.key_id,
                signing=asked.signing.raw,
                sealing=asked.sealing.raw,
                state=EnrolmentState.ACTIVE,
                granted_ms=now_ms,
                request_digest=verified.digest,
                grant_envelope=b"",
            )
        except TakenError as problem:
            raise KeysTakenError from problem
        rows.note(enrolment_id, at_ms=now_ms, action="enrolled", now=name or asked.name, who=who, why=why)
        grant = self._written(rows, rows.find(ENROLMENT, enrolment_id=enrolment_id)[0])
        log.event("registry.enrolled", enrolment=enrolment_id, kind=asked.kind)
        return grant

    def _written(self, rows: RegistryRows, row: Row) -> bytes:
        """Write the grant of a row as it is, and keep it there."""
        one = enrolled(row)
        given_centre = row["centre_id"] if row["kind"] == "station" else None
        centre = centre_row(rows, given_centre) if given_centre is not None else one
        is_alone = row["kind"] == "station" and given_centre is None
        publishers = canonical.decode(rows.setting(PUBLISHERS) or b"[]")
        grant = checked(
            EnrolmentGrant,
            {
                "enrolment_id": row["enrolment_id"],
                "kind": row["kind"],
                "name": row["name"],
                "centre": None if is_alone else as_centre(centre),
                "signing": one.signing,
                "sealing": one.sealing,
                "root": rows.setting(ROOT) or None,
                "publishers": publishers,
                "hubs": self._ring.believed,
                "hub_url": rows.setting(HUB_URL).decode("utf-8"),
                "granted_at_ms": self._now(),
            },
        )
        envelope = issue_grant(grant, *self._ring.grantors)
        rows.change(ENROLMENT, {"enrolment_id": row["enrolment_id"]}, grant_envelope=envelope)
        return envelope

    def _change(
        self,
        rows: RegistryRows,
        row: Row,
        action: str,
        values: dict[str, Any],
        *,
        was: str,
        now: str,
        who: str,
        why: str,
    ) -> EnrolmentRecord:
        key = {"enrolment_id": row["enrolment_id"]}
        rows.change(ENROLMENT, key, **values)
        rows.note(row["enrolment_id"], at_ms=self._now(), action=action, was=was, now=now, who=who, why=why)
        changed = rows.find(ENROLMENT, **key)[0]
        if changed["state"] == EnrolmentState.ACTIVE:
            self._written(rows, changed)
        return record_of(changed)

    def _end(
        self, rows: RegistryRows, row: Row, state: EnrolmentState, ended_ms: int, *, who: str, why: str
    ) -> EnrolmentRecord:
        values = {"state": state, "ended_ms": ended_ms}
        return self._change(rows, row, str(state), values, was=row["state"], now=str(state), who=who, why=why)

    def _now(self) -> int:
        return self._clock.read().wall_ms


def _digest(code: str) -> str:
    """Of a code as it is typed: case, blanks and hyphens do not count, and no letter is taken for a digit wrongly."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return canonical.digest(plain.translate(str.maketrans("OIL", "011")).encode("utf-8", "surrogatepass"))
