"""Sets of stimuli for one purpose, pooled: averages over the time of all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray
from validation.measuring.compared import Compared
from validation.statistics.numbers import ratio


@dataclass(frozen=True)
class Pooled:
    """What measures need of sets of stimuli, row 0 as is, the rest resampled.

    The trials of a set are resampled apart from those of the others, as they were
    drawn apart.

    Attributes
    ----------
    error
        Mean square error without the noise, Hz^2, ``(n_samples, n_groups)``.
    spiking_hz, model_hz
        Mean rates, Hz, ``(n_samples, n_groups)``.
    """

    error: FloatArray
    spiking_hz: FloatArray
    model_hz: FloatArray

    @property
    def nrmse(self) -> FloatArray:
        """Root of the error over the mean rate; NaN where that is 0."""
        return ratio(np.sqrt(np.maximum(self.error, 0.0)), self.spiking_hz)


def pool(sets: Mapping[str, Compared]) -> Pooled | None:
    """Average over sets, each with the weight of its recorded time.

    Returns
    -------
    Pooled or None
        None where there is no set.
    """
    if not sets:
        return None
    weight = np.array(
        [
            own.prepared.reference.n_stimuli * own.prepared.reference.duration_s
            for own in sets.values()
        ]
    )
    weight = weight / weight.sum()

    def mean(parts: Sequence[FloatArray]) -> FloatArray:
        result: FloatArray = np.tensordot(weight, np.stack(parts), axes=1)
        return result

    parts = [own.comparison for own in sets.values()]
    return Pooled(
        mean([p.error for p in parts]),
        mean([p.spiking.rate_hz for p in parts]),
        mean([p.model.rate_hz for p in parts]),
    )


def task_sets(compared: Compared) -> Pooled | None:
    """Return the task trials of all tasks and inputs, pooled once."""
    return compared.once.get("tasks", lambda: pool(compared.of_role("task")))
