"""Each row of a SONATA population has its own value, else that of its type."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from tiny_network import (
    CELLS,
    RECURRENT,
    lgn_trains,
    write_network,
    write_population,
    write_recurrent,
    write_table,
)

from bridge.column.column import Column
from bridge.errors import InputError
from bridge.sonata.hdf5_read import read_nodes
from bridge.sonata.read import read_sonata
from bridge.sonata.reading.records import NodeRecords
from bridge.sonata.types import read_types
from bridge.stimulus.stimulus import Stimulus
from spiking.running.model import SpikingModel

pytestmark = pytest.mark.agreement

OWN = {
    0: {"nsyns": np.array([2, 4, 6])},
    1: {
        "syn_weight": np.array([300.0, 1000.0, -2100.0]),
        "delay": np.full(3, 2.25),
    },
}
"""Groups as BMTK's builder writes them once one of several rules has properties."""


@pytest.fixture
def network(tmp_path: Path) -> Path:
    return write_network(tmp_path / "net")


def test_groups_may_differ(network: Path) -> None:
    """Weights and delays are those that BMTK 1.2 gives NEST 3.10."""
    write_recurrent(network, OWN, [0, 1, 0, 1, 0, 1])
    edges = read_sonata(network).recurrent
    assert edges.weight_pa.tolist() == [20.0, 300.0, 80.0, 1000.0, -180.0, -2100.0]
    assert edges.delay_ms.tolist() == [1.5, 2.25, 1.5, 2.25, 1.5, 2.25]
    assert edges.n_synapses.tolist() == [2, 1, 4, 1, 6, 1]


def test_spikes_are_those_of_bmtk(network: Path) -> None:
    """Counts and sums of times by BMTK 1.2 on NEST 3.10; delays on half a step."""
    write_recurrent(network, OWN, [0, 1, 0, 1, 0, 1])
    column = read_sonata(network)
    silent = Stimulus("none", 1.0, np.zeros((600, 4), dtype=np.float32))
    model = SpikingModel(column, dt_ms=0.1, device="numpy")
    trains = {(0, 0): lgn_trains(600.0)}
    result = model.run(
        [silent],
        n_trials=1,
        seed=1,
        bin_ms=10.0,
        record_spikes=True,
        lgn_spikes=trains,
    )
    (trial,) = result.spikes
    counts = np.bincount(trial.ids, minlength=8)
    assert counts.tolist() == [44, 78, 109, 1, 76, 76, 53, 43]
    sums = np.bincount(trial.ids, weights=trial.times_ms, minlength=8)
    expected = [13446.7, 22932.1, 32466.9, 22.9, 22283.8, 22283.8, 14762.7, 11900.1]
    np.testing.assert_allclose(sums, expected, rtol=1e-9)


def same_weights(column: Column) -> bool:
    expected = [20.0, 30.0, 80.0, 100.0, -180.0, -210.0]
    edges = column.recurrent
    return edges.weight_pa.tolist() == expected and set(edges.delay_ms) == {1.5}


NSYNS = np.array([2, 3, 4, 5, 6, 7])
SIZES = np.array([10.0, 10.0, 20.0, 20.0, -30.0, -30.0])
UNTYPED = [{k: v for k, v in row.items() if k != "syn_weight"} for row in RECURRENT]

FORMS: dict[str, Callable[[Path], object]] = {
    "weights in the types": lambda root: write_recurrent(root, {0: {"nsyns": NSYNS}}),
    "weights in the group": lambda root: write_recurrent(
        root, {0: {"nsyns": NSYNS, "syn_weight": SIZES}}, rows=UNTYPED
    ),
    "final weights": lambda root: write_recurrent(
        root, {0: {"weight_pA": SIZES * NSYNS}}, rows=UNTYPED
    ),
    "counted only": lambda root: write_recurrent(
        root, {0: {"n_synapses": NSYNS, "syn_weight": SIZES * NSYNS}}
    ),
    "an old export": lambda root: write_recurrent(
        root,
        {0: {"nsyns": NSYNS, "syn_weight": SIZES, "weight_pA": SIZES * NSYNS}},
    ),
    "final weights in one group": lambda root: write_recurrent(
        root,
        {0: {"nsyns": NSYNS[::2]}, 1: {"weight_pA": (SIZES * NSYNS)[1::2]}},
        [0, 1, 0, 1, 0, 1],
    ),
    "delays in the group": lambda root: write_recurrent(
        root,
        {0: {"nsyns": NSYNS, "delay": np.full(6, 1.5)}},
        rows=[r | {"delay": "NULL"} for r in RECURRENT],
    ),
    "models in the group": lambda root: write_recurrent(
        root,
        {
            0: {
                "nsyns": NSYNS,
                "dynamics_params": np.array(
                    ["e2e.json"] * 2 + ["e2i.json"] * 2 + ["i2e.json"] * 2, dtype="S8"
                ),
                "model_template": np.array(["static_synapse"] * 6, dtype="S"),
            }
        },
        rows=[r | {"dynamics_params": "NULL"} for r in RECURRENT],
    ),
    "rules of BMTK": lambda root: write_recurrent(
        root,
        {0: {"nsyns": NSYNS}},
        rows=[r | {"weight_function": "wmax"} for r in RECURRENT],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_values_may_stand_in_types_or_groups(network: Path, form: str) -> None:
    FORMS[form](network)
    column = read_sonata(network)
    assert same_weights(column)
    assert column.recurrent.receptor.tolist() == [0, 0, 2, 2, 1, 1]


def test_synapses_are_counted_whether_they_multiply_or_not(network: Path) -> None:
    for form in ("weights in the types", "counted only", "an old export"):
        FORMS[form](network)
        assert read_sonata(network).recurrent.n_synapses.tolist() == NSYNS.tolist()
    write_recurrent(network, {0: {"nsyns": NSYNS, "n_synapses": NSYNS + 1}})
    with pytest.raises(InputError, match="nsyns and n_synapses of edge 0 differ"):
        read_sonata(network)


def test_nodes_take_values_from_their_types(network: Path) -> None:
    """What others write per node may stand in the table, and the other way round."""
    expected = read_sonata(network)
    with h5py.File(network / "network/v1_nodes.h5", "r+") as file:
        del file["nodes/v1/0/z"]
    rows = [row | {"z": 7.5} for row in CELLS]
    write_table(network / "network/v1_node_types.csv", rows)
    lgn = {"node_id": range(4), "node_type_id": [21] * 4}
    own = {"model_name": np.array(["sON_TF4"] * 4, dtype=h5py.string_dtype())}
    place = {"x": np.arange(4.0), "y": np.arange(4.0)}
    path = network / "network/lgn_nodes.h5"
    write_population(path, "lgn", lgn, {0: own | place})
    row = {"node_type_id": 21, "model_type": "virtual", "spatial_size": 3.0}
    write_table(network / "network/lgn_node_types.csv", [row])
    column = read_sonata(network)
    assert set(column.position_um[:, 2]) == {7.5}
    assert column.lgn.cell_type == expected.lgn.cell_type
    assert column.lgn.size_deg.tolist() == expected.lgn.size_deg.tolist()


def texts_of(records: NodeRecords, *attributes: str) -> list[str | None]:
    texts, place = records.texts(*attributes)
    return [texts[k] for k in place]


def test_rows_of_nodes_say_what_they_have(network: Path) -> None:
    """What readers of cell models get: own texts and parameters, by row."""
    path = network / "network/v1_nodes.h5"
    ids = {"node_id": range(8), "node_type_id": [11] * 6 + [12] * 2}
    names = np.array(["a.json", "", "NULL"], dtype=h5py.string_dtype())
    groups = {0: {"dynamics_params": names}, 3: {"x": np.arange(5.0)}}
    write_population(path, "v1", ids, groups, [0, 0, 0, 3, 3, 3, 3, 3])
    with h5py.File(path, "r+") as file:
        file["nodes/v1/3/dynamics_params/V_th"] = np.arange(5.0) - 40.0
        file["nodes/v1/3/ei"] = np.array([0, 0, 1, 1, 1])
        file["nodes/v1/3/pop_name"] = np.array([0, 1, 1, 0, 0])
        file["nodes/v1/3/@library/pop_name"] = ["e5Rbp4", "i5Pvalb"]
    types = read_types(network / "network/v1_node_types.csv", "node_type_id")
    (records,) = read_nodes(path, types)
    assert texts_of(records, "dynamics_params") == [
        "a.json",
        *["e4Scnn1a.json"] * 5,
        *["i4Pvalb.json"] * 2,
    ]
    assert texts_of(records, "pop_name")[2:6] == [
        "e4Scnn1a",
        "e5Rbp4",
        "i5Pvalb",
        "i5Pvalb",
    ]
    assert texts_of(records, "cell_line", "pop_name")[0] == "e4Scnn1a"
    own = records.own["dynamics_params/V_th"]
    assert own.given.tolist() == [False] * 3 + [True] * 5
    assert own.values[own.given].tolist() == [-40.0, -39.0, -38.0, -37.0, -36.0]
    assert records.numbers("x", -1.0).tolist() == [-1.0] * 3 + [0.0, 1.0, 2.0, 3.0, 4.0]
    assert records.given("x").tolist() == [False] * 3 + [True] * 5
    with pytest.raises(InputError, match="row 0 of v1 has no x"):
        records.numbers("x")


def test_a_network_without_tables_of_types_is_read(network: Path) -> None:
    """All may stand in the HDF5 file; the configuration then says null."""
    text = (network / "circuit_config.json").read_text()
    stated = '"$NET/v1_v1_edge_types.csv"'
    assert stated in text
    (network / "circuit_config.json").write_text(text.replace(stated, "null"))
    strings = {
        "dynamics_params": np.array(
            ["e2e.json"] * 2 + ["e2i.json"] * 2 + ["i2e.json"] * 2, dtype="S8"
        )
    }
    own = {"syn_weight": SIZES, "nsyns": NSYNS, "delay": np.full(6, 1.5)} | strings
    write_recurrent(network, {0: own})
    assert same_weights(read_sonata(network))
