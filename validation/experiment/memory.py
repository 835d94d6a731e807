"""How much memory a run takes on the CPU: an estimate, before any work.

The numbers per connection, trial and process are rounded from runs of columns of 300
and 3,000 cells; an estimate is right within a factor of two.
"""

import math

from bridge.column.building.expected_size import ColumnSize, expected_size
from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.machine.cores import available_cores
from bridge.machine.memory import require_memory
from bridge.reduction.parameters import RateParameters
from ratemodel.training.config import TrainingConfig
from validation.config.column import BuiltColumn, FileColumn
from validation.config.sections import ProtocolConfig, RateConfig
from validation.config.validate import STIMULUS_DT_MS, ValidateConfig
from validation.terminal import PlainConsole

MIB = 2**20

_SIMULATION, _WITH_TORCH, _WORKER = 130 * MIB, 550 * MIB, 350 * MIB
"""A process with Brian2; with torch as well; what a worker does not share with it."""

_TRAINING, _TRAINED_EDGE = 900 * MIB, 200
"""A process that trains, and what it takes for a connection."""

_PROGRAM, _PROGRAM_PER_EDGE = 5 * MIB, 42
"""A process of the compiled program, and what it adds for a connection."""

_RUN_PER_EDGE = 60
"""Column and network arrays, once they are built, bytes per connection."""

_DRAWING = 1.3
"""Memory of a trial that is drawn, over that of its LGN rates."""

_COUNTS, _PER_CELL = 8 * len(POPULATIONS), 24
"""Bytes of a trial for a bin, and for a cell."""

_COPIES = 3
"""Of counts and rates at once: as counted, stacked, and in Hz."""

_SPIKE, _MEAN_HZ = 24, 10.0
"""Bytes of a recorded spike, and a mean rate that columns stay below, Hz."""

_N_STIMULI = 4 + 6
"""Stimuli of a validation beside the gratings: of the calibration, of the test."""

_SET_MS = 850.0
"""Longest trial of the further sets of test stimuli, ms."""

_STEP_PER_CELL = 20
"""Bytes that training keeps of a step for the way back, per cell and trial."""

_MEMBRANE_STEP_PER_CELL = 130
"""The same with a membrane, which is run back from the states of every step."""


def require_memory_of_simulation(
    config: BuiltColumn | FileColumn,
    column: Column | None,
    *,
    n_trials: int,
    duration_ms: float,
    bin_ms: float,
    record_spikes: bool,
) -> None:
    """Refuse a simulation that does not fit; say so where it takes a lot.

    Parameters
    ----------
    config, column
        Section ``column`` of a configuration, and the column where it is at hand:
        one of files must be, to be looked at.
    n_trials, duration_ms, bin_ms, record_spikes
        Trials of the one stimulus, their duration and bin, ms, and whether spikes
        are kept.

    Raises
    ------
    InputError
        If it needs more memory than is free.
    """
    size = _size(config, column)
    if size is None:
        return
    needed = _SIMULATION + _spiking_bytes(
        size,
        n_stimuli=1,
        n_trials=n_trials,
        n_blocks=1,
        duration_ms=duration_ms,
        bin_ms=bin_ms,
    )
    if record_spikes:
        n_spikes = n_trials * size.n_cells * _MEAN_HZ * duration_ms * 1e-3
        needed += round(_SPIKE * n_spikes)
    _require(
        needed,
        f"simulating {size.n_cells:,} cells, {n_trials:,} trials of "
        f"{duration_ms:g} ms,",
        "lower --size, --trials or --duration-ms",
    )


def require_memory_of_validation(config: ValidateConfig, column: Column | None) -> None:
    """Refuse a validation that does not fit; say so where it takes a lot.

    Parameters
    ----------
    config
        The complete configuration.
    column
        The column that it names, where it is at hand; one of files must be, to be
        looked at.

    Raises
    ------
    InputError
        If it needs more memory than is free.
    """
    size = _size(config.column, column)
    if size is None:
        return
    spiking, protocol = config.spiking, config.protocol
    key = "max_trials_per_seed" if spiking.grows else "trials_per_seed"
    n_stimuli = _N_STIMULI + protocol.n_directions + _set_stimuli(protocol)
    n_workers = min(available_cores(), _n_models(config.rate))
    stimuli = n_stimuli * _rate_bytes(size, protocol.duration_ms)
    needed = (
        _WITH_TORCH
        + _spiking_bytes(
            size,
            n_stimuli=n_stimuli,
            n_trials=spiking.most_trials,
            n_blocks=len(spiking.seeds),
            duration_ms=protocol.duration_ms,
            bin_ms=protocol.bin_ms,
        )
        + n_workers * (_WORKER + _RUN_PER_EDGE * size.n_edges + 2 * stimuli)
    )
    _require(
        needed,
        f"validating {size.n_cells:,} cells with {len(spiking.seeds)} x "
        f"{spiking.most_trials:,} trials",
        f"lower column.size, spiking.{key} or protocol.duration_ms",
    )


def require_memory_of_training(
    parameters: RateParameters,
    config: TrainingConfig,
    n_steps: int,
    n_processes: int,
    *,
    has_membrane: bool,
) -> None:
    """Refuse a training on the CPU that does not fit; say so where it takes a lot.

    Parameters
    ----------
    parameters
        Of the network.
    config
        How it is trained.
    n_steps
        Steps of the longest trial.
    n_processes
        Processes that share a batch, each with a network of its own.
    has_membrane
        Whether the model has a membrane.

    Raises
    ------
    InputError
        If it needs more memory than is free.
    """
    n_cells = parameters.n_cells
    n_edges = parameters.recurrent.n_edges + parameters.lgn_edges.n_edges
    kept = min(n_steps, config.segment_steps or n_steps)
    network = _TRAINING + _TRAINED_EDGE * n_edges
    per_cell = _MEMBRANE_STEP_PER_CELL if has_membrane else _STEP_PER_CELL
    states = per_cell * n_cells * config.batch * kept
    _require(
        n_processes * network + states,
        f"training {n_cells:,} cells with a batch of {config.batch:,} over "
        f"{n_steps:,} steps",
        "lower column.size or training.batch, or set training.segment_steps",
    )


def _n_models(rate: RateConfig) -> int:
    """Return how many rate models are run at most, all steps and tau_r counted."""
    n_drawn = len(rate.variants) if rate.with_sampled and "plain" in rate.forms else 0
    return (len(rate.variants) * len(rate.forms) + n_drawn) * len(rate.dt_ms)


def _set_stimuli(protocol: ProtocolConfig) -> int:
    """Return as how many stimuli of full length the further sets count."""
    perturbed = 2 * len(protocol.perturbed) + bool(protocol.perturbed)
    trials = 2 * len(protocol.tasks) * protocol.trials_per_task  # pixels and LGN
    return math.ceil((perturbed + trials) * min(_SET_MS / protocol.duration_ms, 1.0))


def _require(needed: int, what: str, advice: str) -> None:
    said = require_memory(needed, what, advice)
    if said:
        PlainConsole(stderr=True).print(said, soft_wrap=True)


def _size(config: BuiltColumn | FileColumn, column: Column | None) -> ColumnSize | None:
    """Return the size of a column; None where it is in files that are not read yet."""
    if column is not None:
        return ColumnSize.of(column)
    if isinstance(config, FileColumn):
        return None
    return expected_size("3k" if config.radius_um else config.size, config.radius_um)


def _rate_bytes(size: ColumnSize, duration_ms: float) -> int:
    """Return the memory of the LGN rates of one stimulus."""
    return round(8 * size.n_lgn * duration_ms / STIMULUS_DT_MS)


def _spiking_bytes(
    size: ColumnSize,
    *,
    n_stimuli: int,
    n_trials: int,
    n_blocks: int,
    duration_ms: float,
    bin_ms: float,
) -> int:
    """Return what column, programs, stimuli and results of the spiking model take."""
    n_jobs = min(available_cores(), n_stimuli * n_trials)
    per_job = _PROGRAM + _PROGRAM_PER_EDGE * size.n_edges
    rates = _rate_bytes(size, duration_ms)
    n_bins = round(duration_ms / bin_ms)
    result = _COUNTS * n_bins + _PER_CELL * size.n_cells
    running = (
        _RUN_PER_EDGE * size.n_edges
        + n_jobs * (per_job + round(_DRAWING * rates))
        + n_stimuli * rates
        + _COPIES * n_blocks * n_stimuli * n_trials * result
    )
    return max(size.building_bytes, running)
