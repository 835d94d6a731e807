"""Sets of stimuli for one purpose, pooled: averages over the time of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray
from validation.measuring.compared import Compared
from validation.statistics.jackknife import LeftOut
from validation.statistics.numbers import ratio


@dataclass(frozen=True)
class PooledRows:
    """Averages over all sets; row 0 as is, the rest with a trial of one set left out.

    Attributes
    ----------
    left_out
        Which rows leave out what.
    error
        Mean square error without the noise, Hz^2, ``(n_rows, n_groups)``.
    spiking_hz, model_hz
        Mean rates, Hz, ``(n_rows, n_groups)``.
    """

    left_out: LeftOut
    error: FloatArray
    spiking_hz: FloatArray
    model_hz: FloatArray

    @property
    def relative_square(self) -> FloatArray:
        """Error over the square of the mean rate; NaN where that is 0."""
        return ratio(self.error, self.spiking_hz**2)


@dataclass(frozen=True)
class Pooled:
    """What measures need of sets of stimuli, whose trials were drawn apart.

    Attributes
    ----------
    parts
        By set: the averages over all sets, with every trial of this one left out.
    chance_variance
        Variance of the error of a perfect model, Hz^4, ``(n_groups,)``.
    """

    parts: tuple[PooledRows, ...]
    chance_variance: FloatArray

    @property
    def n_fewest(self) -> int:
        """Trials of the set and side that has fewest."""
        return min(part.left_out.n_fewest for part in self.parts)

    @property
    def nrmse(self) -> FloatArray:
        """Root of the error over the mean rate, ``(n_groups,)``."""
        root: FloatArray = np.sqrt(np.maximum(self.parts[0].relative_square[0], 0.0))
        return root


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
    compared = list(sets.values())
    rows = [
        (
            own.without_one.error,
            own.without_one.spiking.rate_hz,
            own.without_one.model.rate_hz,
        )
        for own in compared
    ]

    def together(kind: int, changing: int) -> FloatArray:
        """Average over sets, one of them in all of its rows, the others as they are."""
        fixed = sum(
            weight[k] * rows[k][kind][0] for k in range(len(rows)) if k != changing
        )
        result: FloatArray = weight[changing] * rows[changing][kind] + fixed
        return result

    return Pooled(
        tuple(
            PooledRows(own.left_out, together(0, k), together(1, k), together(2, k))
            for k, own in enumerate(compared)
        ),
        np.sum(
            [
                w**2 * own.without_one.chance_variance
                for w, own in zip(weight, compared, strict=True)
            ],
            axis=0,
        ),
    )


def task_sets(compared: Compared) -> Pooled | None:
    """Return the task trials of all tasks and inputs, pooled once."""
    return compared.once.get("tasks", lambda: pool(compared.of_role("task")))
