"""What the reduction hands to the rate model."""

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.edges import Edges
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.files.hashing import content_hash
from bridge.reduction.transfer.function import TransferFunction


@dataclass(frozen=True)
class RateParameters:
    """Everything a rate model of one column needs; immutable and checked.

    Attributes
    ----------
    column_hash
        Hash of the column these parameters were reduced from.
    population
        Population of each cell, ``(n_cells,)``.
    n_lgn
        Number of LGN cells.
    recurrent, lgn_edges
        Connections with their alpha peaks in pA.
    tau_syn_ms
        Synaptic time constant by receptor, ms, ``(n_cells, 4)``.
    tau_m_ms, leak_ns, threshold_mv
        Membrane time constant (ms), leak conductance (nS) and threshold above
        the resting potential (mV), ``(n_cells,)``.
    tau_s_ms
        Single-pole synaptic time constant (plain form), ms, ``(n_cells,)``.
    current_per_hz
        Mean current per weight and rate by receptor, pA per (pA Hz), ``(n_cells, 4)``.
    variance_per_hz
        Membrane variance per squared weight and rate, mV^2 per (pA^2 Hz),
        ``(n_cells, 4)``.
    constant_current_pa
        Mean current of background and surround by receptor, pA, ``(n_cells, 4)``.
    constant_variance_mv2
        Membrane variance of background and surround by receptor, mV^2,
        ``(n_cells, 4)``.
    surround
        The streams that the surround consists of, whose stationary input the
        constants hold: what changes where the surround responds.
    transfer
        Transfer function of every cell, with the slow after-spike current
        taken out, for models in which it is a state.
    transfer_adapted
        Transfer function with the mean slow after-spike current inside, for
        models without the adaptation state.
    adaptation_amp_pa, adaptation_rate_per_ms
        Slow after-spike currents, ``dA/dt = -k A + amp r`` with r in 1/ms;
        pA and 1/ms, ``(n_cells, n_components)``; amplitude 0 where a component
        is fast.
    """

    column_hash: str
    population: NDArray[np.int8]
    n_lgn: int
    recurrent: Edges
    lgn_edges: Edges
    tau_syn_ms: FloatArray
    tau_m_ms: FloatArray
    leak_ns: FloatArray
    threshold_mv: FloatArray
    tau_s_ms: FloatArray
    current_per_hz: FloatArray
    variance_per_hz: FloatArray
    constant_current_pa: FloatArray
    constant_variance_mv2: FloatArray
    transfer: TransferFunction
    transfer_adapted: TransferFunction
    adaptation_amp_pa: FloatArray
    adaptation_rate_per_ms: FloatArray
    surround: PoissonInput = field(default_factory=PoissonInput.none)

    def __post_init__(self) -> None:
        n = self.n_cells
        components = np.shape(self.adaptation_amp_pa)[-1]
        shapes = {
            "tau_syn_ms": (n, 4),
            "tau_m_ms": (n,),
            "leak_ns": (n,),
            "threshold_mv": (n,),
            "tau_s_ms": (n,),
            "current_per_hz": (n, 4),
            "variance_per_hz": (n, 4),
            "constant_current_pa": (n, 4),
            "constant_variance_mv2": (n, 4),
            "adaptation_amp_pa": (n, components),
            "adaptation_rate_per_ms": (n, components),
        }
        for name, shape in shapes.items():
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.shape != shape:
                raise InputError(
                    f"rate parameters: {name} has shape {array.shape}, not {shape}"
                )
            if not np.isfinite(array).all():
                raise InputError(
                    f"rate parameters: {name} has a value that is not finite"
                )
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        positive = ("tau_syn_ms", "tau_m_ms", "leak_ns", "threshold_mv", "tau_s_ms")
        for name in (*positive, "adaptation_rate_per_ms"):
            if (getattr(self, name) <= 0.0).any():
                cell = int(np.argwhere(getattr(self, name) <= 0.0)[0][0])
                raise InputError(
                    f"rate parameters: {name} of cell {cell} is not positive"
                )
        if (self.constant_variance_mv2 < 0.0).any():
            raise InputError("rate parameters: a constant variance is negative")
        for function in (self.transfer, self.transfer_adapted):
            if function.gain.shape != (n,):
                raise InputError(
                    "rate parameters: a transfer function of another column"
                )
        if not 0 <= self.population.min() <= self.population.max() < len(POPULATIONS):
            raise InputError("rate parameters: a population index is outside 0..16")
        self._check_connections(n)

    def _check_connections(self, n: int) -> None:
        recurrent, lgn = self.recurrent, self.lgn_edges
        for what, index, limit in (
            ("recurrent edges have source", recurrent.source, n),
            ("recurrent edges have target", recurrent.target, n),
            ("LGN edges have source", lgn.source, self.n_lgn),
            ("LGN edges have target", lgn.target, n),
            ("surround has target", self.surround.target, n),
        ):
            if index.max(initial=-1) >= limit:
                raise InputError(
                    f"rate parameters: {what} {index.max()}, but there are {limit} "
                    "cells"
                )

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(np.shape(self.population)[0])

    @property
    def reduction_hash(self) -> str:
        """Content hash of the parameters (column hash included)."""
        content: dict[str, object] = {"column_hash": self.column_hash}
        for name in (one.name for one in fields(self)):
            value = getattr(self, name)
            if isinstance(value, Edges | PoissonInput | TransferFunction):
                content |= {f"{name}.{key}": item for key, item in vars(value).items()}
            else:
                content[name] = value
        return content_hash(content)

    def __repr__(self) -> str:
        return (
            f"RateParameters({self.n_cells} cells, {self.recurrent.n_edges:,} "
            f"connections, column {self.column_hash[:12]})"
        )
