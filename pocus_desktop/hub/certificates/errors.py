"""What is refused about certificates at the hub."""

from collections.abc import Sequence

from pocus_desktop.hub.registry.errors import RegistryError
from pocus_desktop.kernel import words
from pocus_desktop.programme.answer import Told


class UnknownCertificateError(RegistryError):
    """No certificate has that id."""

    code = "certificate.unknown"
    status = 404


class NoNameError(RegistryError):
    """The academy has no name yet, which certificates are issued under."""

    code = "certificate.no_name"


class NoAddressError(RegistryError):
    """The hub does not know under which address it is reached, which certificates name."""

    code = "certificate.no_address"


class NotPassedError(RegistryError):
    """A sitting does not prove what a certificate says: not passed, not live, not this candidate's, or in doubt."""

    code = "certificate.not_passed"


class NotDueError(RegistryError):
    """The sitting was passed, but something of the way to a certificate is missing."""

    code = "certificate.not_due"

    def __init__(self, missing: Sequence[Told]) -> None:
        super().__init__(missing=" ".join(one.code for one in missing))
        self._missing = missing

    def explain(self, language: str = words.SOURCE_LANGUAGE) -> words.Explanation:
        """What is missing, in the language asked for: reasons that staff gave are told, and never logged."""
        return words.explain(self.code, {"missing": " ".join(one(language) for one in self._missing)}, language)


class SittingTakenError(RegistryError):
    """A certificate rests on that sitting already."""

    code = "certificate.sitting_taken"


class BadCertificateStepError(RegistryError):
    """A certificate does not stand so that this could be done to it."""

    code = "certificate.bad_step"


class TooEarlyError(RegistryError):
    """A certificate cannot be renewed yet."""

    code = "certificate.too_early"


class NoKnowledgeCheckError(RegistryError):
    """A renewal needs a knowledge check that was passed, and nobody says that it was."""

    code = "certificate.no_knowledge_check"
