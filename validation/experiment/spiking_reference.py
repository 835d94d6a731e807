"""Runs the spiking model until its own noise hides no answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace

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
from validation.experiment.sets.noise_seed import noise_seed
from validation.experiment.sets.stimulus_set import StimulusSet
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
    main: StimulusSet,
    sets: Sequence[StimulusSet],
    config: SpikingConfig,
    is_enough: Callable[[Reference], bool],
    *,
    bin_ms: float,
    stages: Stages,
    progress: Progress,
) -> Reference:
    """Simulate the test stimuli; add trials until they are enough, or the cap.

    All sets grow together: what decides may be hidden by the noise of any of them.

    Parameters
    ----------
    column
        The column, with its own LGN.
    main, sets
        The main set of test stimuli and the further ones.
    config
        Device, step, seeds, trials.
    is_enough
        Whether a reference, all sets of it, needs no more trials, where they grow.
    bin_ms
        Bin of the rates, ms.
    stages
        Where finished blocks of trials are kept for a resumed run.
    progress
        Receives the progress.

    Returns
    -------
    Reference
        Rates of all seeds and trials, the further sets in ``others``.
    """
    growing = {
        own.name: _GrowingTrials(column, own, config, bin_ms, stages, progress)
        for own in (main, *sets)
    }
    cap = config.most_trials
    done, wanted = 0, min(FIRST_TRIALS, cap) if config.grows else cap
    while True:
        for trials in growing.values():
            trials.add(done, wanted)
        done = wanted
        others = {name: trials.reference() for name, trials in growing.items()}
        reference = replace(others.pop(main.name), others=others)
        if done >= cap or is_enough(reference):
            return reference
        wanted = min(int(np.ceil(done * GROWTH)), cap)


class _GrowingTrials:
    """Trials of one set of stimuli, simulated block by block."""

    def __init__(
        self,
        column: Column,
        own: StimulusSet,
        config: SpikingConfig,
        bin_ms: float,
        stages: Stages,
        progress: Progress,
    ) -> None:
        self._own, self._bin_ms = own, bin_ms
        self._stages, self._progress = stages, progress
        self._column = own.column(column)
        self._model = SpikingModel(
            self._column, dt_ms=config.dt_ms, device=config.device
        )
        self._is_main = own.role == "main"
        self._seeds = [
            seed if self._is_main else noise_seed(seed, own.name)
            for seed in config.seeds
        ]
        self._blocks: list[Arrays] = []

    def add(self, first: int, end: int) -> None:
        """Simulate trials, or take them from an interrupted run."""
        name = "spiking" if self._is_main else f"spiking-{self._own.name}"
        name = f"{name}-{first}-{end}-{self._column.hash[:12]}"
        block = self._stages.load(name)
        if block is None:
            block = run_seeds(
                self._model,
                self._own.stimuli,
                self._seeds,
                n_trials=end - first,
                first_trial=first,
                bin_ms=self._bin_ms,
                drop_ms=self._own.drop_ms,
                progress=self._progress,
            )
            self._stages.save(name, block)
        self._blocks.append(block)

    def reference(self) -> Reference:
        """Return the rates of all trials so far."""
        return reference_of_blocks(
            self._column,
            self._own.stimuli,
            self._blocks,
            self._bin_ms,
            self._own.drop_ms,
            role=self._own.role,
        )


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
