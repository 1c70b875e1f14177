"""What the academy's peer evaluation refuses, each with its HTTP status where it is asked over the network."""

from typing import ClassVar

from pocus_desktop.hub.errors import HubError
from pocus_desktop.kernel.errors import Blame


class PeersError(HubError):
    """Peer evaluation does not do what was asked; always one of the classes below."""

    code: ClassVar[str] = "peers.refused"
    blame: ClassVar[Blame] = Blame.USER
    status: ClassVar[int] = 422


class UnknownLinkError(PeersError):
    """No link of a message is that one; whether there ever was one is not told."""

    code = "peers.unknown_link"
    status = 404


class SignedOutError(PeersError):
    """This browser does not answer for anyone now, or no longer."""

    code = "peers.signed_out"
    status = 403


class SentAlreadyError(PeersError):
    """The answers were sent; nothing more is taken, and nothing is shown."""

    code = "peers.sent_already"
    status = 409


class DeclinedAlreadyError(PeersError):
    """The evaluator declined."""

    code = "peers.declined_already"
    status = 409


class NoLongerAskedError(PeersError):
    """Another evaluator was named in this one's place."""

    code = "peers.no_longer_asked"
    status = 410


class WindowOverError(PeersError):
    """The time for answers is over."""

    code = "peers.window_over"
    status = 410


class ChangedElsewhereError(PeersError):
    """What was shown was changed in another window since."""

    code = "peers.changed_elsewhere"
    status = 409


class IncompleteError(PeersError):
    """Questions that are needed have no answer yet."""

    code = "peers.incomplete"


class UnknownPanelError(PeersError):
    """There is no peer evaluation of that id."""

    code = "peers.unknown_panel"
    status = 404


class UnknownEvaluatorError(PeersError):
    """There is no evaluator of that id."""

    code = "peers.unknown_evaluator"
    status = 404


class BadNominationError(PeersError):
    """A nomination lacks something, or holds what cannot be used."""

    code = "peers.bad_nomination"


class SameAddressError(PeersError):
    """Two evaluators of one application have one address, or one is the applicant's own."""

    code = "peers.same_address"


class UnwantedMailError(PeersError):
    """Who has this address asked never to be written to by the academy's peer evaluation."""

    code = "peers.unwanted_mail"


class TooManyEvaluatorsError(PeersError):
    """As many evaluators as are asked for are named already."""

    code = "peers.too_many_evaluators"


class MayNotReplaceError(PeersError):
    """The rules do not let this evaluator be replaced now."""

    code = "peers.may_not_replace"


class TooFewAnswersError(PeersError):
    """What so few answers come to is not decided."""

    code = "peers.too_few_answers"
    status = 409


class MayNotRemindError(PeersError):
    """An evaluator is not to be reminded now."""

    code = "peers.may_not_remind"


class BadMailSettingsError(PeersError):
    """The settings for mail cannot be used."""

    code = "peers.bad_mail_settings"
    blame = Blame.USER
    status = 500


class NoMailSettingsError(PeersError):
    """There are no settings for mail, so none is sent."""

    code = "peers.no_mail_settings"
    status = 500


class MailLaterError(PeersError):
    """The mail server did not take a message now; it is tried again."""

    code = "peers.mail_later"
    blame = Blame.ENVIRONMENT
    status = 503


class MailUnsureError(PeersError):
    """The connection was lost after the message went out and before the server said that it had it."""

    code = "peers.mail_unsure"
    blame = Blame.ENVIRONMENT
    status = 503


class MailRefusedError(PeersError):
    """The mail server refuses a message for good."""

    code = "peers.mail_refused"
    blame = Blame.ENVIRONMENT
    status = 502

    def __init__(self, *, reply: int, enhanced: str, is_address: bool) -> None:
        self.is_address = is_address
        super().__init__(reply=reply, enhanced=enhanced or "-")


class NoReportError(PeersError):
    """A message is no report of a delivery, or of none of ours."""

    code = "peers.no_report"
