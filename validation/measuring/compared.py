"""A model held against a prepared reference, before anything is measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bridge.arrays import BoolArray
from validation.measuring.prepared import Once, PreparedReference
from validation.responses.model_rates import ModelRates
from validation.responses.reference import SetRole
from validation.statistics.comparison import Comparison
from validation.statistics.jackknife import LeftOut
from validation.statistics.trial_products import TrialProducts, draw_weights


@dataclass(frozen=True)
class Compared:
    """What measures read.

    Attributes
    ----------
    prepared
        The reference.
    model
        Responses of the model.
    comparison
        Products of its trials with the spiking ones, resampled; rates that are not
        finite count as 0 Hz.
    is_finite
        Whether all rates of a group, in all sets, are numbers, ``(n_groups,)``.
    others
        The further sets of stimuli, by name.
    once
        What several measures share.
    """

    prepared: PreparedReference
    model: ModelRates
    comparison: Comparison
    is_finite: BoolArray
    others: Mapping[str, "Compared"] = field(default_factory=dict)
    once: Once = field(default_factory=Once, repr=False, compare=False)

    @property
    def n_groups(self) -> int:
        """Number of populations and classes."""
        return len(self.prepared.reference.group_names)

    def of_role(self, role: SetRole) -> dict[str, "Compared"]:
        """Return the sets of stimuli that are there for a purpose, by name."""
        return {
            name: own
            for name, own in self.others.items()
            if own.prepared.reference.role == role
        }

    @property
    def own_noise(self) -> float:
        """Noise of the model's mean over that of the spiking one; 0 without noise."""
        return self.comparison.own_noise

    @cached_property
    def left_out(self) -> LeftOut:
        """Which rows of :attr:`without_one` leave out what."""
        return LeftOut(self.prepared.spiking.n_trials, self.comparison.model.n_trials)

    @cached_property
    def without_one(self) -> Comparison:
        """The comparison as it is, and with every trial left out in turn."""
        rows, model = self.left_out, self.comparison.model
        spiking = self.prepared.without_one
        if rows.n_model > 1:
            spiking = TrialProducts(spiking.trials_hz, rows.spiking_weights)
        return Comparison(
            spiking,
            TrialProducts(model.trials_hz, rows.model_weights),
            self.prepared.ceiling,
        )


def compare_with(
    prepared: PreparedReference, model: ModelRates, rng: np.random.Generator
) -> Compared:
    """Hold a model against a reference.

    Parameters
    ----------
    prepared
        The reference.
    model
        Rates of the model.
    rng
        Resamples the trials of a model that has some.

    Raises
    ------
    InputError
        If the model's arrays do not have the reference's shape.
    """
    reference = prepared.reference
    model.check_against(reference)
    n_rows = len(prepared.spiking.weights)
    if model.trials_hz is None:
        weights = np.ones((n_rows, 1))
    else:
        weights = draw_weights(len(model.trials_hz), n_rows - 1, rng)
    trials = model.group_trials(reference)
    finite = np.isfinite(trials)
    is_finite: BoolArray = np.logical_and.reduce(
        finite.reshape(len(trials), -1), axis=1
    )
    products = TrialProducts(np.where(finite, trials, 0.0), weights)
    comparison = Comparison(prepared.spiking, products, prepared.ceiling)
    others = {
        name: compare_with(own, model.others[name], rng)
        for name, own in prepared.others.items()
    }
    for other in others.values():
        is_finite = is_finite & other.is_finite
    return Compared(prepared, model, comparison, is_finite, others)
