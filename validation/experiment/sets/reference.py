"""Runs the spiking model on further sets of test stimuli."""

import zlib
from collections.abc import Sequence

import numpy as np

from bridge.column.column import Column
from bridge.files.stages import Stages
from bridge.progress import Progress
from spiking.running.model import SpikingModel
from validation.config.sections import SpikingConfig
from validation.experiment.sets.stimulus_set import StimulusSet
from validation.experiment.spiking_reference import reference_of_blocks, run_seeds
from validation.responses.reference import Reference


def set_references(
    column: Column,
    sets: Sequence[StimulusSet],
    config: SpikingConfig,
    *,
    n_trials: int,
    bin_ms: float,
    stages: Stages,
    progress: Progress,
) -> dict[str, Reference]:
    """Simulate sets of test stimuli.

    Parameters
    ----------
    column
        The column, with its own LGN.
    sets
        The sets.
    config
        Device, step and seeds.
    n_trials
        Trials per stimulus and seed.
    bin_ms
        Bin of the rates, ms.
    stages
        Where finished sets are kept for a resumed run.
    progress
        Receives the progress.

    Returns
    -------
    dict
        Rates of all seeds and trials, by the sets' names.
    """
    found: dict[str, Reference] = {}
    for own in sets:
        driven = own.column(column)
        name = f"spiking-{own.name}-{n_trials}-{driven.hash[:12]}"
        block = stages.load(name)
        if block is None:
            block = run_seeds(
                SpikingModel(driven, dt_ms=config.dt_ms, device=config.device),
                own.stimuli,
                [noise_seed(seed, own.name) for seed in config.seeds],
                n_trials=n_trials,
                first_trial=0,
                bin_ms=bin_ms,
                drop_ms=own.drop_ms,
                progress=progress,
            )
            stages.save(name, block)
        found[own.name] = reference_of_blocks(
            driven, own.stimuli, [block], bin_ms, own.drop_ms, role=own.role
        )
    return found


def noise_seed(seed: int, name: str) -> int:
    """Return the seed of a set's noise: no set sees the noise of another."""
    entropy = [seed, zlib.crc32(name.encode())]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])
