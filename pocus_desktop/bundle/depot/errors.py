"""Why a bundle cannot be published to a depot, or fetched from one (formats/depot 3 to 6)."""

from pocus_desktop.kernel.errors import Blame, PocusError


class NotListedError(PocusError):
    """The academy lists no such bundle, or none as new as asked for."""

    code = "depot.not_listed"
    blame = Blame.CONTENT


class ListingDisagreesError(PocusError):
    """A manifest is not the one that its programme lists."""

    code = "depot.listing_disagrees"
    blame = Blame.CONTENT


class IncompleteError(PocusError):
    """No carrier gave all of a bundle; what came is kept for the next try."""

    code = "depot.incomplete"
    blame = Blame.ENVIRONMENT


class WrongBytesError(PocusError):
    """A carrier gave other bytes than were signed."""

    code = "depot.wrong_bytes"
    blame = Blame.CONTENT


class FetchBusyError(PocusError):
    """Another process fetches the same bundle now."""

    code = "depot.busy"
    blame = Blame.ENVIRONMENT


class VersionNotHigherError(PocusError):
    """A version is to be published that is not higher than one published before."""

    code = "depot.version_not_higher"
    blame = Blame.USER


class StickFullError(PocusError):
    """A stick has less room than the bundles need that it shall carry."""

    code = "depot.stick_full"
    blame = Blame.ENVIRONMENT


class StickIsDepotError(PocusError):
    """A stick was to be made where the depot itself is."""

    code = "depot.stick_is_depot"
    blame = Blame.USER


class OtherProgrammeError(PocusError):
    """A line of bundles belongs to the programme that listed it first."""

    code = "depot.other_programme"
    blame = Blame.USER
