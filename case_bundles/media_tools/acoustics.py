"""Pulse-echo image formation of a linear probe, from point scatterers to a grey picture.

The model is the linear, narrow-band one of speckle physics (Burckhardt 1978; Wagner et al. 1983): every scatterer
returns its amplitude with the phase of its two-way path, the beam adds them up coherently, and the envelope is
what is shown.

1. Scatterers are laid on a grid as complex amplitudes `a · exp(-i 4π z / λ)`.
2. Transmission weakens them by the attenuation of all tissue above (two ways), so fluid brightens what is behind it and
   bone leaves a shadow.
3. The point spread function is separable and varies with depth: along the beam the pulse's Gaussian envelope, across it
   the product of a transmit beam with one focus and a receive beam of constant F-number.
4. Time gain undoes the mean attenuation and lifts the receiver's noise with it.
5. The envelope is compressed logarithmically to the dynamic range.

Lengths are millimetres, levels decibels; `x` runs across from the left edge, `z` down from the probe's face.
"""

from dataclasses import dataclass
from math import log, pi, sqrt
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Complexes: TypeAlias = npt.NDArray[np.complex128]
Grey: TypeAlias = npt.NDArray[np.uint8]

_FWHM_PER_SIGMA = 2 * sqrt(2 * log(2))
_SOUND_MM_PER_US = 1.54
_GREY_CURVE = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A linear probe and the console's settings."""

    frequency_mhz: float = 7.5
    bandwidth: float = 0.6
    focus_mm: float = 20.0
    transmit_f_number: float = 2.8
    receive_f_number: float = 2.2
    gain_slope_db_per_cm_mhz: float = 0.5
    noise_db: float = -72.0
    dynamic_range_db: float = 60.0

    @property
    def wavelength_mm(self) -> float:
        """λ in soft tissue."""
        return _SOUND_MM_PER_US / self.frequency_mhz

    @property
    def axial_fwhm_mm(self) -> float:
        """Width of the pulse's echo at half its height: `0.44 c / B`, halved by the two-way path."""
        return 0.44 * _SOUND_MM_PER_US / (self.bandwidth * self.frequency_mhz)

    def lateral_fwhm_mm(self, depth_mm: Floats) -> Floats:
        """Width of the two-way beam at half its height: narrowest at the focus."""
        receive = self.wavelength_mm * self.receive_f_number
        waist = self.wavelength_mm * self.transmit_f_number
        rayleigh = pi * (waist / 1.18) ** 2 / self.wavelength_mm
        transmit = waist * np.sqrt(1 + ((depth_mm - self.focus_mm) / rayleigh) ** 2)
        return np.asarray(1 / np.sqrt(1 / receive**2 + 1 / transmit**2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """The part of the body in view, and how finely it is computed and shown."""

    width_mm: float = 38.4
    depth_mm: float = 38.4
    mm_per_px: float = 0.12
    axial_step_mm: float = 0.06

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the computed grid."""
        return round(self.depth_mm / self.axial_step_mm), round(self.width_mm / self.mm_per_px)

    @property
    def depths_mm(self) -> Floats:
        """Depth of each row's centre."""
        return np.asarray((np.arange(self.shape[0]) + 0.5) * self.axial_step_mm, dtype=np.float64)

    @property
    def mesh_mm(self) -> tuple[Floats, Floats]:
        """`x` and `z` of every cell."""
        x = (np.arange(self.shape[1]) + 0.5) * self.mm_per_px
        xs, zs = np.meshgrid(x, self.depths_mm)
        return np.asarray(xs), np.asarray(zs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatterers:
    """Points that send sound back: places in millimetres, amplitudes without unit."""

    x_mm: Floats
    z_mm: Floats
    amplitude: Floats


def _splat(field: Field, probe: Probe, scatterers: Scatterers) -> Complexes:
    rows, columns = field.shape
    row = scatterers.z_mm / field.axial_step_mm - 0.5
    column = scatterers.x_mm / field.mm_per_px - 0.5
    echo = scatterers.amplitude * np.exp(-4j * pi * scatterers.z_mm / probe.wavelength_mm)
    grid = np.zeros(rows * columns, dtype=np.complex128)
    row0, column0 = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
    for down in (0, 1):
        for across in (0, 1):
            r, c = row0 + down, column0 + across
            weight = (1 - np.abs(row - r)) * (1 - np.abs(column - c))
            inside = (r >= 0) & (r < rows) & (c >= 0) & (c < columns)
            place = r[inside] * columns + c[inside]
            grid.real += np.bincount(place, (echo.real * weight)[inside], minlength=grid.size)
            grid.imag += np.bincount(place, (echo.imag * weight)[inside], minlength=grid.size)
    return grid.reshape(rows, columns)


def _pulse(field: Field, probe: Probe, grid: Complexes) -> Complexes:
    sigma = probe.axial_fwhm_mm / _FWHM_PER_SIGMA / field.axial_step_mm
    margin = 16
    padded = np.pad(grid, ((margin, margin), (0, 0)), mode="reflect")
    frequency = np.fft.fftfreq(padded.shape[0])
    response = np.exp(-2 * (pi * sigma * frequency) ** 2)
    return np.asarray(np.fft.ifft(np.fft.fft(padded, axis=0) * response[:, None], axis=0)[margin:-margin])


def _beam(field: Field, probe: Probe, grid: Complexes) -> Complexes:
    sigma = probe.lateral_fwhm_mm(field.depths_mm) / _FWHM_PER_SIGMA / field.mm_per_px
    margin = 32
    padded = np.pad(grid, ((0, 0), (margin, margin)), mode="reflect")
    frequency = np.fft.fftfreq(padded.shape[1])
    response = np.exp(-2 * (pi * sigma[:, None] * frequency[None, :]) ** 2)
    # Keep a scatterer's energy the same at all depths, as a receiver with a constant F-number does.
    response *= np.sqrt(sigma)[:, None]
    return np.asarray(np.fft.ifft(np.fft.fft(padded, axis=1) * response, axis=1)[:, margin:-margin])


def envelope(
    field: Field,
    probe: Probe,
    scatterers: Scatterers,
    attenuation_db_per_cm_mhz: Floats,
    random: np.random.Generator,
) -> Floats:
    """The detected envelope on the computed grid, after time gain.

    Args:
        field: What is in view.
        probe: The probe.
        scatterers: What is in the body.
        attenuation_db_per_cm_mhz: One-way attenuation of each cell, of the field's shape.
        random: Where the receiver's noise comes from.
    """
    step_cm = field.axial_step_mm / 10
    above = np.cumsum(attenuation_db_per_cm_mhz, axis=0) * step_cm * probe.frequency_mhz * 2
    gain = field.depths_mm[:, None] / 10 * probe.gain_slope_db_per_cm_mhz * probe.frequency_mhz * 2
    echo = _splat(field, probe, scatterers) * 10 ** ((gain - above) / 20)
    echo = _beam(field, probe, _pulse(field, probe, echo))
    noise = random.normal(size=echo.shape) + 1j * random.normal(size=echo.shape)
    shaped = _pulse(field, probe, noise)
    shaped *= 10 ** ((probe.noise_db + gain) / 20) / np.sqrt(np.mean(np.abs(shaped) ** 2))
    return np.asarray(np.abs(echo + shaped))


def to_grey(field: Field, probe: Probe, detected: Floats, *, reference: float, levels: int = 64) -> Grey:
    """Compress an envelope logarithmically and bring it to square pixels.

    Args:
        field: What is in view.
        probe: The probe with its dynamic range.
        detected: The envelope on the computed grid.
        reference: The envelope that is shown white.
        levels: How many grey levels are used; fewer keep the file small, and 64 are more than a screen shows apart.
    """
    rows = round(field.depth_mm / field.mm_per_px)
    merged = np.sqrt(np.mean(detected.reshape(rows, -1, detected.shape[1]) ** 2, axis=1))
    level_db = 20 * np.log10(np.maximum(merged, 1e-12) / reference)
    shown = np.clip(1 + level_db / probe.dynamic_range_db, 0, 1) ** _GREY_CURVE
    return np.asarray(np.round(shown * (levels - 1)) * (255 / (levels - 1)), dtype=np.uint8)
