"""What the hub's pages refuse."""

from typing import ClassVar

from pocus_desktop.hub.errors import HubError
from pocus_desktop.kernel.errors import Blame


class PageError(HubError):
    """A page does not do what was asked; always one of the classes below."""

    code: ClassVar[str] = "page.refused"
    blame: ClassVar[Blame] = Blame.USER
    status: ClassVar[int] = 400


class BadFormError(PageError):
    """A form came in another form than its page has: a field that is not there, twice, or no text."""

    code = "page.bad_form"


class FieldTooLongError(PageError):
    """More was written in a field than it holds."""

    code = "page.field_too_long"
    status = 422


class ForgedFormError(PageError):
    """A form does not carry what only its own page, in the same browser, could give it."""

    code = "page.forged_form"
    status = 403


class LedHereError(PageError):
    """Another site leads to a page at which a look is noted; nobody has looked because a link of others made them."""

    code = "page.led_here"
    status = 403


class FormTooLargeError(PageError):
    """A form with its file is larger than is taken."""

    code = "page.form_too_large"
    status = 413
