"""cuda against cpp, and cpp against numpy: the same spikes, the same statistics.

The device ``cuda`` is tested where there is a GPU. ``cuda_on_cpu`` is the program
that a GPU would run, with its kernels as loops on the CPU, wherever Brian2CUDA can be
imported; ``cpp`` against ``numpy`` runs everywhere.
"""

import importlib.util
from dataclasses import replace
from functools import partial

import cuda_on_cpu
import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.cell_models import CellModels
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import EXCITATORY, POPULATIONS
from bridge.errors import DeviceError
from bridge.stimulus.scenes.flash import flash
from spiking.devices.choose import device_runner
from spiking.devices.cuda.device import check_cuda, run_batches
from spiking.devices.device import Device
from spiking.devices.registry import DEVICES
from spiking.network.network_arrays import network_arrays
from spiking.running.model import SpikingModel
from spiking.running.spike_counts import interval_cv
from spiking.trials.trial import Trial

pytestmark = [pytest.mark.agreement, pytest.mark.slow]

CAPACITY = 2048
PAIRS = [
    pytest.param("cpp", "numpy", id="cpp-numpy"),
    pytest.param("cuda_on_cpu", "numpy", id="cuda_on_cpu-numpy"),
    pytest.param("cuda", "cpp", id="cuda-cpp", marks=pytest.mark.gpu),
]


@pytest.fixture(scope="module", autouse=True)
def compile_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("V1BRIDGE_CACHE", str(tmp_path_factory.mktemp("compiled")))
        yield


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The CUDA program, compiled for the CPU."""
    if importlib.util.find_spec("brian2cuda") is None:
        pytest.skip("needs brian2cuda to generate the CUDA program")
    return cuda_on_cpu.build(CAPACITY, 2, tmp_path_factory.mktemp("cuda"))


@pytest.fixture
def use(request, monkeypatch):
    """Make sure that a device can be used, or skip."""

    def ready(device: str) -> str:
        if device == "cuda":
            try:
                check_cuda()
            except DeviceError as error:
                pytest.skip(str(error))
        if device == "cuda_on_cpu":
            binary = request.getfixturevalue("program")
            monkeypatch.setitem(
                DEVICES,
                device,
                Device(
                    device,
                    "the program of the GPU, on the CPU",
                    lambda arrays, trials, n_jobs, report: run_batches(
                        binary, CAPACITY, arrays, trials, report=report
                    ),
                ),
            )
        return device

    return ready


@pytest.fixture(scope="module")
def small_network() -> Column:
    """300 cells of the real column, with all kinds of input."""
    return build_column(300, 1)


def run_trials(device: str, column: Column, trials: list[Trial]):
    runner = device_runner(device)(
        network_arrays(column, 0.1),
        [(k, partial(lambda trial: trial, trial)) for k, trial in enumerate(trials)],
        2,
        lambda ms: None,
    )
    found = dict(runner)
    return [found[k] for k in range(len(trials))]


def isolated_cells(network: Column, models: CellModels) -> Column:
    """The cells of a network unconnected, all cell models in turn, with LGN input.

    Sizes are those of the network, which then shares its compiled program.
    """
    n, n_edges = network.n_cells, 6 * network.n_cells
    model, rng = np.arange(n) % models.n_models, np.random.default_rng(3)
    target = np.tile(np.arange(n), 6)
    inhibitory = np.array([POPULATIONS[p][0] == "i" for p in models.population])
    return replace(
        network,
        cell_models=models,
        cell_model=model,
        population=models.population[model],
        recurrent=Edges(*[np.zeros(0)] * 6),
        lgn_edges=Edges(
            source=rng.integers(0, network.lgn.n_cells, n_edges),
            target=target,
            weight_pa=rng.uniform(-60.0, 120.0, n_edges),
            delay_ms=rng.uniform(0.5, 5.0, n_edges),
            receptor=2 * inhibitory[model[target]] + rng.integers(0, 2, n_edges),
            n_synapses=np.ones(n_edges),
        ),
        background=PoissonInput.none(),
        surround=PoissonInput.none(),
    )


@pytest.mark.parametrize(("device", "reference"), PAIRS)
def test_single_cells_of_every_model_spike_alike(
    use, small_network, column_3k, device, reference
):
    # All inputs are drawn beforehand. Devices round sums in their own order, 1e-13 mV
    # in a voltage: a spike moves only if one comes that close to its threshold.
    column = isolated_cells(small_network, column_3k.cell_models)
    models, rng = column.cell_models, np.random.default_rng(7)
    rheobase_pa = (models.g_ns * (models.v_th_mv - models.e_l_mv))[column.cell_model]
    n_steps, n_sources = 3000, column.lgn.n_cells
    trials = []
    for factor in (0.7, 1.5, 4.0):
        step, source = np.nonzero(rng.random((n_steps, n_sources)) < 0.002)
        current = rng.normal(0.0, 50.0, (n_steps // 50, len(POPULATIONS)))
        trials.append(
            Trial(
                key=1,
                n_steps=n_steps,
                source_step=step.astype(np.int32),
                source_id=source.astype(np.int32),
                injected_pa=factor * rheobase_pa,
                current_pa=None if factor == 1.5 else current,
                current_group=column.population.astype(np.int32),
                sample_steps=50,
            )
        )
    found = run_trials(use(device), column, trials)
    wanted = run_trials(reference, column, trials)
    spiking = column.cell_model[wanted[2][:, 1]]
    assert np.bincount(spiking, minlength=models.n_models).min() > 3
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def spikes_of(device: str, column: Column, seed: int, *, n_trials: int, **options):
    stimulus = flash(column.lgn, duration_ms=200.0, onset_ms=80.0)
    result = SpikingModel(column, device=device, n_jobs=2).run(
        [stimulus],
        n_trials=n_trials,
        seed=seed,
        drop_ms=0.0,
        record_spikes=True,
        **options,
    )
    return [(s.times_ms.tolist(), s.ids.tolist()) for s in result.spikes]


@pytest.mark.parametrize(("device", "reference"), PAIRS)
def test_a_small_network_spikes_alike(use, small_network, device, reference):
    # LGN spikes are drawn before the run, the Poisson input by a hash: as above
    found = spikes_of(use(device), small_network, 4, n_trials=3)
    wanted = spikes_of(reference, small_network, 4, n_trials=3)
    assert all(len(ids) > 100 for _, ids in wanted)
    assert found == wanted


@pytest.mark.parametrize(
    "device",
    ["cpp", "cuda_on_cpu", pytest.param("cuda", marks=pytest.mark.gpu)],
)
def test_trials_do_not_depend_on_those_beside_them(use, small_network, device):
    at_once = spikes_of(use(device), small_network, 5, n_trials=3)
    alone = [
        spikes_of(device, small_network, 5, n_trials=1, first_trial=k)[0]
        for k in range(3)
    ]
    assert at_once == alone


def test_order_of_threads_does_not_matter(use, small_network, monkeypatch):
    # what atomic additions would give away: sums that depend on the order
    device = use("cuda_on_cpu")
    forward = spikes_of(device, small_network, 6, n_trials=2)
    monkeypatch.setenv("BACKWARD", "1")
    assert spikes_of(device, small_network, 6, n_trials=2) == forward


@pytest.mark.parametrize(("device", "reference"), PAIRS)
def test_a_changed_input_changes_the_spikes(use, small_network, device, reference):
    # the comparisons above can fail: 1 % of a weight is seen
    changed = replace(
        small_network,
        recurrent=replace(
            small_network.recurrent,
            weight_pa=1.01 * small_network.recurrent.weight_pa,
        ),
    )
    found = spikes_of(use(device), changed, 4, n_trials=1)
    assert found != spikes_of(reference, small_network, 4, n_trials=1)


def statistics(device: str, column: Column, seeds: range, *, duration_ms: float):
    """Rates (Hz), interval CV and correlation of E and I counts, one row per seed."""
    stimulus = flash(column.lgn, duration_ms=duration_ms, onset_ms=0.5 * duration_ms)
    model = SpikingModel(column, device=device, n_jobs=2)
    excitatory = EXCITATORY[column.population]
    rows = []
    for seed in seeds:
        result = model.run([stimulus], n_trials=1, seed=seed, bin_ms=10.0, drop_ms=50.0)
        rates_hz = result.neuron_rates_hz()[0, 0]
        counts = result.counts[0, 0, 5:]
        pair = counts[:, EXCITATORY].sum(axis=1), counts[:, ~EXCITATORY].sum(axis=1)
        rows.append(
            (
                rates_hz[excitatory].mean(),
                rates_hz[~excitatory].mean(),
                np.nanmean(
                    interval_cv(
                        result.n_intervals.sum(axis=1),
                        result.interval_sum_ms.sum(axis=1),
                        result.interval_square_sum_ms2.sum(axis=1),
                        min_intervals=2,
                    )
                ),
                np.corrcoef(*pair)[0, 1],
            )
        )
    return np.array(rows)


def distance(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Difference of the means in units of its standard error from seed to seed."""
    n_seeds = len(found)
    error = np.sqrt((found.var(axis=0, ddof=1) + wanted.var(axis=0, ddof=1)) / n_seeds)
    return np.abs(found.mean(axis=0) - wanted.mean(axis=0)) / error


@pytest.mark.parametrize(("device", "reference"), [PAIRS[0], PAIRS[2]])
def test_statistics_agree_within_the_spread_of_seeds(
    use, small_network, column_3k, device, reference
):
    # Other seeds on either side, so that only distributions can agree. Student's t
    # with 6 degrees of freedom exceeds 6 once in 1000: seeds are fixed, so once is
    # never or always. That a louder background is noticed tells what it is worth.
    if device == "cuda":
        column, n_seeds, duration_ms, factor = column_3k, 16, 1000.0, 1.2
    else:
        column, n_seeds, duration_ms, factor = small_network, 4, 400.0, 1.5
    found = statistics(use(device), column, range(n_seeds), duration_ms=duration_ms)
    wanted = statistics(
        reference, column, range(100, 100 + n_seeds), duration_ms=duration_ms
    )
    assert (distance(found, wanted) < 6.0).all()
    louder = replace(
        column,
        background=replace(
            column.background, weight_pa=factor * column.background.weight_pa
        ),
    )
    changed = statistics("cpp", louder, range(n_seeds), duration_ms=duration_ms)
    assert (distance(changed, wanted) > 6.0).any()
