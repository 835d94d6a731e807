"""What is in a network and not understood is named, one thing at a time."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.errors import InputError
from bridge.sonata.read import read_sonata
from bridge.sonata.write import write_sonata

NEW = "unheard_of"
Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network") / "column"
    write_sonata(build_column(20, 1), folder)
    return folder


def in_json(file: str, *where: str | int, value: Any = 1.5) -> Change:
    """Return what adds a key to a JSON object."""

    def change(folder: Path) -> None:
        path = sorted(folder.glob(file))[0]
        content = place = json.loads(path.read_text())
        for key in where:
            place = place[key]
        place[NEW] = value
        path.write_text(json.dumps(content))

    return change


def in_table(file: str, column: str | None = None) -> Change:
    """Return what adds a column, or puts a word into every row of one."""

    def change(folder: Path) -> None:
        path = folder / "network" / file
        rows = [line.split(" ") for line in path.read_text().splitlines()]
        if column is None:
            rows = [[*row, "1.5"] for row in rows]
            rows[0][-1] = NEW
        else:
            at = rows[0].index(column)
            rows[1:] = [[*r[:at], f"nest:{NEW}", *r[at + 1 :]] for r in rows[1:]]
        path.write_text("".join(" ".join(row) + "\n" for row in rows))

    return change


def in_hdf5(file: str, place: str, kind: str) -> Change:
    """Return what adds a dataset, or a group with a dataset."""

    def change(folder: Path) -> None:
        with h5py.File(folder / "network" / file, "r+") as file_:
            group = file_[place]
            n = max(item.shape[0] for item in group.values() if hasattr(item, "shape"))
            name = NEW if kind == "dataset" else f"{NEW}/V_th"
            group[name] = np.zeros(n)

    return change


CHANGES = {
    "key of a cell model": in_json("components/cell_models/*.json"),
    "key of a synapse model": in_json("components/synaptic_models/e2e.json"),
    "key of the circuit": in_json("circuit_config.json"),
    "key of the networks": in_json("circuit_config.json", "networks"),
    "key of the nodes": in_json("circuit_config.json", "networks", "nodes", 0),
    "key of the edges": in_json("circuit_config.json", "networks", "edges", 0),
    "column of node types": in_table("v1_node_types.csv"),
    "column of virtual node types": in_table("bkg_node_types.csv"),
    "column of edge types": in_table("v1_v1_edge_types.csv"),
    "template of nodes": in_table("v1_node_types.csv", "model_template"),
    "template of edges": in_table("v1_v1_edge_types.csv", "model_template"),
    "attribute of nodes": in_hdf5("v1_nodes.h5", "nodes/v1/0", "dataset"),
    "attribute of edges": in_hdf5("v1_v1_edges.h5", "edges/v1_to_v1/0", "dataset"),
    "group of nodes": in_hdf5("v1_nodes.h5", "nodes/v1/0", "group"),
    "group of edges": in_hdf5("v1_v1_edges.h5", "edges/v1_to_v1/0", "group"),
    "dataset of a node population": in_hdf5("v1_nodes.h5", "nodes/v1", "dataset"),
    "group of a node population": in_hdf5("v1_nodes.h5", "nodes/v1", "group"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_not_understood_is_named(good: Path, tmp_path: Path, what: str) -> None:
    folder = tmp_path / "column"
    shutil.copytree(good, folder)
    CHANGES[what](folder)
    with pytest.raises(InputError, match=NEW):
        read_sonata(folder)


def test_the_network_is_read_without_them(good: Path) -> None:
    assert read_sonata(good).n_cells == 20
