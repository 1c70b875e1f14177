"""Vessels in soft tissue under a probe: where scatterers are, and how compression and the pulse move them.

A cross-section is described at rest (“material” places); each moment moves it. The far tissue comes up towards the
probe, a vessel keeps its elliptical shape with new half-axes, and what surrounds it gives way as an incompressible
medium does, by the inverse of the distance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import pi
from typing import Final

import numpy as np

from case_bundles.media_tools.acoustics import Field, Floats, Probe, Scatterers, envelope

_LEVEL_DENSITY: Final = 150.0  # scatterers a square millimetre of amplitude 1 that make the level of 0 dB
_WALL: Final = 0.73


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """A vessel's lumen: centre and half-axes across and along the beam, in millimetres."""

    x_mm: float
    z_mm: float
    across_mm: float
    along_mm: float

    def radius(self, x_mm: Floats, z_mm: Floats) -> Floats:
        """1 on the wall, less inside."""
        return np.asarray(np.hypot((x_mm - self.x_mm) / self.across_mm, (z_mm - self.z_mm) / self.along_mm))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vessel:
    """A vessel at rest, with what fills it.

    Attributes:
        wall: Strength of the wall's reflection where it faces the probe.
        content_db: Level of the content against muscle; blood is close to nothing, thrombus is not.
        is_fixed: Whether the content moves with the wall (thrombus) instead of streaming by (blood).
    """

    lumen: Ellipse
    wall: float
    content_db: float
    is_fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """How a cross-section stands at one time.

    Attributes:
        lift: By how much of its depth far tissue has come up (strain of the whole).
        lumens: Half-axes of each vessel, across and along, in its vessel's order.
    """

    lift: float
    lumens: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A cross-section at rest.

    Attributes:
        vessels: Its vessels.
        skin_mm: Where subcutaneous fat begins.
        fascia_mm: Where it ends.
        bone: A rounded bone: x and z of the place nearest the probe, and its radius; or none.
        seed: Seed of everything random in it.
    """

    view: Field
    probe: Probe
    vessels: tuple[Vessel, ...]
    skin_mm: float = 1.8
    fascia_mm: float = 9.0
    bone: tuple[float, float, float] | None = None
    seed: int = 1
    density_per_mm2: float = 400.0

    def at_rest(self) -> Moment:
        """The moment in which nothing is pressed."""
        return Moment(lift=0.0, lumens=tuple((v.lumen.across_mm, v.lumen.along_mm) for v in self.vessels))


def moved(section: Section, moment: Moment, x_mm: Floats, z_mm: Floats) -> tuple[Floats, Floats]:
    """Where material places are at a moment."""
    x, z = x_mm.copy(), z_mm.copy()
    taper = np.clip(z_mm / section.fascia_mm, 0, 1)  # the probe's face stays where it is
    for vessel, (across, along) in zip(section.vessels, moment.lumens, strict=True):
        lumen = vessel.lumen
        radius = np.maximum(lumen.radius(x_mm, z_mm), 1e-6)
        reach = np.where(radius < 1, radius, 1 / radius)
        x += (across - lumen.across_mm) * (x_mm - lumen.x_mm) / lumen.across_mm / radius * reach * taper
        z += (along - lumen.along_mm) * (z_mm - lumen.z_mm) / lumen.along_mm / radius * reach * taper
    return x, z * (1 - moment.lift * np.clip(z_mm / 25.0, 0, 1))


def lumen_at(section: Section, moment: Moment, index: int) -> Ellipse:
    """A vessel's lumen as it stands at a moment (its true place in the picture, in millimetres)."""
    lumen = section.vessels[index].lumen
    turn = np.linspace(0, 2 * pi, 256, endpoint=False)
    x, z = moved(
        section, moment, lumen.x_mm + lumen.across_mm * np.cos(turn), lumen.z_mm + lumen.along_mm * np.sin(turn)
    )
    return replace(
        lumen,
        x_mm=float((x.max() + x.min()) / 2),
        z_mm=float((z.max() + z.min()) / 2),
        across_mm=float((x.max() - x.min()) / 2),
        along_mm=float((z.max() - z.min()) / 2),
    )


def _amplitude(decibels: float | Floats) -> Floats:
    return np.asarray(10 ** (np.asarray(decibels) / 20))


def _waves(random: np.random.Generator, x: Floats, z: Floats, *, across_mm: float, along_mm: float) -> Floats:
    """A smooth random texture of mean 0 and variance 1 with the given grain."""
    total = np.zeros_like(x)
    count = 24
    for _ in range(count):
        kx, kz = random.normal(0, 1 / across_mm), random.normal(0, 1 / along_mm)
        total += np.cos(kx * x + kz * z + random.uniform(0, 2 * pi))
    return np.asarray(total * np.sqrt(2 / count))


def _tissue_level_db(section: Section, random: np.random.Generator, x: Floats, z: Floats) -> Floats:
    """Backscatter of tissue outside vessels against muscle."""
    undulating = z + 0.5 * np.sin(x / 7.0) + 0.25 * np.sin(x / 2.9 + 1)
    fat = -9 + 4.5 * _waves(random, x, z, across_mm=3.2, along_mm=0.45)
    bundles = _waves(random, x, z, across_mm=6.0, along_mm=2.4)
    muscle = -5 + 3.6 * _waves(random, x, z + 0.1 * x, across_mm=4.5, along_mm=0.35) + 2.6 * bundles
    level = np.where(undulating < section.fascia_mm, fat, muscle)
    level = np.where(undulating < section.skin_mm, 5.0, level)
    fascia = np.abs(undulating - section.fascia_mm - 0.25)
    level = np.where(fascia < 0.28, 11 - 14 * fascia, level)
    second = np.abs(undulating - 0.5 * (section.fascia_mm + section.skin_mm) - 0.6 * np.sin(x / 4))
    level = np.where(second < 0.12, np.maximum(level, 2.0), level)
    for vessel in section.vessels:
        sheath = vessel.lumen.radius(x, z)
        level = np.where(sheath < 1.7, np.maximum(level, 3.5 + 1.8 * bundles - 14 * (sheath - 1.05)), level)
    return np.asarray(level)


def _bone_depth(section: Section, x: Floats) -> Floats:
    if section.bone is None:
        return np.full_like(x, np.inf)
    x0, z0, radius = section.bone
    square = radius**2 - (x - x0) ** 2
    return np.asarray(np.where(square > 0, z0 + radius - np.sqrt(np.maximum(square, 0)), np.inf))


def _walls(section: Section) -> Scatterers:
    xs: list[Floats] = []
    zs: list[Floats] = []
    amplitudes: list[Floats] = []
    for vessel in section.vessels:
        lumen = vessel.lumen
        count = int(2 * pi * max(lumen.across_mm, lumen.along_mm) / 0.02)
        turn = np.linspace(0, 2 * pi, count, endpoint=False)
        facing = np.abs(np.sin(turn) / lumen.along_mm) / np.hypot(
            np.sin(turn) / lumen.along_mm, np.cos(turn) / lumen.across_mm
        )
        for layer, strength in ((1.0, 1.0), (1 + 0.55 / lumen.along_mm, 0.55)):
            xs.append(lumen.x_mm + layer * lumen.across_mm * np.cos(turn))
            zs.append(lumen.z_mm + layer * lumen.along_mm * np.sin(turn))
            amplitudes.append(vessel.wall * strength * (0.03 + facing**6))
    if section.bone is not None:
        x = np.arange(section.bone[0] - section.bone[2], section.bone[0] + section.bone[2], 0.02)[1:-1]
        xs.append(x)
        zs.append(_bone_depth(section, x))
        amplitudes.append(np.full_like(x, 5.0))
    return Scatterers(x_mm=np.concatenate(xs), z_mm=np.concatenate(zs), amplitude=np.concatenate(amplitudes))


class Body:
    """The scatterers of a section, laid out once and moved from moment to moment."""

    def __init__(self, section: Section) -> None:
        self._section = section
        random = np.random.default_rng(section.seed)
        view, margin = section.view, 8.0
        deep = view.depth_mm * 1.35
        count = int((view.width_mm + 2 * margin) * deep * section.density_per_mm2)
        x = random.uniform(-margin, view.width_mm + margin, count)
        z = random.uniform(0, deep, count)
        one = random.choice((-1.0, 1.0), size=count) * np.sqrt(_LEVEL_DENSITY / section.density_per_mm2)
        strength = one * _amplitude(_tissue_level_db(section, random, x, z))
        strength[z > _bone_depth(section, x)] *= 0.05
        clot_texture = _waves(random, x, z, across_mm=1.4, along_mm=1.0)
        streaming = np.zeros(count, dtype=bool)
        for vessel in section.vessels:
            inside = vessel.lumen.radius(x, z) < 1
            level = vessel.content_db + (2.5 * clot_texture if vessel.is_fixed else 0.0)
            strength = np.where(inside, one * _amplitude(level), strength)
            streaming |= inside & (not vessel.is_fixed)
        walls = _walls(section)
        self._x = np.concatenate([x, walls.x_mm])
        self._z = np.concatenate([z, walls.z_mm])
        # Walls reflect coherently: their scatterers are in step and far denser than those of tissue.
        self._strength = np.concatenate([strength, walls.amplitude * _WALL])
        self._streaming = np.concatenate([streaming, np.zeros(walls.x_mm.size, dtype=bool)])

    def scatterers(self, moment: Moment, frame: int) -> Scatterers:
        """The scatterers at a moment; blood is new in each frame, since it has flowed out of the plane."""
        x, z = moved(self._section, moment, self._x, self._z)
        fresh = np.random.default_rng((self._section.seed, frame, 1)).normal(size=int(self._streaming.sum()))
        strength = self._strength.copy()
        strength[self._streaming] = np.abs(strength[self._streaming]) * np.sign(fresh)
        return Scatterers(x_mm=x, z_mm=z, amplitude=strength)

    def attenuation(self, moment: Moment) -> Floats:
        """One-way attenuation of each cell in dB per cm and MHz."""
        section = self._section
        x, z = section.view.mesh_mm
        level = np.full(x.shape, 0.5)
        for index, vessel in enumerate(section.vessels):
            lumen = lumen_at(section, moment, index)
            radius = lumen.radius(x, z)
            level[radius < 1] = 0.42 if vessel.is_fixed else 0.17
            # A beam along the wall is bent away: the shadow at a vessel's edges.
            level[(radius >= 1) & (radius < 1.09)] = 1.3
        level[z > _bone_depth(section, x) * (1 - moment.lift) + 0.6] = 12.0
        return level

    def picture(self, moment: Moment, frame: int) -> Floats:
        """The envelope at a moment."""
        section = self._section
        return envelope(
            section.view,
            section.probe,
            self.scatterers(moment, frame),
            self.attenuation(moment),
            np.random.default_rng((section.seed, frame, 2)),
        )


def pulse_wave(phase: Floats) -> Floats:
    """Arterial distension over one beat (phase 0 to 1): quick rise, dicrotic shoulder, slow fall; 0 to 1."""
    wrapped = np.mod(phase, 1.0)
    rise = np.exp(-(((wrapped - 0.16) / 0.085) ** 2))
    shoulder = 0.42 * np.exp(-(((wrapped - 0.40) / 0.14) ** 2))
    return np.asarray(rise + shoulder)


def press_wave(phase: Floats, *, hold: float = 0.2) -> Floats:
    """One compression over a loop (phase 0 to 1): rest, press, hold, release, rest; 0 to 1."""
    edge = 0.22
    start, stop = 0.5 - hold / 2 - edge, 0.5 + hold / 2 + edge
    up = np.clip((phase - start) / edge, 0, 1)
    down = np.clip((stop - phase) / edge, 0, 1)
    ramp = np.minimum(up, down)
    return np.asarray(ramp * ramp * (3 - 2 * ramp))


def pictures(section: Section, moments: Sequence[Moment]) -> list[Floats]:
    """The envelopes of a run."""
    body = Body(section)
    return [body.picture(moment, frame) for frame, moment in enumerate(moments)]
