"""Counter-based random numbers: the same on every device and in every split.

A number is a hash of a key (one per cell and trial) and a counter, so it does
not depend on the order in which cells, trials or processes draw. The hash is
the output function of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA).
"""

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray

GOLDEN_GAMMA = 0x9E3779B97F4A7C15
"""Increment of SplitMix64."""

UNIT_RANDOM_CPP = """
static inline double unit_random(const double key, const double counter)
{
    uint64_t z = ((uint64_t)(int64_t)key << 11)
        + (uint64_t)(int64_t)counter * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    return ((double)(int64_t)(z >> 12) + 0.5) * (1.0 / 4503599627370496.0);
}
"""

UNIT_RANDOM_CUDA = "__device__ " + UNIT_RANDOM_CPP.lstrip()

UNIT_RANDOM_CYTHON = """
cdef double unit_random(double key, double counter):
    cdef unsigned long long z = <unsigned long long><long long>key
    z = (z << 11) + (<unsigned long long><long long>counter) * 0x9E3779B97F4A7C15ULL
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL
    z ^= z >> 31
    return (<double><long long>(z >> 12) + 0.5) / 4503599627370496.0
"""


def mix64(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the SplitMix64 hash of 64-bit states, element by element."""
    z = state
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def unit_random(key: FloatArray, counter: FloatArray) -> FloatArray:
    """Return uniform numbers strictly between 0 and 1.

    Parameters
    ----------
    key
        Whole numbers below 2**53 (:func:`cell_keys`).
    counter
        Whole numbers; a key and a counter always give the same number.

    Returns
    -------
    ndarray
        52-bit uniform numbers, the broadcast shape of the arguments.
    """
    z = np.asarray(key).astype(np.uint64) << np.uint64(11)
    z = z + np.asarray(counter).astype(np.uint64) * np.uint64(GOLDEN_GAMMA)
    result: FloatArray = (
        (mix64(z) >> np.uint64(12)).astype(np.float64) + 0.5
    ) * 2.0**-52
    return result


def cell_keys(trial_key: int, n_cells: int) -> FloatArray:
    """Return one random key per cell for a trial, shape ``(n_cells,)``.

    Parameters
    ----------
    trial_key
        64-bit number that identifies the trial.
    n_cells
        Number of cells.

    Returns
    -------
    ndarray
        Whole numbers below 2**53 as float64, which holds them exactly.
    """
    index = np.arange(1, n_cells + 1, dtype=np.uint64)
    state = np.uint64(trial_key) + index * np.uint64(GOLDEN_GAMMA)
    return (mix64(state) >> np.uint64(11)).astype(np.float64)
