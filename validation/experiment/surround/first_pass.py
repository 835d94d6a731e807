"""The first pass: how the column fires while its surround is stationary.

The surround stands for cells like those of the column that were left out. Its rates
in the second pass are the rates of the column's populations in the first, stimulus by
stimulus, averaged over trials, in the bins of the protocol and not smoothed: a
symmetric kernel would let the surround answer before the stimulus, a causal one late.
What noise is left in them is input like any other, the same for both models.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.column.populations import count_by_population
from bridge.column.responding_surround import events_per_spike, reference_rates_hz
from bridge.files.stages import Stages
from bridge.progress import Progress
from bridge.stimulus.stimulus import Stimulus
from spiking.running.model import SpikingModel
from validation.config.sections import SpikingConfig
from validation.experiment.sets.noise_seed import noise_seed

N_TRIALS = 16
"""Trials per stimulus, of all seeds together. In a bin of 10 ms they leave 7 % of
Poisson noise in 700 cells at 2 Hz; the private noise of a cell's surround, some 170
events a second in the 3k column, is 77 % there."""


def with_surround_rates(
    column: Column,
    stimuli: Sequence[Stimulus],
    config: SpikingConfig,
    *,
    name: str,
    bin_ms: float,
    stages: Stages,
    progress: Progress,
) -> tuple[Stimulus, ...]:
    """Return stimuli that state the rates which the column has under them.

    Parameters
    ----------
    column
        The column.
    stimuli
        Stimuli of equal duration that state no surround rates.
    config
        Device, step and seeds; the noise is none that another part of a validation
        sees.
    name
        What to call the stimuli where finished simulations are kept.
    bin_ms
        Bin of the rates, ms, a multiple of the stimuli's samples.
    stages
        Where finished simulations are kept for a resumed run.
    progress
        Receives the progress.

    Returns
    -------
    tuple of Stimulus
        A population of which the column has no cell keeps its reference rate.

    Raises
    ------
    InputError
        If the column has no surround, or one that stands for no population.
    """
    events_per_spike(column.surround)
    stage = f"surround-{name}-{column.hash[:12]}"
    kept = stages.load(stage)
    if kept is None:
        model = SpikingModel(column, dt_ms=config.dt_ms, device=config.device)
        counts = [
            model.run(
                stimuli,
                n_trials=-(-N_TRIALS // len(config.seeds)),
                seed=noise_seed(seed, f"surround {name}"),
                bin_ms=bin_ms,
                drop_ms=0.0,
                progress=progress,
            ).counts.mean(axis=1)
            for seed in config.seeds
        ]
        kept = {"counts": np.mean(counts, axis=0)}
        stages.save(stage, kept)
    rates = rates_of_counts(np.asarray(kept["counts"]), column, bin_ms)
    return tuple(
        replace(
            stimulus,
            surround_hz=np.repeat(own, round(bin_ms / stimulus.dt_ms), axis=0),
        )
        for stimulus, own in zip(stimuli, rates, strict=True)
    )


def rates_of_counts(counts: FloatArray, column: Column, bin_ms: float) -> FloatArray:
    """Return rates per cell, Hz, from mean spikes per bin, ``(..., 17)``.

    Parameters
    ----------
    counts
        Spikes of each population per bin, mean over trials.
    column
        The column; a population without cells gets its reference rate.
    bin_ms
        Bin, ms.
    """
    cells = count_by_population(column.population)
    rates = counts / np.maximum(cells, 1) / (bin_ms * 1e-3)
    return np.asarray(np.where(cells > 0, rates, reference_rates_hz()))
