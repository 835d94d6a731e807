"""A reference with what all models scored against it share, computed once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self, TypeVar

from bridge.arrays import FloatArray
from validation.criteria.criteria import Criteria
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference
from validation.statistics.jackknife import LeftOut
from validation.statistics.numbers import Numbers
from validation.statistics.trial_products import TrialProducts

T = TypeVar("T")


@dataclass(frozen=True)
class Once:
    """Results that several measures share, kept by name."""

    kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def get(self, name: str, make: Callable[[], T]) -> T:
        """Return what ``make`` makes, made at the first request for the name."""
        if name not in self.kept:
            self.kept[name] = make()
        result: T = self.kept[name]
        return result


@dataclass(frozen=True)
class PreparedReference:
    """A reference with everything that does not depend on the model.

    Attributes
    ----------
    reference, criteria
        What it was made from.
    spiking
        Products of the pooled trials of each group, with bootstrap weights.
    half_correlation, ceiling
        Per group, ``(n_groups,)``.
    anchors
        Per group: scores of the other seed, a time-shuffled and a constant rate,
        by name and measure.
    regime
        Per group: state of the spiking population.
    others
        The reference's further sets of stimuli, by name, each prepared in the same
        way.
    stimulus_only
        Rates of a model that knows the stimulus alone, the yardstick of skill;
        ``None`` where none was fitted.
    once
        What measures prepare for themselves.
    """

    reference: Reference
    criteria: Criteria
    spiking: TrialProducts
    half_correlation: FloatArray
    ceiling: FloatArray
    anchors: tuple[dict[str, Numbers], ...]
    regime: tuple[Numbers, ...]
    others: Mapping[str, "PreparedReference"] = field(default_factory=dict)
    stimulus_only: ModelRates | None = None
    once: Once = field(default_factory=Once, repr=False, compare=False)

    def with_stimulus_only(self, rates: ModelRates) -> Self:
        """Return the reference with a model that knows the stimulus alone."""
        return replace(self, stimulus_only=rates)

    @cached_property
    def without_one(self) -> TrialProducts:
        """Products of the trials, as they are and with each left out in turn."""
        weights = LeftOut(self.spiking.n_trials).spiking_weights
        return TrialProducts(self.spiking.trials_hz, weights)

    @property
    def n_firing(self) -> int:
        """Number of populations that fire: those that a verdict counts."""
        rates = self.spiking.mean_hz.mean(axis=1)
        populations = rates[: len(self.reference.population_names)]
        return sum(map(self.criteria.evaluable.fires, populations.tolist()))

    @property
    def n_neuron_samples(self) -> int:
        """Samples (seeds, or halves of the only seed) in the mean rate of a cell."""
        return max(self.reference.n_seeds, 2)

    @property
    def trials_per_sample(self) -> float:
        """Trials in one such sample."""
        return self.reference.n_trials / self.n_neuron_samples
