"""From the values of an image file to luminance 0 (black) to 255 (white)."""

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import AnyArray
from bridge.errors import InputError

LUMINANCE = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the luminance (ITU-R BT.601, section 2.5.1)."""

WHITE = 255
"""White of bytes."""

_BLOCK = 1000
"""Images at a time: 60,000 in floating point would be 700 MB."""


def grey_levels(
    values: AnyArray, name: str, white: float | None = None
) -> NDArray[np.uint8]:
    """Return values as bytes, of which 255 is white.

    Parameters
    ----------
    values
        Values of the pixels, ``(n, height, width)`` or with a last axis of colours.
    name
        What they are of, for messages.
    white
        Value that is white; 0 is black. Without it the values must be bytes, and
        reach into the upper half of their range: a set whose largest value is 1, 15,
        16, 63, 100 or 127 was counted in other units, and would be shown at a
        fraction of its contrast.

    Raises
    ------
    InputError
        If the type is wrong, a value is outside 0 to ``white``, all values are the
        same, or nobody says what is white where it is unlikely to be 255.
    """
    if values.dtype.kind not in "buif":
        raise InputError(f"{name}: images are {values.dtype}, not numbers")
    if white is None and values.dtype != np.uint8:
        raise InputError(
            f"{name}: images are {values.dtype}, not uint8 from 0 to 255; convert "
            "them, or set white, the value that is white, beside images in the "
            "task's section"
        )
    if values.size == 0:
        raise InputError(f"{name}: there are no images")
    low, high = values.min(), values.max()
    if not np.isfinite([low, high]).all():
        raise InputError(f"{name}: a pixel is not a finite number")
    if low == high:
        raise InputError(f"{name}: every pixel of every image is {low}")
    if white is None and high <= WHITE // 2:
        raise InputError(
            f"{name}: the largest value of all images is {high}, of 255 for white; if "
            f"{high} is white, set white = {high} beside images in the task's section "
            f"or multiply by 255/{high}; white = 255 takes them as they are"
        )
    white = WHITE if white is None else white
    if low < 0 or high > white:
        raise InputError(
            f"{name}: values run from {low} to {high}, outside 0 (black) to {white:g} "
            "(white)"
        )
    if values.dtype == np.uint8 and white == WHITE:
        return values
    scaled = np.empty(values.shape, dtype=np.uint8)
    for start in range(0, len(values), _BLOCK):
        block = values[start : start + _BLOCK].astype(np.float64)
        scaled[start : start + _BLOCK] = np.rint(block * (WHITE / white))
    return scaled


def luminance(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the luminance of colour images, ``(n, height, width)``, uint8."""
    grey = np.empty(images.shape[:3], dtype=np.uint8)
    weights = np.array(LUMINANCE, dtype=np.float32)
    for start in range(0, images.shape[0], _BLOCK):
        block = images[start : start + _BLOCK].astype(np.float32) @ weights
        grey[start : start + _BLOCK] = np.rint(block)
    return grey
