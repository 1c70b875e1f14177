"""The hub's log: begun once, entered into by the intake, given to anyone (formats/log 2 to 5).

log.origin                 named in every receipt
log.sign(head)             by the academy's key of the day
log.read(path)             a part, as tlog-tiles names it
log.check()                whether what is stored is what was signed
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from pocus_desktop.crypto.keys import PublicKey
from pocus_desktop.hub.academy import KeyRing
from pocus_desktop.hub.arrival import Accepted, Arrival, Wish
from pocus_desktop.hub.errors import HubError, LogDamagedError
from pocus_desktop.hub.records.store import HubStore
from pocus_desktop.hub.records.store_log import LogState
from pocus_desktop.kernel import log as events
from pocus_desktop.sitting.receipt import entry_of
from pocus_desktop.tlog import head as heads
from pocus_desktop.tlog import merkle
from pocus_desktop.tlog.copy import LogCopy
from pocus_desktop.tlog.errors import TlogError
from pocus_desktop.tlog.head import Head, SignedHead
from pocus_desktop.tlog.tiles import CHECKPOINT, HEIGHT, WIDTH, Part, Tiles

CHECKED_TILES: Final = 256
"""Full tiles at the end of the log whose entries are hashed again on opening; an audit hashes all."""

_ORIGIN: Final = "pocus-log/"
_DIGITS: Final = 32


def origin_for(first: PublicKey) -> str:
    """What a log is called whose first head a key signs (formats/log 3.2)."""
    return f"{_ORIGIN}{hashlib.sha256(first.raw).hexdigest()[:_DIGITS]}"


class ResultLog:
    """The log of one hub; any thread may call, and several processes have one each."""

    def __init__(self, store: HubStore, ring: KeyRing, *, is_only_read: bool = False) -> None:
        """Begin the log where there is none, check what is stored, and enter what was accepted before there was one.

        Args:
            store: Where it is.
            ring: Who signs it.
            is_only_read: Whether it is only checked, and must have been begun.

        Raises:
            LogDamagedError: What is stored is not what was signed.
            StoreUnavailableError: The records do not answer.
        """
        self._store = store
        self._ring = ring
        if is_only_read:
            self.origin = self._state().origin
            self.check()
            return
        self.origin = store.log.begin(origin_for(ring.signer.public), self.sign).origin
        signed = self.check()
        if ring.signer.public not in signed.signers:  # keys were rotated: who follows the new one alone must read it
            store.log.sign_again(self.sign)
        entered = store.log.enter_older(self.sign)
        if entered:
            events.event("hub.log_entered_older", count=entered)

    def enter(self, arrivals: Sequence[tuple[Arrival, bytes]]) -> Sequence[Accepted | HubError]:
        """Accept envelopes with their receipts, together under one head; durable when it returns.

        Args:
            arrivals: What is known of each, and its receipt, which names this log.

        Returns:
            What became of each; an error where it can never be entered (`HubStore.accept_all`).

        Raises:
            StoreUnavailableError: None was entered, or it is not known.
        """
        wishes = [Wish(arrival=one, receipt=receipt, entry=entry_of(receipt)) for one, receipt in arrivals]
        return self._store.accept_all(wishes, self.sign)

    def sign(self, head: Head) -> bytes:
        """The checkpoint of a head."""
        return head.sign([self._ring.signer])

    def read(self, path: str) -> bytes | None:
        """A part of the log as files; None where there is none.

        Raises:
            StoreUnavailableError: The records do not answer.
        """
        if path == CHECKPOINT:
            return self._state().checkpoint
        part = Part.parse(path)
        return None if part is None else self._store.log.part(part)

    def copy(self) -> LogCopy:
        """The log as an auditor has it.

        Raises:
            TlogError: Its head is not signed by a key of the academy.
        """
        return LogCopy(self.read, self._ring.verifiers, origin=self.origin)

    def check(self) -> SignedHead:
        """Compare what is stored with what was signed: the state, the edge of the tree, the latest entries (4.3).

        Returns:
            The head.

        Raises:
            LogDamagedError: They differ.
            StoreUnavailableError: The records do not answer.
        """
        found, count = self._store.log.counted()
        state = _there(found)
        size = state.frontier.size
        try:
            signed = heads.verify(state.checkpoint, self._ring.verifiers, origin=state.origin)
        except TlogError as problem:
            raise LogDamagedError(part=CHECKPOINT, reason=problem.code) from problem
        if count != size:
            raise LogDamagedError(part="entries", reason="more or fewer than were signed")
        self._require_edge(state)
        for index in range(max(0, (size >> HEIGHT) - CHECKED_TILES), size >> HEIGHT):
            self._require_tile(index)
        return signed

    def _require_edge(self, state: LogState) -> None:
        tiles = Tiles(self.read, state.frontier.size)
        try:
            for (level, index), peak in state.frontier.named().items():
                if tiles.node(level, index) != peak:
                    raise LogDamagedError(part=f"tile/{level // HEIGHT}", reason="another tree than was signed")
        except TlogError as problem:
            raise LogDamagedError(part=str(problem.params.get("part", "")), reason=problem.code) from problem

    def _require_tile(self, index: int) -> None:
        part = Part(level=0, index=index)
        data = self._store.log.part(part) or b""
        leaves = [data[at : at + merkle.HASH_BYTES] for at in range(0, len(data), merkle.HASH_BYTES)]
        row = self._store.log.part(Part(level=1, index=index // WIDTH, width=index % WIDTH + 1)) or b""
        if len(leaves) != WIDTH or merkle.root_of(leaves) != row[-merkle.HASH_BYTES :]:
            raise LogDamagedError(part=part.path, reason="other entries than were signed")

    def _state(self) -> LogState:
        return _there(self._store.log.state())


def _there(state: LogState | None) -> LogState:
    if state is None:
        raise LogDamagedError(part=CHECKPOINT, reason="it is gone")
    return state
