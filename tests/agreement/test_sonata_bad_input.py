"""Broken SONATA files end in one clear line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.errors import InputError
from bridge.sonata.read import read_sonata
from bridge.sonata.write import write_sonata

Break = Callable[[Path], object]

EDGES = "network/v1_v1_edges.h5"
EDGE_TYPES = "network/v1_v1_edge_types.csv"
NODES = "network/v1_nodes.h5"
NODE_TYPES = "network/v1_node_types.csv"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good") / "column"
    write_sonata(build_column(120, 3), folder, input_ms=0.0)
    return folder


def remove(name: str) -> Break:
    return lambda folder: (folder / name).unlink()


def text(name: str, content: str) -> Break:
    def change(folder: Path) -> None:
        (folder / name).write_text(content)

    return change


def replace(name: str, old: str, new: str) -> Break:
    def change(folder: Path) -> None:
        before = (folder / name).read_text()
        assert old in before
        (folder / name).write_text(before.replace(old, new))

    return change


def cut(name: str, fraction: float) -> Break:
    def change(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: int(fraction * len(content))])

    return change


def put(name: str, dataset: str, value: object, at: int | None = None) -> Break:
    """Replace a dataset, or one of its values."""

    def change(folder: Path) -> None:
        with h5py.File(folder / name, "r+") as file:
            values = file[dataset][:]
            if at is not None:
                values[at] = value
            elif callable(value):
                values = value(values)
            attributes = dict(file[dataset].attrs)
            del file[dataset]
            file[dataset] = values
            file[dataset].attrs.update(attributes)

    return change


def add_weights_that_disagree(folder: Path) -> None:
    with h5py.File(folder / EDGES, "r+") as file:
        group = file["edges/v1_to_v1/0"]
        group["weight_pA"] = group["syn_weight"][:]
        group["syn_weight"][7] *= 1.5


def drop(name: str, dataset: str) -> Break:
    def change(folder: Path) -> None:
        with h5py.File(folder / name, "r+") as file:
            del file[dataset]

    return change


def rename_population(old: str, new: str) -> Break:
    def change(folder: Path) -> None:
        with h5py.File(folder / f"network/{old}_nodes.h5", "r+") as file:
            file.move(f"nodes/{old}", f"nodes/{new}")

    return change


def rename_in_circuit(circuit: dict) -> None:
    nodes = circuit["networks"]["nodes"]
    entry = next(e for e in nodes if "bkg" in e["populations"])
    entry["populations"] = {"x": entry["populations"].pop("bkg")}


def edit_circuit(change: Callable[[dict], None]) -> Break:
    def apply(folder: Path) -> None:
        path = folder / "circuit_config.json"
        circuit = json.loads(path.read_text())
        change(circuit)
        path.write_text(json.dumps(circuit))

    return apply


def model_file(folder: Path) -> Path:
    return min((folder / "components/cell_models").iterdir())


def edit_model(change: Callable[[dict], None]) -> Break:
    def apply(folder: Path) -> None:
        path = model_file(folder)
        model = json.loads(path.read_text())
        change(model)
        path.write_text(json.dumps(model))

    return apply


def first_edge_type(column: int, value: str) -> Break:
    def change(folder: Path) -> None:
        lines = (folder / EDGE_TYPES).read_text().splitlines()
        row = lines[1].split(" ")
        row[column] = value
        (folder / EDGE_TYPES).write_text(
            "\n".join([lines[0], " ".join(row), *lines[2:]])
        )

    return change


CASES: dict[str, tuple[Break, str]] = {
    "no nodes file": (remove(NODES), "v1_nodes.h5: no such nodes file"),
    "no node types": (remove(NODE_TYPES), "v1_node_types.csv: no such types table"),
    "no edges file": (remove(EDGES), "v1_v1_edges.h5: no such edges file"),
    "nodes cut short": (cut(NODES, 0.6), "v1_nodes.h5: cannot be read as HDF5"),
    "edges cut short": (cut(EDGES, 0.9), "v1_v1_edges.h5: cannot be read as HDF5"),
    "edges are text": (text(EDGES, "hello"), "cannot be read as HDF5"),
    "circuit is no JSON": (text("circuit_config.json", "{"), "cannot be read as JSON"),
    "circuit is a list": (text("circuit_config.json", "[]"), "not a JSON object"),
    "circuit without networks": (
        edit_circuit(lambda c: c.pop("networks")),
        "no networks.nodes",
    ),
    "circuit without types": (
        edit_circuit(lambda c: c["networks"]["edges"][0].pop("edge_types_file")),
        "edge type 0 has no dynamics_params, so no receptor",
    ),
    "circuit without edges": (
        edit_circuit(lambda c: c["networks"]["edges"][0].pop("edges_file")),
        "an entry of networks.edges lacks edges_file",
    ),
    "circuit names a number": (
        edit_circuit(lambda c: c["networks"]["nodes"][0].update(nodes_file=3)),
        "3 is not the name of a file",
    ),
    "no cell population": (
        edit_circuit(lambda c: c["networks"]["nodes"].pop(0)),
        "one population of point_neuron cells, found none",
    ),
    "edges of unknown nodes": (
        edit_circuit(lambda c: c["networks"]["nodes"].pop(1)),
        "node population lgn, for which there is no nodes file",
    ),
    "nodes twice": (
        edit_circuit(
            lambda c: c["networks"]["nodes"].append(c["networks"]["nodes"][0])
        ),
        "population v1 occurs twice",
    ),
    "nodes file without nodes": (drop(NODES, "nodes/v1"), "no /nodes population"),
    "no type ids": (drop(NODES, "nodes/v1/node_type_id"), "has no node_type_id"),
    "lengths differ": (
        put(NODES, "nodes/v1/node_type_id", lambda v: v[:-2]),
        "has 120 values, not 118: lengths differ",
    ),
    "node id twice": (put(NODES, "nodes/v1/node_id", 5, at=6), "occurs twice"),
    "unknown node type": (
        put(NODES, "nodes/v1/node_type_id", 77, at=2),
        "no node type 77, which v1_nodes.h5 uses",
    ),
    "no position": (
        drop(NODES, "nodes/v1/0/z"),
        "row 0 of v1 has no z, neither there nor in v1_node_types.csv",
    ),
    "short attribute": (
        put(NODES, "nodes/v1/0/x", lambda v: v[:-1]),
        "x has 119 values",
    ),
    "position not finite": (
        put(NODES, "nodes/v1/0/x", np.inf, at=4),
        "x of row 4 is not a finite number",
    ),
    "attribute is text": (
        put(NODES, "nodes/v1/0/x", lambda v: v.astype("S8")),
        "x does not hold numbers",
    ),
    "group missing": (put(NODES, "nodes/v1/node_group_id", 3, at=0), "has no group 3"),
    "source out of range": (
        put(EDGES, "edges/v1_to_v1/source_node_id", 120, at=0),
        "refers to node 120 of v1, which v1_nodes.h5 does not have",
    ),
    "ids are not whole": (
        put(EDGES, "edges/v1_to_v1/target_node_id", lambda v: v + 0.5),
        "not a list of whole numbers",
    ),
    "unknown edge type": (
        put(EDGES, "edges/v1_to_v1/edge_type_id", 9999, at=1),
        "no edge type 9999, which v1_v1_edges.h5 uses",
    ),
    "weight is NaN": (
        put(EDGES, "edges/v1_to_v1/0/syn_weight", np.nan, at=7),
        "syn_weight of row 7 is not a finite number",
    ),
    "weights disagree": (
        add_weights_that_disagree,
        "weight_pA of edge 7 is not syn_weight x nsyns",
    ),
    "no synapses": (
        put(EDGES, "edges/v1_to_v1/0/n_synapses", 0, at=7),
        "n_synapses must lie within 1..32767",
    ),
    "delay is zero": (first_edge_type(3, "0.0"), "a delay is not positive"),
    "delay is text": (first_edge_type(3, "soon"), "delay of type 0 is 'soon'"),
    "delay is absent": (
        first_edge_type(3, "NULL"),
        "has no delay, neither there nor in v1_v1_edge_types.csv",
    ),
    "receptor is absent": (first_edge_type(4, "NULL"), "no dynamics_params, so no"),
    "synapse model unknown": (first_edge_type(4, "x.json"), "x.json: no such synapse"),
    "receptor out of range": (
        text("components/synaptic_models/e2e.json", '{"receptor_type": 7}'),
        "receptor_type is 7, not 1..4",
    ),
    "edge type twice": (first_edge_type(0, "1"), "edge_type_id 1 occurs twice"),
    "edge type no number": (first_edge_type(0, "a"), "no whole number as edge_type_id"),
    "table without ids": (
        replace(NODE_TYPES, "node_type_id", "number"),
        "no column node_type_id",
    ),
    "row too long": (first_edge_type(5, "static_synapse 1 2"), "values for 6 columns"),
    "unknown cell line": (
        replace(NODE_TYPES, "e23Cux2", "e23Foo"),
        "has pop_name 'e23Foo'; write there which cells of the column they are",
    ),
    "successor's name": (
        replace(NODE_TYPES, "e5Rbp4", "e5IT"),
        "e5IT is a name of the successor V1 model",
    ),
    "another neuron model": (
        replace(NODE_TYPES, "nest:glif_psc", "nest:iaf_psc_alpha"),
        "only the GLIF models with static alpha currents",
    ),
    "biophysical cells": (
        replace(NODE_TYPES, "point_neuron", "biophysical"),
        "has model_type biophysical",
    ),
    "cell model is no JSON": (lambda f: model_file(f).write_text("x"), "read as JSON"),
    "cell model has text": (
        edit_model(lambda m: m.update(V_th="high")),
        "V_th is 'high', not a finite number",
    ),
    "negative capacitance": (
        edit_model(lambda m: m.update(C_m=-1.0)),
        "c_m_pf must be positive",
    ),
    "three after-spike currents": (
        edit_model(lambda m: m.update(asc_amps=[1.0, 2.0, 3.0])),
        "asc_amps has 3 values",
    ),
    "five time constants": (
        edit_model(lambda m: m.update(tau_syn=[1.0] * 5)),
        "tau_syn has 5 values",
    ),
    "LGN type unknown": (
        replace("network/lgn_node_types.csv", "sOFF_TF4 ", "sOFF_TF99 "),
        "has model_name 'sOFF_TF99'; write there which LGN cells they are",
    ),
    "inputs of unknown kind": (
        lambda folder: (
            edit_circuit(rename_in_circuit)(folder),
            rename_population("bkg", "x")(folder),
            replace("network/bkg_node_types.csv", "BKG", "moon")(folder),
            replace("network/bkg_node_types.csv", "SG_001", "X")(folder),
        ),
        "x is neither LGN, background nor surround",
    ),
    "surround without population": (
        lambda folder: (
            replace("network/surround_node_types.csv", " e6 ", " e7 ")(folder),
            replace("network/surround_v1_edge_types.csv", "'e6'", "'e7'")(folder),
        ),
        "'e7' of surround type 114 is none of the 17 populations",
    ),
    "negative rate": (
        put("network/bkg_nodes.h5", "nodes/bkg/0/rate_hz", -1.0, at=0),
        "a rate is negative",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_broken_files_end_in_one_line(
    exported: Path, tmp_path: Path, case: str
) -> None:
    change, message = CASES[case]
    folder = tmp_path / "column"
    shutil.copytree(exported, folder)
    change(folder)
    with pytest.raises(InputError) as caught:
        read_sonata(folder)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    if case != "negative rate":  # found by the column, which knows no files
        assert str(folder) in str(caught.value)


def test_a_place_without_a_network_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere: no such file or folder"):
        read_sonata(tmp_path / "nowhere")
    with pytest.raises(InputError, match="is it a SONATA network"):
        read_sonata(tmp_path)


def test_missing_components_folder_is_named(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder of cell and synapse models"):
        read_sonata(exported, components=tmp_path / "x")
