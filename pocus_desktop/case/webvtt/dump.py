"""A cue's tree in the form that the public test suite compares: the html5lib tree-construction format.

The tree is that of "the WebVTT cue text DOM construction rules" (W3C WebVTT, section 6.5): class, voice and language
spans are `span` elements, timestamps are processing instructions. Attributes stand one a line, sorted by name.
"""

from typing import Final

from pocus_desktop.case.webvtt import timestamps
from pocus_desktop.case.webvtt.nodes import Enter, Leaf, Span, Text, Tree, walk

HEAD: Final = "#document-fragment"


def dump(tree: Tree) -> str:
    """The tree as lines, the first one `#document-fragment`, without a line break at the end."""
    lines = [HEAD]
    for step in walk(tree):
        match step:
            case Enter():
                indent = "  " * step.depth
                element = "span" if step.span.tag in {"c", "v", "lang"} else step.span.tag
                lines.append(f"| {indent}<{element}>")
                lines += [f'| {indent}  {name}="{value}"' for name, value in sorted(_attributes(step.span).items())]
            case Leaf(node=Text(value=value), depth=depth):
                lines.append(f'| {"  " * depth}"{value}"')
            case Leaf(node=node, depth=depth) if not isinstance(node, Text):
                lines.append(f"| {'  ' * depth}<?timestamp {timestamps.written(node.ms)}>")
            case _:
                pass
    return "\n".join(lines)


def _attributes(span: Span) -> dict[str, str]:
    attributes: dict[str, str] = {}
    if span.classes:
        attributes["class"] = " ".join(span.classes)
    if span.tag == "v":
        attributes["title"] = span.voice
    if span.tag == "lang":
        attributes["lang"] = span.language or ""
    return attributes
