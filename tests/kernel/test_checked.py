"""Notes that nobody signs: a changed byte is noticed, wherever it is."""

import pytest

from pocus_desktop.kernel import canonical, checked
from pocus_desktop.kernel.canonical import BadJsonError, Json

NOTE: dict[str, Json] = {"format": 1, "wall_ms": 1_800_000_000_000, "told": "día"}


def test_what_was_written_is_read() -> None:
    assert checked.decode(checked.encode(NOTE)) == NOTE


def test_a_note_of_an_earlier_version_has_no_check() -> None:
    assert checked.decode(canonical.encode(NOTE)) == NOTE


def test_no_changed_byte_gives_another_note() -> None:
    whole = checked.encode(NOTE)
    for place in range(len(whole)):
        for mask in range(1, 256):
            changed = whole[:place] + bytes((whole[place] ^ mask,)) + whole[place + 1 :]
            try:
                found = checked.decode(changed)
            except BadJsonError:
                continue
            assert isinstance(found, dict)
            assert {name: found.get(name) for name in NOTE} == NOTE, (place, mask)


def test_what_has_no_canonical_form_is_refused() -> None:
    with pytest.raises(BadJsonError):
        checked.decode(b'{"check":"","told":"\\ud800"}')
