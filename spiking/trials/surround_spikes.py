"""Spikes of a surround whose rates follow the populations that it stands for."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import POPULATIONS
from bridge.column.responding_surround import events_per_spike


@dataclass(frozen=True)
class SurroundSources:
    """The streams of a surround as sources of spikes.

    Attributes
    ----------
    stream
        Streams sorted by the population they stand for, ``(n_streams,)``.
    cumulative
        Their events per spike of that population, added up along that order from 0,
        ``(n_streams + 1,)``.
    first
        Place in that order of each population's first stream, and the end,
        ``(18,)``.
    """

    stream: IntArray
    cumulative: FloatArray
    first: IntArray

    @classmethod
    def of(cls, surround: PoissonInput) -> Self:
        """Return the sources of a column's surround.

        Raises
        ------
        InputError
            If it cannot respond, see
            :func:`bridge.column.responding_surround.events_per_spike`.
        """
        per_spike = events_per_spike(surround)
        order = np.argsort(surround.source_population, kind="stable")
        places = np.arange(len(POPULATIONS) + 1)
        return cls(
            order,
            np.concatenate([[0.0], np.cumsum(per_spike[order])]),
            np.searchsorted(surround.source_population[order], places),
        )

    def draw(
        self,
        rate_hz: FloatArray,
        sample_steps: int,
        dt_ms: float,
        rng: np.random.Generator,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw independent Poisson spikes of all streams.

        The spikes of all streams of a population in a sample are Poisson in number;
        each belongs to a stream with probability proportional to its rate, and
        falls into a step of the sample with equal probability. That is a Poisson
        process per stream, binned to steps.

        Parameters
        ----------
        rate_hz
            Rates of the populations in each sample, Hz, ``(n_samples, 17)``.
        sample_steps
            Steps that a sample lasts.
        dt_ms
            Time step, ms.
        rng
            Random numbers.

        Returns
        -------
        step, stream : ndarray
            Of each spike, in no order.
        """
        start = self.cumulative[self.first]
        total = np.diff(start)
        expected = rate_hz * total * (sample_steps * dt_ms * 1e-3)
        n_spikes = rng.poisson(expected)
        where = np.repeat(np.arange(n_spikes.size), n_spikes.ravel())
        sample, population = np.divmod(where, total.size)
        place = start[population] + total[population] * rng.random(where.size)
        row = np.searchsorted(self.cumulative, place, side="right") - 1
        # whatever rounding did to a place at the very end of a population
        row = np.minimum(row, self.first[population + 1] - 1)
        step = sample * sample_steps + rng.integers(0, sample_steps, size=where.size)
        return step, self.stream[row]
