"""What a rehearsal expected, what came, and what it looked like: told as it happens, kept as text and as a page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from pocus_desktop.app.rehearsals.computers import say
from pocus_desktop.kernel.errors import Blame, PocusError

REPORT = "report.txt"
PAGE = "index.html"
PICTURES = "pictures"
_MOST_FOUND = 600


class OtherwiseError(PocusError):
    """Something of the way was otherwise than it must be."""

    code = "app.rehearsal_otherwise"
    blame = Blame.BUG


@dataclass(kw_only=True)
class Step:
    """A step of the way.

    Attributes:
        came: What was expected and came, in order.
        pictures: File names of what it looked like, each with what it shows.
    """

    title: str
    came: list[str] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)


@dataclass(kw_only=True)
class Record:
    """The record of one way.

    Attributes:
        folder: `pictures/`, and the report once it is written.
        name: Of the way, such as its database.
        require_wanted: Is asked at each turn; raises where the way is not to go on.
    """

    folder: Path
    name: str
    require_wanted: Callable[[], None] = lambda: None
    steps: list[Step] = field(default_factory=list)
    problem: str = ""

    def __post_init__(self) -> None:
        (self.folder / PICTURES).mkdir(parents=True, exist_ok=True)

    def begin(self, title: str) -> None:
        """The next step."""
        self.require_wanted()
        self.steps.append(Step(title=title))
        say(f"{len(self.steps):2}  {title}")

    def expect(self, what: str, is_so: object, found: object = "") -> None:
        """What must be so is so.

        Args:
            what: In words that name it where it is not.
            is_so: Whether.
            found: What is there instead.

        Raises:
            OtherwiseError: It is not.
        """
        self.require_wanted()
        if not is_so:
            step = self.steps[-1].title if self.steps else self.name
            raise OtherwiseError(step=step, expected=what, found=str(found)[:_MOST_FOUND] or "-")
        self.steps[-1].came.append(what)
        say(f"    {what}")

    def expect_words(self, told: str, *words: str) -> None:
        """Something is told in these words.

        Raises:
            OtherwiseError: It is not.
        """
        for one in words:
            self.expect(f"it is told: {one}", one in told, told)

    def picture(self, name: str) -> Path:
        """Where a picture of what is shown now is kept."""
        number = sum(len(step.pictures) for step in self.steps) + 1
        file = f"{number:03}-{name}.png"
        self.steps[-1].pictures.append((file, name))
        return self.folder / PICTURES / file

    def write(self) -> None:
        """Leave the report, as text and as a page with the pictures."""
        lines = [f"The programme, rehearsed on {self.name}", ""]
        parts = []
        for number, step in enumerate(self.steps, 1):
            lines += [f"{number}. {step.title}", *(f"   {one}" for one in step.came), ""]
            parts.append(_part(number, step))
        ended = f"It stopped: {self.problem}" if self.problem else "Everything came as it must."
        lines.append(ended)
        (self.folder / REPORT).write_text("\n".join(lines) + "\n", encoding="utf-8")
        page = _PAGE.format(name=escape(self.name), ended=escape(ended), steps="\n".join(parts))
        (self.folder / PAGE).write_text(page, encoding="utf-8")


def _part(number: int, step: Step) -> str:
    came = "".join(f"<li>{escape(one)}</li>" for one in step.came)
    shown = "".join(
        f'<figure><a href="{PICTURES}/{escape(file)}"><img src="{PICTURES}/{escape(file)}" alt="{escape(name)}"></a>'
        f"<figcaption>{escape(name)}</figcaption></figure>"
        for file, name in step.pictures
    )
    return (
        f'<section><h2>{number}. {escape(step.title)}</h2><ul>{came}</ul><div class="pictures">{shown}</div></section>'
    )


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The programme, rehearsed on {name}</title>
<meta name="viewport" content="width=device-width"><style>
body {{ font: 1rem/1.5 sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }}
.pictures {{ display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); }}
figure {{ margin: 0; }} img {{ border: 1px solid #767676; width: 100%; }}
</style></head><body><main><h1>The programme, rehearsed on {name}</h1><p>{ended}</p>
{steps}
</main></body></html>
"""
