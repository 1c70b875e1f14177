"""Whom a portfolio is for: where its hub answers, and whose signature counts."""

import json
from dataclasses import dataclass

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.certificate.verify import Trust
from pocus_desktop.programme.own.errors import PortfolioUnreadableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Academy:
    """Whom the portfolio is for.

    Attributes:
        url: Where its hub answers; empty where nothing goes over a network.
        keys: Its public keys: those that sign, and those that submissions are sealed to.
        revoked: Signing keys that are believed no more.
        said_at_ms: Of when that is, by the academy's own word; 0 where a person brought its keys.
    """

    url: str = ""
    keys: tuple[PublicKey, ...] = ()
    revoked: tuple[PublicKey, ...] = ()
    said_at_ms: int = 0

    @property
    def identity(self) -> str:
        """What it is known by where somebody agreed to something: its address and its keys."""
        return canonical.digest(canonical.encode({"url": self.url, "keys": [key.as_json() for key in self.keys]}))

    @property
    def verifiers(self) -> tuple[PublicKey, ...]:
        """Keys whose signature counts."""
        return tuple(key for key in self.keys if key.algorithm == "ed25519" and key not in self.revoked)

    @property
    def trust(self) -> Trust:
        """How its certificates are judged."""
        return Trust(keys=frozenset(self.verifiers), revoked=frozenset(self.revoked))

    @property
    def readers(self) -> tuple[PublicKey, ...]:
        """Keys that submissions are sealed to."""
        return tuple(key for key in self.keys if key.algorithm == "x25519")

    def noted(self) -> str:
        """As the portfolio's database has it."""
        return json.dumps(
            {
                "url": self.url,
                "keys": [key.as_json() for key in self.keys],
                "revoked": [key.as_json() for key in self.revoked],
                "said_at_ms": self.said_at_ms,
            }
        )

    @classmethod
    def of_note(cls, said: str) -> "Academy":
        """What was noted; nobody where nothing was.

        Raises:
            PortfolioUnreadableError: It was altered beside this program.
        """
        if not said:
            return cls()
        try:
            found = json.loads(said)
            keys, revoked = ([PublicKey.from_json(one) for one in found.get(name, ())] for name in ("keys", "revoked"))
            said_at_ms = int(found.get("said_at_ms", 0))
            return cls(url=found["url"], keys=tuple(keys), revoked=tuple(revoked), said_at_ms=said_at_ms)
        except (ValueError, KeyError, TypeError, PocusError) as problem:
            raise PortfolioUnreadableError(reason="the academy's keys are not what was noted") from problem
