"""Our SONATA export by the rules of NEST's own reader, and its spikes read back."""

import csv
import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.column import Column
from bridge.errors import InputError
from bridge.sonata.read import read_sonata
from bridge.sonata.write import write_sonata
from bridge.stimulus.lgn.spikes import read_lgn_spikes
from bridge.stimulus.stimulus import Stimulus

pytestmark = pytest.mark.agreement


def export(tmp_path: Path) -> tuple[Column, Path]:
    column, folder = build_column(60, 2), tmp_path / "c"
    rates = np.full((50, column.lgn.n_cells), 30.0, dtype=np.float32)
    stimulus = Stimulus("steady", 1.0, rates)
    write_sonata(column, folder, stimulus=stimulus, input_ms=50.0)
    return column, folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=" "))


def place(folder: Path, name: str) -> Path:
    """Return a file that the export names."""
    return folder / name.replace("$BASE_DIR/", "")


def test_by_the_rules_of_nests_reader_the_column_is_the_same(tmp_path: Path) -> None:
    """Read what its guide says it reads: files, tables, attributes and keys."""
    column, folder = export(tmp_path)
    circuit = json.loads((folder / "circuit_config.json").read_text())
    simulation = json.loads((folder / "simulation_config.json").read_text())
    assert simulation["target_simulator"] == "NEST"
    assert {"dt", "tstop"} <= set(simulation["run"])
    sizes = {}
    for entry in circuit["networks"]["nodes"]:
        rows = table(place(folder, entry["node_types_file"]))
        (model_type,) = {row["model_type"] for row in rows}
        with h5py.File(place(folder, entry["nodes_file"])) as file:
            ((name, nodes),) = file["nodes"].items()
            sizes[name] = nodes["node_type_id"].size  # a node's id is its row
            assert (nodes["node_id"][:] == np.arange(sizes[name])).all()
        if model_type == "virtual":
            (used,) = [
                i for i in simulation["inputs"].values() if i["node_set"] == name
            ]
            with h5py.File(place(folder, used["input_file"])) as file:
                spikes = file[f"spikes/{name}"]
                assert spikes["node_ids"][:].max() < sizes[name]
                assert spikes["timestamps"][:].min() > 0.0
        else:
            assert {row["model_template"] for row in rows} == {"nest:glif_psc"}
    for entry in circuit["networks"]["edges"]:
        types = {
            int(row["edge_type_id"]): row
            for row in table(place(folder, entry["edge_types_file"]))
        }
        models = place(folder, circuit["components"]["synaptic_models_dir"])
        with h5py.File(place(folder, entry["edges_file"])) as file:
            (edges,) = file["edges"].values()
            assert not edges["edge_group_id"][:].any()  # one group is all it takes
            name, target = (
                edges[f"{end}_node_id"].attrs["node_population"]
                for end in ("source", "target")
            )
            assert target == "v1"
            rows = [types[k] for k in edges["edge_type_id"][:].tolist()]
            assert {row["model_template"] for row in rows} == {"static_synapse"}
            assert "delay" not in edges["0"]  # it would go before that of the type
            weight = edges["0/syn_weight"][:]
            source, target = edges["source_node_id"][:], edges["target_node_id"][:]
        delay = [float(row["delay"]) for row in rows]
        synapses = {
            row["dynamics_params"]: json.loads(
                (models / row["dynamics_params"]).read_text()
            )
            for row in rows
        }
        port = [synapses[row["dynamics_params"]]["receptor_type"] for row in rows]
        wanted = {
            "v1": column.recurrent,
            "lgn": column.lgn_edges,
            "bkg": column.background,
            "surround": column.surround,
        }[name]
        assert (weight == wanted.weight_pa).all()
        assert (np.array(delay) == wanted.delay_ms).all()
        assert (np.array(port) == wanted.receptor + 1).all()
        assert (target == wanted.target).all()
        if name in ("v1", "lgn"):
            assert (source == wanted.source).all()
        else:
            assert (source == np.arange(weight.size)).all()


def test_its_own_spikes_are_read_back(tmp_path: Path) -> None:
    """Numbers of nodes, not of cells of the visual field, which differ."""
    column, folder = build_column(60, 2), tmp_path / "c"
    rates = np.full((50, column.lgn.n_cells), 30.0, dtype=np.float32)
    write_sonata(column, folder, stimulus=Stimulus("steady", 1.0, rates), input_ms=50.0)
    path = folder / "inputs/lgn_spikes.h5"
    spikes = read_lgn_spikes(path, read_sonata(folder).lgn)
    with h5py.File(path) as file:
        times, ids = file["spikes/lgn/timestamps"][:], file["spikes/lgn/node_ids"][:]
    assert spikes.n_unknown == 0
    order, theirs = np.lexsort((spikes.rows, spikes.times_ms)), np.lexsort((ids, times))
    assert (spikes.times_ms[order] == times[theirs]).all()
    assert (spikes.rows[order] == ids[theirs]).all()
    assert (column.lgn.node_id != np.arange(column.lgn.n_cells)).any()
    # A cell fires once a step at most, as it does where we simulate it.
    assert (
        np.unique(np.stack([np.round(times / 0.1), ids]), axis=1).shape[1] == ids.size
    )


def test_spikes_of_the_background_are_not_those_of_the_lgn(tmp_path: Path) -> None:
    _, folder = export(tmp_path)
    lgn, path = read_sonata(folder).lgn, folder / "inputs/bkg_spikes.h5"
    with pytest.raises(InputError, match="has spikes of bkg, the LGN"):
        read_lgn_spikes(path, lgn)
    assert read_lgn_spikes(path, lgn, "bkg").population == "bkg"
