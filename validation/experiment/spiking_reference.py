"""Runs the spiking model until its own noise hides no answer."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.column.populations import count_by_population
from bridge.files.stages import Stages
from bridge.progress import Progress
from bridge.stimulus.stimulus import Stimulus
from bridge.stimulus.stimulus_info import StimulusInfo
from spiking.running.model import SpikingModel
from spiking.running.result import SpikingResult
from spiking.running.spike_counts import interval_cv
from validation.config.sections import SpikingConfig
from validation.responses.reference import Reference, SetRole

Arrays = dict[str, NDArray[np.generic]]

FIRST_TRIALS = 8
"""Trials per seed at first, where they grow."""

GROWTH = 1.5
"""Factor by which the trials grow while a population cannot be judged."""


def run_seeds(
    model: SpikingModel,
    stimuli: Sequence[Stimulus],
    seeds: Sequence[int],
    *,
    n_trials: int,
    first_trial: int,
    bin_ms: float,
    drop_ms: float,
    progress: Progress,
) -> Arrays:
    """Run the same trials with every seed.

    Returns
    -------
    dict
        ``counts`` (n_seeds, n_stimuli, n_trials, n_bins, 17) from ``drop_ms`` on,
        ``neuron_counts`` (n_seeds, n_stimuli, n_trials, n_cells) and interval
        sums per cell.
    """
    skip = round(drop_ms / bin_ms)
    results: list[SpikingResult] = [
        model.run(
            stimuli,
            n_trials=n_trials,
            seed=seed,
            bin_ms=bin_ms,
            drop_ms=drop_ms,
            first_trial=first_trial,
            progress=progress,
        )
        for seed in seeds
    ]
    return {
        "counts": np.stack([r.counts[:, :, skip:] for r in results]).astype(np.int32),
        "neuron_counts": np.stack([r.neuron_counts for r in results]).astype(np.int16),
        "n_intervals": sum_over_trials([r.n_intervals for r in results]),
        "interval_sum_ms": sum_over_trials([r.interval_sum_ms for r in results]),
        "interval_square_sum_ms2": sum_over_trials(
            [r.interval_square_sum_ms2 for r in results]
        ),
    }


def sum_over_trials(parts: Sequence[NDArray[np.generic]]) -> FloatArray:
    """Add up per-cell statistics over seeds and trials, ``(n_stimuli, n_cells)``."""
    total = np.stack([np.asarray(part, dtype=np.float64) for part in parts])
    return np.asarray(total.sum(axis=(0, 2)))


def spiking_reference(
    column: Column,
    stimuli: Sequence[Stimulus],
    config: SpikingConfig,
    is_enough: Callable[[Reference], bool],
    *,
    bin_ms: float,
    drop_ms: float,
    stages: Stages,
    progress: Progress,
) -> Reference:
    """Simulate the test stimuli; add trials until they are enough, or the cap.

    Parameters
    ----------
    column, stimuli
        The column and the test stimuli.
    config
        Device, step, seeds, trials.
    is_enough
        Whether a reference needs no more trials, where they grow.
    bin_ms, drop_ms
        Bin of the rates and dropped start of every trial, ms.
    stages
        Where finished blocks of trials are kept for a resumed run.
    progress
        Receives the progress.

    Returns
    -------
    Reference
        Rates of all seeds and trials.
    """
    model = SpikingModel(column, dt_ms=config.dt_ms, device=config.device)
    blocks: list[Arrays] = []
    cap = config.most_trials
    done, wanted = 0, min(FIRST_TRIALS, cap) if config.grows else cap
    while True:
        name = f"spiking-{done}-{wanted}-{column.hash[:12]}"
        block = stages.load(name)
        if block is None:
            block = run_seeds(
                model,
                stimuli,
                config.seeds,
                n_trials=wanted - done,
                first_trial=done,
                bin_ms=bin_ms,
                drop_ms=drop_ms,
                progress=progress,
            )
            stages.save(name, block)
        blocks.append(block)
        done = wanted
        reference = reference_of_blocks(column, stimuli, blocks, bin_ms, drop_ms)
        if done >= cap or is_enough(reference):
            return reference
        wanted = min(int(np.ceil(done * GROWTH)), cap)


def reference_of_blocks(
    column: Column,
    stimuli: Sequence[Stimulus],
    blocks: Sequence[Arrays],
    bin_ms: float,
    drop_ms: float,
    role: SetRole = "main",
) -> Reference:
    """Return the rates of blocks of trials, from :func:`run_seeds`."""
    counts = np.concatenate([b["counts"] for b in blocks], axis=2)
    cells = count_by_population(column.population)
    rates = counts / np.maximum(cells, 1) / (bin_ms * 1e-3)
    duration_s = counts.shape[3] * bin_ms * 1e-3
    neurons = np.concatenate([b["neuron_counts"] for b in blocks], axis=2)
    tau_s = column.model_values("tau_syn_ms").mean(axis=1)
    tau_m = column.model_values("c_m_pf") / column.model_values("g_ns")
    return Reference(
        rates_hz=rates,
        neuron_rates_hz=neurons / duration_s,
        stimuli=tuple(StimulusInfo.from_stimulus(s) for s in stimuli),
        population=column.population,
        bin_ms=bin_ms,
        drop_ms=drop_ms,
        isi_cv=_interval_cv(blocks),
        tau_s_ms=tau_s,
        tau_m_ms=tau_m,
        role=role,
    )


def _interval_cv(blocks: Sequence[Arrays]) -> FloatArray:
    def total(key: str) -> FloatArray:
        return np.asarray(sum(np.asarray(b[key], dtype=np.float64) for b in blocks))

    return interval_cv(
        total("n_intervals"), total("interval_sum_ms"), total("interval_square_sum_ms2")
    )
