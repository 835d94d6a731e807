"""The published filters of the LGN types, read from ``data/lgn_filters.csv``."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from bridge.arrays import FloatArray


@dataclass(frozen=True)
class LgnFilterTable:
    """Filters of the LGN types, one row per subunit, arrays of ``(16,)`` rows.

    Twelve types have one subunit; the two composite types have a dominant OFF
    and a non-dominant ON subunit, in this order.

    Attributes
    ----------
    cell_type
        Type of the cell that the subunit belongs to.
    polarity
        1 where light excites (ON), -1 where it inhibits (OFF).
    weight
        Weights of the two raised-cosine bumps, Hz per unit contrast, ``(16, 2)``.
    peak_ms, delay_ms
        Times of their peaks and their delays, ms, ``(16, 2)``.
    spontaneous_hz
        Rate added before rectification, Hz.
    zero_crossing_ms
        Composite types: time at which the kernel turns negative, ms (NaN elsewhere).
    max_rate_hz
        Composite types: largest rate of the subunit, Hz (NaN elsewhere).
    gain_factor
        Composite types: factor on the ratio of the two gains (NaN elsewhere).
    distance_deg
        Distance of the subfield from the centre of the cell, degrees.
    """

    cell_type: tuple[str, ...]
    polarity: FloatArray
    weight: FloatArray
    peak_ms: FloatArray
    delay_ms: FloatArray
    spontaneous_hz: FloatArray
    zero_crossing_ms: FloatArray
    max_rate_hz: FloatArray
    gain_factor: FloatArray
    distance_deg: FloatArray

    def rows_of(self, cell_type: str) -> tuple[int, ...]:
        """Return the rows of a type: one, or the two of a composite type."""
        return tuple(k for k, name in enumerate(self.cell_type) if name == cell_type)


@cache
def lgn_filter_table() -> LgnFilterTable:
    """Return the filters of the 14 LGN types."""
    path = files("bridge.stimulus") / "data" / "lgn_filters.csv"
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    rows = list(csv.DictReader(lines))

    def column(name: str, empty: float = np.nan) -> FloatArray:
        return np.array([float(row[name] or empty) for row in rows])

    def pair(first: str, second: str) -> FloatArray:
        return np.stack([column(first), column(second)], axis=1)

    return LgnFilterTable(
        cell_type=tuple(row["cell_type"] for row in rows),
        polarity=column("polarity"),
        weight=pair("weight_1", "weight_2"),
        peak_ms=pair("peak_1_ms", "peak_2_ms"),
        delay_ms=pair("delay_1_ms", "delay_2_ms"),
        spontaneous_hz=column("spontaneous_hz"),
        zero_crossing_ms=column("zero_crossing_ms"),
        max_rate_hz=column("max_rate_hz"),
        gain_factor=column("gain_factor"),
        distance_deg=column("distance_deg", 0.0),
    )


def spontaneous_hz() -> dict[str, float]:
    """Return the rate of each LGN type without a stimulus, Hz.

    Class means of the cell metrics that accompany FilterNet (Dai et al. 2020);
    the sum of both subunits for the composite types.
    """
    table = lgn_filter_table()
    return {
        name: float(table.spontaneous_hz[list(table.rows_of(name))].sum())
        for name in dict.fromkeys(table.cell_type)
    }
