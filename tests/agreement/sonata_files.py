"""SONATA files as others write them: nodes, edges, tables, configurations, spikes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Attributes = Mapping[str, Any]


def write_table(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write a table of types separated by spaces; text that holds one is quoted."""

    def cell(value: object) -> str:
        text = str(value)
        return f'"{text}"' if " " in text else text

    columns = list(rows[0])
    lines = [columns, *([cell(row[c]) for c in columns] for row in rows)]
    path.write_text("\n".join(" ".join(line) for line in lines) + "\n")


def write_nodes(
    path: Path,
    name: str,
    type_id: Sequence[int],
    attributes: Attributes,
    node_id: Sequence[int] | None = None,
) -> None:
    """Write a population of nodes in one group."""
    n = len(type_id)
    with h5py.File(path, "w") as file:
        nodes = file.create_group(f"nodes/{name}")
        nodes["node_id"] = np.asarray(range(n) if node_id is None else node_id, "u8")
        nodes["node_type_id"] = np.asarray(type_id, "u4")
        nodes["node_group_id"] = np.zeros(n, "u2")
        nodes["node_group_index"] = np.arange(n, dtype="u4")
        _fill(nodes.create_group("0"), attributes)


def write_edges(
    path: Path,
    ends: tuple[str, str],
    source: Sequence[int],
    target: Sequence[int],
    type_id: Sequence[int],
    groups: Mapping[int, Attributes],
    group_id: Sequence[int] | None = None,
    name: str | None = None,
) -> None:
    """Write a population of edges; each group holds its edges in their order."""
    n = len(source)
    group = np.zeros(n, "u2") if group_id is None else np.asarray(group_id, "u2")
    index = np.zeros(n, "u4")
    for number in groups:
        index[group == number] = np.arange(np.count_nonzero(group == number))
    with h5py.File(path, "w") as file:
        edges = file.create_group(f"edges/{name or '_to_'.join(ends)}")
        for end, population, ids in zip(
            ("source", "target"), ends, (source, target), strict=True
        ):
            edges[f"{end}_node_id"] = np.asarray(ids, "u8")
            edges[f"{end}_node_id"].attrs["node_population"] = population
        edges["edge_type_id"] = np.asarray(type_id, "u4")
        edges["edge_group_id"], edges["edge_group_index"] = group, index
        for number, attributes in groups.items():
            _fill(edges.create_group(str(number)), attributes)


def write_trains(path: Path, trains: Mapping[str, tuple[Any, Any]]) -> None:
    """Write times (ms) and ids of each population."""
    with h5py.File(path, "w") as file:
        for name, (times, ids) in trains.items():
            group = file.create_group(f"spikes/{name}")
            group["timestamps"] = np.asarray(times, float)
            group["timestamps"].attrs["units"] = "ms"
            group["node_ids"] = np.asarray(ids, "u8")


def write_configurations(
    folder: Path,
    nodes: Sequence[str],
    edges: Sequence[str],
    *,
    duration_ms: float,
    inputs: Sequence[str] = ("lgn",),
) -> None:
    """Write a circuit and a simulation configuration for PointNet."""
    circuit = {
        "manifest": {"$DIR": "."},
        "components": {
            "point_neuron_models_dir": "$DIR/components/cell_models",
            "synaptic_models_dir": "$DIR/components/synaptic_models",
        },
        "networks": {
            "nodes": [
                {
                    "nodes_file": f"$DIR/network/{name}_nodes.h5",
                    "node_types_file": f"$DIR/network/{name}_node_types.csv",
                }
                for name in nodes
            ],
            "edges": [
                {
                    "edges_file": f"$DIR/network/{name}_edges.h5",
                    "edge_types_file": f"$DIR/network/{name}_edge_types.csv",
                }
                for name in edges
            ],
        },
    }
    simulation = {
        "manifest": {"$DIR": ".", "$OUTPUT_DIR": "$DIR/output"},
        "target_simulator": "NEST",
        "run": {"tstop": duration_ms, "dt": 0.1},
        "inputs": {
            name: {
                "input_type": "spikes",
                "module": "h5",
                "input_file": f"$DIR/{name}_spikes.h5",
                "node_set": name,
            }
            for name in inputs
        },
        "output": {
            "log_file": "log.txt",
            "output_dir": "$OUTPUT_DIR",
            "spikes_file": "spikes.h5",
            "overwrite_output_dir": True,
        },
        "network": "$DIR/circuit_config.json",
    }
    (folder / "circuit_config.json").write_text(json.dumps(circuit))
    (folder / "simulation_config.json").write_text(json.dumps(simulation))


def _fill(group: h5py.Group, attributes: Attributes) -> None:
    text = h5py.string_dtype()
    for name, values in attributes.items():
        array = np.asarray(values)
        group.create_dataset(
            name, data=array.astype(text) if array.dtype.kind in "OU" else array
        )
