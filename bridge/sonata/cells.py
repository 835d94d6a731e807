"""Cells and LGN cells from SONATA node populations."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.building.tables import (
    TAU_SYN_MS,
    cell_table,
    lgn_type_table,
    line_table,
)
from bridge.column.cell_models import CellModels
from bridge.column.lgn_cells import LgnCells
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.sonata.cell_model_files import GlifParameters, read_cell_model
from bridge.sonata.reading.records import NodeRecords
from bridge.sonata.types import TypeTable

_CELLS = ("point_neuron", "point_process", "point_soma")
_SUCCESSOR = re.compile(r"^(e5(IT|ET|NP)|i\d+(Vip|Lamp5)\w*|e\d+CT)$")


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
    """Cells of a column, before they are connected (see :class:`Column`)."""

    cell_models: CellModels
    population: NDArray[np.int8]
    cell_model: NDArray[np.int16]
    position_um: FloatArray
    tuning_angle_deg: FloatArray


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
    model_types = set(records.texts("model_type")[0])
    if stated is not None and model_types <= {None, *_CELLS, "virtual"}:
        if not model_types <= {None, stated}:
            raise InputError(
                f"{types.path}: population {records.name} is {stated} by the "
                f"configuration, {_listed(model_types)} by its model_type"
            )
        model_types = {stated}
    if model_types and model_types <= set(_CELLS):
        return Nodes(records, types, "cells")
    if model_types != {"virtual"}:
        raise InputError(
            f"{types.path}: population {records.name} has model_type "
            f"{_listed(model_types)}; a column needs point_neuron cells and virtual "
            "inputs"
        )
    places = {str(place).lower() for place in records.texts("location")[0]}
    names = set(records.texts("model_name", "pop_name")[0])
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


def _listed(names: Set[str | None]) -> str:
    return ", ".join(sorted(str(name) for name in names))


def population_of(line: str | None, where: str) -> int:
    """Return the population of a cell line (``"e4Rorb"``) or population name.

    Raises
    ------
    InputError
        If the name belongs to the successor model, or to none.
    """
    table = line_table()
    if line in table.name:
        return int(table.population[table.name.index(line)])
    if line in POPULATIONS:
        return POPULATIONS.index(line)
    if line is not None and _SUCCESSOR.match(line):
        raise InputError(
            f"{where}: {line} is a name of the successor V1 model; its populations "
            "clash with the 17 of Billeh et al. 2020 and are never mixed with them"
        )
    raise InputError(
        f"{where}: {line!r} is no cell line of the column; it has "
        f"{', '.join(table.name)}"
    )


def read_cells(nodes: Nodes, folders: Sequence[Path], *, keep_unused: bool) -> Cells:
    """Read the cells and their models.

    Parameters
    ----------
    nodes
        The population of cells.
    folders
        Where to look for the cell-model files. A model without a file is taken
        from the published tables by its number.
    keep_unused
        Keep models that no cell has.

    Raises
    ------
    InputError
        If a value is missing or wrong.
    """
    records, types = nodes.records, nodes.types
    used = set(records.type_id.tolist())
    rows = [t for t in types.rows if keep_unused or t in used]
    models = _cell_models(types, rows, folders)
    place = {type_id: row for row, type_id in enumerate(rows)}
    cell_model = np.array([place[t] for t in records.type_id.tolist()], dtype=np.int16)
    position = np.stack([records.numbers(k) for k in "xyz"], axis=1)
    if np.median(position[:, 1]) < 0.0:  # Allen's y points up from the pia
        position[:, 1] *= -1.0
    return Cells(
        cell_models=models,
        population=models.population[cell_model],
        cell_model=cell_model,
        position_um=position,
        tuning_angle_deg=records.numbers("tuning_angle"),
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
            raise InputError(
                f"{records.types.path}: {name!r} is no LGN type; there are "
                f"{', '.join(known)}"
            )
    ids = np.where(
        records.given("field_node_id"),
        records.numbers("field_node_id", 0.0),
        records.node_id,
    )
    return LgnCells(
        node_id=ids.astype(np.int64),
        cell_type=tuple(str(names[k]) for k in place.tolist()),
        x_deg=records.numbers("x"),
        y_deg=records.numbers("y"),
        tuning_angle_deg=records.numbers("tuning_angle", np.nan, finite=False),
        size_deg=records.numbers("spatial_size"),
    )


def _cell_models(
    types: TypeTable, rows: Sequence[int], folders: Sequence[Path]
) -> CellModels:
    parameters, numbers, lines, populations = [], [], [], []
    for type_id in rows:
        template = types.text(type_id, "model_template") or "nest:glif_psc"
        if not template.startswith("nest:glif"):
            raise InputError(
                f"{types.path}: node type {type_id} is a {template}; only GLIF "
                "models (nest:glif_psc) can be read"
            )
        line = types.text(type_id, "pop_name", "cell_line")
        where = f"{types.path}: node type {type_id}"
        populations.append(population_of(line, where))
        lines.append(line or "")
        number, values = _parameters(types, type_id, folders)
        numbers.append(number)
        parameters.append(values)
    if len(set(numbers)) < len(numbers):
        numbers = list(rows)
    values_of = {
        field.name: np.array([getattr(p, field.name) for p in parameters])
        for field in fields(GlifParameters)
    }
    try:
        return CellModels(
            node_type_id=np.array(numbers),
            pop_name=tuple(lines),
            population=np.array(populations, dtype=np.int8),
            **values_of,
        )
    except InputError as error:
        raise InputError(f"{types.path}: {error}") from None


def _parameters(
    types: TypeTable, type_id: int, folders: Sequence[Path]
) -> tuple[int, GlifParameters]:
    """Return Allen's number and the parameters of one node type."""
    name = types.text(type_id, "dynamics_params") or ""
    leading = re.match(r"\d+", name)
    number = int(leading[0]) if leading else type_id
    for folder in folders:
        if name and (folder / name).is_file():
            return number, read_cell_model(folder / name)
    table = cell_table()
    found = np.flatnonzero(table.node_type_id == number)
    if found.size == 0:
        raise InputError(
            f"{types.path}: node type {type_id} has no parameters: "
            f"{name or 'dynamics_params'} is not in the components, and {number} is "
            "none of the 111 published models; give the folder of the components"
        )
    row = int(found[0])
    return number, GlifParameters(
        c_m_pf=float(table.c_m_pf[row]),
        g_ns=float(table.g_ns[row]),
        e_l_mv=float(table.e_l_mv[row]),
        v_th_mv=float(table.v_th_mv[row]),
        v_reset_mv=float(table.e_l_mv[row]),
        t_ref_ms=float(table.t_ref_ms[row]),
        asc_amps_pa=tuple(table.asc_amps_pa[row].tolist()),
        asc_decay_per_ms=tuple(table.asc_decay_per_ms[row].tolist()),
        tau_syn_ms=TAU_SYN_MS,
    )
