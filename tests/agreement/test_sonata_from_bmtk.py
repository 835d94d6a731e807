"""Networks as BMTK's builder writes them."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from tiny_network import write_network

from bridge.sonata.read import read_network

pytestmark = pytest.mark.agreement

N_E, N_I = 6, 2


def build(network: Path) -> None:
    """Write two populations of nodes; edges in two groups, queries of every kind."""
    networks = pytest.importorskip("bmtk.builder.networks")
    rng = np.random.default_rng(3)

    def places(n: int) -> dict[str, Any]:
        place = {axis: rng.uniform(0.0, 100.0, n) for axis in "xyz"}
        return place | {"tuning_angle": rng.uniform(0.0, 360.0, n)}

    cells = networks.NetworkBuilder("v1")
    for line, n, more in (
        ("e4Scnn1a", N_E, {}),
        ("i4Pvalb", N_I, {"rotation_angle_yaxis": rng.uniform(0.0, 1.0, N_I)}),
    ):
        cells.add_nodes(
            N=n,
            pop_name=line,
            ei=line[0],
            location="VisL4",
            model_type="point_neuron",
            model_template="nest:glif_psc",
            dynamics_params=f"{line}.json",
            **places(n),
            **more,
        )
    common = {"model_template": "static_synapse", "delay": 1.5}
    cells.add_edges(
        source={"ei": "e"},
        target={"ei": "e"},
        connection_rule=2,
        syn_weight=10.0,
        dynamics_params="e2e.json",
        **common,
    )
    single = cells.add_edges(
        source={"pop_name": ["i4Pvalb"]},
        target={"ei": "e"},
        connection_rule=3,
        syn_weight=-5.0,
        dynamics_params="i2e.json",
        **common,
    )
    single.add_properties(
        ["syn_weight", "delay"],
        rule=lambda source, target: (-30.0 - target.node_id, 2.5),
        dtypes=[float, float],
    )
    cells.add_edges(
        source={"node_id": [6]},
        target={"ei": "i"},
        connection_rule=1,
        syn_weight=-20.0,
        weight_function="wmax",
        dynamics_params="i2i.json",
        **common,
    )
    lgn = networks.NetworkBuilder("lgn")
    lgn.add_nodes(
        N=4,
        model_name="sON_TF4",
        model_type="virtual",
        location="LGN",
        x=np.arange(4.0),
        y=np.arange(4.0),
        spatial_size=np.full(4, 3.0),
    )
    lgn.add_edges(
        source=lgn.nodes(),
        target=cells.nodes(ei="e"),
        connection_rule=lambda source, target: 1 + source.node_id,
        syn_weight=40.0,
        dynamics_params="e2e.json",
        **common,
    )
    for built in (cells, lgn):
        built.build()
        built.save(output_dir=str(network))


def test_what_the_builder_writes_is_read(tmp_path: Path) -> None:
    root = write_network(tmp_path / "net")
    for path in (root / "network").iterdir():
        path.unlink()
    build(root / "network")
    column, reading = read_network(root)
    edges = column.recurrent
    with h5py.File(root / "network/v1_v1_edges.h5") as file:
        stored = file["edges/v1_to_v1"]
        np.testing.assert_array_equal(edges.source, stored["source_node_id"])
        np.testing.assert_array_equal(edges.target, stored["target_node_id"])
    from_e, onto_e = edges.source < N_E, edges.target < N_E
    weight = np.where(from_e, 20.0, np.where(onto_e, -30.0 - edges.target, -20.0))
    np.testing.assert_array_equal(edges.weight_pa, weight)
    np.testing.assert_array_equal(edges.delay_ms, np.where(from_e | ~onto_e, 1.5, 2.5))
    np.testing.assert_array_equal(
        edges.receptor, np.where(from_e, 0, np.where(onto_e, 1, 3))
    )
    lgn = column.lgn_edges
    np.testing.assert_array_equal(lgn.weight_pa, 40.0 * (1 + lgn.source))
    assert reading.groups == {"v1": 2, "lgn": 1, "v1_to_v1": 2, "lgn_to_v1": 1}
    assert reading.attributes_not_used == {}
