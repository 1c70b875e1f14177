"""Notes in words: what was seen, and the innocent explanation beside the other."""

from dataclasses import dataclass
from typing import Final

from pocus_desktop.kernel import words
from pocus_desktop.sitting.integrity.codes import DETAILS, Code, read_withheld
from pocus_desktop.sitting.integrity.watched import watched
from pocus_desktop.sitting.state import span

_LONGEST_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldNote:
    """A note in one language.

    Attributes:
        what: What was seen.
        innocent: What it most often is.
        other: What else it can be.
    """

    what: str
    innocent: str
    other: str


def tell(what: str, detail: str, language: str) -> ToldNote:
    """A note's words; one that this program does not know is told by its own name.

    Args:
        what: The note's code.
        detail: As it stands in the journal, which another program may have written.
        language: The reader's.
    """
    code = next((one for one in Code if one.value == what), None)
    if code is None:
        return ToldNote(
            what=f"{what}: {detail}" if detail else what,
            innocent=words.say("integrity.unknown_innocent", language),
            other=words.say("integrity.unknown_other", language),
        )
    row = f"integrity.note.{code}"
    return ToldNote(
        what=words.say(f"{row}.what", language, **_params(code, detail, language)).rstrip(" :"),
        innocent=words.say(f"{row}.innocent", language),
        other=words.say(f"{row}.other", language),
    )


def _params(code: Code, detail: str, language: str) -> dict[str, str]:
    match DETAILS[code]:
        case "none":
            return {}
        case "span":
            return {"time": _span(detail)}
        case "count":
            return {"count": detail or "?"}
        case "program":
            return {"name": watched().programs.get(detail, detail or "?")}
        case "machine":
            return {"name": watched().machines.get(detail, detail or "?")}
        case "withheld":
            said = read_withheld(detail)
            if said is None:
                return {"count": "?", "time": "?", "note": detail}
            return {"count": str(said.count), "time": span(said.lasted_ms), "note": _short(said.code, language)}
        case "text":
            return {"text": detail}


def _short(what: str, language: str) -> str:
    """What a withheld note said, without its parameters."""
    if what == Code.WITHHELD or what not in {one.value for one in Code}:
        return what
    code = Code(what)
    if DETAILS[code] not in {"none", "text"}:
        return what
    return tell(what, "", language).what


def _span(detail: str) -> str:
    digits = detail.removeprefix("-")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_DIGITS
    return span(int(digits)) if is_number else detail or "?"
