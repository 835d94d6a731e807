"""What was read of a network, and what was assumed, for one line and for files."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reading:
    """What a network was read as.

    Attributes
    ----------
    name
        Name of the column.
    is_own_export
        Whether v1bridge wrote the files.
    n_cells
        Cells of the column.
    edges
        Connections read from each edge population, with those of weight 0.
    groups
        Groups in use of each population whose rows differ in their attributes.
    lgn_cells, lgn_cells_without_connection
        LGN cells of the column, and those left out because they have no connection
        of nonzero weight.
    background_streams, surround_streams
        Poisson streams.
    background_nodes
        Nodes that the background streams are of. Where they are fewer, cells that share
        a node get spikes of their own here, and the same ones in BMTK.
    background_hz
        Lowest and highest rate of the background, Hz.
    background_from
        Where that rate comes from.
    cells_from_tables
        Node types whose parameters are those of the published cell of their number.
    synapses_from_tables
        Synapse models whose receptor is that of their published name.
    inputs_not_used
        Inputs of the simulation configuration that the column does not hold.
    attributes_not_used
        Labels and the like that change nothing, by population.
    dt_ms
        Time step that the configuration asks for, ms; ``None`` where it asks for none.
    """

    name: str
    is_own_export: bool
    n_cells: int
    edges: Mapping[str, int]
    groups: Mapping[str, int]
    lgn_cells: int
    lgn_cells_without_connection: int
    background_streams: int
    background_nodes: int
    surround_streams: int
    background_hz: tuple[float, float] | None
    background_from: str
    cells_from_tables: tuple[str, ...] = ()
    synapses_from_tables: tuple[str, ...] = ()
    inputs_not_used: tuple[str, ...] = ()
    attributes_not_used: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dt_ms: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, for ``provenance.json``."""
        return asdict(self)

    def line(self) -> str:
        """Return what was read, and what was assumed, in one line."""
        parts = [f"{self.n_cells:,} cells"]
        parts += [f"{n:,} edges {name}" for name, n in self.edges.items()]
        parts += [f"{n} groups of {name}" for name, n in self.groups.items() if n > 1]
        left = self.lgn_cells_without_connection
        without = f" ({left:,} more without connection left out)" if left else ""
        parts.append(f"{self.lgn_cells:,} LGN cells{without}")
        if self.background_streams and self.background_hz is not None:
            low, high = self.background_hz
            rate = f"{low:g}" if low == high else f"{low:g} to {high:g}"
            n, of = self.background_nodes, ""
            if n < self.background_streams:
                of = f", independent though of {n:,} node{'s' * (n != 1)},"
            parts.append(
                f"{self.background_streams:,} background streams{of} at {rate} Hz "
                f"({self.background_from})"
            )
        if self.surround_streams:
            parts.append(f"{self.surround_streams:,} surround streams")
        for names, what in (
            (self.cells_from_tables, "cell models from the published tables"),
            (self.synapses_from_tables, "synapse models from the published names"),
            (self.inputs_not_used, "inputs not used"),
            (self._unused(), "not used"),
        ):
            if names:
                parts.append(f"{what}: {_listed(names)}")
        line = f"read {self.name}: {'; '.join(parts)}"
        # Names come from the files: no control character reaches a terminal.
        return "".join(c if c.isprintable() else "?" for c in line)

    def _unused(self) -> tuple[str, ...]:
        return tuple(
            sorted({n for names in self.attributes_not_used.values() for n in names})
        )


def _listed(names: tuple[str, ...], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
