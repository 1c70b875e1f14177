"""What keeps a bundle locked, each by its own name (formats/embargo; words in `assets/words/*/errors.unlock.toml`)."""

from typing import ClassVar

from pocus_desktop.kernel.errors import Blame, PocusError


class UnlockError(PocusError):
    """Anything that keeps a bundle locked; always one of the classes below."""

    code: ClassVar[str] = "sitting.unlock_refused"
    blame: ClassVar[Blame] = Blame.USER


class BadUnlockError(UnlockError):
    """A signed release does not say what a release must say, or does not open although it should."""

    code = "sitting.bad_unlock"
    blame = Blame.CONTENT


class NewerUnlockError(UnlockError):
    """A release was written by a newer program."""

    code = "sitting.newer_unlock"
    blame = Blame.ENVIRONMENT


class UnlockTooEarlyError(UnlockError):
    """The window of the release has not begun."""

    code = "sitting.unlock_too_early"


class UnlockTooLateError(UnlockError):
    """The window of the release is over."""

    code = "sitting.unlock_too_late"


class UnlockOtherVersionError(UnlockError):
    """The release is for another version of the bundle than the one at hand."""

    code = "sitting.unlock_other_version"
    blame = Blame.ENVIRONMENT


class UnlockNotForStationError(UnlockError):
    """The release is sealed to other stations and centres."""

    code = "sitting.unlock_not_for_station"
    blame = Blame.ENVIRONMENT


class NotReleasedError(UnlockError):
    """Nothing here releases the bundle yet."""

    code = "sitting.not_released"
    blame = Blame.ENVIRONMENT


class WordsNeededError(UnlockError):
    """A release for the bundle is here and waits for the words for the day."""

    code = "sitting.words_needed"


class NothingWaitsForWordsError(UnlockError):
    """Words were typed, and no release here waits for words."""

    code = "sitting.nothing_waits_for_words"


class WordsOfAnotherDayError(UnlockError):
    """The words are sound, and open no release that is here."""

    code = "sitting.words_of_another_day"


class AlreadyUnlockedError(UnlockError):
    """The same release or the same words were taken in before."""

    code = "sitting.already_unlocked"
