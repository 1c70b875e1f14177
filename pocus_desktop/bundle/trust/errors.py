"""Why trust metadata is refused (formats/trust 5); each has its own name, so that each can be told with its remedy."""

from pocus_desktop.kernel.errors import Blame, PocusError


class NeverRefreshedError(PocusError):
    """A station holds a root and nothing more yet: it does not know what is current."""

    code = "trust.never_refreshed"
    blame = Blame.ENVIRONMENT


class BadRootError(PocusError):
    """What should be root metadata is not, or is not signed by its own keys."""

    code = "trust.bad_root"
    blame = Blame.CONTENT


class RolledBackMetadataError(PocusError):
    """Older metadata is offered than what was seen here."""

    code = "trust.rolled_back"
    blame = Blame.CONTENT


class ExpiredMetadataError(PocusError):
    """The newest metadata offered is over: it is old, or someone holds newer metadata back (a freeze)."""

    code = "trust.expired"
    blame = Blame.CONTENT


class MixedMetadataError(PocusError):
    """Metadata of different states of the depot is offered together."""

    code = "trust.mixed"
    blame = Blame.CONTENT


class EndlessMetadataError(PocusError):
    """More bytes come than the metadata may have."""

    code = "trust.endless"
    blame = Blame.CONTENT


class NotSignedError(PocusError):
    """Too few of the keys that may sign this metadata have signed it, or their keys were revoked."""

    code = "trust.not_signed"
    blame = Blame.CONTENT


class MalformedMetadataError(PocusError):
    """Metadata cannot be read, or is not what its name says."""

    code = "trust.malformed"
    blame = Blame.CONTENT


class NoCarrierError(PocusError):
    """None of the places given holds a depot that can be reached now."""

    code = "trust.no_carrier"
    blame = Blame.ENVIRONMENT


class DamagedStateError(PocusError):
    """The trust metadata kept on this station was damaged or changed."""

    code = "trust.damaged"
    blame = Blame.ENVIRONMENT


class WithdrawnError(PocusError):
    """The academy withdrew this version of the bundle."""

    code = "trust.withdrawn"
    blame = Blame.CONTENT


class UnknownProgrammeError(PocusError):
    """No one was ever trusted to sign for this content area."""

    code = "trust.unknown_programme"
    blame = Blame.CONTENT


class BadCeremonyError(PocusError):
    """A change of trust that cannot be made as asked."""

    code = "trust.bad_ceremony"
    blame = Blame.USER


class NotEnrolledError(PocusError):
    """No root was pinned here: this station does not know which academy to follow."""

    code = "trust.not_enrolled"
    blame = Blame.ENVIRONMENT


class TrustBusyError(PocusError):
    """Another program on this station refreshes the trust metadata right now."""

    code = "trust.busy"
    blame = Blame.ENVIRONMENT


class BadKeyFileError(PocusError):
    """A file of a key is not what it should be."""

    code = "trust.bad_key_file"
    blame = Blame.USER


class NoKeysHereError(PocusError):
    """A folder that should hold keys holds none."""

    code = "trust.no_keys_here"
    blame = Blame.USER


class KeyMayNotSignError(PocusError):
    """None of the keys given may sign what waits for signatures."""

    code = "trust.key_may_not_sign"
    blame = Blame.USER


class BadRequestError(PocusError):
    """A file is no signing request, or does not fit together."""

    code = "trust.bad_request"
    blame = Blame.CONTENT


class OtherRequestError(PocusError):
    """A signed file is of another version of a role than what waits in the depot."""

    code = "trust.other_request"
    blame = Blame.USER


class NothingStagedError(PocusError):
    """Nothing waits for signatures."""

    code = "trust.nothing_staged"
    blame = Blame.USER


class ShortPassphraseError(PocusError):
    """A passphrase is too short for a key that stations will trust."""

    code = "trust.short_passphrase"
    blame = Blame.USER
