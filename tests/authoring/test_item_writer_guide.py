"""The item writer's guide: what it shows is typed in here as it stands, and its commands are there."""

import re
from pathlib import Path

import click
import pytest

from pocus_desktop.authoring.build.members import gather
from pocus_desktop.authoring.source.load import load_source
from pocus_desktop.authoring.walkthrough import read_walkthrough
from pocus_desktop.case.problems import Severity
from pocus_desktop.cli.main import pocus

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "item-writer.md").read_text(encoding="utf-8")


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    """The case of the guide, as someone who follows it has it."""
    for name, text in re.findall(r"^`my-case/(\S+)`.*?:\n\n```yaml\n(.*?)```", GUIDE, re.MULTILINE | re.DOTALL):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_the_case_of_the_guide_has_the_remarks_that_it_speaks_of(typed: Path) -> None:
    loaded = load_source(typed)
    assert [str(problem) for problem in loaded.problems] == []
    warnings = gather(loaded).warnings
    assert [(problem.code, problem.severity) for problem in warnings] == [
        ("source.cine_burned_in_unknown", Severity.WARNING),
        ("source.cine_lossy_source", Severity.WARNING),
    ]


def test_the_message_that_the_guide_shows_is_the_one_that_is_told(typed: Path) -> None:
    path = typed / "case.yaml"
    path.write_text(path.read_text().replace("go: second-look", "go: second-lok"))
    (problem,) = load_source(typed).problems
    assert f"{problem.file}:{problem.line}:{problem.column}: {problem.what}\n" in GUIDE
    assert f"{problem.fix}  [error: {problem.code}]" in GUIDE


def test_the_walkthrough_of_the_guide_answers_every_item(typed: Path) -> None:
    text = GUIDE[GUIDE.index("## 10.") :]
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (typed / "walkthrough.yaml").write_text(block, encoding="utf-8")
    assessment, _ = load_source(typed).demand()
    assert set(read_walkthrough(typed)) == {item.id for item in assessment.items()}


def test_every_command_of_the_guide_is_there() -> None:
    commands = re.findall(r"^    pocus (.+?)(?: > \S+)?$", GUIDE, re.MULTILINE)
    assert len(commands) > 8
    for line in commands:
        command: click.Command = pocus
        arguments = line.split()
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), arguments.pop(0))
            assert found is not None, line
            command = found
        command.make_parser(click.Context(command)).parse_args(arguments)
