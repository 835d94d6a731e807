"""What a baseline is: a model without a network, fitted on the calibration set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.populations import count_by_population
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from validation.responses.model_rates import ModelRates


@dataclass(frozen=True)
class Bins:
    """The bins of the population rates.

    Attributes
    ----------
    bin_ms
        Width, ms.
    drop_ms
        Start of the first one from the start of a trial, ms.
    """

    bin_ms: float
    drop_ms: float

    def means(self, samples: FloatArray, dt_ms: float) -> FloatArray:
        """Average samples in every bin.

        Parameters
        ----------
        samples
            From the start of the trial, ``(n_samples, ...)``.
        dt_ms
            Sample interval, ms; a sample counts in each bin by the time that it has
            there.

        Returns
        -------
        ndarray
            ``(n_bins, ...)``; an incomplete last bin is left out.
        """
        # bin / sample = p / q in lowest terms: p parts of 1 / q of a sample each
        share = Fraction(self.bin_ms / dt_ms).limit_denominator(10_000)
        width, parts = share.numerator, share.denominator
        samples = np.repeat(samples, parts, axis=0) if parts > 1 else samples
        first = round(self.drop_ms / dt_ms * parts)
        n_bins = (len(samples) - first) // width
        kept = samples[first : first + n_bins * width]
        mean: FloatArray = kept.reshape(n_bins, width, *samples.shape[1:]).mean(axis=1)
        return mean


@dataclass(frozen=True)
class Calibration:
    """What a baseline is fitted on; no test stimulus is among it.

    Attributes
    ----------
    stimuli
        Calibration stimuli.
    psth_hz
        Spiking population rates under them, mean of all trials, Hz, one array
        ``(n_bins, 17)`` a stimulus; 0 for a population without cells.
    bins
        Bins of the rates.
    parameters
        Wiring of the column, for baselines that know what reaches a population.
    """

    stimuli: Sequence[Stimulus]
    psth_hz: Sequence[FloatArray]
    bins: Bins
    parameters: RateParameters

    @classmethod
    def of_counts(
        cls,
        stimuli: Sequence[Stimulus],
        counts: NDArray[np.integer],
        bins: Bins,
        parameters: RateParameters,
    ) -> "Calibration":
        """Return the calibration of spike counts.

        Parameters
        ----------
        stimuli
            Calibration stimuli.
        counts
            Spike counts under them from ``bins.drop_ms`` on, ``(n_seeds, n_stimuli,
            n_trials, n_bins, 17)``.
        bins
            Bins of the counts.
        parameters
            Wiring of the column.
        """
        cells = np.maximum(count_by_population(parameters.population), 1)
        psth = counts.mean(axis=(0, 2)) / cells / (bins.bin_ms * 1e-3)
        return cls(stimuli, list(psth), bins, parameters)


Predict = Callable[[Stimulus, Bins, RateParameters], FloatArray]
"""A fitted baseline: a stimulus, the bins wanted and the input wiring that it was made
for to population rates, Hz, ``(n_bins, 17)``."""


@dataclass(frozen=True)
class Baseline:
    """A model without a network.

    Attributes
    ----------
    name
        How reports call it.
    description
        What it knows, in words.
    fit
        Fits it on the calibration set.
    """

    name: str
    description: str
    fit: Callable[[Calibration], Predict]

    def respond(
        self,
        predict: Predict,
        stimuli: Sequence[Stimulus],
        bins: Bins,
        parameters: RateParameters,
    ) -> ModelRates:
        """Return the responses to stimuli of a baseline that was fitted.

        Parameters
        ----------
        predict
            The fitted baseline, from :attr:`fit`.
        stimuli
            Stimuli of equal duration.
        bins
            Bins of the prediction.
        parameters
            Input wiring that the stimuli were made for.

        Returns
        -------
        ModelRates
            A cell has the mean rate of its population; no rate is negative.
        """
        rates = np.stack([predict(s, bins, parameters) for s in stimuli])
        rates = np.maximum(rates, 0.0)
        return ModelRates(
            name=self.name,
            rates_hz=rates,
            neuron_rates_hz=rates.mean(axis=1)[:, parameters.population],
        )
