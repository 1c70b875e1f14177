"""What python-tuf leaves unchecked in metadata: that names are text and counts are numbers (formats/trust 5.4).

Signatures say who wrote metadata, not that it is well formed. A name that is `true` must be an error with a name.
"""

from collections.abc import Mapping

from tuf.api.metadata import Key, Root, Targets

from pocus_desktop.bundle.trust.errors import MalformedMetadataError


def require_shape(role: str, signed: Root | Targets) -> None:
    """Refuse metadata whose names are not text or whose counts are not whole numbers.

    Raises:
        MalformedMetadataError: It is such.
    """
    if isinstance(signed, Root):
        is_sound = _are_keys(signed.keys) and all(
            _are_text(name, *each.keyids) and _is_count(each.threshold) for name, each in signed.roles.items()
        )
    else:
        is_sound = _are_targets(signed) and _are_delegations(signed)
    if not is_sound or not _is_count(signed.version):
        raise MalformedMetadataError(role=role, reason="a name in it is not text, or a count is not a number")


def _are_targets(signed: Targets) -> bool:
    return all(
        _are_text(path, *file.hashes.keys(), *file.hashes.values()) and type(file.length) is int
        for path, file in signed.targets.items()
    )


def _are_delegations(signed: Targets) -> bool:
    found = signed.delegations
    if found is None:
        return True
    return _are_keys(found.keys) and all(
        _are_text(name, *each.keyids, *(each.paths or ())) and _is_count(each.threshold)
        for name, each in (found.roles or {}).items()
    )


def _are_keys(keys: Mapping[str, Key]) -> bool:
    return all(_are_text(key_id, *key.keyval.keys(), *key.keyval.values()) for key_id, key in keys.items())


def _are_text(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0
