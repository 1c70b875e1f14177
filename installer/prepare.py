"""Make this checkout ready to run: system packages, `.venv`, the locked dependencies, the package itself.

Needs only Python 3.11 or newer with its standard library. Safe to run again: what is already right is left alone, and a
second run takes well under a second. What was interrupted half-way, or is broken, is made anew.

    python3 installer/prepare.py
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "installer" / "locks" / "dev.txt"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "prepared"
"""Written last: what this environment was made from."""
MARK = VENV / "preparing"
"""There while packages are being installed; left behind by what was interrupted."""

DEBIAN_PACKAGES = (
    # Python's own environments, which Debian packages apart
    "python3-venv",
    # libVLC with the plugins that decode clips into memory
    "libvlc5",
    "vlc-plugin-base",
    # what Qt needs, without a display and with one
    "libegl1",
    "libgl1",
    "libglib2.0-0",
    "libdbus-1-3",
    "libfontconfig1",
    "libxkbcommon0",
    "libbrotli1",
    "libxkbcommon-x11-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
    # the tests that want a real window, and the references of benchmarks
    "xvfb",
    "openssl",
    "rsync",
    "curl",
    # PostgreSQL, network namespaces with bad links, and the record of what a program writes
    "postgresql",
    "iproute2",
    "strace",
    # reports are read as a person would
    "poppler-utils",
    # pages are looked at in a browser
    "chromium",
)


def main() -> int:
    """Prepare everything; the exit status is 0 when the checkout is ready."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells an older Python so
        print("POCUS Desktop needs Python 3.11 or newer; this is", sys.version.split()[0], file=sys.stderr)
        return 1
    if not _has_system_packages():
        return 1
    _prepare_environment()
    return 0


def _has_system_packages() -> bool:
    """Install what is missing when that is allowed; else print the one command to run."""
    if not sys.platform.startswith("linux") or shutil.which("dpkg-query") is None:
        return True  # other systems bring these with Python, Qt and VLC; `pocus doctor` says what is missing
    missing = [name for name in DEBIAN_PACKAGES if not _is_installed(name)]
    if not missing:
        return True
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() == 0:
        prefix: list[str] = []
    elif (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        prefix = ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    else:
        print("System packages are missing. Run this one command, then try again:\n", file=sys.stderr)
        print("  sudo apt-get update && sudo " + " ".join(command) + "\n", file=sys.stderr)
        return False
    print("Installing system packages:", " ".join(missing), flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "--quiet"], [*command, "--quiet"]):
        done = subprocess.run([*prefix, *step], env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0 and step[1] == "install":
            print(done.stdout + done.stderr, file=sys.stderr)
            print("Installing them failed; the lines above say why. The command was:", file=sys.stderr)
            print("  " + " ".join([*prefix, *step]), file=sys.stderr)
            return False
    return True


def _is_installed(name: str) -> bool:
    asked = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${db:Status-Status}", name], capture_output=True, text=True, check=False
    )
    return asked.stdout == "installed"


def _prepare_environment() -> None:
    wanted = hashlib.sha256(
        LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode() + sys.version.encode()
    ).hexdigest()
    if _is_prepared(wanted):
        return
    print("Preparing .venv from the lock file (once; takes a minute or two) …", flush=True)
    if MARK.exists() or not _has_sound_environment():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    STAMP.unlink(missing_ok=True)
    MARK.touch()
    pip = [str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*pip, "--require-hashes", "--only-binary", ":all:", "--requirement", str(LOCK)], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], check=True)
    MARK.unlink()
    STAMP.write_text(wanted)


def _is_prepared(wanted: str) -> bool:
    """Whether an earlier run finished with the same lock and Python, and its environment still stands."""
    stands = any((BIN / name).exists() for name in ("python", "python.exe"))
    return stands and not MARK.exists() and STAMP.is_file() and STAMP.read_text() == wanted


def _has_sound_environment() -> bool:
    """Whether there is an environment of this Python with a pip that starts."""
    try:
        asked = subprocess.run(
            [str(BIN / "python"), "-c", "import pip, sys; print(sys.version)"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return False
    return asked.returncode == 0 and asked.stdout.strip() == sys.version.strip()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as problem:
        print("Preparing stopped at:", " ".join(map(str, problem.cmd)), file=sys.stderr)
        print("Its message is above. Mend it and run the same command again.", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("Stopped. Run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
