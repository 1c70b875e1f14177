"""Entry points of the installed program."""

import sys

from pocus_desktop.app.faces import faces
from pocus_desktop.cli.main import run


def main() -> None:
    """The `pocus` script."""
    sys.exit(run(faces=faces()))


def window() -> None:
    """The `pocus-desktop` script: the candidate's window at once."""
    sys.exit(run(["sit"], faces=faces()))


if __name__ == "__main__":
    main()
