"""Cells, inputs, determinism and refusals of ``build_column``."""

import numpy as np
import pytest
from scipy import stats

from bridge.column.building.build import build_column, largest_remainder
from bridge.column.building.tables import cell_table, population_table
from bridge.column.column import Column
from bridge.column.populations import CLASS_OF_POPULATION, CLASSES, POPULATIONS
from bridge.errors import InputError

COUNTS = {
    "3k": [59, 753, 129, 593, 94, 455, 64, 725, 128],
    "6k": [113, 1508, 250, 1189, 213, 907, 133, 1425, 262],
}

PINNED_200 = "a26d6b807bc5ff16e2807c0eb9626981ecc9750b46da77425c4ae3b5f0575080"
PINNED_3K = "bbf29c415072ac4c59712d5142980708a4ca09a871b97975b89be93784fdb5b1"


def _class_counts(column: Column) -> list[int]:
    names = [CLASS_OF_POPULATION[POPULATIONS[p]] for p in column.population]
    return [names.count(name) for name in CLASSES]


@pytest.mark.parametrize("size", ["3k", "6k"])
def test_named_columns_have_exact_class_counts(size: str) -> None:
    column = build_column(size, 3, surround=False)
    assert _class_counts(column) == COUNTS[size]
    assert column.name == size


def test_populations_and_models_keep_the_proportions(column_3k: Column) -> None:
    full, cells = population_table().count, cell_table()
    counts = np.bincount(column_3k.population, minlength=17)
    by_class = np.array([CLASSES.index(CLASS_OF_POPULATION[p]) for p in POPULATIONS])
    for c, n in enumerate(COUNTS["3k"]):
        quota = n * full[by_class == c] / full[by_class == c].sum()
        assert (np.abs(counts[by_class == c] - quota) < 1).all()
    models = column_3k.cell_models.node_type_id[column_3k.cell_model]
    for p in range(17):
        rows = np.flatnonzero(cells.population == p)
        found = [(models == cells.node_type_id[row]).sum() for row in rows]
        quota = counts[p] * cells.count[rows] / full[p]
        assert (np.abs(found - quota) < 1).all()


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [(10, [1, 1, 1], [4, 3, 3]), (5, [6, 3, 1], [3, 2, 0]), (0, [2, 1], [0, 0])],
)
def test_largest_remainder(total: int, shares: list[int], parts: list[int]) -> None:
    assert largest_remainder(total, np.array(shares)).tolist() == parts


def test_whole_model_can_be_apportioned() -> None:
    full = population_table().count
    np.testing.assert_array_equal(largest_remainder(230_924, full), full)


def test_positions_fill_the_cylinder_of_the_full_density(column_3k: Column) -> None:
    x, depth, z = column_3k.position_um.T
    radius = 845.0 * np.sqrt(3000 / 230_924)
    share = (x**2 + z**2) / radius**2
    assert share.max() <= 1 + 1e-6
    # Uniform over the disk: squared radius and azimuth uniform (one test in 1,000
    # would fail for another seed).
    assert stats.kstest(share, "uniform").pvalue > 1e-3
    azimuth = np.arctan2(z, x) / (2 * np.pi) + 0.5
    assert stats.kstest(azimuth, "uniform").pvalue > 1e-3
    table = population_table()
    low = table.depth_min_um[column_3k.population]
    high = table.depth_max_um[column_3k.population]
    assert stats.kstest((depth - low) / (high - low), "uniform").pvalue > 1e-3


def test_tuning_angles_are_even_within_models_and_free_of_position(
    column_3k: Column,
) -> None:
    angle = column_3k.tuning_angle_deg
    assert angle.min() >= 0
    assert angle.max() <= 360
    starts = []
    for model in range(column_3k.cell_models.n_models):
        own = np.sort(angle[column_3k.cell_model == model])
        gaps = np.diff(own, append=own[0] + 360.0)
        # Angles keep 24 bits.
        np.testing.assert_allclose(gaps, 360.0 / own.size, atol=1e-4)
        starts.append(own[0] * own.size / 360.0)
    # A random start per model: or all models of one cell would share a direction.
    assert stats.kstest(starts, "uniform").pvalue > 1e-3
    for coordinate in column_3k.position_um.T[[0, 2]]:
        for wave in (np.cos, np.sin):
            r = np.corrcoef(wave(np.radians(angle)), coordinate)[0, 1]
            # Four standard errors of a correlation of 3,000 pairs.
            assert abs(r) < 4 / np.sqrt(3000)


def test_same_seed_same_column_other_seed_other_column() -> None:
    first, again = build_column(300, 5), build_column(300, 5)
    assert first.hash == again.hash
    assert build_column(300, 6).hash != first.hash
    assert build_column(300, np.int64(5)).hash == first.hash


def test_hash_is_the_same_on_every_machine() -> None:
    # Recorded once: a change here means that columns of old runs cannot be rebuilt.
    assert build_column(200, 1).hash == PINNED_200
    assert build_column("3k", 1).hash == PINNED_3K


def test_surround_does_not_change_the_rest(column_3k: Column) -> None:
    bare = build_column("3k", 1, surround=False)
    assert bare.surround.n_streams == 0
    assert bare.hash != column_3k.hash
    np.testing.assert_array_equal(bare.position_um, column_3k.position_um)
    np.testing.assert_array_equal(
        bare.recurrent.weight_pa, column_3k.recurrent.weight_pa
    )
    np.testing.assert_array_equal(
        bare.lgn_edges.weight_pa, column_3k.lgn_edges.weight_pa
    )


def test_background_reaches_every_cell_once(column_3k: Column) -> None:
    background = column_3k.background
    np.testing.assert_array_equal(background.target, np.arange(3000))
    assert (background.rate_hz == 1000.0).all()
    assert (background.source_population == -1).all()
    # Published unitary weight and synapses: e23 0.209298 x 19, i1 0.668352 x 7.
    e23, i1 = column_3k.cells_of("e23"), column_3k.cells_of("i1Htr3a")
    np.testing.assert_allclose(background.weight_pa[e23], 0.2092978612 * 19)
    np.testing.assert_allclose(background.weight_pa[i1], 0.6683522716 * 7)
    assert (background.receptor[e23] == 0).all()
    assert (background.receptor[i1] == 2).all()


def test_a_number_or_a_radius_gives_the_innermost_cylinder() -> None:
    by_number = build_column(500, 2, surround=False)
    assert by_number.n_cells == 500
    share = population_table().count / 230_924
    counts = np.bincount(by_number.population, minlength=17)
    assert (np.abs(counts - 500 * share) < 1).all()
    radius = 845.0 * np.sqrt(500 / 230_924)
    assert np.hypot(*by_number.position_um.T[[0, 2]]).max() <= radius * (1 + 1e-6)
    by_radius = build_column(seed=2, radius_um=radius, surround=False)
    np.testing.assert_array_equal(by_radius.position_um, by_number.position_um)
    assert by_radius.name != by_number.name


def test_the_smallest_column_builds() -> None:
    column = build_column(1, 1)
    assert column.n_cells == 1
    assert column.recurrent.n_edges == 0
    assert column.surround.n_streams > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": "4k"}, "'4k' is unknown; give 3k, 6k"),
        ({"size": 0}, "size is 0 cells"),
        ({"size": -5}, "size is -5 cells"),
        ({"size": 230_925}, "has 1 to 230924"),
        ({"size": 12.5}, "give a name or a whole number"),
        ({"size": True}, "give a name or a whole number"),
        ({"size": 100, "radius_um": 50.0}, "a size or a radius, not both"),
        ({"size": "6k", "radius_um": 50.0}, "a size or a radius, not both"),
        ({"radius_um": 845.1}, "the model has 0 to 845 um"),
        ({"radius_um": 0.0}, "the model has 0 to 845 um"),
        ({"radius_um": float("nan")}, "the model has 0 to 845 um"),
        ({"radius_um": 0.1}, "no cell within"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"seed": True}, "seed is True"),
    ],
)
def test_bad_requests_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        build_column(**arguments)
    assert "\n" not in str(error.value)
