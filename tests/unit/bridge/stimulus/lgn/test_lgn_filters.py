"""The LGN types' tables, kernels and fields against published figures."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from bridge.column.building.tables import lgn_type_table
from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.lgn.filter_table import lgn_filter_table, spontaneous_hz
from bridge.stimulus.lgn.grid import DEFAULT_LGN_TYPES, lgn_grid
from bridge.stimulus.lgn.receptive_field import field_weights
from bridge.stimulus.lgn.subunits import draw_lgn_parameters, lgn_subunits

SINGLE = [name for name in lgn_type_table().name if name.startswith(("sO", "tO"))][:12]

# Sum and time of the largest value of each kernel, computed with bmtk's
# TemporalFilterCosineBump (1 ms) from the published parameters.
KERNELS = {
    "sON_TF1": (3.384, 53),
    "sON_TF2": (10.665, 30),
    "sON_TF4": (8.98, 29),
    "sON_TF8": (5.92, 12),
    "sOFF_TF1": (2.647, 47),
    "sOFF_TF2": (4.785, 19),
    "sOFF_TF4": (4.156, 21),
    "sOFF_TF8": (2.596, 17),
    "sOFF_TF15": (9.704, 3),
    "tOFF_TF4": (1.858, 28),
    "tOFF_TF8": (1.06, 6),
    "tOFF_TF15": (0.643, 6),
}


def cells(*types: str, **columns) -> LgnCells:
    n = len(types)
    values = {
        "node_id": np.arange(n),
        "x_deg": np.full(n, 20.0),
        "y_deg": np.full(n, 20.0),
        "tuning_angle_deg": np.full(n, 90.0),
        "size_deg": np.full(n, 6.0),
    }
    return LgnCells(cell_type=types, **(values | columns))


def test_the_filters_are_those_of_the_released_network(shared_data: Path) -> None:
    folder = shared_data / "allen/bmtk_workshop/Ch6_l4model"
    table = lgn_filter_table()
    nodes = (folder / "network/lgn_node_types.csv").read_text().splitlines()
    found = 0
    for node in csv.DictReader(nodes, delimiter=" "):
        rows = table.rows_of(node["model_name"])
        sources = [node["dynamics_params"], node["non_dom_params"]]
        for row, source in zip(rows, sources[: len(rows)], strict=True):
            path = folder / "components/filter_models" / source
            fit = json.loads(path.read_text())
            np.testing.assert_allclose(table.weight[row], fit["opt_wts"], rtol=1e-7)
            np.testing.assert_allclose(table.peak_ms[row], fit["opt_kpeaks"], rtol=1e-7)
            np.testing.assert_array_equal(table.delay_ms[row], fit["opt_delays"])
            found += 1
        if len(rows) == 2:
            assert table.distance_deg[rows[1]] == float(node["sf_sep"])
    assert found == len(table.cell_type) == 16


def test_spontaneous_rates_are_means_of_the_cell_metrics(shared_data: Path) -> None:
    folder = shared_data / "allen/bmtk/bmtk/simulator/filternet/lgnmodel/cell_metrics"
    frequencies = ("TF1", "TF2", "TF4", "TF8", "TF15")
    for name in SINGLE:
        group, own = name.split("_")
        with (folder / f"{group}_cell_data.csv").open() as lines:
            rates = [
                float(row["Spont"])
                for row in csv.DictReader(lines)
                if max(frequencies, key=lambda f, row=row: float(row[f"F0_{f}"])) == own
            ]
        # the table has three digits after the point
        assert spontaneous_hz()[name] == pytest.approx(np.mean(rates), abs=5.1e-4)


def test_kernels_have_the_published_sums_and_peaks() -> None:
    lgn = cells(*KERNELS)
    made = lgn_subunits(lgn, draw_lgn_parameters(lgn, jitter=0.0, seed=0))
    for name, kernel in zip(KERNELS, made.kernel, strict=True):
        total, peak_ms = KERNELS[name]
        polarity = 1.0 if "ON" in name else -1.0
        # figures with three digits after the point
        assert polarity * kernel.sum() == pytest.approx(total, abs=6e-4)
        assert np.argmax(polarity * kernel) == peak_ms


def test_composite_kernels_cross_zero_at_the_published_times() -> None:
    lgn = cells("sONsOFF_001", "sONtOFF_001")
    made = lgn_subunits(lgn, draw_lgn_parameters(lgn, jitter=0.0, seed=0))
    assert list(made.cell) == [0, 1, 0, 1]
    # OFF and ON of each type; delays are whole milliseconds, so 64.8 is cut to 64
    for kernel, sign, crossing_ms in zip(
        made.kernel, (-1, -1, 1, 1), (115, 64, 121, 93), strict=True
    ):
        positive = sign * kernel
        peak = int(positive.argmax())
        first_negative = peak + int(np.argmax(positive[peak:] < 0.0))
        assert first_negative == crossing_ms
    # full-field rates up to the zero crossing: max OFF over max ON, spontaneous
    # rates included, which is what the gain of the OFF subunit is made for
    for off, on, ratio, spontaneous, factor in (
        (0, 2, 35.0 / 21.0, 4.0, 1.0),
        (1, 3, 46.0 / 31.0, 5.5, 0.7),
    ):
        area_off = np.maximum(-made.kernel[off], 0.0).sum()
        area_on = np.maximum(made.kernel[on], 0.0).sum()
        expected = factor * ratio * area_on + spontaneous * (ratio - 1.0)
        assert area_off == pytest.approx(expected, rel=1e-9)


def test_jitter_stays_within_its_bounds_and_follows_the_cell() -> None:
    types = lgn_type_table().name
    lgn = lgn_grid(types=types, field_deg=(60.0, 60.0))
    table = lgn_filter_table()
    drawn = draw_lgn_parameters(lgn, jitter=0.025, seed=3)
    for name in ("weight", "peak_ms"):
        ratio = getattr(drawn, name) / getattr(table, name)[drawn.row]
        assert 0.975 <= ratio.min() < 0.976
        assert 1.024 < ratio.max() <= 1.025
        # uniform: sd of the mean of 1,920 numbers is 0.025 / sqrt(3 x 1920)
        assert ratio.mean() == pytest.approx(1.0, abs=5 * 0.025 / np.sqrt(3 * 1920))
    again = draw_lgn_parameters(lgn, jitter=0.025, seed=3)
    np.testing.assert_array_equal(drawn.weight, again.weight)
    some = np.arange(5, lgn.n_cells, 7)
    part = lgn.select(some)
    alone = draw_lgn_parameters(part, jitter=0.025, seed=3)
    np.testing.assert_array_equal(alone.weight[: some.size], drawn.weight[some])
    other = draw_lgn_parameters(lgn, jitter=0.025, seed=4)
    assert (other.weight != drawn.weight).all()


def test_the_default_grid_has_832_channels() -> None:
    lgn = lgn_grid(field_deg=(80.0, 40.0))
    assert lgn.n_cells == 832
    assert set(lgn_type_table().name) - set(lgn.cell_type) == {"sONtOFF_001"}
    assert lgn.cell_type[::64] == DEFAULT_LGN_TYPES
    np.testing.assert_allclose(lgn.x_deg[:8], np.arange(5.0, 80.0, 10.0))
    np.testing.assert_allclose(lgn.y_deg[:64:8], np.arange(2.5, 40.0, 5.0))
    assert np.unique(lgn.node_id).size == 832
    single = lgn.size_deg[: 12 * 64]
    assert single.min() >= 2.0
    assert single.max() <= 10.0
    # mean of the triangular distribution 2, 3, 10; its sd is 1.8, of the mean 0.064
    assert single.mean() == pytest.approx(5.0, abs=0.3)
    assert (lgn.size_deg[12 * 64 :] == 6.0).all()
    np.testing.assert_array_equal(np.isnan(lgn.tuning_angle_deg[: 12 * 64]), True)


def test_a_type_keeps_its_cells_in_any_list() -> None:
    whole = lgn_grid(field_deg=(60.0, 60.0), grid=(4, 5))
    alone = lgn_grid(field_deg=(60.0, 60.0), grid=(4, 5), types=("tOFF_TF4",))
    own = np.array(whole.cell_type) == "tOFF_TF4"
    assert alone.n_cells == 20
    for name in ("node_id", "x_deg", "y_deg", "size_deg"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(whole, name)[own])


@pytest.mark.parametrize("deg_per_pixel", [0.5, 1.0, 2.0])
def test_fields_are_gaussians_of_a_third_of_the_size(deg_per_pixel: float) -> None:
    n = round(60.0 / deg_per_pixel)
    x, y, sigma = np.array([21.3, 35.0]), np.array([30.9, 28.0]), np.array([2 / 3, 2.0])
    weights = field_weights(
        x,
        y,
        sigma,
        image_shape=(n, n),
        deg_per_pixel=deg_per_pixel,
        pixels="integral",
    ).toarray()
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-12)
    # Integrals over pixels, seen as points in the middle of the pixels, have the mean
    # of the Gaussian to exp(-2 pi^2 sigma^2 / pixel^2) pixels (aliasing of its
    # spectrum) and a variance that is larger by pixel^2 / 12, up to the same.
    middle = (np.arange(n) + 0.5) * deg_per_pixel
    ripple = np.exp(-2.0 * (np.pi * sigma / deg_per_pixel) ** 2)
    field = weights.reshape(2, n, n)
    for centre, profile in ((x, field.sum(axis=1)), (y, field.sum(axis=2))):
        mean = profile @ middle
        variance = (profile * (middle - mean[:, None]) ** 2).sum(axis=1)
        assert (np.abs(mean - centre) < 1e-6 + ripple * deg_per_pixel).all()
        wider = sigma**2 + deg_per_pixel**2 / 12.0
        assert (np.abs(variance - wider) < 1e-5 + 4 * ripple * deg_per_pixel**2).all()
