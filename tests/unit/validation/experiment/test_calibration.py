"""tau_r is found where it is known, on stimuli that no test sees."""

import os
import signal

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.populations import POPULATIONS
from bridge.errors import DeviceError, InputError
from bridge.files.stages import Stages
from bridge.progress import SilentProgress
from bridge.rate_model import RateModel
from bridge.reduction.reduce import reduce_column
from bridge.reduction.transfer.points import theoretical_data
from ratemodel.network.network import RateNetwork
from validation.config.sections import ReductionConfig, SpikingConfig
from validation.experiment.parallel import map_in_processes
from validation.experiment.protocol import build_protocol
from validation.experiment.tau_r.fit import fit_tau_r_ms
from validation.experiment.transfer_functions import reduction_of


@pytest.fixture(scope="module")
def column():
    return build_column(300, 1)


@pytest.fixture(scope="module")
def parameters(column):
    return reduce_column(column, theoretical_data(column, "siegert")).parameters


@pytest.fixture(scope="module")
def protocol(column):
    return build_protocol(column.lgn, duration_ms=1000.0, drop_ms=300.0)


def _counts(parameters, stimuli, variant, tau_r_ms, rng, n_trials=3200):
    """Poisson trials around the model's own rates."""
    network = RateNetwork(
        parameters, RateModel.of_form(variant, "plain", tau_r_ms, 1.0)
    )
    rates = np.nan_to_num(network.run(stimuli, drop_ms=300.0).rates[:, 30:])
    cells = np.bincount(parameters.population, minlength=len(POPULATIONS))
    expected = rates * cells * 0.01
    return rng.poisson(
        expected[None, :, None].repeat(2, axis=0).repeat(n_trials, axis=2)
    )


@pytest.mark.parametrize(
    ("variant", "tau_r_ms"),
    [("low_pass", 3.0), ("equilibrium", 45.0)],  # 45 lies beyond the grid
)
def test_fit_finds_the_tau_r_the_data_were_made_with(
    parameters, protocol, variant, tau_r_ms
):
    rng = np.random.default_rng(5)
    counts = _counts(parameters, protocol.calibration, variant, tau_r_ms, rng)
    found = fit_tau_r_ms(
        parameters,
        RateModel(variant=variant),
        protocol.calibration,
        counts,
        bin_ms=10.0,
        drop_ms=300.0,
    )
    # The noise of 800 trials moved the low-pass optimum by 10 % (four draws), that of
    # 6,400 by 3.5 %: three of these; the grid's step is 30 %.
    assert found.tau_r_ms == pytest.approx(tau_r_ms, rel=0.1)
    assert found.edge is None
    assert found.warning("x", 1.0) is None


def test_noise_alone_is_no_ground_for_a_fit(parameters, protocol):
    noise = np.random.default_rng(0).poisson(1.0, (2, 4, 3, 70, 17))
    with pytest.raises(InputError, match="too noisy"):
        fit_tau_r_ms(
            parameters,
            RateModel(variant="low_pass"),
            protocol.calibration,
            noise,
            bin_ms=10.0,
            drop_ms=300.0,
        )


def test_theory_needs_no_simulation(column, tmp_path):
    reduced = reduction_of(
        column,
        ReductionConfig(method="siegert"),
        SpikingConfig(),
        stages=Stages(tmp_path / "stages", "x"),
        progress=SilentProgress(),
    )
    assert reduced.parameters.column_hash == column.hash


def test_protocol_judges_on_stimuli_that_no_fit_sees(protocol):
    calibration = {s.name for s in protocol.calibration}
    test = {s.name for s in protocol.test}
    assert not calibration & test
    assert {"blank", "flash", "broadband_10", "broadband_100"} <= test
    assert sum(name.startswith("grating") for name in test) == 8
    rates = [s.lgn_rate_hz for s in protocol.calibration]
    for stimulus in protocol.test:
        assert all((stimulus.lgn_rate_hz != other).any() for other in rates)


def test_processes_return_in_order_and_pass_errors_on():
    results = map_in_processes(
        divmod_of,
        [{"a": 7, "b": 2}, {"a": 9, "b": 4}],
        label="x",
        progress=SilentProgress(),
    )
    assert results == [(3, 1), (2, 1)]
    with pytest.raises(ZeroDivisionError):
        map_in_processes(
            divmod_of, [{"a": 1, "b": 0}], label="x", progress=SilentProgress()
        )


def divmod_of(a, b):
    return divmod(a, b)


def test_a_killed_process_is_reported():
    with pytest.raises(DeviceError, match="was killed"):
        map_in_processes(die, [{}, {}], label="x", progress=SilentProgress())


def die():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("n", [2, 6, 16, 32])
def test_any_number_of_directions_keeps_the_calibration_apart(column, n):
    directions = tuple(360.0 * k / n for k in range(n))
    protocol = build_protocol(
        column.lgn, duration_ms=1000.0, drop_ms=300.0, directions_deg=directions
    )
    between = next(s for s in protocol.calibration if s.direction_deg is not None)
    assert between.direction_deg not in directions
