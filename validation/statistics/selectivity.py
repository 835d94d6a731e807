"""Selectivity of single cells for the direction of gratings."""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import BoolArray, FloatArray


@dataclass(frozen=True)
class Selectivity:
    """Selectivity of cells, arrays of shape ``(n_cells,)``.

    Attributes
    ----------
    osi, dsi
        Orientation and direction selectivity index, 0..1; 0 for silent cells.
    preferred_deg
        Preferred direction, degrees.
    """

    osi: FloatArray
    dsi: FloatArray
    preferred_deg: FloatArray


def compute_selectivity(rates_hz: FloatArray, direction_deg: FloatArray) -> Selectivity:
    """Orientation and direction selectivity by circular vectors.

    ``OSI = |sum r exp(2 i t)| / sum r`` and ``DSI = |sum r exp(i t)| / sum r``
    (1 minus circular variance; Ringach et al. 2002, J Neurosci 22:5639). The
    preferred direction is the axis of the orientation vector, in the sense that
    the direction vector points to.

    Parameters
    ----------
    rates_hz
        Mean rates, Hz, shape ``(n_directions, n_cells)``.
    direction_deg
        Directions, degrees, shape ``(n_directions,)``, evenly spaced.

    Returns
    -------
    Selectivity
        Indices and preferred directions.
    """
    angle = np.radians(direction_deg)
    total = rates_hz.sum(axis=0)
    scale = np.where(total > 0.0, total, 1.0)
    orientation = np.exp(2j * angle) @ rates_hz / scale
    direction = np.exp(1j * angle) @ rates_hz / scale
    axis = np.angle(orientation) / 2.0
    opposite = np.cos(np.angle(direction) - axis) < 0.0
    preferred = np.degrees(axis + np.where(opposite, np.pi, 0.0)) % 360.0
    return Selectivity(np.abs(orientation), np.abs(direction), preferred)


def compute_preferred_match(
    model: Selectivity,
    spiking: Selectivity,
    selected: BoolArray,
    tolerance_deg: float,
) -> float:
    """Share of cells whose preferred directions agree within a tolerance.

    Parameters
    ----------
    model, spiking
        Selectivity of the same cells.
    selected
        Cells that count, ``(n_cells,)``.
    tolerance_deg
        Largest difference that counts as a match, degrees.

    Returns
    -------
    float
        NaN where no cell is selected.
    """
    if not selected.any():
        return float("nan")
    difference = model.preferred_deg[selected] - spiking.preferred_deg[selected]
    distance = np.abs((difference + 180.0) % 360.0 - 180.0)
    return float((distance <= tolerance_deg + 1e-9).mean())
