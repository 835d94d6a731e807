"""Cells and LGN cells from SONATA node populations."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.building.tables import lgn_type_table
from bridge.column.cell_models import CellModels
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.sonata.glif.models_of_nodes import models_of_nodes
from bridge.sonata.hdf5_read import NodeRecords
from bridge.sonata.node_values import texts_of_nodes
from bridge.sonata.types import TypeTable

_CELLS = ("point_neuron", "point_process", "point_soma")


@dataclass(frozen=True)
class Nodes:
    """A node population with its types, and what part it plays.

    Attributes
    ----------
    records
        The nodes.
    types
        Their types.
    role
        ``"cells"``, ``"lgn"``, ``"background"`` or ``"surround"``.
    """

    records: NodeRecords
    types: TypeTable
    role: str


@dataclass(frozen=True)
class Cells:
    """Cells of a column, before they are connected (see :class:`Column`).

    ``from_tables`` lists the node types whose parameters are those of the built-in
    tables, for want of a file.
    """

    cell_models: CellModels
    population: NDArray[np.int8]
    cell_model: NDArray[np.int16]
    position_um: FloatArray
    tuning_angle_deg: FloatArray
    from_tables: tuple[int, ...]


def classify(records: NodeRecords, types: TypeTable) -> Nodes:
    """Find out what part a node population plays.

    Raises
    ------
    InputError
        If a node's type is not in the table, or the part is not clear.
    """
    used = np.unique(records.type_id).tolist()
    for type_id in used:
        if type_id not in types.rows:
            raise InputError(
                f"{types.path}: no node type {type_id}, which {records.path.name} uses"
            )
    model_types = set(texts_of_nodes(records, types, "model_type"))
    if model_types and model_types <= set(_CELLS):
        return Nodes(records, types, "cells")
    if model_types != {"virtual"}:
        listed = ", ".join(sorted(str(m) for m in model_types))
        raise InputError(
            f"{types.path}: population {records.name} has model_type {listed}; a "
            "column needs point_neuron cells and virtual inputs"
        )
    places = {str(p).lower() for p in texts_of_nodes(records, types, "location")}
    names = set(texts_of_nodes(records, types, "model_name", "pop_name"))
    if "lgn" in {*places, records.name.lower()} or names & set(lgn_type_table().name):
        return Nodes(records, types, "lgn")
    if "surround" in {*places, records.name.lower()}:
        return Nodes(records, types, "surround")
    if "bkg" in {*places, records.name.lower()} or "SG_001" in names:
        return Nodes(records, types, "background")
    raise InputError(
        f"{types.path}: virtual population {records.name} is neither LGN, background "
        "nor surround; set location to LGN, BKG or surround"
    )


def read_cells(nodes: Nodes, folders: Sequence[Path], *, keep_unused: bool) -> Cells:
    """Read the cells and their models.

    Parameters
    ----------
    nodes
        The population of cells.
    folders
        Where to look for the cell-model files. Where there are none, or a type
        names no file, the model is taken from the published tables by its number.
    keep_unused
        Keep models that no cell has.

    Raises
    ------
    InputError
        If a value is missing or wrong.
    """
    records, types = nodes.records, nodes.types
    found = models_of_nodes(records, types, folders, keep_unused=keep_unused)
    models, cell_model = found.cell_models, found.cell_model
    position = np.stack([records.numbers(k) for k in "xyz"], axis=1)
    if np.median(position[:, 1]) < 0.0:  # Allen's y points up from the pia
        position[:, 1] *= -1.0
    return Cells(
        cell_models=models,
        population=models.population[cell_model],
        cell_model=cell_model,
        position_um=position,
        tuning_angle_deg=records.numbers("tuning_angle"),
        from_tables=found.from_tables,
    )


def read_lgn(nodes: Nodes) -> LgnCells:
    """Read LGN cells; ``field_node_id``, where present, is their number.

    Raises
    ------
    InputError
        If a value is missing or a type is none of the 14.
    """
    records, types = nodes.records, nodes.types
    known = lgn_type_table().name
    names = texts_of_nodes(records, types, "model_name", "pop_name")
    for name in names:
        if name not in known:
            raise InputError(
                f"{types.path}: {name!r} is no LGN type; there are {', '.join(known)}"
            )
    ids = records.attributes.get("field_node_id", records.node_id)
    return LgnCells(
        node_id=ids.astype(np.int64),
        cell_type=tuple(str(name) for name in names),
        x_deg=records.numbers("x"),
        y_deg=records.numbers("y"),
        tuning_angle_deg=(
            records.numbers("tuning_angle", finite=False)
            if "tuning_angle" in records.attributes
            else np.full(records.n_nodes, np.nan)
        ),
        size_deg=records.numbers("spatial_size"),
    )
