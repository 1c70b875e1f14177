"""What a process did to the files of some folders, in order, as strace saw it.

Each operation on a file names its inode, so that a rename does not lose it. What is not here (maps of memory, links)
these programs do not do; a call on a watched file that is not understood is an error.
"""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

MARKS: Final = "marks"
"""The file into which a scenario writes what it was acknowledged, one line each."""

_STRACE: Final = ("strace", "--seccomp-bpf", "-f")  # it stops at the calls that are asked for, and at no others
_CALLS: Final = (
    "openat,open,creat,close,write,pwrite64,writev,pwritev,pwritev2,lseek,ftruncate,truncate,fallocate,fsync,fdatasync,"
    "sync,syncfs,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat"
)


@dataclass(frozen=True, slots=True)
class Make:
    """A name for a new file or folder."""

    path: str
    inode: int
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes into a file."""

    inode: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A file gets this length."""

    inode: int
    size: int


@dataclass(frozen=True, slots=True)
class Rename:
    """A file gets another name, and what had it is gone."""

    old: str
    new: str
    inode: int


@dataclass(frozen=True, slots=True)
class Remove:
    """A name is gone."""

    path: str


@dataclass(frozen=True, slots=True)
class Sync:
    """What was written to a file is durable."""

    inode: int


@dataclass(frozen=True, slots=True)
class SyncFolder:
    """The names in a folder are durable."""

    path: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something was acknowledged."""

    line: str


Operation: TypeAlias = Make | Write | Cut | Rename | Remove | Sync | SyncFolder | Mark


def has_strace() -> bool:
    """Whether this machine lets one process watch another."""
    try:
        done = subprocess.run([*_STRACE, "-o", os.devnull, sys.executable, "-c", ""], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def record(arguments: list[str], watched: Sequence[Path]) -> list[tuple[Operation, ...]]:
    """Run a Python program and give what it did below each of the watched folders, which are empty before.

    Args:
        arguments: What follows the interpreter.
        watched: The folders, all in one; `marks` in each takes what was acknowledged there.
    """
    told = watched[0].parent / "strace"
    command = [*_STRACE, "-qq", "-xx", "-s", "16777216", "-e", f"trace={_CALLS}", "-e", "signal=none", "-o", str(told)]
    subprocess.run([*command, sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    readers = [_Reader(str(folder)) for folder in watched]
    for line in _whole(told.read_text(encoding="ascii").splitlines()):
        for reader in readers:
            reader.take(line)
    return [tuple(reader.operations) for reader in readers]


def _whole(lines: list[str]) -> list[str]:
    """Calls that another thread interrupted in the telling, put together where they ended."""
    begun: dict[str, str] = {}
    whole: list[str] = []
    for line in lines:
        thread, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            begun[thread] = call.removesuffix("<unfinished ...>")
        elif call.startswith("<..."):
            whole.append(begun.pop(thread) + call.partition("resumed>")[2])
        else:
            whole.append(call)
    return whole


_CALL: Final = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|\?)")
_TEXT: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class _Reader:
    """Follows file descriptors and names."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._inodes: dict[str, int] = {}
        self._open: dict[int, tuple[int | None, str]] = {}
        self._offsets: dict[int, int] = {}
        self._sizes: dict[int, int] = {}
        self._next = 1
        self.operations: list[Operation] = []

    def take(self, line: str) -> None:
        """One call."""
        found = _CALL.match(line)
        if found is None or found[3] in {"?", ""} or int(found[3]) < 0:
            return
        name, arguments, result = found[1], found[2], int(found[3])
        paths = [self._inside(_bytes(text)) for text in _TEXT.findall(arguments)]
        match name:
            case "openat" | "open" | "creat":
                self._opened(paths[0], arguments, result)
            case "close":
                self._open.pop(_fd(arguments), None)
            case "mkdir" | "mkdirat" if paths[0]:
                self._inodes[paths[0]] = self._new()
                self.operations.append(Make(paths[0], self._inodes[paths[0]], is_folder=True))
            case "rename" | "renameat" | "renameat2" if paths[0] and paths[1]:
                inode = self._inodes.pop(paths[0])
                self._inodes[paths[1]] = inode
                self.operations.append(Rename(paths[0], paths[1], inode))
            case "unlink" | "unlinkat" | "rmdir" if paths[0]:
                self._inodes.pop(paths[0], None)
                self.operations.append(Remove(paths[0]))
            case "link" | "linkat" | "symlink" | "symlinkat" | "truncate" if any(paths):
                raise AssertionError(f"not understood: {line[:200]}")
            case _ if _fd(arguments) in self._open:
                self._on_open_file(name, arguments, result)
            case _:
                pass

    def _opened(self, path: str, arguments: str, fd: int) -> None:
        if not path:
            self._open.pop(fd, None)
            return
        if "O_DIRECTORY" in arguments or (path not in self._inodes and "O_CREAT" not in arguments):
            self._open[fd] = (None, path)
            return
        if path not in self._inodes:
            self._inodes[path] = self._new()
            if path != MARKS:
                self.operations.append(Make(path, self._inodes[path]))
        elif "O_TRUNC" in arguments:
            self._cut(self._inodes[path], 0)
        self._open[fd] = (self._inodes[path], path)
        self._offsets[fd] = 0

    def _on_open_file(self, name: str, arguments: str, result: int) -> None:
        fd = _fd(arguments)
        inode, path = self._open[fd]
        if inode is None or (path in self._inodes and self._is_folder(path)):
            if name in {"fsync", "fdatasync"}:
                self.operations.append(SyncFolder(path))
            return
        match name:
            case "pwrite64":
                offset = int(arguments.rpartition(", ")[2])
                self._write(inode, path, offset, _bytes(_TEXT.findall(arguments)[0])[:result])
            case "write":
                self._write(inode, path, self._offsets[fd], _bytes(_TEXT.findall(arguments)[0])[:result])
                self._offsets[fd] += result
            case "lseek":
                self._offsets[fd] = result
            case "ftruncate":
                self._cut(inode, int(arguments.rpartition(", ")[2]))
            case "fsync" | "fdatasync":
                self.operations.append(Sync(inode))
            case _:
                raise AssertionError(f"{name} on {path} is not understood")

    def _is_folder(self, path: str) -> bool:
        inode = self._inodes.get(path)
        return any(isinstance(one, Make) and one.inode == inode and one.is_folder for one in self.operations)

    def _write(self, inode: int, path: str, offset: int, data: bytes) -> None:
        if path == MARKS:
            self.operations += [Mark(line) for line in data.decode().splitlines()]
        else:
            self.operations.append(Write(inode, offset, data))

    def _cut(self, inode: int, size: int) -> None:
        self.operations.append(Cut(inode, size))

    def _new(self) -> int:
        self._next += 1
        return self._next

    def _inside(self, path: bytes) -> str:
        """The path below the watched folder; empty where it is elsewhere."""
        text = path.decode("utf-8", "surrogateescape")
        if text == self._root:
            return "."
        return text.removeprefix(f"{self._root}/") if text.startswith(f"{self._root}/") else ""


def _fd(arguments: str) -> int:
    first = arguments.partition(",")[0].strip()
    return int(first) if first.lstrip("-").isdigit() else -1


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
