"""Rounding that is exact and equal on every machine."""

import numpy as np
from numpy.typing import NDArray


def round_to_bits(values: NDArray[np.float64], bits: int) -> NDArray[np.float64]:
    """Return values rounded to a mantissa of ``bits`` bits.

    Mathematics libraries differ in the last of 53 bits. Rounding to fewer makes
    results equal, unless a value falls within that last bit of a rounding
    boundary (probability about ``2**(bits - 52)`` per value).

    Parameters
    ----------
    values
        Any shape.
    bits
        Bits to keep, 1..53 (24: representable as float32).
    """
    mantissa, exponent = np.frexp(values)
    rounded: NDArray[np.float64] = np.ldexp(
        np.rint(np.ldexp(mantissa, bits)), exponent - bits
    )
    return rounded
