"""What a station was told when it was set up: whose bundles it trusts, which hub answers, where that hub is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pocus_desktop.admission.admission import StationKeys
from pocus_desktop.admission.enrolling import EnrolmentGrant, OlderGrantError, read_grant
from pocus_desktop.bundle.trust.policy import ProgrammeKeys, TrustPolicy
from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.kernel import canonical, checked
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.kernel.settings import Home

FORMAT: Final = 1


class NotEnrolledError(PocusError):
    """The station was never set up: it trusts no one yet."""

    code = "sitting.not_enrolled"
    blame = Blame.ENVIRONMENT


class BadEnrolmentError(PocusError):
    """The file of trusted keys is not as it should be."""

    code = "sitting.bad_enrolment"
    blame = Blame.CONTENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """Whom a station trusts.

    Attributes:
        publishers: Ed25519 keys whose bundles are shown here.
        hubs: Ed25519 keys that sign admissions and receipts.
        hub_url: Where results are sent; empty where they leave by other ways.
        programmes: For a content area, the only Ed25519 keys whose bundles are shown here (formats/bundle 4.2).
    """

    publishers: tuple[PublicKey, ...]
    hubs: tuple[PublicKey, ...]
    hub_url: str = ""
    programmes: Mapping[str, tuple[PublicKey, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def policy(self) -> TrustPolicy:
        """How bundles are judged here."""
        programmes = {area: ProgrammeKeys(keys=keys) for area, keys in self.programmes.items()}
        return TrustPolicy(keys=self.publishers, programmes=programmes)

    def save(self, path: Path) -> None:
        """Write the file."""
        document: dict[str, Json] = {
            "format": FORMAT,
            "publishers": [key.as_json() for key in self.publishers],
            "hubs": [key.as_json() for key in self.hubs],
            "hub_url": self.hub_url,
            "programmes": {area: [key.as_json() for key in keys] for area, keys in self.programmes.items()},
        }
        write_atomically(path, checked.encode(document))

    @classmethod
    def load(cls, path: Path) -> "Enrolment":
        """Read the file.

        Raises:
            NotEnrolledError: There is none.
            BadEnrolmentError: It is something else.
        """
        try:
            document = checked.decode(path.read_bytes())
        except FileNotFoundError as problem:
            raise NotEnrolledError(file=path.name) from problem
        except (OSError, canonical.BadJsonError) as problem:
            raise BadEnrolmentError(file=path.name, reason=str(problem)) from problem
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise BadEnrolmentError(file=path.name, reason="its format is not known to this version")
        url = document.get("hub_url", "")
        programmes = document.get("programmes", {})
        if not isinstance(programmes, dict):
            raise BadEnrolmentError(file=path.name, reason="the programmes are no table")
        return cls(
            publishers=_keys(path, document.get("publishers")),
            hubs=_keys(path, document.get("hubs")),
            hub_url=url if isinstance(url, str) else "",
            programmes=MappingProxyType({area: _keys(path, keys) for area, keys in programmes.items()}),
        )


def held_grant(home: Home, hubs: Iterable[PublicKey], own: StationKeys | None = None) -> EnrolmentGrant | None:
    """The hub's grant that was taken in here; None where this computer was set up by hand.

    Args:
        home: This installation's.
        hubs: The hub keys that are trusted here.
        own: Its keys, to be sure that the grant is for them.

    Raises:
        OtherComputerError: The grant kept here is another computer's.
        PocusError: `enrolment.*`, `crypto.*`, `kernel.file_refused`: it cannot be used.
    """
    try:
        envelope = home.grant.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise FileRefusedError.of(problem) from problem
    return read_grant(envelope, own=own, academy=hubs).grant


def centre_id_of(grant: EnrolmentGrant | None) -> str | None:
    """Of the centre that a station is enrolled with: empty without one, None where it was set up by hand."""
    if grant is None:
        return None
    return grant.centre.centre_id if grant.centre is not None else ""


def accept_grant(
    home: Home,
    own: StationKeys,
    envelope: bytes,
    *,
    academy: tuple[PublicKey, ...] | None,
    trusted: tuple[PublicKey, ...] | None,
    pin: Callable[[bytes], None],
) -> EnrolmentGrant:
    """Take the hub's grant in (formats/enrolment 3); the same one again changes nothing.

    A computer that trusts an academy already takes a grant of that academy alone, so that a stick cannot win it over.

    Args:
        home: This installation's.
        own: Its keys.
        envelope: The grant.
        academy: The hub keys that the person names; None where they compare the fingerprint instead.
        trusted: The hub keys that this computer trusts already; None where it was never set up.
        pin: Keeps the root of the academy's trust; refuses another one than before.

    Raises:
        OtherComputerError, OtherAcademyError, OlderGrantError: It is not for here.
        PocusError: `enrolment.*`, `crypto.*`, `trust.bad_root`: it is no sound grant.
        OSError: The disk does not take it.
    """
    verified = read_grant(envelope, own=own, academy=academy)
    grant = verified.grant
    if trusted is not None:
        read_grant(envelope, academy=trusted)
        last = held_grant(home, trusted, own)
        if last is not None and last.granted_at_ms > grant.granted_at_ms:
            raise OlderGrantError
    if grant.root is not None:
        pin(grant.root)
    write_atomically(home.grant, envelope)
    Enrolment(publishers=grant.publishers, hubs=grant.hubs, hub_url=grant.hub_url).save(home.trust)
    return grant


def _keys(path: Path, given: object) -> tuple[PublicKey, ...]:
    if not isinstance(given, list):
        raise BadEnrolmentError(file=path.name, reason="a list of keys is missing")
    try:
        return tuple(PublicKey.from_json(key) for key in given)
    except PocusError as problem:
        raise BadEnrolmentError(file=path.name, reason=problem.code) from problem
