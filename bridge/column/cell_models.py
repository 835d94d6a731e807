"""The cell models of a column and their parameters."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import AnyArray, FloatArray, IntArray
from bridge.column.edges import N_RECEPTORS
from bridge.errors import InputError
from bridge.frozen_arrays import frozen

_USUAL: Any = None
"""Stands for the usual value of a parameter until the models are made."""


@dataclass(frozen=True)
class CellModels:
    """GLIF parameters of each cell model: GLIF3, of which GLIF1 is a case.

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
    asc_r
        Fraction of each after-spike current that a spike leaves, within 0..1,
        ``(n_models, 2)``; usually 1.
    v_m_mv
        Voltage at the start of a trial, mV; usually ``e_l_mv``.
    n_ports
        Receptors that the model has, int8, usually 4; the time constants of the
        others are never used.

    Raises
    ------
    InputError
        If a shape or a value is wrong.
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
    asc_r: FloatArray = _USUAL
    v_m_mv: FloatArray = _USUAL
    n_ports: NDArray[np.int8] = _USUAL

    def __post_init__(self) -> None:
        n = len(self.pop_name)
        shapes = {
            "asc_amps_pa": (n, 2),
            "asc_decay_per_ms": (n, 2),
            "tau_syn_ms": (n, N_RECEPTORS),
            "asc_r": (n, 2),
        }
        kinds = {"node_type_id": np.int64, "population": np.int8, "n_ports": np.int8}
        for name, usual in self._usual().items():
            if getattr(self, name) is _USUAL:
                object.__setattr__(self, name, usual)
        for name in (field.name for field in fields(self)):
            if name == "pop_name":
                continue
            kind = kinds.get(name, np.float64)
            array = frozen(getattr(self, name), kind)
            if array.shape != shapes.get(name, (n,)):
                raise InputError(f"cell models: {name} has shape {array.shape}")
            if not np.isfinite(array).all():
                raise InputError(f"cell models: {name} has a value that is not finite")
            object.__setattr__(self, name, array)
        self._check_values()

    def _check_values(self) -> None:
        for name in ("c_m_pf", "g_ns", "t_ref_ms", "asc_decay_per_ms", "tau_syn_ms"):
            values = getattr(self, name)
            if (values <= 0.0).any():
                row = int(np.argwhere(values <= 0.0)[0][0])
                raise InputError(
                    f"cell model {self.node_type_id[row]}: {name} must be positive"
                )
        wrong = {
            "V_th is not above V_reset": self.v_th_mv <= self.v_reset_mv,
            "asc_r lies outside 0..1": ((self.asc_r < 0) | (self.asc_r > 1)).any(
                axis=1
            ),
            "it has no receptor, or more than 4": (self.n_ports < 1)
            | (self.n_ports > N_RECEPTORS),
        }
        for what, rows in wrong.items():
            if rows.any():
                number = self.node_type_id[int(np.argmax(rows))]
                raise InputError(f"cell model {number}: {what}")

    @property
    def n_models(self) -> int:
        """Number of cell models."""
        return len(self.pop_name)

    def _usual(self) -> dict[str, AnyArray]:
        """Return what the parameters are that a model need not state."""
        n = len(self.pop_name)
        return {
            "asc_r": np.ones((n, 2)),
            "v_m_mv": np.array(self.e_l_mv, dtype=np.float64),
            "n_ports": np.full(n, N_RECEPTORS, dtype=np.int8),
        }

    @property
    def content(self) -> dict[str, Any]:
        """What a content hash covers: every value that is not the usual one."""
        usual = self._usual()
        return {
            name: value
            for name, value in vars(self).items()
            if name not in usual or not np.array_equal(value, usual[name])
        }

    def __repr__(self) -> str:
        return f"CellModels({len(self.c_m_pf)} models)"
