"""The cell models of a population, from its types, single nodes and model files."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.column.building.tables import line_table
from bridge.column.cell_models import CellModels
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.sonata.cell_model_files import published_cell_model, read_cell_model
from bridge.sonata.glif.nest_form import GlifParameters, glif_parameters
from bridge.sonata.glif.templates import after_spike_currents
from bridge.sonata.node_values import Variant, variants_of_nodes
from bridge.sonata.reading.records import NodeRecords
from bridge.sonata.types import TypeTable

_COLUMNS = (
    "pop_name",
    "cell_line",
    "model_template",
    "model_processing",
    "dynamics_params",
)
_SUCCESSOR = re.compile(r"^(e5(IT|ET|NP)|i\d+(Vip|Lamp5)\w*|e\d+CT)$")
MOST_MODELS = np.iinfo(np.int16).max
"""As many cell models as a column can tell apart."""


@dataclass(frozen=True)
class NodeModels:
    """Cell models and which of them each node has.

    Attributes
    ----------
    cell_models
        The models.
    cell_model
        Row of each node's model, int16, ``(n_nodes,)``.
    from_tables
        Node types whose parameters are those of the built-in tables.
    """

    cell_models: CellModels
    cell_model: NDArray[np.int16]
    from_tables: tuple[int, ...]


def models_of_nodes(
    records: NodeRecords, folders: Sequence[Path], *, keep_unused: bool
) -> NodeModels:
    """Return the cell models of a population.

    Nodes of one type are of one model, unless they state values of their own:
    ``dynamics_params`` (a file, or a group of single parameters, which override
    those of the file), ``model_template``, ``pop_name``.

    Parameters
    ----------
    records
        Cells.
    folders
        Where to look for the model files. Where there are none, or a type names no
        file, the model is the published one of its number.
    keep_unused
        Keep models that no cell has.

    Raises
    ------
    InputError
        If a value is missing or wrong, a file is missing, or a model is not one
        that can be simulated.
    """
    types = records.types
    variants, of_node = variants_of_nodes(records, _COLUMNS)
    if len(variants) > MOST_MODELS:
        raise InputError(
            f"{records.path}: single nodes state {len(variants):,} different cell "
            f"models; a column has at most {MOST_MODELS:,}"
        )
    if keep_unused:
        variants, of_node = _with_unused(variants, of_node, types)
    reader = _Reader(records, folders)
    read = [reader.model(variant) for variant in variants]
    lines = [model.line for model in read]
    values_of = {
        field.name: np.array([getattr(model.parameters, field.name) for model in read])
        for field in fields(GlifParameters)
    }
    numbers = _numbers(variants, read)
    if numbers and max(numbers) > np.iinfo(np.int64).max:
        raise InputError(
            f"{types.path}: node type {max(numbers)} is too large a number"
        )
    try:
        models = CellModels(
            node_type_id=np.array(numbers, dtype=np.int64),
            pop_name=tuple(lines),
            population=np.array([model.population for model in read], dtype=np.int8),
            **values_of,
        )
    except InputError as error:
        raise InputError(f"{types.path}: {error}") from None
    from_tables = {
        v.type_id for v, model in zip(variants, read, strict=True) if model.is_published
    }
    return NodeModels(models, of_node.astype(np.int16), tuple(sorted(from_tables)))


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
    others = [name for name in POPULATIONS if name not in table.name]
    said = "has no pop_name" if line is None else f"has pop_name {line!r}"
    raise InputError(
        f"{where} {said}; write there which cells of the column they are: "
        f"{', '.join(others)}, or of which line: {', '.join(table.name)}"
    )


@dataclass(frozen=True)
class _Model:
    number: int
    line: str
    population: int
    parameters: GlifParameters
    is_published: bool


class _Reader:
    """Reads the model of one variant after the other, each file once."""

    def __init__(self, records: NodeRecords, folders: Sequence[Path]) -> None:
        self._records = records
        self._types = records.types
        self._folders = folders
        self._files: dict[tuple[Path, str], dict[str, Any]] = {}

    def model(self, variant: Variant) -> _Model:
        row = {**self._types.rows[variant.type_id], **variant.texts}
        where = f"{self._types.path}: node type {variant.type_id}"
        if variant.texts:
            where += f" (with the {', '.join(variant.texts)} of {self._records.path})"
        if "model_processing" in row:
            raise InputError(
                f"{where} has model_processing {row['model_processing']!r}, a function "
                "that changes the cell and is not known here"
            )
        template = row.get("model_template")
        try:
            after_spike_currents(template)
        except ValueError as error:
            raise InputError(f"{where} {error}") from None
        assert template is not None  # refused above
        line = row.get("pop_name", row.get("cell_line"))
        population = population_of(line, where)
        name = row.get("dynamics_params", "")
        leading = re.match(r"[0-9]{1,18}(?![0-9])", name)
        number = int(leading[0]) if leading else variant.type_id
        path = self._file(name, where)
        if path is not None:
            if (path, template) not in self._files:
                self._files[path, template] = read_cell_model(path, template)
            content = self._files[path, template]
        else:
            content = self._published(number, template, name, where)
        place = str(path or self._types.path)
        if variant.numbers:
            content = content | variant.numbers
            place += f" with the dynamics_params of {self._records.path}"
        try:
            parameters = glif_parameters(content)
        except ValueError as error:
            raise InputError(f"{place}: {error}") from None
        return _Model(number, line or "", population, parameters, path is None)

    def _file(self, name: str, where: str) -> Path | None:
        """Return the file of a model; None if it is to come from the tables."""
        if not name or not self._folders:
            return None
        for folder in self._folders:
            if os.path.lexists(folder / name):
                return folder / name
        searched = ", ".join(map(str, self._folders))
        raise InputError(
            f"{where}: the cell model {name} is in none of the folders of the "
            f"components: {searched}"
        )

    @staticmethod
    def _published(number: int, template: str, name: str, where: str) -> dict[str, Any]:
        content = published_cell_model(number, template)
        if content is None:
            raise InputError(
                f"{where} has no parameters: {name or 'dynamics_params'} is not in the "
                f"components, and {number} is none of the 111 published models; give "
                "the folder of the components"
            )
        return content


def _with_unused(
    variants: list[Variant], of_node: NDArray[np.int64], types: TypeTable
) -> tuple[list[Variant], NDArray[np.int64]]:
    """Add the types without nodes at their place in the table."""
    used = {variant.type_id for variant in variants}
    place = {type_id: row for row, type_id in enumerate(types.rows)}
    every = [*variants, *(Variant(t, {}, {}) for t in types.rows if t not in used)]
    order = sorted(range(len(every)), key=lambda k: (place[every[k].type_id], k))
    rank = np.argsort(order)
    return [every[k] for k in order], rank[of_node]


def _numbers(variants: Sequence[Variant], read: Sequence[_Model]) -> list[int]:
    """Return a number for each model, no two the same.

    Allen's, at the beginning of the file's name; where that would give two models
    one number, that of the node type, and the next ones free for further models
    of a type.
    """
    numbers = [model.number for model in read]
    if len(set(numbers)) == len(numbers):
        return numbers
    free = max(variant.type_id for variant in variants) + 1
    taken: set[int] = set()
    numbers = []
    for variant in variants:
        number = variant.type_id
        if number in taken:
            number, free = free, free + 1
        taken.add(number)
        numbers.append(number)
    return numbers
