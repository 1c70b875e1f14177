"""Signing in, and what is known of somebody who is signed in (formats/academy 2).

1. A session is a random token that only the browser has; its SHA-256 is kept here. Each step of signing in gives
   another token, so that one from before the sign-in is worth nothing after it.
2. A session ends when nothing was asked for half an hour, and ten hours after it began; one that waits for the second
   factor after ten minutes.
3. A code of the second factor counts once, and none before it; a recovery code once.
4. Roles are read with each request: what somebody may do no more, they may do no more at once.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from pocus_desktop.crypto import hpke, totp
from pocus_desktop.crypto.hpke import CannotOpenSealedError
from pocus_desktop.crypto.password import WrongPassphraseError, open_with_passphrase, seal_under_passphrase
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.registry.store import RegistryRows, RegistryStore, Row
from pocus_desktop.hub.staff.accounts import ACTIVE, SET_UP, folded_login, purpose_of, roles_of, verifier_of
from pocus_desktop.hub.staff.errors import (
    BadStaffError,
    NotAllowedError,
    NotSignedInError,
    ProviderRefusedError,
    WrongCodeError,
    WrongPasswordError,
    WrongSignInError,
)
from pocus_desktop.hub.staff.roles import Act, Role, acts_of
from pocus_desktop.hub.staff.store import RECOVERY, SESSION, STAFF
from pocus_desktop.hub.staff.tries import Tries
from pocus_desktop.kernel import log
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.kernel.rate import Rate

IDLE_MS: Final = 30 * 60_000
WHOLE_MS: Final = 10 * 3_600_000
HALF_MS: Final = 10 * 60_000
SEEN_MS: Final = 60_000
"""How often it is noted that a session is used."""

PASSWORD_RATE: Final = Rate(burst=8, per_minute=2)
CODE_RATE: Final = Rate(burst=5, per_minute=1)
RECOVERY_CODES: Final = 10
_TOKEN_BYTES: Final = 32
_CODE_ALPHABET: Final = "23456789abcdefghjkmnpqrstvwxyz"
_NOBODY: Final = "nobody"

HALF: Final = "half"
"""Vouched for, and the second factor is still to come."""

WHOLE: Final = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody in a browser.

    Attributes:
        token: Of the session; what a form must carry is made from it.
        is_whole: Whether the second factor was given.
        needs_factor: Whether one is to be set up first.
    """

    token: str
    staff_id: str
    login: str
    name: str
    roles: tuple[Role, ...]
    is_whole: bool
    needs_factor: bool

    @property
    def acts(self) -> frozenset[Act]:
        """What they may do."""
        return acts_of(self.roles)

    def may(self, act: Act) -> bool:
        """Whether they may."""
        return self.is_whole and act in self.acts

    def require(self, act: Act) -> None:
        """They may.

        Raises:
            NotAllowedError: They may not.
        """
        if not self.may(act):
            raise NotAllowedError(act=str(act))


class Sessions:
    """Who is signed in; any thread may call.

    Args:
        store: The tables.
        ring: The academy's keys: secrets of second factors are sealed to them.
        clock: Of the hub.
    """

    def __init__(self, store: RegistryStore, ring: KeyRing, clock: Clock) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock
        self._tries = Tries(store, clock)
        self._decoy = b""

    def begin(self, login: str, password: str) -> SignedIn:
        """Somebody wrote login and password.

        Raises:
            WrongSignInError: They do not go together.
            TooManyTriesError: Too often for this login, whether it exists or not.
        """
        try:
            folded = folded_login(login)
        except BadStaffError as problem:
            raise WrongSignInError from problem
        self._tries.count("password", folded, PASSWORD_RATE)
        found = self._store.look(STAFF, login=folded, state=ACTIVE)
        row = found[0] if found and found[0]["password"] is not None else None
        if not self._is_password(row, password) or row is None:
            raise WrongSignInError
        return self._start(row)

    def begin_provided(self, issuer: str, subject: str) -> SignedIn:
        """A provider vouches for somebody.

        Raises:
            ProviderRefusedError: They are not of the staff.
        """
        found = self._store.look(STAFF, issuer=issuer, subject=subject, state=ACTIVE)
        if not found:
            raise ProviderRefusedError(reason="nobody here is known by that account")
        return self._start(found[0])

    def of(self, token: str) -> SignedIn:
        """Who has a session.

        Raises:
            NotSignedInError: Nobody, or it has ended.
        """
        session, person = self._look(token)
        now_ms = self._clock.read().wall_ms
        if session["stage"] == WHOLE and now_ms - session["seen_ms"] > SEEN_MS:
            with self._store.rows() as rows:
                rows.change(SESSION, {"digest": session["digest"], "ended_ms": None}, seen_ms=now_ms)
        return _signed_in(token, session, person)

    def whose(self, token: str) -> str | None:
        """Whose session a token is or was; None where it is none."""
        found = self._store.look(SESSION, digest=_digest(token)) if token else ()
        staff_id: str | None = found[0]["staff_id"] if found else None
        return staff_id

    def new_factor(self, token: str) -> bytes:
        """The secret of a second factor that is being set up; the same one until it is confirmed.

        Raises:
            NotSignedInError: There is no session that waits for it.
        """
        session, person = self._look(token)
        if session["stage"] != HALF or person["factor"] is not None:
            raise NotSignedInError
        if session["factor"] is not None:
            return self._open(session["factor"], person["staff_id"])
        secret = totp.new_secret()
        with self._store.rows() as rows:
            sealed = self._seal(secret, person["staff_id"])
            rows.change(SESSION, {"digest": session["digest"], "factor": None}, factor=sealed)
            kept = rows.find(SESSION, digest=session["digest"])[0]["factor"]
        return self._open(kept, person["staff_id"])

    def confirm_factor(self, token: str, code: str) -> tuple[SignedIn, tuple[str, ...]]:
        """Set up the second factor, by a code that it gave; and the recovery codes, which are told this once.

        Raises:
            NotSignedInError: There is no session that waits for it.
            WrongCodeError: The code is not the secret's.
            TooManyTriesError: Too often.
        """
        session, person = self._look(token)
        if session["stage"] != HALF or person["factor"] is not None or session["factor"] is None:
            raise NotSignedInError
        self._tries.count("code", person["staff_id"], CODE_RATE)
        secret = self._open(session["factor"], person["staff_id"])
        codes = tuple(_new_code() for _ in range(RECOVERY_CODES))
        with self._store.rows() as rows:
            step = self._step(rows, person["staff_id"], secret, code)
            first = {"staff_id": person["staff_id"], "factor": None}
            if not rows.change(STAFF, first, factor=session["factor"], last_step=step):
                raise NotSignedInError  # another browser of theirs set one up in the same moment
            for number, one in enumerate(codes, 1):
                digest = _code_digest(person["staff_id"], one)
                rows.add(RECOVERY, digest=digest, staff_id=person["staff_id"], number=number, used_ms=None)
            fresh = self._finish(rows, session, person, SET_UP)
        return self.of(fresh), codes

    def finish(self, token: str, code: str) -> SignedIn:
        """The second factor came: a code of the app, or a recovery code.

        Raises:
            NotSignedInError: There is no session that waits for it.
            WrongCodeError: It is wrong, too old, or was used.
            TooManyTriesError: Too often.
        """
        session, person = self._look(token)
        if session["stage"] != HALF or person["factor"] is None:
            raise NotSignedInError
        self._tries.count("code", person["staff_id"], CODE_RATE)
        with self._store.rows() as rows:
            if self._use_recovery(rows, person["staff_id"], code):
                how = "signed in by a recovery code"
            else:
                step = self._step(rows, person["staff_id"], self._open(person["factor"], person["staff_id"]), code)
                rows.change(STAFF, {"staff_id": person["staff_id"]}, last_step=step)
                how = "signed in"
            fresh = self._finish(rows, session, person, how)
        return self.of(fresh)

    def change_password(self, token: str, now: str, new: str) -> None:
        """Give oneself another password; every session ends.

        Raises:
            NotSignedInError: There is no whole session.
            WrongPasswordError: `now` is not the password.
            WeakPasswordError: `new` is none.
            TooManyTriesError: Too often.
        """
        person = self._whole(token)
        self._tries.count("password", person["login"], PASSWORD_RATE)
        if person["password"] is None or not self._is_password(person, now):
            raise WrongPasswordError
        verifier = verifier_of(person["staff_id"], person["login"], new)
        with self._store.rows() as rows:
            rows.change(STAFF, {"staff_id": person["staff_id"]}, password=verifier)
            self._end_all(rows, person, "own password changed")

    def give_up_factor(self, token: str, code: str) -> None:
        """Give one's second factor up, for another phone or fresh recovery codes; every session ends.

        The next sign-in sets up another. A recovery code will do in the place of the app's.

        Raises:
            NotSignedInError: There is no whole session.
            WrongCodeError: The code is wrong, too old, or was used.
            TooManyTriesError: Too often.
        """
        person = self._whole(token)
        self._tries.count("code", person["staff_id"], CODE_RATE)
        with self._store.rows() as rows:
            if not self._use_recovery(rows, person["staff_id"], code):
                secret = self._open(person["factor"], person["staff_id"])
                step = self._step(rows, person["staff_id"], secret, code)
                rows.change(STAFF, {"staff_id": person["staff_id"]}, last_step=step)
            now_ms = self._clock.read().wall_ms
            rows.change(STAFF, {"staff_id": person["staff_id"]}, factor=None)
            rows.change(RECOVERY, {"staff_id": person["staff_id"], "used_ms": None}, used_ms=now_ms)
            self._end_all(rows, person, "own second factor given up")

    def _whole(self, token: str) -> Row:
        session, person = self._look(token)
        if session["stage"] != WHOLE:
            raise NotSignedInError
        return person

    def _end_all(self, rows: RegistryRows, person: Row, action: str) -> None:
        now_ms = self._clock.read().wall_ms
        rows.change(SESSION, {"staff_id": person["staff_id"], "ended_ms": None}, ended_ms=now_ms)
        rows.note(f"staff:{person['login']}", at_ms=now_ms, action=action, who=person["login"], why="")

    def end(self, token: str) -> None:
        """Sign out of this browser; nothing where that was done."""
        with self._store.rows() as rows:
            rows.change(SESSION, {"digest": _digest(token), "ended_ms": None}, ended_ms=self._clock.read().wall_ms)

    def _start(self, row: Row) -> SignedIn:
        with self._store.rows() as rows:
            token = self._enter(rows, row["staff_id"], HALF)
        return self.of(token)

    def _finish(self, rows: RegistryRows, session: Row, person: Row, how: str) -> str:
        """Rule 1: the token of before ends, another one begins."""
        now_ms = self._clock.read().wall_ms
        if not rows.change(SESSION, {"digest": session["digest"], "ended_ms": None}, ended_ms=now_ms):
            raise NotSignedInError  # it was finished in the same moment elsewhere
        rows.note(f"staff:{person['login']}", at_ms=now_ms, action=how, who=person["login"], why="")
        return self._enter(rows, person["staff_id"], WHOLE)

    def _enter(self, rows: RegistryRows, staff_id: str, stage: str) -> str:
        token, now_ms = secrets.token_urlsafe(_TOKEN_BYTES), self._clock.read().wall_ms
        rows.add(
            SESSION,
            digest=_digest(token),
            staff_id=staff_id,
            stage=stage,
            factor=None,
            made_ms=now_ms,
            seen_ms=now_ms,
            ended_ms=None,
        )
        return token

    def _look(self, token: str) -> tuple[Row, Row]:
        """Session and person, where both are alive (rule 2)."""
        found = self._store.look(SESSION, digest=_digest(token), ended_ms=None) if token else ()
        now_ms = self._clock.read().wall_ms
        if not found or not _is_alive(found[0], now_ms):
            raise NotSignedInError
        people = self._store.look(STAFF, staff_id=found[0]["staff_id"], state=ACTIVE)
        if not people:
            raise NotSignedInError
        return found[0], people[0]

    def _is_password(self, row: Row | None, password: str) -> bool:
        """Whether it is somebody's; it takes as long where there is nobody."""
        if row is None:
            if not self._decoy:
                self._decoy = seal_under_passphrase(b"", secrets.token_hex(), purpose=purpose_of(_NOBODY))
            verifier, purpose = self._decoy, purpose_of(_NOBODY)
        else:
            verifier, purpose = row["password"], purpose_of(row["staff_id"])
        try:
            open_with_passphrase(verifier, password or "\0", purpose=purpose)
        except WrongPassphraseError:
            return False
        return True

    def _step(self, rows: RegistryRows, staff_id: str, secret: bytes, code: str) -> int:
        """Rule 3, with the row held, so that two requests with one code do not both pass."""
        last = rows.find(STAFF, staff_id=staff_id)[0]["last_step"]
        step = totp.accepted_step(secret, code, now_ms=self._clock.read().wall_ms, after=last)
        if step is None:
            raise WrongCodeError
        return step

    def _use_recovery(self, rows: RegistryRows, staff_id: str, code: str) -> bool:
        digest = _code_digest(staff_id, code)
        return bool(rows.change(RECOVERY, {"digest": digest, "used_ms": None}, used_ms=self._clock.read().wall_ms))

    def _seal(self, secret: bytes, staff_id: str) -> bytes:
        return hpke.seal(self._ring.current.sealing.public, secret, info=_factor_info(staff_id))

    def _open(self, sealed: bytes, staff_id: str) -> bytes:
        for key in self._ring.openers:
            try:
                return hpke.open_sealed(key, sealed, info=_factor_info(staff_id))
            except CannotOpenSealedError as problem:  # an older key may open it
                log.event("staff.factor_sealed_to_another_key", reason=problem.code)
        raise CannotOpenSealedError


def form_token(token: str) -> str:
    """What every form of a session carries: nobody can make it who has not the session's token."""
    return hmac.digest(token.encode(), b"pocus form", "sha256").hex()


def is_form_token(token: str, given: str) -> bool:
    """Whether a form came from a page of this session."""
    return hmac.compare_digest(form_token(token).encode(), given.encode("utf-8", "replace"))


def kept_token(began: str, staff_id: str) -> str:
    """What a form carries that outlived its session: this browser's, and for the same person alone."""
    return hmac.digest(began.encode(), f"pocus kept form {staff_id}".encode(), "sha256").hex()


def new_token() -> str:
    """A fresh token for a browser that is not signed in, so that its sign-in form is its own."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _is_alive(session: Row, now_ms: int) -> bool:
    lived_ms: int = now_ms - session["made_ms"]
    idle_ms: int = now_ms - session["seen_ms"]
    if session["stage"] == HALF:
        return 0 <= lived_ms <= HALF_MS
    return 0 <= lived_ms <= WHOLE_MS and idle_ms <= IDLE_MS


def _signed_in(token: str, session: Row, person: Row) -> SignedIn:
    return SignedIn(
        token=token,
        staff_id=person["staff_id"],
        login=person["login"],
        name=person["name"],
        roles=roles_of(person),
        is_whole=session["stage"] == WHOLE,
        needs_factor=person["factor"] is None,
    )


def _factor_info(staff_id: str) -> bytes:
    return f"pocus hub staff second factor {staff_id}".encode()


def _new_code() -> str:
    letters = [secrets.choice(_CODE_ALPHABET) for _ in range(12)]
    return "-".join("".join(letters[at : at + 4]) for at in (0, 4, 8))


def _code_digest(staff_id: str, code: str) -> str:
    """58 random bits need no slow hash; the account goes in, so that no code counts for another."""
    plain = "".join(letter for letter in code.lower() if letter in _CODE_ALPHABET)
    return hashlib.sha256(f"{staff_id}\0{plain}".encode()).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
