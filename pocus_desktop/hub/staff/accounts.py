"""Accounts of staff: made, changed and ended by an administrator, each time with a line in the trail.

A second factor that was lost is taken away by two administrators: one asks, another confirms within a day. The request
is an entry of the trail and nothing besides.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from pocus_desktop.crypto.password import seal_under_passphrase
from pocus_desktop.hub.registry.store import ENTRY, RegistryRows, RegistryStore, Row, TakenError
from pocus_desktop.hub.registry.trail import Step
from pocus_desktop.hub.staff.errors import (
    BadStaffError,
    LastAdministratorError,
    LoginTakenError,
    NoReleaseError,
    NotEndedError,
    NotSecondPersonError,
    UnknownStaffError,
    WeakPasswordError,
)
from pocus_desktop.hub.staff.roles import Role, is_sound
from pocus_desktop.hub.staff.store import RECOVERY, SESSION, STAFF
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.ids import new_id
from pocus_desktop.programme.academy_records import StaffRecord

ACTIVE: Final = "active"
ENDED: Final = "ended"
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 200

RELEASE_MS: Final = 24 * 3_600_000
"""So long a request that a second factor be taken away waits for the second administrator."""

MADE_MS: Final = 7 * 24 * 3_600_000
"""Whoever was made, given back or changed by somebody else within this time neither asks nor confirms with effect."""

ASKED: Final = "second factor: release asked"
TAKEN: Final = "second factor taken"
SET_UP: Final = "second factor set up"
_MAKING: Final = frozenset({"staff added", "staff reactivated", "roles changed", "password set", TAKEN})

_LOGIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,98}[a-z0-9])?")
_SUBJECT: Final = "staff:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that a second factor be taken away."""

    who: str
    at_ms: int
    why: str


class Accounts:
    """The desk; any thread may call."""

    def __init__(self, store: RegistryStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def add(
        self,
        *,
        login: str,
        name: str,
        roles: Collection[str],
        password: str | None,
        who: str,
        why: str = "",
        provider: tuple[str, str] | None = None,
    ) -> StaffRecord:
        """Enter somebody.

        Args:
            login: As they will write it; case does not count.
            name: As it is shown beside what they did.
            roles: Names of roles.
            password: For signing in here; None for who comes by a provider only.
            who: Who enters them.
            why: For the trail.
            provider: Issuer and subject by which a provider vouches for them.

        Raises:
            BadStaffError: Login, name or roles are none.
            WeakPasswordError: The password is.
            LoginTakenError: Somebody has the login, or is vouched for by the same words.
        """
        login, chosen = folded_login(login), _roles(roles)
        if not name.strip() or not name.isprintable() or len(name) > 200:
            raise BadStaffError(reason="a name is one line of text", field="name")
        if password is None and provider is None:
            raise BadStaffError(reason="neither a password nor a provider", field="password")
        staff_id, now_ms = new_id("stf"), self._clock.read().wall_ms
        verifier = None if password is None else verifier_of(staff_id, login, password)
        with self._store.rows() as rows:
            try:
                rows.add(
                    STAFF,
                    staff_id=staff_id,
                    login=login,
                    name=name.strip(),
                    roles=_written(chosen),
                    state=ACTIVE,
                    password=verifier,
                    factor=None,
                    last_step=0,
                    issuer=provider[0] if provider else None,
                    subject=provider[1] if provider else None,
                    made_ms=now_ms,
                )
            except TakenError as problem:
                raise LoginTakenError(login=login) from problem
            self._note(rows, login, "staff added", was="", now=_written(chosen), who=who, why=why)
            return record(_row(rows, login))

    def all(self) -> tuple[StaffRecord, ...]:
        """Everyone, by login."""
        return tuple(sorted((record(row) for row in self._store.look(STAFF)), key=lambda one: one.login))

    def find(self, login: str) -> StaffRecord:
        """By login.

        Raises:
            UnknownStaffError: There is nobody.
        """
        found = self._store.look(STAFF, login=folded_login(login))
        if not found:
            raise UnknownStaffError(login=login)
        return record(found[0])

    def history(self, login: str) -> tuple[Step, ...]:
        """What was done to an account, the last first."""
        found = self._store.trail(about=_SUBJECT + login)
        return tuple(step for step in found if step.subject == _SUBJECT + login)

    def change_roles(self, login: str, roles: Collection[str], *, who: str, why: str) -> StaffRecord:
        """Give somebody these roles instead; what they may do changes at once.

        Raises:
            UnknownStaffError, BadStaffError: There is nobody, or the roles do not go together.
            LastAdministratorError: Nobody would be left to keep the accounts.
        """
        chosen = _roles(roles)
        with self._store.rows() as rows:
            row = _row(rows, folded_login(login))
            if Role.ADMINISTRATOR not in chosen:
                _require_another(rows, row)
            rows.change(STAFF, {"staff_id": row["staff_id"]}, roles=_written(chosen))
            self._note(rows, row["login"], "roles changed", was=row["roles"], now=_written(chosen), who=who, why=why)
            return record(_row(rows, row["login"]))

    def end(self, login: str, *, who: str, why: str) -> StaffRecord:
        """Let somebody in no more, and end where they are signed in.

        Raises:
            UnknownStaffError: There is nobody.
            LastAdministratorError: Nobody would be left to keep the accounts.
        """
        with self._store.rows() as rows:
            row = _row(rows, folded_login(login))
            _require_another(rows, row)
            rows.change(STAFF, {"staff_id": row["staff_id"]}, state=ENDED)
            self._sign_out(rows, row)
            self._note(rows, row["login"], "staff ended", was=row["state"], now=ENDED, who=who, why=why)
            return record(_row(rows, row["login"]))

    def reactivate(
        self, login: str, roles: Collection[str], *, password: str | None, who: str, why: str
    ) -> StaffRecord:
        """Give an ended account back, to somebody who returns.

        It comes back with the roles that are given now and a new password. The second factor and the recovery codes
        stay, so that whoever gives it back cannot sign in with it; where they are lost, two administrators take them.
        What they did stands under the same login.

        Args:
            login: Whose.
            roles: Names of roles.
            password: For signing in here; None for who comes by a provider.
            who: Who gives it back.
            why: For the trail.

        Raises:
            UnknownStaffError, BadStaffError, WeakPasswordError: There is nobody, or roles or password are none.
            NotEndedError: It has not ended.
        """
        chosen = _roles(roles)
        before = self._store.look(STAFF, login=folded_login(login))
        if not before:
            raise UnknownStaffError(login=login)
        if password is None and before[0]["issuer"] is None:
            raise BadStaffError(reason="neither a password nor a provider", field="password")
        name, staff_id = before[0]["login"], before[0]["staff_id"]
        verifier = None if password is None else verifier_of(staff_id, name, password)
        with self._store.rows() as rows:
            row = _row(rows, name)
            if row["state"] != ENDED:
                raise NotEndedError(login=name)
            values = {"state": ACTIVE, "roles": _written(chosen), "password": verifier}
            rows.change(STAFF, {"staff_id": staff_id}, **values)
            was = f"{row['state']}: {row['roles']}"
            now = f"{ACTIVE}: {_written(chosen)}"
            self._note(rows, name, "staff reactivated", was=was, now=now, who=who, why=why)
            return record(_row(rows, name))

    def set_password(self, login: str, password: str, *, who: str, why: str) -> None:
        """Give a new password, and end where they are signed in.

        Raises:
            UnknownStaffError, WeakPasswordError: There is nobody, or the password is none.
        """
        found = self._store.look(STAFF, login=folded_login(login))
        if not found:
            raise UnknownStaffError(login=login)
        verifier = verifier_of(found[0]["staff_id"], found[0]["login"], password)
        with self._store.rows() as rows:
            row = _row(rows, found[0]["login"])
            rows.change(STAFF, {"staff_id": row["staff_id"]}, password=verifier)
            self._sign_out(rows, row)
            self._note(rows, row["login"], "password set", was="", now="", who=who, why=why)

    def ask_release(self, login: str, *, who: str, why: str) -> None:
        """Ask that a lost second factor be taken away; another administrator confirms.

        Raises:
            UnknownStaffError: There is nobody.
        """
        with self._store.rows() as rows:
            row = _row(rows, folded_login(login))
            self._note(rows, row["login"], ASKED, was="", now="", who=who, why=why)

    def release_of(self, login: str) -> Asked | None:
        """The request that waits for another administrator; None where there is none."""
        return self._waiting(self._store.look, folded_login(login))

    def confirm_release(self, login: str, *, who: str, why: str) -> None:
        """The second administrator: the factor is taken away, and the next sign-in sets up another.

        Raises:
            UnknownStaffError: There is nobody.
            NoReleaseError: Nobody asked for it within a day.
            NotSecondPersonError: It is the one who asked or the one whose factor it is; or the account of who asked or
                of who confirms was entered, given back, or given roles or a password by somebody else within the last
                days: of two such accounts one person may hold both.
        """
        with self._store.rows() as rows:
            row = _row(rows, folded_login(login))
            asked = self._waiting(rows.find, row["login"])
            if asked is None:
                raise NoReleaseError
            if who in {asked.who, row["login"]} or any(self._is_new(rows, one) for one in (asked.who, who)):
                raise NotSecondPersonError
            self._forget(rows, row, who=who, why=f"{why} ({asked.who}: {asked.why})")

    def forget_factor(self, login: str, *, who: str, why: str) -> None:
        """Take a second factor that was lost; for who holds the academy's keys at the hub's machine.

        Raises:
            UnknownStaffError: There is nobody.
        """
        with self._store.rows() as rows:
            self._forget(rows, _row(rows, folded_login(login)), who=who, why=why)

    def _forget(self, rows: RegistryRows, row: Row, *, who: str, why: str) -> None:
        now_ms = self._clock.read().wall_ms
        rows.change(STAFF, {"staff_id": row["staff_id"]}, factor=None)
        rows.change(RECOVERY, {"staff_id": row["staff_id"], "used_ms": None}, used_ms=now_ms)
        self._sign_out(rows, row)
        self._note(rows, row["login"], TAKEN, was="", now="", who=who, why=why)

    def _waiting(self, look: Callable[..., Sequence[Row]], login: str) -> Asked | None:
        steps = [one for one in look(ENTRY, subject=_SUBJECT + login) if one["action"] in {ASKED, TAKEN, SET_UP}]
        last = max(steps, key=lambda one: one["number"], default=None)
        if last is None or last["action"] != ASKED or self._clock.read().wall_ms - last["at_ms"] > RELEASE_MS:
            return None
        return Asked(who=last["who"], at_ms=last["at_ms"], why=last["why"])

    def _is_new(self, rows: RegistryRows, login: str) -> bool:
        """Whether somebody else made or changed this account lately, and may still know how to sign in with it."""
        since_ms = self._clock.read().wall_ms - MADE_MS
        done = rows.find(ENTRY, subject=_SUBJECT + login)
        return any(one["action"] in _MAKING and one["who"] != login and one["at_ms"] > since_ms for one in done)

    def sign_out_everywhere(self, login: str, *, who: str, why: str = "") -> int:
        """End every session of somebody; how many there were.

        Raises:
            UnknownStaffError: There is nobody.
        """
        with self._store.rows() as rows:
            row = _row(rows, folded_login(login))
            ended = self._sign_out(rows, row)
            self._note(rows, row["login"], "signed out everywhere", was="", now="", who=who, why=why)
        return ended

    def _sign_out(self, rows: RegistryRows, row: Row) -> int:
        return rows.change(
            SESSION, {"staff_id": row["staff_id"], "ended_ms": None}, ended_ms=self._clock.read().wall_ms
        )

    def _note(self, rows: RegistryRows, login: str, action: str, *, was: str, now: str, who: str, why: str) -> None:
        at_ms = self._clock.read().wall_ms
        rows.note(_SUBJECT + login, at_ms=at_ms, action=action, was=was, now=now, who=who, why=why)


def folded_login(login: str) -> str:
    """A login as it is kept.

    Raises:
        BadStaffError: It is none.
    """
    folded = login.strip().lower()
    if not _LOGIN.fullmatch(folded):
        raise BadStaffError(reason="a login is letters, digits and . _ @ + -, at most 100", field="login")
    return folded


def purpose_of(staff_id: str) -> str:
    """What a verifier is for, so that no account's can be put in the place of another's."""
    return f"hub-staff-password:{staff_id}"


def verifier_of(staff_id: str, login: str, password: str) -> bytes:
    """What is kept of a password.

    Raises:
        WeakPasswordError: It is too short or too long, or holds the login.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or login in password.lower():
        raise WeakPasswordError(shortest=SHORTEST_PASSWORD)
    return seal_under_passphrase(b"", password, purpose=purpose_of(staff_id))


def roles_of(row: Row) -> tuple[Role, ...]:
    """The roles in a row."""
    return tuple(Role(name) for name in row["roles"].split(","))


def record(row: Row) -> StaffRecord:
    """A row as it is told."""
    return StaffRecord(
        login=row["login"],
        name=row["name"],
        roles=tuple(sorted(map(str, roles_of(row)))),
        state=row["state"],
        has_password=row["password"] is not None,
        has_factor=row["factor"] is not None,
        provider=row["issuer"] or "",
        made_ms=row["made_ms"],
    )


def _roles(names: Collection[str]) -> Sequence[Role]:
    known = {str(role) for role in Role}
    if not set(names) <= known or not is_sound([Role(name) for name in names]):
        raise BadStaffError(reason="no such choice of roles; an auditor has no other role", field="roles")
    return sorted({Role(name) for name in names})


def _written(roles: Sequence[Role]) -> str:
    return ",".join(roles)


def _row(rows: RegistryRows, login: str) -> Row:
    found = rows.find(STAFF, login=login)
    if not found:
        raise UnknownStaffError(login=login)
    return found[0]


def _require_another(rows: RegistryRows, leaving: Row) -> None:
    """Somebody else keeps the accounts, or the one who leaves never did."""
    if Role.ADMINISTRATOR not in roles_of(leaving) or leaving["state"] != ACTIVE:
        return
    others = [row for row in rows.find(STAFF, state=ACTIVE) if row["staff_id"] != leaving["staff_id"]]
    if not any(Role.ADMINISTRATOR in roles_of(row) for row in others):
        raise LastAdministratorError
