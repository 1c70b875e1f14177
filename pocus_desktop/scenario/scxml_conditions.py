"""The conditions that the SCXML reader takes: `In('state')`, `true`, `false`, and their combinations.

Written as in the specification's examples (`!`, `&&`, `||`) or in words (`not`, `and`, `or`), with parentheses; `not`
binds strongest, `or` weakest. Everything else is refused: nothing is evaluated as code.
"""

import re
from collections.abc import Container, Iterator
from typing import Final

from pocus_desktop.scenario.guards import ALWAYS, MAX_DEPTH, NEVER, AllOf, AnyOf, Guard, InState, Not

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<in>In\s*\(\s*(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)")\s*\))
      | (?P<and>&&|and\b) | (?P<or>\|\||or\b) | (?P<not>!(?!=)|not\b)
      | (?P<open>\() | (?P<close>\)) | (?P<true>true\b) | (?P<false>false\b)
    )""",
    re.VERBOSE,
)


class NotAConditionError(Exception):
    """The text is something else; the reader turns this into its own error with the place."""


def parse_condition(text: str, known: Container[str]) -> Guard:
    """The guard for a condition.

    Args:
        text: What stands in `cond`.
        known: The ids of the chart; `In` of any other never holds, as the specification has it.

    Raises:
        NotAConditionError: It is more than this reader takes, or nested too deep.
    """
    parser = _Parser(text, known)
    guard = parser.either(0)
    if parser.token is not None:
        raise NotAConditionError
    return guard


class _Parser:
    """Recursive descent over the tokens, with a bound on its depth."""

    def __init__(self, text: str, known: Container[str]) -> None:
        self._known = known
        self._tokens = _tokens(text)
        self.token: tuple[str, str] | None = next(self._tokens, None)

    def either(self, depth: int) -> Guard:
        """One or more parts joined by `or`."""
        parts = [self._both(depth)]
        while self._skip("or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else AnyOf(parts=tuple(parts))

    def _both(self, depth: int) -> Guard:
        parts = [self._one(depth)]
        while self._skip("and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else AllOf(parts=tuple(parts))

    def _one(self, depth: int) -> Guard:
        if depth * 3 > MAX_DEPTH - 3 or self.token is None:
            raise NotAConditionError
        kind, state = self.token
        self.token = next(self._tokens, None)
        match kind:
            case "not":
                return Not(part=self._one(depth + 1))
            case "open":
                inner = self.either(depth + 1)
                if not self._skip("close"):
                    raise NotAConditionError
                return inner
            case "true":
                return ALWAYS
            case "false":
                return NEVER
            case "in":
                return InState(state=state) if state in self._known else NEVER
            case _:
                raise NotAConditionError

    def _skip(self, kind: str) -> bool:
        if self.token is None or self.token[0] != kind:
            return False
        self.token = next(self._tokens, None)
        return True


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    rest = text.strip()
    position = 0
    while position < len(rest):
        match = _TOKEN.match(rest, position)
        if match is None:
            raise NotAConditionError
        kind = next(name for name in ("in", "and", "or", "not", "open", "close", "true", "false") if match[name])
        yield kind, match["single"] or match["double"] or ""
        position = match.end()
