"""Names of the populations and classes of the Billeh column."""

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import IntArray

POPULATIONS = (
    "i1Htr3a",
    "e23",
    "i23Htr3a",
    "i23Pvalb",
    "i23Sst",
    "e4",
    "i4Htr3a",
    "i4Pvalb",
    "i4Sst",
    "e5",
    "i5Htr3a",
    "i5Pvalb",
    "i5Sst",
    "e6",
    "i6Htr3a",
    "i6Pvalb",
    "i6Sst",
)
"""The 17 populations of the column (Billeh et al. 2020), in the order used."""

EXCITATORY = np.array([name.startswith("e") for name in POPULATIONS])
"""Whether each of the populations is excitatory, ``(17,)``."""

CLASSES = ("i1", "e23", "i23", "e4", "i4", "e5", "i5", "e6", "i6")
"""The 9 classes: excitatory or inhibitory cells of one layer."""


CLASS_OF_POPULATION = {
    name: next(c for c in CLASSES if name.startswith(c)) for name in POPULATIONS
}
"""The class (``"i23"``) of each population (``"i23Pvalb"``)."""


def count_by_population(population: NDArray[np.integer]) -> IntArray:
    """Return how many of these are of each population, ``(17,)``.

    Parameters
    ----------
    population
        Index into :data:`POPULATIONS` of each cell, or of the cell of each spike.
    """
    return np.bincount(population, minlength=len(POPULATIONS))
