"""Nothing in a network is dropped in silence: what is not known is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from tiny_network import (
    CELLS,
    RECURRENT,
    write_network,
    write_recurrent,
    write_table,
)

from bridge.errors import InputError
from bridge.sonata.read import read_network, read_sonata

pytestmark = pytest.mark.agreement

Change = Callable[[Path], object]
NSYNS = np.array([2, 3, 4, 5, 6, 7])


@pytest.fixture
def network(tmp_path: Path) -> Path:
    return write_network(tmp_path / "net")


def inside(file: str, place: str, value: object) -> Change:
    """Add a dataset or a group to an HDF5 file."""

    def change(root: Path) -> None:
        with h5py.File(root / "network" / file, "r+") as opened:
            if value is None:
                opened.create_group(place)
            else:
                opened[place] = value

    return change


def column(file: str, rows: list[dict[str, Any]], **cells: object) -> Change:
    """Add cells to the first row of a table, NULL in the others."""
    rows = [
        r | {k: v if r is rows[0] else "NULL" for k, v in cells.items()} for r in rows
    ]
    return lambda root: write_table(root / "network" / file, rows)


def circuit(change: Callable[[dict[str, Any]], object]) -> Change:
    def apply(root: Path) -> None:
        path = root / "circuit_config.json"
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return apply


def synapse(**keys: object) -> Change:
    def apply(root: Path) -> None:
        path = root / "components/synaptic_models/e2e.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | keys))

    return apply


ONES = np.ones(8)
UNKNOWN: dict[str, tuple[Change, str]] = {
    "attribute of cells": (inside("v1_nodes.h5", "nodes/v1/0/mood", ONES), "mood"),
    "attribute of LGN cells": (
        inside("lgn_nodes.h5", "nodes/lgn/0/mood", ONES[:4]),
        "mood",
    ),
    "attribute of edges": (
        inside("v1_v1_edges.h5", "edges/v1_to_v1/0/mood", ONES[:6]),
        "mood",
    ),
    "parameters of edges": (
        inside("v1_v1_edges.h5", "edges/v1_to_v1/0/dynamics_params/tau", ONES[:6]),
        "dynamics_params/tau",
    ),
    "parameters of LGN cells": (
        inside("lgn_nodes.h5", "nodes/lgn/0/dynamics_params/V_th", ONES[:4]),
        "dynamics_params/V_th",
    ),
    "group in a group": (inside("v1_nodes.h5", "nodes/v1/0/extra", None), "extra"),
    "group of nodes": (inside("v1_nodes.h5", "nodes/v1/extra", None), "extra"),
    "group of edges": (inside("v1_v1_edges.h5", "edges/v1_to_v1/extra", None), "extra"),
    "group of a file": (inside("v1_nodes.h5", "gap_junctions", None), "gap_junctions"),
    "column of cells": (column("v1_node_types.csv", CELLS, mood=1), "mood"),
    "column of edges": (column("v1_v1_edge_types.csv", RECURRENT, mood=1), "mood"),
    "processing of cells": (
        column("v1_node_types.csv", CELLS, model_processing="aibs_allactive"),
        "model_processing cannot be honoured",
    ),
    "receptor of edges": (
        column("v1_v1_edge_types.csv", RECURRENT, receptor_type=2),
        "receptor_type cannot be honoured",
    ),
    "gap junctions": (
        column("v1_v1_edge_types.csv", RECURRENT, is_gap_junction=True),
        "is_gap_junction cannot be honoured",
    ),
    **{
        f"synapses {name}": (
            column("v1_v1_edge_types.csv", RECURRENT, model_template=name),
            f"model_template {name}",
        )
        for name in (
            "tsodyks2_synapse",
            "stdp_synapse",
            "nest:tsodyks_synapse",
            "exp2syn",
        )
    },
    "weight function": (
        column("v1_v1_edge_types.csv", RECURRENT, weight_function="mine"),
        "weight function 'mine'",
    ),
    "key of a synapse model": (synapse(mood=1), "mood"),
    "weight of a synapse model": (synapse(weight=3.0), "weight cannot be honoured"),
    "key of the configuration": (circuit(lambda c: c.update(mood=1)), "mood"),
    "node set": (circuit(lambda c: c.update(node_set="v1")), "node_set cannot"),
    "overrides": (
        circuit(lambda c: c.update(connection_overrides=[{}])),
        "connection_overrides cannot",
    ),
    "key of networks": (circuit(lambda c: c["networks"].update(mood=[])), "mood"),
    "gap junctions of networks": (
        circuit(lambda c: c["networks"].update(gap_juncs=[{}])),
        "gap_juncs cannot",
    ),
    "key of an entry": (
        circuit(lambda c: c["networks"]["edges"][0].update(mood=1)),
        "mood",
    ),
    "key of components": (circuit(lambda c: c["components"].update(mood=".")), "mood"),
    "key of run": (circuit(lambda c: c.update(run={"mood": 1})), "run: mood"),
    "key of conditions": (
        circuit(lambda c: c.update(conditions={"mood": 1})),
        "conditions: mood",
    ),
    "current clamps": (
        circuit(
            lambda c: c.update(
                inputs={"clamp": {"input_type": "current_clamp", "module": "IClamp"}}
            )
        ),
        'input clamp ("current_clamp", module "IClamp") cannot be honoured',
    ),
    "type of a population": (
        circuit(
            lambda c: c["networks"]["edges"][0].update(
                populations={"v1_to_v1": {"type": "electrical"}}
            )
        ),
        "population v1_to_v1 is of type 'electrical'",
    ),
    "key of a population": (
        circuit(
            lambda c: c["networks"]["nodes"][0].update(populations={"v1": {"mood": 1}})
        ),
        "population v1: mood",
    ),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_not_known_is_named(network: Path, case: str) -> None:
    change, message = UNKNOWN[case]
    change(network)
    with pytest.raises(InputError) as caught:
        read_sonata(network)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(network) in str(caught.value)


HARMLESS: dict[str, Change] = {
    "a label": inside("v1_nodes.h5", "nodes/v1/0/depth_class", ONES),
    "angles of a shape": inside("v1_nodes.h5", "nodes/v1/0/rotation_angle_yaxis", ONES),
    "places on a shape": inside(
        "v1_v1_edges.h5", "edges/v1_to_v1/0/afferent_section_id", ONES[:6]
    ),
    "an index": inside("v1_v1_edges.h5", "edges/v1_to_v1/indices/x", ONES),
    "a group without rows": inside("v1_nodes.h5", "nodes/v1/7/mood", ONES),
    "a column without values": column("v1_node_types.csv", CELLS, mood="NULL"),
    "reports": circuit(lambda c: c.update(reports={"v": {}}, output={})),
    "spike trains": circuit(
        lambda c: c.update(
            inputs={
                "lgn": {"input_type": "spikes", "module": "h5", "input_file": "x.h5"},
                "off": {"input_type": "current_clamp", "enabled": False},
            }
        )
    ),
    "a level of detail": synapse(level_of_detail="full"),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_is_harmless_changes_nothing(network: Path, case: str) -> None:
    before = read_sonata(network)
    HARMLESS[case](network)
    column, reading = read_network(network)
    assert column.hash == before.hash
    if case == "a label":
        assert reading.attributes_not_used == {"v1": ("depth_class",)}
    if case == "spike trains":
        assert reading.inputs_not_used == ("lgn",)


QUERIES = (
    "pop_name=='['i4Pvalb']'",
    "pop_name==['i4Pvalb','e4Scnn1a']",
    "node_id=='[6]'",
    "node_id=='6'",
    "mood=='2'",
    "ei=='i'|ei=='e'",
    "ei=='x'",
)


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_vetoes_an_edge(network: Path, query: str) -> None:
    """Queries say how edges were made; the edges stand in the HDF5 file."""
    before = read_sonata(network)
    inside("v1_nodes.h5", "nodes/v1/0/mood_class", ONES)(network)
    if "mood" in query:  # what a query asks for is a label
        inside("v1_nodes.h5", "nodes/v1/0/mood", np.full(8, 2))(network)
    rows = [row | {"source_query": query} for row in RECURRENT]
    write_table(network / "network/v1_v1_edge_types.csv", rows)
    assert read_sonata(network).hash == before.hash


def test_a_synapse_model_that_is_named_must_be_there(network: Path) -> None:
    """Its published name stands for it only where no components are known."""
    before = read_sonata(network)
    path = network / "components/synaptic_models/e2e.json"
    path.unlink()
    with pytest.raises(InputError, match=r"e2e\.json: no such synapse model"):
        read_sonata(network)
    (path.parent).rename(network / "elsewhere")
    with pytest.raises(InputError, match=r"e2e\.json: no such synapse model"):
        read_sonata(network)
    circuit(lambda c: c["components"].pop("synaptic_models_dir"))(network)
    column, reading = read_network(network)
    assert column.hash == before.hash
    assert reading.synapses_from_tables == ("e2e.json", "e2i.json", "i2e.json")
    assert "e2e.json" in reading.line()


def test_edges_are_not_read_twice(network: Path) -> None:
    circuit(lambda c: c["networks"]["edges"].append(c["networks"]["edges"][0]))(network)
    with pytest.raises(InputError, match="edge population v1_to_v1 is read twice"):
        read_sonata(network)


def test_the_row_of_a_group_must_be_known(network: Path) -> None:
    """Group ids without indices do not say which row of the group is whose."""
    write_recurrent(network, {0: {"nsyns": NSYNS}})
    with h5py.File(network / "network/v1_v1_edges.h5", "r+") as file:
        del file["edges/v1_to_v1/edge_group_index"]
    with pytest.raises(InputError, match="has no edge_group_index"):
        read_sonata(network)
