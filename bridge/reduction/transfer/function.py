"""The transfer function F of a cell: mean input and its fluctuations to rate."""

from dataclasses import dataclass, fields

import numpy as np

from bridge.arrays import FloatArray
from bridge.errors import InputError

PER_MS = 1e-3
"""Hz to spikes per ms."""

WIDTH_FLOOR = 0.05
"""Smallest width relative to the width at the working point."""


@dataclass(frozen=True)
class TransferFunction:
    r"""A smooth threshold-power law whose width and threshold follow the noise.

    .. math:: F(\mu,\sigma) = \frac f{1+t_{ref}f},\quad
              f = a\,\bigl[c\,\ln(1 + e^{(\mu-b)/c})\bigr]^p,\quad
              b = b_0 + b_1 s + b_2 s^2,\; c = c_0 \max(1 + c_1 s, 0.05),\;
              s = \sigma/\sigma_0 - 1.

    At :math:`\sigma=\sigma_0` it has four parameters beside the refractory time,
    which is the cell's own. Far above threshold f becomes :math:`a(\mu-b)^p`
    whatever the noise, and F the rate of a cell that would fire at f if it were
    not silent for :math:`t_{ref}` after every spike (Gerstner et al. 2014,
    Neuronal Dynamics, section 7.3, for a Poisson process): below
    :math:`1/t_{ref}`. All arrays have shape ``(n_cells,)``.

    Attributes
    ----------
    gain
        a, Hz / pA^p, not negative.
    threshold_pa
        b0, pA.
    width_pa
        c0, pA, positive.
    power
        p, positive.
    sigma_ref_mv
        sigma_0, mV: membrane fluctuation at the working point.
    threshold_slope_pa, threshold_curvature_pa, width_slope
        b1, b2 (pA) and c1 per relative change of sigma.
    t_ref_ms
        Refractory time, ms, not negative.
    """

    gain: FloatArray
    threshold_pa: FloatArray
    width_pa: FloatArray
    power: FloatArray
    sigma_ref_mv: FloatArray
    threshold_slope_pa: FloatArray
    threshold_curvature_pa: FloatArray
    width_slope: FloatArray
    t_ref_ms: FloatArray

    def __post_init__(self) -> None:
        n = np.shape(self.gain)
        for name in (field.name for field in fields(self)):
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.shape != n or array.ndim != 1:
                raise InputError(f"transfer function: {name} has shape {array.shape}")
            if not np.isfinite(array).all():
                cell = int(np.flatnonzero(~np.isfinite(array))[0])
                raise InputError(
                    f"transfer function: {name} of cell {cell} is not finite"
                )
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        for name in ("width_pa", "power", "sigma_ref_mv"):
            if (getattr(self, name) <= 0.0).any():
                cell = int(np.flatnonzero(getattr(self, name) <= 0.0)[0])
                raise InputError(
                    f"transfer function: {name} of cell {cell} is not positive"
                )
        if (self.gain < 0.0).any():
            raise InputError("transfer function: a gain is negative")
        if (self.t_ref_ms < 0.0).any():
            raise InputError("transfer function: a refractory time is negative")

    def rate_hz(
        self, mean_pa: FloatArray, sigma_mv: FloatArray | None = None
    ) -> FloatArray:
        """Return the rate, Hz.

        Parameters
        ----------
        mean_pa
            Mean input current, pA, shape ``(..., n_cells)``.
        sigma_mv
            Standard deviation of the free membrane potential, mV, same shape;
            without it the function is frozen at ``sigma_ref_mv``.
        """
        shift = 0.0 if sigma_mv is None else sigma_mv / self.sigma_ref_mv - 1.0
        width = self.width_pa * np.maximum(1.0 + self.width_slope * shift, WIDTH_FLOOR)
        threshold = self.threshold_pa + shift * (
            self.threshold_slope_pa + self.threshold_curvature_pa * shift
        )
        drive = width * np.logaddexp(0.0, (mean_pa - threshold) / width)
        free = self.gain * drive**self.power
        return np.asarray(free / (1.0 + PER_MS * self.t_ref_ms * free))

    def __repr__(self) -> str:
        return f"TransferFunction({len(self.threshold_pa)} cells)"
