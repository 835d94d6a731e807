"""From contrast at the receptive field to the rate of an LGN cell.

A scene gives the local contrast of every LGN cell over time, and a response
turns it into a rate. The response here is the simplest that keeps the types
apart: a rectified linear cell with a biphasic (sustained) or differentiating
(transient) impulse response made of first-order low-pass filters. For movies
there are the full spatio-temporal filters: ``filter_bank.py``.
"""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.lgn.filter_table import spontaneous_hz


@dataclass(frozen=True)
class Filter:
    """Difference of two low-pass filters: ``gain (fast - balance slow)``.

    Attributes
    ----------
    gain_hz
        Response per unit contrast, Hz.
    fast_ms, slow_ms
        Time constants, ms.
    balance
        Weight of the slow filter; 1 removes the sustained response.
    """

    gain_hz: float
    fast_ms: float
    slow_ms: float
    balance: float

    def __call__(self, contrast: FloatArray, dt_ms: float) -> FloatArray:
        """Filter contrast along its first axis, starting from zero contrast."""
        fast = low_pass(contrast, self.fast_ms, dt_ms)
        slow = low_pass(contrast, self.slow_ms, dt_ms)
        return np.asarray(self.gain_hz * (fast - self.balance * slow))


SUSTAINED = Filter(gain_hz=30.0, fast_ms=15.0, slow_ms=150.0, balance=0.6)
TRANSIENT = Filter(gain_hz=60.0, fast_ms=8.0, slow_ms=40.0, balance=1.0)


def low_pass(signal: FloatArray, tau_ms: float, dt_ms: float) -> FloatArray:
    """Filter along the first axis with one pole, starting from zero."""
    decay = float(np.exp(-dt_ms / tau_ms))
    filtered = np.empty_like(signal)
    state = np.zeros(signal.shape[1:])
    for k, sample in enumerate(signal):
        state = decay * state + (1.0 - decay) * sample
        filtered[k] = state
    return filtered


def lgn_rates(lgn: LgnCells, contrast: FloatArray, dt_ms: float) -> FloatArray:
    """Return the rates of LGN cells that see a local contrast.

    Parameters
    ----------
    lgn
        The cells.
    contrast
        Local contrast of each cell in [-1, 1], ``(n_samples, n_lgn)``.
    dt_ms
        Sample interval, ms.

    Returns
    -------
    ndarray
        Rates, Hz, ``(n_samples, n_lgn)``. ON cells follow contrast, OFF cells
        its negative; composite cells add two rectified halves, each with half
        of the spontaneous rate (as in Billeh et al. 2020).
    """
    rates = np.zeros_like(contrast)
    spontaneous = spontaneous_hz()
    types = np.array(lgn.cell_type)
    for name in sorted(set(lgn.cell_type)):
        cells = types == name
        parts = subunits(name)
        for polarity, response in parts:
            drive = polarity * response(contrast[:, cells], dt_ms)
            rates[:, cells] += np.maximum(0.0, drive + spontaneous[name] / len(parts))
    return rates


def subunits(cell_type: str) -> tuple[tuple[float, Filter], ...]:
    """Return polarity and filter of each subunit of an LGN type."""
    if cell_type.startswith("sONsOFF"):
        return ((1.0, SUSTAINED), (-1.0, SUSTAINED))
    if cell_type.startswith("sONtOFF"):
        return ((1.0, SUSTAINED), (-1.0, TRANSIENT))
    polarity = 1.0 if "ON" in cell_type else -1.0
    return ((polarity, SUSTAINED if cell_type.startswith("s") else TRANSIENT),)
