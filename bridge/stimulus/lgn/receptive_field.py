r"""Spatial weights of LGN receptive fields on the pixels of an image.

A receptive field is a Gaussian (FilterNet: Dai et al. 2020, PLoS Comput Biol
16:e1008386). Pixel ``(row, column)`` covers ``[column, column + 1)`` along x and
``[row, row + 1)`` along y, times the size of a pixel. Two ways to put the
Gaussian onto pixels:

``"integral"``
    Its integral over each pixel: the exact response to an image that is constant
    within pixels, so the answer does not depend on how finely it is sampled.
``"filternet"``
    FilterNet's own pixels, for comparisons with rates that it made. It smooths an
    impulse in the middle of the image (spread over 2 pixels where their number
    is even) with a sampled Gaussian cut at 4 sigma and moves it to the centre by
    linear interpolation. This adds up to half a pixel squared to the variance
    along each axis, depending on where the centre lies between pixels: at 1 degree
    per pixel the smallest fields (sigma 0.67 degrees) are up to half too wide.

Either way the weights of a field sum to 1: as in FilterNet, a field at the
border sees only what lies inside the image. For a screen on a grey background,
pad the image with zero contrast.
"""

from typing import Literal

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.sparse import csr_array
from scipy.special import ndtr

from bridge.arrays import FloatArray
from bridge.errors import InputError

Pixels = Literal["integral", "filternet"]

_NEGLIGIBLE = 1e-9
"""Weights below this share of a field's largest are left out."""

_LEAST_INSIDE = 1e-4
"""Share of a field that must lie inside the image. A composite cell in the corner
of the image whose second subfield points outwards has 2e-4 of it inside."""


def field_weights(
    x_deg: FloatArray,
    y_deg: FloatArray,
    sigma_deg: FloatArray,
    *,
    image_shape: tuple[int, int],
    deg_per_pixel: float,
    pixels: Pixels,
) -> csr_array:
    """Return the weight of every pixel in every receptive field.

    Parameters
    ----------
    x_deg, y_deg
        Centres, degrees from the corner of pixel (0, 0); x along the columns,
        y along the rows, ``(n_fields,)``.
    sigma_deg
        Standard deviations, degrees, ``(n_fields,)``.
    image_shape
        Height and width, pixels.
    deg_per_pixel
        Size of a pixel, degrees.
    pixels
        ``"integral"`` or ``"filternet"``.

    Returns
    -------
    csr_array
        ``(n_fields, height * width)``, pixels row by row; rows sum to 1.

    Raises
    ------
    InputError
        If the size of a pixel or of a field is not positive, ``pixels`` is neither of
        the two, or a field lies outside the image.
    """
    if pixels not in _PROFILES:
        raise InputError(
            f"LGN filters: pixels {pixels!r} is not one of {', '.join(_PROFILES)}"
        )
    if not (deg_per_pixel > 0.0 and np.isfinite(deg_per_pixel)):
        raise InputError(f"LGN filters: {deg_per_pixel} degrees per pixel")
    if not (sigma_deg > 0.0).all():
        raise InputError("LGN filters: a receptive field has no positive size")
    along = _PROFILES[pixels]
    sigma = sigma_deg / deg_per_pixel
    along_y = along(y_deg / deg_per_pixel, sigma, image_shape[0])
    along_x = along(x_deg / deg_per_pixel, sigma, image_shape[1])
    inside = along_y.sum(axis=1) * along_x.sum(axis=1)
    outside = ~(inside >= _LEAST_INSIDE)
    if outside.any():
        out = int(np.argmax(outside))
        height, width = (n * deg_per_pixel for n in image_shape)
        raise InputError(
            f"LGN filters: {outside.sum()} receptive fields lie "
            f"outside the image of {width:g} x {height:g} degrees, one at x "
            f"{x_deg[out]:.4g}, y {y_deg[out]:.4g}; pad the image with grey"
        )
    values, columns, ends = [], [], [0]
    for one_y, one_x in zip(along_y, along_x, strict=True):
        field = np.outer(one_y, one_x).ravel()
        kept = np.flatnonzero(field > _NEGLIGIBLE * field.max())
        values.append(field[kept] / field[kept].sum())
        columns.append(kept)
        ends.append(ends[-1] + kept.size)
    return csr_array(
        (np.concatenate(values), np.concatenate(columns), np.array(ends)),
        shape=(sigma.size, image_shape[0] * image_shape[1]),
    )


def _integrals(centre: FloatArray, sigma: FloatArray, n_pixels: int) -> FloatArray:
    """Integrate Gaussians over pixels along one axis, ``(n_fields, n_pixels)``."""
    edges = np.arange(n_pixels + 1)
    return np.diff(ndtr((edges - centre[:, None]) / sigma[:, None]), axis=1)


def _filternet_profiles(
    centre: FloatArray, sigma: FloatArray, n_pixels: int
) -> FloatArray:
    """Return FilterNet's fields along one axis, ``(n_fields, n_pixels)``."""
    impulse = np.zeros(n_pixels)
    impulse[(n_pixels - 1) // 2 : n_pixels // 2 + 1] = 1.0
    impulse /= impulse.sum()
    position = np.arange(n_pixels)
    middle = n_pixels / 2.0
    profiles = np.empty((centre.size, n_pixels))
    for k in range(centre.size):
        smooth = gaussian_filter1d(impulse, sigma[k], mode="nearest")
        moved = position - (centre[k] - middle)
        profiles[k] = np.interp(moved, position, smooth, left=0.0, right=0.0)
    return profiles


_PROFILES = {"integral": _integrals, "filternet": _filternet_profiles}
