"""LGN cells and their projection against the rule and the real L4 instance."""

import csv
from pathlib import Path

import h5py
import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.building.lgn_wiring import (
    draw_lgn_cells,
    receptive_field_centre,
    subtype_probability,
)
from bridge.column.column import Column
from bridge.column.lgn_cells import LgnCells
from bridge.column.populations import POPULATIONS


@pytest.fixture(scope="module")
def field() -> LgnCells:
    return draw_lgn_cells(np.random.default_rng(0))


@pytest.fixture(scope="module")
def column_6k() -> Column:
    return build_column("6k", 1, surround=False)


def _sources(column: Column, population: str) -> np.ndarray:
    n = np.bincount(column.lgn_edges.target, minlength=column.n_cells)
    return n[column.cells_of(population)]


def test_lgn_cells_tile_the_field(field: LgnCells) -> None:
    assert field.n_cells == 17_400
    kinds = np.array(field.cell_type)
    # Cells per tile x 150 tiles, from the builder.
    for name, n in (("sON_TF8", 2250), ("tOFF_TF4", 1500), ("sONtOFF_001", 750)):
        own = kinds == name
        assert own.sum() == n
        tiles, _, _ = np.histogram2d(
            field.x_deg[own],
            field.y_deg[own],
            bins=(15, 10),
            range=((0, 240), (0, 120)),
        )
        assert (tiles == n // 150).all()


def test_lgn_sizes_and_axes(field: LgnCells) -> None:
    kinds = np.array(field.cell_type)
    composite = np.char.startswith(kinds, "sONsOFF") | np.char.startswith(
        kinds, "sONtOFF"
    )
    np.testing.assert_array_equal(np.isnan(field.tuning_angle_deg), ~composite)
    assert (field.size_deg[kinds == "sONsOFF_001"] == 6).all()
    assert (field.size_deg[kinds == "sONtOFF_001"] == 9).all()
    single = field.size_deg[~composite]
    assert single.min() >= 2
    assert single.max() <= 10
    # Triangular (2, 3, 10): mean 5, standard deviation 1.78 over 15,450 cells.
    assert single.mean() == pytest.approx(5.0, abs=4 * 1.78 / np.sqrt(15_450))
    assert single.std() == pytest.approx(np.sqrt(57 / 18), rel=0.03)


def test_receptive_field_centre_follows_the_map() -> None:
    x, y = receptive_field_centre(np.array([[0.0, 400.0, 0.0], [100.0, 400.0, -100.0]]))
    # 7 degrees of azimuth, -4 of elevation, as tangents.
    assert x == pytest.approx([120.0, 120.0 + np.degrees(np.tan(np.radians(7)))])
    assert y == pytest.approx([60.0, 60.0 - np.degrees(np.tan(np.radians(4)))])


def test_subtype_probability() -> None:
    p = subtype_probability(np.array([1.0, 4.0]), np.array([1.0, 2.0, 4.0, 8.0]))
    # |1 - (1, 2, 4, 8)| = 0, 1, 3, 7 of 11; |4 - ...| = 3, 2, 0, 4 of 9.
    assert p[0] == pytest.approx(np.array([11, 10, 8, 4]) / 33)
    assert p[1] == pytest.approx(np.array([6, 7, 9, 5]) / 27)
    assert p.sum(axis=1) == pytest.approx([1.0, 1.0])


def test_only_cells_with_a_connection_are_kept(column_3k: Column) -> None:
    edges = column_3k.lgn_edges
    np.testing.assert_array_equal(
        np.unique(edges.source), np.arange(column_3k.lgn.n_cells)
    )
    assert (np.diff(column_3k.lgn.node_id) > 0).all()
    key = edges.target.astype(np.int64) * column_3k.lgn.n_cells + edges.source
    assert (np.diff(key) > 0).all()


def test_lgn_weights_delays_and_receptors(column_3k: Column) -> None:
    edges = column_3k.lgn_edges
    assert (edges.delay_ms == 1.7).all()
    assert (edges.weight_pa > 0).all()
    for name, unitary, synapses, receptor in (
        ("e23", 1.200945458, 15, 0),  # a single cell model
        ("i4Pvalb", (1.781041906, 1.802310952), 75, 2),
    ):
        own = np.isin(edges.target, column_3k.cells_of(name))
        assert (edges.n_synapses[own] == synapses).all()
        assert (edges.receptor[own] == receptor).all()
        np.testing.assert_allclose(
            np.unique(edges.weight_pa[own]), np.multiply(unitary, synapses), rtol=1e-9
        )


@pytest.mark.parametrize(
    ("population", "probability"),
    [("e4", 1.0), ("e23", 0.789), ("e6", 0.778), ("i5Pvalb", 1.0), ("i6Pvalb", 0.818)],
)
def test_fraction_with_lgn_input(
    column_6k: Column, population: str, probability: float
) -> None:
    n = _sources(column_6k, population)
    error = np.sqrt(probability * (1 - probability) / n.size)
    assert abs((n > 0).mean() - probability) <= 4 * error


def test_populations_without_lgn_weight_have_no_edges(column_6k: Column) -> None:
    # Their unitary weight is 0 in the released network (i4Sst and i4Htr3a have
    # edges there, without effect).
    silent = [p for p in POPULATIONS if p.startswith("i") and "Pvalb" not in p]
    for population in silent:
        if population != "i1Htr3a":
            assert _sources(column_6k, population).sum() == 0


def test_convergence_onto_e4_and_pvalb(column_6k: Column) -> None:
    # 15.9-16.1 and 15.2 in the real L4 instance. The local density of LGN cells
    # varies: the column sees some 700 of them, so 4 % (one standard deviation).
    e4, pvalb = _sources(column_6k, "e4"), _sources(column_6k, "i4Pvalb")
    assert e4.mean() == pytest.approx(16.0, abs=2.0)
    assert pvalb.mean() == pytest.approx(15.0, abs=2.0)
    assert e4.std() == pytest.approx(4.5, abs=0.9)


def test_subfields_lie_as_the_rule_says(column_6k: Column) -> None:
    """Geometry recovered from the drawn sources alone."""
    edges, lgn = column_6k.lgn_edges, column_6k.lgn
    kinds = np.array(lgn.cell_type)[edges.source]
    x, y = receptive_field_centre(column_6k.position_um)
    own = np.isin(edges.target, column_6k.cells_of("e4"))
    direction = np.radians(column_6k.tuning_angle_deg[edges.target])
    dx = lgn.x_deg[edges.source] - x[edges.target]
    dy = lgn.y_deg[edges.source] - y[edges.target]
    along_motion = dx * np.cos(direction) + dy * np.sin(direction)
    across_motion = dy * np.cos(direction) - dx * np.sin(direction)
    transient = own & np.char.startswith(kinds, "tOFF")
    sustained = own & (
        np.char.startswith(kinds, "sON_") | np.char.startswith(kinds, "sOFF_")
    )
    # Subfields 4-6 degrees apart along the preferred direction, OFF ahead.
    apart = along_motion[transient].mean() - along_motion[sustained].mean()
    assert apart == pytest.approx(5.0, abs=0.5)
    assert across_motion[sustained].mean() == pytest.approx(0.0, abs=0.5)
    # A uniform ellipse has variances of a quarter of its squared half axes:
    # half width 3.75-4.75, aspect 3.4-3.6, and the spread of half distances.
    for part in (transient, sustained):
        half_width = 2 * np.sqrt(along_motion[part].var() - 1.0 / 12 / 4)
        assert half_width == pytest.approx(4.26, rel=0.07)
        assert 2 * across_motion[part].std() == pytest.approx(4.26 * 3.5, rel=0.07)


def test_composite_cells_share_the_axis(column_6k: Column) -> None:
    edges, lgn = column_6k.lgn_edges, column_6k.lgn
    axis = lgn.tuning_angle_deg[edges.source]
    composite = ~np.isnan(axis)
    assert composite.sum() > 100
    turn = axis[composite] - column_6k.tuning_angle_deg[edges.target[composite]]
    off = np.abs((turn + 90.0) % 180.0 - 90.0)
    assert off.max() < 15.0


def test_source_types_match_the_real_layer_4(
    column_6k: Column, shared_data: Path
) -> None:
    """Sources per e4 cell, by type, in the published L4 network and here."""
    folder = shared_data / "allen/bmtk_workshop/Ch6_l4model/network"

    def column_of(name: str, key: str) -> dict[int, str]:
        with (folder / name).open() as file:
            return {
                int(row["node_type_id"]): row[key]
                for row in csv.DictReader(file, delimiter=" ")
            }

    lgn_type = column_of("lgn_node_types.csv", "model_name")
    cell_line = column_of("l4_node_types.csv", "cell_line")
    with h5py.File(folder / "lgn_nodes.h5") as file:
        types = file["nodes/lgn/node_type_id"][:]
    with h5py.File(folder / "l4_nodes.h5") as file:
        lines = file["nodes/l4/node_type_id"][:]
    with h5py.File(folder / "lgn_l4_edges.h5") as file:
        source = file["edges/lgn_to_l4/source_node_id"][:].astype(int)
        target = file["edges/lgn_to_l4/target_node_id"][:].astype(int)
    is_e4 = np.array([cell_line[int(t)].startswith("e4") for t in lines])
    real_kinds = np.array([lgn_type[int(t)] for t in types])[source[is_e4[target]]]
    edges = column_6k.lgn_edges
    own = np.isin(edges.target, column_6k.cells_of("e4"))
    kinds = np.array(column_6k.lgn.cell_type)[edges.source[own]]

    def per_cell(kinds: np.ndarray, prefix: str, n_cells: int) -> float:
        return float(np.char.startswith(kinds, prefix).sum() / n_cells)

    for prefix in ("sON_", "sOFF_", "tOFF_TF4", "tOFF_TF8", "tOFF_TF15"):
        real = per_cell(real_kinds, prefix, int(is_e4.sum()))
        ours = per_cell(kinds, prefix, column_6k.cells_of("e4").size)
        # Both see one random mosaic of 30-150 cells of the kind: 8-18 % each.
        assert ours == pytest.approx(real, rel=0.35), prefix
