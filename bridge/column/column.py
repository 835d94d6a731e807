"""The column: cells, connections and inputs, checked once when made."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray
from bridge.column.cell_models import CellModels
from bridge.column.edges import Edges
from bridge.column.lgn_cells import LgnCells
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import POPULATIONS, count_by_population
from bridge.errors import InputError
from bridge.files.hashing import content_hash
from bridge.frozen_arrays import frozen


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
    node_id
        ``node_id`` of each cell in the file that the column was read from, int64,
        shape ``(n_cells,)``; ``None`` in a column that was built. No part of its
        content, as little as the next.
    node_population
        Name of the cells' population in files.
    """

    name: str
    cell_models: CellModels
    population: NDArray[np.int8]
    cell_model: NDArray[np.int16]
    position_um: FloatArray
    tuning_angle_deg: FloatArray
    recurrent: Edges
    lgn: LgnCells
    lgn_edges: Edges
    background: PoissonInput
    surround: PoissonInput
    node_id: IntArray | None = None
    node_population: str = "v1"

    def __post_init__(self) -> None:
        for name, kind in (
            ("population", np.int8),
            ("cell_model", np.int16),
            ("position_um", np.float64),
            ("tuning_angle_deg", np.float64),
        ):
            object.__setattr__(self, name, frozen(getattr(self, name), kind))
        if self.node_id is not None:
            object.__setattr__(self, "node_id", frozen(self.node_id, np.int64))
        n = self.n_cells
        shapes = {
            "cell_model": (n,),
            "position_um": (n, 3),
            "tuning_angle_deg": (n,),
            "spike_id": (n,),
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
        self._check_receptors()

    def _check_receptors(self) -> None:
        n_ports = self.model_values("n_ports")
        for name in ("recurrent", "lgn_edges", "background", "surround"):
            onto = getattr(self, name)
            missing = onto.receptor >= n_ports[onto.target]
            if missing.any():
                row = int(np.argmax(missing))
                cell = int(onto.target[row])
                model = self.cell_models.node_type_id[self.cell_model[cell]]
                raise InputError(
                    f"column: {name.removesuffix('_edges')} input of cell {cell} "
                    f"arrives at receptor {onto.receptor[row] + 1}, but its cell model "
                    f"{model} has {n_ports[cell]} (the values of its tau_syn)"
                )

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.population.shape[0])

    @property
    def spike_id(self) -> IntArray:
        """Number of each cell in spike files: of its node, or its row."""
        return np.arange(self.n_cells) if self.node_id is None else self.node_id

    def cells_of(self, population: str) -> NDArray[np.intp]:
        """Return the cell indices of one population."""
        return np.flatnonzero(self.population == POPULATIONS.index(population))

    def model_values(self, name: str) -> FloatArray:
        """Return one attribute of ``cell_models`` for every cell."""
        values: FloatArray = getattr(self.cell_models, name)[self.cell_model]
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
            values = getattr(self, part)
            for key, value in getattr(values, "content", vars(values)).items():
                content[f"{part}.{key}"] = (
                    list(value) if isinstance(value, tuple) else value
                )
        for key in ("file_id", "population"):  # how a file calls a cell, not what it is
            del content[f"lgn.{key}"]
        for key in ("population", "cell_model", "position_um", "tuning_angle_deg"):
            content[key] = getattr(self, key)
        return content_hash(content)

    def __repr__(self) -> str:
        return (
            f"Column({self.name}: {self.n_cells} cells, "
            f"{self.recurrent.n_edges:,} connections, {self.lgn.n_cells} LGN cells, "
            f"hash {self.hash[:12]})"
        )

    def _repr_html_(self) -> str:
        counts = count_by_population(self.population)
        rows = "".join(
            f"<tr><td>{name}</td><td>{n}</td></tr>"
            for name, n in zip(POPULATIONS, counts.tolist(), strict=True)
            if n
        )
        head = "<tr><th>population</th><th>cells</th></tr>"
        return f"<table><caption>{self!r}</caption>{head}{rows}</table>"
