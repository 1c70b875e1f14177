"""One guided run of one target, in a process of its own: `python -m tests.fuzz.guided TARGET [libFuzzer's options]`.

Needs atheris, which `make fuzz` puts into a folder of its own; started by `tests.fuzz.__main__`.
"""

import sys
from random import Random

import atheris  # type: ignore[import-untyped]  # not among the locked packages: it has no wheels for Windows and macOS

with atheris.instrument_imports(include=["pocus_desktop", "tuf", "securesystemslib.formats", "rfc8785"]):
    from tests.fuzz.mutation import mutated
    from tests.fuzz.targets import TARGETS


def _mutator(data: bytes, maximum: int, seed: int) -> bytes:
    """Ours, which knows JSON, and libFuzzer's, which learns from what the code compares, by turns."""
    chance = Random(seed)
    if chance.random() < 0.5:
        return bytes(mutated(bytes(data), chance))[:maximum]
    return bytes(atheris.Mutate(data, maximum))


def main() -> None:
    """Fuzz until libFuzzer's options say stop, or something is found."""
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(
        [*sys.argv, f"-max_len={target.maximum_bytes}"],
        lambda data: target.try_one(bytes(data)) and None,
        custom_mutator=_mutator,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
