"""Small SONATA networks of different make, on which simulators must agree.

Each is a variation of one: 14 excitatory and 6 inhibitory cells of two models, six
LGN cells that drive all of them, and a hundred connections among them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sonata_files import (
    write_configurations,
    write_edges,
    write_nodes,
    write_table,
    write_trains,
)

from bridge.column.building.build import build_column
from bridge.sonata.write import write_sonata
from bridge.stimulus.stimulus import Stimulus

DURATION_MS = 200.0
N_E, N_I, N_LGN = 14, 6, 6
N = N_E + N_I

NEST_MODEL: dict[str, Any] = {
    "V_m": -74.0,
    "V_th": -51.0,
    "g": 4.7,
    "E_L": -74.0,
    "C_m": 72.0,
    "t_ref": 3.0,
    "V_reset": -74.0,
    "asc_init": [0.0, 0.0],
    "asc_decay": [0.004, 0.11],
    "asc_amps": [-9.0, -55.0],
    "asc_r": [1.0, 1.0],
    "tau_syn": [5.5, 8.5, 2.8, 5.8],
    "spike_dependent_threshold": False,
    "after_spike_currents": True,
    "adapting_threshold": False,
}
ALLEN_MODEL: dict[str, Any] = {
    "type": "GLIF",
    "El": 0.0,
    "El_reference": -0.074,
    "C": 7.5e-11,
    "R_input": 2.1e8,
    "th_inf": 0.0236,
    "dt": 5e-05,
    "spike_cut_length": 60,
    "init_AScurrents": [0.0, 0.0],
    "asc_amp_array": [-9e-12, -5.6e-11],
    "asc_tau_array": [0.25, 0.009],
    "coeffs": {
        "C": 0.96,
        "G": 0.987,
        "th_inf": 0.974,
        "a": 1,
        "b": 1,
        "asc_amp_array": [1.0, 0.98],
    },
    "threshold_dynamics_method": {"name": "inf", "params": {}},
    "voltage_reset_method": {"name": "zero", "params": {}},
    "AScurrent_dynamics_method": {"name": "exp", "params": {}},
    "AScurrent_reset_method": {"name": "sum", "params": {"r": [1.0, 1.0]}},
}


@dataclass
class Parts:
    """What a network is written from; variations change it before."""

    templates: tuple[str, str] = ("nest:glif_psc", "nest:glif_psc")
    models: tuple[dict[str, Any], dict[str, Any]] = (
        NEST_MODEL,
        {**NEST_MODEL, "t_ref": 2.0, "C_m": 55.0},
    )
    queries: tuple[str, str] = ("ei=='e'", "ei=='i'")
    node_id: np.ndarray = field(default_factory=lambda: np.arange(N))
    lgn_id: np.ndarray = field(default_factory=lambda: np.arange(N_LGN))
    node_attributes: dict[str, Any] = field(default_factory=dict)
    type_columns: tuple[str, ...] = ("pop_name", "ei")
    groups: Callable[[np.ndarray], tuple[dict[int, Any], np.ndarray | None]] = (
        lambda kind: ({0: {"nsyns": 1 + np.arange(kind.size) % 5}}, None)
    )
    delay_ms: float = 1.5
    weight_function: str | None = None
    split: bool = False
    other_trains: dict[str, Any] = field(default_factory=dict)


def write_network(folder: Path, parts: Parts) -> None:
    """Write the files of a network, with its LGN spikes, to an empty folder."""
    rng = np.random.default_rng(7)
    network, components = folder / "network", folder / "components"
    for place in (network, components / "cell_models", components / "synaptic_models"):
        place.mkdir(parents=True)
    for name, model in zip(("exc", "inh"), parts.models, strict=True):
        path = components / "cell_models" / f"{name}.json"
        path.write_text(json.dumps(model))
    for port, name in enumerate(("e2e", "i2e", "e2i", "i2i"), start=1):
        path = components / "synaptic_models" / f"{name}.json"
        path.write_text(json.dumps({"receptor_type": port}))
    is_i = np.arange(N) >= N_E
    _write_cells(network, parts, is_i, rng)
    write_nodes(
        network / "lgn_nodes.h5",
        "lgn",
        [300] * N_LGN,
        {
            "x": np.linspace(90.0, 130.0, N_LGN),
            "y": np.linspace(40.0, 70.0, N_LGN),
            "tuning_angle": np.full(N_LGN, np.nan),
            "spatial_size": np.full(N_LGN, 3.0),
        },
        parts.lgn_id,
    )
    lgn_type = {"node_type_id": 300, "model_name": "sON_TF4", "location": "LGN"}
    write_table(
        network / "lgn_node_types.csv",
        [lgn_type | {"model_type": "virtual", "ei": "e"}],
    )
    names = _write_recurrent(network, parts, is_i, rng)
    _write_lgn_edges(network, parts, is_i)
    write_configurations(
        folder, ("v1", "lgn"), (*names, "lgn_v1"), duration_ms=DURATION_MS
    )
    steps = np.arange(20, round(DURATION_MS / 0.1) - 20)
    times = [np.sort(rng.choice(steps, 14, replace=False)) * 0.1 for _ in range(N_LGN)]
    trains = {"lgn": (np.concatenate(times), np.repeat(parts.lgn_id, 14))}
    write_trains(folder / "lgn_spikes.h5", trains | parts.other_trains)


def _write_cells(
    network: Path, parts: Parts, is_i: np.ndarray, rng: np.random.Generator
) -> None:
    attributes = {
        "x": rng.normal(0.0, 50.0, N),
        "y": rng.uniform(300.0, 400.0, N),
        "z": rng.normal(0.0, 50.0, N),
        "tuning_angle": rng.uniform(0.0, 360.0, N),
    }
    write_nodes(
        network / "v1_nodes.h5",
        "v1",
        np.where(is_i, 202, 201),
        attributes | parts.node_attributes,
        parts.node_id,
    )
    rows = [
        {
            "node_type_id": 201 + k,
            "pop_name": ("e4Scnn1a", "i4Pvalb")[k],
            "ei": "ei"[k],
            "model_type": "point_neuron",
            "model_template": parts.templates[k],
            "dynamics_params": ("exc.json", "inh.json")[k],
        }
        for k in (0, 1)
    ]
    kept = [
        {k: v for k, v in row.items() if k not in ("pop_name", "ei")}
        | {k: row[k] for k in parts.type_columns}
        for row in rows
    ]
    write_table(network / "v1_node_types.csv", kept)


def _edge_types(parts: Parts, first: int, kinds: list[Any]) -> list[dict[str, Any]]:
    """Return the rows of types given as (target, source query, weight, receptor)."""
    rows = []
    for k, (target, source, weight, receptor) in enumerate(kinds):
        row: dict[str, Any] = {
            "edge_type_id": first + k,
            "target_query": parts.queries[target],
            "source_query": "*" if source is None else parts.queries[source],
            "syn_weight": weight,
            "delay": parts.delay_ms,
            "dynamics_params": f"{receptor}.json",
            "model_template": "static_synapse",
        }
        if parts.weight_function is not None:
            row["weight_function"] = parts.weight_function
        rows.append(row)
    return rows


def _write_recurrent(
    network: Path, parts: Parts, is_i: np.ndarray, rng: np.random.Generator
) -> tuple[str, ...]:
    pairs = np.sort(rng.choice(N * N, 100, replace=False))
    source, target = pairs // N, pairs % N
    kind = 400 + 2 * is_i[source] + is_i[target]
    types = _edge_types(
        parts,
        400,
        [
            (0, 0, 9.0, "e2e"),
            (1, 0, 14.0, "e2i"),
            (0, 1, -25.0, "i2e"),
            (1, 1, -18.0, "i2i"),
        ],
    )
    halves = (kind < 402, kind >= 402) if parts.split else (kind >= 400,)
    names = ("v1_v1", "v1_v1_inh")[: len(halves)]
    for name, half in zip(names, halves, strict=True):
        groups, group_id = parts.groups(kind[half])
        write_edges(
            network / f"{name}_edges.h5",
            ("v1", "v1"),
            parts.node_id[source[half]],
            parts.node_id[target[half]],
            kind[half],
            groups,
            group_id,
            name=f"{name}_pop" if parts.split else None,
        )
        rows = [row for row in types if row["edge_type_id"] in kind[half]]
        write_table(network / f"{name}_edge_types.csv", rows)
    return names


def _write_lgn_edges(network: Path, parts: Parts, is_i: np.ndarray) -> None:
    """Let each cell have three LGN cells."""
    target = np.repeat(np.arange(N), 3)
    source = (target + np.tile([0, 1, 3], N)) % N_LGN
    write_edges(
        network / "lgn_v1_edges.h5",
        ("lgn", "v1"),
        parts.lgn_id[source],
        parts.node_id[target],
        500 + is_i[target],
        {0: {"nsyns": 3 + target % 4}},
    )
    types = _edge_types(parts, 500, [(0, None, 38.0, "e2e"), (1, None, 52.0, "e2i")])
    write_table(network / "lgn_v1_edge_types.csv", types)


def _own_values(kind: np.ndarray) -> tuple[dict[int, Any], None]:
    step = np.arange(kind.size)
    sign = np.where(kind < 402, 1.0, -1.5)
    values = {"syn_weight": sign * (12.0 + step % 7), "delay": 0.8 + 0.1 * (step % 20)}
    return {0: values}, None


def _unlike_groups(kind: np.ndarray) -> tuple[dict[int, Any], np.ndarray]:
    """One group says nsyns, one its own weight and delay, one nothing."""
    group = np.arange(kind.size) % 3
    own, _ = _own_values(kind)
    second = {name: values[group == 1] for name, values in own[0].items()}
    first = {"nsyns": 2 + np.arange(np.count_nonzero(group == 0)) % 4}
    return {0: first, 1: second, 2: {}}, group


def _write_export(folder: Path) -> None:
    """Write an export of ours, 300 cells driven by the LGN alone."""
    column = build_column(300, 1, surround=False)
    rate = np.full((round(DURATION_MS), column.lgn.n_cells), 25.0, dtype=np.float32)
    stimulus = Stimulus("steady", 1.0, rate)
    write_sonata(column, folder, stimulus=stimulus, input_ms=DURATION_MS)
    for name in ("circuit_config.json", "simulation_config.json"):
        path = folder / name
        content = json.loads(path.read_text())
        content.get("inputs", {}).pop("bkg_spikes", None)
        for kind, entries in content.get("networks", {}).items():
            content["networks"][kind] = [e for e in entries if "bkg" not in str(e)]
        path.write_text(json.dumps(content))


def _shuffled(n: int) -> np.ndarray:
    return np.random.default_rng(3).permutation(n)


_ALLEN_GLIF1 = {
    **ALLEN_MODEL,
    "init_AScurrents": [0.0, 0.0],
    "asc_amp_array": [-4e-11, -9e-11],  # left out by a model without such currents
}
_LEFT_TO_NEST = ("asc_r", "after_spike_currents", "asc_init", "adapting_threshold")
_IS_I = np.arange(N) >= N_E

NETWORKS: Mapping[str, Parts] = {
    "plain": Parts(),
    "own_weights_and_delays": Parts(groups=_own_values),
    "groups_that_differ": Parts(groups=_unlike_groups),
    "two_edge_files": Parts(split=True),
    "builder_tables": Parts(
        queries=("ei=='e'&pop_name==['e4Scnn1a', 'e4Rorb']", "node_type_id=='202'")
    ),
    "populations_in_hdf5": Parts(
        type_columns=("ei",),
        node_attributes={"pop_name": np.where(_IS_I, "i4Pvalb", "e4Scnn1a")},
    ),
    "other_node_ids": Parts(node_id=_shuffled(N), lgn_id=_shuffled(N_LGN)),
    "weight_function": Parts(weight_function="wmax"),
    "half_steps": Parts(delay_ms=1.25),
    "two_spike_populations": Parts(other_trains={"tw": ([5.0, 9.0], [0, 1])}),
    "allen_glif3": Parts(
        templates=("nest:glif_lif_asc_psc",) * 2,
        models=(ALLEN_MODEL, {**ALLEN_MODEL, "C": 6e-11}),
    ),
    "allen_glif1": Parts(
        templates=("nest:glif_lif_psc",) * 2,
        models=(_ALLEN_GLIF1, {**_ALLEN_GLIF1, "C": 6e-11}),
    ),
    "nest_defaults": Parts(
        models=(
            {**NEST_MODEL, "asc_r": [0.4, 0.9]},
            {k: v for k, v in NEST_MODEL.items() if k not in _LEFT_TO_NEST},
        )
    ),
}


def make_network(name: str, folder: Path) -> None:
    """Write one of the networks to a folder that does not exist yet."""
    if name == "export":
        _write_export(folder)
    else:
        write_network(folder, NETWORKS[name])


def lgn_spike_file(name: str, folder: Path) -> Path:
    """Return the file of the LGN spikes of a network."""
    return folder / ("inputs/lgn_spikes.h5" if name == "export" else "lgn_spikes.h5")


NAMES = (*NETWORKS, "export")
