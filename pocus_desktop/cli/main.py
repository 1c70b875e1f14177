"""The `pocus` command: its groups and how an error leaves it.

Each command lives in a module of its own and is imported only when it is asked for, so that `pocus --help` does not
pay for Qt, VLC or a web server.
"""

import json
from collections.abc import Mapping
from importlib import import_module
from typing import Final

import click

from pocus_desktop.kernel.errors import Blame, PocusError
from pocus_desktop.kernel.files import FileRefusedError

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "demo": ("pocus_desktop.cli.station:demo", "Build, sit, seal, send and score the sample on this machine."),
    "sit": ("pocus_desktop.cli.station:sit", "Open the candidate's window."),
    "proctor": ("pocus_desktop.cli.proctor:proctor", "Open the proctor's window on a centre's computer."),
    "rehearse": ("pocus_desktop.cli.rehearse:rehearse", "Try the whole delivery before it counts."),
    "doctor": ("pocus_desktop.cli.station:doctor", "Check everything that a sitting needs on this computer."),
    "preflight": (
        "pocus_desktop.cli.preflight:preflight",
        "Find out days before what would keep admissions from being sat.",
    ),
    "case": ("pocus_desktop.cli.case:case", "Check and preview case sources."),
    "bundle": ("pocus_desktop.cli.bundle:bundle", "Build, sign, verify, show and import case bundles."),
    "keys": ("pocus_desktop.cli.keys:keys", "Make and show the keys of a publisher or of the academy."),
    "trust": ("pocus_desktop.cli.trust:trust", "Decide whom stations trust: keys, ceremonies, programmes."),
    "depot": ("pocus_desktop.cli.depot:depot", "Publish, read and carry what the academy gives to its stations."),
    "enrol": ("pocus_desktop.cli.enrol:enrol", "Set this computer up as a station or a centre."),
    "admission": ("pocus_desktop.cli.admission:admission", "Issue admissions, and take them in."),
    "unlock": ("pocus_desktop.cli.unlock:unlock", "Release embargoed bundles, and open them on the day."),
    "roster": ("pocus_desktop.cli.roster:roster", "Take a day's roster in, and admit walk-ins."),
    "room": ("pocus_desktop.cli.room:room", "The proctor's room: codes where there is no network."),
    "hub": ("pocus_desktop.cli.hub:hub", "The academy's server."),
    "sitting": ("pocus_desktop.cli.sitting:sitting", "Move a sitting to another station; look at one that is over."),
    "outbox": ("pocus_desktop.cli.outbox:outbox", "Show what waits to be sent; carry it on a stick."),
    "result": ("pocus_desktop.cli.result:result", "Open sealed results and score them."),
    "receipt": ("pocus_desktop.cli.receipt:receipt", "Verify receipts."),
    "certificate": (
        "pocus_desktop.cli.certificate:certificate",
        "Issue and revoke certificates; verify one, with or without a network.",
    ),
    "log": ("pocus_desktop.cli.log:log", "Read, audit and compare the academy's log of results."),
    "programme": (
        "pocus_desktop.cli.programme:programme",
        "From application to certificate: eligibility, deadlines, education, rules, the case log.",
    ),
    "portfolio": (
        "pocus_desktop.cli.portfolio:portfolio",
        "Your own portfolio: case log, application, voucher, evaluators, certificates, education.",
    ),
    "conform": ("pocus_desktop.cli.conform:conform", "Run one case of a public test suite from outside."),
}
"""Command name to (module:attribute, one-line help)."""


class LazyGroup(click.Group):
    """A group whose commands are imported when first used."""

    def __init__(self, name: str, *, commands: Mapping[str, tuple[str, str]], help: str) -> None:  # noqa: A002 - click's
        super().__init__(name=name, help=help)
        self._lazy = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the table."""
        del ctx
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        del ctx
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - the table above is ours
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in self._lazy.items()])


class ExtraMissingError(PocusError):
    """A command needs a package that this installation was made without."""

    code = "cli.extra_missing"
    blame = Blame.ENVIRONMENT


pocus = LazyGroup("pocus", commands=COMMANDS, help="Case-based assessments in point-of-care ultrasound, offline.")


def fail(error: PocusError, *, as_json: bool = False) -> None:
    """Print an error for a person (standard error) or for a program (JSON on standard output)."""
    if as_json:
        click.echo(json.dumps({"error": error.as_json()}))
        return
    told = error.explain()
    click.secho(f"{told.what}", err=True, fg="red" if error.blame is not Blame.USER else None)
    click.echo(f"{told.next}  [{error.code}]", err=True)


def run(arguments: list[str] | None = None, *, faces: object | None = None) -> int:
    """Run the command line and return its exit status: 0 done, 1 refused, 2 used wrongly.

    Args:
        arguments: What follows the program's name; the process's own arguments where omitted.
        faces: What `cli.faces.Faces` says; only commands that start a window or a server need it.
    """
    try:
        status = pocus.main(args=arguments, prog_name="pocus", standalone_mode=False, obj=faces)
    except PocusError as error:
        fail(error)
        return 1
    except ModuleNotFoundError as problem:
        if problem.name is None or problem.name.startswith("pocus_desktop"):
            raise
        fail(ExtraMissingError(module=problem.name))
        return 1
    except OSError as problem:  # a disk that is full, a folder that may not be written: told like any other error
        fail(FileRefusedError.of(problem))
        return 1
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return 130
    return status if isinstance(status, int) else 0
