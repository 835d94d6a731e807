"""The column: cells, connections and inputs, checked once when made."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.column.edges import Edges
from bridge.errors import InputError
from bridge.files.hashing import content_hash

POPULATIONS = (
    "i1Htr3a",
    "e23",
    "i23Htr3a",
    "i23Pvalb",
    "i23Sst",
    "e4",
    "i4Htr3a",
    "i4Pvalb",
    "i4Sst",
    "e5",
    "i5Htr3a",
    "i5Pvalb",
    "i5Sst",
    "e6",
    "i6Htr3a",
    "i6Pvalb",
    "i6Sst",
)
"""The 17 populations of the column (Billeh et al. 2020), in the order used."""

CLASSES = ("i1", "e23", "i23", "e4", "i4", "e5", "i5", "e6", "i6")
"""The 9 classes: excitatory or inhibitory cells of one layer."""

CLASS_OF_POPULATION = {
    name: next(c for c in CLASSES if name.startswith(c)) for name in POPULATIONS
}
"""The class (``"i23"``) of each population (``"i23Pvalb"``)."""


def _frozen(array: Any, dtype: Any) -> NDArray[Any]:
    result: NDArray[Any] = np.array(array, dtype=dtype, order="C")
    result.setflags(write=False)
    return result


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

    node_type_id: NDArray[np.int64]
    pop_name: tuple[str, ...]
    population: NDArray[np.int8]
    c_m_pf: NDArray[np.float64]
    g_ns: NDArray[np.float64]
    e_l_mv: NDArray[np.float64]
    v_th_mv: NDArray[np.float64]
    v_reset_mv: NDArray[np.float64]
    t_ref_ms: NDArray[np.float64]
    asc_amps_pa: NDArray[np.float64]
    asc_decay_per_ms: NDArray[np.float64]
    tau_syn_ms: NDArray[np.float64]

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
            array = _frozen(getattr(self, name), kind)
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


@dataclass(frozen=True)
class LgnCells:
    """LGN cells that project to the column, arrays of shape ``(n_lgn,)``.

    Attributes
    ----------
    node_id
        Number of the cell among the 17,400 of the visual field, int64.
    cell_type
        Type (``"sON_TF4"``), one of 14.
    x_deg, y_deg
        Receptive-field centre, degrees of the 240 x 120 degree field.
    tuning_angle_deg
        Axis of the two subfields of composite cells, degrees (NaN elsewhere).
    size_deg
        Spatial size, degrees.
    """

    node_id: NDArray[np.int64]
    cell_type: tuple[str, ...]
    x_deg: NDArray[np.float64]
    y_deg: NDArray[np.float64]
    tuning_angle_deg: NDArray[np.float64]
    size_deg: NDArray[np.float64]

    def __post_init__(self) -> None:
        n = len(self.cell_type)
        for name in ("node_id", "x_deg", "y_deg", "tuning_angle_deg", "size_deg"):
            kind = np.int64 if name == "node_id" else np.float64
            array = _frozen(getattr(self, name), kind)
            if array.shape != (n,):
                raise InputError(f"LGN cells: {name} has shape {array.shape}")
            object.__setattr__(self, name, array)

    @property
    def n_cells(self) -> int:
        """Number of LGN cells."""
        return len(self.cell_type)


@dataclass(frozen=True)
class PoissonInput:
    """Stationary Poisson input onto cells, one row per stream.

    Used for the background and for the virtual surround. Events of a stream
    arrive at ``rate_hz`` and each adds an alpha current of peak ``weight_pa``
    on ``receptor`` of ``target``. Arrays have shape ``(n_streams,)``.

    Attributes
    ----------
    target
        Cell index, int32.
    rate_hz
        Events per second (for the surround: missing in-degree x reference rate
        x the second-moment correction that keeps mean and variance), Hz.
    weight_pa
        Peak current per event, pA.
    delay_ms
        Delay, ms (without effect on a stationary Poisson stream; kept for files).
    receptor
        Receptor port 0..3, int8.
    source_population
        Index into :data:`POPULATIONS` for the surround, -1 for the background.
    """

    target: NDArray[np.int32]
    rate_hz: NDArray[np.float64]
    weight_pa: NDArray[np.float64]
    delay_ms: NDArray[np.float64]
    receptor: NDArray[np.int8]
    source_population: NDArray[np.int8]

    def __post_init__(self) -> None:
        kinds = {
            "target": np.int32,
            "receptor": np.int8,
            "source_population": np.int8,
        }
        n = np.shape(self.target)
        for name in (field.name for field in fields(self)):
            array = _frozen(getattr(self, name), kinds.get(name, np.float64))
            if array.shape != n:
                raise InputError(f"Poisson input: {name} has shape {array.shape}")
            if not np.isfinite(array).all():
                raise InputError(
                    f"Poisson input: {name} has a value that is not finite"
                )
            object.__setattr__(self, name, array)
        if (self.rate_hz < 0.0).any():
            raise InputError("Poisson input: a rate is negative")

    @property
    def n_streams(self) -> int:
        """Number of Poisson streams."""
        return int(self.target.shape[0])


@dataclass(frozen=True)
class Column:
    """A wired column; immutable, checked when made, identified by its hash.

    Attributes
    ----------
    name
        ``"3k"``, ``"6k"``, or what the files were called.
    cell_models
        Parameters of the cell models in use.
    population, cell_model
        Index into :data:`POPULATIONS` and row of ``cell_models`` of each cell,
        shape ``(n_cells,)``.
    position_um
        x, y (depth), z of each cell, um, shape ``(n_cells, 3)``.
    tuning_angle_deg
        Preferred direction given at construction, degrees, ``(n_cells,)``.
    recurrent
        Connections within the column; sources and targets are cells.
    lgn, lgn_edges
        LGN cells and their connections; sources are rows of ``lgn``.
    background, surround
        Poisson input; ``surround`` has no streams for the bare cut.
    """

    name: str
    cell_models: CellModels
    population: NDArray[np.int8]
    cell_model: NDArray[np.int16]
    position_um: NDArray[np.float64]
    tuning_angle_deg: NDArray[np.float64]
    recurrent: Edges
    lgn: LgnCells
    lgn_edges: Edges
    background: PoissonInput
    surround: PoissonInput

    def __post_init__(self) -> None:
        for name, kind in (
            ("population", np.int8),
            ("cell_model", np.int16),
            ("position_um", np.float64),
            ("tuning_angle_deg", np.float64),
        ):
            object.__setattr__(self, name, _frozen(getattr(self, name), kind))
        n = self.n_cells
        shapes = {
            "cell_model": (n,),
            "position_um": (n, 3),
            "tuning_angle_deg": (n,),
        }
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array.shape != shape:
                raise InputError(f"column: {name} has shape {array.shape}, not {shape}")
            if not np.isfinite(array).all():
                raise InputError(f"column: {name} has a value that is not finite")
        if n == 0:
            raise InputError("column: it has no cells")
        if self.population.min() < 0 or self.population.max() >= len(POPULATIONS):
            raise InputError("column: a population index is outside 0..16")
        limits = (
            ("recurrent source", self.recurrent.source, n),
            ("recurrent target", self.recurrent.target, n),
            ("LGN source", self.lgn_edges.source, self.lgn.n_cells),
            ("LGN target", self.lgn_edges.target, n),
            ("background target", self.background.target, n),
            ("surround target", self.surround.target, n),
            ("cell model", self.cell_model, self.cell_models.n_models),
        )
        for what, index, limit in limits:
            if index.size and (index.max() >= limit or index.min() < 0):
                raise InputError(f"column: a {what} lies outside 0..{limit - 1}")

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.population.shape[0])

    def cells_of(self, population: str) -> NDArray[np.intp]:
        """Return the cell indices of one population."""
        return np.flatnonzero(self.population == POPULATIONS.index(population))

    def model_values(self, name: str) -> NDArray[np.float64]:
        """Return one attribute of ``cell_models`` for every cell."""
        values: NDArray[np.float64] = getattr(self.cell_models, name)[self.cell_model]
        return values

    @cached_property
    def hash(self) -> str:
        """Content hash: equal content, equal hash, on every machine."""
        content: dict[str, Any] = {}
        for part in (
            "cell_models",
            "recurrent",
            "lgn",
            "lgn_edges",
            "background",
            "surround",
        ):
            for key, value in vars(getattr(self, part)).items():
                content[f"{part}.{key}"] = (
                    list(value) if isinstance(value, tuple) else value
                )
        for key in ("population", "cell_model", "position_um", "tuning_angle_deg"):
            content[key] = getattr(self, key)
        return content_hash(content)
