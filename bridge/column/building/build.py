"""Build a column of the Allen V1 GLIF model from the published tables."""

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray
from bridge.column.building.lgn_wiring import draw_lgn_cells, draw_lgn_edges
from bridge.column.building.models_of_table import models_of_table
from bridge.column.building.rounding import round_to_bits
from bridge.column.building.surround import build_surround
from bridge.column.building.tables import (
    BACKGROUND_DELAY_MS,
    BACKGROUND_RATE_HZ,
    FULL_RADIUS_UM,
    cell_table,
    line_table,
    population_table,
)
from bridge.column.building.wiring import draw_recurrent
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.lgn_cells import LgnCells
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import (
    CLASS_OF_POPULATION,
    CLASSES,
    EXCITATORY,
    POPULATIONS,
)
from bridge.errors import InputError

CLASS_COUNTS = {
    "3k": (59, 753, 129, 593, 94, 455, 64, 725, 128),
    "6k": (113, 1508, 250, 1189, 213, 907, 133, 1425, 262),
}
"""Cells of each of :data:`CLASSES` in the two named columns."""

FULL_COUNT = int(population_table().count.sum())
"""Cells of the full model."""


def build_column(
    size: str | int = "3k",
    seed: int = 1,
    *,
    radius_um: float | None = None,
    surround: bool = True,
) -> Column:
    """Build and wire the innermost part of the Allen V1 GLIF model.

    Cells are drawn from the model's populations and cell models, placed at
    random in a cylinder with the full model's density, and connected by the
    published rules. Within a population the cell models keep the full model's
    proportions (largest remainders), and preferred directions are evenly spaced
    within each cell model, from a random start.

    Parameters
    ----------
    size
        ``"3k"`` and ``"6k"`` have fixed numbers of cells in each class; a number
        of cells has all populations in the full model's proportions.
    seed
        Equal seeds give equal columns, on every machine.
    radius_um
        Radius of the cylinder, um, in place of ``size``: as many cells as are
        expected within it. Give ``size`` its default then.
    surround
        Replace the partners outside the cylinder by Poisson input (see
        :mod:`bridge.column.building.surround`). Cells and connections do not depend
        on it.

    Returns
    -------
    Column
        Cells in the order of populations, cell models and preferred directions.

    Raises
    ------
    InputError
        If the size is unknown or not within 1..230,924, both size and radius are
        given, the radius is not within 0..845 um or too small to hold a cell, or
        the seed is not a whole number of at least 0.
    """
    name, population_counts, radius = cells_and_radius(size, radius_um)
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"column: seed is {seed!r}; give a whole number, 0 or more")
    cells_rng, recurrent_rng, lgn_rng, lgn_edges_rng = (
        np.random.Generator(np.random.PCG64(child))
        for child in np.random.SeedSequence(int(seed)).spawn(4)
    )
    model = _models(population_counts)
    population = cell_table().population[model].astype(np.int8)
    position = _positions(population, radius, cells_rng)
    angle = _tuning_angles(model, cells_rng)
    lgn_field = draw_lgn_cells(lgn_rng)
    lgn, lgn_edges = _connected_lgn(
        lgn_field, draw_lgn_edges(lgn_field, model, position, angle, lgn_edges_rng)
    )
    used, cell_model = np.unique(model, return_inverse=True)
    return Column(
        name=name,
        cell_models=models_of_table(used),
        population=population,
        cell_model=cell_model.astype(np.int16),
        position_um=position,
        tuning_angle_deg=angle,
        recurrent=draw_recurrent(population, model, position, angle, recurrent_rng),
        lgn=lgn,
        lgn_edges=lgn_edges,
        background=_background(model),
        surround=(
            build_surround(population, model, position, angle, radius)
            if surround
            else PoissonInput.none()
        ),
    )


def largest_remainder(total: int, shares: IntArray) -> IntArray:
    """Divide a total into whole numbers in proportion to shares.

    Each share gets the whole part of its quota; what is left goes to the largest
    fractional parts, the first of equal ones first.

    Parameters
    ----------
    total
        What to divide.
    shares
        Proportions, ``(n,)``, whole numbers of at least 0, not all 0.
    """
    counts, remainder = np.divmod(total * shares, shares.sum())
    left = total - int(counts.sum())
    counts[np.argsort(-remainder, kind="stable")[:left]] += 1
    return counts


def cells_and_radius(
    size: str | int, radius_um: float | None = None
) -> tuple[str, IntArray, float]:
    """Return a column's name, the cells of each population, and its radius, um.

    Parameters
    ----------
    size, radius_um
        As for :func:`build_column`.

    Raises
    ------
    InputError
        If there is no such column.
    """
    name, counts = _cell_counts(size, radius_um)
    return name, counts, FULL_RADIUS_UM * float(np.sqrt(counts.sum() / FULL_COUNT))


def _cell_counts(size: str | int, radius_um: float | None) -> tuple[str, IntArray]:
    """Return the column's name and the cells of each population."""
    full = population_table().count
    if radius_um is not None:
        if size != "3k":
            raise InputError("column: give a size or a radius, not both")
        if not 0.0 < radius_um <= FULL_RADIUS_UM:
            raise InputError(
                f"column: radius is {radius_um} um; the model has 0 to "
                f"{FULL_RADIUS_UM:g} um"
            )
        n = round(FULL_COUNT * (radius_um / FULL_RADIUS_UM) ** 2)
        if n == 0:
            raise InputError(f"column: no cell within a radius of {radius_um} um")
        return f"r{radius_um:g}um", largest_remainder(n, full)
    if isinstance(size, str):
        if size not in CLASS_COUNTS:
            known = ", ".join(CLASS_COUNTS)
            raise InputError(
                f"column: size {size!r} is unknown; give {known} or a number of cells"
            )
        counts = np.zeros(len(POPULATIONS), dtype=np.int64)
        for cell_class, n in zip(CLASSES, CLASS_COUNTS[size], strict=True):
            members = np.array(
                [CLASS_OF_POPULATION[p] == cell_class for p in POPULATIONS]
            )
            counts[members] = largest_remainder(n, full[members])
        return size, counts
    if isinstance(size, bool) or not isinstance(size, int | np.integer):
        raise InputError(f"column: size is {size!r}; give a name or a whole number")
    if not 1 <= size <= FULL_COUNT:
        raise InputError(
            f"column: size is {size} cells; the model has 1 to {FULL_COUNT}"
        )
    return f"n{size}", largest_remainder(int(size), full)


def _models(population_counts: IntArray) -> NDArray[np.intp]:
    """Return the row of the cell table of each cell, ascending."""
    cells = cell_table()
    counts = np.zeros(cells.count.size, dtype=np.int64)
    for population, n in enumerate(population_counts):
        members = cells.population == population
        counts[members] = largest_remainder(int(n), cells.count[members])
    return np.repeat(np.arange(counts.size), counts)


def _positions(
    population: NDArray[np.int8], radius_um: float, rng: np.random.Generator
) -> FloatArray:
    table = population_table()
    u = rng.random((3, population.size))
    r = radius_um * np.sqrt(u[0])
    phi = 2.0 * np.pi * u[1]
    top, bottom = table.depth_min_um[population], table.depth_max_um[population]
    depth = top + (bottom - top) * u[2]
    position = np.stack([r * np.cos(phi), depth, r * np.sin(phi)], axis=1)
    return round_to_bits(position, 24)


def _tuning_angles(model: NDArray[np.intp], rng: np.random.Generator) -> FloatArray:
    first = np.searchsorted(model, model)
    last = np.searchsorted(model, model, side="right")
    start = rng.random(cell_table().count.size)[model]
    fraction = (np.arange(model.size) - first + start) / (last - first)
    return round_to_bits(360.0 * fraction, 24)


def _connected_lgn(lgn: LgnCells, edges: Edges) -> tuple[LgnCells, Edges]:
    """Keep the LGN cells that have a connection."""
    kept, source = np.unique(edges.source, return_inverse=True)
    return lgn.select(kept), Edges(
        source=source.astype(np.int32),
        target=edges.target,
        weight_pa=edges.weight_pa,
        delay_ms=edges.delay_ms,
        receptor=edges.receptor,
        n_synapses=edges.n_synapses,
    )


def _background(model: NDArray[np.intp]) -> PoissonInput:
    cells, lines = cell_table(), line_table()
    synapses = lines.background_synapses[cells.line[model]]
    weight = cells.background_weight_pa[model] * synapses
    target = np.flatnonzero(weight > 0.0)
    return PoissonInput(
        target=target.astype(np.int32),
        rate_hz=np.full(target.size, BACKGROUND_RATE_HZ),
        weight_pa=weight[target],
        delay_ms=np.full(target.size, BACKGROUND_DELAY_MS),
        receptor=np.where(EXCITATORY[cells.population[model[target]]], 0, 2).astype(
            np.int8
        ),
        source_population=np.full(target.size, -1, dtype=np.int8),
    )
