"""The transients of the test set do what their names say, in what LGN cells see."""

import numpy as np

from bridge.column.building.build import build_column
from bridge.stimulus.scenes.contrast_step import contrast_step
from bridge.stimulus.scenes.flash import flash
from bridge.stimulus.scenes.grating import grating
from bridge.stimulus.scenes.two_flashes import two_flashes


def test_the_second_flash_comes_80_ms_after_the_first():
    lgn = build_column(60, 1).lgn
    # At so little contrast no rate reaches 0: the filters are linear.
    shown = {"duration_ms": 600.0, "length_ms": 40.0, "contrast": 0.02}
    both = two_flashes(lgn, onset_ms=200.0, **shown).lgn_rate_hz
    first, second = (
        flash(lgn, onset_ms=start, **shown).lgn_rate_hz for start in (200.0, 280.0)
    )
    assert both.min() > 0.0
    # Causal filters: until the second onset there is only the first flash.
    np.testing.assert_array_equal(both[:280], first[:280])
    # So the second flash adds its own response; the tolerance is that of float32.
    np.testing.assert_allclose(both, first + second - second[0], atol=1e-4)
    assert np.abs(both - first)[280:].max() > 0.1


def test_contrast_steps_up_and_down_under_a_grating_that_goes_on():
    lgn = build_column(60, 1).lgn
    stepped = contrast_step(lgn, duration_ms=900.0, onset_ms=400.0, length_ms=200.0)
    low = grating(
        lgn,
        direction_deg=112.5,
        temporal_frequency_hz=3.0,
        contrast=0.2,
        onset_ms=0.0,
        duration_ms=900.0,
    )
    difference = np.abs(stepped.lgn_rate_hz - low.lgn_rate_hz).max(axis=1)
    assert difference[:400].max() == 0.0
    assert difference[450:600].min() > 1.0
    # 300 ms later the slowest filter (150 ms) has lost nine tenths of the step.
    assert difference[-1] < 0.2 * difference[400:600].max()
