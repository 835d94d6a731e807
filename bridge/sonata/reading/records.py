"""Nodes and edges with their attributes: each row's own value, else its type's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import AnyArray, FloatArray, IntArray
from bridge.errors import InputError
from bridge.sonata.types import TypeTable


@dataclass(frozen=True)
class OwnValues:
    """An attribute as the groups of an HDF5 file give it.

    Attributes
    ----------
    values
        A value of each row, ``(n_rows,)``: numbers, or :class:`str`.
    given
        Rows whose group has the attribute, ``(n_rows,)``.
    """

    values: AnyArray
    given: NDArray[np.bool_]


@dataclass(frozen=True)
class Records:
    """Rows of a population (nodes or edges).

    An attribute of a row is that of its group in the HDF5 file, or, where the group
    has none, that of its type. Attributes of a group's ``dynamics_params`` are
    called ``"dynamics_params/V_th"``.

    Attributes
    ----------
    path, name
        File and population.
    types
        The table of types.
    type_id
        Node or edge type of each row, int64.
    own
        Attributes of the HDF5 file that can be used, by name.
    unused
        Names of those that were not read.
    n_groups
        Groups in use.
    """

    path: Path
    name: str
    types: TypeTable
    type_id: IntArray
    own: Mapping[str, OwnValues]
    unused: tuple[str, ...]
    n_groups: int

    @cached_property
    def kinds(self) -> tuple[list[int], NDArray[np.intp]]:
        """Types in use, and the place of each row's type among them."""
        kinds, kind_of_row = np.unique(self.type_id, return_inverse=True)
        return kinds.tolist(), kind_of_row.ravel()

    @property
    def names(self) -> list[str]:
        """Names of all attributes: of the file, and columns that a type in use has."""
        used = {c for kind in self.kinds[0] for c in self.types.rows[kind]}
        return sorted({*self.own, *self.unused, *used} - {self.types.id_column})

    def given(self, attribute: str) -> NDArray[np.bool_]:
        """Return which rows have an attribute, of their own or by their type."""
        kinds, kind_of_row = self.kinds
        by_type = [attribute in self.types.rows[kind] for kind in kinds]
        given = np.array(by_type, dtype=bool)[kind_of_row]
        if attribute in self.own:
            given = given | self.own[attribute].given
        return given

    def numbers(
        self, attribute: str, default: float | None = None, *, finite: bool = True
    ) -> FloatArray:
        """Return an attribute as float64, ``(n_rows,)``.

        Parameters
        ----------
        attribute
            Its name.
        default
            Value of rows that have none; ``None`` refuses them.
        finite
            Refuse values of the file that are not finite.

        Raises
        ------
        InputError
            If a row has no value, or one that is no number.
        """
        kinds, kind_of_row = self.kinds
        given = self.given(attribute)
        if default is None and not given.all():
            raise self._absent(attribute, int(np.argmin(given)))
        by_type = [self.types.number(kind, attribute) for kind in kinds]
        numbers = np.array([default if v is None else v for v in by_type], np.float64)
        result: FloatArray = numbers[kind_of_row]
        own = self.own.get(attribute)
        if own is not None:
            if own.values.dtype.kind not in "iuf":
                raise InputError(f"{self.path}: {attribute} does not hold numbers")
            result[own.given] = own.values[own.given].astype(np.float64)
        wrong = given & ~np.isfinite(result)
        if finite and wrong.any():
            row = int(np.argmax(wrong))
            raise InputError(
                f"{self.path}: {attribute} of row {row} is not a finite number"
            )
        return result

    def texts(self, *attributes: str) -> tuple[list[str | None], NDArray[np.intp]]:
        """Return the distinct texts of an attribute, and the place of each row's.

        Parameters
        ----------
        attributes
            Names; a row has the first of them that it has a value for, and ``None``
            where there is none.

        Raises
        ------
        InputError
            If an attribute of the file is no text.
        """
        kinds, kind_of_row = self.kinds
        found: list[str | None] = [None]
        place = np.zeros(self.type_id.size, dtype=np.intp)

        def put(texts: Sequence[str | None], of_row: AnyArray, has: AnyArray) -> None:
            place[has] = len(found) + of_row[has]
            found.extend(texts)

        for attribute in reversed(attributes):
            by_type = [self.types.text(kind, attribute) for kind in kinds]
            has_text = np.array([text is not None for text in by_type], dtype=bool)
            put(by_type, kind_of_row, has_text[kind_of_row])
            own = self.own.get(attribute)
            if own is None:
                continue
            if own.values.dtype.kind != "O":
                raise InputError(f"{self.path}: {attribute} does not hold text")
            distinct, of_row = np.unique(own.values.astype(str), return_inverse=True)
            put(distinct.tolist(), of_row.ravel(), own.given)
        used, place = np.unique(place, return_inverse=True)
        texts = list(dict.fromkeys(found[k] for k in used))
        number = {text: k for k, text in enumerate(texts)}
        merged = np.array([number[found[k]] for k in used], dtype=np.intp)
        return texts, merged[place.ravel()]

    def _absent(self, attribute: str, row: int) -> InputError:
        has_table = self.types.path != self.path
        elsewhere = f"nor in {self.types.path.name}" if has_table else "nor by its type"
        return InputError(
            f"{self.path}: row {row} of {self.name} has no {attribute}, neither there "
            f"{elsewhere}; add it"
        )


@dataclass(frozen=True)
class NodeRecords(Records):
    """Nodes; ``node_id`` as in the file, in any order, without repetition."""

    node_id: IntArray

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return int(self.node_id.size)

    def rows_of(self, ids: IntArray, edges_path: Path) -> IntArray:
        """Return the row of each node id that edges refer to.

        Raises
        ------
        InputError
            If an id is not among the nodes.
        """
        order = np.argsort(self.node_id, kind="stable")
        known = self.node_id[order]
        if known.size == 0 and ids.size:
            raise InputError(f"{self.path}: population {self.name} has no nodes")
        place = np.minimum(np.searchsorted(known, ids), max(known.size - 1, 0))
        wrong = known[place] != ids if ids.size else np.zeros(0, dtype=bool)
        if wrong.any():
            raise InputError(
                f"{edges_path}: an edge refers to node {ids[int(np.argmax(wrong))]} of "
                f"{self.name}, which {self.path.name} does not have"
            )
        rows: IntArray = order[place].astype(np.int64)
        return rows


@dataclass(frozen=True)
class EdgeRecords(Records):
    """Edges between two node populations; ids as in the node files."""

    source_population: str
    target_population: str
    source_id: IntArray
    target_id: IntArray
