"""SONATA's circuit and simulation configurations of an exported column."""

from collections.abc import Sequence
from typing import Any


def circuit_config(populations: Sequence[tuple[str, bool]]) -> dict[str, Any]:
    """Return the circuit configuration.

    Parameters
    ----------
    populations
        Name of each node population, and whether it has connections onto ``v1``.
    """
    network, components = "$BASE_DIR/network", "$BASE_DIR/components"
    return {
        "manifest": {"$BASE_DIR": "."},
        "components": {
            "point_neuron_models_dir": f"{components}/cell_models",
            "synaptic_models_dir": f"{components}/synaptic_models",
        },
        "networks": {
            "nodes": [
                {
                    "nodes_file": f"{network}/{name}_nodes.h5",
                    "node_types_file": f"{network}/{name}_node_types.csv",
                    "populations": {
                        name: {"type": "point_neuron" if name == "v1" else "virtual"}
                    },
                }
                for name, _ in populations
            ],
            "edges": [
                {
                    "edges_file": f"{network}/{name}_v1_edges.h5",
                    "edge_types_file": f"{network}/{name}_v1_edge_types.csv",
                    "populations": {f"{name}_to_v1": {"type": "chemical"}},
                }
                for name, has_edges in populations
                if has_edges
            ],
        },
    }


def simulation_config(
    duration_ms: float, inputs: Sequence[str], seed: int
) -> dict[str, Any]:
    """Return the configuration of a NEST simulation through BMTK's PointNet.

    BMTK takes relative names from the folder it is started in, so the simulation
    is run from the folder of the configuration.

    Parameters
    ----------
    duration_ms
        Duration, ms.
    inputs
        Populations that have a file of input spikes.
    seed
        Random seed.
    """
    return {
        "manifest": {"$BASE_DIR": ".", "$OUTPUT_DIR": "$BASE_DIR/output"},
        "target_simulator": "NEST",
        "run": {
            "tstop": duration_ms,
            "duration": duration_ms,
            "dt": 0.1,
            "random_seed": seed,
        },
        "inputs": {
            f"{name}_spikes": {
                "input_type": "spikes",
                "module": "h5",
                "input_file": f"$BASE_DIR/inputs/{name}_spikes.h5",
                "node_set": name,
            }
            for name in inputs
        },
        "output": {
            "log_file": "log.txt",
            "output_dir": "$OUTPUT_DIR",
            "spikes_file": "spikes.h5",
            "spikes_sort_order": "by_time",
            "overwrite_output_dir": True,
        },
        "network": "$BASE_DIR/circuit_config.json",
    }
