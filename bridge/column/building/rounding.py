"""Rounding that is exact and equal on every machine."""

import numpy as np

from bridge.arrays import FloatArray


def round_to_bits(values: FloatArray, bits: int) -> FloatArray:
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
    rounded: FloatArray = np.ldexp(np.rint(np.ldexp(mantissa, bits)), exponent - bits)
    return rounded
