"""What a rate model is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import BoolArray, FloatArray, IntArray
from bridge.column.populations import (
    CLASS_OF_POPULATION,
    CLASSES,
    POPULATIONS,
    count_by_population,
)
from bridge.errors import InputError
from bridge.stimulus.stimulus_info import StimulusInfo

SetRole = Literal["main", "perturbation", "task"]
"""What a set of stimuli is for; measures say which sets they read."""


@dataclass(frozen=True)
class Reference:
    """Spiking responses to the test stimuli: several seeds of one wiring.

    The stimuli of one reference share duration, dropped start and input wiring.
    Test stimuli that do not are sets of their own, in ``others``.

    Trials are independent repeats, whatever their seed: every (seed, trial) pair
    draws its own Poisson input, so statistics pool them.

    Attributes
    ----------
    rates_hz
        Population rates, Hz, shape ``(n_seeds, n_stimuli, n_trials, n_bins, 17)``;
        the dropped start of the trials is already cut off. Values of populations
        without cells are ignored.
    neuron_rates_hz
        Mean rate of every cell in every trial, Hz, shape
        ``(n_seeds, n_stimuli, n_trials, n_cells)``.
    stimuli
        The test stimuli, in the order of axis 1.
    population
        Index into :data:`bridge.column.populations.POPULATIONS` per cell,
        ``(n_cells,)``.
    bin_ms
        Bin width, ms.
    drop_ms
        Time from the start of a trial to the first bin, ms.
    isi_cv
        Coefficient of variation of the interspike intervals per cell,
        ``(n_cells,)``, NaN where a cell fired too little; ``None`` if unknown.
    tau_s_ms, tau_m_ms
        Synaptic and membrane time constants per cell, ms, ``(n_cells,)``, for the
        regime check; ``None`` if unknown.
    role
        What its stimuli are for.
    others
        Further sets of test stimuli by name, each with its own duration, dropped
        start and trials; those have no others.

    Raises
    ------
    InputError
        If shapes disagree, a rate is negative or not finite, or fewer than four
        trials exist (halves of fewer cannot be compared).
    """

    rates_hz: FloatArray
    neuron_rates_hz: FloatArray
    stimuli: tuple[StimulusInfo, ...]
    population: NDArray[np.int8]
    bin_ms: float = 10.0
    drop_ms: float = 500.0
    isi_cv: FloatArray | None = None
    tau_s_ms: FloatArray | None = None
    tau_m_ms: FloatArray | None = None
    role: SetRole = "main"
    others: Mapping[str, "Reference"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rates = np.asarray(self.rates_hz, dtype=np.float64)
        neurons = np.asarray(self.neuron_rates_hz, dtype=np.float64)
        population = np.asarray(self.population, dtype=np.int8)
        if rates.ndim != 5 or rates.shape[4] != len(POPULATIONS):
            raise InputError(f"reference: rates_hz has shape {rates.shape}")
        if neurons.shape != (*rates.shape[:3], population.size):
            raise InputError(
                f"reference: neuron_rates_hz has shape {neurons.shape}, "
                f"not {(*rates.shape[:3], population.size)}"
            )
        if len(self.stimuli) != rates.shape[1]:
            raise InputError(
                f"reference: {len(self.stimuli)} stimuli are described, "
                f"{rates.shape[1]} are in rates_hz"
            )
        if rates.shape[0] * rates.shape[2] < 4:
            raise InputError("reference: at least 4 trials are needed")
        object.__setattr__(self, "population", population)
        rates = np.where(self.n_cells_of_population > 0, rates, 0.0)
        for name, array in (("rates_hz", rates), ("neuron_rates_hz", neurons)):
            if not np.isfinite(array).all() or (array < 0.0).any():
                raise InputError(f"reference: {name} is negative or not finite")
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        for name in ("isi_cv", "tau_s_ms", "tau_m_ms"):
            value = getattr(self, name)
            if value is not None and np.shape(value) != population.shape:
                raise InputError(f"reference: {name} has shape {np.shape(value)}")

    @property
    def n_seeds(self) -> int:
        """Number of independent seeds."""
        return int(self.rates_hz.shape[0])

    @property
    def n_stimuli(self) -> int:
        """Number of test stimuli."""
        return int(self.rates_hz.shape[1])

    @property
    def n_trials(self) -> int:
        """Number of trials of all seeds together."""
        return int(self.rates_hz.shape[0] * self.rates_hz.shape[2])

    @property
    def n_bins(self) -> int:
        """Number of bins of a trial."""
        return int(self.rates_hz.shape[3])

    @property
    def duration_s(self) -> float:
        """Recorded time of one trial, s."""
        return self.n_bins * self.bin_ms / 1000.0

    @cached_property
    def n_cells_of_population(self) -> IntArray:
        """Cells of each population, ``(17,)``."""
        return count_by_population(self.population)

    @cached_property
    def group_names(self) -> tuple[str, ...]:
        """Populations with cells, then E/I classes with cells.

        ``e23`` to ``e6`` appear in both lists because the Billeh column has one
        excitatory population per layer.
        """
        return (*self.population_names, *self.class_names)

    @cached_property
    def population_names(self) -> tuple[str, ...]:
        """Populations that have cells."""
        counts = self.n_cells_of_population
        return tuple(p for p, n in zip(POPULATIONS, counts, strict=True) if n)

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        """E/I classes that have cells."""
        present = {CLASS_OF_POPULATION[name] for name in self.population_names}
        return tuple(name for name in CLASSES if name in present)

    @cached_property
    def group_weights(self) -> FloatArray:
        """Weight of each population in each group's rate, ``(n_groups, 17)``.

        The rate of a class is the mean over its cells: its populations' rates
        weighted by their numbers of cells.
        """
        counts = self.n_cells_of_population.astype(np.float64)
        rows = [
            np.array([float(p == name) for p in POPULATIONS])
            for name in self.population_names
        ]
        for name in self.class_names:
            member = [CLASS_OF_POPULATION[p] == name for p in POPULATIONS]
            row = np.where(member, counts, 0.0)
            rows.append(row / row.sum())
        return np.stack(rows)

    @cached_property
    def group_members(self) -> tuple[BoolArray, ...]:
        """Which cells belong to each group, each of shape ``(n_cells,)``."""
        return tuple((row > 0.0)[self.population] for row in self.group_weights)

    @cached_property
    def group_trials(self) -> FloatArray:
        """Group rates, trials of all seeds pooled and stimuli concatenated.

        Hz, shape ``(n_groups, n_trials, n_stimuli * n_bins)``.
        """
        pooled = np.einsum(
            "gp,asrtp->garst", self.group_weights, self.rates_hz, optimize=True
        )
        return np.ascontiguousarray(
            pooled.reshape(len(self.group_names), self.n_trials, -1)
        )

    def bins_of(self, stimulus: int) -> slice:
        """Return where a stimulus lies on the concatenated time axis."""
        return slice(stimulus * self.n_bins, (stimulus + 1) * self.n_bins)

    def neuron_samples(self) -> tuple[FloatArray, FloatArray]:
        """Return two independent estimates of the cells' rates per stimulus.

        The first seed and the second; with a single seed, its even and its odd
        trials. Hz, each of shape ``(n_stimuli, n_cells)``.
        """
        if self.n_seeds > 1:
            mean = self.neuron_rates_hz.mean(axis=2)
            return mean[0], mean[1]
        trials = self.neuron_rates_hz[0]
        return trials[:, 0::2].mean(axis=1), trials[:, 1::2].mean(axis=1)

    def rebinned(self, factor: int) -> "Reference":
        """Return the reference with ``factor`` bins merged into one.

        Raises
        ------
        InputError
            If the number of bins is not a multiple of ``factor``.
        """
        if factor < 1 or self.n_bins % factor:
            raise InputError(
                f"reference: {self.n_bins} bins cannot be merged by {factor}"
            )
        shape = (*self.rates_hz.shape[:3], self.n_bins // factor, factor, -1)
        return replace(
            self,
            rates_hz=self.rates_hz.reshape(shape).mean(axis=4),
            bin_ms=self.bin_ms * factor,
            others={name: own.rebinned(factor) for name, own in self.others.items()},
        )

    def __repr__(self) -> str:
        return (
            f"Reference({self.n_stimuli} stimuli, {self.n_trials} trials of "
            f"{self.n_seeds} seeds, {self.n_bins} bins of {self.bin_ms:g} ms)"
        )
