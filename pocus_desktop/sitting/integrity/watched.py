"""The shipped lists of what is looked for: programs that show or steer a screen, and kinds of virtual machine.

They are lists of what may be named: of any other program that runs, nothing is noted, kept or sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from pocus_desktop.kernel import assets, canonical

_SUFFIX: Final = ".exe"
_COMM_LENGTH: Final = 15
"""Linux keeps no more of a process's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is looked for.

    Attributes:
        programs: Each program's id and name.
        machines: The same of virtual machines.
        by_process: From a process's name, in lower case and without `.exe`, to the program's id.
        firmware: Words of a machine's maker or model, in lower case, each with the id of the virtual machine it tells.
    """

    programs: Mapping[str, str]
    machines: Mapping[str, str]
    by_process: Mapping[str, str]
    firmware: tuple[tuple[str, str], ...]

    def programs_of(self, processes: Iterable[str]) -> frozenset[str]:
        """The ids of the programs among the names of processes; all other names are forgotten."""
        names = (process.strip().lower().removesuffix(_SUFFIX) for process in processes)
        return frozenset(found for name in names if (found := self.by_process.get(name)) is not None)

    def machine_of(self, told: str) -> str:
        """The id of the virtual machine that a maker's and model's name tells; empty for none that is known."""
        lowered = told.lower()
        return next((machine for word, machine in self.firmware if word in lowered), "")


@cache
def watched() -> Watched:
    """The shipped lists."""
    document = canonical.decode(assets.folder("integrity", "watched.json").read_bytes())
    programs, machines = _rows(document, "programs", "processes"), _rows(document, "machines", "firmware")
    by_process: dict[str, str] = {}
    for program, (_, processes) in programs.items():
        for process in processes:
            by_process[process] = by_process[process[:_COMM_LENGTH]] = program
    return Watched(
        programs={one: name for one, (name, _) in programs.items()},
        machines={one: name for one, (name, _) in machines.items()},
        by_process=by_process,
        firmware=tuple((word, one) for one, (_, told) in machines.items() for word in told),
    )


def _rows(document: object, table: str, field: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    rows = document.get(table) if isinstance(document, Mapping) else None
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for row in rows if isinstance(rows, list) else ():
        found[str(row["id"])] = (str(row["name"]), tuple(str(one) for one in row[field]))
    return found
