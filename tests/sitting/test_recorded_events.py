"""Recorded events are kept for ever: the golden file of each version reads as what it meant when it was written."""

import json
from pathlib import Path
from typing import get_args

import pytest

from pocus_desktop.kernel import canonical
from pocus_desktop.kernel.clock import Reading
from pocus_desktop.sitting import codec, events
from pocus_desktop.sitting.codec import Document, Recorded
from pocus_desktop.sitting.errors import BadEventError, NewerEventError

GOLDEN = Path(__file__).parents[1] / "golden" / "sitting" / "events.v1.jsonl"


def golden() -> list[bytes]:
    """The lines of the golden file."""
    return GOLDEN.read_bytes().splitlines()


def test_the_golden_file_has_every_kind_of_event() -> None:
    kinds = {json.loads(line)["type"] for line in golden()}
    assert kinds == {kind.model_fields["type"].default for kind in get_args(events.Event)}


@pytest.mark.parametrize("line", golden(), ids=lambda line: json.loads(line)["type"])
def test_an_event_of_version_1_is_read_and_written_as_ever(line: bytes) -> None:
    event = codec.decode_event(line)
    assert codec.encode_event(event) == line
    recorded = Recorded(seq=1, at=Reading(monotonic_ms=1, wall_ms=2, boot_id="b"), event=event)
    assert Recorded.from_json(canonical.decode(canonical.encode(recorded.as_json()))) == recorded


def test_an_older_event_is_converted_step_by_step() -> None:
    def from_1(document: Document) -> Document:
        return {"type": "went-to", "step": document["target"]}

    def from_2(document: Document) -> Document:
        return {**document, "step": f"{document['step']}-view"}

    def to_today(document: Document) -> Document:
        return {**document, "v": 1}

    seen: list[Document] = []

    def record(document: Document) -> Document:
        seen.append(document)
        return to_today(document)

    old: Document = {"v": -2, "type": "jumped", "target": "femoral"}
    converters = {-2: from_1, -1: from_2, 0: record}
    assert codec.read_event(old, converters=converters) == events.WentTo(step="femoral-view")
    assert seen == [{"v": 0, "type": "went-to", "step": "femoral-view"}]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", BadEventError),
        (b"[]", BadEventError),
        (b"{}", BadEventError),
        (b'{"v":0,"type":"heartbeat"}', BadEventError),
        (b'{"v":2,"type":"heartbeat"}', NewerEventError),
        (b'{"v":1,"type":"teleported"}', BadEventError),
        (b'{"v":1,"type":"heartbeat","x":1}', BadEventError),
        (b'{"v":1,"type":"went-to"}', BadEventError),
        (b'{"v":1,"type":"answered","item":"a","response":{"type":"choice","choices":[1]}}', BadEventError),
        (b'{"v":1,"type":"media-reported","clip":"a","what":"ended","position_ms":-1}', BadEventError),
        (b"\xff", BadEventError),
    ],
)
def test_what_is_no_event_is_refused_by_name(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        codec.decode_event(data)


def test_a_refusal_never_repeats_what_was_answered() -> None:
    with pytest.raises(BadEventError) as caught:
        codec.decode_event(b'{"v":1,"type":"answered","item":"a","response":{"type":"choice","choices":["SECRET!"]}}')
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"seq": 1, "monotonic_ms": 1, "wall_ms": 1, "boot_id": "b"},
        {"seq": "1", "monotonic_ms": 1, "wall_ms": 1, "boot_id": "b", "event": {"v": 1, "type": "heartbeat"}},
        {"seq": 1, "monotonic_ms": True, "wall_ms": 1, "boot_id": "b", "event": {"v": 1, "type": "heartbeat"}},
        {"seq": 1, "monotonic_ms": 1, "wall_ms": 1, "boot_id": "b", "event": {"v": True, "type": "heartbeat"}},
        {"seq": 1, "monotonic_ms": 1, "wall_ms": 1, "boot_id": 5, "event": {"v": 1, "type": "heartbeat"}},
    ],
)
def test_a_place_without_a_stamp_is_refused_by_name(document: canonical.Json) -> None:
    with pytest.raises(BadEventError):
        Recorded.from_json(document)
