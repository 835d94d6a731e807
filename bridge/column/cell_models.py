"""The cell models of a column and their parameters."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray
from bridge.errors import InputError
from bridge.frozen_arrays import frozen


@dataclass(frozen=True)
class CellModels:
    """GLIF3 parameters of each cell model.

    Every array has shape ``(n_models,)`` unless said otherwise.

    Attributes
    ----------
    node_type_id
        Allen's number of the model, int64.
    pop_name
        Allen's cell line (``"e4Rorb"``, ``"i23Pvalb"``), one of 21.
    population
        Index into :data:`POPULATIONS`, int8.
    c_m_pf, g_ns, e_l_mv, v_th_mv, v_reset_mv, t_ref_ms
        Capacitance (pF), leak (nS), rest, threshold, reset (mV), refractory
        period (ms).
    asc_amps_pa, asc_decay_per_ms
        After-spike currents: amplitudes (pA) and rates (1/ms), ``(n_models, 2)``.
    tau_syn_ms
        Synaptic time constants of the four receptors, ``(n_models, 4)``.
    """

    node_type_id: IntArray
    pop_name: tuple[str, ...]
    population: NDArray[np.int8]
    c_m_pf: FloatArray
    g_ns: FloatArray
    e_l_mv: FloatArray
    v_th_mv: FloatArray
    v_reset_mv: FloatArray
    t_ref_ms: FloatArray
    asc_amps_pa: FloatArray
    asc_decay_per_ms: FloatArray
    tau_syn_ms: FloatArray

    def __post_init__(self) -> None:
        n = len(self.pop_name)
        shapes = {
            "asc_amps_pa": (n, 2),
            "asc_decay_per_ms": (n, 2),
            "tau_syn_ms": (n, 4),
        }
        for name in (field.name for field in fields(self)):
            if name == "pop_name":
                continue
            kind = {"node_type_id": np.int64, "population": np.int8}.get(
                name, np.float64
            )
            array = frozen(getattr(self, name), kind)
            if array.shape != shapes.get(name, (n,)):
                raise InputError(f"cell models: {name} has shape {array.shape}")
            if not np.isfinite(array).all():
                raise InputError(f"cell models: {name} has a value that is not finite")
            object.__setattr__(self, name, array)
        for name in ("c_m_pf", "g_ns", "t_ref_ms", "asc_decay_per_ms", "tau_syn_ms"):
            values = getattr(self, name)
            if (values <= 0.0).any():
                row = int(np.argwhere(values <= 0.0)[0][0])
                raise InputError(
                    f"cell model {self.node_type_id[row]}: {name} must be positive"
                )
        if (self.v_th_mv <= self.v_reset_mv).any():
            row = int(np.argmax(self.v_th_mv <= self.v_reset_mv))
            raise InputError(
                f"cell model {self.node_type_id[row]}: V_th is not above V_reset"
            )

    @property
    def n_models(self) -> int:
        """Number of cell models."""
        return len(self.pop_name)

    def __repr__(self) -> str:
        return f"CellModels({len(self.c_m_pf)} models)"
