"""Fine orientation: what is shown is what the label says."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import ndimage

from ratemodel.tasks.orientation import FineOrientation, OrientationConfig
from ratemodel.tasks.screen import ScreenConfig, show_gratings

FINE = ScreenConfig(size_px=256, field_deg=120.0)


def task(seed: int = 1, size_px: int = 64, **changes: object) -> FineOrientation:
    config = OrientationConfig.model_validate(changes)
    return FineOrientation(config, ScreenConfig(size_px=size_px), seed)


def bars_deg(frame: np.ndarray) -> float:
    """Return the orientation of bars by the structure tensor, y upwards."""
    down, right = np.gradient(frame.astype(np.float64))
    right, up = right[2:-2, 2:-2], -down[2:-2, 2:-2]
    twice = np.arctan2(2 * (right * up).sum(), (right**2 - up**2).sum())
    return float(np.degrees(twice / 2) + 90.0) % 180.0


def one_grating(orientation_deg: float, phase: float = 0.3) -> np.ndarray:
    return show_gratings(
        np.array([orientation_deg]),
        np.array([[phase]]),
        FINE,
        spatial_frequency_cpd=0.05,
    )[0, 0]


@pytest.mark.parametrize("orientation_deg", [10.0, 43.0, 45.0, 46.9, 100.0, 160.0])
def test_bars_have_the_orientation_they_claim(orientation_deg: float) -> None:
    # Central differences shrink a gradient of k rad/px by k^2 / 6, 0.4 % here;
    # turned by at most that, and less near 45 degrees. Cut cycles add as much.
    measured = bars_deg(one_grating(orientation_deg))
    assert measured == pytest.approx(orientation_deg, abs=0.4)


def test_a_tenth_of_a_degree_shows() -> None:
    angles = 45.0 + np.array([-0.2, -0.1, 0.0, 0.1, 0.2])
    measured = [bars_deg(one_grating(angle)) for angle in angles]
    np.testing.assert_allclose(np.diff(measured), 0.1, atol=0.02)


def test_bars_repeat_as_often_as_they_claim() -> None:
    # Vertical bars: 0.05 cycles per degree over 120 degrees are 6 cycles.
    spectrum = np.abs(np.fft.rfft(one_grating(90.0)[0]))
    assert int(np.argmax(spectrum)) == 6
    assert one_grating(90.0).max() == pytest.approx(ScreenConfig().contrast, abs=1e-3)


def test_the_grating_drifts_across_its_bars() -> None:
    # 2 Hz at 0.05 cpd are 40 degrees per second: 1 degree, or pixel, per 25 ms.
    screen = ScreenConfig(size_px=120)
    config = OrientationConfig(frame_ms=25.0)
    drifting = FineOrientation(config, screen, seed=1)
    numbers = np.arange(3)
    angles, _ = drifting.gratings("train", numbers)
    frames = drifting.draw("train", numbers).movie.frames[:, 1:5]
    inside = np.s_[10:-10, 10:-10]
    for movie, angle in zip(frames, np.radians(angles + 90.0), strict=True):
        step = np.array([-np.sin(angle), np.cos(angle)])  # rows run downwards
        for before, after in pairwise(movie):
            moved = ndimage.shift(before, step, order=3)[inside]
            back = ndimage.shift(before, -step, order=3)[inside]
            # Cubic interpolation of 20 pixels per cycle is good to 1e-4 or so.
            assert np.abs(moved - after[inside]).max() < 2e-3
            assert np.abs(back - after[inside]).max() > 0.3


def test_a_static_grating_is_one_frame() -> None:
    movie = task(drifting=False).draw("train", np.arange(2)).movie
    assert movie.durations_ms.tolist() == [50.0, 100.0, 50.0]
    assert np.abs(movie.frames[:, 1]).max() > 0.9


def test_times_are_those_of_the_configuration() -> None:
    for changes, on in (
        ({}, (50, 150)),
        ({"gray_ms": 20, "stimulus_ms": 70}, (20, 90)),
    ):
        trials = task(**changes).draw("train", np.arange(4))
        movie = trials.movie
        steps = movie.frames[:, movie.segment_of_step(1.0)]
        assert steps.shape[1] == 200
        shown = np.abs(steps).max(axis=(0, 2, 3)) > 0
        assert np.flatnonzero(shown).tolist() == list(range(*on))
        assert trials.answer_ms == (150.0, 200.0)


def test_labels_follow_the_orientation_on_the_screen() -> None:
    drawn = task(size_px=256, drifting=False)
    trials = drawn.draw("test", np.arange(40))
    for frames, label in zip(trials.movie.frames, trials.label, strict=True):
        measured = bars_deg(frames[1])
        if abs(measured - 45.0) > 0.4:
            assert label == (measured > 45.0)


def test_orientations_are_the_41_tenths_and_45_counts_as_below() -> None:
    drawn = task()
    numbers = np.arange(4000)
    angles, phases = drawn.gratings("train", numbers)
    tenths, counts = np.unique(np.rint(angles * 10).astype(int), return_counts=True)
    assert tenths.tolist() == list(range(430, 471))
    np.testing.assert_allclose(angles, np.rint(angles * 10) / 10, atol=1e-9)
    # Expected 98 of each; five standard deviations are 48.
    assert counts.min() > 50
    assert counts.max() < 146
    label = np.concatenate(
        [drawn.draw("train", block).label for block in np.split(numbers[:1000], 10)]
    )
    tenth = np.rint(angles[:1000] * 10)
    assert (tenth == 450).any()
    np.testing.assert_array_equal(label, tenth > 450)
    # 20 of 41 are above; four standard deviations of 1000 draws are 0.063.
    assert label.mean() == pytest.approx(20 / 41, abs=0.063)
    assert np.abs(np.exp(1j * phases).mean()) < 4 / np.sqrt(4000)


def test_a_step_on_the_boundary_is_on_it_in_floating_point() -> None:
    # 3 * 0.1 is 0.30000000000000004.
    drawn = task(min_deg=0, max_deg=1, boundary_deg=0.3)
    numbers = np.arange(60)
    angles, _ = drawn.gratings("train", numbers)
    on_it = np.rint(angles * 10) == 3
    assert on_it.any()
    assert not drawn.draw("train", numbers).label[on_it].any()


def test_orientations_can_be_continuous() -> None:
    angles, _ = task(step_deg=0).gratings("train", np.arange(500))
    assert np.unique(angles).size == 500
    assert 43.0 <= angles.min() < 43.1
    assert 46.9 < angles.max() <= 47.0


def test_a_trial_depends_on_seed_split_and_number_only() -> None:
    many = task().draw("train", np.arange(10))
    one = task().draw("train", np.array([7]))
    np.testing.assert_array_equal(one.movie.frames[0], many.movie.frames[7])
    assert one.label[0] == many.label[7]
    for other in (
        task(seed=2).gratings("train", np.arange(50)),
        task().gratings("test", np.arange(50)),
        task().gratings("train", np.arange(50, 100)),
    ):
        same = np.isin(other[1], task().gratings("train", np.arange(50))[1])
        assert not same.any()
