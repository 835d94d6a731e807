"""SONATA files that we did not write."""

import csv
import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.sonata.read import read_sonata

pytestmark = pytest.mark.agreement


@pytest.fixture(scope="module")
def generated(shared_data: Path) -> Path:
    return shared_data / "allen/column_6k_generated"


@pytest.fixture(scope="module")
def column(generated: Path) -> Column:
    return read_sonata(generated)


def test_generated_column_has_the_counts_of_its_files(
    generated: Path, column: Column
) -> None:
    assert column.n_cells == 6000
    assert column.recurrent.n_edges == 1_148_343
    # 89,814 LGN edges, of which 454 onto i4Sst and i4Htr3a have weight 0.
    assert column.lgn_edges.n_edges == 89_814 - 454
    assert column.lgn.n_cells == 892
    assert column.background.n_streams == 6000
    assert (column.background.rate_hz == 1000.0).all()
    assert column.surround.n_streams == 0
    # The file's own 17 populations, from its types.
    with h5py.File(generated / "v1_nodes.h5") as file:
        type_id = file["nodes/v1/node_type_id"][:]
    with (generated / "v1_node_types.csv").open(encoding="utf-8") as file:
        line = {
            int(r["node_type_id"]): r["pop_name"]
            for r in csv.DictReader(file, delimiter=" ")
        }
    for cell in range(0, 6000, 113):
        assert line[type_id[cell]].startswith(POPULATIONS[column.population[cell]])
    assert 0.0 < column.position_um[:, 1].min() < column.position_um[:, 1].max() < 850.0


def test_generated_column_agrees_with_a_plain_reading(
    generated: Path, column: Column
) -> None:
    with h5py.File(generated / "v1_v1_edges.h5") as file:
        edges = file["edges/v1_to_v1"]
        np.testing.assert_array_equal(
            column.recurrent.source, edges["source_node_id"][:]
        )
        np.testing.assert_array_equal(
            column.recurrent.target, edges["target_node_id"][:]
        )
        np.testing.assert_array_equal(column.recurrent.weight_pa, edges["0/weight_pA"])
        type_id = edges["edge_type_id"][:]
    with (generated / "v1_v1_edge_types.csv").open(encoding="utf-8") as file:
        rows = {int(r["edge_type_id"]): r for r in csv.DictReader(file, delimiter=" ")}
    delay = np.array([float(rows[k]["delay"]) for k in type_id])
    np.testing.assert_array_equal(column.recurrent.delay_ms, delay)
    port = {"e2e.json": 0, "i2e.json": 1, "e2i.json": 2, "i2i.json": 3}
    receptor = np.array([port[rows[k]["dynamics_params"]] for k in type_id])
    np.testing.assert_array_equal(column.recurrent.receptor, receptor)


def test_weights_follow_from_the_direction_rules(
    generated: Path, column: Column, tmp_path: Path
) -> None:
    """Without weight_pA the rules give the same weights.

    The file's are float32 and computed from float32 angles and positions, so the
    exponents differ by up to 1e-5.
    """
    folder = tmp_path / "copy"
    shutil.copytree(generated, folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    with h5py.File(folder / "v1_v1_edges.h5", "r+") as file:
        del file["edges/v1_to_v1/0/weight_pA"]
    by_rule = read_sonata(folder).recurrent.weight_pa
    listed = column.recurrent.weight_pa
    np.testing.assert_allclose(by_rule, listed, rtol=1e-4, atol=1e-30)
    assert np.unique(np.sign(listed)).tolist() == [-1.0, 0.0, 1.0]


def test_cell_models_come_from_our_tables_or_from_files(
    generated: Path, column: Column, layer_4: Path, tmp_path: Path
) -> None:
    """Cell Types files, NEST files and our tables agree on all 104 models."""
    models = layer_4 / "components"
    from_cell_types = read_sonata(generated, components=models).cell_models
    nest = models / "point_neuron_models/nest_models"
    (tmp_path / "cell_models").symlink_to(nest)
    (tmp_path / "synaptic_models").symlink_to(models / "synaptic_models")
    from_nest = read_sonata(generated, components=tmp_path).cell_models
    for name in (
        "c_m_pf",
        "g_ns",
        "e_l_mv",
        "v_th_mv",
        "v_reset_mv",
        "t_ref_ms",
        "asc_amps_pa",
        "asc_decay_per_ms",
        "tau_syn_ms",
    ):
        table = getattr(column.cell_models, name)
        # Our tables have 12 significant digits.
        for other in (from_cell_types, from_nest):
            np.testing.assert_allclose(getattr(other, name), table, rtol=1e-10)
    first = next(nest.glob("471789504*"))
    row = int(np.flatnonzero(from_nest.node_type_id == 471789504)[0])
    assert from_nest.v_th_mv[row] == json.loads(first.read_text())["V_th"]


def test_layer_4_network_is_read(l4: Column) -> None:
    assert l4.n_cells == 2415
    assert l4.recurrent.n_edges == 0
    # 36,485 LGN edges, of which 847 onto i4Sst and i4Htr3a have weight 0.
    assert l4.lgn_edges.n_edges == 36_485 - 847
    assert l4.background.n_streams == 2415
    names = {POPULATIONS[p] for p in l4.population}
    assert names == {"e4", "i4Htr3a", "i4Pvalb", "i4Sst"}
    assert set(l4.cell_models.pop_name) >= {"e4Rorb", "e4Scnn1a", "e4other"}
    assert set(l4.cell_models.node_type_id) >= {501282204, 314642645, 517982558}


def test_layer_4_weights_are_those_of_its_types(layer_4: Path, l4: Column) -> None:
    with h5py.File(layer_4 / "network/lgn_l4_edges.h5") as file:
        group = file["edges/lgn_to_l4"]
        type_id, nsyns = group["edge_type_id"][:], group["0/nsyns"][:]
        target, source = group["target_node_id"][:], group["source_node_id"][:]
    path = layer_4 / "network/lgn_l4_edge_types.csv"
    with path.open(encoding="utf-8") as file:
        unitary = {
            int(r["edge_type_id"]): float(r["syn_weight"])
            for r in csv.DictReader(file, delimiter=" ")
        }
    weight = np.array([unitary[k] for k in type_id]) * nsyns
    kept = weight != 0.0
    np.testing.assert_allclose(l4.lgn_edges.weight_pa, weight[kept], rtol=1e-15)
    np.testing.assert_array_equal(l4.lgn_edges.target, target[kept])
    number = l4.lgn.node_id[l4.lgn_edges.source]
    np.testing.assert_array_equal(number, source[kept])
    # lgn_exc.json is port 1, lgn_inh.json is port 2 in the network's components.
    is_e = l4.population[l4.lgn_edges.target] == POPULATIONS.index("e4")
    np.testing.assert_array_equal(l4.lgn_edges.receptor, np.where(is_e, 0, 1))


def test_a_bmtk_configuration_is_followed(layer_4: Path, tmp_path: Path) -> None:
    network = (layer_4 / "network").resolve()
    config = {
        "manifest": {"$NET": str(network), "$NETWORK": "$NET", "$DIR": "$NET/.."},
        "components": {"synaptic_models_dir": "${DIR}/components/synaptic_models"},
        "networks": {
            "nodes": [
                {
                    "nodes_file": f"$NETWORK/{name}_nodes.h5",
                    "node_types_file": f"$NET/{name}_node_types.csv",
                }
                for name in ("l4", "bkg")
            ],
            "edges": [
                {
                    "edges_file": "$NETWORK/bkg_l4_edges.h5",
                    "edge_types_file": "$NETWORK/bkg_l4_edge_types.csv",
                }
            ],
        },
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    column = read_sonata(tmp_path / "config.json", background_hz=700.0)
    assert (column.n_cells, column.lgn.n_cells) == (2415, 0)
    assert (column.background.rate_hz == 700.0).all()


def test_names_of_the_successor_model_are_refused(
    layer_4: Path, tmp_path: Path
) -> None:
    network = tmp_path / "network"
    shutil.copytree(layer_4 / "network", network, copy_function=shutil.copyfile)
    path = network / "l4_node_types.csv"
    path.write_text(path.read_text().replace("i4Htr3a", "i4Vip"))
    with pytest.raises(InputError, match="i4Vip is a name of the successor"):
        read_sonata(network)
