"""Puts images and gratings on the screen."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bridge.arrays import FloatArray
from bridge.config_section import Section

Frames = NDArray[np.float32]


class ScreenConfig(Section):
    """The square screen that every task draws on.

    Attributes
    ----------
    size_px
        Side of the screen, pixels.
    field_deg
        Side of the screen, degrees of visual field.
    contrast
        Black is ``-contrast`` and white ``contrast``, around the grey 0 between
        stimuli; 2 as in the code of Chen et al. 2022.
    """

    size_px: Annotated[int, Field(ge=8, le=512)] = 64
    field_deg: Annotated[float, Field(gt=0, le=240)] = 120.0
    contrast: Annotated[float, Field(gt=0, le=2)] = 2.0

    @property
    def deg_per_px(self) -> float:
        """Size of a pixel, degrees."""
        return self.field_deg / self.size_px


def show_images(images: NDArray[np.uint8], screen: ScreenConfig) -> Frames:
    """Return images on the screen.

    Luminance 0 to 255 becomes ``-contrast`` to ``contrast``. An image is scaled
    (bilinear, with a low-pass where it shrinks) until it fills the screen; if it
    is not square, the rest stays grey.

    Parameters
    ----------
    images
        ``(batch, height, width)``, uint8.
    screen
        The screen.

    Returns
    -------
    ndarray
        ``(batch, 1, size_px, size_px)``, float32.
    """
    import torch  # reading a configuration comes by here, and needs none
    from torch.nn import functional

    height, width = images.shape[1:]
    scale = screen.size_px / max(height, width)
    inner = max(round(scale * height), 1), max(round(scale * width), 1)
    values = torch.from_numpy(images.astype(np.float32))[:, None]
    scaled = functional.interpolate(values, inner, mode="bilinear", antialias=True)
    top, left = ((screen.size_px - side) // 2 for side in inner)
    frames = np.zeros((len(images), 1, screen.size_px, screen.size_px), np.float32)
    frames[:, :, top : top + inner[0], left : left + inner[1]] = (
        scaled.numpy() / np.float32(127.5) - 1
    ) * np.float32(screen.contrast)
    return frames


def show_gratings(
    orientation_deg: FloatArray,
    phase: FloatArray,
    screen: ScreenConfig,
    *,
    spatial_frequency_cpd: float,
) -> Frames:
    """Return sinusoidal gratings that fill the screen.

    Parameters
    ----------
    orientation_deg
        Orientation of the bars, counter-clockwise from horizontal, ``(batch,)``.
    phase
        Phase at the centre of the screen, radians, ``(batch, n_frames)``. A phase
        that falls in time moves the bars along ``orientation_deg + 90``.
    screen
        The screen.
    spatial_frequency_cpd
        Cycles per degree.

    Returns
    -------
    ndarray
        ``(batch, n_frames, size_px, size_px)``, float32.
    """
    side = np.arange(screen.size_px) + 0.5 - screen.size_px / 2
    x_deg, y_deg = side * screen.deg_per_px, -side * screen.deg_per_px  # row 0 on top
    across = np.radians(orientation_deg + 90.0)[:, None, None]
    distance = np.cos(across) * x_deg + np.sin(across) * y_deg[:, None]
    carrier = 2.0 * np.pi * spatial_frequency_cpd * distance
    # cos(a + b) = cos a cos b - sin a sin b: no cosine for every frame and pixel.
    wave = np.stack([np.cos(carrier), -np.sin(carrier)]).astype(np.float32)
    shift = np.stack([np.cos(phase), np.sin(phase)]).astype(np.float32)
    frames: Frames = np.einsum("cbyx,cbf->bfyx", wave, shift)
    return np.float32(screen.contrast) * frames
