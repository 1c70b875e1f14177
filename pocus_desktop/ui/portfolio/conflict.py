"""Writings of one document beside each other: what differs, and nothing else."""

from collections.abc import Sequence

from pocus_desktop.programme.documents.registry import AnyDocument


def differences(writings: Sequence[AnyDocument]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """For each writing, the fields in which they differ, with what it says."""
    said = [one.model_dump(mode="json") for one in writings]
    names = list(dict.fromkeys(name for one in said for name in one))
    differing = [name for name in names if len({repr(one.get(name)) for one in said}) > 1]
    return tuple(tuple((name, str(one.get(name, "-"))) for name in differing) for one in said)
