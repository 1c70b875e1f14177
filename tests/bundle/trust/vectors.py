"""Writes the corpus of hostile depots in `tests/vectors/trust/`: one cause a file, each with the error it must name.

`base.json` is an honest depot, file by file. Every other file says what is changed in it: a file's text, its text and
to how many bytes blanks pad it, or null where it is missing. Keys come from names, so the same files come out every
time: `python -m tests.bundle.trust.vectors`.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bundle.trust.academy import NOW_MS, Academy
from tests.bundle.trust.test_refusals import ATTACKS, Attack

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "trust"


def honest(folder: Path) -> Academy:
    """A depot with one programme and one bundle, whose second state is the base of the corpus."""
    made = Academy(folder=folder)
    made.found()
    (folder / "old-timestamp").write_bytes((made.repository.metadata / "timestamp.json").read_bytes())
    made.list_bundle("dvt-swollen-calf", 1)
    return made


def files(academy: Academy) -> dict[str, Any]:
    """What a carrier could give of a depot."""
    return {
        path.relative_to(academy.folder).as_posix(): _written(path.read_text("utf-8"))
        for part in (academy.repository.metadata, academy.repository.targets)
        for path in sorted(part.rglob("*"))
        if path.is_file()
    }


def lay_out(found: Mapping[str, Any], folder: Path) -> None:
    """Put files of the corpus where a carrier looks for them."""
    for name, content in found.items():
        path = folder / name
        if content is None:
            path.unlink()
            continue
        text = content if isinstance(content, str) else content["text"].ljust(content["padded_to"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))


def _written(text: str) -> Any:
    short = text.rstrip(" ")
    return text if short == text else {"text": short, "padded_to": len(text)}


def corpus() -> Mapping[str, Mapping[str, object]]:
    """Every file of the corpus, by its name."""
    with tempfile.TemporaryDirectory() as place:
        base = files(honest(Path(place) / "base"))
        found: dict[str, Mapping[str, object]] = {"base": {"now_ms": NOW_MS, "files": base}}
        for number, (name, (code, act)) in enumerate(ATTACKS.items()):
            academy = honest(Path(place) / f"{number}")
            act(Attack(academy))
            spoilt = files(academy)
            changed = {
                path: spoilt.get(path) for path in sorted({*base, *spoilt}) if spoilt.get(path) != base.get(path)
            }
            found[name.replace(" ", "-").replace("'", "")] = {"about": name, "code": code, "changed": changed}
        return found


def write() -> None:
    """Write the corpus anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, document in corpus().items():
        (FOLDER / f"{name}.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
