"""What a model hands in to be judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.rate_model import RateModel
from validation.responses.reference import Reference


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
    model
        Which rate model, tau_r by population; ``None`` if it is none.
    trials_hz
        Single trials where the model is itself noisy (another spiking seed), Hz,
        shape ``(n_trials, n_stimuli, n_bins, 17)``, with ``rates_hz`` their mean:
        the measures then take the model's own noise out as well.
    others
        Responses to the further sets of test stimuli, by name as in
        :attr:`validation.responses.reference.Reference.others`.
    """

    name: str
    rates_hz: FloatArray
    neuron_rates_hz: FloatArray
    model: RateModel | None = None
    trials_hz: FloatArray | None = None
    others: Mapping[str, "ModelRates"] = field(default_factory=dict)

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
        return replace(
            self,
            rates_hz=merged(self.rates_hz),
            trials_hz=trials,
            others={name: own.rebinned(factor) for name, own in self.others.items()},
        )

    def check_against(self, reference: Reference) -> None:
        """Check that sets and shapes match those of ``reference``.

        Raises
        ------
        InputError
            If a shape differs, or there are other sets.
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
        if set(self.others) != set(reference.others):
            raise InputError(
                f"model {self.name}: has the sets of stimuli "
                f"{', '.join(self.others) or 'none'} beside the main one, the "
                f"reference {', '.join(reference.others) or 'none'}"
            )
        for name, own in self.others.items():
            own.check_against(reference.others[name])

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

    def __repr__(self) -> str:
        n_stimuli, n_bins, _ = self.rates_hz.shape
        return f"ModelRates({self.name}: {n_stimuli} stimuli, {n_bins} bins)"


def hold_out_seed(reference: Reference) -> tuple[Reference, ModelRates]:
    """Return a reference without its last seed, and that seed as a model.

    Raises
    ------
    InputError
        If there is a single seed.
    """
    if reference.n_seeds < 2:
        raise InputError("reference: a second seed is needed to judge the first")
    apart = {name: hold_out_seed(own) for name, own in reference.others.items()}
    kept = replace(
        reference,
        rates_hz=reference.rates_hz[:-1],
        neuron_rates_hz=reference.neuron_rates_hz[:-1],
        others={name: own[0] for name, own in apart.items()},
    )
    other = ModelRates(
        name="other_seed",
        rates_hz=reference.rates_hz[-1].mean(axis=1),
        neuron_rates_hz=reference.neuron_rates_hz[-1].mean(axis=1),
        trials_hz=np.moveaxis(reference.rates_hz[-1], 1, 0),
        others={name: own[1] for name, own in apart.items()},
    )
    return kept, other
