"""The simulated ultrasound obeys the physics that it claims, measured on what it makes."""

from dataclasses import replace

import numpy as np
import pytest

from case_bundles.media_tools.acoustics import Field, Floats, Probe, Scatterers, envelope
from case_bundles.media_tools.leg_scans import FRAMES, LEFT_GROIN, RIGHT_GROIN, Run
from case_bundles.media_tools.vessels import Body, lumen_at, press_wave

pytestmark = pytest.mark.slow

VIEW = Field()
QUIET = Probe(noise_db=-200.0)
SECTION = RIGHT_GROIN.section


def even(level: float = 0.5) -> Floats:
    return np.full(VIEW.shape, level)


def detected(scatterers: Scatterers, attenuation: Floats) -> Floats:
    return envelope(VIEW, QUIET, scatterers, attenuation, np.random.default_rng(0))


def speckle(seed: int) -> Scatterers:
    random = np.random.default_rng(seed)
    count = int(SECTION.density_per_mm2 * (VIEW.width_mm + 8) * VIEW.depth_mm)
    return Scatterers(
        x_mm=random.uniform(-4, VIEW.width_mm + 4, count),
        z_mm=random.uniform(0, VIEW.depth_mm, count),
        amplitude=random.choice((-1.0, 1.0), size=count),
    )


def width_at_half(profile: Floats, spacing_mm: float) -> float:
    """Full width at half maximum, with linear interpolation of both flanks."""
    peak = int(np.argmax(profile))
    half = profile[peak] / 2
    right = next(i for i in range(peak, len(profile) - 1) if profile[i + 1] < half)
    left = next(i for i in range(peak, 0, -1) if profile[i - 1] < half)
    over_right = (profile[right] - half) / (profile[right] - profile[right + 1])
    over_left = (profile[left] - half) / (profile[left] - profile[left - 1])
    return float(right + over_right - (left - over_left)) * spacing_mm


@pytest.mark.parametrize("seed", [1, 2])
def test_fully_developed_speckle_has_the_rayleigh_ratio(seed: int) -> None:
    # For a Rayleigh envelope mean / deviation is sqrt(pi / (4 - pi)) = 1.913 (Burckhardt 1978).
    whole = detected(speckle(seed), even())
    shallow, deep = round(12 / VIEW.axial_step_mm), round(28 / VIEW.axial_step_mm)
    area = whole[shallow:deep, 40:-40]
    assert float(area.mean() / area.std()) == pytest.approx(1.913, abs=0.05)


@pytest.mark.parametrize("depth_mm", [8.0, 20.0, 34.0])
def test_a_point_is_as_wide_as_the_beam_at_its_depth(depth_mm: float) -> None:
    centre_mm = (round(depth_mm / VIEW.axial_step_mm) + 0.5) * VIEW.axial_step_mm  # of a cell, as 19.26 is across
    point = Scatterers(x_mm=np.array([19.26]), z_mm=np.array([centre_mm]), amplitude=np.array([1.0]))
    seen = detected(point, even())
    row, column = np.unravel_index(int(np.argmax(seen)), seen.shape)
    expected = float(QUIET.lateral_fwhm_mm(np.array([depth_mm]))[0])
    assert width_at_half(seen[row], VIEW.mm_per_px) == pytest.approx(expected, rel=0.12)
    assert width_at_half(seen[:, column], VIEW.axial_step_mm) == pytest.approx(QUIET.axial_fwhm_mm, rel=0.12)


def test_the_beam_is_narrowest_at_its_focus() -> None:
    depths = VIEW.depths_mm
    narrowest = float(depths[int(np.argmin(QUIET.lateral_fwhm_mm(depths)))])
    assert narrowest == pytest.approx(QUIET.focus_mm, abs=VIEW.axial_step_mm)


def test_speckle_grains_widen_away_from_the_focus() -> None:
    whole = detected(speckle(3), even()) ** 2

    def grain(depth_mm: float) -> float:
        band = whole[round((depth_mm - 1.5) / VIEW.axial_step_mm) : round((depth_mm + 1.5) / VIEW.axial_step_mm)]
        centred = band - band.mean(axis=1, keepdims=True)
        power = np.mean(np.abs(np.fft.fft(centred, axis=1)) ** 2, axis=0)
        return width_at_half(np.fft.fftshift(np.real(np.fft.ifft(power))), VIEW.mm_per_px)

    assert grain(20) < 0.9 * grain(5)
    assert grain(20) < 0.9 * grain(36)


def test_time_gain_keeps_even_tissue_even() -> None:
    whole = detected(speckle(4), even())
    shallow = np.mean(whole[150:250] ** 2)
    deep = np.mean(whole[500:600] ** 2)
    assert 10 * np.log10(deep / shallow) == pytest.approx(0.0, abs=1.0)


def test_fluid_brightens_what_lies_behind_it() -> None:
    # 10 mm of blood instead of tissue: 2 · 1 cm · (0.5 - 0.17) dB/(cm·MHz) · 7.5 MHz = 4.95 dB.
    with_vessel = even()
    with_vessel[round(10 / VIEW.axial_step_mm) : round(20 / VIEW.axial_step_mm), 100:220] = 0.17
    plain, enhanced = (
        detected(speckle(5), level)[round(24 / VIEW.axial_step_mm) :, 120:200] for level in (even(), with_vessel)
    )
    assert 20 * np.log10(enhanced.mean() / plain.mean()) == pytest.approx(4.95, abs=0.3)


@pytest.mark.parametrize(("run", "closes"), [(RIGHT_GROIN, True), (LEFT_GROIN, False)], ids=["right", "left"])
def test_the_vein_closes_on_the_sound_side_only(run: Run, closes: bool) -> None:
    section = run.section
    rest, pressed = run.moment(0), run.moment(FRAMES // 2)
    vein_open, vein_pressed = (lumen_at(section, moment, 0).along_mm for moment in (rest, pressed))
    artery_open, artery_pressed = (lumen_at(section, moment, 1).along_mm for moment in (rest, pressed))
    assert (vein_pressed < 0.05 * vein_open) is closes
    assert (vein_pressed > 0.7 * vein_open) is not closes
    assert artery_pressed < 0.8 * artery_open, "the artery gives, so the pressure was sufficient"


def test_the_loop_ends_where_it_begins() -> None:
    assert float(press_wave(np.asarray(0.0))) == float(press_wave(np.asarray(1.0))) == 0.0
    first, last = LEFT_GROIN.moment(0), LEFT_GROIN.moment(FRAMES)
    assert np.allclose(first.lumens, last.lumens)


def test_the_lumen_in_the_picture_is_where_the_geometry_says() -> None:
    grey = RIGHT_GROIN.picture(0).astype(float)
    ys, xs = np.mgrid[: grey.shape[0], : grey.shape[1]]
    for index in (0, 1):
        lumen = RIGHT_GROIN.lumen_px(index, 0)
        radius = np.hypot((xs - lumen.x) / lumen.radius_x, (ys - lumen.y) / lumen.radius_y)
        inside, around = grey[radius < 0.85].mean(), grey[(radius > 1.15) & (radius < 1.5)].mean()
        assert inside < 0.35 * around


def test_the_same_seed_gives_the_same_picture_and_another_a_different_one() -> None:
    section = LEFT_GROIN.section
    first, again = (Body(section).picture(section.at_rest(), 0) for _ in range(2))
    other = Body(replace(section, seed=77)).picture(section.at_rest(), 0)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
