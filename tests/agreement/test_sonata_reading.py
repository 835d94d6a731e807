"""What is said of a network after it was read."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from tiny_network import (
    circuit_of,
    write_circuit,
    write_network,
    write_population,
    write_recurrent,
    write_table,
)

from bridge.column.building.build import build_column
from bridge.sonata.read import read_network
from bridge.sonata.write import write_sonata
from validation.cli.main import main

pytestmark = pytest.mark.agreement


def with_background(root: Path) -> Path:
    """Add a background node without a rate, and an LGN cell without connection."""
    network = root / "network"
    path = network / "bkg_nodes.h5"
    write_population(path, "bkg", {"node_type_id": [31], "node_id": [0]}, {0: {}})
    row = {"node_type_id": 31, "pop_name": "SG_001", "model_type": "virtual"}
    write_table(network / "bkg_node_types.csv", [row])
    ids = {
        "source_node_id": [0] * 8,
        "target_node_id": range(8),
        "edge_type_id": [1] * 8,
    }
    groups = {0: {"syn_weight": np.full(8, 3.0)}}
    path = network / "bkg_v1_edges.h5"
    write_population(path, "bkg_to_v1", ids, groups, ends=("bkg", "v1"))
    row = {"edge_type_id": 1, "delay": 1.0, "dynamics_params": "e2e.json"}
    write_table(network / "bkg_v1_edge_types.csv", [row])
    with h5py.File(network / "lgn_v1_edges.h5", "r+") as file:
        edges = file["edges/lgn_to_v1"]
        source = edges["source_node_id"][:]
        edges["0/weight_pA"] = np.where(source == 3, 0.0, 200.0)
    write_circuit(root, circuit_of(("v1", "lgn", "bkg")))
    return root


def test_one_line_says_what_was_used(tmp_path: Path) -> None:
    root = with_background(write_network(tmp_path / "net"))
    own = {0: {"nsyns": np.ones(3, int)}, 1: {"syn_weight": np.ones(3)}}
    write_recurrent(root, own, [0, 1, 0, 1, 0, 1])
    column, reading = read_network(root)
    assert reading.line() == (
        "read net: 8 cells; 6 edges v1_to_v1; 32 edges lgn_to_v1; 8 edges bkg_to_v1; "
        "2 groups of v1_to_v1; 3 LGN cells (1 more without connection left out); "
        "8 background streams, independent though of 1 node, at 1000 Hz (assumed: the "
        "files do not say)"
    )
    assert column.lgn.n_cells == 3
    assert json.loads(json.dumps(reading.as_dict()))["background_hz"] == [
        1000.0,
        1000.0,
    ]
    row = {"node_type_id": 31, "pop_name": "SG_001", "model_type": "virtual"}
    path = root / "network/bkg_node_types.csv"
    write_table(path, [row | {"rate_hz": 250.0}])
    column, reading = read_network(root)
    assert set(column.background.rate_hz) == {250.0}
    assert "of 1 node, at 250 Hz (rate_hz of the nodes)" in reading.line()


def test_names_of_a_file_bring_no_control_characters(tmp_path: Path) -> None:
    root = write_network(tmp_path / "net")
    with h5py.File(root / "network/v1_nodes.h5", "r+") as file:
        file["nodes/v1/0/\x1b[31m_class"] = np.zeros(8)
    line = read_network(root).reading.line()
    assert "?[31m_class" in line
    assert line.isprintable()


def test_our_own_export_says_so(tmp_path: Path) -> None:
    column = build_column(60, 3)
    write_sonata(column, tmp_path / "c", input_ms=0.0)
    found, reading = read_network(tmp_path / "c")
    assert found.hash == column.hash
    assert reading.is_own_export
    assert reading.background_from == "rate_hz of the nodes"
    assert reading.surround_streams == column.surround.n_streams
    assert reading.background_nodes == column.background.n_streams
    assert "independent" not in reading.line()


def test_a_simulation_prints_and_keeps_what_was_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_network(tmp_path / "net")
    words = (
        f"simulate --column {root} --device numpy --duration-ms 510 --trials 1 "
        f"--out {tmp_path / 'out'}"
    )
    with pytest.raises(SystemExit) as caught:
        main(words.split())
    assert not caught.value.code
    assert "read net: 8 cells; 6 edges v1_to_v1" in capsys.readouterr().out
    kept = json.loads((tmp_path / "out/provenance.json").read_text())
    assert kept["column"]["edges"] == {"v1_to_v1": 6, "lgn_to_v1": 32}
