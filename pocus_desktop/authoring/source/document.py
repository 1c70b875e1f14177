"""YAML documents as plain data beside the place of every value; the only door to the YAML library.

YAML 1.2: `no` is a word, not false. Anchors and aliases work; tags, merge keys, repeated keys and several documents in
a file are refused, since an item writer who meets them has made a slip.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pocus_desktop.authoring.source.faults import fault
from pocus_desktop.authoring.source.place import DataPath, Place
from pocus_desktop.authoring.source.yaml_slips import slip
from pocus_desktop.case.problems import Problem

_CORE: Final = "tag:yaml.org,2002:"
_DEPTH_LIMIT: Final = 60
_NODE_LIMIT: Final = 200_000
_LARGEST_INTEGER: Final = 2**53 - 1
_SHOWN_DIGITS: Final = 20


@dataclass(slots=True)
class Document:
    """Plain data, where each of its values and keys stands, and what was wrong while reading."""

    data: Any = None
    values: dict[DataPath, Place] = field(default_factory=dict)
    keys: dict[DataPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: DataPath) -> Place:
        """Where a value stands, or the nearest thing around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place("case.yaml", 1, 1))

    def graft(self, other: "Document", at: DataPath) -> None:
        """Take over the places of another document whose data was put at `at`."""
        self.values.update({at + path: place for path, place in other.values.items()})
        self.keys.update({at + path: place for path, place in other.keys.items()})


def read_document(path: Path, shown_as: str) -> Document:
    """Read one YAML file; problems are in the document, which then has no data."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        return Document(problems=[fault("source.file_missing", Place(shown_as, 0, 0), file=shown_as)])
    except UnicodeDecodeError as problem:
        return Document(problems=[not_utf8(problem, shown_as)])
    except OSError as problem:
        return Document(
            problems=[fault("source.file_unreadable", Place(shown_as, 0, 0), reason=problem.strerror or "")]
        )
    return parse_document(text, shown_as)


def not_utf8(problem: UnicodeDecodeError, shown_as: str) -> Problem:
    """The problem of a file in another encoding, at its first byte that is not UTF-8."""
    before = problem.object[: problem.start].decode("utf-8", "replace").splitlines(keepends=True) or [""]
    is_new_line = before[-1].endswith("\n")
    line, column = (len(before) + 1, 1) if is_new_line else (len(before), len(before[-1]) + 1)
    return fault("source.not_utf8", Place(shown_as, line, column), offset=problem.start)


def parse_document(text: str, shown_as: str) -> Document:
    """Read YAML text; never raises."""
    document = Document()
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, ValueError, RecursionError) as problem:
        document.problems.append(slip(problem, text, shown_as))
        return document
    if root is None:
        document.problems.append(fault("source.empty", Place(shown_as, 1, 1)))
        return document
    document.data = _Reader(document, shown_as).convert(root, ())
    if document.problems:
        document.data = None
    return document


class _Reader:
    def __init__(self, document: Document, shown_as: str) -> None:
        self._document = document
        self._file = shown_as
        self._count = 0
        self._around: list[Node] = []

    def convert(self, node: Node, path: DataPath) -> Any:
        place = self._place(node)
        self._document.values.setdefault(path, place)
        self._count += 1
        if len(path) > _DEPTH_LIMIT or self._count > _NODE_LIMIT:
            if not any(p.code == "source.too_large" for p in self._document.problems):
                self._refuse(fault("source.too_large", place))
            return None
        if any(outer is node for outer in self._around):
            self._refuse(fault("source.alias_loop", self._document.keys.get(path, place)))
            return None
        if isinstance(node, ScalarNode):
            return self._scalar(node, place)
        self._around.append(node)
        try:
            if isinstance(node, SequenceNode):
                return [self.convert(child, (*path, index)) for index, child in enumerate(node.value)]
            return self._mapping(node, path) if isinstance(node, MappingNode) else None
        finally:
            self._around.pop()

    def _mapping(self, node: MappingNode, path: DataPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, ScalarNode):
                self._refuse(fault("source.key_not_text", place))
                continue
            key = str(key_node.value)
            if key in found:
                self._refuse(fault("source.key_repeated", place, key=key))
                continue
            if str(key_node.tag).removeprefix(_CORE) == "merge":
                self._refuse(fault("source.merge_key", place))
                continue
            if _is_left_out(value_node):
                if node.flow_style and value_node.start_mark.index == key_node.end_mark.index:
                    self._refuse(fault("source.comma_splits", place, key=key))
                    continue
                self._document.values[(*path, key)] = place  # what is not there is looked for at its name
            self._document.keys[(*path, key)] = place
            found[key] = self.convert(value_node, (*path, key))
        return found

    def _scalar(self, node: ScalarNode, place: Place) -> Any:
        text = str(node.value)
        match str(node.tag).removeprefix(_CORE):
            case "str" | "timestamp" | "merge":
                if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
                    self._refuse(fault("source.bad_character", place, character="half of a surrogate pair"))
                return text
            case "int" | "float" as kind:
                return self._number(kind, text.replace("_", "").lower(), place)
            case "bool":
                return text.lower() == "true"
            case "null":
                return None
            case tag:
                self._refuse(fault("source.tag", place, tag=tag))
                return None

    def _number(self, kind: str, text: str, place: Place) -> int | float | None:
        """A number as YAML 1.2 writes it, where JSON can carry it exactly."""
        number: int | float | None
        try:
            if kind == "float":
                number = float(text.replace(".inf", "inf").replace(".nan", "nan"))
            else:
                number = int(text, 0) if text.lstrip("+-").startswith(("0x", "0o", "0b")) else int(text)
        except ValueError:
            number = None
        is_fit = number is not None and (abs(number) <= _LARGEST_INTEGER if kind == "int" else math.isfinite(number))
        if not is_fit:
            shown = text if len(text) <= _SHOWN_DIGITS else text[:_SHOWN_DIGITS] + "…"
            self._refuse(fault("source.number_unfit", place, number=shown))
            return None
        return number

    def _refuse(self, problem: Problem) -> None:
        self._document.problems.append(problem)

    def _place(self, node: Node) -> Place:
        return Place(self._file, node.start_mark.line + 1, node.start_mark.column + 1)


def _is_left_out(node: Node) -> bool:
    """Whether nothing was written for a value."""
    return isinstance(node, ScalarNode) and node.value == "" and str(node.tag).removeprefix(_CORE) == "null"
