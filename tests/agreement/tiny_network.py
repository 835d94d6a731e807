"""A SONATA network of eight cells, as others write them: in groups, types, files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Groups = Mapping[int, Mapping[str, Any]]

MODEL = {
    "V_m": -75.0,
    "V_th": -50.0,
    "g": 5.0,
    "E_L": -75.0,
    "C_m": 80.0,
    "t_ref": 3.0,
    "V_reset": -75.0,
    "asc_init": [0.0, 0.0],
    "asc_decay": [0.003, 0.1],
    "asc_amps": [-10.0, -60.0],
    "tau_syn": [5.5, 8.5, 2.8, 5.8],
    "spike_dependent_threshold": False,
    "after_spike_currents": True,
    "adapting_threshold": False,
}
CELLS = [
    {
        "node_type_id": number,
        "pop_name": line,
        "ei": line[0],
        "model_type": "point_neuron",
        "model_template": "nest:glif_psc",
        "dynamics_params": f"{line}.json",
    }
    for number, line in ((11, "e4Scnn1a"), (12, "i4Pvalb"))
]
RECURRENT = [
    {
        "edge_type_id": number,
        "target_query": f"ei=='{target}'",
        "source_query": f"ei=='{source}'",
        "syn_weight": weight,
        "delay": 1.5,
        "dynamics_params": f"{source}2{target}.json",
        "model_template": "static_synapse",
    }
    for number, source, target, weight in (
        (1, "e", "e", 10.0),
        (2, "e", "i", 20.0),
        (3, "i", "e", -30.0),
    )
]
SOURCE, TARGET, KIND = [0, 1, 2, 3, 6, 7], [1, 2, 6, 7, 0, 3], [1, 1, 2, 2, 3, 3]


def write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a table of types separated by spaces."""
    lines = [" ".join(rows[0]), *(" ".join(map(str, r.values())) for r in rows)]
    path.write_text("\n".join(lines) + "\n")


def write_population(
    path: Path,
    name: str,
    ids: Mapping[str, Sequence[int]],
    groups: Groups,
    group_of: Sequence[int] | None = None,
    ends: Sequence[str] = (),
) -> None:
    """Write one population of nodes, or of edges between ``ends``."""
    kind = "edge" if ends else "node"
    n = len(next(iter(ids.values())))
    group_id = np.zeros(n, int) if group_of is None else np.array(group_of)
    index = np.zeros(n, int)
    for group in np.unique(group_id):
        index[group_id == group] = np.arange((group_id == group).sum())
    with h5py.File(path, "w") as file:
        population = file.create_group(f"{kind}s/{name}")
        for key, values in ids.items():
            population[key] = np.array(values, np.uint64)
        for key, end in zip(("source_node_id", "target_node_id"), ends, strict=False):
            population[key].attrs["node_population"] = end
        population[f"{kind}_group_id"] = group_id
        population[f"{kind}_group_index"] = index
        for group, attributes in groups.items():
            inside = population.create_group(str(group))
            for key, values in attributes.items():
                inside[key] = values


def write_recurrent(
    root: Path,
    groups: Groups,
    group_of: Sequence[int] | None = None,
    rows: Sequence[Mapping[str, Any]] = RECURRENT,
) -> None:
    """Write the six recurrent edges, and their types."""
    ids = {"source_node_id": SOURCE, "target_node_id": TARGET, "edge_type_id": KIND}
    path = root / "network/v1_v1_edges.h5"
    write_population(path, "v1_to_v1", ids, groups, group_of, ("v1", "v1"))
    write_table(root / "network/v1_v1_edge_types.csv", rows)


def write_network(root: Path) -> Path:
    """Write the network, its components and its circuit configuration."""
    network = root / "network"
    network.mkdir(parents=True)
    for folder in ("cell_models", "synaptic_models"):
        (root / "components" / folder).mkdir(parents=True)
    for line, t_ref in (("e4Scnn1a", 3.0), ("i4Pvalb", 2.0)):
        path = root / f"components/cell_models/{line}.json"
        path.write_text(json.dumps(MODEL | {"t_ref": t_ref}))
    for port, name in enumerate(("e2e", "i2e", "e2i", "i2i"), start=1):
        path = root / f"components/synaptic_models/{name}.json"
        path.write_text(json.dumps({"receptor_type": port}))
    place = {axis: np.linspace(10.0, 80.0, 8) + k for k, axis in enumerate("xyz")}
    cells = {"node_id": range(8), "node_type_id": [11] * 6 + [12] * 2}
    angles = {"tuning_angle": np.arange(8) * 40.0}
    write_population(network / "v1_nodes.h5", "v1", cells, {0: place | angles})
    write_table(network / "v1_node_types.csv", CELLS)
    fields = {"x": np.arange(4.0), "y": np.arange(4.0), "spatial_size": np.full(4, 3.0)}
    lgn = {"node_id": range(4), "node_type_id": [21] * 4}
    write_population(network / "lgn_nodes.h5", "lgn", lgn, {0: fields})
    row = {"node_type_id": 21, "model_name": "sON_TF4", "model_type": "virtual"}
    write_table(network / "lgn_node_types.csv", [row])
    target = np.repeat(np.arange(8), 4)
    ids = {
        "source_node_id": np.tile(np.arange(4), 8),
        "target_node_id": target,
        "edge_type_id": np.where(target < 6, 1, 2),
    }
    path = network / "lgn_v1_edges.h5"
    groups = {0: {"nsyns": np.full(32, 5)}}
    write_population(path, "lgn_to_v1", ids, groups, ends=("lgn", "v1"))
    rows = [r | {"source_query": "*", "syn_weight": 40.0} for r in RECURRENT[:2]]
    write_table(network / "lgn_v1_edge_types.csv", rows)
    write_recurrent(root, {0: {"nsyns": np.array([2, 3, 4, 5, 6, 7])}})
    write_circuit(root, circuit_of(("v1", "lgn")))
    return root


def circuit_of(populations: Sequence[str]) -> dict[str, Any]:
    """Return the circuit configuration of populations with edges onto ``v1``."""
    return {
        "manifest": {"$BASE": ".", "$NET": "${BASE}/network"},
        "components": {
            "point_neuron_models_dir": "$BASE/components/cell_models",
            "synaptic_models_dir": "$BASE/components/synaptic_models",
        },
        "networks": {
            "nodes": [
                {
                    "nodes_file": f"$NET/{name}_nodes.h5",
                    "node_types_file": f"$NET/{name}_node_types.csv",
                }
                for name in populations
            ],
            "edges": [
                {
                    "edges_file": f"$NET/{name}_v1_edges.h5",
                    "edge_types_file": f"$NET/{name}_v1_edge_types.csv",
                }
                for name in populations
            ],
        },
    }


def write_circuit(root: Path, circuit: Mapping[str, Any]) -> None:
    """Write a circuit configuration."""
    (root / "circuit_config.json").write_text(json.dumps(circuit))


def lgn_trains(stop_ms: float) -> tuple[np.ndarray, np.ndarray]:
    """Return regular spikes of the four LGN cells, times in ms and node ids."""
    trains = [
        np.arange(first, round(stop_ms * 10), step) * 0.1
        for first, step in ((107, 113), (211, 131), (158, 157), (301, 179))
    ]
    times = np.concatenate(trains)
    ids = np.repeat(np.arange(4), [train.size for train in trains])
    order = np.argsort(times, kind="stable")
    return times[order], ids[order]
