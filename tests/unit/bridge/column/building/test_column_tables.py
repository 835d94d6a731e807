"""The product's tables against the published files they restate."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from bridge.column.building.tables import (
    MAX_SYNAPSES,
    MIN_SYNAPSES,
    NORMALISATION_RADIUS_UM,
    TAU_SYN_MS,
    cell_table,
    lgn_projection_table,
    lgn_type_table,
    line_table,
    population_table,
    rule_table,
)
from bridge.column.building.wiring import (
    connection_rule,
    receptor_of,
    tuning_width_deg,
    unitary_weight,
)
from bridge.column.populations import EXCITATORY, POPULATIONS

# The tables keep 12 significant digits.
DIGITS = 1e-11


def _csv(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture(scope="module")
def builder(shared_data: Path) -> Path:
    return shared_data / "allen" / "v1_network_builder"


def test_tables_have_the_published_size() -> None:
    # Counts of the released network (Billeh et al. 2020).
    assert population_table().count.sum() == cell_table().count.sum() == 230_924
    assert cell_table().count.size == 111
    assert len(line_table().name) == 21
    assert lgn_type_table().cells_per_tile.sum() * 150 == 17_400


def test_counts_of_models_lines_and_populations_agree() -> None:
    cells, lines = cell_table(), line_table()
    by_population = np.bincount(cells.population, weights=cells.count)
    np.testing.assert_array_equal(by_population, population_table().count)
    by_line = np.bincount(lines.population, weights=lines.count)
    np.testing.assert_array_equal(by_line, population_table().count)
    assert (np.diff(cells.population) >= 0).all()


def test_cell_counts_and_depths_match_the_builder(builder: Path) -> None:
    with (builder / "glif_props" / "v1_node_models.json").open() as file:
        locations = json.load(file)["locations"]
    cells, lines, populations = cell_table(), line_table(), population_table()
    seen = 0
    for line, spec in (item for loc in locations.values() for item in loc.items()):
        population = lines.population[lines.name.index(line)]
        assert POPULATIONS[population].startswith(spec["ei"])
        low, high = spec["depth_range"]
        assert populations.depth_min_um[population] == low
        assert populations.depth_max_um[population] == high
        for model in spec["models"]:
            row = int(np.flatnonzero(cells.node_type_id == model["node_type_id"])[0])
            assert cells.count[row] == model["N"]
            assert lines.name[cells.line[row]] == line
            seen += 1
    assert seen == 111


def test_cell_parameters_match_the_parameter_files(shared_data: Path) -> None:
    folder = (
        shared_data / "allen/bmtk_workshop/Ch6_l4model/components/point_neuron_models"
    )
    cells = cell_table()
    for row, node_type in enumerate(cells.node_type_id):
        with (folder / f"{node_type}_glif_lif_asc_config.json").open() as file:
            allen = json.load(file)
        coeffs, rest_v = allen["coeffs"], allen["El_reference"]
        # Conversion to the units of NEST's glif_psc; all values in SI there.
        expected = {
            "c_m_pf": allen["C"] * coeffs["C"] * 1e12,
            "g_ns": coeffs["G"] / allen["R_input"] * 1e9,
            "e_l_mv": (allen["El"] + rest_v) * 1e3,
            "v_th_mv": (allen["th_inf"] * coeffs["th_inf"] + rest_v) * 1e3,
            "t_ref_ms": allen["spike_cut_length"] * allen["dt"] * 1e3,
            "asc_amps_pa": np.multiply(allen["asc_amp_array"], coeffs["asc_amp_array"])
            * 1e12,
            "asc_decay_per_ms": 1e-3 / np.array(allen["asc_tau_array"]),
        }
        for name, value in expected.items():
            np.testing.assert_allclose(
                getattr(cells, name)[row], value, rtol=DIGITS, err_msg=name
            )


def test_synaptic_time_constants_match(shared_data: Path) -> None:
    for row in _csv(shared_data / "allen/derived/glif3_params.csv"):
        found = tuple(float(row[k]) for k in row if k.startswith("tau_syn"))
        assert found == TAU_SYN_MS


def test_every_recurrent_edge_type_is_reproduced(builder: Path) -> None:
    cells, lines, rules = cell_table(), line_table(), rule_table()
    receptors = ("e2e.json", "i2e.json", "e2i.json", "i2i.json")
    connected = 0
    for row in _csv(builder / "glif_props" / "v1_v1_edge_types.csv", " "):
        node_type = int(re.findall(r"\d+", row["target_query"])[0])
        model = np.flatnonzero(cells.node_type_id == node_type)
        source = np.array([lines.name.index(row["source_query"].split("'")[1])])
        t, s = int(cells.population[model[0]]), int(lines.population[source[0]])
        if rules.probability[t, s] == 0.0:
            continue
        connected += 1
        # The released weights factorise to 2e-11 only.
        np.testing.assert_allclose(
            unitary_weight(model, source), float(row["syn_weight"]), rtol=5e-11
        )
        assert rules.delay_ms[t, s] == float(row["delay"])
        assert receptors[receptor_of(t, s)] == row["dynamics_params"]
        assert tuning_width_deg(t, s) == float(row["weight_sigma"])
        is_ee = row["weight_function"] == "DirectionRule_EE"
        assert is_ee == (EXCITATORY[t] and EXCITATORY[s])
    assert connected == 1784


def test_lgn_and_background_weights_match(builder: Path) -> None:
    cells = cell_table()
    for name, values in (
        ("lgn", cells.lgn_weight_pa),
        ("bkg", cells.background_weight_pa),
    ):
        rows = _csv(builder / "glif_props" / f"{name}_v1_edge_types.csv", " ")
        assert len(rows) == 111
        for row in rows:
            node_type = int(re.findall(r"\d+", row["target_query"])[0])
            found = values[cells.node_type_id == node_type]
            np.testing.assert_allclose(found, float(row["syn_weight"]), rtol=DIGITS)


def test_background_synapses_match_the_line_models(builder: Path) -> None:
    lines = line_table()
    line_of = {
        row["node_type_id"]: row["pop_name"]
        for row in _csv(builder / "node_props" / "lif_models_prop.csv", " ")
    }
    seen = set()
    for row in _csv(builder / "conn_props" / "bkg_edge_type_models.csv", " "):
        name = line_of.get(row["target_model_id"])
        if name in lines.name:
            index = lines.name.index(name)
            assert lines.background_synapses[index] == int(row["nsyns"]), name
            seen.add(name)
    assert seen == set(lines.name)


def test_connection_rules_match(shared_data: Path) -> None:
    rules, rule = rule_table(), connection_rule()
    rows = _csv(shared_data / "allen/derived/connection_rules_17x17.csv")
    assert len(rows) == 17 * 17
    clipped = set()
    for row in rows:
        t, s = POPULATIONS.index(row["target"]), POPULATIONS.index(row["source"])
        assert rules.probability[t, s] == float(row["A_literature"])
        assert float(row["R0_um"]) == NORMALISATION_RADIUS_UM
        assert int(row["nsyn_min"]) == MIN_SYNAPSES
        assert int(row["nsyn_max_exclusive"]) == MAX_SYNAPSES + 1
        # The file has six significant digits.
        assert rule.amplitude[t, s] == pytest.approx(float(row["A_new"]), rel=1e-5)
        if row["clipped"] == "True":
            clipped.add((POPULATIONS[s], POPULATIONS[t]))
        if rules.probability[t, s] == 0.0:
            continue
        assert rules.sigma_um[t, s] == float(row["sigma_um"])
        assert rules.ratio_90[t, s] == float(row["B_ratio"] or 1.0)
        if row["ori_intercept"]:
            assert rule.intercept[t, s] == pytest.approx(
                float(row["ori_intercept"]), rel=1e-5
            )
            assert rule.slope_per_deg[t, s] == pytest.approx(
                float(row["ori_gradient_per_deg"]), rel=1e-5
            )
    assert clipped == {(f"i{n}Sst", f"i{n}Pvalb") for n in ("23", "4", "5")}
    assert np.array_equal(rule.amplitude == 1.0, _pairs(clipped))


def _pairs(names: set[tuple[str, str]]) -> np.ndarray:
    matrix = np.zeros((17, 17), dtype=bool)
    for source, target in names:
        matrix[POPULATIONS.index(target), POPULATIONS.index(source)] = True
    return matrix


def test_lgn_tables_match_the_builder(builder: Path) -> None:
    with (builder / "node_props" / "lgn_models.json").open() as file:
        models = json.load(file)
    types = lgn_type_table()
    assert set(models) == set(types.name)
    for name, n, size in zip(
        types.name, types.cells_per_tile, types.size_deg, strict=True
    ):
        assert n == models[name]["N"]
        assert (size[0], size[2]) == (
            models[name]["size_range"][0],
            models[name]["size_range"][-1],
        )
    with (builder / "node_props" / "lgn_params.json").open() as file:
        params = json.load(file)
    table = lgn_projection_table()
    for i, name in enumerate(POPULATIONS):
        allen = params[name]
        assert table.probability[i] == allen["probability"]
        assert table.synapses[i] == allen["N_syn"]
        assert table.tf_poisson_mean[i] == allen["poissonParameter"]
        assert table.on_fraction[i] == allen["sON_ratio"]
        for column, key in (
            (table.distance_deg, "centers_d"),
            (table.width_deg, "ON_OFF_w"),
            (table.aspect, "aspectRatio"),
        ):
            assert tuple(column[i]) == (allen[f"{key}_min"], allen[f"{key}_max"])


def test_reference_rates_are_the_published_means(shared_data: Path) -> None:
    path = (
        shared_data
        / "allen/lm_v1_billeh_model/Billeh_column_metrics/v1_OSI_DSI_DF_old.csv"
    )
    lines = line_table()
    rates: dict[str, list[float]] = {name: [] for name in POPULATIONS}
    for row in _csv(path, " "):
        if row["pop_name"] in lines.name and row["Ave_Rate(Hz)"]:
            line = lines.name.index(row["pop_name"])
            rates[POPULATIONS[lines.population[line]]].append(
                float(row["Ave_Rate(Hz)"])
            )
    for i, name in enumerate(POPULATIONS):
        # Four significant digits of means rounded to 1 mHz per line.
        assert population_table().reference_rate_hz[i] == pytest.approx(
            np.nanmean(rates[name]), rel=2e-3
        ), name
