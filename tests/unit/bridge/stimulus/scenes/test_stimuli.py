"""Stimuli: what LGN cells do, against what their definition says."""

import numpy as np
import pytest

from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.stimulus.lgn.filter_table import spontaneous_hz
from bridge.stimulus.lgn.response import SUSTAINED, lgn_rates, low_pass
from bridge.stimulus.scenes.blank import blank
from bridge.stimulus.scenes.broadband import BROADBAND_HZ, broadband
from bridge.stimulus.scenes.flash import flash
from bridge.stimulus.scenes.grating import SPATIAL_FREQUENCY_CPD, grating
from bridge.stimulus.scenes.steps import steps
from bridge.stimulus.stimulus import Stimulus

SPONTANEOUS_HZ = spontaneous_hz()
TYPES = tuple(SPONTANEOUS_HZ)


@pytest.fixture
def lgn():
    n = len(TYPES)
    return LgnCells(
        node_id=np.arange(n),
        cell_type=TYPES,
        x_deg=np.linspace(100.0, 140.0, n),
        y_deg=np.linspace(50.0, 70.0, n),
        tuning_angle_deg=np.full(n, np.nan),
        size_deg=np.full(n, 3.0),
    )


def test_blank_is_the_spontaneous_rate_of_each_type(lgn):
    rates = blank(lgn, duration_ms=100.0).lgn_rate_hz
    assert rates.shape == (100, len(TYPES))
    np.testing.assert_allclose(rates, np.tile(list(SPONTANEOUS_HZ.values()), (100, 1)))


def test_flash_excites_on_cells_at_onset_and_off_cells_at_offset(lgn):
    rates = flash(lgn, duration_ms=1000.0, onset_ms=300.0).lgn_rate_hz
    on, off = TYPES.index("sON_TF4"), TYPES.index("sOFF_TF4")
    spontaneous = list(SPONTANEOUS_HZ.values())
    assert rates[300:400, on].max() > spontaneous[on] + 5.0
    assert rates[320:400, off].max() < spontaneous[off]
    assert rates[400:600, off].max() > spontaneous[off] + 3.0
    np.testing.assert_allclose(rates[:300], rates[0][None].repeat(300, axis=0))


def test_one_pole_filter_is_the_exact_step_response():
    response = low_pass(np.ones((50, 1)), 10.0, 1.0)[:, 0]
    np.testing.assert_allclose(response, 1.0 - np.exp(-np.arange(1, 51) / 10.0))


def test_transient_cells_forget_a_lasting_contrast(lgn):
    rates = lgn_rates(lgn, np.full((2000, len(TYPES)), -0.8), 1.0)
    transient, sustained = TYPES.index("tOFF_TF4"), TYPES.index("sOFF_TF4")
    assert rates[:, transient].max() > rates[-1, transient] + 10.0
    # the transient filter's two parts cancel: back at the spontaneous rate
    assert rates[-1, transient] == pytest.approx(SPONTANEOUS_HZ["tOFF_TF4"], abs=1e-6)
    lasting = 0.8 * SUSTAINED.gain_hz * (1.0 - SUSTAINED.balance)
    expected = SPONTANEOUS_HZ["sOFF_TF4"] + lasting
    assert rates[-1, sustained] == pytest.approx(expected, rel=1e-4)


def test_grating_has_its_frequency_and_moves_in_its_direction(lgn):
    stimulus = grating(lgn, direction_deg=0.0, duration_ms=2500.0, onset_ms=0.0)
    on = TYPES.index("sON_TF4")
    spectrum = np.abs(np.fft.rfft(stimulus.lgn_rate_hz[500:, on]))
    assert np.argmax(spectrum[1:]) + 1 == 4  # 2 Hz in 2 s
    # two cells of one type, a quarter of a period apart along x
    gap = 0.25 / SPATIAL_FREQUENCY_CPD
    pair = LgnCells(
        np.arange(2),
        ("sON_TF4", "sON_TF4"),
        np.array([100.0, 100.0 + gap]),
        np.array([60.0, 60.0]),
        np.full(2, np.nan),
        np.full(2, 3.0),
    )
    rates = grating(pair, direction_deg=0.0, duration_ms=2500.0, onset_ms=0.0)
    first, second = rates.lgn_rate_hz[500:].T
    # moving to larger x, the second cell follows by 500 ms / 4; at 500 ms the slow
    # filter (150 ms) still carries e^-3.3 of its start, 0.25 of 30 Hz x 0.6 at most
    np.testing.assert_allclose(second[125:], first[:-125], atol=0.25)
    back = grating(pair, direction_deg=180.0, duration_ms=2500.0, onset_ms=0.0)
    first, second = back.lgn_rate_hz[500:].T
    np.testing.assert_allclose(first[125:], second[:-125], atol=0.25)


@pytest.mark.parametrize("modulation", [0.1, 1.0])
def test_broadband_holds_exactly_its_frequencies(lgn, modulation):
    stimulus = broadband(lgn, modulation=modulation, duration_ms=2000.0)
    rate = stimulus.lgn_rate_hz[:, 0].astype(np.float64)
    assert rate.mean() == pytest.approx(8.0, rel=1e-5)
    assert np.abs(rate - 8.0).max() == pytest.approx(8.0 * modulation, rel=0.01)
    assert rate.min() >= 0.0
    amplitude = np.abs(np.fft.rfft(rate)) / rate.size
    found = np.flatnonzero(amplitude[1:] > 0.05 * amplitude[1:].max()) + 1
    assert tuple(found / 2.0) == BROADBAND_HZ  # bins of 0.5 Hz
    assert (stimulus.lgn_rate_hz == stimulus.lgn_rate_hz[:, :1]).all()


def test_steps_hold_their_levels(lgn):
    stimulus = steps(lgn, levels_hz=(5.0, 2.0, 16.0), duration_ms=900.0, first_ms=500.0)
    assert stimulus.onset_ms == (500.0, 700.0)
    assert set(stimulus.lgn_rate_hz[:500, 0]) == {5.0}
    assert set(stimulus.lgn_rate_hz[500:700, 0]) == {2.0}
    assert set(stimulus.lgn_rate_hz[700:, 0]) == {16.0}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda c: blank(c, duration_ms=100.5), "not a multiple"),
        (lambda c: broadband(c, modulation=0.0, duration_ms=100.0), "outside"),
        (
            lambda c: steps(c, levels_hz=(1.0,), duration_ms=100.0, first_ms=10.0),
            "two levels",
        ),
        (lambda c: Stimulus("x", 1.0, -np.ones((3, 2))), "negative"),
        (lambda c: Stimulus("x", 1.0, np.full((3, 2), np.nan)), "not finite"),
        (lambda c: Stimulus("x", 0.0, np.ones((3, 2))), "dt_ms"),
        (lambda c: Stimulus("x", 1.0, np.ones(3)), "shape"),
        (lambda c: Stimulus("x", 1.0, np.ones((3, 2)), kind="film"), "no kind 'film'"),
        (
            lambda c: Stimulus("x", 1.0, np.ones((3, 2)), kind="grating"),
            "states no direction_deg",
        ),
        (
            lambda c: Stimulus("x", 1.0, np.ones((3, 2)), kind="flash"),
            "states no onset_ms",
        ),
    ],
)
def test_bad_stimuli_are_refused(lgn, make, message):
    with pytest.raises(InputError, match=message):
        make(lgn)
