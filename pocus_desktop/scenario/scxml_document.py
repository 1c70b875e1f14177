"""An SCXML document as a tree of elements that know their place, parsed without entities or external documents."""

from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from pocus_desktop.scenario.errors import NotScxmlError, NotXmlError, TooDeepError, UnsupportedElementError

NAMESPACE: Final = "http://www.w3.org/2005/07/scxml"

MAX_ELEMENT_DEPTH: Final = 200


@dataclass(slots=True, kw_only=True)
class Element:
    """One element.

    Attributes:
        name: Its local name.
        attributes: Those without a namespace; others belong to editors and are not looked at.
        children: In document order.
        line: Counted from 1.
        column: Counted from 1.
    """

    name: str
    attributes: dict[str, str]
    line: int
    column: int
    children: list["Element"] = field(default_factory=list)


class _Builder:
    """The parser's target: builds the tree and stamps each element with its place."""

    def __init__(self) -> None:
        self.parser: DefusedXMLParser | None = None
        self.root: Element | None = None
        self._open: list[Element] = []
        self._namespace = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        namespace, _, name = tag.rpartition("}")
        line, column = self.place()
        plain = {key: value for key, value in attributes.items() if not key.startswith("{")}
        element = Element(name=name, attributes=plain, line=line, column=column)
        if self.root is None:
            if name != "scxml" or namespace not in {"{" + NAMESPACE, ""}:
                raise NotScxmlError(element=f"{name} {namespace[1:]}".strip())
            self.root, self._namespace = element, namespace
        elif namespace != self._namespace:
            raise UnsupportedElementError(element=name, line=line, column=column)
        if len(self._open) >= MAX_ELEMENT_DEPTH:
            raise TooDeepError(state=name, bound=MAX_ELEMENT_DEPTH)
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, tag: str) -> None:
        """An element ends."""
        del tag
        self._open.pop()

    def close(self) -> None:
        """The document ends."""

    def place(self) -> tuple[int, int]:
        """Line and column, from 1."""
        expat = self.parser.parser if self.parser is not None else None
        return (expat.CurrentLineNumber, expat.CurrentColumnNumber + 1) if expat is not None else (1, 1)


def parse(data: bytes) -> Element:
    """Parse a document.

    Raises:
        NotXmlError: It is not well formed, or declares entities.
        NotScxmlError: Its root is something else.
        UnsupportedElementError: An element of another namespace.
        TooDeepError: It is nested deeper than the bound.
    """
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser
    try:
        parser.feed(data)
        parser.close()
    except ParseError as problem:
        line, column = problem.position
        raise NotXmlError(line=line, column=column + 1, reason=str(problem)) from problem
    except (DefusedXmlException, ValueError, LookupError) as problem:
        line, column = builder.place()
        raise NotXmlError(line=line, column=column, reason=type(problem).__name__) from problem
    if builder.root is None:
        raise NotXmlError(line=1, column=1, reason="empty")
    return builder.root
