"""Forms in which published networks come: they say the same, so the column is the same.

Each is one that was found in networks or configurations that others publish.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from tiny_network import RECURRENT, write_network, write_population, write_table

from bridge.errors import InputError
from bridge.sonata.hdf5_read import read_edges
from bridge.sonata.read import read_network, read_sonata
from bridge.sonata.types import read_types

pytestmark = pytest.mark.agreement

Change = Callable[[Path], object]


@pytest.fixture
def network(tmp_path: Path) -> Path:
    return write_network(tmp_path / "net")


def opened(file: str, change: Callable[[h5py.File], object]) -> Change:
    def apply(root: Path) -> None:
        with h5py.File(root / "network" / file, "r+") as hdf5:
            change(hdf5)

    return apply


def circuit(change: Callable[[dict[str, Any]], object]) -> Change:
    def apply(root: Path) -> None:
        path = root / "circuit_config.json"
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    return apply


def table(file: str, old: str, new: str) -> Change:
    def apply(root: Path) -> None:
        path = root / "network" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return apply


def with_mark(file: str) -> Change:
    def apply(root: Path) -> None:
        path = root / file
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    return apply


def stored_as(file: str, place: str, kind: str, **options: Any) -> Change:
    """Store a dataset in another type of number, in chunks or compressed."""

    def change(hdf5: h5py.File) -> None:
        values, attributes = hdf5[place][:], dict(hdf5[place].attrs)
        del hdf5[place]
        hdf5.create_dataset(place, data=values.astype(kind), **options)
        hdf5[place].attrs.update(attributes)

    return opened(file, change)


def all_in_hdf5(root: Path) -> None:
    """Let the LGN have no table of types, and say so by leaving it out."""

    def change(hdf5: h5py.File) -> None:
        hdf5["nodes/lgn/0/model_type"] = ["virtual"] * 4
        hdf5["nodes/lgn/0/model_name"] = [b"sON_TF4"] * 4

    opened("lgn_nodes.h5", change)(root)
    (root / "network/lgn_node_types.csv").unlink()
    circuit(lambda c: c["networks"]["nodes"][1].pop("node_types_file"))(root)


def no_table(root: Path) -> None:
    all_in_hdf5(root)
    circuit(lambda c: c["networks"]["nodes"][1].update(node_types_file=""))(root)


EDGES = "edges/v1_to_v1"
SAME: dict[str, Change] = {
    "no gap junctions": circuit(lambda c: c["networks"].update(gap_juncs=[])),
    "nothing overridden": circuit(lambda c: c.update(connection_overrides=[])),
    "an entry with a name": circuit(
        lambda c: c["networks"]["nodes"][0].update(name="v1")
    ),
    "folders that BMTK lists": circuit(
        lambda c: c["components"].update(
            {"__pycache___dir": "x", "population_models_dir": "y"}
        )
    ),
    "no table of types": all_in_hdf5,
    "a table of types without name": no_table,
    "an index of older files": opened(
        "v1_v1_edges.h5", lambda f: f.create_group(f"{EDGES}/indicies/source_to_target")
    ),
    "a pointer of older files": opened(
        "v1_v1_edges.h5", lambda f: f.create_dataset(f"{EDGES}/index_pointer", data=[0])
    ),
    "places of a synapse": opened(
        "v1_v1_edges.h5",
        lambda f: f.create_dataset(f"{EDGES}/0/afferent_surface_x", data=np.ones(6)),
    ),
    "type ids as numbers of pandas": table("v1_node_types.csv", "\n11 ", "\n11.0 "),
    "lines of Windows": table("v1_v1_edge_types.csv", "\n", "\r\n"),
    "marks of Windows": with_mark("circuit_config.json"),
    "marks in a cell model": with_mark("components/cell_models/e4Scnn1a.json"),
    "a query with spaces and commas": table(
        "v1_v1_edge_types.csv", "ei=='i'", "\"ei == 'i' & layer in ['2', '4']\""
    ),
    "a label that BMTK's examples use": table("v1_node_types.csv", " ei ", " ei_type "),
    "ids of 32 bits in chunks": stored_as(
        "v1_v1_edges.h5", f"{EDGES}/target_node_id", "i4", chunks=(2,)
    ),
    "compressed ids": stored_as(
        "v1_nodes.h5", "nodes/v1/node_id", "u2", compression="gzip"
    ),
    "ids in lzf": stored_as("v1_nodes.h5", "nodes/v1/node_id", "i8", compression="lzf"),
    "synapses as floats": stored_as("v1_v1_edges.h5", f"{EDGES}/0/nsyns", "f4"),
}


@pytest.mark.parametrize("form", SAME)
def test_another_form_is_the_same_column(network: Path, form: str) -> None:
    before = read_network(network)
    SAME[form](network)
    column, reading = read_network(network)
    assert column.hash == before.column.hash
    assert reading.line().split(";")[:4] == before.reading.line().split(";")[:4]


def test_what_many_types_say_is_looked_at_once(network: Path) -> None:
    """Ten thousand types of a million edges took minutes, one look at all per type."""
    rows = [RECURRENT[0] | {"edge_type_id": k, "delay": k + 1.0} for k in range(300)]
    path = network / "network/v1_v1_edge_types.csv"
    write_table(path, [row | {"weight_function": "wmax"} for row in rows])
    ids = np.arange(900) % 8
    edges = {
        "source_node_id": ids,
        "target_node_id": ids[::-1],
        "edge_type_id": np.arange(900) % 300,
    }
    place = network / "network/v1_v1_edges.h5"
    own = {0: {"nsyns": np.ones(900, int)}}
    write_population(place, "v1_to_v1", edges, own, ends=("v1", "v1"))
    (records,) = read_edges(place, read_types(path, "edge_type_id"))
    assert records.texts("weight_function")[0] == ["wmax"]
    names, of_row = records.texts("dynamics_params", "model_template")
    assert (names, set(of_row)) == (["e2e.json"], {0})
    delays = read_sonata(network).recurrent.delay_ms
    np.testing.assert_array_equal(delays, np.arange(900) % 300 + 1.0)


def test_a_list_without_values_is_of_any_type(network: Path) -> None:
    """NumPy makes an empty list one of floats."""
    none: list[int] = []
    ids = {"source_node_id": none, "target_node_id": none, "edge_type_id": none}
    path = network / "network/v1_v1_edges.h5"
    write_population(path, "v1_to_v1", ids, {0: {}}, [], ("v1", "v1"))
    with h5py.File(path) as file:
        assert file["edges/v1_to_v1/edge_group_id"].dtype == np.float64
    column, reading = read_network(network)
    assert column.recurrent.n_edges == 0
    assert "0 edges v1_to_v1" in reading.line()


def too_large_ids(file: h5py.File) -> None:
    ids = file["nodes/v1/node_id"][:]
    file["nodes/v1/node_id"][:] = ids + np.uint64(2**63)


def groups_without_ids(file: h5py.File) -> None:
    del file[f"{EDGES}/edge_group_id"], file[f"{EDGES}/edge_group_index"]
    file[f"{EDGES}/1/delay"] = np.full(6, 3.0)


REFUSED: dict[str, tuple[Change, str]] = {
    "groups whose rows are not said": (
        opened("v1_v1_edges.h5", groups_without_ids),
        "has groups 0, 1 and no edge_group_id",
    ),
    "ids of 64 bits without sign": (
        opened("v1_nodes.h5", too_large_ids),
        "v1/node_id has 9223372036854775815, which is too large",
    ),
    "a variable without value": (
        circuit(lambda c: c["networks"]["nodes"][0].update(nodes_file="$N/v1.h5")),
        "$N in $N/v1.h5 is no variable of the manifest",
    ),
    "a cell without line": (
        table("v1_node_types.csv", "pop_name", "some_name"),
        "node type 11 has no pop_name; write there which cells of the column they are: "
        "e23, e4, e5, e6, or of which line: i1Htr3a",
    ),
    "an LGN cell without type": (
        table("lgn_node_types.csv", "model_name", "some_name"),
        "node type 21 has no model_name; write there which LGN cells they are: sON_TF1",
    ),
    "no model_type": (
        table("v1_node_types.csv", "model_type", "some_name"),
        "has model_type missing",
    ),
    "a key given twice": (
        lambda root: (root / "components/cell_models/e4Scnn1a.json").write_text(
            '{"V_th": -50.0, "V_th": -45.0}'
        ),
        "V_th occurs twice in one object",
    ),
    "no nodes": (
        lambda root: write_population(
            root / "network/v1_nodes.h5",
            "v1",
            {"node_id": [], "node_type_id": []},
            {0: {}},
        ),
        "population v1 has no nodes",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_says_what_to_do(network: Path, case: str) -> None:
    change, message = REFUSED[case]
    change(network)
    with pytest.raises(InputError) as caught:
        read_sonata(network)
    assert message in str(caught.value)
    assert str(network) in str(caught.value)
    assert "\n" not in str(caught.value)
