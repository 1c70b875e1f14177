"""Renew the hash-pinned locks from pyproject.toml, for all platforms at once.

`dev.txt` is what a checkout runs on; `station.txt` is what a candidate's station installs. Needs `uv` (installed into a
throw-away environment, since nothing else here uses it).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"dev.txt": ("--all-extras", "--group", "dev"), "station.txt": ()}


def main() -> None:
    """Write both lock files."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/pip", "install", "--quiet", "uv"], check=True)
        for name, extras in LOCKS.items():
            subprocess.run(
                [
                    f"{folder}/bin/uv", "pip", "compile", "pyproject.toml", *extras,
                    "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header",
                    "--no-emit-index-url", "--quiet", "--output-file", f"installer/locks/{name}",
                ],
                cwd=ROOT,
                check=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
