"""Who looks at a document of a candidate when it comes."""

from typing import Protocol

from pocus_desktop.hub.registry.store import RegistryRows, Row
from pocus_desktop.programme.documents.registry import AnyDocument


class Taking(Protocol):
    """A desk that some documents are for."""

    def taken(self, rows: RegistryRows, account: Row, document: AnyDocument, now_ms: int) -> None:
        """A new document came; what is raised here refuses the submission as a whole.

        Args:
            rows: The transaction that enters it.
            account: The account that sent it.
            document: Verified, and new.
            now_ms: Wall time.
        """
