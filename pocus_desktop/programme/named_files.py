"""Files that documents of a portfolio name: what each proves, and nothing else may be sent. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pocus_desktop.programme.documents.candidate import Appeal, CmeCredit, Credential
from pocus_desktop.programme.documents.parts import EvidenceFile
from pocus_desktop.programme.documents.registry import AnyDocument
from pocus_desktop.programme.portfolio import Portfolio


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFile:
    """A file, and the document that names it.

    Attributes:
        kind: Of the document: `credential`, `cme` or `appeal`.
        about: What people know the document by: the title of a credential, an activity, the ground of an appeal.
    """

    kind: str
    document_id: str
    about: str
    file: EvidenceFile


def named_files(portfolio: Portfolio) -> tuple[NamedFile, ...]:
    """All that the documents as they stand name, the same file once for each document that names it."""
    return tuple(files_of([*portfolio.credentials, *portfolio.credits, *portfolio.appeals]))


def files_of(documents: Iterable[AnyDocument]) -> Iterator[NamedFile]:
    """What documents name, in their order."""
    for one in documents:
        match one:
            case Credential():
                document_id, about = one.credential_id, one.title
            case CmeCredit():
                document_id, about = one.credit_id, one.activity
            case Appeal():
                document_id, about = one.appeal_id, one.ground
            case _:
                continue
        for file in one.evidence:
            yield NamedFile(kind=one.kind, document_id=document_id, about=about, file=file)
