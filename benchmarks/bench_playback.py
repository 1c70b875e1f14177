"""Encrypted playback beside VLC on the plain file: CPU of the process, and time to the first picture."""

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import vlc  # the reference is VLC as it comes, not our player

from benchmarks.claim import Claim, at_most
from pocus_desktop.authoring.media.clip import SAMPLE_RATE, encode_clip
from pocus_desktop.crypto.chunked import ChunkedReader, FileSource, encrypt
from pocus_desktop.media.frames import FrameBuffer
from pocus_desktop.media.player import MediaSource, PlayerState
from pocus_desktop.media.vlc_player import VlcEngine

WIDTH, HEIGHT, FPS, SECONDS, ROUNDS = 1280, 720, 30, 3.0, 4
CONTEXT = b"bench|clip"
GOAL = 1.10


class _Plain:
    """The plaintext of an encrypted file as a reader, decrypted chunk by chunk in memory."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._file = FileSource(path)
        self._chunks = ChunkedReader(key, CONTEXT, self._file)
        self._place = 0

    def read(self, size: int, /) -> bytes:
        data = self._chunks.read_at(self._place, min(size, self._chunks.plain_size - self._place))
        self._place += len(data)
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._place = offset + (self._chunks.plain_size if whence == os.SEEK_END else 0)
        return self._place

    def close(self) -> None:
        self._file.close()


def run() -> list[Claim]:
    """Play the same clip from ciphertext through our player and from the plain file through VLC, in turns."""
    frames = _pictures(int(FPS * SECONDS))
    t = np.arange(int(SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    sound = (0.2 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)
    clip = encode_clip(frames=frames, fps=FPS, samples=sound, effort=8)
    ours: list[tuple[float, float]] = []
    reference: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        plain, secret, key = Path(folder) / "clip.webm", Path(folder) / "clip.bin", bytes(range(32))
        plain.write_bytes(clip.data)
        secret.write_bytes(encrypt(key, CONTEXT, clip.data))
        source = MediaSource(
            open=lambda: _Plain(secret, key),
            size_bytes=len(clip.data),
            kind="video",
            width_px=WIDTH,
            height_px=HEIGHT,
            duration_ms=clip.duration_ms,
        )
        engine = VlcEngine(arguments=("--aout=adummy",))
        instance = vlc.Instance(["--quiet", "--aout=adummy", "--avcodec-hw=none", "--no-spu"])
        _ours(engine, source)  # both once unmeasured: plugins and pages are then in memory
        _reference(instance, plain)
        for _ in range(ROUNDS):
            ours.append(_ours(engine, source))
            reference.append(_reference(instance, plain))
        engine.close()
        instance.release()
    cpu, first = (statistics.median(part) for part in zip(*ours, strict=True))
    plain_cpu, plain_first = (statistics.median(part) for part in zip(*reference, strict=True))
    return [
        at_most(
            f"encrypted playback, CPU of one play of {SECONDS:g} s at 720p{FPS} (reference: VLC, plain file)",
            ours=round(cpu, 4),
            reference=round(plain_cpu, 4),
            unit="s",
            goal=GOAL,
        ),
        at_most(
            "encrypted playback, time to the first picture (reference: VLC, plain file)",
            ours=round(first, 4),
            reference=round(plain_first, 4),
            unit="s",
            goal=GOAL,
        ),
    ]


def _pictures(count: int) -> Iterator[npt.NDArray[np.uint8]]:
    field = np.random.default_rng(2).integers(0, 255, (HEIGHT // 8 + count, WIDTH // 8), np.uint8)
    for index in range(count):
        yield np.repeat(np.repeat(field[index : index + HEIGHT // 8, :, None], 8, 0), 8, 1).repeat(3, 2)


def _ours(engine: VlcEngine, source: MediaSource) -> tuple[float, float]:
    """CPU seconds of the play, and seconds from the order to the first picture."""
    player = engine.player(lambda _: None)
    before, started = _cpu(), time.perf_counter()
    player.load(source)
    player.play()
    _until(lambda: player.frames.published > 0, player.poll)
    first = time.perf_counter() - started
    _until(lambda: player.state == PlayerState.ENDED, player.poll, pace_s=0.04)
    used = _cpu() - before
    player.close()
    return used, first


def _reference(instance: vlc.Instance, path: Path) -> tuple[float, float]:
    """The same with VLC reading the file, pictures into memory likewise."""
    frames = FrameBuffer(WIDTH, HEIGHT)

    def lock(_: object, planes: list[int]) -> int:
        planes[0] = frames.writing_address()
        return 1

    def unlock(_: object, __: object, ___: object) -> None:
        return

    def display(_: object, __: object) -> None:
        frames.publish()

    kinds = vlc.CallbackDecorators
    kept = (kinds.VideoLockCb(lock), kinds.VideoUnlockCb(unlock), kinds.VideoDisplayCb(display))
    player = instance.media_player_new()
    before, started = _cpu(), time.perf_counter()
    player.set_media(instance.media_new_path(str(path)))
    player.video_set_callbacks(*kept, None)
    player.video_set_format("RV32", WIDTH, HEIGHT, frames.stride)
    player.play()
    _until(lambda: frames.published > 0, lambda: None)
    first = time.perf_counter() - started
    _until(lambda: player.get_state() == vlc.State.Ended, lambda: None, pace_s=0.04)
    used = _cpu() - before
    player.stop()
    player.release()
    return used, first


def _until(condition: Callable[[], bool], poll: Callable[[], None], *, pace_s: float = 0.002) -> None:
    """Turn until it holds; 40 ms is the pace of the screens."""
    deadline = time.perf_counter() + 30
    while not condition():
        if time.perf_counter() > deadline:
            raise TimeoutError
        poll()
        time.sleep(pace_s)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    for claim in run():
        print(claim.as_line())
