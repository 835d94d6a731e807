"""What a rate model is compared with, and what it hands in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bridge.column.column import CLASS_OF_POPULATION, CLASSES, POPULATIONS
from bridge.errors import InputError
from bridge.stimulus.stimulus import Stimulus

FloatArray = NDArray[np.float64]
StimulusKind = Literal["blank", "flash", "step", "grating", "broadband", "other"]


@dataclass(frozen=True)
class StimulusInfo:
    """What the measures need to know about a test stimulus.

    Attributes
    ----------
    name
        Name of the stimulus.
    kind
        Which measures it serves: onsets are read from flashes and steps, the
        lag from broadband stimuli, the tuning from gratings.
    onset_ms
        Times of stimulus onset from the start of the trial, ms.
    frequencies_hz
        Frequencies the stimulus is modulated at, Hz.
    direction_deg
        Direction of motion, degrees; ``None`` if it does not move.
    """

    name: str
    kind: StimulusKind = "other"
    onset_ms: tuple[float, ...] = ()
    frequencies_hz: tuple[float, ...] = ()
    direction_deg: float | None = None

    @classmethod
    def from_stimulus(cls, stimulus: Stimulus) -> "StimulusInfo":
        """Read the metadata of a stimulus.

        The kind is the first word of the name where that is a known kind;
        otherwise it follows from direction, frequencies and onsets.
        """
        kind: StimulusKind = "other"
        word = stimulus.name.lower()
        if word.startswith("broadband"):
            kind = "broadband"
        elif word.startswith("grating") or stimulus.direction_deg is not None:
            kind = "grating"
        elif word.startswith("flash"):
            kind = "flash"
        elif word.startswith("step"):
            kind = "step"
        elif word.startswith("blank"):
            kind = "blank"
        elif len(stimulus.frequencies_hz) >= 3:
            kind = "broadband"
        elif stimulus.onset_ms and not stimulus.frequencies_hz:
            kind = "step"
        return cls(
            name=stimulus.name,
            kind=kind,
            onset_ms=tuple(stimulus.onset_ms),
            frequencies_hz=tuple(stimulus.frequencies_hz),
            direction_deg=stimulus.direction_deg,
        )


@dataclass(frozen=True)
class Reference:
    """Spiking responses to the test stimuli: several seeds of one wiring.

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
        Index into :data:`bridge.column.column.POPULATIONS` per cell, ``(n_cells,)``.
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
    def n_cells_of_population(self) -> NDArray[np.int64]:
        """Cells of each population, ``(17,)``."""
        counts = np.bincount(self.population, minlength=len(POPULATIONS))
        return counts.astype(np.int64)

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
    def group_members(self) -> tuple[NDArray[np.bool_], ...]:
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
        )

    def split(self) -> "tuple[Reference, ModelRates]":
        """Return the reference without its last seed, and that seed as a model.

        Raises
        ------
        InputError
            If there is a single seed.
        """
        if self.n_seeds < 2:
            raise InputError("reference: a second seed is needed to judge the first")
        kept = replace(
            self,
            rates_hz=self.rates_hz[:-1],
            neuron_rates_hz=self.neuron_rates_hz[:-1],
        )
        other = ModelRates(
            name="other_seed",
            rates_hz=self.rates_hz[-1].mean(axis=1),
            neuron_rates_hz=self.neuron_rates_hz[-1].mean(axis=1),
            trials_hz=np.moveaxis(self.rates_hz[-1], 1, 0),
        )
        return kept, other


@dataclass(frozen=True)
class ModelRates:
    """Responses of a model to the same test stimuli.

    Attributes
    ----------
    name
        Name of the model (a variant, a control).
    rates_hz
        Population rates, Hz, shape ``(n_stimuli, n_bins, 17)``.
    neuron_rates_hz
        Mean rate of every cell, Hz, shape ``(n_stimuli, n_cells)``.
    tau_r_ms
        Rate time constant, ms: one value or one per population; ``None`` if the
        model has none.
    trials_hz
        Single trials where the model is itself noisy (another spiking seed), Hz,
        shape ``(n_trials, n_stimuli, n_bins, 17)``, with ``rates_hz`` their mean:
        the measures then take the model's own noise out as well.
    """

    name: str
    rates_hz: FloatArray
    neuron_rates_hz: FloatArray
    tau_r_ms: float | tuple[float, ...] | None = None
    trials_hz: FloatArray | None = None

    def __post_init__(self) -> None:
        for name in ("rates_hz", "neuron_rates_hz"):
            array = np.asarray(getattr(self, name), dtype=np.float64)
            object.__setattr__(self, name, array)

    def rebinned(self, factor: int) -> "ModelRates":
        """Return the model with ``factor`` bins merged into one.

        Raises
        ------
        InputError
            If the number of bins is not a multiple of ``factor``.
        """
        n_bins = self.rates_hz.shape[1]
        if factor < 1 or n_bins % factor:
            raise InputError(
                f"model {self.name}: {n_bins} bins cannot be merged by {factor}"
            )

        def merged(rates: FloatArray) -> FloatArray:
            shape = (*rates.shape[:-2], n_bins // factor, factor, rates.shape[-1])
            result: FloatArray = rates.reshape(shape).mean(axis=-2)
            return result

        trials = None if self.trials_hz is None else merged(self.trials_hz)
        return replace(self, rates_hz=merged(self.rates_hz), trials_hz=trials)

    def check_against(self, reference: Reference) -> None:
        """Check that shapes match those of ``reference``.

        Raises
        ------
        InputError
            If a shape differs.
        """
        shapes: Sequence[tuple[str, tuple[int, ...], tuple[int, ...]]] = (
            (
                "rates_hz",
                self.rates_hz.shape,
                (reference.n_stimuli, reference.n_bins, len(POPULATIONS)),
            ),
            (
                "neuron_rates_hz",
                self.neuron_rates_hz.shape,
                (reference.n_stimuli, reference.population.size),
            ),
        )
        for name, shape, expected in shapes:
            if shape != expected:
                raise InputError(
                    f"model {self.name}: {name} has shape {shape}, not {expected}"
                )

    def group_trials(self, reference: Reference) -> FloatArray:
        """Return group rates on the concatenated stimuli.

        Hz, shape ``(n_groups, n_trials, n_stimuli * n_bins)``, with one trial for
        a model without noise.
        """
        trials = self.rates_hz[None] if self.trials_hz is None else self.trials_hz
        present = reference.n_cells_of_population > 0
        trials = np.where(present, trials, 0.0)
        grouped = np.einsum("gp,nstp->gnst", reference.group_weights, trials)
        return np.ascontiguousarray(grouped.reshape(*grouped.shape[:2], -1))
