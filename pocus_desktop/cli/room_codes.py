"""`pocus room code|book`: open stations by eight digits, from this computer or from paper."""

import re
import time
from pathlib import Path
from typing import Final, Literal

import click

from pocus_desktop.admission.latest_time import LatestTime
from pocus_desktop.admission.room_code import NoCodesError
from pocus_desktop.admission.trusting import Trusting
from pocus_desktop.cli.enrol import open_own_keys
from pocus_desktop.cli.faces import Faces, pass_faces
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.files import FileRefusedError, write_atomically
from pocus_desktop.kernel.settings import Home
from pocus_desktop.kernel.words import languages, say
from pocus_desktop.proctoring import code_book
from pocus_desktop.proctoring.code_book import on_one_line
from pocus_desktop.proctoring.code_desk import CodeDesk, NoneHereError

_MOST: Final = 60


@click.command()
@click.argument("challenge", nargs=-1, required=True)
@click.option("--candidate", required=True, help="The ID number on the station's screen.")
@click.option("--admission", "admission_id", help="Which, where the candidate has several.")
@click.option("--by", "who", required=True, help="The proctor's name, for this computer's notes.")
@click.option("--again", is_flag=True, help="Tell a number again that was misheard.")
@click.option("--incident", default="", help="Its reference, where more time is given than the policy lets you.")
def code(
    challenge: tuple[str, ...], candidate: str, admission_id: str | None, who: str, incident: str, *, again: bool
) -> None:
    """Tell the code for the eight digits CHALLENGE that a station shows."""
    desk, now_ms = _desk()
    admitted = desk.find(candidate, admission_id)
    told = desk.tell(admitted, " ".join(challenge), who=who, now_ms=now_ms, again=again, incident=incident)
    person, asked = told.admission.candidate, told.challenge
    click.echo(f"{on_one_line(person.display_name)} ({on_one_line(person.id)}), number {asked.number}:")
    click.echo(f"it {say(f'code.does.{asked.purpose}', 'en', minutes=asked.minutes)}.")
    click.echo(f"The code: {told.code[:4]} {told.code[4:]}")


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder.")
@click.option(
    "--candidate", "wanted", multiple=True, help="Only theirs; everyone's who is admitted here where omitted."
)
@click.option(
    "--numbers",
    type=click.IntRange(1, _MOST),
    default=code_book.NUMBERS,
    show_default=True,
    help="How many codes a candidate can use up.",
)
@click.option("--text", "is_text", is_flag=True, help="Text alone, which needs no window system.")
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True)
@click.option("--language", type=click.Choice(languages()), default="en", show_default=True)
@pass_faces
def book(
    faces: Faces,
    /,
    out: Path,
    wanted: tuple[str, ...],
    numbers: int,
    paper: Literal["a4", "letter"],
    language: str,
    *,
    is_text: bool,
) -> None:
    """Write a page of codes for each candidate, to be printed and sealed in envelopes."""
    desk, _ = _desk()
    admitted = [desk.find(one) for one in wanted] if wanted else list(desk.admitted())
    pages: list[code_book.Page] = []
    for one in admitted:
        try:
            pages.append(code_book.page(one, desk.secret(one), numbers=numbers))
        except NoCodesError as problem:
            if wanted:
                raise
            _pass_over(problem)
    if not pages:
        raise NoneHereError(candidate="-")
    suffix = ".txt" if is_text else ".pdf"
    for page in pages:
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", f"{page.candidate_id}-{page.admission_id}")
        data = (
            code_book.as_text(page, language).encode("utf-8")
            if is_text
            else faces.print_codes(page, paper=paper, language=language)
        )
        path = out / f"{name}{suffix}"
        try:
            out.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data)
            path.chmod(0o600)
        except OSError as problem:
            raise FileRefusedError.of(problem) from problem
        click.echo(f"{path}  {on_one_line(page.candidate_name)} ({on_one_line(page.candidate_id)})")
    click.echo(
        "Print them, seal each in an envelope of its own, keep the start codes elsewhere, and delete these files."
    )


def _desk() -> tuple[CodeDesk, int]:
    home = Home.default()
    desk = CodeDesk(home, open_own_keys(home), Trusting.load(home).hubs)
    return desk, max(time.time_ns() // 1_000_000, LatestTime(home.latest_time).seen_ms())


def _pass_over(problem: PocusError) -> None:
    told = problem.explain()
    click.echo(f"{told.what} {told.next}  [{problem.code}]", err=True)
