"""Draws the input of one trial from a stimulus and a seed."""

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatingArray
from bridge.stimulus.one_per_step import one_per_step
from bridge.stimulus.stimulus import Stimulus
from spiking.trials.source_spikes import draw_spikes, place_spikes
from spiking.trials.surround_spikes import SurroundSources
from spiking.trials.trial import Trial


def draw_trial(
    stimulus: Stimulus,
    place: tuple[int, int],
    seed: int,
    *,
    dt_ms: float,
    population: NDArray[np.int8],
    given: tuple[FloatingArray, NDArray[np.integer]] | None = None,
    surround: SurroundSources | None = None,
) -> Trial:
    """Return a trial whose random numbers follow from seed and place alone.

    Parameters
    ----------
    stimulus
        What the column sees.
    place
        Position of the stimulus and number of the trial.
    seed
        Seed of the run.
    dt_ms
        Time step, ms; divides the stimulus's sample interval.
    population
        Population of each cell, for injected currents, ``(n_cells,)``.
    given
        LGN spikes (times in ms, rows) in place of Poisson spikes at the rates
        of the stimulus.
    surround
        Sources behind the LGN cells, for a stimulus that states surround rates.
    """
    random = np.random.SeedSequence(seed, spawn_key=place)
    key = int(random.generate_state(1, dtype=np.uint64)[0])
    sample_steps = round(stimulus.dt_ms / dt_ms)
    n_steps = stimulus.lgn_rate_hz.shape[0] * sample_steps
    rng, surround_rng = (
        np.random.Generator(np.random.PCG64(child)) for child in random.spawn(2)
    )
    if given is None:
        step, source = draw_spikes(stimulus.lgn_rate_hz, sample_steps, dt_ms, rng)
    else:
        step, source = place_spikes(*given, n_steps, dt_ms)
    if surround is not None and stimulus.surround_hz is not None:
        own_step, stream = surround.draw(
            stimulus.surround_hz, sample_steps, dt_ms, surround_rng
        )
        step, source = one_per_step(
            np.concatenate([step, own_step]),
            np.concatenate([source, stream + stimulus.lgn_rate_hz.shape[1]]),
            n_steps,
        )
    return Trial(
        key=key,
        n_steps=n_steps,
        source_step=step,
        source_id=source,
        injected_pa=np.zeros(population.size),
        current_pa=stimulus.current_pa,
        current_group=population.astype(np.int32),
        sample_steps=sample_steps,
    )
