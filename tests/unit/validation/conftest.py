"""A made-up column whose true rates are known: Poisson counts around them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.column.populations import POPULATIONS
from bridge.stimulus.stimulus_info import StimulusInfo
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference

N_CELLS = dict(
    zip(
        POPULATIONS,
        (59, 753, 60, 35, 34, 593, 20, 50, 24, 455, 15, 28, 21, 725, 20, 60, 48),
        strict=True,
    )
)
MEAN_HZ = dict(
    zip(
        POPULATIONS,
        (
            *(4.4, 1.9, 4.8, 11.9, 5.2, 2.5, 2.2, 13.0, 2.0),
            *(3.0, 0.07, 9.0, 2.6, 3.6, 3.4, 6.5, 5.3),
        ),
        strict=True,
    )
)
BIN_MS = 10.0
DROP_MS = 500.0
N_BINS = 200
FREQUENCIES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


@dataclass(frozen=True)
class World:
    """True rates, and references drawn from them."""

    rates_hz: NDArray[np.float64]  # stimulus, bin, population
    neuron_rates_hz: NDArray[np.float64]  # stimulus, cell
    population: NDArray[np.int8]
    stimuli: tuple[StimulusInfo, ...]

    def draw(self, n_trials: int, seed: int, n_seeds: int = 2) -> Reference:
        rng = np.random.default_rng(seed)
        n_cells = np.bincount(self.population, minlength=17)
        expected = self.rates_hz * n_cells * BIN_MS / 1000.0
        shape = (n_seeds, len(self.stimuli), n_trials)
        counts = rng.poisson(expected[None, :, None], (*shape, N_BINS, 17))
        scale = np.where(n_cells > 0, n_cells, 1) * BIN_MS / 1000.0
        duration_s = N_BINS * BIN_MS / 1000.0
        spikes = rng.poisson(
            self.neuron_rates_hz[None, :, None] * duration_s,
            (*shape, self.population.size),
        )
        return Reference(
            rates_hz=counts / scale,
            neuron_rates_hz=spikes / duration_s,
            stimuli=self.stimuli,
            population=self.population,
            bin_ms=BIN_MS,
            drop_ms=DROP_MS,
        )

    def model(
        self,
        change: Callable[[NDArray[np.float64]], NDArray[np.float64]] = lambda r: r,
        name: str = "truth",
    ) -> ModelRates:
        return ModelRates(name, change(self.rates_hz), self.neuron_rates_hz)


def true_time_course(info: StimulusInfo, rng: np.random.Generator) -> np.ndarray:
    """Modulation around the mean rate, 1 on average, for one population."""
    time_ms = DROP_MS + (np.arange(N_BINS) + 0.5) * BIN_MS
    shape = np.ones(N_BINS)
    if info.kind == "flash":
        since = np.maximum(time_ms - info.onset_ms[0] - 20.0, 0.0)
        shape += 4.0 * (since / 40.0) * np.exp(1.0 - since / 40.0) * (since > 0)
    elif info.kind == "grating":
        phase = rng.uniform(0.0, 0.6)
        shape += 0.7 * np.sin(2 * np.pi * (2.0 * time_ms / 1000.0 - phase))
    elif info.kind == "broadband":
        depth = 0.1 if "10" in info.name.split("_") else 0.45
        for f in info.frequencies_hz:
            phase = 2.4 * f**0.5 + rng.uniform(0.0, 0.5)
            shape += depth * np.sin(2 * np.pi * f * time_ms / 1000.0 - phase)
    return np.maximum(shape, 0.02)


def make_world(seed: int = 0) -> World:
    rng = np.random.default_rng(seed)
    gratings = [
        StimulusInfo(f"grating_{d}", "grating", (), (2.0,), float(d))
        for d in range(0, 360, 45)
    ]
    stimuli = (
        StimulusInfo("blank", "blank"),
        StimulusInfo("flash", "flash", onset_ms=(1200.0,)),
        *gratings,
        StimulusInfo("broadband_10", "broadband", (), FREQUENCIES),
        StimulusInfo("broadband_100", "broadband", (), FREQUENCIES),
    )
    rates = np.stack(
        [
            np.stack(
                [MEAN_HZ[p] * true_time_course(info, rng) for p in POPULATIONS], axis=1
            )
            for info in stimuli
        ]
    )
    population = np.repeat(np.arange(17), list(N_CELLS.values())).astype(np.int8)
    base = np.array([MEAN_HZ[POPULATIONS[p]] for p in population])
    base = base * rng.lognormal(-0.32, 0.8, population.size)
    preferred = rng.uniform(0.0, 2 * np.pi, population.size)
    depth = rng.uniform(0.0, 0.8, population.size)
    neurons = np.tile(base, (len(stimuli), 1))
    for i, info in enumerate(stimuli):
        if info.direction_deg is not None:
            angle = np.radians(info.direction_deg) - preferred
            neurons[i] *= 1 + depth * (0.7 * np.cos(2 * angle) + 0.3 * np.cos(angle))
    return World(rates, neurons, population, stimuli)


@pytest.fixture(scope="session")
def world() -> World:
    return make_world()


@pytest.fixture(scope="session")
def reference(world: World) -> Reference:
    return world.draw(n_trials=40, seed=1)
