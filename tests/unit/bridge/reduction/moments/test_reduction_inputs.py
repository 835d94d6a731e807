"""Input statistics, adaptation and time constants against hand calculations."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.errors import InputError
from bridge.reduction.moments.adaptation import (
    mean_feedback_pa_per_hz,
    slow_after_spike_currents,
)
from bridge.reduction.moments.inputs import constant_input, edge_input, receptor_gains
from bridge.reduction.reduce import reduce_column
from bridge.reduction.time_constants import sample_tau_r_ms, single_pole_tau_s_ms
from bridge.reduction.transfer.points import measured_data, theoretical_data
from bridge.reduction.transfer.working_point import probe_currents_pa, working_point


@pytest.fixture(scope="module")
def column():
    return build_column(200, 1)


def test_edge_input_is_the_sum_over_the_edges_of_a_cell(column):
    current, variance = receptor_gains(column)
    rate = np.linspace(1.0, 20.0, column.n_cells)
    found = edge_input(column.recurrent, rate, current, variance)
    edges, cell = column.recurrent, 17
    mean = spread = 0.0
    for k in np.flatnonzero(edges.target == cell):
        tau = column.cell_models.tau_syn_ms[column.cell_model[cell], edges.receptor[k]]
        weight, hz = edges.weight_pa[k], rate[edges.source[k]]
        mean += weight * np.e * tau / 1000.0 * hz
        spread += weight**2 * variance[cell, edges.receptor[k]] * hz
    assert found.mean_pa[cell] == pytest.approx(mean)
    assert found.variance_mv2[cell] == pytest.approx(spread)


def test_background_and_surround_enter_by_receptor(column):
    current, variance = receptor_gains(column)
    mean, spread = constant_input(column, current, variance)
    cell = int(column.cells_of("e23")[0])
    total, power = np.zeros(4), np.zeros(4)
    for stream in (column.background, column.surround):
        for k in np.flatnonzero(stream.target == cell):
            port, weight = stream.receptor[k], stream.weight_pa[k]
            total[port] += stream.rate_hz[k] * weight * current[cell, port]
            power[port] += stream.rate_hz[k] * weight**2 * variance[cell, port]
    assert (power[:2] > 0.0).all()
    np.testing.assert_allclose(mean[cell], total, rtol=1e-12)
    np.testing.assert_allclose(spread[cell], power, rtol=1e-12)


def test_slow_currents_are_those_over_20_ms(column):
    amplitude, rate = slow_after_spike_currents(column)
    assert set(np.unique(rate[amplitude != 0.0])) <= {0.003, 0.01, 0.03}
    assert (amplitude[rate > 0.05] == 0.0).all()
    feedback = mean_feedback_pa_per_hz(
        np.array([[-6.0, -60.0]]), np.array([[0.003, 0.03]])
    )
    assert feedback == pytest.approx([-4.0])  # (-2000 - 2000) pA ms


def test_single_pole_lies_between_twice_the_receptors(column):
    tau_s = single_pole_tau_s_ms(column, np.full(column.n_cells, 5.0))
    excitatory = column.cells_of("e4")
    assert (tau_s[excitatory] >= 2 * 5.5 - 1e-9).all()
    assert (tau_s[excitatory] <= 2 * 8.5 + 1e-9).all()


def test_tau_r_is_drawn_from_tau_s():
    tau_s = np.array([5.0, 11.0, 17.0])
    drawn = sample_tau_r_ms(np.repeat(tau_s, 100), seed=3)
    assert set(drawn) == set(tau_s)
    assert (drawn == sample_tau_r_ms(np.repeat(tau_s, 100), seed=3)).all()
    with pytest.raises(InputError, match="not positive"):
        sample_tau_r_ms(np.array([1.0, 0.0]), seed=1)


def _synthetic_rates(column):
    """Rates that already contain a known slow feedback."""
    point = working_point(
        column, np.full(column.n_cells, 4.0), np.full(column.lgn.n_cells, 8.0)
    )
    dc = probe_currents_pa(point)
    amplitude, decay = slow_after_spike_currents(column)
    feedback = mean_feedback_pa_per_hz(amplitude, decay)

    def law(mean):
        drive = np.logaddexp(0.0, (mean - point.rheobase_pa) / (0.5 * point.scale_pa))
        return 3.0 * drive

    rates = []
    for step in [np.zeros(column.n_cells), *dc]:
        rate = np.zeros(column.n_cells)
        for _ in range(400):
            target = law(point.mean_pa() + step + feedback * rate)
            rate += 0.05 * (target - rate)
        rates.append(rate)
    return dc, np.array(rates), feedback


def test_the_level_nearest_to_8_hz_is_the_working_point(column):
    rates = np.stack([np.full(column.n_cells, r) for r in (1.0, 2.0, 3.0)])
    data = measured_data(
        column,
        lgn_levels_hz=[20.0, 3.0, 9.0],
        network_rate_hz=rates,
        dc_pa=np.zeros((3, 1, column.n_cells)),
        rate_hz=rates[:, None],
        duration_s=1.0,
    )
    assert (data.reference_rate_hz == 3.0).all()


def test_both_transfer_functions_share_the_measured_fixed_points(column):
    dc, rates, feedback = _synthetic_rates(column)
    data = measured_data(
        column,
        lgn_levels_hz=[8.0] * 3,
        network_rate_hz=np.stack([rates[0]] * 3),
        dc_pa=np.stack([dc] * 3),
        rate_hz=np.stack([rates[1:]] * 3),
        duration_s=200.0,
    )
    # the working point belongs to the rates found, not to the 4 Hz assumed
    shift = working_point(column, rates[0], np.full(column.lgn.n_cells, 8.0)).mean_pa()
    np.testing.assert_allclose(data.mean_pa[:, 0], shift)
    found = reduce_column(column, data).parameters
    active = rates[0] > 1.0
    with_state = found.transfer.rate_hz(data.mean_pa[:, 0] + feedback * rates[0])
    inside = found.transfer_adapted.rate_hz(data.mean_pa[:, 0])
    # fits of seven parameters to 3 x 8 points whose own error is set to 3 %
    for rate in (with_state, inside):
        error = np.abs(rate - rates[0])[active] / rates[0][active]
        assert np.median(error) < 0.03


@pytest.mark.parametrize("method", ["siegert", "noise_free"])
def test_theory_fills_the_same_table(column, method):
    data = theoretical_data(column, method)
    assert data.rate_hz.shape == data.mean_pa.shape
    assert (data.rate_hz >= 0.0).all()
    reduced = reduce_column(column, data)
    assert reduced.parameters.column_hash == column.hash
    if method == "noise_free":  # below rheobase it is silent
        below = data.mean_pa < data.reference.rheobase_pa[:, None]
        assert data.rate_hz[below].max() < 0.01


def test_parameters_know_what_they_came_from(column):
    data = theoretical_data(column, "siegert")
    parameters = reduce_column(column, data).parameters
    assert (
        parameters.reduction_hash
        == reduce_column(column, data).parameters.reduction_hash
    )
    other = replace(parameters, tau_s_ms=1.01 * parameters.tau_s_ms)
    assert other.reduction_hash != parameters.reduction_hash
    with pytest.raises(InputError, match="not positive"):
        replace(parameters, tau_s_ms=-parameters.tau_s_ms)
    with pytest.raises(InputError, match="shape"):
        replace(parameters, tau_s_ms=parameters.tau_s_ms[:-1])
