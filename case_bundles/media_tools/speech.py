"""Speech from flite (Debian's package of the CMU synthesiser), placed on a timeline with its true durations.

Each sentence is spoken by itself, so a caption's times are those of the sound.
"""

import subprocess
import tempfile
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Sound: TypeAlias = npt.NDArray[np.float64]

RATE_HZ: Final = 48_000
_SYNTHESISER_HZ: Final = 16_000
_BETWEEN_SENTENCES_S: Final = 0.28
_BETWEEN_SPEAKERS_S: Final = 0.62


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One turn of a dialogue: who speaks, and each sentence in every language.

    Attributes:
        speaker: The key of the speaker.
        sentences: Sentences as language → words; English is what is spoken.
        say: Respelled English for the synthesiser, sentence number → words.
    """

    speaker: str
    sentences: tuple[Mapping[str, str], ...]
    say: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A flite voice: its name, pace (1 is its own) and stereo place (-1 left to 1 right)."""

    flite: str
    stretch: float = 1.0
    pitch_hz: int | None = None
    place: float = 0.0
    is_on_phone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A sentence where it stands on the timeline."""

    speaker: str
    words: Mapping[str, str]
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A dialogue as sound.

    Attributes:
        sound: Stereo samples at `RATE_HZ`, shape (n, 2), within -1 to 1.
        utterances: What is said when.
        loudness: Per speaker, the short-term level at `RATE_HZ / 480` values a second, 0 to 1.
    """

    sound: Sound
    utterances: tuple[Utterance, ...]
    loudness: Mapping[str, Sound]

    @property
    def duration_s(self) -> float:
        """Length of the sound."""
        return len(self.sound) / RATE_HZ


def _synthesise(text: str, voice: Voice) -> Sound:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "line.wav"
        command = ["flite", "-voice", voice.flite, "--setf", f"duration_stretch={voice.stretch}"]
        if voice.pitch_hz is not None:
            command += ["--setf", f"int_f0_target_mean={voice.pitch_hz}"]
        subprocess.run([*command, "-t", text, "-o", str(target)], check=True, capture_output=True)
        with wave.open(str(target), "rb") as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (_SYNTHESISER_HZ, 1, 2):
                raise ValueError(f"{voice.flite} does not speak 16 kHz mono")
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64) / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.012)
    pad = _SYNTHESISER_HZ // 50
    return samples[max(loud[0] - pad, 0) : loud[-1] + 3 * pad]


def _filtered(sound: Sound, rate_hz: int, low_hz: float, high_hz: float) -> Sound:
    frequency = np.fft.rfftfreq(len(sound), 1 / rate_hz)
    with np.errstate(divide="ignore"):
        response = (
            1 / np.sqrt(1 + (low_hz / np.maximum(frequency, 1e-3)) ** 6) / np.sqrt(1 + (frequency / high_hz) ** 8)
        )
    return np.asarray(np.fft.irfft(np.fft.rfft(sound) * response, len(sound)))


def _resampled(sound: Sound) -> Sound:
    factor = RATE_HZ // _SYNTHESISER_HZ
    spectrum = np.fft.rfft(sound)
    wide = np.zeros(len(sound) * factor // 2 + 1, dtype=np.complex128)
    wide[: len(spectrum)] = spectrum
    return np.asarray(np.fft.irfft(wide, len(sound) * factor) * factor)


def _voiced(text: str, voice: Voice) -> Sound:
    sound = _resampled(_synthesise(text, voice))
    sound = _filtered(sound, RATE_HZ, 300, 3200) if voice.is_on_phone else _filtered(sound, RATE_HZ, 85, 7400)
    sound *= 0.11 / np.sqrt(np.mean(sound**2))
    return np.tanh(1.3 * sound) / 1.3


def _room(sound: Sound, random: np.random.Generator) -> Sound:
    """A small furnished room: a short decaying tail and a breath of air conditioning."""
    tail = np.zeros((int(0.22 * RATE_HZ), 2))
    when = random.integers(int(0.006 * RATE_HZ), len(tail), 160)
    tail[when, random.integers(0, 2, 160)] = random.normal(size=160) * 0.05 * np.exp(-when / (0.05 * RATE_HZ))
    tail[0] = 1
    size = len(sound) + len(tail)
    wet = np.fft.irfft(np.fft.rfft(sound, size, axis=0) * np.fft.rfft(tail, size, axis=0), size, axis=0)[: len(sound)]
    air = np.stack([_filtered(random.normal(size=len(sound)), RATE_HZ, 60, 420) for _ in range(2)], axis=1)
    return np.asarray(wet + 0.0022 * air / np.std(air))


def record(lines: Sequence[Line], voices: Mapping[str, Voice], *, lead_s: float, tail_s: float, seed: int) -> Recording:
    """Speak a dialogue.

    Args:
        lines: What is said.
        voices: The voice of each speaker.
        lead_s: Silence before the first sentence.
        tail_s: Silence after the last.
        seed: Seed of the room's noise.

    Raises:
        FileNotFoundError: flite is not installed (`apt install flite`).
    """
    spoken: list[tuple[str, float, Sound, Mapping[str, str]]] = []
    at = lead_s
    for line in lines:
        for index, words in enumerate(line.sentences):
            sound = _voiced(line.say.get(index, words["en"]), voices[line.speaker])
            spoken.append((line.speaker, at, sound, words))
            at += len(sound) / RATE_HZ + _BETWEEN_SENTENCES_S
        at += _BETWEEN_SPEAKERS_S - _BETWEEN_SENTENCES_S
    length = int((at - _BETWEEN_SPEAKERS_S + tail_s) * RATE_HZ)
    mix = np.zeros((length, 2))
    level = {speaker: np.zeros(length) for speaker in voices}
    utterances = []
    for speaker, start_s, sound, words in spoken:
        first = int(start_s * RATE_HZ)
        place = voices[speaker].place
        mix[first : first + len(sound)] += sound[:, None] * np.array(
            [np.sqrt(0.5 - place / 2), np.sqrt(0.5 + place / 2)]
        )
        level[speaker][first : first + len(sound)] += sound
        utterances.append(
            Utterance(speaker=speaker, words=words, start_s=start_s, end_s=start_s + len(sound) / RATE_HZ)
        )
    mix = _room(mix * np.sqrt(2), np.random.default_rng(seed))
    loudness = {}
    for speaker, track in level.items():
        blocks = track[: len(track) // 480 * 480].reshape(-1, 480)
        rms = np.sqrt(np.mean(blocks**2, axis=1))
        loudness[speaker] = np.clip(rms / max(float(np.percentile(rms[rms > 0.001], 90)), 1e-9), 0, 1)
    return Recording(sound=np.clip(mix, -0.98, 0.98), utterances=tuple(utterances), loudness=loudness)
