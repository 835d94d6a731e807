"""How the surround's streams follow the rates of what they stand for.

A stream stands for cells of one population that were left out. Its rate in the
column is that at which they fire at the population's reference rate: divided by
that, it is the number of events per spike of a cell, which holds at any rate.
"""

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.building.tables import population_table
from bridge.column.poisson_input import PoissonInput
from bridge.errors import InputError


def reference_rates_hz() -> FloatArray:
    """Return the rates at which the surround is stationary, Hz, ``(17,)``."""
    rates: FloatArray = population_table().reference_rate_hz.astype(np.float64)
    return rates


def events_per_spike(surround: PoissonInput) -> FloatArray:
    """Return the events of each stream per spike of a cell it stands for.

    Parameters
    ----------
    surround
        The surround of a column, at its reference rates.

    Returns
    -------
    ndarray
        ``(n_streams,)``: times the rate of the stream's population, its rate.

    Raises
    ------
    InputError
        If there is no surround, or a stream stands for no population.
    """
    if surround.n_streams == 0:
        raise InputError("the column has no surround that could respond")
    if (surround.source_population < 0).any():
        stream = int(np.argmax(surround.source_population < 0))
        raise InputError(
            f"surround stream {stream} stands for no population, so that there is "
            "nothing it could follow; name its pop_name, or keep the surround frozen"
        )
    rates: FloatArray = (
        surround.rate_hz / reference_rates_hz()[surround.source_population]
    )
    return rates
