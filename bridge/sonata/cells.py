"""Cells and LGN cells from SONATA node populations."""

from collections.abc import Sequence, Set
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
from bridge.sonata.reading.records import NodeRecords

_CELLS = ("point_neuron", "point_process", "point_soma")


@dataclass(frozen=True)
class Nodes:
    """A node population, and what part it plays.

    Attributes
    ----------
    records
        The nodes.
    role
        ``"cells"``, ``"lgn"``, ``"background"`` or ``"surround"``.
    """

    records: NodeRecords
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


def classify(records: NodeRecords, stated: str | None = None) -> Nodes:
    """Find out what part a node population plays.

    Parameters
    ----------
    records
        The nodes.
    stated
        ``model_type`` that the configuration gives them, if it does.

    Raises
    ------
    InputError
        If the part is not clear.
    """
    types = records.types
    if records.n_nodes == 0:
        raise InputError(f"{records.path}: population {records.name} has no nodes")
    model_types = set(records.texts("model_type")[0])
    if stated is not None and model_types <= {None, *_CELLS, "virtual"}:
        if not model_types <= {None, stated}:
            raise InputError(
                f"{types.path}: population {records.name} is {stated} by the "
                f"configuration, {_listed(model_types)} by its model_type"
            )
        model_types = {stated}
    if model_types and model_types <= set(_CELLS):
        return Nodes(records, "cells")
    if model_types != {"virtual"}:
        raise InputError(
            f"{types.path}: population {records.name} has model_type "
            f"{_listed(model_types)}; a column needs point_neuron cells and virtual "
            "inputs"
        )
    places = {str(place).lower() for place in records.texts("location")[0]}
    names = set(records.texts("model_name", "pop_name")[0])
    if "lgn" in {*places, records.name.lower()} or names & set(lgn_type_table().name):
        return Nodes(records, "lgn")
    if "surround" in {*places, records.name.lower()}:
        return Nodes(records, "surround")
    if "bkg" in {*places, records.name.lower()} or "SG_001" in names:
        return Nodes(records, "background")
    raise InputError(
        f"{types.path}: virtual population {records.name} is neither LGN, background "
        "nor surround; set location to LGN, BKG or surround"
    )


def _listed(names: Set[str | None]) -> str:
    return ", ".join(sorted(name or "missing" for name in names))


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
    records = nodes.records
    found = models_of_nodes(records, folders, keep_unused=keep_unused)
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
    records = nodes.records
    known = lgn_type_table().name
    names, place = records.texts("model_name", "pop_name")
    for name in names:
        if name not in known:
            type_id = records.type_id[int(np.argmax(place == names.index(name)))]
            said = "has no model_name" if name is None else f"has model_name {name!r}"
            raise InputError(
                f"{records.types.path}: node type {type_id} {said}; write there which "
                f"LGN cells they are: {', '.join(known)}"
            )
    ids = np.where(
        records.given("field_node_id"),
        records.numbers("field_node_id", 0.0),
        records.node_id,
    )
    values = {
        "node_id": ids,
        "x_deg": records.numbers("x"),
        "y_deg": records.numbers("y"),
        "tuning_angle_deg": records.numbers("tuning_angle", np.nan, finite=False),
        "size_deg": records.numbers("spatial_size"),
    }
    try:
        return LgnCells(
            cell_type=tuple(str(names[k]) for k in place.tolist()),
            file_id=records.node_id,
            population=records.name,
            **values,
        )
    except InputError as error:
        raise InputError(f"{records.path}: {error}") from None
